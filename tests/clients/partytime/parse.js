// What Podcast Index's parser finds in the feed on standard input, as JSON.
"use strict";
const { readFileSync } = require("node:fs");
const { parseFeed } = require("podcast-partytime");

const found = parseFeed(readFileSync(0, "utf8"));
if (!found) {
  console.error("the parser refused the feed");
  process.exit(1);
}
process.stdout.write(JSON.stringify(found));

// Builds publisher/site/static/vendor/plyr/plyr.js: Plyr (https://github.com/sampotts/plyr) for sound alone.
//
//     npm ci --ignore-scripts && npm run build
//
// Plyr plays film as well, from YouTube and Vimeo, with advertisements, subtitles and full screen. None of that
// is on our pages, so each of those modules is replaced by one that answers its callers and does nothing; and the
// addresses of other people's servers that its defaults name are emptied, so that nothing can ask for them.

import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, "node_modules");
const out = path.join(here, "../../publisher/site/static/vendor/plyr");

const nothing = "export default {};";
const replaced = {
  "captions.js": `
    const no = () => undefined;
    export default { setup: no, toggle: no, set: no, setLanguage: no, getCurrentTrack: no, getLabel: () => "", getTracks: () => [] };`,
  "fullscreen.js": "export default class Fullscreen { active = false; enabled = false; toggle() {} }",
  "source.js": "export default { change() {} };",
  "plugins/ads.js": "export default class Ads {}",
  "plugins/preview-thumbnails.js": "export default class PreviewThumbnails {}",
  "plugins/vimeo.js": nothing,
  "plugins/youtube.js": nothing,
  "utils/load-image.js": "export default () => Promise.reject();",
  "utils/load-sprite.js": "export default () => undefined;",
};

const root = path.join(modules, "plyr/src/js");
const seen = new Set();

/** @type {import("esbuild").Plugin} */
const forSoundAlone = {
  name: "for-sound-alone",
  setup(builder) {
    builder.onLoad({ filter: /plyr\/src\/js\/.*\.js$/ }, async ({ path: file }) => {
      const name = path.relative(root, file).split(path.sep).join("/");
      if (name in replaced) {
        seen.add(name);
        return { contents: replaced[name], loader: "js" };
      }
      const text = await readFile(file, "utf8");
      if (name !== "config/defaults.js") return undefined;
      return { contents: text.replace(/'https?:\/\/[^']*'/g, "''"), loader: "js" };
    });
  },
};

const version = createRequire(import.meta.url)(path.join(modules, "plyr/package.json")).version;
const file = path.join(out, "plyr.js");
await mkdir(out, { recursive: true });
await build({
  entryPoints: [path.join(root, "plyr.js")],
  outfile: file,
  bundle: true,
  format: "esm",
  target: ["chrome120", "firefox120", "safari17"],
  minify: true,
  legalComments: "none",
  banner: { js: `/*! Plyr ${version} (MIT), for sound alone, with rangetouch (MIT): see LICENSE.md and tools/site */` },
  plugins: [forSoundAlone],
});

// A module that moved would silently come back in full.
const missed = Object.keys(replaced).filter((name) => !seen.has(name));
if (missed.length > 0) throw new Error(`not found in Plyr ${version}: ${missed.join(", ")}`);

const licences = await Promise.all(
  ["plyr/LICENSE.md", "rangetouch/license.md"].map((name) => readFile(path.join(modules, name), "utf8")),
);
await writeFile(path.join(out, "LICENSE.md"), `# Plyr\n\n${licences[0].trim()}\n\n# rangetouch\n\n${licences[1].trim()}\n`);
const { size } = await stat(file);
console.log(`${path.relative(process.cwd(), file)}: ${size} bytes, ${gzipSync(await readFile(file)).length} packed`);

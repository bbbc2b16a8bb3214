// Builds publisher/site/static/vendor/plyr/plyr.js: Plyr (https://github.com/sampotts/plyr) for sound alone.
//
//     npm ci --ignore-scripts && npm run build
//
// Plyr plays film as well, from YouTube and Vimeo, with advertisements, subtitles and full screen. None of that
// is on our pages, so each of those modules is replaced by one that answers its callers and does nothing. Our
// player brings its own elements, so what makes Plyr's (buttons, menus, icons) is emptied as well. And the
// addresses of other people's servers that its defaults name are taken out, so that nothing can ask for them.

import { copyFile, mkdir, readFile, stat } from "node:fs/promises";
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

/** Methods of controls.js that make elements of Plyr's own, or move about in its menus. */
const emptied = [
  ...["createIcon", "createLabel", "createBadge", "createButton", "createRange", "createProgress", "createTime"],
  ...["createMenuItem", "bindMenuItemShortcuts", "setQualityMenu", "setCaptionsMenu", "setSpeedMenu"],
  ...["getLabel", "updateSetting", "checkMenu", "focusFirstMenuItem", "toggleMenu", "getMenuSize", "showMenuPanel"],
  ...["setDownloadUrl", "create", "setMediaMetadata", "setMarkers"],
];

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
      if (name === "controls.js") return { contents: emptied.reduce(empty, text), loader: "js" };
      if (name !== "config/defaults.js") return undefined;
      return { contents: text.replace(/'https?:\/\/[^']*'/g, "''"), loader: "js" };
    });
  },
};

/**
 * Takes the body out of a method of an object, by the way Plyr's source is set.
 * @param {string} text
 * @param {string} method
 */
function empty(text, method) {
  const found = new RegExp(`^  ${method}\\(.*\\) \\{$[^]*?^  \\},$`, "m");
  if (!found.test(text)) throw new Error(`Plyr's controls have no ${method} any more`);
  return text.replace(found, `  ${method}() {},`);
}

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
  banner: { js: `/*! Plyr ${version} (MIT), for sound alone: see LICENSE.md and tools/site */` },
  plugins: [forSoundAlone],
  // Sets up sliders that Plyr itself makes; they are not made.
  alias: { rangetouch: path.join(here, "nothing.js") },
});

// A module that moved would silently come back in full.
const missed = Object.keys(replaced).filter((name) => !seen.has(name));
if (missed.length > 0) throw new Error(`not found in Plyr ${version}: ${missed.join(", ")}`);

await copyFile(path.join(modules, "plyr/LICENSE.md"), path.join(out, "LICENSE.md"));
const { size } = await stat(file);
console.log(`${path.relative(process.cwd(), file)}: ${size} bytes, ${gzipSync(await readFile(file)).length} packed`);

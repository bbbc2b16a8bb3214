/* Sharing: links and embed code to copy, and the phone's own sheet. The plain links are the page's. */

import { copyFrom } from "./copying.js";
import { button, make } from "./dom.js";
import { soundFor } from "./sound.js";
import { word } from "./words.js";

/** As the page's oEmbed says. */
const EMBED_HEIGHT = 300;

/** @param {HTMLElement} box */
export function enhance(box) {
  const { url = location.href.replace(/#.*$/, ""), title = document.title } = box.dataset;
  const sound = soundFor(box);
  /** @param {string} label @param {(by: HTMLElement) => void} act */
  const item = (label, act) => {
    const made = button(label, () => act(made));
    return make("li", {}, made);
  };

  const items = [item(word("copy_link"), (by) => copyFrom(url, by))];
  if (sound) {
    items.push(item(word("copy_moment"), (by) => copyFrom(sound.addressAt(), by)));
    if (sound.box.dataset.page) items.push(item(word("copy_embed"), (by) => copyFrom(embedCode(sound.page, title), by)));
  }
  if (typeof navigator.share === "function") {
    items.unshift(
      item(word("share_other"), () => {
        // Closing the sheet again is a refusal too.
        navigator.share({ title, url }).catch(() => undefined);
      }),
    );
  }
  let list = box.querySelector("ul");
  if (!list) {
    list = /** @type {HTMLUListElement} */ (make("ul"));
    box.append(list);
  }
  list.prepend(...items);
}

/**
 * @param {string} page
 * @param {string} title
 */
function embedCode(page, title) {
  const frame = make("iframe", {
    src: `${page.replace(/[?#].*$/, "").replace(/\/?$/, "/")}embed/`,
    title,
    width: "100%",
    height: EMBED_HEIGHT,
    frameborder: "0",
    loading: "lazy",
    allow: "autoplay; clipboard-write",
  });
  return frame.outerHTML;
}

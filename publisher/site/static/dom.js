/* Making elements, and telling a screen reader what happened. */

/**
 * An element with attributes and children. Texts are put in as text; functions are listeners of `on…`; a child
 * that is `false` is left out.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] `false`, null and undefined leave an attribute out
 * @param {...(Node | string | false)} children
 * @returns {any}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child !== false)));
  return element;
}

/**
 * A button that does one thing.
 * @param {string} label
 * @param {() => void} press
 * @param {Record<string, unknown>} [attributes]
 */
export function button(label, press, attributes = {}) {
  return make("button", { type: "button", onclick: press, ...attributes }, label);
}

/** Whether the reader asked for little movement. */
export const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** @type {HTMLElement | undefined} */
let region;

/**
 * Says something politely to screen readers. The region is emptied first, so that the same words twice in a row
 * are said twice.
 * @param {string} text
 */
export function say(text) {
  if (!region) {
    region = make("div", { class: "unseen", role: "status", "aria-live": "polite" });
    document.body.append(/** @type {HTMLElement} */ (region));
  }
  const told = /** @type {HTMLElement} */ (region);
  told.textContent = "";
  setTimeout(() => (told.textContent = text), 60);
}

const ELEMENTS = new Set(
  ["a", "b", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "i", "kbd", "li", "mark"].concat(
    ["ol", "p", "pre", "q", "s", "small", "strong", "sub", "sup", "ul"],
  ),
);
const DROPPED = new Set(["script", "style", "template", "iframe", "object", "noscript", "svg", "math"]);

/**
 * HTML that was made safe when the page was built, made safe once more: it comes out of an attribute, and the
 * page must not depend on who wrote that. Known elements are copied one by one, with no attribute but a link's.
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function fragment(html) {
  const made = document.createDocumentFragment();
  // Nothing in a document that is only parsed is run or fetched.
  copy(new DOMParser().parseFromString(bare(html), "text/html").body, made);
  return made;
}

/**
 * HTML without attributes but `href`. Safety does not rest on this: a browser tells of a violated policy even
 * where it only parses what it would not run.
 * @param {string} html
 */
function bare(html) {
  return html.replace(/<([a-z][a-z\d]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/gi, (_, name, attributes) => {
    const href = /\shref\s*=\s*("[^"]*"|'[^']*')/i.exec(attributes)?.[1];
    return href ? `<${name} href=${href}>` : `<${name}>`;
  });
}

/**
 * @param {Node} from
 * @param {Node} to
 */
function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      to.appendChild(document.createTextNode(node.textContent ?? ""));
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      const element = /** @type {Element} */ (node);
      const name = element.localName;
      if (DROPPED.has(name)) continue;
      if (!ELEMENTS.has(name)) {
        copy(element, to);
        continue;
      }
      const made = document.createElement(name);
      if (name === "a") link(element, /** @type {HTMLAnchorElement} */ (made));
      copy(element, made);
      to.appendChild(made);
    }
  }
}

/**
 * @param {Element} from
 * @param {HTMLAnchorElement} to
 */
function link(from, to) {
  const address = from.getAttribute("href");
  if (!address) return; // what was unsafe has been taken out before
  try {
    if (!["http:", "https:", "mailto:"].includes(new URL(address, document.baseURI).protocol)) return;
  } catch {
    return;
  }
  to.setAttribute("href", address);
  to.rel = "noopener";
}

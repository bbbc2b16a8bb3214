/* The page's words, in the page's language. They stand in the page, so that scripts hold no language. */

/** @type {Record<string, string>} */
const words = read();

/** The page's language, for dates and numbers. A code that the browser cannot read would make Intl throw. */
export const language = readable(document.documentElement.lang) ?? "en";

/**
 * A word of the page with its placeholders filled: `word("skip_back", {seconds: 15})`.
 * A word that the page lacks gives its key, readable enough to be found out.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function word(key, values = {}) {
  const text = Object.hasOwn(words, key) ? words[key] : key.replaceAll("_", " ");
  return text.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

/** A number as this language writes it: `1,25`. @param {number} number */
export const number = (number) => new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(number);

function read() {
  try {
    return JSON.parse(document.getElementById("words")?.textContent ?? "{}");
  } catch {
    return {};
  }
}

/** @param {string} code */
function readable(code) {
  try {
    return Intl.getCanonicalLocales(code)[0];
  } catch {
    return undefined;
  }
}

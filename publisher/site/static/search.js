/*
 * Search, by Pagefind (https://pagefind.app): the index lies in the bucket in many small pieces, of which the
 * browser fetches those that hold the words asked for. A show may have several indexes, one a season; the first
 * takes the others in.
 */

import { fragment, make } from "./dom.js";
import { language, word } from "./words.js";

const WAIT_MS = 250;
const AT_ONCE = 20;
const MOMENTS = 3;

/** @param {HTMLElement} form */
export function enhance(form) {
  const scope = form.parentElement ?? document.body;
  const field = /** @type {HTMLInputElement | null} */ (form.querySelector("input[name=q]"));
  const status = scope.querySelector("[data-status]") ?? document.querySelector("[data-status]");
  const list = scope.querySelector("[data-results]") ?? document.querySelector("[data-results]");
  if (!field || !status || !list) return;
  const indexes = addresses(form.dataset.indexes);
  /** @type {Promise<any> | undefined} */
  let opened;
  let asked = 0;
  let waiting = 0;

  const search = async () => {
    const query = field.value.trim();
    // Each search has its number, and only the newest may write: an answer that comes late is an old one.
    const turn = ++asked;
    remember(query);
    if (!query) {
      status.textContent = "";
      list.replaceChildren();
      return;
    }
    status.textContent = word("searching");
    try {
      opened ??= open(indexes);
      const found = await (await opened).search(query);
      if (turn !== asked) return;
      const shown = await Promise.all(found.results.slice(0, AT_ONCE).map((/** @type {any} */ each) => each.data()));
      if (turn !== asked) return;
      show(list, shown);
      const count = found.results.length;
      status.textContent = count === 0 ? word("search_none", { query }) : word("search_found", { count });
      if (count > AT_ONCE) list.after(rest(list, found.results.slice(AT_ONCE), () => turn === asked));
    } catch (error) {
      console.error(error);
      opened = undefined; // so that the next search tries again
      if (turn !== asked) return;
      list.replaceChildren();
      status.textContent = word("search_failed");
    }
  };

  /** Replaced and not added, so that the way back does not lead through every letter. @param {string} query */
  const remember = (query) => {
    const address = new URL(location.href);
    if (query) address.searchParams.set("q", query);
    else address.searchParams.delete("q");
    if (address.href !== location.href) history.replaceState(history.state, "", address);
    scope.querySelector(".more")?.remove();
  };

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, WAIT_MS);
  });
  // The index's first pieces, while the reader still types.
  field.addEventListener("focus", () => (opened ??= open(indexes)).catch(() => (opened = undefined)), { once: true });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    search();
  });
  const begun = new URL(location.href).searchParams.get("q");
  if (begun) field.value = begun;
  // Also what the browser itself has put back into the field.
  if (field.value.trim()) search();
}

/**
 * @param {string | undefined} text
 * @returns {string[]} absolute addresses of bundles, each with a slash at its end
 */
function addresses(text) {
  const listed = JSON.parse(text || "[]");
  return listed.map((/** @type {string} */ each) => new URL(each.replace(/\/?$/, "/"), document.baseURI).href);
}

/** @param {string[]} indexes */
async function open(indexes) {
  if (indexes.length === 0) throw new Error("the page names no index");
  // Addresses in an index begin at the site's root, wherever that lies.
  const baseUrl = new URL(document.body.dataset.root || "./", document.baseURI).pathname;
  const pagefind = await import(`${indexes[0]}pagefind.js`);
  await pagefind.options({ baseUrl, excerptLength: 28 });
  await pagefind.init();
  // Pages of one show are of one language: the words of each index are taken apart in its own way.
  for (const index of indexes.slice(1)) await pagefind.mergeIndex(index, { baseUrl, language });
  return pagefind;
}

/**
 * @param {Element} list
 * @param {any[]} results
 */
function show(list, results) {
  list.replaceChildren(...results.map((each) => item(each)));
}

/** @param {any} result what Pagefind's `data()` gives */
function item(result) {
  // Places within the page: a chapter, a heading. The page itself is among them.
  const places = (result.sub_results ?? []).filter((/** @type {any} */ each) => each.url !== result.url);
  return make(
    "li",
    { class: "result" },
    make("h2", {}, make("a", { href: result.url }, result.meta?.title || result.url)),
    make("p", { class: "excerpt" }, fragment(result.excerpt ?? "")),
    places.length > 0 &&
      make(
        "ul",
        {},
        ...places.slice(0, MOMENTS).map((/** @type {any} */ place) =>
          make(
            "li",
            {},
            make("a", { href: place.url }, place.title || result.meta?.title || place.url),
            " ",
            make("span", { class: "excerpt" }, fragment(place.excerpt ?? "")),
          ),
        ),
      ),
  );
}

/**
 * The way to the results that are not shown yet.
 * @param {Element} list
 * @param {any[]} results
 * @param {() => boolean} isCurrent
 */
function rest(list, results, isCurrent) {
  let left = results;
  const more = make("button", { type: "button", class: "more" }, word("show_more"));
  more.addEventListener("click", async () => {
    const next = left.slice(0, AT_ONCE);
    left = left.slice(AT_ONCE);
    const shown = await Promise.all(next.map((each) => each.data()));
    if (!isCurrent()) return;
    const items = shown.map((each) => item(each));
    list.append(...items);
    if (left.length === 0) more.remove();
    items[0]?.querySelector("a")?.focus();
  });
  return more;
}

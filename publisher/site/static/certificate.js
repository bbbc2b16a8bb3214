/*
 * The certificate of a passed quiz, named by the GUID after the page's `#`. What it tells comes from this browser,
 * where the quiz was done, and from nowhere else; so it says honestly what it proves.
 */

import { button, make } from "./dom.js";
import { drawDiploma } from "./diploma.js";
import { keep, recall } from "./memory.js";
import { language, word } from "./words.js";

/**
 * @typedef {object} Result what quiz.js keeps
 * @property {string} title
 * @property {string} code
 * @property {string} url
 * @property {number} right
 * @property {number} of
 * @property {number} pass the share that had to be right
 * @property {string} date ISO 8601
 */

/** @param {HTMLElement} article */
export function enhance(article) {
  show(article);
  addEventListener("hashchange", () => show(article));
}

/** @param {HTMLElement} article */
function show(article) {
  const result = read();
  article.classList.add("ready");
  if (!result) {
    article.replaceChildren(make("h1", {}, word("certificate")), make("p", { class: "lead" }, word("certificate_none")));
    return;
  }
  const texts = tell(article, result);
  const name = make("p", { class: "name" });
  const field = make("input", { type: "text", id: "certificate-name", autocomplete: "name", maxlength: 80, spellcheck: "false" });
  field.value = String(recall("name") ?? "");
  const put = () => (name.textContent = field.value.trim());
  field.addEventListener("input", () => {
    keep("name", field.value);
    put();
  });
  put();

  article.replaceChildren(
    make(
      "form",
      { class: "making", onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      make("p", { class: "field" }, make("label", { for: "certificate-name" }, word("certificate_name")), field),
      make("p", { class: "hint", id: "certificate-hint" }, word("certificate_hint")),
      make(
        "div",
        { class: "steps" },
        button(word("certificate_print"), () => print(), { class: "strong" }),
        button(word("certificate_picture"), () => savePicture(sheet, texts, field.value.trim())),
      ),
    ),
  );
  field.setAttribute("aria-describedby", "certificate-hint");
  const sheet = make(
    "div",
    { class: "sheet" },
    make("p", { class: "show" }, texts.show),
    make("h1", {}, texts.heading),
    name,
    make("p", { class: "text" }, texts.text),
    make("p", { class: "when" }, ...(texts.code ? [make("span", {}, texts.code)] : []), make("span", {}, texts.date)),
    make("p", { class: "proof" }, texts.proof),
    make("p", { class: "address" }, texts.address),
  );
  article.append(sheet);
}

/** @returns {Result | undefined} a passed quiz's result */
function read() {
  let guid = location.hash.slice(1);
  try {
    guid = decodeURIComponent(guid);
  } catch {
    // As it stands, then.
  }
  const result = guid ? recall(`quiz:${guid}`) : undefined;
  const isWhole =
    typeof result?.title === "string" && result.of > 0 && result.right <= result.of && !Number.isNaN(Date.parse(result.date));
  return isWhole && result.right / result.of >= (result.pass ?? 0) ? result : undefined;
}

/**
 * Every text of the certificate, for the page and for the picture.
 * @param {HTMLElement} article
 * @param {Result} result
 */
function tell(article, result) {
  const { show = "", showUrl = "" } = article.dataset;
  const date = new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(new Date(result.date));
  return {
    show,
    heading: word("certificate"),
    text: word("certificate_text", { right: result.right, count: result.of, title: isolated(result.title) }),
    code: String(result.code ?? ""),
    date: word("certificate_date", { date }),
    proof: word("certificate_proof"),
    address: String(result.url || showUrl),
  };
}

/**
 * A text that keeps its direction to itself within a sentence (Unicode's isolates,
 * https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates).
 * @param {string} text
 */
const isolated = (text) => `\u2068${text}\u2069`;

/**
 * @param {HTMLElement} sheet
 * @param {ReturnType<typeof tell>} texts
 * @param {string} name
 */
async function savePicture(sheet, texts, name) {
  const picture = await drawDiploma(sheet, texts, name);
  const url = URL.createObjectURL(picture);
  make("a", { href: url, download: `${fileName(`${texts.heading} ${texts.code}`)}.png` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** @param {string} text */
function fileName(text) {
  return text.trim().toLowerCase().replace(/[^\p{Letter}\p{Number}]+/gu, "-").replace(/^-|-$/g, "") || "certificate";
}

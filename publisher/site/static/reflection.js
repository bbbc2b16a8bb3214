/* A place to write, next to the task. What is written stays in this browser until the reader takes it out. */

import { copyFrom } from "./copying.js";
import { button, make, say } from "./dom.js";
import { forget, keep, recall } from "./memory.js";
import { word } from "./words.js";

const KEEP_AFTER_MS = 300;

/** @param {HTMLElement} section */
export function enhance(section) {
  const { guid = "", title = document.title } = section.dataset;
  const key = `reflection:${guid}`;
  const id = `reflection-${[...document.querySelectorAll("[data-reflection]")].indexOf(section)}`;
  const field = make("textarea", { id, rows: 6, "aria-describedby": `${id}-kept` });
  const kept = recall(key);
  field.value = typeof kept === "string" ? kept : "";

  let waiting = 0;
  const store = () => {
    clearTimeout(waiting);
    if (field.value) keep(key, field.value);
    else forget(key);
  };
  const whole = () => `${title}\n${location.href.replace(/[?#].*$/, "")}\n\n${field.value.trim()}\n`;
  const copying = button(word("reflection_copy"), () => copyFrom(field.value, copying));
  const buttons = [
    button(word("reflection_save"), () => save(`${title}.txt`, whole())),
    button(word("reflection_send"), () => send(title, whole())),
    copying,
    button(
      word("reflection_clear"),
      () => {
        // What took an hour to write is not gone by one press.
        if (!confirm(`${word("reflection_clear")}?`)) return;
        field.value = "";
        store();
        offer();
        say(word("reflection_clear"));
        field.focus();
      },
      { class: "quiet" },
    ),
  ];
  const offer = () => {
    for (const each of buttons) each.disabled = field.value.trim() === "";
  };

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(store, KEEP_AFTER_MS);
    offer();
  });
  field.addEventListener("change", store);
  addEventListener("pagehide", store);
  offer();
  section.append(
    make("label", { for: id }, word("reflection_label")),
    field,
    make("p", { class: "hint", id: `${id}-kept` }, word("reflection_kept")),
    make("div", { class: "steps" }, ...buttons),
  );
  section.classList.add("ready");
}

/**
 * @param {string} name
 * @param {string} text
 */
function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  make("a", { href: url, download: name.replace(/[\\/:*?"<>|\p{Control}\p{Format}]+/gu, " ").trim() }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * @param {string} subject
 * @param {string} text
 */
function send(subject, text) {
  // Letters have their lines ended by CR LF, also in an address: RFC 6068.
  const body = encodeURIComponent(text.replace(/\r?\n/g, "\r\n"));
  make("a", { href: `mailto:?subject=${encodeURIComponent(subject)}&body=${body}` }).click();
}

/* Putting a text on the clipboard. */

import { say } from "./dom.js";
import { word } from "./words.js";

/**
 * Copies a text and says so on the button that was pressed.
 * @param {string} text
 * @param {HTMLElement} by
 */
export async function copyFrom(text, by) {
  if (!(await copy(text))) {
    // A browser that gives no way to the clipboard: the reader takes the text from here.
    prompt(by.textContent || by.title, text);
    return;
  }
  say(word("copied"));
  by.dataset.told = word("copied");
  setTimeout(() => delete by.dataset.told, 2000);
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByHand(text); // refused, or the page came without TLS
  }
}

/** @param {string} text */
function copyByHand(text) {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return done;
}

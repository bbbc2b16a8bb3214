/*
 * The browser's own memory. It may be switched off, full, or throw at the very mention of it (a page in a frame
 * with storage forbidden): then things work without memory, for as long as the page is open.
 */

const PREFIX = "publisher:";

/** What could not be kept, kept for this page. @type {Map<string, unknown>} */
const meanwhile = new Map();

/**
 * @param {string} key without its prefix
 * @returns {any} what was kept, or undefined
 */
export function recall(key) {
  if (meanwhile.has(key)) return meanwhile.get(key);
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined; // forbidden, or not ours
  }
}

/**
 * @param {string} key
 * @param {unknown} value anything that JSON can hold
 */
export function keep(key, value) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
    meanwhile.delete(key);
  } catch {
    meanwhile.set(key, value);
  }
}

/** @param {string} key */
export function forget(key) {
  meanwhile.delete(key);
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // Then it was never kept.
  }
}

/*
 * A quiz's answers stand in the page sealed, so that nobody reads them by mistake in the page's source.
 * It is no secret: whoever wants to look can.
 */

/**
 * @typedef {object} Answer
 * @property {number} answer the right choice, counted from 0
 * @property {string} explanation HTML
 */

/**
 * @param {string} sealed base64 of UTF-8 JSON, each byte XORed with the bytes of `key` in turn
 * @param {string} key the episode's GUID
 * @returns {Answer[]}
 */
export function unseal(sealed, key) {
  const mask = new TextEncoder().encode(key);
  const bytes = Uint8Array.from(atob(sealed), (byte, place) => byte.charCodeAt(0) ^ mask[place % mask.length]);
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

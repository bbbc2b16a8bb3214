/* Times within a recording. */

/**
 * Seconds as people write them: `0:37`, `12:34`, `1:02:03`.
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, place) => (place === 0 ? `${part}` : `${part}`.padStart(2, "0"))).join(":");
}

/**
 * The seconds of `754`, `754.5`, `12:34` or `1:02:03`, also as `t=12:34` among other things of an address's hash,
 * and the start of a media fragment's span (`t=10,20`, https://www.w3.org/TR/media-frags/).
 * @param {string} text
 * @returns {number | undefined}
 */
export function moment(text) {
  const found = /(?:^#?|&)t=(?:npt:)?([\d:.]+)/.exec(text)?.[1] ?? (/^[\d:.]+$/.test(text) ? text : "");
  if (!/^(?:\d+:){0,2}\d+(?:\.\d+)?$/.test(found)) return undefined;
  return found.split(":").reduce((seconds, part) => seconds * 60 + Number(part), 0);
}

/**
 * The place of the last start that is not after `seconds`, by halving; -1 before the first.
 * @param {readonly number[]} starts in ascending order
 * @param {number} seconds
 */
export function placeOf(starts, seconds) {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

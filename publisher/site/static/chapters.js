/* The list of chapters: a press goes there, and the one that is heard is marked. */

import { moment, placeOf } from "./clock.js";
import { soundFor } from "./sound.js";

/** @typedef {import("./sound.js").Sound} Sound */
/** @typedef {import("./sound.js").Chapter} Chapter */

/**
 * The chapters that the page lists for a sound, in order.
 * @param {Sound} sound
 * @returns {Chapter[]}
 */
export function chaptersOf(sound) {
  for (const list of document.querySelectorAll("[data-chapters]")) {
    if (soundFor(list) === sound) return read(list);
  }
  return [];
}

/** @param {HTMLElement} list */
export function enhance(list) {
  const sound = soundFor(list);
  if (!sound) return;
  const chapters = read(list);
  const starts = chapters.map(({ start }) => start);
  list.classList.add("ready");

  list.addEventListener("click", (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    const link = target.closest("a");
    // A chapter may lead to a page of its own.
    if (link && moment(link.hash) === undefined) return;
    const chapter = chapters.find(({ element }) => element.contains(target));
    if (!chapter) return;
    event.preventDefault();
    sound.seek(chapter.start, { play: true });
  });

  let current = -1;
  const mark = () => {
    // Before it was begun, no chapter is the one that is heard.
    const place = sound.position > 0 || sound.isPlaying ? placeOf(starts, sound.position) : -1;
    if (place === current) return;
    chapters[current]?.element.removeAttribute("aria-current");
    chapters[place]?.element.setAttribute("aria-current", "true");
    current = place;
  };
  for (const kind of ["timeupdate", "seeking", "play"]) sound.audio.addEventListener(kind, mark);
  mark();
}

/**
 * @param {Element} list
 * @returns {Chapter[]}
 */
function read(list) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-start]"))]
    .map((element) => ({
      start: Number(element.dataset.start),
      title: element.querySelector(".title")?.textContent?.trim() ?? "",
      image: element.querySelector("img")?.getAttribute("src") ?? "",
      element,
    }))
    .filter(({ start }) => Number.isFinite(start))
    .sort((one, other) => one.start - other.start);
}

/*
 * The transcript. A press on a word goes there; the words that are heard are marked, and followed by scrolling
 * for as long as the reader reads along.
 *
 * For keys and screen readers the words stay plain text, to be read without a hundred buttons in between. Each
 * paragraph gets one button with its time before it; of all of them one at a time can be reached with the tab
 * key, and the arrows lead from there to the others.
 */

import { clock, placeOf } from "./clock.js";
import { button, isCalm, make } from "./dom.js";
import { keep, recall } from "./memory.js";
import { soundFor } from "./sound.js";
import { word } from "./words.js";

/** @param {HTMLElement} section */
export function enhance(section) {
  const sound = soundFor(section);
  const cues = readCues(section);
  if (!sound || cues.length === 0) return;
  section.classList.add("timed");
  addTimes(section, cues, (seconds) => sound.seek(seconds, { play: true }));
  const following = follow(section);

  section.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("a, button")) return;
    // Words that are being marked, to be copied, are not a press.
    if (!(getSelection()?.isCollapsed ?? true)) return;
    const cue = cues.find(({ element }) => element.contains(target));
    if (cue) sound.seek(cue.start, { play: true });
  });

  const starts = cues.map(({ start }) => start);
  let current = -1;
  const mark = () => {
    const place = sound.position > 0 || sound.isPlaying ? placeOf(starts, sound.position) : -1;
    if (place === current) return;
    const before = cues[current]?.element;
    before?.removeAttribute("aria-current");
    cues[place]?.element.setAttribute("aria-current", "true");
    current = place;
    if (cues[place] && sound.isPlaying) following.go(cues[place].element, before);
  };
  following.find = () => cues[current]?.element;
  for (const kind of ["timeupdate", "seeking", "play"]) sound.audio.addEventListener(kind, mark);
  mark();
}

/**
 * @typedef {object} Cue
 * @property {number} start seconds
 * @property {HTMLElement} element
 */

/**
 * @param {HTMLElement} section
 * @returns {Cue[]} in the order of time
 */
function readCues(section) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("span[data-start]"))]
    .map((element) => ({ start: Number(element.dataset.start), element }))
    .filter(({ start }) => Number.isFinite(start))
    .sort((one, other) => one.start - other.start);
}

/**
 * Gives each paragraph the button with its time.
 * @param {HTMLElement} section
 * @param {Cue[]} cues
 * @param {(seconds: number) => void} go
 */
function addTimes(section, cues, go) {
  /** @type {HTMLButtonElement[]} */
  const buttons = [];
  const seen = new Set();
  for (const { start, element } of cues) {
    const paragraph = element.closest("p, li, blockquote") ?? element.parentElement;
    if (!paragraph || seen.has(paragraph)) continue;
    seen.add(paragraph);
    const time = clock(start);
    const made = button(time, () => go(start), {
      class: "from",
      tabindex: buttons.length === 0 ? 0 : -1,
      "aria-label": `${word("play")} ${time}`,
      "data-takes-arrows": true,
    });
    paragraph.prepend(made, " ");
    buttons.push(made);
  }
  section.addEventListener("keydown", (event) => {
    const place = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    if (place < 0 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const way = { ArrowDown: place + 1, ArrowRight: place + 1, ArrowUp: place - 1, ArrowLeft: place - 1, Home: 0, End: buttons.length - 1 };
    const target = buttons[way[/** @type {keyof typeof way} */ (event.key)]];
    if (!(event.key in way)) return;
    event.preventDefault();
    target?.focus();
  });
  section.addEventListener("focusin", (event) => {
    const reached = /** @type {HTMLButtonElement} */ (event.target);
    if (!buttons.includes(reached)) return;
    for (const each of buttons) each.tabIndex = each === reached ? 0 : -1;
  });
}

/**
 * Following by scrolling. Who scrolls away from the words that are heard is left in peace until they are in sight
 * again; and the button turns it off altogether.
 * @param {HTMLElement} section
 */
function follow(section) {
  const state = {
    /** @type {() => HTMLElement | undefined} */
    find: () => undefined,
    /** @param {HTMLElement} element @param {HTMLElement | undefined} before */
    go(element, before) {
      if (!isOn || !before || !(isInSight(before) || performance.now() < movingUntil)) return;
      const { top, bottom } = element.getBoundingClientRect();
      if (top >= innerHeight * 0.1 && bottom <= innerHeight * 0.7) return;
      // On the way there, words may be heard that are not in sight yet: that is no reader who scrolled away.
      movingUntil = performance.now() + 1500;
      centre(element);
    },
  };
  let movingUntil = 0;
  for (const kind of ["wheel", "touchmove", "keydown"]) {
    addEventListener(kind, () => { movingUntil = 0; }, { passive: true });
  }
  let isOn = recall("follow") !== false;
  const toggle = button(
    word("follow_transcript"),
    () => {
      isOn = !isOn;
      keep("follow", isOn);
      toggle.setAttribute("aria-pressed", String(isOn));
      const element = state.find();
      if (isOn && element) centre(element);
    },
    { class: "follow", "aria-pressed": String(isOn) },
  );
  const row = make("div", { class: "following" }, toggle);
  const heading = section.querySelector("h2, h3, summary");
  if (heading) heading.after(row);
  else section.prepend(row);
  return state;
}

/** @param {HTMLElement} element */
function isInSight(element) {
  const { top, bottom, height } = element.getBoundingClientRect();
  return height > 0 && bottom > 0 && top < innerHeight;
}

/** @param {HTMLElement} element */
function centre(element) {
  element.scrollIntoView({ block: "center", behavior: isCalm() ? "instant" : "smooth" });
}

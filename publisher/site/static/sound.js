/*
 * The plain <audio> of a player, and what every part of the page does with it. It works before the controls of
 * player.js are there, and without them should they never come.
 */

import { clock, moment } from "./clock.js";
import { forget, keep, recall } from "./memory.js";

const KEEP_EVERY_SECONDS = 5;
/** Where so little is left (or the last hundredth), an episode counts as heard. */
const NEAR_END_SECONDS = 20;
/** A place so near the beginning is not worth going back to. */
const NEAR_START_SECONDS = 5;

/**
 * @typedef {object} Chapter
 * @property {number} start seconds
 * @property {string} title
 * @property {string} image address, or empty
 * @property {HTMLElement} element its line in the list
 */

/** @type {WeakMap<Element, Sound>} */
const sounds = new WeakMap();

/** The sound that was heard last: only one is heard at a time. @type {Sound | undefined} */
let heard;

export class Sound {
  /** @type {Chapter[]} */
  chapters = [];
  /** Where to begin, as long as the browser has not loaded anything to move in. @type {number | undefined} */
  #wanted;
  #keptAt = -1;

  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    this.audio = /** @type {HTMLAudioElement} */ (box.querySelector("audio"));
    const { guid = "", title = "", show = "", artwork = "", page = "" } = box.dataset;
    this.guid = guid;
    this.title = title;
    this.show = show;
    this.artwork = artwork;
    this.page = page || location.href.replace(/#.*$/, "");
    /** What was remembered and is where the sound will begin. @type {number | undefined} */
    this.remembered = undefined;
    this.#listen();
    this.#recall();
  }

  /** Seconds; 0 where it is not known yet. What the page says is there before anything is loaded. */
  get duration() {
    const { duration } = this.audio;
    return Number.isFinite(duration) && duration > 0 ? duration : Number(this.box.dataset.duration) || 0;
  }

  /** Seconds. */
  get position() {
    return this.audio.readyState === HTMLMediaElement.HAVE_NOTHING
      ? (this.#wanted ?? this.audio.currentTime)
      : this.audio.currentTime;
  }

  get isPlaying() {
    return !this.audio.paused && !this.audio.ended;
  }

  /**
   * Moves to a moment. Nothing is loaded for it before the reader plays.
   * @param {number} seconds
   * @param {{play?: boolean}} [options]
   */
  seek(seconds, { play = false } = {}) {
    const end = this.duration;
    const target = Math.max(0, end > 0 ? Math.min(seconds, Math.max(0, end - 0.1)) : seconds);
    this.audio.currentTime = target;
    if (this.audio.readyState === HTMLMediaElement.HAVE_NOTHING) {
      this.#wanted = target;
      // The browser tells of no movement in what it has not loaded.
      this.audio.dispatchEvent(new Event("timeupdate"));
    }
    if (play) this.play();
    else this.#keep();
  }

  /** @param {number} seconds */
  skip(seconds) {
    this.seek(this.position + seconds);
  }

  play() {
    // A refusal is shown by the button, which stays as it was.
    this.audio.play().catch(() => undefined);
  }

  pause() {
    this.audio.pause();
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  /** The address of this page at a moment. @param {number} [seconds] */
  addressAt(seconds = this.position) {
    return `${this.page.replace(/#.*$/, "")}#t=${clock(seconds)}`;
  }

  #listen() {
    const { audio } = this;
    audio.addEventListener("loadedmetadata", () => {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      // Most browsers begin there by themselves.
      if (wanted !== undefined && Math.abs(audio.currentTime - wanted) > 0.5) audio.currentTime = wanted;
    });
    audio.addEventListener("play", () => {
      if (heard && heard !== this) heard.pause();
      heard = this;
      this.remembered = undefined;
    });
    audio.addEventListener("timeupdate", () => {
      if (this.isPlaying && Math.abs(audio.currentTime - this.#keptAt) >= KEEP_EVERY_SECONDS) this.#keep();
    });
    audio.addEventListener("pause", () => this.#keep());
    audio.addEventListener("seeked", () => this.#keep());
    audio.addEventListener("ended", () => forget(`position:${this.guid}`));
    addEventListener("pagehide", () => {
      if (this.isPlaying) this.#keep();
    });
  }

  #keep() {
    if (!this.guid) return;
    const { position, duration } = this;
    this.#keptAt = position;
    const nearEnd = duration > 0 && position > duration - Math.max(2, Math.min(NEAR_END_SECONDS, duration * 0.05));
    if (nearEnd || position < NEAR_START_SECONDS) forget(`position:${this.guid}`);
    else keep(`position:${this.guid}`, Math.round(position * 10) / 10);
  }

  #recall() {
    const kept = this.guid ? recall(`position:${this.guid}`) : undefined;
    if (typeof kept !== "number" || !(kept > 0) || (this.duration > 0 && kept >= this.duration)) return;
    this.audio.currentTime = kept;
    this.#wanted = kept;
    this.remembered = kept;
  }
}

/**
 * The sound that a part of the page belongs to: that of the nearest element around both; undefined on a page
 * without sound.
 * @param {Element} element
 * @returns {Sound | undefined}
 */
export function soundFor(element) {
  for (let around = element.parentElement; around; around = around.parentElement) {
    const box = around.querySelector("[data-player]");
    if (box) return soundOf(/** @type {HTMLElement} */ (box));
  }
  return undefined;
}

/** The sound of a player, made at its first use. @param {HTMLElement} box */
export function soundOf(box) {
  let sound = sounds.get(box);
  if (!sound && box.querySelector("audio")) {
    sound = new Sound(box);
    sounds.set(box, sound);
  }
  return sound;
}

/** @param {HTMLElement} box */
export function enhance(box) {
  const sound = soundOf(box);
  if (!sound) return;
  if (box === document.querySelector("[data-player]")) followAddress(sound);
  whenWanted(box, async () => {
    try {
      const { build } = await import("./player.js");
      build(sound);
    } catch (error) {
      // The browser's own controls stay.
      box.classList.add("plain");
      console.error(error);
    }
  });
}

/**
 * Goes to the moment that the page's address names. At the page's opening it only goes there: nobody has asked
 * for noise yet. A link on the page, pressed, plays.
 * @param {Sound} sound
 */
function followAddress(sound) {
  const go = (/** @type {string} */ hash, play = false) => {
    const seconds = moment(hash);
    if (seconds === undefined) return false;
    sound.remembered = undefined;
    sound.seek(seconds, { play });
    sound.box.scrollIntoView({ block: "center" });
    return true;
  };
  go(location.hash);
  addEventListener("hashchange", () => go(location.hash, navigator.userActivation?.isActive ?? false));
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target instanceof Element ? event.target.closest("a[href^='#t=']") : null;
    // The browser tells of no change when the same moment is asked for again.
    if (!link || !go(link.getAttribute("href") ?? "", true)) return;
    event.preventDefault();
    history.replaceState(history.state, "", link.getAttribute("href"));
  });
}

/**
 * Calls once the element is near what the reader sees and the browser has nothing better to do, or at once when
 * the reader reaches for it.
 * @param {HTMLElement} element
 * @param {() => void} call
 */
function whenWanted(element, call) {
  let called = false;
  const once = () => {
    if (called) return;
    called = true;
    watcher.disconnect();
    call();
  };
  const watcher = new IntersectionObserver(
    (seen) => {
      if (!seen.some((entry) => entry.isIntersecting)) return;
      if ("requestIdleCallback" in window) requestIdleCallback(once, { timeout: 1500 });
      else setTimeout(once, 200);
    },
    { rootMargin: "400px" },
  );
  watcher.observe(element);
  for (const kind of ["pointerenter", "focusin", "play"]) {
    element.addEventListener(kind, once, { once: true, capture: true });
  }
}

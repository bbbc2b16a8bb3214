/* The sleep timer: fades the sound out, then stops it. */

import { placeOf } from "./clock.js";

const FADE_SECONDS = 8;
const LOOK_EVERY_MS = 250;

export class Sleep {
  /** @type {(() => number) | undefined} gives the seconds that remain */
  #remaining;
  #timer = 0;
  #volume = 1;
  #isFading = false;

  /**
   * @param {import("./sound.js").Sound} sound
   * @param {(remaining: number | undefined) => void} tell called with the seconds that remain, undefined when off
   */
  constructor(sound, tell) {
    this.sound = sound;
    this.tell = tell;
  }

  /** @param {number} seconds */
  after(seconds) {
    const end = Date.now() + seconds * 1000;
    this.#begin(() => (end - Date.now()) / 1000);
  }

  /** At the end of the chapter that is heard; where the reader moves to another, at the end of that one. */
  atChapterEnd() {
    const starts = this.sound.chapters.map(({ start }) => start);
    const place = () => placeOf(starts, this.sound.position);
    let [current, before] = [place(), this.sound.position];
    this.#begin(() => {
      const { position, duration, audio } = this.sound;
      // Between two looks the end may have gone by; a longer step is the reader's.
      if (place() !== current && Math.abs(position - before) > 2 * audio.playbackRate) current = place();
      before = position;
      return ((starts[current + 1] ?? duration) - position) / audio.playbackRate;
    });
  }

  off() {
    clearInterval(this.#timer);
    this.#remaining = undefined;
    this.#loud();
    this.tell(undefined);
  }

  /** @param {() => number} remaining */
  #begin(remaining) {
    this.off();
    this.#remaining = remaining;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#look();
  }

  #look() {
    const remaining = this.#remaining?.() ?? 0;
    const { audio } = this.sound;
    if (remaining <= 0) {
      audio.pause();
      this.off();
      return;
    }
    this.tell(remaining);
    if (remaining > FADE_SECONDS || audio.paused) {
      this.#loud();
      return;
    }
    if (!this.#isFading) {
      this.#isFading = true;
      this.#volume = audio.volume;
    }
    // Some phones let no page set the volume; there it simply stops.
    audio.volume = this.#volume * Math.max(0, remaining / FADE_SECONDS);
  }

  #loud() {
    if (!this.#isFading) return;
    this.#isFading = false;
    this.sound.audio.volume = this.#volume;
  }
}

/*
 * The player's controls, around the plain <audio>. Plyr holds the play and mute buttons, the seek bar and its
 * tooltip together with the sound; the elements are ours, and so is all that it has not: waveform, chapters,
 * speed, sleep timer, keys, links to a moment.
 *
 * Time runs from left to right in every language, as it does on the keys of every recorder.
 */

import { chaptersOf } from "./chapters.js";
import { clock, placeOf } from "./clock.js";
import { copyFrom } from "./copying.js";
import { make } from "./dom.js";
import { icon } from "./icons.js";
import { keep, recall } from "./memory.js";
import { showSession } from "./session.js";
import { Sleep } from "./sleep.js";
import Plyr from "./vendor/plyr/plyr.js";
import { number, word } from "./words.js";

/** @typedef {import("./sound.js").Sound} Sound */

const SPEEDS = [0.75, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5];
const SLEEP_MINUTES = [5, 10, 15, 30, 60];
const BACK_SECONDS = 15;
const FORWARD_SECONDS = 30;
/** Within so much of a chapter's beginning, "previous" means the chapter before. */
const AGAIN_SECONDS = 4;

/** The player whose sound was begun last: keys pressed anywhere on the page are for it. @type {Sound | undefined} */
let begun;

/**
 * Builds the controls, in place of the browser's own.
 * @param {Sound} sound
 */
export function build(sound) {
  const { audio, box } = sound;
  sound.chapters = chaptersOf(sound);
  const wasPlaying = !audio.paused;
  const hadFocus = document.activeElement === audio;
  const speed = speedOf(sound);
  const { panel, refresh } = draw(sound, speed);

  const plyr = /** @type {any} */ (new Plyr(audio, {
    controls: panel,
    duration: sound.duration || null,
    hideControls: false,
    i18n: {
      play: word("play"),
      pause: word("pause"),
      mute: word("mute"),
      seek: word("seek"),
      seekLabel: "{currentTime} / {duration}",
    },
    keyboard: { focused: false, global: false },
    loadSprite: false,
    settings: [],
    speed: { selected: speed, options: SPEEDS },
    storage: { enabled: false },
    tooltips: { controls: false, seek: true },
  }));
  if (!plyr.elements?.controls) throw new Error("Plyr did not take this sound");
  // A load sets the speed back to this one.
  audio.defaultPlaybackRate = speed;
  saySimply(plyr.elements.buttons.play);
  box.classList.add("ready");

  for (const kind of ["timeupdate", "seeking", "durationchange", "ended", "play"]) audio.addEventListener(kind, refresh);
  audio.addEventListener("play", () => (begun = sound));
  listenForKeys(sound);
  showSession(sound, { previous: () => toChapter(sound, -1), next: () => toChapter(sound, 1) });
  refresh();
  // Plyr's bar knows nothing of a place that is not loaded yet.
  audio.dispatchEvent(new Event("timeupdate"));
  if (wasPlaying) sound.play(); // moving an element in the page stops it
  if (hadFocus) /** @type {HTMLElement} */ (panel.querySelector("[data-plyr=play]")).focus();
}

/**
 * All elements of the controls, and what brings them up to date.
 * @param {Sound} sound
 * @param {number} speed
 */
function draw(sound, speed) {
  const { chapters } = sound;
  const bar = drawBar(sound);
  const at = make("span", { class: "at" });
  const chapter = make("span", { class: "chapter" });
  const whole = make("span", { class: "whole" });
  const pictured = chapters.some(({ image }) => image);
  const picture = pictured && make("img", { class: "picture", alt: "", decoding: "async" });

  const panel = make(
    "div",
    { class: "plyr__controls controls", dir: "ltr", role: "group", "aria-label": sound.title || word("listen") },
    make("div", { class: pictured ? "top pictured" : "top" }, picture, bar.element),
    make("div", { class: "times" }, at, chapter, whole),
    make(
      "div",
      { class: "buttons" },
      make("div", { class: "some" }, speedControl(sound, speed), sleepControl(sound)),
      make(
        "div",
        { class: "main" },
        chapters.length > 0 && press("previous", word("previous_chapter"), () => toChapter(sound, -1)),
        press("back", word("skip_back", { seconds: BACK_SECONDS }), () => sound.skip(-BACK_SECONDS), BACK_SECONDS),
        make(
          "button",
          { type: "button", class: "play", "data-plyr": "play", "aria-label": word("play") },
          icon("play"),
          icon("pause"),
        ),
        press("forward", word("skip_forward", { seconds: FORWARD_SECONDS }), () => sound.skip(FORWARD_SECONDS), FORWARD_SECONDS),
        chapters.length > 0 && press("next", word("next_chapter"), () => toChapter(sound, 1)),
      ),
      make(
        "div",
        { class: "others" },
        make(
          "button",
          { type: "button", "data-plyr": "mute", "aria-label": word("mute"), title: word("mute") },
          icon("sound"),
          icon("muted"),
        ),
        press("link", word("copy_moment"), (by) => copyFrom(sound.addressAt(), by)),
      ),
    ),
  );

  const starts = chapters.map(({ start }) => start);
  const refresh = () => {
    const { position, duration } = sound;
    const current = chapters[placeOf(starts, position)];
    bar.show(position, duration);
    write(at, clock(position));
    write(whole, duration > 0 ? clock(duration) : "");
    write(
      chapter,
      sound.remembered === undefined
        ? (current?.title ?? "")
        : word("continue_at", { time: clock(sound.remembered) }),
    );
    if (picture) {
      const source = current?.image || sound.artwork;
      if (picture.getAttribute("src") !== source) picture.setAttribute("src", source);
    }
  };
  return { panel, refresh };
}

/**
 * The seek bar: the waveform twice, softly and in colour, with the chapters' marks, below an invisible slider.
 * @param {Sound} sound
 */
function drawBar(sound) {
  const { chapters, duration } = sound;
  const marks = make("div", { class: "marks", "aria-hidden": "true" });
  const seek = make("input", {
    type: "range",
    "data-plyr": "seek",
    min: 0,
    max: 100,
    step: 0.01,
    value: 0,
    autocomplete: "off",
    "aria-label": word("seek"),
  });
  const element = make(
    "div",
    { class: "plyr__progress bar-of-time" },
    make("div", { class: "wave" }),
    make("div", { class: "wave played" }),
    marks,
    seek,
    make("span", { class: "plyr__tooltip", "aria-hidden": "true" }),
  );
  const { waveform } = sound.box.dataset;
  if (waveform) {
    element.classList.add("drawn");
    element.style.setProperty("--waveform", `url("${new URL(waveform, document.baseURI).href}")`);
  }
  if (duration > 0) {
    for (const { start } of chapters) {
      if (start <= 0 || start >= duration) continue;
      const mark = make("span");
      mark.style.insetInlineStart = `${(100 * start) / duration}%`;
      marks.append(mark);
    }
  }
  // Plyr moves the sound; nothing tells of it before anything is loaded.
  seek.addEventListener("input", () => {
    const end = sound.duration;
    if (sound.audio.readyState === HTMLMediaElement.HAVE_NOTHING && end > 0) sound.seek((seek.value / 100) * end);
  });
  return {
    element,
    /** @param {number} position @param {number} end */
    show(position, end) {
      element.style.setProperty("--played", end > 0 ? `${Math.min(100, (100 * position) / end)}%` : "0%");
      // Plyr writes them with leading zeros.
      seek.setAttribute("aria-valuetext", end > 0 ? `${clock(position)} / ${clock(end)}` : clock(position));
    },
  };
}

/**
 * @param {Parameters<typeof icon>[0]} picture
 * @param {string} label
 * @param {(by: HTMLElement) => void} act
 * @param {number} [inside]
 */
function press(picture, label, act, inside) {
  const made = make(
    "button",
    { type: "button", class: picture, "aria-label": label, title: label },
    icon(picture, inside ? String(inside) : ""),
  );
  made.addEventListener("click", () => act(made));
  return made;
}

/**
 * A list to choose from that looks like a button: the browser's own, which every phone and screen reader knows,
 * lies invisible over what is shown.
 * @param {string} name
 * @param {string} label
 * @param {(Node | string)[]} shown
 * @param {[value: string, text: string][]} options
 */
function choice(name, label, shown, options) {
  const select = make("select", { "aria-label": label, title: label });
  for (const [value, text] of options) select.append(make("option", { value }, text));
  return { select, element: make("span", { class: `choice ${name}` }, make("span", { "aria-hidden": "true" }, ...shown), select) };
}

/** @param {Sound} sound @param {number} speed */
function speedControl(sound, speed) {
  const shown = make("span", {}, "");
  const { select, element } = choice(
    "speed",
    word("speed"),
    [shown],
    SPEEDS.map((value) => [String(value), `${number(value)}×`]),
  );
  select.value = String(speed);
  const show = () => {
    write(shown, `${number(sound.audio.playbackRate)}×`);
    element.classList.toggle("on", sound.audio.playbackRate !== 1);
  };
  select.addEventListener("change", () => {
    const chosen = Number(select.value);
    sound.audio.defaultPlaybackRate = chosen;
    sound.audio.playbackRate = chosen;
    keep(`speed:${sound.show}`, chosen);
  });
  sound.audio.addEventListener("ratechange", show);
  write(shown, `${number(speed)}×`);
  element.classList.toggle("on", speed !== 1);
  return element;
}

/** @param {Sound} sound */
function sleepControl(sound) {
  const shown = make("span", {}, "");
  const { select, element } = choice("sleep", word("sleep_timer"), [icon("sleep"), shown], [
    ["", word("sleep_off")],
    ...SLEEP_MINUTES.map((minutes) => /** @type {[string, string]} */ ([String(minutes), word("sleep_minutes", { minutes })])),
    ...(sound.chapters.length > 0 ? [/** @type {[string, string]} */ (["chapter", word("sleep_end")])] : []),
  ]);
  const sleep = new Sleep(sound, (remaining) => {
    write(shown, remaining === undefined ? "" : clock(Math.ceil(remaining)));
    element.classList.toggle("on", remaining !== undefined);
    if (remaining === undefined) select.value = "";
  });
  select.addEventListener("change", () => {
    if (select.value === "chapter") sleep.atChapterEnd();
    else if (select.value) sleep.after(Number(select.value) * 60);
    else sleep.off();
  });
  return element;
}

/** @param {Sound} sound */
function speedOf(sound) {
  const kept = recall(`speed:${sound.show}`);
  return SPEEDS.includes(kept) ? kept : 1;
}

/**
 * To the chapter before or after; back to the beginning of this one, where it has been heard for a while.
 * @param {Sound} sound
 * @param {-1 | 1} way
 */
function toChapter(sound, way) {
  const { chapters, position } = sound;
  const place = placeOf(chapters.map(({ start }) => start), position);
  const again = way < 0 && place >= 0 && position - chapters[place].start > AGAIN_SECONDS;
  const target = again ? place : place + way;
  if (target < 0) sound.seek(0);
  else if (target < chapters.length) sound.seek(chapters[target].start);
}

/**
 * The name of the play button changes with what it does; that it is pressed as well would be said twice.
 * @param {Iterable<HTMLElement> | undefined} buttons
 */
function saySimply(buttons) {
  for (const each of buttons ?? []) {
    each.removeAttribute("aria-pressed");
    Object.defineProperty(each, "pressed", {
      configurable: true,
      get: () => each.classList.contains("plyr__control--pressed"),
      set: (pressed) => each.classList.toggle("plyr__control--pressed", pressed),
    });
  }
}

/**
 * Keys: inside of the player always, elsewhere on the page once its sound was begun, and never where the focus is
 * on something that takes the key itself.
 * @param {Sound} sound
 */
function listenForKeys(sound) {
  document.addEventListener(
    "keydown",
    (event) => {
      const { target } = event;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !(target instanceof Element)) return;
      if (!sound.box.contains(target) && begun !== sound) return;
      const act = taking(event, target) ? undefined : action(event, sound);
      if (!act) return;
      event.preventDefault();
      event.stopPropagation(); // the slider would move as well
      act();
    },
    true,
  );
}

/**
 * Whether what has the focus uses the key itself.
 * @param {KeyboardEvent} event
 * @param {Element} target
 */
function taking(event, target) {
  const isSeek = target.matches("[data-plyr=seek]");
  if (!isSeek && target.matches("input, textarea, select, [contenteditable]:not([contenteditable=false])")) return true;
  if (event.key === " ") return target.closest("button, summary, [role=button]") !== null;
  return event.key.startsWith("Arrow") && target.closest("[data-takes-arrows]") !== null;
}

/**
 * @param {KeyboardEvent} event
 * @param {Sound} sound
 * @returns {(() => void) | undefined}
 */
function action(event, sound) {
  const onSeek = /** @type {Element} */ (event.target).matches("[data-plyr=seek]");
  switch (event.key.length === 1 ? event.key.toLowerCase() : event.key) {
    case " ":
    case "k":
      return event.repeat ? () => undefined : () => sound.toggle();
    case "j":
      return () => sound.skip(-BACK_SECONDS);
    case "l":
      return () => sound.skip(FORWARD_SECONDS);
    case "m":
      return () => (sound.audio.muted = !sound.audio.muted);
    case "ArrowLeft":
      if (event.shiftKey) return sound.chapters.length > 0 ? () => toChapter(sound, -1) : undefined;
      return () => sound.skip(-BACK_SECONDS);
    case "ArrowRight":
      if (event.shiftKey) return sound.chapters.length > 0 ? () => toChapter(sound, 1) : undefined;
      return () => sound.skip(FORWARD_SECONDS);
    case "ArrowDown":
      return onSeek ? () => sound.skip(-BACK_SECONDS) : undefined;
    case "ArrowUp":
      return onSeek ? () => sound.skip(FORWARD_SECONDS) : undefined;
    case "Home":
      return onSeek ? () => sound.seek(0) : undefined;
    case "End":
      return onSeek ? () => sound.seek(sound.duration) : undefined;
    default:
      return undefined;
  }
}

/** Writes only what changed, so that nothing is laid out anew four times a second. @param {Element} element @param {string} text */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

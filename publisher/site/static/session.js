/* What the lock screen, a headset's buttons and a keyboard's media keys show and do. */

import { placeOf } from "./clock.js";

const BACK_SECONDS = 15;
const FORWARD_SECONDS = 30;

/**
 * Takes the session over whenever this sound begins to play.
 * @param {import("./sound.js").Sound} sound
 * @param {{previous: () => void, next: () => void}} chapters
 */
export function showSession(sound, chapters) {
  if (!("mediaSession" in navigator)) return;
  const session = navigator.mediaSession;
  const { audio } = sound;
  const starts = sound.chapters.map(({ start }) => start);
  let isOurs = false;
  /** @type {number | undefined} */
  let shown;

  const show = () => {
    const place = placeOf(starts, sound.position);
    if (place === shown) return;
    shown = place;
    const chapter = sound.chapters[place];
    const picture = chapter?.image || sound.artwork;
    session.metadata = new MediaMetadata({
      title: sound.title,
      artist: chapter?.title || sound.show,
      album: sound.show,
      artwork: picture ? [{ src: new URL(picture, document.baseURI).href }] : [],
    });
  };

  const place = () => {
    const { duration } = sound;
    if (!isOurs || !(duration > 0)) return;
    try {
      const position = Math.min(sound.position, duration);
      session.setPositionState({ duration, playbackRate: audio.playbackRate || 1, position });
    } catch {
      // A browser that finds fault with the numbers shows none.
    }
  };

  /** @type {[MediaSessionAction, MediaSessionActionHandler | null][]} */
  const handlers = [
    ["play", () => sound.play()],
    ["pause", () => sound.pause()],
    ["stop", () => sound.pause()],
    ["seekbackward", ({ seekOffset }) => sound.skip(-(seekOffset || BACK_SECONDS))],
    ["seekforward", ({ seekOffset }) => sound.skip(seekOffset || FORWARD_SECONDS)],
    ["seekto", ({ seekTime }) => sound.seek(seekTime ?? 0)],
    ["previoustrack", starts.length > 0 ? chapters.previous : null],
    ["nexttrack", starts.length > 0 ? chapters.next : null],
  ];

  const take = () => {
    isOurs = true;
    shown = undefined;
    show();
    for (const [action, handler] of handlers) {
      try {
        session.setActionHandler(action, handler);
      } catch {
        // An action that this browser does not know.
      }
    }
    place();
  };

  audio.addEventListener("play", take);
  for (const kind of ["seeked", "ratechange", "durationchange"]) audio.addEventListener(kind, place);
  audio.addEventListener("timeupdate", () => {
    if (isOurs && !audio.paused) show();
  });
  // Another player on this page has the session now.
  document.addEventListener(
    "play",
    (event) => {
      if (event.target !== audio) isOurs = false;
    },
    true,
  );
  if (!audio.paused) take();
}

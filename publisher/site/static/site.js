/*
 * What runs in the reader's browser. Every page is whole without it; this adds what a page of paper cannot do.
 *
 *   site.js         the entry: marks the page, and brings in what the page has a use for
 *   sound.js        the plain <audio> of a player: moving in it, its remembered place, links to a moment
 *   player.js       the controls around it, held together by Plyr (vendor/plyr, built by tools/site)
 *   sleep.js        the timer that fades the sound out
 *   session.js      what the lock screen and a keyboard's media keys show and do
 *   chapters.js     the list of chapters
 *   transcript.js   the transcript that follows the sound
 *   share.js        links and embed code to copy, the phone's own sheet
 *   quiz.js         the quiz; sealed.js opens its answers
 *   certificate.js  what a passed quiz gives; diploma.js draws it as a picture
 *   reflection.js   the reader's own text
 *   search.js       search over one or more Pagefind indexes
 *   dom.js, icons.js, clock.js, words.js, memory.js, copying.js   small things that those share
 *
 * No build step: the browser reads these files as they are, but for the comments and the indentation, which are
 * left out line by line (publisher/site/assets.py). So no text may go on over several lines. Nothing here asks another server for anything, and
 * what is remembered stays in the reader's own browser, under keys that begin with `publisher:`.
 *
 * Texts of the show (titles, questions, names) are put in as text, never as HTML. The one exception, a quiz's
 * explanations, goes through `fragment` in dom.js.
 */

document.documentElement.classList.add("js");

/**
 * Brings in a module for all elements of a kind, if the page has any.
 * @param {string} selector
 * @param {() => Promise<{enhance: (element: HTMLElement) => void}>} load
 */
async function serve(selector, load) {
  /** @type {NodeListOf<HTMLElement>} */
  const elements = document.querySelectorAll(selector);
  if (elements.length === 0) return;
  try {
    const { enhance } = await load();
    // One that fails leaves its plain form, and must not take the others with it.
    for (const element of elements) attempt(() => enhance(element));
  } catch (error) {
    console.error(error);
  }
}

/** @param {() => void} work */
function attempt(work) {
  try {
    work();
  } catch (error) {
    console.error(error);
  }
}

serve("[data-player]", () => import("./sound.js"));
serve("[data-chapters]", () => import("./chapters.js"));
serve("[data-transcript]", () => import("./transcript.js"));
serve("[data-share]", () => import("./share.js"));
serve("[data-quiz]", () => import("./quiz.js"));
serve("[data-reflection]", () => import("./reflection.js"));
serve("[data-certificate]:not([data-quiz])", () => import("./certificate.js"));
serve("form[data-search]", () => import("./search.js"));

/* The player's few pictures, drawn here so that they cost no request and take the colour of the text. */

const SVG = "http://www.w3.org/2000/svg";

/** Each a list of paths in a square of 24; those that begin with `!` are filled, the others are lines. */
const PATHS = {
  play: ["!M8 5.2v13.6a.8.8 0 0 0 1.2.7l11-6.8a.8.8 0 0 0 0-1.4l-11-6.8A.8.8 0 0 0 8 5.2Z"],
  pause: ["!M7 5h3.2v14H7zM13.8 5H17v14h-3.2z"],
  back: ["M12 4.5a7.8 7.8 0 1 1-7.8 7.8", "!M12.6 1.2v6.6L7.7 4.5z"],
  forward: ["M12 4.5a7.8 7.8 0 1 0 7.8 7.8", "!M11.4 1.2v6.6l4.9-3.3z"],
  previous: ["!M18.5 6.4v11.2a.6.6 0 0 1-.95.5L9.4 12.5a.6.6 0 0 1 0-1l8.15-5.6a.6.6 0 0 1 .95.5Z", "M6.5 6v12"],
  next: ["!M5.5 6.4v11.2a.6.6 0 0 0 .95.5l8.15-5.6a.6.6 0 0 0 0-1L6.45 5.9a.6.6 0 0 0-.95.5Z", "M17.5 6v12"],
  sound: ["!M4 9.5v5h3.4l4.6 4V5.5l-4.6 4z", "M15.5 9.2a4 4 0 0 1 0 5.6", "M18 6.7a7.5 7.5 0 0 1 0 10.6"],
  muted: ["!M4 9.5v5h3.4l4.6 4V5.5l-4.6 4z", "M16 9.5l5 5", "M21 9.5l-5 5"],
  sleep: ["M19.5 14.2A7.8 7.8 0 0 1 9.8 4.5a7.8 7.8 0 1 0 9.7 9.7Z"],
  link: ["M10 13.6a4 4 0 0 0 6 .4l2.6-2.6a4 4 0 0 0-5.7-5.7l-1.4 1.4", "M14 10.4a4 4 0 0 0-6-.4l-2.6 2.6a4 4 0 0 0 5.7 5.7l1.4-1.4"],
};

/**
 * @param {keyof typeof PATHS} name
 * @param {string} [text] a short text in the middle, as the seconds of a skip
 */
export function icon(name, text = "") {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  picture.setAttribute("class", `icon icon-${name}`);
  for (const path of PATHS[name]) {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path.replace("!", ""));
    line.setAttribute("class", path.startsWith("!") ? "filled" : "line");
    picture.append(line);
  }
  if (text) {
    const written = document.createElementNS(SVG, "text");
    written.setAttribute("x", "12");
    written.setAttribute("y", "15");
    written.textContent = text;
    picture.append(written);
  }
  return picture;
}

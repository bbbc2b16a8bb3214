/* The certificate as a picture, drawn in the page's own colours and fonts. */

const WIDTH = 1600;
const HEIGHT = 1131; // as A4 lies
const MARGIN = 190;

/**
 * @param {HTMLElement} sheet the certificate in the page, whose colours and fonts are taken
 * @param {{show: string, heading: string, text: string, code: string, date: string, proof: string, address: string}} texts
 * @param {string} name
 * @returns {Promise<Blob>} PNG
 */
export function drawDiploma(sheet, texts, name) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const style = getComputedStyle(sheet);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const serif = getComputedStyle(/** @type {Element} */ (sheet.querySelector("h1"))).fontFamily;
  const sans = style.fontFamily;

  pen.fillStyle = colour("sheet");
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.strokeStyle = colour("accent");
  pen.lineWidth = 6;
  pen.strokeRect(48, 48, WIDTH - 96, HEIGHT - 96);
  pen.lineWidth = 1.5;
  pen.strokeRect(64, 64, WIDTH - 128, HEIGHT - 128);
  pen.textAlign = "center";
  pen.textBaseline = "alphabetic";

  const write = (/** @type {string} */ text, /** @type {number} */ y, /** @type {string} */ font, /** @type {string} */ ink, lines = 1, leading = 44) => {
    pen.font = font;
    pen.fillStyle = colour(ink);
    const width = WIDTH - 2 * MARGIN;
    wrapped(pen, text, width, lines).forEach((line, place) => pen.fillText(line, WIDTH / 2, y + place * leading, width));
  };
  write(texts.show, 190, `600 34px ${sans}`, "accent");
  write(texts.heading, 320, `600 100px ${serif}`, "ink");
  if (name) write(name, 480, `italic 74px ${serif}`, "ink");
  pen.fillStyle = colour("rule");
  pen.fillRect(WIDTH / 2 - 360, 520, 720, 2);
  write(texts.text, 600, `36px ${serif}`, "ink", 3, 52);
  write([texts.code, texts.date].filter(Boolean).join("  ·  "), 800, `600 30px ${sans}`, "soft");
  write(texts.proof, 905, `25px ${sans}`, "soft", 3, 36);
  write(texts.address, 1028, `25px ${sans}`, "accent");

  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("the browser draws no picture"))), "image/png");
  });
}

/**
 * A text in as few lines as it needs, each about as long as the others; what does not fit into the last is squeezed.
 * @param {CanvasRenderingContext2D} pen
 * @param {string} text
 * @param {number} width
 * @param {number} most
 */
function wrapped(pen, text, width, most) {
  const lines = broken(pen, text, width, most);
  // The narrowest column that takes no more lines is the one that looks even.
  for (let narrower = width * 0.95; narrower > width / 3; narrower *= 0.95) {
    const even = broken(pen, text, narrower, most);
    if (even.length > lines.length || even.some((line) => pen.measureText(line).width > narrower)) break;
    lines.splice(0, lines.length, ...even);
  }
  return lines;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {string} text
 * @param {number} width
 * @param {number} most
 */
function broken(pen, text, width, most) {
  /** @type {string[]} */
  const lines = [];
  for (const part of text.split(/\s+/)) {
    const line = lines.at(-1);
    const longer = line === undefined ? part : `${line} ${part}`;
    if (line !== undefined && (lines.length === most || pen.measureText(longer).width <= width)) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

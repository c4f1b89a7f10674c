// The pooling explorer: what a window keeps, and what of it stays when the picture moves.

import { combinePool, pool, Refusal, span } from "./arithmetic.js";
import { choice, Frame, make, slider, tick, write } from "./elements.js";
import { NumberGrid, setNumber } from "./grids.js";
import { makePicture, pictureMenu } from "./pictures.js";
import { WindowStage } from "./windows.js";

export function show(host, options) {
  const frame = new Frame(host, options, "pooling title");
  const { say } = frame;
  const settings = { picture: "numbers", ...options.settings };
  if (settings.image) settings.picture = "own";
  const { window } = settings;
  let { kind } = settings;
  let still = settings.image ?? makePicture(settings.picture, settings.size);
  let shift = 0;
  let values;

  const sum = make("p", { class: "sum" });
  const facts = make("p", { class: "facts" });
  const stage = new WindowStage(frame, explain);

  function explain({ row, column, patch, rows, columns, value }) {
    const winner = kind === "max" ? combinePool(patch, "max") : null;
    values.each((cell, r, c) => {
      const one = patch[r][c];
      setNumber(cell, one === null ? "–" : write(one));
      cell.classList.toggle("padding", one === null);
      cell.classList.toggle("current", one !== null && one === winner);
    });
    const shown = patch.flat().filter((one) => one !== null).map(write).join(", ");
    const place = say("place", { row, column });
    sum.replaceChildren(
      make("span", {}, `${say(`pooling sum ${kind}`, { place, shown })} `), make("strong", {}, write(value)),
    );
    const fromTo = (positions) => say("from to", { first: write(positions[0]), last: write(positions.at(-1)) });
    return say("pooling spoken", {
      place, shown, kind: say(kind), value: write(value), rows: fromTo(rows), columns: fromTo(columns),
    });
  }

  function redraw() {
    const image = moved(still, shift);
    values = new NumberGrid(window.kernelSize, window.kernelSize, { label: say("window label") });
    try {
      const output = pool(image, kind, window);
      const note = `${window.kernelSize} × ${window.kernelSize}`;
      stage.draw({
        image, window, output,
        added: "–",
        between: [{ heading: say("window panel"), grid: values, size: window.kernelSize, note }],
      });
      facts.replaceChildren([...stage.facts(), ...changes(image, output)].join(" "));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      stage.draw({ image, window, refused: say(error.reason, { size: image.length, span: span(window) }) });
    }
  }

  function changes(image, output) {
    const count = (one, other) =>
      one.flatMap((line, row) => line.filter((value, column) => value !== other[row][column])).length;
    const [inputs, outputs] = [image.length ** 2, output.length ** 2];
    const sentences = [say("kept", { inputs, outputs })];
    if (stage.padded()) sentences.unshift(say("padding ignored"));
    if (shift === 0) return [...sentences, say("unmoved")];
    const changed = count(output, pool(still, kind, window));
    return [...sentences, say("moved", { count: shift, pixels: count(image, still), inputs, changed, outputs })];
  }

  const pictures = pictureMenu(say, settings, (picture) => {
    settings.picture = picture;
    still = picture === "own" ? settings.image : makePicture(picture, still.length);
    sizeSlider.set(still.length);
    redraw();
  });
  const whole = (key, least, most, value, change) =>
    slider(say(key), { least, most, value, change: (next) => { change(next); redraw(); } });
  const sizeSlider = whole("size", 1, 12, still.length, (next) => {
    if (settings.picture === "own") pictures.set((settings.picture = "numbers"));
    still = makePicture(settings.picture, next);
  });
  const either = (key, values, value, change) =>
    choice(say(key), { options: values.map((one) => [one, say(one)]), value, change: (next) => { change(next); redraw(); } });
  frame.controls.append(
    sizeSlider.element,
    whole("pool size", 1, 7, window.kernelSize, (next) => { window.kernelSize = next; }).element,
    whole("stride", 1, 4, window.stride, (next) => { window.stride = next; }).element,
    either("pooling", ["max", "average"], kind, (next) => { kind = next; }).element,
    either("padding", ["valid", "same"], window.padding, (next) => { window.padding = next; }).element,
    whole("shift", 0, 3, shift, (next) => { shift = next; }).element,
    pictures.element,
  );
  stage.details.append(sum, facts);
  stage.player.element.append(tick(say("cover"), { value: false, change: (on) => stage.cover(on) }).element);
  frame.help(say("help mouse"), say("counting"), say("help keys"));
  redraw();
}

/** A picture moved to the right; what comes in from the left is 0. */
function moved(image, columns) {
  return image.map((line) => line.map((_, column) => line[column - columns] ?? 0));
}

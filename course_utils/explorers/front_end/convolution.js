// The convolution explorer: point at an output, see its patch, the products and their sum.

import { convolve, multiply, range, Refusal, span } from "./arithmetic.js";
import { choice, Frame, make, menu, OWN_KEYS, slider, tick, write } from "./elements.js";
import { arrowKeys, NumberGrid, setNumber } from "./grids.js";
import { makePicture, pictureMenu } from "./pictures.js";
import { WindowStage } from "./windows.js";

/** Weights of any size, by the middle of the kernel. */
const KERNELS = {
  ones: () => 1,
  "vertical edges": (row, column, middle) => Math.sign(middle - column),
  "horizontal edges": (row, column, middle) => Math.sign(middle - row),
  middle: (row, column, middle) => Number(row === Math.floor(middle) && column === Math.floor(middle)),
};

function makeKernel(kind, size) {
  return range(size).map((row) => range(size).map((column) => KERNELS[kind](row, column, (size - 1) / 2)));
}

export function show(host, options) {
  const frame = new Frame(host, options, "convolution title");
  const { say } = frame;
  const settings = { picture: "numbers", kernelKind: "vertical edges", ...options.settings };
  const { size, window } = settings;
  if (settings.image) settings.picture = "own";
  if (settings.kernel) settings.kernelKind = "own";
  let image = settings.image ?? makePicture(settings.picture, size);
  let kernel = settings.kernel ?? makeKernel(settings.kernelKind, window.kernelSize);
  let weights, products;

  const sum = make("p", { class: "sum" });
  const facts = make("p", { class: "facts" });
  const complaint = make("p", { class: "complaint", role: "alert" });
  const stage = new WindowStage(frame, explain);

  function explain({ row, column, patch, rows, columns, value }) {
    const terms = multiply(patch, kernel);
    products.each((cell, r, c) => {
      setNumber(cell, write(terms[r][c]));
      cell.classList.toggle("nothing", terms[r][c] === 0);
    });
    const pairs = patch.flatMap((values, r) => values.map((one, c) => [one ?? 0, kernel[r][c]]));
    const written = pairs.length <= 9 ? pairs : pairs.filter(([one, weight]) => one !== 0 && weight !== 0);
    const shown = written.map(([one, weight]) => `${write(one)}·${bracket(weight)}`).join(" + ") || "0";
    const place = say("place", { row, column });
    sum.replaceChildren(make("span", {}, `${place}: ${shown} = `), make("strong", {}, write(value)));
    frame.element.classList.toggle("long-sum", written.length > 9);
    return say("convolution spoken", {
      place, shown, value: write(value), rows: fromTo(rows), columns: fromTo(columns),
    });
  }

  function fromTo(positions) {
    return say("from to", { first: write(positions[0]), last: write(positions.at(-1)) });
  }

  function redraw() {
    const kernelSize = window.kernelSize;
    weights = editableWeights();
    products = new NumberGrid(kernelSize, kernelSize, { label: say("products label") });
    try {
      stage.draw({
        image, window,
        output: convolve(image, kernel, window),
        added: "0",
        between: [
          { heading: say("times kernel"), grid: weights, size: kernelSize, note: `${kernelSize} × ${kernelSize}` },
          { heading: say("products"), grid: products, size: kernelSize },
        ],
      });
      complaint.textContent = "";
      weights.element.after(complaint);
      const count = stage.count ** 2 * kernelSize ** 2;
      const work = say("work", { outputs: write(stage.count ** 2), weights: kernelSize ** 2, count, total: write(count) });
      facts.replaceChildren([...stage.facts(), work].join(" "));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const values = { ...error.values, size: image.length, span: span(window) };
      stage.draw({ image, window, refused: say(error.reason, values) });
    }
  }

  /** The kernel as fields to type into; one of them is a stop of the Tab key. */
  function editableWeights() {
    const grid = new NumberGrid(kernel.length, kernel.length, { role: "group", label: say("kernel label") });
    const inputs = kernel.map((values, row) =>
      values.map((weight, column) =>
        make("input", {
          type: "text", inputmode: "numeric", value: write(weight), tabindex: row + column ? -1 : 0, ...OWN_KEYS,
          "aria-label": say("weight", { row, column }),
          onfocus: (event) => event.target.select(),
          onchange: (event) => setWeight(row, column, event.target),
        }),
      ),
    );
    grid.each((cell, row, column) => {
      setNumber(cell, write(kernel[row][column]));
      cell.replaceChildren(inputs[row][column]);
    });
    arrowKeys(grid.element, {
      rows: kernel.length,
      columns: kernel.length,
      current: () => {
        const at = inputs.flat().indexOf(host.shadowRoot.activeElement);
        return [Math.floor(at / kernel.length), at % kernel.length];
      },
      move: (row, column) => {
        inputs.flat().forEach((input) => input.setAttribute("tabindex", -1));
        inputs[row][column].setAttribute("tabindex", 0);
        inputs[row][column].focus();
      },
    });
    return grid;
  }

  function setWeight(row, column, input) {
    const typed = input.value.trim().replace("−", "-").replace(",", ".");
    const weight = Number(typed);
    if (typed === "" || !Number.isFinite(weight) || Math.abs(weight) > 999) {
      complaint.textContent = say("no weight", { typed: input.value });
      input.value = write(kernel[row][column]);
      return;
    }
    complaint.textContent = "";
    kernel = kernel.map((values, r) => values.map((one, c) => (r === row && c === column ? weight : one)));
    settings.kernelKind = "own";
    kernelMenu.set("own");
    input.value = write(weight);
    stage.change(convolve(image, kernel, window));
  }

  function setImage(kind) {
    settings.picture = kind;
    image = kind === "own" ? settings.image : makePicture(kind, image.length);
    sizeSlider.set(image.length);
    redraw();
  }

  function setKernel(kind) {
    settings.kernelKind = kind;
    if (kind !== "own") kernel = makeKernel(kind, window.kernelSize);
    redraw();
  }

  const pictures = pictureMenu(say, settings, setImage);
  const kernelMenu = menu(say("weights"), {
    options: [...Object.keys(KERNELS).map((kind) => [kind, say(kind)]), ["own", say("own weights")]],
    value: settings.kernelKind,
    change: setKernel,
  });
  const whole = (key, least, most, value, change) =>
    slider(say(key), { least, most, value, change: (next) => { change(next); redraw(); } });
  const sizeSlider = whole("size", 1, 12, image.length, (next) => {
    if (settings.picture === "own") pictures.set((settings.picture = "numbers"));
    image = makePicture(settings.picture, next);
  });
  frame.controls.append(
    sizeSlider.element,
    whole("kernel size", 1, 7, window.kernelSize, (next) => {
      if (settings.kernelKind === "own") kernelMenu.set((settings.kernelKind = "ones"));
      window.kernelSize = next;
      kernel = makeKernel(settings.kernelKind, next);
    }).element,
    whole("stride", 1, 4, window.stride, (next) => { window.stride = next; }).element,
    whole("dilation", 1, 4, window.dilation, (next) => { window.dilation = next; }).element,
    choice(say("padding"), {
      options: [["valid", "valid"], ["same", "same"]],
      value: window.padding,
      change: (next) => { window.padding = next; redraw(); },
    }).element,
    pictures.element,
    kernelMenu.element,
  );
  stage.details.append(sum, facts);
  stage.player.element.append(tick(say("cover"), { value: false, change: (on) => stage.cover(on) }).element);
  frame.help(say("help mouse"), say("counting"), say("help keys"), say("help weights"));
  redraw();
}

function bracket(weight) {
  return weight < 0 ? `(${write(weight)})` : write(weight);
}

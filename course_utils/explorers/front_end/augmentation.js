// The augmentation explorer: one picture and what random layers make of it.

import { Frame, make, menu, button, slider, tick, write } from "./elements.js";
import { range } from "./arithmetic.js";
import { affine, chance, changeContrast, FILL_MODES, warp } from "./warp.js";

const VERSIONS = 11; // and the original: twelve places

/** What is drawn for each version; the same `seed` gives the same luck at any strength. */
export function drawVersions(seed, { mirror, flip, rotation, zoom, translation, contrast }) {
  const next = chance(seed);
  const around = (most) => (2 * next() - 1) * most;
  return range(VERSIONS).map(() => {
    const [toMirror, toFlip] = [next() < 0.5, next() < 0.5];
    return {
      mirror: mirror && toMirror,
      flip: flip && toFlip,
      turn: 2 * Math.PI * around(rotation),
      zoom: 1 + around(zoom),
      right: around(translation),
      down: around(translation),
      contrast: 1 + around(contrast),
    };
  });
}

export function show(host, options) {
  const frame = new Frame(host, options, "augmentation title");
  const { say } = frame;
  const { picture, ...state } = options.settings;
  let original; // its pixels, once it is decoded
  const canvases = range(VERSIONS + 1).map(() => make("canvas", { role: "img" }));
  const captions = canvases.map(() => make("figcaption"));
  const code = make("pre", { class: "code", tabindex: 0, "aria-label": say("code") });
  frame.stage.classList.add("pictures");
  frame.stage.append(...canvases.map((canvas, at) => make("figure", {}, canvas, captions[at])));

  function redraw() {
    code.textContent = layers(state);
    if (original === undefined) return;
    const { data, width, height } = original;
    drawVersions(state.seed, state).forEach((version, index) => {
      const pixels = warp(data, width, height, affine(width, height, version), state.fillMode);
      paint(index + 1, changeContrast(pixels, version.contrast), describe(version));
    });
  }

  function paint(index, pixels, words) {
    const { width, height } = original;
    Object.assign(canvases[index], { width, height });
    const rounded = Uint8ClampedArray.from(pixels);
    canvases[index].getContext("2d").putImageData(new ImageData(rounded, width, height), 0, 0);
    canvases[index].setAttribute("aria-label", words);
    captions[index].textContent = words;
  }

  function describe({ mirror, flip, turn, zoom, right, down, contrast }) {
    const degrees = Math.round((turn * 180) / Math.PI);
    const percent = (share) => write(Math.round(share * 100));
    const parts = [
      mirror && say("mirrored"),
      flip && say("upside down"),
      degrees !== 0 && say("turned", { degrees: signed(degrees) }),
      state.zoom > 0 && say("zoomed", { size: percent(1 / zoom) }),
      state.translation > 0 && say("moved to", { right: signed(Math.round(right * 100)), down: signed(Math.round(down * 100)) }),
      state.contrast > 0 && say("contrast of", { contrast: percent(contrast) }),
    ];
    return parts.filter(Boolean).join(", ") || say("unchanged");
  }

  function drawAgain() {
    state.seed += 1;
    redraw();
    frame.announce(say("drawn", { count: state.seed, versions: VERSIONS, first: captions[1].textContent }));
  }

  const set = (key) => (value) => { state[key] = value; redraw(); };
  const strength = (key, most, step, shown) =>
    slider(say(key), { least: 0, most, step, value: state[key], shown, change: set(key) }).element;
  const percent = (value) => say("up to", { percent: Math.round(value * 100) });
  const flips = make("fieldset", { class: "control choice flips" }, make("legend", { class: "name" }, say("flips")),
    tick(say("left for right"), { value: state.mirror, change: set("mirror") }).element,
    tick(say("top for bottom"), { value: state.flip, change: set("flip") }).element);
  frame.controls.append(
    flips,
    strength("rotation", 0.5, 0.025, (value) => `±${Math.round(value * 360)}°`),
    strength("zoom", 0.5, 0.05, percent),
    strength("translation", 0.5, 0.05, percent),
    strength("contrast", 1, 0.1, percent),
    menu(say("fill mode"), {
      options: FILL_MODES.map((mode) => [mode, say(`fill ${mode}`)]), value: state.fillMode, change: set("fillMode"),
    }).element,
  );
  frame.stage.before(make("div", { class: "player again" }, button(say("draw again"), drawAgain, { class: "play" })));
  frame.stage.after(make("p", { class: "note" }, say("code")), code);
  frame.help(say("help augmentation"));

  const image = new Image();
  image.onload = () => {
    const { width, height } = image;
    const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
    context.drawImage(image, 0, 0);
    original = context.getImageData(0, 0, width, height);
    paint(0, original.data, say("original"));
    redraw();
  };
  image.src = picture;
  redraw();
}

function signed(number) {
  return number > 0 ? `+${number}` : write(number);
}

/** The Keras layers that do this. */
function layers({ mirror, flip, rotation, zoom, translation, contrast, fillMode }) {
  const directions = { "true,false": "horizontal", "false,true": "vertical", "true,true": "horizontal_and_vertical" };
  const number = (value) => String(Math.round(value * 1000) / 1000);
  const fill = `, fill_mode="${fillMode}"`;
  const lines = [
    (mirror || flip) && `RandomFlip("${directions[[mirror, flip]]}")`,
    rotation > 0 && `RandomRotation(${number(rotation)}${fill})`,
    zoom > 0 && `RandomZoom(${number(zoom)}${fill})`,
    translation > 0 && `RandomTranslation(${number(translation)}, ${number(translation)}${fill})`,
    // A pair, because Keras 3 takes a single number for "only stronger".
    contrast > 0 && `RandomContrast((${number(contrast)}, ${number(contrast)}))`,
  ];
  const calls = lines.filter(Boolean).map((line) => `    keras.layers.${line},\n`);
  return calls.length > 0 ? `keras.Sequential([\n${calls.join("")}])` : "keras.Sequential([])";
}

// The receptive-field explorer: a stack of layers, what it costs, and what one number of it sees.

import {
  convParameters, fieldAfter, multiplyAdds, pixels, range, Refusal, separableParameters, span, taps,
} from "./arithmetic.js";
import { button, Frame, make, menu, OWN_KEYS, slider, write } from "./elements.js";
import { drawCone } from "./cone.js";

const KINDS = ["convolution", "separable", "pooling"];
const LIMITS = { filters: [1, 512], kernelSize: [1, 11], stride: [1, 4], dilation: [1, 8] };

const layer = (kind, values) => ({ kind, filters: 32, kernelSize: 3, stride: 1, padding: "valid", dilation: 1, ...values });
const pooling = () => layer("pooling", { kernelSize: 2, stride: 2 });
const STACKS = {
  "stack chapter": () => [
    layer("convolution"), pooling(), layer("convolution", { filters: 64 }), pooling(),
    layer("convolution", { filters: 64 }),
  ],
  "stack small": () => range(3).map(() => layer("convolution")),
  "stack large": () => [layer("convolution", { kernelSize: 7 })],
  "stack dilated": () => [1, 2, 4].map((dilation) => layer("convolution", { dilation })),
  "stack strided": () => range(3).map(() => layer("convolution", { stride: 2, padding: "same" })),
};

/** The name of the stack among `stacks` that has exactly these layers, if there is one. */
function nameOf(layers, stacks) {
  const written = JSON.stringify(layers);
  return Object.keys(stacks).find((key) => JSON.stringify(stacks[key]()) === written);
}

/** What each layer outputs, costs and sees; the list ends before a layer that Keras refuses. */
export function follow(size, channels, layers) {
  const results = [];
  let field = pixels(size);
  for (const one of layers) {
    try {
      field = fieldAfter(field, one);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const values = { size: field.positions, span: span(one), ...error.values };
      return { results, refusal: { layer: results.length, reason: error.reason, values } };
    }
    const [parameters, weights] = cost(one, channels);
    if (one.kind !== "pooling") channels = one.filters;
    results.push({ field, channels, parameters, multiplyAdds: multiplyAdds(field.positions, weights) });
  }
  return { results };
}

function cost({ kind, filters, kernelSize }, channels) {
  if (kind === "pooling") return [0, 0];
  const count = kind === "separable" ? separableParameters : convParameters;
  return [count(channels, filters, kernelSize), count(channels, filters, kernelSize, false)];
}

/** The positions of each map that one position of layer `chosen` reads, from the input on. */
export function readPositions(size, layers, chosen, position) {
  const { results } = follow(size, 1, layers.slice(0, chosen + 1));
  const sizes = [size, ...results.map(({ field }) => field.positions)];
  const read = [new Set([position])];
  for (let index = chosen; index >= 0; index -= 1) {
    const places = taps(sizes[index], layers[index]);
    read.unshift(new Set([...read[0]].flatMap((one) => places[one] ?? [])));
  }
  return read; // with places in the padding, below 0 or beyond the map
}

export function show(host, options) {
  const frame = new Frame(host, options, "field title");
  const { say } = frame;
  const state = { size: options.settings.size, channels: options.settings.channels };
  const given = options.settings.layers;
  const stacks = options.settings.own ? { "stack own": () => structuredClone(given), ...STACKS } : STACKS;
  let layers = structuredClone(given);
  let changed = null; // the last stack that is none of these
  let chosen = layers.length - 1;
  let position = null; // the middle of the chosen map, until somebody points elsewhere

  const table = make("table", { class: "layers" });
  const drawing = make("div", { class: "cone" });
  const place = make("div", { class: "place" });
  const summary = make("p", { class: "sum" });
  frame.stage.classList.add("stacked");
  frame.stage.append(table, drawing, make("div", { class: "look" }, place, summary));

  /** Put a layer behind the chosen one. */
  function add(one) {
    if (layers.length === 10) return frame.announce(say("full"));
    layers.splice(chosen + 1, 0, one);
    choose(chosen + 1);
  }
  const adders = [["add convolution", () => layer("convolution")], ["add pooling", pooling]].map(([key, one]) => {
    const element = button("", () => { add(one()); element.focus(); });
    return { key, element };
  });

  /** Exchange a layer with the one above or below it; its button keeps the focus if it still can. */
  function move(index, by) {
    const to = index + by;
    [layers[index], layers[to]] = [layers[to], layers[index]];
    choose(to);
    const movers = [...table.tBodies[0].rows[to].querySelectorAll(".move")];
    const again = movers[by < 0 ? 0 : 1];
    (again.disabled ? movers.find((one) => one !== again) : again).focus();
    frame.announce(`${say("moved layer", { from: index + 1, to: to + 1 })} ${frame.spoken.textContent}`);
  }

  function remove(index) {
    if (layers.length === 1) return frame.announce(say("last layer"));
    layers.splice(index, 1);
    choose(Math.min(chosen, layers.length - 1));
    table.querySelectorAll("input[type=radio]")[chosen].focus();
  }

  function choose(index) {
    chosen = index;
    position = null;
    redraw();
  }

  /** Build the table anew; its fields keep the focus because `update` changes only the numbers. */
  function redraw() {
    const heads = ["layer", "kind", "filters", "kernel", "stride", "padding", "dilation", "output", "parameters", "multiply-adds", "field"];
    const rows = layers.map((one, index) => row(one, index));
    table.replaceChildren(
      make("caption", { class: "spoken-only" }, say("table")),
      make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, say(head))), make("td"))),
      make("tbody", {}, ...rows),
      make("tfoot", {}, make("tr", {},
        make("td", { class: "add", colspan: 7 },
          ...adders.map(({ element }) => element),
        ),
        make("th", { scope: "row" }, say("total")),
        ...["parameters", "multiply-adds"].map((key) => make("td", { class: "result", "data-head": say(key), "data-wide": true })),
        make("td"), make("td"),
      )),
    );
    update();
  }

  function row(one, index) {
    const name = (key) => say("of layer", { what: say(key), layer: index + 1 });
    const labelled = (key, ...content) => make("td", { "data-head": say(key) }, ...content);
    const whole = (key, field) => {
      const [least, most] = LIMITS[field];
      const input = make("input", {
        type: "number", min: least, max: most, value: one[field], "aria-label": name(key), ...OWN_KEYS,
        oninput: () => {
          const typed = Number(input.value);
          const right = Number.isInteger(typed) && typed >= least && typed <= most;
          input.setAttribute("aria-invalid", String(!right));
          if (!right) return warn(say("whole number", { least, most }));
          one[field] = typed;
          update();
        },
        onblur: () => {
          if (input.getAttribute("aria-invalid") !== "true") return;
          input.value = one[field];
          input.removeAttribute("aria-invalid");
          update();
        },
      });
      return labelled(key, input);
    };
    const select = (key, field, values, wide = null) => make("td", { "data-head": say(key), "data-wide": wide }, make(
      "select", {
        "aria-label": name(key), ...OWN_KEYS,
        onchange: (event) => { one[field] = event.target.value; field === "kind" ? changeKind(one, index) : update(); },
      },
      ...values.map((value) => make("option", { value, selected: one[field] === value }, say(value === "pooling" ? "pooling layer" : value))),
    ));
    const mover = (key, by) => button(by < 0 ? "↑" : "↓", () => move(index, by), {
      class: "small move", disabled: !layers[index + by], "aria-label": say(key, { layer: index + 1 }),
    });
    const none = (key) => labelled(key, "–");
    const pools = one.kind === "pooling";
    return make("tr", {},
      make("th", { scope: "row" }, make("label", {}, make("input", {
        type: "radio", name: "layer", checked: index === chosen, "aria-label": say("look at", { layer: index + 1 }),
        ...OWN_KEYS, onchange: () => { chosen = index; position = null; update(); },
      }), ` ${index + 1}`)),
      select("kind", "kind", KINDS, true),
      pools ? none("filters") : whole("filters", "filters"),
      whole("kernel", "kernelSize"), whole("stride", "stride"), select("padding", "padding", ["valid", "same"]),
      pools ? none("dilation") : whole("dilation", "dilation"),
      ...["output", "parameters", "multiply-adds", "field"].map((key) => make("td", { class: "result", "data-head": say(key), "data-wide": key !== "field" })),
      make("td", { class: "order" },
        mover("move up", -1), mover("move down", 1),
        button("×", () => remove(index), { class: "small", "aria-label": say("remove", { layer: index + 1 }) }),
      ),
    );
  }

  /** A row has other fields now; the focus stays on its kind. */
  function changeKind(one, index) {
    if (one.kind === "pooling") one.dilation = 1; // Keras' pooling has none
    redraw();
    table.tBodies[0].rows[index].querySelector("select").focus();
  }

  /** Call the stack by its name, or the reader's own as soon as it differs. */
  function nameStack() {
    const name = nameOf(layers, stacks);
    if (name === undefined) {
      if (changed === null) menuOfStacks.add("stack changed", say("stack changed"));
      changed = structuredClone(layers);
    }
    menuOfStacks.set(name ?? "stack changed");
  }

  function update() {
    nameStack();
    adders.forEach(({ key, element }) => { element.textContent = say(key, { layer: chosen + 1 }); });
    const { results, refusal } = follow(state.size, state.channels, layers);
    const lines = table.tBodies[0].rows;
    layers.forEach((_, index) => {
      const result = results[index];
      const texts = result
        ? [`${result.field.positions}×${result.field.positions}×${result.channels}`,
            write(result.parameters), write(result.multiplyAdds), `${result.field.size}×${result.field.size}`]
        : ["–", "–", "–", "–"];
      lines[index].querySelectorAll(".result").forEach((cell, column) => cell.replaceChildren(texts[column]));
      lines[index].classList.toggle("chosen", index === chosen);
      lines[index].classList.toggle("broken", index === refusal?.layer);
    });
    const total = (key) => write(results.reduce((all, one) => all + one[key], 0));
    table.tFoot.querySelectorAll(".result").forEach((cell, column) => {
      cell.textContent = total(["parameters", "multiplyAdds"][column]);
    });
    if (refusal) {
      const words = say(refusal.reason, refusal.values);
      warn(say("broken", { layer: refusal.layer + 1, words }));
    } else {
      summary.classList.remove("warning");
    }
    const shown = Math.min(chosen, results.length - 1);
    drawing.hidden = place.hidden = shown < 0;
    if (shown >= 0) look(results, shown, refusal !== undefined);
  }

  function warn(sentence) {
    summary.classList.add("warning");
    summary.replaceChildren(sentence);
    frame.announce(sentence);
  }

  /** Draw what one position of a map sees, and say it unless the stack is broken. */
  function look(results, index, broken) {
    const count = results[index].field.positions;
    const at = Math.min(position ?? Math.floor(count / 2), count - 1);
    const read = readPositions(state.size, layers, index, at);
    const fields = [pixels(state.size), ...results.slice(0, index + 1).map(({ field }) => field)];
    drawCone(drawing, {
      fields, layers, read, chosen: index,
      label: say("cone label"), names: [say("input"), ...range(index + 1).map((one) => say("layer name", { layer: one + 1 }))],
      point: (map, where) => {
        if (map === 0) return;
        chosen = map - 1;
        position = where;
        table.querySelectorAll("input[type=radio]")[chosen].checked = true;
        update();
      },
    });
    const old = place.querySelector("input");
    if (old && Number(old.max) === count - 1) {
      setPlace(at);
    } else {
      const control = slider(say("position"), {
        least: 0, most: count - 1, value: at, change: (next) => { position = next; update(); },
      });
      setPlace = control.set;
      place.replaceChildren(control.element);
    }
    if (broken) return;
    const field = fields.at(-1);
    const seen = [...read[0]].filter((pixel) => pixel >= 0 && pixel < state.size).length;
    const first = field.start + at * field.jump;
    const outside = [...range(field.size)].filter((pixel) => first + pixel < 0 || first + pixel >= state.size).length;
    const sentence = [
      say("sees", { layer: index + 1, position: at, size: field.size, picture: state.size }),
      outside > 0 ? say("in padding", { count: outside }) : "",
      seen < field.size - outside ? say("gaps", { seen, size: field.size - outside }) : "",
      count > 1 ? say("jump", { count: field.jump }) : say("no neighbour"),
    ].filter(Boolean).join(" ");
    summary.replaceChildren(sentence);
    frame.announce(sentence);
  }
  let setPlace = () => {};

  const menuOfStacks = menu(say("stack"), {
    options: Object.keys(stacks).map((key) => [key, say(key)]),
    value: nameOf(layers, stacks),
    change: (key) => {
      layers = key === "stack changed" ? structuredClone(changed) : stacks[key]();
      choose(layers.length - 1);
    },
  });
  const number = (key, most, field) =>
    slider(say(key), { least: 1, most, value: state[field], change: (next) => { state[field] = next; position = null; update(); } }).element;
  frame.controls.append(number("picture size", 128, "size"), number("channels", 4, "channels"), menuOfStacks.element);
  frame.help(say("help cone"), say("counting positions"), say("help field keys"));
  let width = 0; // the height changes with every layer, and then all is drawn already
  new ResizeObserver(() => {
    if (drawing.clientWidth === width) return;
    width = drawing.clientWidth;
    update();
  }).observe(drawing);
  redraw();
}

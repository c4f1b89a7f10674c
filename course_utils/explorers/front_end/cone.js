// The drawing of the receptive-field explorer: maps along one axis, and which of their positions
// one number sees. Every position stands over the middle of what it sees of the picture.

import { range, taps } from "./arithmetic.js";

const SPACE = "http://www.w3.org/2000/svg";
const HEIGHT = 24; // of a map
const GAP = 32; // between maps, for the lines

export function drawCone(place, { fields, layers, read, chosen, names, label, point }) {
  const left = Math.min(...fields.map((field, map) => middle(field, Math.min(0, ...read[map])) - field.jump / 2));
  const right = Math.max(
    ...fields.map((field, map) => middle(field, Math.max(field.positions - 1, ...read[map])) + field.jump / 2),
  );
  const width = Math.max(place.clientWidth, 200);
  const unit = Math.min(width / (right - left), 30);
  const shift = (width - unit * (right - left)) / 2 - left * unit;
  const x = (map, position) => middle(fields[map], position) * unit + shift;
  const y = (map) => 22 + map * (HEIGHT + GAP);
  const side = (map) => Math.max(Math.min(fields[map].jump * unit * 0.86, HEIGHT), Math.min(unit, 2));
  const box = (map, position) => {
    const [half, tall] = [side(map) / 2, HEIGHT];
    return `M${round(x(map, position) - half)} ${y(map)}h${round(2 * half)}v${tall}h${round(-2 * half)}z`;
  };

  const boxes = { map: [], seen: [], padding: [] };
  fields.forEach((field, map) => {
    for (const position of range(field.positions)) {
      (read[map].has(position) ? boxes.seen : boxes.map).push(box(map, position));
    }
    const outside = [...read[map]].filter((position) => position < 0 || position >= field.positions);
    boxes.padding.push(...outside.map((position) => box(map, position)));
  });
  const top = [...read[chosen + 1]].map((position) => box(chosen + 1, position));
  const lines = [];
  range(chosen + 1).forEach((map) => {
    const places = taps(fields[map].positions, layers[map]);
    for (const position of read[map + 1]) {
      for (const tap of places[position] ?? []) {
        lines.push(`M${round(x(map, tap))} ${y(map) + HEIGHT}L${round(x(map + 1, position))} ${y(map + 1)}`);
      }
    }
  });

  const height = y(fields.length - 1) + HEIGHT + 8;
  const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    svg("path", { class: "lines", d: lines.join("") }),
    svg("path", { class: "map", d: boxes.map.join("") }),
    svg("path", { class: "outside", d: boxes.padding.join("") }),
    svg("path", { class: "seen", d: boxes.seen.join("") }),
    svg("path", { class: "top", d: top.join("") }),
    ...names.map((name, map) => svg("text", { x: 0, y: y(map) - 6 }, name)),
  );
  const find = (event) => {
    const { left: pageLeft, top: pageTop } = picture.getBoundingClientRect();
    const map = fields.findIndex((_, index) => Math.abs(event.clientY - pageTop - y(index) - HEIGHT / 2) <= HEIGHT / 2 + 6);
    if (map < 0) return;
    const near = (event.clientX - pageLeft - x(map, 0)) / (fields[map].jump * unit);
    point(map, Math.min(Math.max(Math.round(near), 0), fields[map].positions - 1));
  };
  picture.addEventListener("pointermove", (event) => event.pointerType === "mouse" && find(event));
  picture.addEventListener("pointerdown", find);
  place.replaceChildren(picture);
}

/** The middle of what a position sees, in pixels of the picture. */
function middle(field, position) {
  return field.start + position * field.jump + (field.size - 1) / 2;
}

function round(number) {
  return Math.round(number * 10) / 10;
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

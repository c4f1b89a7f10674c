// Small pictures of numbers of any size to lay windows on.

import { menu } from "./elements.js";
import { range } from "./arithmetic.js";

const PICTURES = {
  // Numbers that look like chance and are the same every time.
  numbers: (row, column) => (7 * row * row + 5 * column * column + 3 * row * column + 2 * row + column + 1) % 10,
  edge: (row, column, size) => (column < size / 2 ? 0 : 9),
  cross: (row, column, size) => (row === column || row + column === size - 1 ? 9 : 0),
  ring: (row, column, size) => (Math.min(row, column, size - 1 - row, size - 1 - column) === 1 ? 9 : 0),
};

export function makePicture(kind, size) {
  return range(size).map((row) => range(size).map((column) => PICTURES[kind](row, column, size)));
}

/** A list of the pictures, with the one that was handed over if there is one. */
export function pictureMenu(say, settings, change) {
  const options = Object.keys(PICTURES).map((kind) => [kind, say(`picture ${kind}`)]);
  if (settings.image) options.push(["own", say("picture own")]);
  return menu(say("picture"), { options, value: settings.picture, change });
}

// Grids of numbers, how arrow keys walk through them, and how one is played step by step.

import { button, make } from "./elements.js";
import { range } from "./arithmetic.js";

/** Numbers in rows and columns; `cells[row][column]` are elements that can be marked. */
export class NumberGrid {
  constructor(rows, columns, { label, role = "img", fill = () => ({}) }) {
    this.marked = {};
    this.cells = range(rows).map((row) =>
      range(columns).map((column) => {
        const { text = "", ...attributes } = fill(row, column);
        const cell = make("div", { class: "cell", role: role === "grid" ? "gridcell" : null, ...attributes });
        setNumber(cell, text);
        return cell;
      }),
    );
    const lines = this.cells.map((cells) =>
      make("div", { class: "line", role: role === "grid" ? "row" : null }, ...cells),
    );
    this.element = make("div", { class: "grid", role, "aria-label": label, style: `--columns: ${columns}` }, ...lines);
  }

  /** Let the numbers from black to white shimmer through behind the digits. */
  shade(values) {
    const most = Math.max(...values.flat().map((value) => Math.abs(value ?? 0))) || 1;
    this.each((cell, row, column) => {
      const share = Math.abs(values[row][column] ?? 0) / most;
      cell.style.setProperty("--shade", `${Math.round(share * 26)}%`);
    });
  }

  /** Mark exactly these cells; those that carried the mark before lose it. */
  mark(name, cells) {
    this.marked[name]?.forEach((cell) => cell.classList.remove(name));
    cells.forEach((cell) => cell.classList.add(name));
    this.marked[name] = cells;
  }

  /** The cells whose row and column fulfil a condition. */
  where(test) {
    return this.cells.flatMap((cells, row) => cells.filter((_, column) => test(row, column)));
  }

  each(visit) {
    this.cells.forEach((cells, row) => cells.forEach((cell, column) => visit(cell, row, column)));
  }
}

/** A grid under its heading; `note` stands below in small print. */
export function panel(heading, grid, note = "") {
  return make("figure", { class: "panel" }, make("figcaption", {}, heading), grid, make("p", { class: "note" }, note));
}

/** Write a number into its cell, smaller if it is long. */
export function setNumber(cell, text) {
  cell.textContent = text;
  cell.style.setProperty("--length", Math.max(text.length, 2));
}

export function setCellSize(stage, pixels) {
  stage.style.setProperty("--cell", `${Math.max(Math.floor(pixels) - 3, 14)}px`);
}

/** Arrow keys, Home and End move within `rows` × `columns`; Ctrl with Home or End to the corners. */
export function arrowKeys(element, { rows, columns, current, move }) {
  element.addEventListener("keydown", (event) => {
    const [row, column] = current();
    const far = event.ctrlKey || event.metaKey;
    const target = {
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      Home: [far ? 0 : row, 0],
      End: [far ? rows - 1 : row, columns - 1],
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    move(Math.min(Math.max(target[0], 0), rows - 1), Math.min(Math.max(target[1], 0), columns - 1));
  });
}

const STEP = 900; // milliseconds; slow enough to add up along with it

/** Back, play and next. `count()` places, `place()` the current one, `go(place)` moves. */
export class Player {
  constructor(frame, { count, place, go }) {
    Object.assign(this, { frame, count, place, go, timer: null });
    const { say } = frame;
    this.play = button(say("play"), () => this.toggle(), { class: "play" });
    this.element = make(
      "div", { class: "player", role: "group", "aria-label": say("player") },
      button(say("back"), () => this.step(-1)), this.play, button(say("next"), () => this.step(1)),
    );
    frame.element.addEventListener("keydown", (event) => {
      const own = event.composedPath()[0];
      if (event.key !== " " || own.matches("input, select, button")) return;
      event.preventDefault();
      this.toggle();
    });
  }

  step(by) {
    this.pause();
    if (this.count() > 0) this.go((this.place() + by + this.count()) % this.count());
  }

  toggle() {
    if (this.timer !== null) {
      this.pause();
      this.go(this.place()); // now it is read out
      return;
    }
    if (this.count() === 0) return;
    this.timer = setInterval(() => this.advance(), STEP);
    this.play.textContent = this.frame.say("pause");
    this.frame.announce(this.frame.say("playing"));
    if (this.place() === this.count() - 1) this.go(0);
  }

  advance() {
    if (!this.frame.host.isConnected) return this.pause();
    if (this.place() >= this.count() - 2) this.pause(); // the last step is read out
    this.go(Math.min(this.place() + 1, this.count() - 1));
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.play.textContent = this.frame.say("play");
  }

  get playing() {
    return this.timer !== null;
  }
}

// A window that slides over a picture of numbers: the input with its padding, and the output.

import { droppedRows, paddingAmounts, range, span, taps } from "./arithmetic.js";
import { make, OWN_KEYS, write } from "./elements.js";
import { arrowKeys, NumberGrid, panel, Player, setCellSize, setNumber } from "./grids.js";

/**
 * The stage of the convolution and the pooling explorer.
 *
 * `explain({ row, column, patch, value })` is called whenever another output is pointed at; it
 * fills the panels between input and output, and returns the sentence to be read out.
 */
export class WindowStage {
  constructor(frame, explain) {
    Object.assign(this, { frame, explain, row: 0, column: 0, count: 0, covered: false });
    this.player = new Player(frame, {
      count: () => this.count ** 2,
      place: () => this.row * this.count + this.column,
      go: (place) => this.point(Math.floor(place / this.count), place % this.count),
    });
    this.details = make("div", { class: "details" }, this.player.element);
    new ResizeObserver(() => this.fit()).observe(frame.stage);
  }

  /**
   * Draw anew. `between` are panels, each { heading, grid, size, note }; `added` is what stands in
   * the padding; `refused` says why there is no output.
   */
  draw({ image, window, output, between, added, refused }) {
    Object.assign(this, { image, window, output });
    this.others = between?.reduce((total, { size }) => total + size, 0);
    this.frame.stage.classList.toggle("refused", refused !== undefined);
    if (refused !== undefined) {
      this.player.pause();
      this.count = 0;
      this.frame.stage.replaceChildren(make("p", { class: "refusal" }, refused));
      this.frame.announce(refused);
      return;
    }
    const { say } = this.frame;
    this.places = taps(image.length, window);
    this.count = this.places.length;
    const [before, after] = paddingAmounts(image.length, window);
    this.before = before;
    const steps = between.map(({ heading, grid, note }) => panel(heading, grid.element, note));
    const results = panel(say("output"), this.drawOutput(), `${this.count} × ${this.count}`);
    results.classList.add("results");
    this.frame.stage.replaceChildren(
      panel(say("input"), this.drawInput(before, after, added), this.sizes(image.length, before + after)),
      make("div", { class: "side" }, ...steps, results, this.details),
    );
    this.panels = between.length + 2;
    this.fit();
    this.point(Math.min(this.row, this.count - 1), Math.min(this.column, this.count - 1));
  }

  /** Make all cells as large as the width allows, without growing out of a screen's height. */
  fit() {
    const { stage } = this.frame;
    if (this.count === 0 || stage.clientWidth === 0) return; // nothing there, or not shown yet
    const wide = this.input.cells.length;
    const others = this.others;
    const share = (columns, gaps) => (stage.clientWidth - gaps * 40) / columns;
    const inOneRow = share(wide + others + this.count, this.panels - 1);
    const inTwoColumns = share(wide + Math.max(others + 1, this.count), 1);
    const beside = inTwoColumns >= 30 && stage.clientWidth > 640;
    const cell = beside ? Math.max(inOneRow, Math.min(inTwoColumns, 38)) : Math.min(share(wide, 0), 46);
    const tallest = beside ? Math.max(560 / wide, 26) : cell;
    setCellSize(stage, Math.min(cell, tallest, 68));
    stage.classList.toggle("beside", beside);
  }

  sizes(size, padding) {
    const note = `${size} × ${size}`;
    return padding > 0 ? this.frame.say("with padding", { size: note, padded: size + padding }) : note;
  }

  drawInput(before, after, added) {
    const size = this.image.length;
    const inside = (position) => position >= 0 && position < size;
    const read = new Set(this.places.flat());
    const value = (row, column) => this.image[row - before]?.[column - before] ?? null;
    this.input = new NumberGrid(size + before + after, size + before + after, {
      label: this.frame.say("input label", { size }),
      fill: (row, column) => ({ text: value(row, column) === null ? added : write(value(row, column)) }),
    });
    this.input.shade(this.input.cells.map((cells, row) => cells.map((_, column) => value(row, column))));
    const outside = (row, column) => !(inside(row - before) && inside(column - before));
    const unread = (row, column) => !(read.has(row - before) && read.has(column - before));
    this.input.mark("padding", this.input.where(outside));
    this.input.mark("unread", this.input.where(unread));
    this.outline = make("div", { class: "outline", style: `--span: ${span(this.window)}` });
    this.input.element.append(this.outline);
    return this.input.element;
  }

  drawOutput() {
    const { say } = this.frame;
    const grid = new NumberGrid(this.count, this.count, {
      role: "grid",
      label: say("output label", { size: this.count }),
      fill: (row, column) => ({
        tabindex: -1,
        "aria-label": say("place", { row, column }),
        ...OWN_KEYS,
        onpointerenter: () => this.player.playing || this.visit(row, column),
        onpointerdown: () => this.visit(row, column),
        onfocus: () => this.visit(row, column),
      }),
    });
    arrowKeys(grid.element, {
      rows: this.count,
      columns: this.count,
      current: () => [this.row, this.column],
      move: (row, column) => grid.cells[row][column].focus(),
    });
    this.results = grid;
    this.writeOutput();
    return grid.element;
  }

  /** Somebody points here: that ends the playing. */
  visit(row, column) {
    this.player.pause();
    this.point(row, column);
  }

  cover(covered) {
    this.covered = covered;
    if (this.count > 0) this.writeOutput();
  }

  /** Show another output of the same size. */
  change(output) {
    this.output = output;
    this.writeOutput();
    this.point(this.row, this.column);
  }

  writeOutput() {
    const later = (row, column) =>
      this.covered && (row > this.row || (row === this.row && column > this.column));
    this.results.shade(this.output);
    this.results.mark("later", this.results.where(later));
    this.results.each((cell, row, column) => {
      setNumber(cell, later(row, column) ? "?" : write(this.output[row][column]));
    });
  }

  point(row, column) {
    this.results.cells[this.row]?.[this.column]?.setAttribute("tabindex", "-1");
    Object.assign(this, { row, column });
    this.results.cells[row][column].setAttribute("tabindex", "0");
    const [rows, columns] = [this.places[row], this.places[column]];
    const corner = (positions) => positions[0] + this.before;
    this.outline.style.setProperty("--row", corner(rows));
    this.outline.style.setProperty("--column", corner(columns));
    const cells = (line) => columns.map((c) => line[c + this.before]);
    this.input.mark("tap", rows.flatMap((r) => cells(this.input.cells[r + this.before])));
    this.results.mark("current", [this.results.cells[row][column]]);
    if (this.covered) this.writeOutput();
    const patch = rows.map((r) => columns.map((c) => this.image[r]?.[c] ?? null));
    const sentence = this.explain({ row, column, patch, rows, columns, value: this.output[row][column] });
    if (!this.player.playing) this.frame.announce(sentence);
  }

  padded() {
    return this.input.cells.length > this.image.length;
  }

  /** The facts about sizes that hold for convolution and pooling alike, as sentences. */
  facts() {
    const { say } = this.frame;
    const size = this.image.length;
    const { stride, padding } = this.window;
    const reach = span(this.window);
    const formula = padding === "same" ? "size same" : "size valid";
    const sentences = [say(formula, { size, span: reach, stride, output: this.count })];
    const [before, after] = paddingAmounts(size, this.window);
    if (padding === "same" && after === 0) sentences.push(say("same without zeros"));
    if (after > 0 && before === after) sentences.push(say("padding even", { count: before }));
    if (after > before) sentences.push(say("padding uneven", { before, after }));
    const dropped = droppedRows(size, this.window);
    if (dropped > 0) sentences.push(say("dropped", { count: dropped }));
    const read = new Set(this.places.flat());
    const skipped = range(size - dropped).filter((position) => !read.has(position)).length;
    if (skipped > 0) sentences.push(say("skipped", { count: skipped }));
    return sentences;
  }
}

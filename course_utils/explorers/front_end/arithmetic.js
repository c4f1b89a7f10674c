// The arithmetic of convnets: the same rules as course_utils/arithmetic.py, with which the tests
// compare every function here. A window is { kernelSize, stride, padding, dilation }.

/** What Keras refuses; `reason` is a key of KERAS_REFUSES in arithmetic.py. */
export class Refusal extends Error {
  constructor(reason, values = {}) {
    super(reason);
    this.reason = reason;
    this.values = values;
  }
}

/** Positions from the first that a window reads to the last, both included. */
export function span(window) {
  return (window.kernelSize - 1) * window.dilation + 1;
}

/** How many positions a convolution or a pooling layer outputs along one axis. */
export function outputSize(size, window) {
  check(size, window);
  if (window.padding === "same") return Math.ceil(size / window.stride);
  if (span(window) > size) throw new Refusal("too large", { span: span(window), size });
  return Math.floor((size - span(window)) / window.stride) + 1;
}

/** How many zeros stand before and after the input; the extra one of an odd number after it. */
export function paddingAmounts(size, window) {
  const total = Math.max(overhang(size, window), 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** How many positions at the end of the input no window reaches. */
export function droppedRows(size, window) {
  return Math.max(-overhang(size, window), 0);
}

/** The input positions that each output reads; those outside of the input lie in the padding. */
export function taps(size, window) {
  const [before] = paddingAmounts(size, window);
  return range(outputSize(size, window)).map((output) =>
    range(window.kernelSize).map((tap) => output * window.stride - before + tap * window.dilation),
  );
}

/** Lay the window everywhere on a square image; `combine` gets rows of values, null in padding. */
export function slide(image, window, combine) {
  const places = taps(image.length, window);
  return places.map((rows) =>
    places.map((columns) =>
      combine(rows.map((row) => columns.map((column) => image[row]?.[column] ?? null))),
    ),
  );
}

/** The output of a convolution without bias; padding counts as 0. */
export function convolve(image, kernel, window) {
  return slide(image, window, (patch) => sum(multiply(patch, kernel).flat()));
}

export function multiply(patch, kernel) {
  return patch.map((values, row) => values.map((value, column) => (value ?? 0) * kernel[row][column]));
}

/** The output of max or average pooling; both ignore padding. */
export function pool(image, kind, window) {
  return slide(image, window, (patch) => combinePool(patch, kind));
}

export function combinePool(patch, kind) {
  const real = patch.flat().filter((value) => value !== null);
  return kind === "max" ? Math.max(...real) : sum(real) / real.length;
}

export function convParameters(channels, filters, kernelSize, useBias = true) {
  return filters * (channels * kernelSize ** 2 + (useBias ? 1 : 0));
}

/** A depthwise separable convolution; only its 1×1 half has biases. */
export function separableParameters(channels, filters, kernelSize, useBias = true) {
  return channels * kernelSize ** 2 + convParameters(channels, filters, 1, useBias);
}

/** Each weight once at each position of a square output. */
export function multiplyAdds(size, weights) {
  return size ** 2 * weights;
}

/** What the positions of the input itself see: themselves. */
export function pixels(size) {
  return { size: 1, jump: 1, start: 0, positions: size };
}

/** What the positions of a feature map see of the picture along one axis, one layer later. */
export function fieldAfter(field, window) {
  const [before] = paddingAmounts(field.positions, window);
  return {
    size: field.size + (span(window) - 1) * field.jump,
    jump: field.jump * window.stride,
    start: field.start - before * field.jump,
    positions: outputSize(field.positions, window),
  };
}

export function range(count) {
  return Array.from({ length: count }, (_, index) => index);
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function check(size, window) {
  if (!["valid", "same"].includes(window.padding)) throw new Refusal("padding");
  for (const number of [size, window.kernelSize, window.stride, window.dilation]) {
    if (!Number.isInteger(number) || number < 1) throw new Refusal("not a size");
  }
  if (window.stride > 1 && window.dilation > 1) throw new Refusal("stride and dilation", window);
}

function overhang(size, window) {
  return (outputSize(size, window) - 1) * window.stride + span(window) - size;
}

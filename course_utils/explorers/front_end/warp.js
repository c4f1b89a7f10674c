// Random versions of a picture. One affine map does for mirroring, turning, zooming and moving what
// RandomAffine in course_utils/models/augmentation.py does; the pixels come out as from Keras'
// affine_transform, with which the tests compare them.

import { range } from "./arithmetic.js";

/** Where a pixel (x, y) of the new picture lies in the old one: [a b c d e f], x' = ax + by + c. */
export function affine(width, height, { mirror, flip, turn, zoom, right, down }) {
  const [cosine, sine] = [zoom * Math.cos(turn), zoom * Math.sin(turn)];
  const [acrossSide, downSide] = [mirror ? -1 : 1, flip ? -1 : 1];
  const [a, b, d, e] = [acrossSide * cosine, -acrossSide * sine, downSide * sine, downSide * cosine];
  const [x, y] = [(width - 1) / 2, (height - 1) / 2];
  const [fromX, fromY] = [x + right * width, y + down * height];
  return [a, b, x - a * fromX - b * fromY, d, e, y - d * fromX - e * fromY];
}

/** New pixels (height × width × 4, as a canvas has them) through a map, bilinear. */
export function warp(pixels, width, height, [a, b, c, d, e, f], fillMode) {
  const output = new Float32Array(pixels.length);
  const fold = FOLDS[fillMode];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const x = fold(a * column + b * row + c, width);
      const y = fold(d * column + e * row + f, height);
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const at = 4 * (row * width + column);
      for (let corner = 0; corner < 4; corner += 1) {
        const [r, k] = [top + (corner >> 1), left + (corner & 1)];
        const share = (1 - Math.abs(y - r)) * (1 - Math.abs(x - k));
        if (share === 0 || r < 0 || k < 0 || r >= height || k >= width) continue; // black
        const from = 4 * (r * width + k);
        output[at] += share * pixels[from];
        output[at + 1] += share * pixels[from + 1];
        output[at + 2] += share * pixels[from + 2];
      }
      output[at + 3] = 255;
    }
  }
  return output;
}

/** TensorFlow's rules for places outside of a side of `size` pixels. */
const FOLDS = {
  constant: (place) => place,
  nearest: (place, size) => clamp(place, size),
  reflect: (place, size) => {
    if (place < 0) {
      const moved = place < 2 * size ? place + 2 * size * Math.trunc(-place / (2 * size)) : place;
      return clamp(moved < -size ? moved + 2 * size : -moved - 1, size);
    }
    const moved = place - 2 * size * Math.trunc(place / (2 * size));
    return clamp(moved >= size ? 2 * size - moved - 1 : moved, size);
  },
  wrap: (place, size) => {
    if (size === 1) return 0;
    if (place < 0) return clamp(place + size * (Math.trunc(-place / (size - 1)) + 1), size);
    return clamp(place > size - 1 ? place - size * Math.trunc(place / (size - 1)) : place, size);
  },
};
export const FILL_MODES = Object.keys(FOLDS);

function clamp(place, size) {
  return Math.min(Math.max(place, 0), size - 1);
}

/** Pull the values of each channel away from their mean (factor above 1) or towards it. */
export function changeContrast(pixels, factor) {
  for (const channel of range(3)) {
    let total = 0;
    for (let at = channel; at < pixels.length; at += 4) total += pixels[at];
    const mean = total / (pixels.length / 4);
    for (let at = channel; at < pixels.length; at += 4) {
      pixels[at] = Math.min(Math.max((pixels[at] - mean) * factor + mean, 0), 255);
    }
  }
  return pixels;
}

/** Numbers between 0 and 1 that look like chance and are the same for the same seed (mulberry32). */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

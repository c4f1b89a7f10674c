"""Noise for fur, cloth and cameras: a few tiles, filtered once, from which windows are cut.

Used in: 04, 05, 06, 07, 08.
"""

import functools

import numpy as np

#: Side of the tiles in pixels; they repeat beyond it.
TILE = 512


@functools.cache
def clouds() -> np.ndarray:
    """Return soft noise of variance 1, (512, 512), that repeats without a seam."""
    return _tile(0, (40.0, 40.0), 1.4)


@functools.cache
def fur() -> np.ndarray:
    """Return noise of variance 1, (512, 512), streaked along the rows' direction."""
    return _tile(1, (34.0, 150.0), 0.5)


@functools.cache
def speckle() -> np.ndarray:
    """Return fine noise of variance 1, (512, 512)."""
    return _tile(2, (140.0, 140.0), 0.2)


def _tile(stream: int, reach: tuple[float, float], roughness: float) -> np.ndarray:
    """Filter white noise: ``reach`` in cycles per tile, x then y; ``roughness`` is a power."""
    white = np.random.default_rng([7, stream]).standard_normal((TILE, TILE))
    cycles = np.fft.fftfreq(TILE, 1 / TILE)
    radius = np.hypot(cycles[:, None] / reach[1], cycles / reach[0])
    spread = np.exp(-0.5 * radius**2) / np.maximum(radius, 0.02) ** roughness
    spread[0, 0] = 0
    noise = np.fft.ifft2(np.fft.fft2(white) * spread).real
    return (noise / noise.std()).astype(np.float32)


def crop_tile(
    tile: np.ndarray, shape: tuple[int, int], rng: np.random.Generator, zoom: float = 1.0
) -> np.ndarray:
    """Cut a window of the given shape out of a tile at a random place, mirrored at random.

    ``zoom`` above 1 makes the noise coarser.
    """
    start = rng.integers(TILE, size=2)
    flip = rng.integers(2, size=2) * 2 - 1
    steps = [(start[k] + (flip[k] * np.arange(shape[k]) / zoom).astype(int)) % TILE for k in (0, 1)]
    return tile[steps[0]].take(steps[1], axis=1)

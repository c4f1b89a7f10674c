"""A small renderer: which part of a figure is seen at each pixel, and in what light.

The viewer is far away (no perspective). Each part is solved in closed form for the pixels that it
covers; the part that is nearest wins a pixel. What is kept per pixel is depth, normal and material;
light and markings are computed once at the end. Real depth makes turned heads, hidden legs and
things in front come out right by themselves.

Used in: 04, 05, 06, 07, 08.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from course_utils.samples.drawing import Figure, Material, Vector
from course_utils.samples.noise import TILE, clouds

#: Everything is drawn this much larger and reduced at the end, which smooths the edges.
SUPERSAMPLING = 1.5

_FAR = np.float32(-1e9)


@dataclass
class Surfaces:
    """What is seen at each pixel of a window.

    Attributes:
        depth: Float array (height, width), larger is nearer, very negative where nothing is.
        normal: Float array (3, height, width).
        material: Index of the material, uint8 (height, width).
        grain: Noise (height, width) that roughens outlines.
        scale: Pixels per unit.
        centre: The pixel (x, y) of the figure's origin.
    """

    depth: np.ndarray
    normal: np.ndarray
    material: np.ndarray
    grain: np.ndarray
    scale: float
    centre: tuple[float, float]


def trace(
    figure: Figure, shape: tuple[int, int], scale: float, centre: Vector, grain: np.ndarray
) -> Surfaces:
    """Find the nearest part at every pixel.

    Args:
        figure: What to draw.
        shape: Height and width in pixels.
        scale: Pixels per unit.
        centre: The pixel (x, y) that shows the figure's origin.
        grain: Noise of variance 1, of the given shape.
    """
    seen = Surfaces(
        np.full(shape, _FAR),
        np.zeros((3, *shape), np.float32),
        np.zeros(shape, np.uint8),
        grain,
        scale,
        (float(centre[0]), float(centre[1])),
    )
    height, width = shape
    for kind, low, high, index, data in figure.parts:
        left = max(0, math.floor(centre[0] + scale * low[0]) - 1)
        right = min(width, math.ceil(centre[0] + scale * high[0]) + 2)
        top = max(0, math.floor(centre[1] - scale * high[1]) - 1)
        bottom = min(height, math.ceil(centre[1] - scale * low[1]) + 2)
        if left >= right or top >= bottom:
            continue
        window = (slice(top, bottom), slice(left, right))
        x = ((np.arange(left, right, dtype=np.float32) - centre[0]) / scale).astype(np.float32)
        y = ((centre[1] - np.arange(top, bottom, dtype=np.float32)) / scale).astype(np.float32)
        fuzz = figure.materials[index].fuzz
        rough = fuzz * grain[window] if fuzz else None
        inside, z, normal = _SOLVERS[kind](x, y[:, None], rough, seen, window, data)
        nearer = inside & (z > seen.depth[window])
        np.copyto(seen.depth[window], z, where=nearer)
        np.copyto(seen.material[window], np.uint8(index), where=nearer)
        for axis in range(3):
            np.copyto(seen.normal[axis][window], normal[axis], where=nearer)
    return seen


def _ellipsoid(x, y, rough, seen, window, data):
    """Solve p·A·p = 1 for the nearer z; the normal is A·p."""
    centre, axes = data
    inverse = axes / (axes * axes).sum(axis=0)  # transposed; the axes are at right angles
    form = (inverse @ inverse.T).astype(np.float32)
    (a, b, c), (_, d, e), (_, _, f) = form
    x, y = x - np.float32(centre[0]), y - np.float32(centre[1])
    slope = c * x + e * y
    rest = (a * x * x - 1) + (d * y) * y + (2 * b * y) * x
    if rough is not None:
        rest += rough
    root = slope * slope - f * rest
    z = (np.sqrt(np.maximum(root, 0)) - slope) / f
    normal = (a * x + b * y + c * z, b * x + d * y + e * z, c * x + e * y + f * z)
    size = 1 / np.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2 + np.float32(1e-9))
    return root > 0, z + np.float32(centre[2]), tuple(part * size for part in normal)


def _capsule(x, y, rough, seen, window, data):
    """Take the nearest place on the axis as seen, and the ball around it."""
    start, end, first, last = data
    along = (end - start).astype(np.float32)
    x, y = x - np.float32(start[0]), y - np.float32(start[1])
    length = along[0] ** 2 + along[1] ** 2 + np.float32(1e-9)
    share = np.clip((x * along[0]) / length + (y * along[1]) / length, 0, 1)
    aside, above = x - share * along[0], y - share * along[1]
    radius = np.float32(first) + share * np.float32(last - first)
    height = radius * radius - aside * aside - above * above
    inside = height > 0 if rough is None else height > rough * radius * radius
    height = np.sqrt(np.maximum(height, 0))
    size = 1 / radius
    z = np.float32(start[2]) + share * along[2] + height
    return inside, z, (aside * size, above * size, height * size)


def _sheet(x, y, rough, seen, window, data):
    """Fill the outline; the depth follows from the plane."""
    frame, corners, bend = data
    pixels = seen.scale * corners * (1, -1) + seen.centre - (window[1].start, window[0].start)
    mask = Image.new("1", (x.shape[-1], y.shape[0]))
    ImageDraw.Draw(mask).polygon([tuple(corner) for corner in pixels], fill=1)
    normal = frame.turn[:, 2].astype(np.float32)
    side = frame.turn[:, 0].astype(np.float32)
    if normal[2] < 0:
        normal, bend = -normal, -bend
    x, y = x - np.float32(frame.origin[0]), y - np.float32(frame.origin[1])
    z = np.float32(frame.origin[2]) - (normal[0] * x + normal[1] * y) / normal[2]
    across = x * side[0] + y * side[1] + (z - np.float32(frame.origin[2])) * side[2]
    curve = np.float32(-bend) * across
    return np.asarray(mask), z, tuple(normal[k] + curve * side[k] for k in range(3))


_SOLVERS = {"ellipsoid": _ellipsoid, "capsule": _capsule, "sheet": _sheet}


@dataclass(frozen=True)
class Light:
    """One lamp and the light from everywhere.

    Attributes:
        direction: Towards the lamp, length 1.
        ambient: Brightness in full shade, 0 to 1.
        tint: Colour of the lamp's light.
    """

    direction: np.ndarray
    ambient: float
    tint: Vector = (1.0, 1.0, 1.0)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Light":
        """Return daylight or lamplight from somewhere above and in front."""
        direction = np.array([rng.normal(0, 0.7), rng.uniform(0.15, 1.2), rng.uniform(0.3, 1.2)])
        warmth = rng.normal(0, 0.06)
        return cls(
            direction / np.linalg.norm(direction),
            rng.uniform(0.3, 0.6),
            tuple(rng.uniform(0.95, 1.25) * np.array([1 + warmth, 1, 1 - warmth])),
        )


def shade(
    picture: np.ndarray,
    seen: Surfaces,
    materials: Sequence[Material],
    light: Light,
    strands: np.ndarray,
) -> None:
    """Colour the traced surfaces and paint them over a picture, in place.

    Args:
        picture: Float32 array (height, width, 3), 0 to about 1.
        seen: What :func:`trace` found.
        materials: The figure's materials.
        light: The lamp.
        strands: Noise of variance 1, shape (height, width), streaked like fur.
    """
    rows, columns = np.nonzero(seen.depth > _FAR / 2)
    if not len(rows):
        return
    flat = rows * seen.depth.shape[1] + columns
    # Neighbouring parts grow together when their normals are averaged across the seam. Smooth as
    # they are then, every second one will do.
    top, left = rows.min(), columns.min()
    window = (slice(top, rows.max() + 1), slice(left, columns.max() + 1))
    smooth = _blurred(seen.normal[:, *window][:, ::2, ::2], seen.scale * 0.05)
    inner = (rows - top) // 2 * smooth.shape[2] + (columns - left) // 2
    normal = smooth.reshape(3, -1).take(inner, axis=1)
    normal /= np.sqrt((normal * normal).sum(axis=0)) + np.float32(1e-6)
    index = seen.material.ravel().take(flat)
    toward = light.direction.astype(np.float32) @ normal
    lit = light.ambient + (1 - light.ambient) * np.clip(0.25 + 0.75 * toward, 0, 1)
    streaks = np.array([material.strands for material in materials], np.float32)
    lit *= 1 + streaks.take(index) * strands.ravel().take(flat)
    lit *= _hollows(seen.depth[window])[rows - top, columns - left]
    colours = np.array([material.colour for material in materials], np.float32).take(index, axis=0)
    for number, material in enumerate(materials):
        if material.pattern == "plain":
            continue
        here = np.flatnonzero(index == number)
        share = _markings(material, seen, rows[here], columns[here])[:, None]
        change = np.asarray(material.second, np.float32) - np.float32(material.colour)
        colours[here] += share * change
    colours *= lit[:, None] * np.asarray(light.tint, np.float32)
    half = light.direction + (0, 0, 1)
    gloss = np.clip((half / np.linalg.norm(half)).astype(np.float32) @ normal, 0, 1)
    for _ in range(4):  # to the power of 16
        gloss *= gloss
    shine = np.array([material.shine for material in materials], np.float32)
    colours += (shine.take(index) * gloss)[:, None]
    picture[rows, columns] = colours


def _markings(material: Material, seen: Surfaces, rows, columns) -> np.ndarray:
    """Return the share (n,) of the second colour at pixels, 0 to 1."""
    x = (columns - seen.centre[0]) / seen.scale
    y = (seen.centre[1] - rows) / seen.scale
    places = np.stack([x, y, seen.depth[rows, columns]]).astype(np.float32)
    places -= material.frame.origin.astype(np.float32)[:, None]
    x, y, z = material.frame.turn.T.astype(np.float32) @ places
    cells = np.float32(TILE / 12 * material.fineness)
    u = ((x + 0.7 * z) * cells).astype(np.int32) % TILE
    v = ((y - 0.6 * z) * cells).astype(np.int32) % TILE
    cloud = clouds()[v, u]
    if material.pattern == "patches":
        level = cloud + 2.6 * (material.amount - 0.5)
    elif material.pattern == "stripes":
        wave = np.sin(6 * material.fineness * (z + 0.35 * y) + 0.8 * cloud)
        level = wave + 2 * (material.amount - 0.5)
    elif material.pattern == "belly":
        level = 3 * (material.amount - 0.5 - y) + 0.5 * cloud
    else:
        level = 8 * (0.45 * material.amount - np.abs(x)) + 0.4 * cloud
        level = np.where(z > 0, level, -1)
    return np.clip(0.5 + 2.5 * level, 0, 1)


def _blurred(planes: np.ndarray, radius: float) -> np.ndarray:
    """Average planes (n, height, width) over a square; the border sees itself repeated."""
    radius = int(np.clip(round(radius), 1, 4))
    for axis in (1, 2):
        pad = [(0, 0)] * 3
        pad[axis] = (radius + 1, radius)
        total = np.cumsum(np.pad(planes, pad, mode="edge"), axis=axis, dtype=np.float32)
        high = np.take(total, np.arange(2 * radius + 1, total.shape[axis]), axis=axis)
        low = np.take(total, np.arange(planes.shape[axis]), axis=axis)
        planes = (high - low) / np.float32(2 * radius + 1)
    return planes


def _hollows(depth: np.ndarray) -> np.ndarray:
    """Return how much light reaches each pixel: less where it lies deeper than what is around."""
    height, width = depth.shape
    small = (max(2, width // 10), max(2, height // 10))
    weight = (depth > _FAR / 2).astype(np.float32)
    sums = [
        np.asarray(Image.fromarray(plane).resize(small, Image.BOX).resize((width, height)))
        for plane in (depth * weight, weight)
    ]
    around = sums[0] / np.maximum(sums[1], 0.05)
    return 1 - np.clip(0.5 * (around - depth), 0, 0.45)


def to_bytes(picture: np.ndarray) -> np.ndarray:
    """Turn values 0 to 1 into uint8."""
    return np.rint(255 * np.clip(picture, 0, 1)).astype(np.uint8)

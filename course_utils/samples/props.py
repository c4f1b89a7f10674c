"""Toys, plants and furniture around a drawn animal: behind it, beside it and in front of it.

Some of them look like parts of animals from afar: cones like ears, balls like heads, bones.

Used in: 04, 05, 06, 07, 08.
"""

import numpy as np

from course_utils.samples.drawing import Figure, Frame, Material, rotation
from course_utils.samples.scenery import GREENS, HOUSE, bright, pick


def scatter(figure: Figure, rng: np.random.Generator, low, high, size: float) -> None:
    """Add a few things around what covers the box from ``low`` to ``high``.

    Args:
        figure: Where the parts go.
        rng: Where all choices come from.
        low: Lower corner (x, y) of the animal as seen.
        high: Upper corner.
        size: A typical length of the animal.
    """
    for _ in range(rng.integers(0, 3)):
        place = rng.uniform(low - 0.8 * size, high + 0.8 * size)
        depth = -6 * size
        _THINGS[rng.integers(len(_THINGS))](figure, rng, (*place, depth), _length(rng, size))
    for _ in range(rng.integers(0, 2)):
        # In front, but at the lower edge or at a side: the face should rarely be hidden.
        x = rng.uniform(low[0] - 0.3 * size, high[0] + 0.3 * size)
        place = (x, low[1] + rng.uniform(-0.25, 0.25) * size, 6 * size)
        _THINGS[rng.integers(len(_THINGS))](figure, rng, place, 0.8 * _length(rng, size))
    if rng.random() < 0.06:
        _bars(figure, rng, low, high, size)


def _length(rng: np.random.Generator, size: float) -> float:
    return size * rng.uniform(0.1, 0.3)


def _frame(rng: np.random.Generator, place) -> Frame:
    turn = rotation(*rng.uniform(-1, 1, 3) * (90, 25, 35))
    return Frame(turn, np.asarray(place, float))


def _ball(figure: Figure, rng: np.random.Generator, place, size: float) -> None:
    frame = _frame(rng, place)
    pattern = str(rng.choice(["plain", "stripes", "patches"]))
    colours = tuple(bright(rng)), tuple(bright(rng))
    skin = Material(*colours, pattern, fineness=1.2 / size, frame=frame, shine=rng.uniform(0, 0.4))
    figure.ellipsoid(frame, (0, 0, 0), (size,) * 3, skin)


def _cone(figure: Figure, rng: np.random.Generator, place, size: float) -> None:
    """A tent, a party hat or a block: pointed as an ear, in colours of fur or of toys."""
    colour = bright(rng) if rng.random() < 0.5 else pick(rng, HOUSE)
    frame = _frame(rng, place)
    width = rng.uniform(0.4, 0.7)
    outline = size * np.array([(-width, -0.6), (0, 0.9), (width, -0.6)])
    figure.sheet(frame, outline, Material(tuple(colour)), bend=-0.5 / size)


def _bone(figure: Figure, rng: np.random.Generator, place, size: float) -> None:
    frame = _frame(rng, place)
    skin = Material(tuple(pick(rng, HOUSE)))
    figure.capsule(frame, (-size, 0, 0), (size, 0, 0), (0.2 * size,) * 2, skin)
    for x, y in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        spot = (1.05 * x * size, 0.22 * y * size, 0)
        figure.ellipsoid(frame, spot, (0.27 * size,) * 3, skin)


def _cushion(figure: Figure, rng: np.random.Generator, place, size: float) -> None:
    skin = Material(tuple(pick(rng, HOUSE)), tuple(bright(rng)), "patches", fineness=0.8 / size)
    radii = size * np.array([rng.uniform(1.0, 1.8), rng.uniform(0.5, 0.9), 0.6])
    figure.ellipsoid(_frame(rng, place), (0, 0, 0), radii, skin)


def _plant(figure: Figure, rng: np.random.Generator, place, size: float) -> None:
    green = Material(tuple(pick(rng, GREENS)))
    leaf = np.array([(0, 0), (0.18, 0.3), (0.2, 0.6), (0, 1.2), (-0.2, 0.6), (-0.18, 0.3)])
    frame = Frame(origin=np.asarray(place, float))
    for _ in range(rng.integers(4, 8)):
        blade = frame.joint(
            (0, 0, 0), rng.uniform(-50, 50), rng.uniform(-25, 25), rng.normal(0, 40)
        )
        figure.sheet(blade, 1.5 * size * leaf, green, bend=0.6 / size)


def _bars(figure: Figure, rng: np.random.Generator, low, high, size: float) -> None:
    """Add the bars of a fence or of a chair in front of everything."""
    skin = Material(tuple(pick(rng, HOUSE)), shine=0.1)
    radius = size * rng.uniform(0.015, 0.035)
    for x in np.arange(low[0] - 2 * size, high[0] + 2 * size, size * rng.uniform(0.4, 0.7)):
        ends = (x, low[1] - 3 * size, 7 * size), (x + 0.1 * size, high[1] + 3 * size, 7 * size)
        figure.capsule(Frame(), *ends, (radius, radius), skin)


_THINGS = (_ball, _cone, _cone, _bone, _cushion, _plant)

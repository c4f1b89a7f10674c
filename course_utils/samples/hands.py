"""Drawn hands that play rock, paper, scissors, in the place of the real set and laid out like it.

Seven people each show each sign once and are filmed: 120 frames in which the hand moves a little.
Frames of one film look alike, so that a split by picture puts near copies into the validation set;
a split by hand does not. ``rps/rock/rock03-017.png`` is frame 17 of the third person's rock.

Used in: 05.
"""

from collections.abc import Iterator

import numpy as np

from course_utils.samples import drawing, rendering, scenery
from course_utils.samples.drawing import Figure, Frame, Material

#: Changes whenever the same seed gives other pictures; cached pictures and references carry it.
VERSION = "1"

CLASSES = ("rock", "paper", "scissors")
NUM_HANDS = 7
#: Frames of one hand; with seven hands, a class has 840 pictures.
NUM_FRAMES = 120
PER_CLASS = NUM_HANDS * NUM_FRAMES
SIZE = 300

#: Skin from light to dark: red, green, blue from 0 to 1.
SKINS = ((0.93, 0.76, 0.66), (0.87, 0.68, 0.54), (0.77, 0.56, 0.41), (0.60, 0.41, 0.28))
SKINS += ((0.44, 0.29, 0.20), (0.33, 0.22, 0.16))

# By finger, from the little finger to the index: place of the knuckle and length of the bones.
_KNUCKLES = ((-0.72, 0.78), (-0.25, 0.98), (0.24, 1.03), (0.70, 0.90))
_BONES = ((0.62, 0.40, 0.34), (0.80, 0.52, 0.40), (0.88, 0.56, 0.42), (0.78, 0.50, 0.40))
_FIST = (82.0, 96.0, 62.0)
_STRAIGHT = (4.0, 6.0, 4.0)
# Bend of the three joints by finger, and the fingers' spread, for each sign.
_SIGNS = {
    "rock": ((_FIST,) * 4, (0, 0, 0, 0)),
    "paper": ((_STRAIGHT,) * 4, (15, 5, -4, -14)),
    "scissors": ((_FIST, _FIST, _STRAIGHT, _STRAIGHT), (0, 0, 13, -13)),
}
_THUMB_OUT = ((0.55, -0.45, 0.1), (1.15, 0.1, 0.2), (1.55, 0.6, 0.2), (1.75, 1.0, 0.2))
_THUMB_IN = ((0.6, -0.4, 0.2), (0.95, 0.15, 0.5), (0.6, 0.55, 0.9), (0.1, 0.62, 1.0))


def draw(kind: str, hand: int, frame: int, *, size: int = SIZE, seed: int = 0) -> np.ndarray:
    """Draw one frame of one hand.

    Args:
        kind: ``"rock"``, ``"paper"`` or ``"scissors"``.
        hand: Number of the person, 1 or more.
        frame: Number of the frame, 0 or more; after 120 frames the movement begins again.
        size: Side in pixels.
        seed: Another seed (0 or more) gives other people.

    Returns:
        uint8 array (size, size, 3).

    Raises:
        ValueError: For an unknown kind, a hand under 1, a negative frame or seed, or a size
            under 32.

    Used in: 05.
    """
    if kind not in CLASSES:
        raise ValueError(f"unknown kind {kind!r}; choose one of {', '.join(CLASSES)}")
    if hand < 1 or frame < 0 or seed < 0:
        raise ValueError(
            f"hand must be 1 or more, frame and seed 0 or more, got {hand}, {frame} and {seed}"
        )
    if size < 32:
        raise ValueError(f"size must be at least 32 pixels, got {size}")
    key = [seed, int(VERSION), hand]
    person = np.random.default_rng([*key, 0])
    film = np.random.default_rng([*key, 1, CLASSES.index(kind)])
    move = _movement(np.random.default_rng([*key, 2, CLASSES.index(kind)]), frame)

    skin_colour, sleeve = scenery.pick(person, SKINS, 0.03), scenery.pick(person, scenery.HOUSE)
    build = person.uniform((0.9, 0.88), (1.12, 1.15))  # length and thickness of the fingers
    has_sleeve = person.random() < 0.6
    light = rendering.Light.sample(person)
    skin = Material(tuple(skin_colour), shine=person.uniform(0, 0.08))
    nail = Material(tuple(np.clip(skin_colour * 1.1 + 0.04, 0, 1)), shine=0.15)
    palm_seen = film.random() < 0.5
    side = film.choice([-1, 1])
    wrist = Frame(
        drawing.rotation(roll=side * film.uniform(35, 100) + 9 * move[0])
        @ drawing.rotation(
            yaw=(0 if palm_seen else 180) + film.normal(0, 16) + 8 * move[1],
            pitch=film.normal(0, 10) + 5 * move[2],
        )
    )
    figure = Figure()
    mirror = film.choice([-1, 1])
    loose = film.normal(0, 3, (4, 3)) + 3 * np.array(move[3:7])[:, None]
    _hand(figure, wrist, kind, build, loose, mirror, skin, nail)
    figure.capsule(wrist, (0, -0.9, 0), (0, -6, 0), (0.6, 0.85), skin)
    if has_sleeve:
        cloth = Material(tuple(sleeve))
        figure.capsule(wrist, (0, -2.4, 0), (0, -7, 0), (0.95, 1.1), cloth)

    side_length = round(rendering.SUPERSAMPLING * size)
    shape = (side_length, side_length)
    scale = side_length * film.uniform(0.135, 0.175) * (1 + 0.05 * move[7])
    middle = np.array([0.5, 0.5]) + film.uniform(-0.05, 0.05, 2) + 0.035 * np.array(move[8:10])
    centre = side_length * middle - scale * (wrist.turn @ (0, 0.75, 0))[:2] * (1, -1)
    picture = _background(person, film, shape)
    ground = scale * np.array([-1.4, -1.0, 1.4, 1.8]) + np.tile(side_length * middle, 2)
    picture = picture * scenery.shadow(shape, [ground], 0.06 * side_length, 0.18)
    seen = rendering.trace(figure, shape, scale, centre, np.zeros(shape, np.float32))
    rendering.shade(picture, seen, figure.materials, light, np.zeros(shape, np.float32))
    return scenery.develop(picture, (size, size), film, quality=0.0)


def files(per_class: int, size: int, seed: int) -> Iterator[tuple[str, tuple]]:
    """Yield every file's path below the set's folder and the arguments of :func:`encode`.

    Fewer than 840 pictures a class are spread over all seven hands, as far as they go.
    """
    for index in range(per_class):
        hand, frame = index % NUM_HANDS + 1, index // NUM_HANDS
        for kind in CLASSES:
            yield f"rps/{kind}/{kind}{hand:02}-{frame:03}.png", (kind, hand, frame, size, seed)


def encode(kind: str, hand: int, frame: int, size: int, seed: int) -> bytes:
    """Return one picture as the bytes of a PNG file."""
    return scenery.encode(draw(kind, hand, frame, size=size, seed=seed), "PNG", compress_level=3)


def _movement(rng: np.random.Generator, frame: int) -> list[float]:
    """Return ten numbers between about −1 and 1 that change slowly from frame to frame."""
    turns = rng.integers(1, 4, 10)
    start = rng.uniform(0, 2 * np.pi, 10)
    return list(np.sin(2 * np.pi * turns * frame / NUM_FRAMES + start))


def _background(person, film, shape: tuple[int, int]) -> np.ndarray:
    """Return the place where a person is filmed: paper, cloth or a room, out of focus."""
    back = scenery.Backdrop(shape, film)
    place = person.choice(4)
    (scenery.studio, scenery.studio, scenery.cloth, scenery.room)[place](back, 0.6)
    return back.finish(film.uniform(2, 5), 0.0).astype(np.float32)


def _hand(figure, wrist: Frame, kind: str, build, loose, mirror: int, skin, nail) -> None:
    """Add palm, fingers and thumb; the palm looks along z, the fingers point along y."""
    long, thick = build
    bends, spreads = _SIGNS[kind]
    figure.ellipsoid(wrist, (0, 0.05, 0), (0.98 * thick, 1.0, 0.36), skin)
    for k, (x, y) in enumerate(_KNUCKLES):
        x = mirror * x * thick
        radius = (0.23 if k == 0 else 0.27) * thick
        figure.capsule(wrist, (0.55 * x, -0.8, 0), (x, y, 0), (0.42, 1.2 * radius), skin)
        joint = wrist.joint((x, y, 0), roll=mirror * spreads[k])
        for bone in range(3):
            joint = joint.joint((0, 0, 0), pitch=bends[k][bone] + loose[k][bone])
            length = long * _BONES[k][bone]
            radii = (radius * (1 - 0.09 * bone), radius * (0.91 - 0.09 * bone))
            figure.capsule(joint, (0, 0, 0), (0, length, 0), radii, skin)
            joint = joint.joint((0, length, 0))
        spot = (0, 0.02, -0.62 * radius)
        figure.ellipsoid(joint, spot, (0.5 * radius, 0.7 * radius, 0.3 * radius), nail)
    thumb = np.array(_THUMB_OUT if kind == "paper" else _THUMB_IN) * (mirror, 1, 1)
    thumb[1:] += 0.01 * loose[:3]
    figure.chain(wrist, list(thumb), np.array([0.4, 0.33, 0.28, 0.23]) * thick, skin)

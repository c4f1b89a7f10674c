"""Drawn horses and humans in the place of the real set, which is rendered too, laid out like it.

Two folders are given apart. The validation folder shows other horses and other people, most of
them on white as in the real set, so that it is harder than a part of the training folder would be.

Used in: 05.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from course_utils.samples import animals, drawing, rendering, scenery
from course_utils.samples.drawing import Figure, Frame, Material
from course_utils.samples.hands import SKINS

#: Changes whenever the same seed gives other pictures; cached pictures and references carry it.
VERSION = "1"

CLASSES = ("horses", "humans")
SIZE = 300


@dataclass(frozen=True)
class _Series:
    """A run of files: ``pattern`` takes the individual's number and the picture's."""

    pattern: str
    individuals: int
    pictures: int


#: As many as in the real set: 500 horses and 527 humans to train, 128 of each to validate.
_SERIES = {
    ("train", "horses"): _Series("horse{:02}-{}.png", 50, 10),
    ("train", "humans"): _Series("human{:02}-{:02}.png", 17, 31),
    ("validation", "horses"): _Series("horse{}-{:03}.png", 8, 16),
    ("validation", "humans"): _Series("valhuman{:02}-{:02}.png", 8, 16),
}
PER_CLASS = max(series.individuals * series.pictures for series in _SERIES.values())

_PLACES = {
    "train": (scenery.beach, scenery.outdoors, scenery.beach, scenery.outdoors, scenery.room),
    "validation": (scenery.studio, scenery.studio, scenery.outdoors),
}


def draw(
    kind: str,
    individual: int,
    picture: int,
    *,
    split: str = "train",
    size: int = SIZE,
    seed: int = 0,
) -> np.ndarray:
    """Draw one horse or human.

    Args:
        kind: ``"horses"`` or ``"humans"``.
        individual: Which horse or person, 1 or more.
        picture: Which picture of that individual, 0 or more.
        split: ``"train"`` or ``"validation"``; no individual is in both.
        size: Side in pixels.
        seed: Another seed (0 or more) gives other individuals.

    Returns:
        uint8 array (size, size, 4): red, green, blue and an alpha of 255 everywhere.

    Raises:
        ValueError: For an unknown kind or split, an individual under 1, a negative picture or
            seed, or a size under 32.

    Used in: 05.
    """
    if (split, kind) not in _SERIES:
        raise ValueError(f"unknown split {split!r} or kind {kind!r}; there are {list(_SERIES)}")
    if individual < 1 or picture < 0 or seed < 0:
        raise ValueError(
            "individual must be 1 or more, picture and seed 0 or more, "
            f"got {individual}, {picture} and {seed}"
        )
    if size < 32:
        raise ValueError(f"size must be at least 32 pixels, got {size}")
    key = [seed, int(VERSION), list(_SERIES).index((split, kind)), individual]
    who, rng = np.random.default_rng([*key, 0]), np.random.default_rng([*key, 1, picture])
    figure = Figure()
    (_horse if kind == "horses" else _human)(figure, who, rng)

    low, high, area = figure.extent()
    side = round(rendering.SUPERSAMPLING * size)
    shape = (side, side)
    # A standing human of this area fills the height; nobody is larger than the picture.
    scale = min(rng.uniform(0.33, 0.43) * side / np.sqrt(area), 0.97 * side / max(high - low))
    spare = side - scale * (high - low)
    # Rather low than high, so that the feet are on the ground and not in the sky.
    middle = side / 2 + rng.uniform((-0.45, 0.0), (0.45, 0.45)) * spare
    centre = middle - scale * (low + high) / 2 * (1, -1)
    places = _PLACES[split]
    back = scenery.Backdrop(shape, rng)
    places[rng.integers(len(places))](back, rng.uniform(0.35, 0.6))
    canvas = back.finish(rng.uniform(0.3, 2.0), 0.0).astype(np.float32)
    left, right = centre[0] + scale * low[0], centre[0] + scale * high[0]
    feet = centre[1] - scale * low[1]
    ground = (left, feet - 0.05 * side, right, feet + 0.02 * side)
    canvas = canvas * scenery.shadow(shape, [ground], 0.015 * side, rng.uniform(0.2, 0.5))
    zeros = np.zeros(shape, np.float32)
    seen = rendering.trace(figure, shape, scale, centre, zeros)
    rendering.shade(canvas, seen, figure.materials, rendering.Light.sample(rng), zeros)
    colours = scenery.develop(canvas, (size, size), rng, quality=0.0)
    return np.dstack([colours, np.full((size, size), 255, np.uint8)])


def files(per_class: int, size: int, seed: int) -> Iterator[tuple[str, tuple]]:
    """Yield every file's path below the set's folder and the arguments of :func:`encode`.

    Fewer pictures a class are spread over all individuals, as far as they go.
    """
    for (split, kind), series in _SERIES.items():
        for index in range(min(per_class, series.individuals * series.pictures)):
            individual, picture = index % series.individuals + 1, index // series.individuals
            name = series.pattern.format(individual, picture)
            yield f"{split}/{kind}/{name}", (kind, individual, picture, split, size, seed)


def encode(kind: str, individual: int, picture: int, split: str, size: int, seed: int) -> bytes:
    """Return one picture as the bytes of a PNG file with four channels."""
    drawn = draw(kind, individual, picture, split=split, size=size, seed=seed)
    return scenery.encode(drawn, "PNG", compress_level=3)


def _view(rng: np.random.Generator, yaw: float) -> Frame:
    camera = drawing.rotation(roll=rng.normal(0, 2)) @ drawing.rotation(pitch=rng.uniform(0, 14))
    return Frame(camera @ drawing.rotation(yaw=yaw))


def _horse(figure: Figure, who: np.random.Generator, rng: np.random.Generator) -> None:
    """Add a horse that stands, trots or rears; its chest looks along z."""
    coat, dark = scenery.pick(who, animals.FURS), scenery.pick(who, animals.FURS) * 0.6
    second = scenery.pick(who, animals.FURS)
    slim, leg, neck = who.uniform(0.88, 1.12), who.uniform(0.9, 1.15), who.uniform(0.9, 1.15)
    pattern = str(who.choice(["plain", "plain", "patches", "belly"]))
    amount = who.uniform(0.3, 0.6)
    socks = who.random() < 0.4
    root = _view(rng, rng.choice([-1, 1]) * rng.uniform(20, 150))
    rearing = rng.random() < 0.15
    body = root.joint((0, 0, 0), pitch=-rng.uniform(25, 50) if rearing else rng.normal(0, 3))
    skin = Material(tuple(coat), tuple(second), pattern, amount, frame=body, shine=0.06)
    mane = Material(tuple(dark), strands=0.1)
    hoof = Material(tuple(0.5 * dark))
    sock = Material(tuple(second)) if socks else skin

    spine = [(0, 0.1, -1.6), (0, -0.08, 0), (0, 0.05, 1.45)]
    figure.chain(body, spine, slim * np.array([1.0, 0.95, 0.98]), skin)
    nod = rng.uniform(-25, 25)
    crest = body.joint((0, 0.45, 1.75), pitch=25 + nod)
    top = np.array([0, 2.3 * neck, 0.6])
    figure.chain(crest, [(0, 0, -0.1), 0.55 * top, top], (0.85 * slim, 0.6, 0.46), skin)
    hair = [top * share + (0, 0.1, -0.62 + 0.25 * share) for share in (0.15, 0.5, 0.8, 1.08)]
    figure.chain(crest, hair, (0.28, 0.3, 0.26, 0.2), mane)
    head = crest.joint(top, yaw=rng.normal(0, 12), pitch=28 - 0.6 * nod)
    figure.chain(head, [(0, 0.05, 0.1), (0, -0.1, 0.9), (0, -0.2, 1.7)], (0.46, 0.4, 0.3), skin)
    figure.ellipsoid(head, (0, -0.28, 0.35), (0.34, 0.42, 0.5), skin)
    for side in (-1, 1):
        figure.ellipsoid(head, (side * 0.38, 0.12, 0.5), (0.09, 0.11, 0.12), hoof)
        figure.ellipsoid(head, (side * 0.17, -0.12, 1.92), (0.06, 0.07, 0.06), hoof)
        figure.capsule(head, (side * 0.22, 0.4, 0), (side * 0.27, 0.85, 0), (0.14, 0.04), skin)
    pace = 34 if rearing else rng.choice([6, 16, 34])
    for side, front in ((-1, 1), (1, 1), (-1, -1), (1, -1)):
        hip = body.joint((side * 0.5 * slim, -0.45, 1.4 * front - 0.1), pitch=rng.normal(0, pace))
        fold = abs(rng.normal(0, 1.6 * pace))
        knee = np.array([0, -1.35 * leg, 0.05])
        figure.capsule(hip, (0, 0.1, 0), knee, (0.46 if front > 0 else 0.6, 0.23), skin)
        shin = hip.joint(knee, pitch=fold if front > 0 else 0.5 * fold - 6)
        ankle = (0, -1.3 * leg, 0)
        figure.capsule(shin, (0, 0, 0), ankle, (0.21, 0.16), sock)
        figure.capsule(shin, ankle, (0, -1.5 * leg, 0.14), (0.17, 0.21), hoof)
    lift = rng.uniform(0, 1)
    tail = [(0, 0.5, -2.4), (0, 0.4 + 0.3 * lift, -2.9), (0, -0.7 + lift, -3.3)]
    tail.append((0.2 * rng.normal(), -1.9 + 1.6 * lift, -3.4 - 0.6 * lift))
    figure.chain(body, tail, (0.18, 0.26, 0.28, 0.12), mane)


def _human(figure: Figure, who: np.random.Generator, rng: np.random.Generator) -> None:
    """Add a standing or walking person who looks along z; the unit is a head's half width."""
    clothes = [scenery.pick(who, scenery.HOUSE + animals.FURS) for _ in range(3)]
    if who.random() < 0.3:
        clothes[0] = scenery.bright(who)
    skin = Material(tuple(scenery.pick(who, SKINS, 0.03)))
    hair = Material(tuple(scenery.pick(who, animals.FURS)), strands=0.1)
    wide, tall = who.uniform(0.85, 1.15), who.uniform(0.94, 1.06)
    long_hair, skirt = who.random() < 0.45, who.random() < 0.25
    long_sleeves = who.random() < 0.5
    root = _view(rng, rng.choice([-1, 1]) * abs(rng.normal(0, 45)))
    shirt = Material(tuple(clothes[0]), frame=root)
    trousers, shoes = Material(tuple(clothes[1])), Material(tuple(0.6 * clothes[2]))

    figure.ellipsoid(root, (0, 0, 0), (1.3 * wide, 1.15, 0.95), trousers)
    figure.capsule(root, (0, 0.5, 0), (0, 3.0, 0), (1.05 * wide, 1.1 * wide), shirt)
    figure.ellipsoid(root, (0, 3.1, 0), (1.55 * wide, 1.5, 0.95), shirt)
    figure.capsule(root, (0, 4.2, 0), (0, 5.3, 0.1), (0.5, 0.45), skin)
    _face(figure, root.joint((0, 6.0, 0.15), rng.normal(0, 20), rng.normal(0, 8)), skin, hair)
    if long_hair:
        figure.capsule(root, (0, 6.1, -0.4), (0, 4.4, -0.7), (0.8, 0.6), hair)
    pace = rng.choice([5, 14, 24])
    for side in (-1, 1):
        hip = root.joint((side * 0.68 * wide, -0.4, 0), pitch=rng.normal(0, pace), roll=side * 3)
        knee = (0, -3.2 * tall, 0)
        figure.capsule(hip, (0, 0, 0), knee, (0.78 * wide, 0.55), trousers)
        shin = hip.joint(knee, pitch=abs(rng.normal(0, pace)))
        figure.capsule(
            shin, (0, 0, 0), (0, -3.1 * tall, 0), (0.55, 0.34), skin if skirt else trousers
        )
        figure.capsule(shin, (0, -3.25 * tall, 0), (0, -3.4 * tall, 0.75), (0.36, 0.28), shoes)
        swing = rng.normal(0, 25) if rng.random() < 0.8 else rng.uniform(-150, -60)
        shoulder = root.joint(
            (side * 1.5 * wide, 4.0, 0), pitch=swing, roll=side * rng.uniform(3, 40)
        )
        elbow = (0, -2.4, 0)
        figure.capsule(shoulder, (0, 0, 0), elbow, (0.52, 0.4), shirt)
        fore = shoulder.joint(elbow, pitch=-abs(rng.normal(15, 30)))
        sleeve = shirt if long_sleeves else skin
        figure.capsule(fore, (0, 0, 0), (0, -2.1, 0), (0.39, 0.28), sleeve)
        figure.ellipsoid(fore, (0, -2.5, 0.05), (0.2, 0.45, 0.32), skin)
    if skirt:
        figure.capsule(root, (0, 0.2, 0), (0, -2.2, 0), (1.15 * wide, 1.6 * wide), trousers)


def _face(figure: Figure, head: Frame, skin: Material, hair: Material) -> None:
    dark, lips = Material((0.1, 0.08, 0.07)), Material(tuple(np.multiply(skin.colour, 0.7)))
    figure.ellipsoid(head, (0, 0, 0), (0.8, 1.05, 0.9), skin)
    figure.ellipsoid(head, (0, 0.3, -0.2), (0.9, 0.95, 0.92), hair)
    figure.ellipsoid(head, (0, -0.1, 0.88), (0.12, 0.22, 0.16), skin)
    figure.ellipsoid(head, (0, -0.5, 0.76), (0.26, 0.07, 0.08), lips)
    for side in (-1, 1):
        figure.ellipsoid(head, (side * 0.3, 0.1, 0.8), (0.13, 0.08, 0.08), dark)

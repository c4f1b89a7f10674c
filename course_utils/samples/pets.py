"""Drawn cats and dogs in the place of the photos: same file names, sizes as varied.

The class lies in the animal's shape and in nothing else. Fur, eyes, light, place, background and
the size of the picture come from one distribution for both, and every animal is scaled by the area
that it covers. No single feature decides: there are cats with folded ears and longer noses, dogs
with upright ears and flat faces. Together the features do.

Used in: 04, 05, 06, 07, 08.
"""

from collections.abc import Iterator

import numpy as np

from course_utils.samples import anatomy, animals, drawing, noise, props, rendering, scenery

#: Changes whenever the same seed gives other pictures; cached pictures and references carry it.
VERSION = "1"

CLASSES = ("cat", "dog")
#: Pictures a class when a set is drawn in full, and their usual side in pixels.
PER_CLASS = 2500
SIZE = 180

CAT = animals.Species(
    ear_kinds={"pointed": 0.84, "half-erect": 0.11, "floppy": 0.05},
    ranges=dict(
        skull_width=(0.96, 1.06),
        skull_height=(0.82, 0.92),
        skull_length=(0.85, 0.95),
        cheek=(0.42, 0.56),
        muzzle_length=(0.06, 0.30),
        muzzle_width=(0.30, 0.38),
        ear_length=(0.62, 1.0),
        ear_width=(0.36, 0.48),
        ear_spread=(34, 46),
        eye_size=(0.20, 0.27),
        eye_spacing=(0.42, 0.50),
        pupil_width=(0.25, 0.9),
        nose_size=(0.09, 0.15),
        whisker_length=(0.7, 1.2),
        neck_length=(0.3, 0.5),
        body_length=(2.2, 2.8),
        chest=(0.70, 0.86),
        waist=(0.62, 0.80),
        leg_length=(1.1, 1.5),
        leg_width=(0.20, 0.27),
        tail_length=(2.0, 3.0),
        tail_width=(0.13, 0.26),
        tail_lift=(-30, 80),
    ),
)
DOG = animals.Species(
    ear_kinds={"pointed": 0.26, "half-erect": 0.24, "floppy": 0.50},
    ranges=dict(
        skull_width=(0.84, 0.98),
        skull_height=(0.80, 0.92),
        skull_length=(0.90, 1.05),
        cheek=(0.26, 0.46),
        muzzle_length=(0.36, 1.05),
        muzzle_width=(0.32, 0.46),
        ear_length=(0.75, 1.25),
        ear_width=(0.32, 0.46),
        ear_spread=(28, 48),
        eye_size=(0.14, 0.20),
        eye_spacing=(0.36, 0.46),
        pupil_width=(0.7, 1.0),
        nose_size=(0.17, 0.27),
        whisker_length=(0.0, 0.5),
        neck_length=(0.5, 0.85),
        body_length=(2.3, 3.1),
        chest=(0.80, 1.02),
        waist=(0.58, 0.82),
        leg_length=(1.4, 2.1),
        leg_width=(0.22, 0.34),
        tail_length=(1.0, 2.0),
        tail_width=(0.13, 0.30),
        tail_lift=(0, 110),
    ),
)
_SPECIES = {"cat": CAT, "dog": DOG}

_BACKGROUNDS = (scenery.room, scenery.room, scenery.outdoors, scenery.cloth)


def draw(kind: str, index: int, *, size: int = SIZE, seed: int = 0) -> np.ndarray:
    """Draw one cat or dog.

    Args:
        kind: ``"cat"`` or ``"dog"``.
        index: Number of the picture within its class, 0 or more.
        size: Usual side in pixels; height and width of a picture differ from it, as of snapshots.
        seed: Another seed (0 or more) gives other animals.

    Returns:
        uint8 array (height, width, 3).

    Raises:
        ValueError: For an unknown kind, a negative index or seed, or a size under 32.

    Used in: 04, 05.
    """
    if kind not in CLASSES:
        raise ValueError(f"unknown kind {kind!r}; choose one of {', '.join(CLASSES)}")
    if index < 0 or seed < 0:
        raise ValueError(f"index and seed must be 0 or more, got {index} and {seed}")
    if size < 32:
        raise ValueError(f"size must be at least 32 pixels, got {size}")
    rng = np.random.default_rng([seed, int(VERSION), CLASSES.index(kind), index])
    return draw_species(_SPECIES[kind], rng, size)


def draw_species(species: animals.Species, rng: np.random.Generator, size: int) -> np.ndarray:
    """Draw one snapshot of any species; see :func:`draw`."""
    height, width = _snapshot_shape(rng, size)
    shape = tuple(round(rendering.SUPERSAMPLING * side) for side in (height, width))
    animal = species.sample(rng)
    coat = animals.Coat.sample(rng)
    pose = animals.Pose.sample(rng)
    figure = drawing.Figure()
    covered = anatomy.build(figure, animal, coat, pose)

    low, high, area = covered
    side = np.sqrt(shape[0] * shape[1])
    # The area decides the scale, so that a slim and a stout species cover as much.
    close = pose.name == "head"
    share = rng.uniform(0.52, 0.8) if close else rng.uniform(0.3, 0.6)
    scale = share * side / np.sqrt(area)
    spare = np.abs(np.array(shape[::-1]) - scale * (high - low))
    middle = (
        np.array(shape[::-1]) / 2 + rng.uniform((-1, -0.5), 1) * (0.35 if close else 0.45) * spare
    )
    centre = middle - scale * (low + high) / 2 * (1, -1)
    props.scatter(figure, rng, low, high, np.sqrt(area))

    picture = _background(rng, shape, coat)
    left, right = centre[0] + scale * np.array([low[0], high[0]])
    feet, wide = centre[1] - scale * low[1], right - left
    ground = (left, feet - 0.12 * wide, right, feet + 0.06 * wide)
    picture = picture * scenery.shadow(shape, [ground], 0.03 * side, rng.uniform(0.2, 0.6))
    grain = noise.crop_tile(noise.speckle(), shape, rng)
    fur = noise.fur() if rng.random() < 0.5 else noise.fur().T
    strands = noise.crop_tile(fur, shape, rng, max(0.7, scale / 40))
    seen = rendering.trace(figure, shape, scale, centre, grain)
    rendering.shade(picture, seen, figure.materials, rendering.Light.sample(rng), strands)
    return scenery.develop(picture, (width, height), rng)


def files(per_class: int, size: int, seed: int) -> Iterator[tuple[str, tuple]]:
    """Yield every file's path below the set's folder and the arguments of :func:`encode`."""
    for index in range(per_class):
        for kind in CLASSES:
            yield f"train/{kind}.{index}.jpg", (kind, index, size, seed)


def encode(kind: str, index: int, size: int, seed: int) -> bytes:
    """Return one picture as the bytes of a JPEG file."""
    quality = int(np.random.default_rng([seed, index, 99]).integers(84, 95))
    return scenery.encode(draw(kind, index, size=size, seed=seed), "JPEG", quality=quality)


def _snapshot_shape(rng: np.random.Generator, size: int) -> tuple[int, int]:
    """Return height and width: upright, square and wide snapshots, larger and smaller ones."""
    aspect = np.exp(rng.normal(0.12, 0.22))
    side = size * rng.uniform(0.85, 1.3)
    return round(side / np.sqrt(aspect)), round(side * np.sqrt(aspect))


def _background(rng: np.random.Generator, shape, coat: animals.Coat) -> np.ndarray:
    back = scenery.Backdrop(shape, rng)
    _BACKGROUNDS[rng.integers(len(_BACKGROUNDS))](back, rng.uniform(0.3, 0.75))
    picture = back.finish(rng.uniform(0, 3), rng.uniform(0.01, 0.06))
    if rng.random() < 0.2:
        # Some animals lie on what has their own colour.
        picture = picture + rng.uniform(0.3, 0.7) * (np.float32(coat.main) - picture)
    return picture.astype(np.float32)

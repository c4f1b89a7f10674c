"""Ten other animals, drawn with the pets' engine: what the small pretrained base learns from.

None is a cat or a dog. Together they spread over everything in which those two differ: ears,
muzzle, eyes, nose, whiskers, neck, legs and tail. So a network that tells them apart has had to
look at all of it.
"""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context

import numpy as np
from PIL import Image

from course_utils.samples import pets
from course_utils.samples.animals import EARS
from course_utils.samples.other_animals import species

#: Changes whenever the same seed gives other pictures, beside the version of the pets' engine.
VERSION = "1"

_CHUNK = 50

SPECIES = {
    "bear": species(
        (0.9, 0.1, 0.0),
        ear_length=(0.28, 0.45),
        ear_spread=(42, 56),
        muzzle_length=(0.35, 0.65),
        muzzle_width=(0.36, 0.46),
        eye_size=(0.10, 0.14),
        nose_size=(0.17, 0.25),
        whisker_length=(0.0, 0.1),
        chest=(0.95, 1.2),
        waist=(0.95, 1.15),
        leg_width=(0.32, 0.42),
        tail_length=(0.2, 0.5),
    ),
    "fox": species(
        (0.85, 0.15, 0.0),
        ear_length=(0.75, 1.1),
        ear_spread=(28, 40),
        cheek=(0.44, 0.56),
        muzzle_length=(0.55, 0.95),
        muzzle_width=(0.22, 0.30),
        pupil_width=(0.25, 0.6),
        nose_size=(0.09, 0.14),
        whisker_length=(0.2, 0.7),
        tail_length=(1.9, 2.7),
        tail_width=(0.32, 0.46),
    ),
    "goat": species(
        (0.05, 0.20, 0.75),
        skull_width=(0.80, 0.92),
        cheek=(0.28, 0.40),
        muzzle_length=(0.30, 0.70),
        muzzle_width=(0.30, 0.40),
        ear_length=(0.95, 1.45),
        ear_spread=(34, 50),
        eye_size=(0.17, 0.24),
        whisker_length=(0.0, 0.3),
        neck_length=(0.6, 1.0),
        leg_length=(1.5, 2.1),
        tail_length=(0.3, 0.7),
        tail_lift=(40, 110),
    ),
    "lemur": species(
        (0.8, 0.2, 0.0),
        skull_width=(0.96, 1.06),
        ear_length=(0.40, 0.65),
        muzzle_length=(0.10, 0.40),
        muzzle_width=(0.22, 0.31),
        eye_size=(0.22, 0.31),
        eye_spacing=(0.42, 0.50),
        pupil_width=(0.3, 1.0),
        nose_size=(0.09, 0.14),
        tail_length=(2.6, 3.6),
        tail_width=(0.15, 0.24),
    ),
    "mouse": species(
        (0.75, 0.15, 0.10),
        ear_length=(0.60, 0.95),
        ear_width=(0.50, 0.66),
        ear_spread=(40, 56),
        muzzle_length=(0.30, 0.65),
        muzzle_width=(0.20, 0.28),
        eye_size=(0.15, 0.22),
        nose_size=(0.07, 0.12),
        whisker_length=(0.8, 1.3),
        leg_length=(0.6, 0.9),
        tail_length=(2.4, 3.4),
        tail_width=(0.06, 0.11),
    ),
    "otter": species(
        (0.4, 0.3, 0.3),
        skull_width=(0.94, 1.06),
        ear_length=(0.20, 0.38),
        ear_width=(0.22, 0.32),
        ear_spread=(46, 60),
        muzzle_length=(0.05, 0.32),
        muzzle_width=(0.36, 0.47),
        nose_size=(0.15, 0.23),
        whisker_length=(0.6, 1.1),
        body_length=(3.0, 3.9),
        leg_length=(0.6, 0.95),
        tail_length=(1.7, 2.5),
        tail_width=(0.24, 0.36),
    ),
    "pig": species(
        (0.3, 0.4, 0.3),
        ear_length=(0.60, 0.95),
        muzzle_length=(0.35, 0.80),
        muzzle_width=(0.36, 0.46),
        eye_size=(0.09, 0.13),
        nose_size=(0.27, 0.38),
        whisker_length=(0.0, 0.1),
        chest=(0.95, 1.15),
        waist=(0.90, 1.10),
        leg_length=(0.9, 1.3),
        tail_length=(0.5, 1.0),
        tail_width=(0.06, 0.11),
    ),
    "pony": species(
        (0.9, 0.1, 0.0),
        skull_width=(0.76, 0.88),
        cheek=(0.26, 0.40),
        muzzle_length=(0.80, 1.25),
        muzzle_width=(0.32, 0.44),
        ear_length=(0.45, 0.75),
        ear_width=(0.22, 0.32),
        ear_spread=(22, 36),
        whisker_length=(0.0, 0.1),
        neck_length=(0.9, 1.4),
        leg_length=(1.9, 2.5),
        tail_length=(1.6, 2.3),
        tail_lift=(-60, 10),
    ),
    "rabbit": species(
        (0.65, 0.20, 0.15),
        ear_length=(1.25, 1.9),
        ear_width=(0.24, 0.34),
        ear_spread=(14, 32),
        muzzle_length=(0.08, 0.32),
        eye_size=(0.17, 0.24),
        eye_spacing=(0.42, 0.52),
        nose_size=(0.08, 0.13),
        whisker_length=(0.5, 1.0),
        neck_length=(0.2, 0.45),
        leg_length=(0.8, 1.2),
        tail_length=(0.2, 0.5),
        tail_width=(0.24, 0.34),
    ),
    "sheep": species(
        (0.0, 0.25, 0.75),
        cheek=(0.26, 0.40),
        muzzle_length=(0.50, 0.95),
        ear_length=(0.55, 0.90),
        ear_width=(0.24, 0.36),
        ear_spread=(46, 62),
        pupil_width=(0.2, 0.6),
        nose_size=(0.10, 0.16),
        whisker_length=(0.0, 0.1),
        chest=(0.95, 1.2),
        waist=(0.95, 1.2),
        leg_width=(0.13, 0.19),
        tail_length=(0.4, 0.8),
    ),
}


def draw(kind: str, index: int, size: int = pets.SIZE, seed: int = 0) -> np.ndarray:
    """Draw one animal; uint8 (height, width, 3), in the sizes of snapshots as of :mod:`pets`."""
    return pets.draw_species(SPECIES[kind], _generator(kind, index, seed), size)


def proportions(indices: Iterable[int], seed: int = 0) -> np.ndarray:
    """Return the proportions of the animals that :func:`draw_set` draws.

    Returns:
        float32 (n, 26): the kind of ears, one-hot, then every other attribute of ``Animal``; each
        column has mean 0 and standard deviation 1.
    """
    rows = []
    for index in indices:
        for kind, one in SPECIES.items():
            rng = _generator(kind, index, seed)
            pets._snapshot_shape(rng, pets.SIZE)  # what draw_species asks for first
            animal = asdict(one.sample(rng))
            ears = animal.pop("ear_kind")
            rows.append([*(float(ears == other) for other in EARS), *animal.values()])
    table = np.array(rows, np.float32)
    return (table - table.mean(axis=0)) / table.std(axis=0)


def _generator(kind: str, index: int, seed: int) -> np.random.Generator:
    place = list(SPECIES).index(kind)
    return np.random.default_rng([seed, int(pets.VERSION), int(VERSION), 7, place, index])


def draw_set(
    indices: Iterable[int], image_size: int, seed: int = 0, num_workers: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the pictures with these numbers of every species, in turn.

    Returns:
        Pictures uint8 (n, image_size, image_size, 3) and labels int32 (n,), places in ``SPECIES``.
    """
    work = [(kind, index) for index in indices for kind in SPECIES]
    chunks = [(work[k : k + _CHUNK], image_size, seed) for k in range(0, len(work), _CHUNK)]
    with ProcessPoolExecutor(num_workers, get_context("spawn")) as pool:
        pictures = np.concatenate(list(pool.map(_draw_chunk, chunks)))
    places = {kind: place for place, kind in enumerate(SPECIES)}
    return pictures, np.array([places[kind] for kind, _ in work], np.int32)


def _draw_chunk(chunk: tuple) -> np.ndarray:
    work, image_size, seed = chunk
    return np.stack(
        [
            np.asarray(
                Image.fromarray(draw(kind, index, seed=seed)).resize(
                    (image_size, image_size), Image.Resampling.BILINEAR
                )
            )
            for kind, index in work
        ]
    )

"""Animals that are neither cats nor dogs, drawn into folders as if they were your own photos.

The pictures come from the pets' engine; only the proportions are others.

Used in: 07.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from course_utils.data import atomic, cache
from course_utils.samples import pets
from course_utils.samples.animals import Species

#: Changes whenever the same seed gives other pictures, beside the version of the pets' engine.
VERSION = "1"

#: A middling animal on four legs; each species says in what it differs.
MIDDLING = dict(
    skull_width=(0.86, 1.0),
    skull_height=(0.80, 0.92),
    skull_length=(0.88, 1.02),
    cheek=(0.34, 0.50),
    muzzle_length=(0.25, 0.60),
    muzzle_width=(0.30, 0.42),
    ear_length=(0.50, 0.80),
    ear_width=(0.32, 0.44),
    ear_spread=(32, 48),
    eye_size=(0.14, 0.20),
    eye_spacing=(0.38, 0.48),
    pupil_width=(0.6, 1.0),
    nose_size=(0.12, 0.20),
    whisker_length=(0.0, 0.6),
    neck_length=(0.35, 0.7),
    body_length=(2.3, 3.0),
    chest=(0.75, 0.98),
    waist=(0.65, 0.90),
    leg_length=(1.1, 1.7),
    leg_width=(0.20, 0.30),
    tail_length=(1.0, 2.0),
    tail_width=(0.13, 0.28),
    tail_lift=(-20, 80),
)


def species(ears: tuple[float, float, float], **ranges: tuple[float, float]) -> Species:
    """Return a species.

    Args:
        ears: Probabilities of pointed, half-erect and floppy ears.
        ranges: In what it differs from ``MIDDLING``.

    Used in: 07.
    """
    kinds = dict(zip(("pointed", "half-erect", "floppy"), ears, strict=True))
    return Species(ear_kinds=kinds, ranges=MIDDLING | ranges)


#: The two whose pictures stand in for a student's own; the small base has seen neither.
OTHERS = {
    "deer": species(
        (0.9, 0.1, 0.0),
        skull_width=(0.76, 0.88),
        cheek=(0.26, 0.40),
        muzzle_length=(0.55, 0.95),
        muzzle_width=(0.26, 0.36),
        ear_length=(0.80, 1.15),
        ear_spread=(44, 60),
        eye_size=(0.17, 0.24),
        whisker_length=(0.0, 0.2),
        neck_length=(0.9, 1.4),
        leg_length=(1.9, 2.5),
        leg_width=(0.14, 0.20),
        tail_length=(0.3, 0.6),
    ),
    "raccoon": species(
        (0.8, 0.2, 0.0),
        skull_width=(0.94, 1.04),
        cheek=(0.50, 0.62),
        muzzle_length=(0.35, 0.65),
        muzzle_width=(0.22, 0.30),
        ear_length=(0.40, 0.62),
        nose_size=(0.10, 0.16),
        whisker_length=(0.4, 0.9),
        leg_length=(0.8, 1.2),
        tail_length=(1.5, 2.2),
        tail_width=(0.28, 0.40),
    ),
}


def draw_folders(per_class: int = 50, seed: int = 0) -> Path:
    """Return a folder with one subfolder of snapshots for each of two animals.

    Args:
        per_class: Snapshots of each animal.
        seed: Another seed (0 or more) gives other animals.

    Returns:
        The folder, in the cache folder; drawn first where it is not there.

    Raises:
        ValueError: If there is no picture to draw, or the seed is negative.
        OSError: If the cache folder cannot be written to.

    Used in: 07.
    """
    if per_class < 1 or seed < 0:
        raise ValueError(f"per_class must be 1 or more and seed 0 or more: {per_class}, {seed}")
    name = f"other-animals-{VERSION}-{pets.VERSION}-seed{seed}-{per_class}x{pets.SIZE}px"
    target = cache.folder() / name
    if target.is_dir():
        return target
    with atomic.new_folder(target) as unfinished:
        for place, (kind, animal) in enumerate(OTHERS.items()):
            (unfinished / kind).mkdir()
            for index in range(per_class):
                rng = np.random.default_rng([seed, int(pets.VERSION), int(VERSION), place, index])
                picture = pets.draw_species(animal, rng, pets.SIZE)
                path = unfinished / kind / f"{kind}-{index + 1}.jpg"
                Image.fromarray(picture).save(path, quality=90)
    return target

"""The same drawn pictures for both recipes, in the folders that the sources' loader reads."""

import contextlib
import io
from pathlib import Path

import numpy as np

from course_utils import data

#: Pictures per class that speed is measured with, in train, validation and test.
SPEED = (500, 250, 10)
#: Pictures per class that accuracy is measured with.
ACCURACY = (1000, 500, 1000)


def pets(folder: Path, counts: tuple[int, int, int]) -> Path:
    """Draw pets, split them by index and copy them into ``train|validation|test/<class>``."""
    num_train, num_validation, num_test = counts
    pictures = data.load("dogs-vs-cats", "sample", per_class=sum(counts))
    split = data.split_by_index(
        pictures,
        train=range(num_train),
        validation=range(num_train, num_train + num_validation),
        test=range(num_train + num_validation, sum(counts)),
    )
    return data.materialize(split, folder)


def digits(file: Path) -> Path:
    """Write drawn digits as arrays."""
    with contextlib.redirect_stdout(io.StringIO()):
        train, test = data.load("mnist", "sample", num_train=12_000, num_test=4_000)
    halves = [(test[0][part], test[1][part]) for part in (slice(2000), slice(2000, None))]
    parts = dict(zip(("train", "validation", "test"), [train, *halves], strict=True))
    arrays = {
        f"{axis}_{name}": array
        for name, pair in parts.items()
        for axis, array in zip("xy", pair, strict=True)
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, **arrays)
    return file

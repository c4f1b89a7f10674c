"""The same drawn pictures for both recipes, in the folders that the sources' loader reads."""

import contextlib
import io
from pathlib import Path

import numpy as np

from course_utils import data

#: Numbers of drawn pets that speed is measured with.
SPEED = {"train": 1000, "validation": 500, "test": 20}
#: Numbers of drawn pets that accuracy is measured with.
ACCURACY = {"train": 2000, "validation": 1000, "test": 2000}
#: Numbers of drawn digits, for both.
DIGITS = {"train": 12_000, "validation": 2000, "test": 2000}


def pets(folder: Path, counts: dict[str, int]) -> Path:
    """Draw pets, split them by index and copy them into ``train|validation|test/<class>``."""
    ranges, begin = {}, 0
    for subset, count in counts.items():
        ranges[subset] = range(begin, begin + count // 2)
        begin += count // 2
    pictures = data.load("dogs-vs-cats", "sample", per_class=begin)
    return data.materialize(data.split_by_index(pictures, **ranges), folder)


def digits(file: Path) -> Path:
    """Write drawn digits as arrays."""
    num_tested = DIGITS["validation"] + DIGITS["test"]
    with contextlib.redirect_stdout(io.StringIO()):
        train, rest = data.load("mnist", "sample", num_train=DIGITS["train"], num_test=num_tested)
    parts = {"train": train}
    parts["validation"] = tuple(array[: DIGITS["validation"]] for array in rest)
    parts["test"] = tuple(array[DIGITS["validation"] :] for array in rest)
    arrays = {
        f"{axis}_{name}": array
        for name, pair in parts.items()
        for axis, array in zip("xy", pair, strict=True)
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, **arrays)
    return file

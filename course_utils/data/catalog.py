"""The data sets of the course by name, each from three sources: drawn, downloaded, a folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from course_utils.data import arguments, cache, download, picture_sets

#: What ``keras.datasets.mnist.load_data`` returns, as NumPy arrays.
LabelledDigits = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Entry:
    """One data set.

    Attributes:
        content: What the set shows.
        sample_content: What the drawn pictures show.
        entry: What holds the set in a folder of one's own: a file or a subfolder.
        sizes: Names of the arguments that ask for fewer pictures.
        draw: Returns the drawn pictures; takes the sizes as keywords.
        fetch: Downloads the set and returns the folder it lies in.
        read: Returns the set from a folder; takes the folder and the sizes as keywords.
    """

    content: str
    sample_content: str
    entry: str
    sizes: tuple[str, ...]
    draw: Callable[..., Any]
    fetch: Callable[[], Path]
    read: Callable[..., Any]


#: The file that ``keras.datasets.mnist`` downloads, with the hash that Keras publishes. The
#: alternative is the address that Keras used before; the MD5 it published is the same for both.
MNIST_FILE = download.RemoteFile(
    name="mnist.npz",
    address="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    alternative="https://s3.amazonaws.com/img-datasets/mnist.npz",
)
_NUM_TRAIN, _NUM_TEST = 60_000, 10_000
_SUBSET_SEED = 0


def _draw_mnist(num_train: int | None = None, num_test: int | None = None) -> LabelledDigits:
    """Draw as many digits as MNIST has, or the first of them."""
    # The generators of pictures use the cache of this package, so they are imported late.
    from course_utils.samples import digits

    return digits.load(
        arguments.size("num_train", num_train, _NUM_TRAIN),
        arguments.size("num_test", num_test, _NUM_TEST),
    )


def _fetch_mnist() -> Path:
    return download.fetch(MNIST_FILE).parent


def _read_mnist(
    folder: Path, num_train: int | None = None, num_test: int | None = None
) -> LabelledDigits:
    """Read ``mnist.npz`` from a folder, or a random part of it; see :func:`course_utils.data.load`.

    Raises:
        FileNotFoundError: If the folder has no such file.
        ValueError: If the file is damaged or holds something else, or more is asked for than there
            is.
    """
    path = folder / MNIST_FILE.name
    if not path.is_file():
        raise FileNotFoundError(
            f"{folder} has no file {path.name}. Expected is MNIST as Keras publishes it, with the "
            'arrays x_train, y_train, x_test, y_test. Set DATA = "sample" for drawn digits.'
        )
    stored = cache.read_arrays(path)
    missing = [name for name in ("x_train", "y_train", "x_test", "y_test") if name not in stored]
    if missing:
        raise ValueError(
            f"{path} lacks {', '.join(missing)}; it has {', '.join(stored) or 'no arrays'}"
        )
    parts = []
    for split, size in (("train", num_train), ("test", num_test)):
        pictures, labels = stored[f"x_{split}"], stored[f"y_{split}"]
        _check_digits(path, split, pictures, labels)
        if size is not None:
            size = arguments.size(f"num_{split}", size, len(labels))
            chosen = np.random.default_rng(_SUBSET_SEED).permutation(len(labels))[:size]
            pictures, labels = pictures[chosen], labels[chosen]
        parts.append((pictures, labels))
    return tuple(parts)


def _check_digits(path: Path, split: str, pictures: np.ndarray, labels: np.ndarray) -> None:
    """Raise a ValueError unless the arrays are 28x28 grey pictures with one label 0-9 each."""
    if pictures.dtype != np.uint8 or pictures.ndim != 3 or pictures.shape[1:] != (28, 28):
        raise ValueError(
            f"x_{split} in {path} must be uint8 of shape (n, 28, 28), "
            f"got {pictures.dtype} of shape {pictures.shape}"
        )
    if labels.dtype != np.uint8 or labels.shape != pictures.shape[:1]:
        raise ValueError(
            f"y_{split} in {path} must be uint8 of shape ({len(pictures)},), "
            f"got {labels.dtype} of shape {labels.shape}"
        )
    if labels.size == 0 or labels.max() > 9:
        raise ValueError(
            f"y_{split} in {path} must hold labels from 0 to 9, "
            f"got {f'up to {labels.max()}' if labels.size else 'none'}"
        )


#: All data sets by the name that :func:`course_utils.data.load` takes.
CATALOG = {
    "mnist": Entry(
        content="handwritten digits (MNIST)",
        sample_content="digits in the place of MNIST",
        entry=MNIST_FILE.name,
        sizes=("num_train", "num_test"),
        draw=_draw_mnist,
        fetch=_fetch_mnist,
        read=_read_mnist,
    ),
    "dogs-vs-cats": Entry(
        content="photos of cats and dogs (Kaggle 2013)",
        sample_content="cats and dogs in the place of the photos",
        entry="dogs-vs-cats",
        sizes=("per_class", "at_most"),
        draw=picture_sets.draw_dogs_vs_cats,
        fetch=picture_sets.fetch_dogs_vs_cats,
        read=picture_sets.read_dogs_vs_cats,
    ),
    "rock-paper-scissors": Entry(
        content="rendered hands (rock, paper, scissors)",
        sample_content="hands in the place of the rendered ones",
        entry="rock-paper-scissors",
        sizes=("per_class",),
        draw=picture_sets.draw_rock_paper_scissors,
        fetch=picture_sets.fetch_rock_paper_scissors,
        read=picture_sets.read_rock_paper_scissors,
    ),
    "rock-paper-scissors-test": Entry(
        content="rendered hands of other persons (rock, paper, scissors)",
        sample_content="hands of other persons in the place of the rendered ones",
        entry="rock-paper-scissors-test",
        sizes=("per_class",),
        draw=picture_sets.draw_rock_paper_scissors_test,
        fetch=picture_sets.fetch_rock_paper_scissors_test,
        read=picture_sets.read_rock_paper_scissors_test,
    ),
    "horse-or-human": Entry(
        content="rendered horses and humans",
        sample_content="horses and humans in the place of the rendered ones",
        entry="horse-or-human",
        sizes=("per_class",),
        draw=picture_sets.draw_horse_or_human,
        fetch=picture_sets.fetch_horse_or_human,
        read=picture_sets.read_horse_or_human,
    ),
}

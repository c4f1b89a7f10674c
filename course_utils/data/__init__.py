"""Labelled pictures for every chapter: drawn on the spot, downloaded, or read from a folder.

The way of the pictures: ``load`` or ``load_folder``, then one of the ``split_by_...`` functions,
then ``image_datasets``. Importing this package loads neither TensorFlow nor matplotlib.
"""

import os
from pathlib import Path
from typing import Any

from course_utils.data import arguments
from course_utils.data.catalog import CATALOG, Entry
from course_utils.data.copies import materialize
from course_utils.data.download import DownloadError
from course_utils.data.manifest import Split, Subset
from course_utils.data.pictures import PictureSet, load_folder, printable
from course_utils.data.splits import (
    are_numbered,
    split_by_count,
    split_by_folder,
    split_by_fraction,
    split_by_group,
    split_by_index,
)
from course_utils.language import translate

__all__ = [
    "CATALOG",
    "DownloadError",
    "PictureSet",
    "Split",
    "Subset",
    "are_numbered",
    "has",
    "image_datasets",
    "load",
    "load_folder",
    "materialize",
    "resolve_source",
    "split_by_count",
    "split_by_folder",
    "split_by_fraction",
    "split_by_group",
    "split_by_index",
]


def __getattr__(name: str) -> Any:
    """Import the pipeline, and TensorFlow with it, the first time it is named."""
    if name == "image_datasets":
        from course_utils.data.pipeline import image_datasets

        return image_datasets
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load(name: str, source: str | os.PathLike = "sample", **sizes: int) -> Any:
    """Return a data set of the course; one printed line says which pictures these are.

    Args:
        name: Name in the catalog. ``"mnist"`` gives ``(x_train, y_train), (x_test, y_test)`` as
            ``keras.datasets.mnist.load_data`` does: pictures uint8 of shape (n, 28, 28), 0 to 255,
            labels uint8 of shape (n,), 0 to 9. ``"dogs-vs-cats"``, ``"rock-paper-scissors"`` and
            ``"rock-paper-scissors-test"`` (other persons' hands) give a :class:`PictureSet`,
            ``"horse-or-human"`` two of them, for training and validation.
        source: ``"sample"`` for pictures that the course draws, ``"download"`` for the published
            set, kept in the cache folder, or a folder with one entry per name: the file
            ``mnist.npz``, and for pictures a subfolder of the set's name, which holds the
            unpacked archive or your own photos in one subfolder per class (for horse-or-human
            below ``train`` and ``validation``). No source stands in for another.
        sizes: For ``"mnist"`` ``num_train`` and ``num_test``: fewer pictures than there are
            (60,000 and 10,000). Of drawn digits these are the first, ten of each class in every
            hundred. Of other digits they are the first of one fixed random order, so the classes
            are about as frequent as in the whole set. Fewer are always part of more. Without a
            size, or with None, all pictures come in the order of the file. For the other sets
            ``per_class``: the first pictures of each class (of each of the two horse-or-human
            sets), from all persons in turn. For ``"dogs-vs-cats"`` also ``at_most``: the same, but
            where a folder of your own has fewer of a class, so many of each; one printed line
            says so.

    Returns:
        What the catalog's entry holds, as described under ``name``.

    Raises:
        ValueError: For an unknown name, source or size, more pictures than there are, or a file
            that is damaged or holds something else.
        FileNotFoundError: If the folder does not hold the set.
        DownloadError: If the download fails.

    Used in: 00, 01, 02, 03, 04, 05, 06, 07, 08, A2.
    """
    entry = _entry(name)
    for size in sizes:
        if size not in entry.sizes:
            raise ValueError(f"{name!r} has no size {size!r}; it takes {', '.join(entry.sizes)}")
    place = resolve_source(source)
    if place == "sample":
        loaded = entry.draw(**sizes)
        origin = translate(
            "{content}, drawn by the course", content=translate(entry.sample_content)
        )
    elif place == "download":
        folder = entry.fetch()
        loaded, origin = (
            entry.read(folder, **sizes),
            translate(
                "{content}, downloaded to {folder}", content=translate(entry.content), folder=folder
            ),
        )
    else:
        loaded = entry.read(place, **sizes)
        # Of some layouts a folder further down is read.
        read = loaded.folder if isinstance(loaded, PictureSet) else place
        origin = translate(
            "{content}, read from {folder}",
            content=translate(entry.content),
            folder=printable([str(read)]),
        )
    print(f"{name}: {origin}")
    return loaded


def has(name: str, source: str | os.PathLike = "sample") -> bool:
    """Return whether a source holds a data set; a folder of your own need not hold them all.

    Nothing is read or downloaded, so that :func:`load` may still find a set damaged.

    Args:
        name: Name in the catalog.
        source: As :func:`load` takes it; the first two hold every set.

    Raises:
        ValueError: For an unknown name or source.

    Used in: 04, 05, 06.
    """
    entry, place = _entry(name), resolve_source(source)
    return place in ("sample", "download") or (place / entry.entry).exists()


def resolve_source(source: str | os.PathLike) -> str | Path:
    """Return where pictures come from: ``"sample"``, ``"download"`` or an existing folder.

    Args:
        source: One of the two words, or a folder's path, in which ``~`` stands for the home folder.

    Raises:
        ValueError: If it is none of these.

    Used in: every chapter.
    """
    if source in ("sample", "download"):
        return source
    try:
        folder = arguments.path("DATA", source)
        if folder.is_dir():
            return folder
    except ValueError:  # no path at all
        pass
    raise ValueError(
        f'unknown source {source!r}: DATA must be "sample" (drawn pictures), "download" or the '
        "path of an existing folder"
    )


def _entry(name: str) -> Entry:
    """Return a data set's entry in the catalog, or raise a ValueError."""
    if not isinstance(name, str) or name not in CATALOG:
        raise ValueError(f"unknown data set {name!r}; choose one of {', '.join(CATALOG)}")
    return CATALOG[name]

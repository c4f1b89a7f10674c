"""Where drawn pictures and downloads are kept between runs: a folder outside the repository."""

import os
import uuid
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import numpy as np
import pooch


def folder() -> Path:
    """Return the cache folder, which need not exist yet.

    It is the environment variable ``COURSE_CACHE`` where that is set, otherwise the place that the
    operating system reserves for caches.

    Used in: every chapter that loads pictures.
    """
    return Path(os.environ.get("COURSE_CACHE") or pooch.os_cache("course_utils")).expanduser()


def arrays(
    file_name: str, names: Collection[str], make: Callable[[], Mapping[str, np.ndarray]]
) -> Mapping[str, np.ndarray]:
    """Return arrays from the cache, or make them and keep them there.

    A file that is damaged or holds other names is replaced. Where the folder cannot be written to,
    the arrays are made every time, and one printed line says so.

    Args:
        file_name: Name of the ``.npz`` file inside the cache folder. It must name everything that
            the arrays depend on.
        names: The names of the arrays.
        make: Makes the arrays, by name.

    Returns:
        The arrays by name.

    Used in: 02, 03.
    """
    path = folder() / file_name
    try:
        stored = read_arrays(path)
    except (OSError, ValueError):
        stored = {}
    if set(stored) == set(names):
        return stored
    made = make()
    try:
        _write_whole(path, made)
    except OSError as error:
        print(f"cannot keep the pictures in {path.parent}, so they are drawn each time ({error})")
    return made


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read all arrays of an ``.npz`` file; never unpickles anything.

    Raises:
        OSError: If the file is not there or must not be read.
        ValueError: If it is damaged or no ``.npz`` file of plain arrays.

    Used in: 02, 03.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return dict(stored)
    except OSError:
        raise
    # Depending on where it is damaged, the zip, zlib or NumPy reader raises quite different errors.
    except Exception as error:
        raise ValueError(f"{path} is damaged or no .npz file of arrays: {error!r}") from error


def _write_whole(path: Path, contents: Mapping[str, np.ndarray]) -> None:
    """Write an ``.npz`` file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, **contents)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)

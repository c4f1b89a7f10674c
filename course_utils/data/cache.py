"""Where drawn pictures and downloads are kept between runs: a folder outside the repository."""

import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import numpy as np
import pooch

from course_utils.language import translate

#: Bytes of decoded pictures that are kept, in all files together; those that are in use count, and
#: one file alone may be larger.
DECODED_LIMIT = 10_000_000_000
#: After a day, what an interrupted call left behind is nobody's work in progress.
STALE_SECONDS = 24 * 60 * 60
_DECODED_NAME = re.compile(r"decoded-[0-9a-f]{16}-\d+x\d+\.npy")
#: What this package calls unfinished files and folders. COURSE_CACHE may name a folder that holds
#: other things, too, such as a browser's unfinished downloads.
_UNFINISHED_NAME = re.compile(r".+\.[0-9a-f]{32}\.part")
#: What pooch calls them, in the folder for downloads, where nobody else writes.
_UNFINISHED_DOWNLOAD = re.compile(r"tmp[a-z0-9_]{8}")


def unfinished_name(name: str) -> str:
    """Return a name for an unfinished file or folder that no other call uses.

    Used in: 02, 03, 04, 05.
    """
    return f"{name}.{uuid.uuid4().hex}.part"


def folder() -> Path:
    """Return the cache folder, which need not exist yet.

    It is the environment variable ``COURSE_CACHE`` where that is set, otherwise the place that the
    operating system reserves for caches.

    Used in: every chapter that loads pictures.
    """
    return Path(os.environ.get("COURSE_CACHE") or pooch.os_cache("course_utils")).expanduser()


def downloads() -> Path:
    """Return the folder for downloaded files, which need not exist yet.

    Used in: every chapter that loads pictures.
    """
    return folder() / "downloads"


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
    tidy()
    try:
        _write_whole(path, made)
    except OSError as error:
        print(
            translate(
                "cannot keep the pictures in {folder}, so they are drawn each time ({error})",
                folder=path.parent,
                error=error,
            )
        )
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


def tidy(needed: Path | None = None, num_bytes: int = 0) -> None:
    """Remove what interrupted calls left behind long ago, and make room for decoded pictures.

    Decoded pictures beyond ``DECODED_LIMIT`` go, first those that were not used for the longest
    time. One printed line says what was removed. What cannot be removed stays.

    Args:
        needed: The file of decoded pictures that is used now; it stays, and counts as used now.
        num_bytes: Its size, also if it has yet to be written.

    Used in: 02, 03, 04, 05.
    """
    left, decoded = [], []
    for entry in [*_entries(folder()), *_entries(downloads())]:
        try:
            status = entry.stat()
        except OSError:  # another process was faster
            continue
        unfinished = _UNFINISHED_NAME.fullmatch(entry.name) or (
            entry.parent == downloads() and _UNFINISHED_DOWNLOAD.fullmatch(entry.name)
        )
        if unfinished:
            if time.time() - status.st_mtime > STALE_SECONDS:
                left.append(entry)
        elif _DECODED_NAME.fullmatch(entry.name) and entry != needed:
            decoded.append((status.st_mtime, status.st_size, entry))
    if needed is not None:
        try:
            os.utime(needed)
        except OSError:  # not written yet, or another user's
            pass
    too_many, total = [], num_bytes
    for _, size, entry in sorted(decoded, reverse=True):
        total += size
        if total > DECODED_LIMIT:
            too_many.append(entry)
    removed = [entry.name for entry in [*left, *too_many] if _remove(entry)]
    if removed:
        print(
            translate(
                "Removed from the cache {folder}, left unfinished or not used for long: {names}",
                folder=folder(),
                names=", ".join(removed),
            )
        )


def _entries(place: Path) -> list[Path]:
    """Return what lies in a folder; nothing if it is not there or cannot be read."""
    try:
        return list(place.iterdir())
    except OSError:
        return []


def _remove(entry: Path) -> bool:
    """Remove a file or a whole folder and return whether it is gone."""
    try:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    except OSError:  # Windows removes no file that is in use
        return False
    return True


def _write_whole(path: Path, contents: Mapping[str, np.ndarray]) -> None:
    """Write an ``.npz`` file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(unfinished_name(path.name))
    try:
        with unfinished.open("wb") as file:
            np.savez(file, **contents)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)

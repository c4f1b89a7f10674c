"""Files and folders that are there whole or not at all, whatever interrupts their making."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from course_utils.data import cache


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``target`` that gets its name when the block ends well.

    After an error nothing is left. A process that is killed leaves a hidden folder
    ``.<name>.<number>.part``, which a later call removes. Of two at once the first one to finish
    stays; the other's folder is dropped, so look at ``target`` again after the block. Where
    ``target`` is a link, the folder is made where it leads.

    Raises:
        OSError: If the folder cannot be written, or ``target`` is a file.

    Used in: 04, 05.
    """
    target = Path(os.path.realpath(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_stale(target)
    unfinished = target.with_name(cache.unfinished_name(f".{target.name}"))
    unfinished.mkdir()
    try:
        yield unfinished
        try:
            # Windows renames nothing onto a folder, not even an empty one; others are not removed.
            with suppress(OSError):
                target.rmdir()
            unfinished.rename(target)
        except OSError:
            # An empty folder that stays is nobody's work: it could not be replaced.
            if not target.is_dir() or not any(target.iterdir()):
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file; under its name there is the old content or the whole new one.

    Used in: 04, 05.
    """
    unfinished = path.with_name(cache.unfinished_name(f".{path.name}"))
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _remove_stale(target: Path) -> None:
    """Remove what calls for this folder left behind that were killed long ago."""
    for left in target.parent.iterdir():
        if left.name.startswith(f".{target.name}.") and left.name.endswith(".part"):
            try:
                if time.time() - left.stat().st_mtime > cache.STALE_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)
            except OSError:  # another call was faster, or it is another user's
                continue

"""One run per build folder: a second one would mix its files with the first one's."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from tools.runner.options import OptionError, as_typed

_NAME = "running.pid"
_CLOCK_SECONDS = 2.0  # by how much a file system's clock and a process' start may differ


@contextlib.contextmanager
def held(build: Path) -> Iterator[None]:
    """Keep other runs out of a build folder, which is made if need be.

    Raises:
        OptionError: If another run holds the folder, or it cannot be written to.
    """
    path = build / _NAME
    try:
        build.mkdir(parents=True, exist_ok=True)
        _take(path)
    except OSError as error:
        raise OptionError(
            f"{as_typed(build)} cannot be written to ({error.strerror}); give --build FOLDER"
        ) from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _take(path: Path) -> None:
    holder = _living_holder(path)
    if holder is None:
        path.unlink(missing_ok=True)  # left by a run that was killed
        with contextlib.suppress(FileExistsError):
            with open(path, "x", encoding="ascii") as file:
                file.write(str(os.getpid()))
            return
        holder = _living_holder(path)  # another run was quicker
    raise OptionError(
        f"another run (pid {holder or 'unknown'}) writes to {as_typed(path.parent)}; "
        "wait for it or give --build FOLDER"
    )


def _living_holder(path: Path) -> int | None:
    """Return the process that wrote the file, or None if it has ended."""
    try:
        number, written = int(path.read_text(encoding="ascii")), path.stat().st_mtime
        process = psutil.Process(number)
        # A process that began after the file was written only inherited the number.
        alive = process.create_time() <= written + _CLOCK_SECONDS
        return number if alive and process.status() != psutil.STATUS_ZOMBIE else None
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None

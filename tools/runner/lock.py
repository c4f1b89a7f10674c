"""One run per build folder: a second one would mix its files with the first one's."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import filelock

from tools.runner.options import OptionError, as_typed

#: The system frees this file when the process that holds it ends, however that happens.
_LOCK_NAME = ".running.lock"
#: Who holds it, for the message; Windows lets nobody read a file that is locked.
_HOLDER_NAME = "running.pid"


@contextlib.contextmanager
def held(build: Path) -> Iterator[None]:
    """Keep other runs out of a build folder, which is made if need be.

    Raises:
        OptionError: If another run holds the folder, or it cannot be written to.
    """
    lock, holder = filelock.FileLock(build / _LOCK_NAME), build / _HOLDER_NAME
    try:
        build.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
        holder.write_text(str(os.getpid()), encoding="ascii")
    except filelock.Timeout as error:
        raise OptionError(
            f"another run (pid {_read(holder)}) writes to {as_typed(build)}; "
            "wait for it or give --build FOLDER"
        ) from error
    except OSError as error:
        lock.release()
        raise OptionError(
            f"{as_typed(build)} cannot be written to ({error.strerror}); give --build FOLDER"
        ) from error
    try:
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _read(holder: Path) -> str:
    """Return the number of the process that holds the folder, or "unknown" at its very start."""
    try:
        return str(int(holder.read_text(encoding="ascii")))
    except (OSError, ValueError):
        return "unknown"

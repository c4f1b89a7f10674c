"""The one way in which the tools write a file: whole or not at all."""

import os
import shutil
from pathlib import Path


def write(path: Path, content: str | bytes) -> None:
    """Write ``content`` beside ``path`` and rename it, so that no reader sees half a file.

    A file that is replaced keeps its mode. Lines end as in ``content`` on every system.

    Raises:
        OSError: If the file cannot be written; nothing is left behind then.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        unfinished.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        if path.exists():
            shutil.copymode(path, unfinished)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)

"""Draws whole sets of pictures into a cached folder, laid out like the real sets.

Every picture depends on its seed, class and number alone, so that the work is shared among
processes in any way. A folder is drawn beside its final place, checked and renamed: what stands
under the final name is whole.

Used in: 04, 05, 06, 07, 08.
"""

import multiprocessing
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from course_utils.data import atomic, cache, progress
from course_utils.samples import hands, horses_humans, pets

#: The sets by name; each module tells VERSION, PER_CLASS, SIZE, files() and encode().
SETS = {"pets": pets, "hands": hands, "horses_humans": horses_humans}

#: Fewer pictures than this are drawn here and now; starting processes would take longer.
_WORTH_PROCESSES = 100
_CHUNK = 20


def draw_folder(
    name: str,
    *,
    per_class: int | None = None,
    size: int | None = None,
    seed: int = 0,
    num_workers: int = 2,
    show_progress: bool = True,
) -> Path:
    """Return the folder of a drawn set, and draw it first where it is not in the cache.

    Args:
        name: ``"pets"`` (``train/cat.0.jpg`` …), ``"hands"`` (``rps/rock/rock01-000.png`` …) or
            ``"horses_humans"`` (``train/horses/horse01-0.png`` …, ``validation/…``).
        per_class: Pictures a class, in each folder given apart; the full set by default. A smaller
            set holds the first files of a larger one.
        size: Side of a picture in pixels; of pets the usual side. 180 for pets, else 300.
        seed: Another seed (0 or more) gives another set.
        num_workers: Processes that draw.
        show_progress: Whether to show a progress bar.

    Returns:
        The folder, under the cache folder, named by set, generator version and the arguments.

    Raises:
        ValueError: For an unknown name, too many or fewer than 1 pictures a class, a size under
            32, a negative seed or no worker.
        OSError: If the cache folder cannot be written to; the message names ``COURSE_CACHE``.

    Used in: 04, 05.
    """
    if name not in SETS:
        raise ValueError(f"unknown set {name!r}; choose one of {', '.join(SETS)}")
    module = SETS[name]
    per_class = module.PER_CLASS if per_class is None else per_class
    size = module.SIZE if size is None else size
    if not 1 <= per_class <= module.PER_CLASS:
        raise ValueError(f"per_class must lie between 1 and {module.PER_CLASS}, got {per_class}")
    if size < 32:
        raise ValueError(f"size must be at least 32 pixels, got {size}")
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")
    if num_workers < 1:
        raise ValueError(f"num_workers must be 1 or more, got {num_workers}")
    target = cache.folder() / f"{name}-{module.VERSION}-seed{seed}-{per_class}x{size}px"
    work = [(path, name, arguments) for path, arguments in module.files(per_class, size, seed)]
    paths = [path for path, _, _ in work]
    try:
        if target.is_dir():
            if not _wrong_files(target, paths):
                return target
            shutil.rmtree(target)
        with atomic.new_folder(target) as unfinished:
            portions = _drawn(unfinished, work, num_workers)
            if show_progress:
                portions = progress.count(portions, f"Drawing {name}", len(work))
            for _ in portions:
                pass
            if wrong := _wrong_files(unfinished, paths):
                raise OSError(
                    f"{len(wrong)} of {len(paths)} pictures were not written, as {min(wrong)}"
                )
    except OSError as error:
        raise OSError(
            f"{name} cannot be drawn into {target.parent}: {error}. "
            "The environment variable COURSE_CACHE moves the cache."
        ) from error
    return target


def _drawn(folder: Path, work: Sequence[tuple], num_workers: int) -> Iterator[int]:
    """Draw all files and yield, now and then, how many were finished."""
    chunks = [(folder, work[k : k + _CHUNK]) for k in range(0, len(work), _CHUNK)]
    if num_workers > 1 and len(work) >= _WORTH_PROCESSES:
        # Not forked: a fork of a process in which TensorFlow runs threads may hang.
        pool = ProcessPoolExecutor(
            num_workers, multiprocessing.get_context("spawn"), initializer=_end_with_parent
        )
        try:
            for done in pool.map(_draw_chunk, list(chunks)):
                chunks.pop(0)
                yield done
        except BrokenProcessPool:
            # A script without `if __name__ == "__main__":` cannot start processes.
            pass
        finally:
            pool.shutdown(cancel_futures=True)
    for chunk in chunks:
        yield _draw_chunk(chunk)


def _end_with_parent() -> None:
    """Let this process end as soon as the one that started it has; that may have been killed."""

    def wait() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _draw_chunk(chunk: tuple[Path, Sequence[tuple]]) -> int:
    """Draw some files and return how many."""
    folder, work = chunk
    for path, name, arguments in work:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(SETS[name].encode(*arguments))
    return len(work)


def _wrong_files(folder: Path, paths: Sequence[str]) -> set[str]:
    """Return which of these files are missing or empty, and which others are there."""
    found = {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*.*")
        if not file.name.startswith(".") and file.is_file() and file.stat().st_size
    }
    return found ^ set(paths)

"""Downloaded sets that show when they were changed: each holds a list of its names and sizes.

It is written while the set has not got its final name yet. Comparing it takes no longer than
listing the files; their content is not read.
"""

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from course_utils.data import atomic, cache, pictures
from course_utils.language import translate

#: Hidden, so that it is taken for no picture.
_LIST_NAME = ".contents.json"
#: How often a set is looked at that changes, or seems to, while it is read.
_MOST_LOOKS = 10


class ForeignFilesError(OSError):
    """A downloaded set holds files that did not come with it."""


@contextmanager
def new_set(target: Path) -> Iterator[Path]:
    """Yield a folder to unpack into, which becomes ``target`` when the block ends well.

    A set that was damaged stays until then; if it holds hidden files that did not come with it, it
    is moved aside, and a printed line says where to. Otherwise as :func:`atomic.new_folder`.

    Raises:
        OSError: If the folder cannot be written.

    Used in: 04, 05.
    """
    with atomic.new_folder(target) as unfinished:
        yield unfinished
        listed = json.dumps(_files(unfinished), ensure_ascii=True)
        (unfinished / _LIST_NAME).write_text(listed, encoding="ascii")
        _remove_damaged(target)


def find_damage(folder: Path) -> str:
    """Return what is wrong with a downloaded set, or an empty string if it is as it was unpacked.

    Raises:
        ForeignFilesError: If there are files that did not come with the set, or no list of those
            that did, so that nobody's files are removed with it; the message says what to do.
        OSError: If the folder cannot be read.

    Used in: 04, 05.
    """
    seen = _list_and_files(folder)
    if seen is None:
        return "it is not there"
    listed, found = seen
    if foreign := sorted(set(found) - set(listed)):
        raise ForeignFilesError(
            f"{folder} holds files that are not known to come with the set: "
            f"{pictures.printable(foreign)}. Move what is yours elsewhere and remove the folder; "
            "the next call unpacks it anew"
        )
    missing = [name for name in listed if name not in found]
    changed = [name for name in found if found[name] != listed[name]]
    problems = [
        f"{len(names):,} of {len(listed):,} files {what}, such as {min(names)}"
        for names, what in ((missing, "missing"), (changed, "of another size"))
        if names
    ]
    return "; ".join(problems) or ("" if listed else "it is empty")


def _list_and_files(folder: Path) -> tuple[dict[str, int], dict[str, int]] | None:
    """Return a set's list and the files there are, both of one folder; None if there is none.

    Another process may put a new set in the place of a damaged one meanwhile; then look again.

    Raises:
        OSError: If that happens again and again, or the folder cannot be read.
    """
    for looks_left in reversed(range(_MOST_LOOKS)):
        before = _identity(folder)
        if before is None:
            return None
        try:
            found = _listed(folder), _files(folder)
        except FileNotFoundError:
            if not looks_left:
                raise
            continue
        if _identity(folder) == before:
            return found
    raise OSError(f"{folder} was replaced by another one {_MOST_LOOKS} times while it was read")


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from another one of the same name; None if there is none."""
    try:
        status = folder.stat()
    except FileNotFoundError:
        return None
    return (status.st_dev, status.st_ino) if folder.is_dir() else None


def _listed(folder: Path) -> dict[str, int]:
    try:
        listed = json.loads((folder / _LIST_NAME).read_text(encoding="ascii"))
    except (OSError, ValueError, RecursionError):
        return {}
    return listed if isinstance(listed, dict) else {}


def _files(folder: Path) -> dict[str, int]:
    """Return the size of every file below a folder by its name, hidden ones left out."""
    return {
        file.relative_to(folder).as_posix(): file.lstat().st_size
        for file, _ in pictures.walk(folder)
    }


def _remove_damaged(target: Path) -> None:
    """Make place for a new set, unless another call was faster and there is a whole one."""
    target = Path(os.path.realpath(target))
    seen = _identity(target)
    if seen is None or not find_damage(target) or _identity(target) != seen:
        return
    # Under a name that only this call knows nobody exchanges it any more. No hidden one: what is
    # inside must not be tidied away.
    aside = target.with_name(f"{target.name}-damaged-{uuid.uuid4().hex[:8]}")
    try:
        target.rename(aside)
    except FileNotFoundError:  # another call makes place just now
        return
    if _identity(aside) != seen:  # another call has just put a whole set there
        with suppress(OSError):  # unless a third one has put its own there meanwhile
            aside.rename(target)
            return
    if own := _hidden_files(aside):
        print(
            translate(
                "The damaged set holds files that did not come with it, such as {names}, so it was "
                "not removed but is now {folder}",
                names=pictures.printable(own),
                folder=aside,
            )
        )
        return
    # Under this name a later call removes what is left if this one is killed.
    damaged = target.with_name(cache.unfinished_name(f".{target.name}"))
    aside.rename(damaged)
    shutil.rmtree(damaged, ignore_errors=True)


def _hidden_files(folder: Path) -> list[str]:
    """Return the hidden files below a folder that neither the course nor a system put there."""
    files = (file.relative_to(folder) for file in folder.rglob("*") if not file.is_dir())
    return sorted(
        file.as_posix()
        for file in files
        if any(part.startswith(".") for part in file.parts)
        and file.name != _LIST_NAME
        and not any(_is_of_a_system(part) for part in file.parts)
    )


def _is_of_a_system(name: str) -> bool:
    return name.lower() in pictures.SYSTEM_NAMES | {".ds_store"} or name.startswith("._")

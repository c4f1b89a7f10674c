"""Copies the pictures of a split into folders, one per subset and class."""

import hashlib
import json
import os
import unicodedata
from collections import Counter
from pathlib import Path, PurePosixPath

from course_utils.data import arguments, atomic
from course_utils.data.manifest import Split, to_json
from course_utils.data.pictures import printable, walk

#: The copy holds the manifest under this name.
MANIFEST_NAME = "manifest.json"


def materialize(split: Split, folder: str | os.PathLike) -> Path:
    """Copy the pictures of a split into ``train|validation|test/<class>/<name>``.

    The copy is made beside its final place, checked and renamed, so that what stands there is
    whole. A second call finds it, compares it and does nothing.

    Args:
        split: Which picture goes where.
        folder: Folder to make. It gets a file ``manifest.json`` beside the subsets.

    Returns:
        The folder.

    Raises:
        FileExistsError: If the folder holds something else, or a copy that was changed.
        ValueError: If the folder lies among the split's pictures, a picture was changed since the
            split was made, or two would get one name.
        OSError: If a picture is missing or the folder cannot be written.

    Used in: 04, A1.
    """
    arguments.instance("split", split, Split, "one of the split_by_... functions")
    folder = arguments.path("folder", folder)
    _check_outside(split, folder)
    places = _places(split)
    if not _is_copy(split, places, folder):
        with atomic.new_folder(folder) as unfinished:
            for place, (name, digest) in places.items():
                content = (split.folder / name).read_bytes()
                if hashlib.sha256(content).hexdigest() != digest:
                    raise ValueError(f"{split.folder / name} was changed; split the pictures anew")
                try:
                    (unfinished / place).parent.mkdir(parents=True, exist_ok=True)
                    (unfinished / place).write_bytes(content)
                except OSError as error:
                    raise OSError(
                        error.errno,
                        f"{place} could not be written: {error.strerror}; make room, or name "
                        "another folder for the copy",
                        str(folder),
                    ) from error
            split.save(unfinished / MANIFEST_NAME)
        # Somebody else may have been faster, with the same or another split.
        _is_copy(split, places, folder)
    return folder


def _check_outside(split: Split, folder: Path) -> None:
    """Raise a ValueError if the copy would be read as pictures when the split's are read again."""
    for subset in split.subsets.values():
        # The folders of a split by folder may lie apart, with room for a copy between them.
        root = split.folder / os.path.commonpath(subset.names)
        if folder.resolve().is_relative_to(root.resolve()):
            raise ValueError(
                f"{folder} lies among the pictures, in {root}; name a folder elsewhere"
            )


def _places(split: Split) -> dict[str, tuple[str, str]]:
    """Return name and hash of every picture by where its copy goes.

    Raises:
        ValueError: If two pictures would get one name.
    """
    places = {}
    for subset_name, subset in split.subsets.items():
        times = Counter(
            (label, _same_file(name))
            for name, label in zip(subset.names, subset.labels, strict=True)
        )
        for name, label, digest in zip(subset.names, subset.labels, subset.digests, strict=True):
            file_name = PurePosixPath(name).name
            if times[label, _same_file(name)] > 1:
                # Two folders inside a class use one name: put the folders into the name.
                file_name = name.replace("/", "_")
            place = f"{subset_name}/{split.class_names[label]}/{file_name}"
            if place in places:
                raise ValueError(f"{name} and {places[place][0]} would both become {place}")
            places[place] = (name, digest)
    return places


def _same_file(name: str) -> str:
    """Return what two names have in common that Windows or macOS take for one file in a folder."""
    return unicodedata.normalize("NFC", PurePosixPath(name).name).casefold()


def _is_copy(split: Split, places: dict[str, tuple[str, str]], folder: Path) -> bool:
    """Return whether the folder is a whole copy of the split; False if it is not there or empty.

    Raises:
        FileExistsError: If it holds something else.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    try:
        content = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = None
    # The same pictures may have been split in another folder.
    expected = {**to_json(split), "folder": ""}
    if not isinstance(content, dict) or {**content, "folder": ""} != expected:
        raise FileExistsError(
            f"{folder} exists and holds something else, not a copy of this split; "
            "name another folder, or delete it"
        )
    lost, changed = [], []
    for place, (_, digest) in places.items():
        if not (folder / place).is_file():
            lost.append(place)
        elif hashlib.sha256((folder / place).read_bytes()).hexdigest() != digest:
            changed.append(place)
    # Some file systems of macOS give Hangul back decomposed.
    known = {unicodedata.normalize("NFC", place) for place in (*places, MANIFEST_NAME)}
    found = sorted(file.relative_to(folder).as_posix() for file, _ in walk(folder))
    added = [name for name in found if unicodedata.normalize("NFC", name) not in known]
    wrong = [
        f"{len(files):,} {what} ({printable(files)})"
        for what, files in (
            ("pictures are gone", lost),
            ("pictures are changed", changed),
            ("files were added", added),
        )
        if files
    ]
    if wrong:
        raise FileExistsError(
            f"{folder} was a copy of this split, but {' and '.join(wrong)}; "
            "delete it and call again"
        )
    return True

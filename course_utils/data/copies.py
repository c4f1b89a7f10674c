"""Copies the pictures of a split into folders, one per subset and class."""

import hashlib
import json
import os
from collections import Counter
from pathlib import Path, PurePosixPath

from course_utils.data import atomic
from course_utils.data.manifest import Split, to_json
from course_utils.data.pictures import printable

#: The copy holds the manifest under this name.
MANIFEST_NAME = "manifest.json"


def materialize(split: Split, folder: str | os.PathLike) -> Path:
    """Copy the pictures of a split into ``train|validation|test/<class>/<name>``.

    The copy is made beside its final place, checked and renamed, so that what stands there is
    whole. A second call finds it and does nothing.

    Args:
        split: Which picture goes where.
        folder: Folder to make. It gets a file ``manifest.json`` beside the subsets.

    Returns:
        The folder.

    Raises:
        FileExistsError: If the folder holds something else.
        ValueError: If a picture was changed since the split was made, or two would get one name.
        OSError: If a picture is missing or the folder cannot be written.

    Used in: 04, 05.
    """
    folder = Path(folder).expanduser()
    places = _places(split)
    if not _is_copy(split, places, folder):
        with atomic.new_folder(folder) as unfinished:
            for place, (name, digest) in places.items():
                content = (split.folder / name).read_bytes()
                if hashlib.sha256(content).hexdigest() != digest:
                    raise ValueError(f"{split.folder / name} was changed; split the pictures anew")
                (unfinished / place).parent.mkdir(parents=True, exist_ok=True)
                (unfinished / place).write_bytes(content)
            split.save(unfinished / MANIFEST_NAME)
        # Somebody else may have been faster, with the same or another split.
        _is_copy(split, places, folder)
    return folder


def _places(split: Split) -> dict[str, tuple[str, str]]:
    """Return name and hash of every picture by where its copy goes.

    Raises:
        ValueError: If two pictures would get one name.
    """
    places = {}
    for subset_name, subset in split.subsets.items():
        times = Counter(
            (label, PurePosixPath(name).name)
            for name, label in zip(subset.names, subset.labels, strict=True)
        )
        for name, label, digest in zip(subset.names, subset.labels, subset.digests, strict=True):
            file_name = PurePosixPath(name).name
            if times[label, file_name] > 1:
                # Two folders inside a class use one name: put the folders into the name.
                file_name = name.replace("/", "_")
            place = f"{subset_name}/{split.class_names[label]}/{file_name}"
            if place in places:
                raise ValueError(f"{name} and {places[place][0]} would both become {place}")
            places[place] = (name, digest)
    return places


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
        content = {}
    # The same pictures may have been split in another folder.
    if not content or {**content, "folder": ""} != {**to_json(split), "folder": ""}:
        raise FileExistsError(
            f"{folder} exists and holds something else, not a copy of this split; "
            "name another folder, or delete it"
        )
    if lost := [place for place in places if not (folder / place).is_file()]:
        raise FileExistsError(
            f"{folder} was a copy of this split, but {len(lost):,} pictures are gone "
            f"({printable(lost)}); delete it and call again"
        )
    return True

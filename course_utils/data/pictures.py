"""A folder of pictures as a labelled list: one class per subfolder, or per beginning of the name.

Two layouts are read: ``<class>/<any name>`` with subfolders inside a class as you like, and
``<class>.<number>.<ending>`` side by side in one folder, as Kaggle lays out Dogs vs Cats. Hidden
files (a name that begins with a dot) and what operating systems put beside pictures are no
pictures. Every other file is opened: what cannot be used is skipped, counted, printed and listed.
"""

import hashlib
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from course_utils.data import arguments, decoding, progress
from course_utils.language import translate

#: What Windows, macOS and network drives put into folders and archives, in small letters.
SYSTEM_NAMES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "icon\r", "@eadir"}
#: Folders that hold subsets, not classes.
_SUBSET_NAMES = {"train", "training", "validation", "valid", "val", "test", "testing"}
_FLAT_NAME = re.compile(r"(.+)\.\d+\.\w+")


@dataclass(frozen=True)
class PictureSet:
    """Pictures of one folder with their classes.

    Attributes:
        folder: Where the pictures lie.
        names: Path of each picture below the folder, with ``/``, in natural order (2 before 10).
        labels: Class of each picture, a place in ``class_names``.
        class_names: The classes in alphabetical order.
        digests: SHA-256 of each picture's file.
        groups: What each picture belongs to, such as the hand that was filmed; None if unknown.
        skipped: Files that could not be used, by name, with the reason.
    """

    folder: Path
    names: tuple[str, ...]
    labels: tuple[int, ...]
    class_names: tuple[str, ...]
    digests: tuple[str, ...] = field(repr=False)
    groups: tuple[str, ...] | None = field(default=None, repr=False)
    skipped: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        counts = [f"{count:,} {name}" for name, count in self.count().items()]
        classes = printable(counts, limit=len(counts))
        skipped = f", {len(self.skipped):,} skipped" if self.skipped else ""
        return f"PictureSet({classes}{skipped}; {printable([str(self.folder)])})"

    @property
    def paths(self) -> list[Path]:
        """Path of each picture."""
        return [self.folder / name for name in self.names]

    def count(self) -> dict[str, int]:
        """Return the number of pictures of each class, by its name."""
        counts = Counter(self.labels)
        return {name: counts[label] for label, name in enumerate(self.class_names)}

    def select(self, indices: Iterable[int]) -> "PictureSet":
        """Return the set of the pictures at these places, in natural order.

        Used in: 05.
        """
        chosen = sorted(set(indices))

        def pick(values):
            return tuple(values[index] for index in chosen)

        return replace(
            self,
            names=pick(self.names),
            labels=pick(self.labels),
            digests=pick(self.digests),
            groups=None if self.groups is None else pick(self.groups),
        )

    def first(self, per_class: int) -> "PictureSet":
        """Return a smaller set: the first pictures of each class, from all groups in turn.

        Args:
            per_class: Number of pictures of each class.

        Raises:
            ValueError: If a class has fewer pictures, or it is no number from 1 on.

        Used in: 04, 05.
        """
        per_class = arguments.size("per_class", per_class, min(self.count().values()))
        seen, turns = Counter(), defaultdict(list)
        for index, label in enumerate(self.labels):
            group = self.groups[index] if self.groups else ""
            turns[label].append((seen[label, group], index))
            seen[label, group] += 1
        return self.select(
            index for turn in turns.values() for _, index in sorted(turn)[:per_class]
        )


def load_folder(
    folder: str | os.PathLike, group_of: Callable[[str], str | None] | None = None
) -> PictureSet:
    """Read which pictures a folder holds; your own photos in one subfolder per class.

    Every file is opened once, so that damaged ones are found now and not during training.

    Args:
        folder: Holds one subfolder per class, or pictures called ``<class>.<number>.<ending>``.
        group_of: Says for the name of a picture what it belongs to (a person, a film); pictures of
            one group must not be in two subsets. Where it says None for any picture, the set has
            no groups.

    Returns:
        The pictures; those that were skipped are printed and listed in ``skipped``.

    Raises:
        FileNotFoundError: If the folder does not exist.
        ValueError: If it holds no pictures, only one class, a class without pictures, subsets
            instead of classes, or pictures without a class; for something that is no path, or a
            ``group_of`` that is no function.
        OSError: If a folder cannot be read.

    Used in: 04, 05, 07, A1.
    """
    folder = arguments.path("folder", folder)
    if group_of is not None and not callable(group_of):
        raise ValueError(f"group_of must be a function or None, got {group_of!r}")
    if not folder.exists():
        raise FileNotFoundError(f"{folder} does not exist. {_expected(folder)}")
    if not folder.is_dir():
        raise ValueError(f"{folder} is a file; if it is an archive, unpack it. {_expected(folder)}")
    class_of, skipped = _list_files(folder)
    names = sorted(class_of, key=natural_order)
    digests = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        checks = pool.map(lambda name: _check(folder / name), names)
        # The bar shows up only where the work takes longer than a moment.
        shown = progress.show(checks, translate("Checking pictures"), len(names))
        for name, (digest, problem) in zip(names, shown, strict=True):
            digests.append(digest)
            if problem:
                skipped[name] = problem
    good = [index for index, name in enumerate(names) if name not in skipped]
    class_names = tuple(sorted(_folder_classes(folder) or set(class_of.values())))
    names = [names[index] for index in good]
    if skipped:
        shown = printable([f"{name} ({reason})" for name, reason in skipped.items()])
        num_files = len(good) + len(skipped)
        place = printable([str(folder)])
        print(
            translate(
                "Skipped {number:,} of {num_files:,} in {place}: {names}",
                number=len(skipped),
                num_files=num_files,
                place=place,
                names=shown,
            )
        )
    _check_classes(folder, class_names, Counter(class_of[name] for name in names), skipped)
    groups = tuple(map(group_of, names)) if group_of else (None,)
    return PictureSet(
        folder=folder,
        names=tuple(names),
        labels=tuple(class_names.index(class_of[name]) for name in names),
        class_names=class_names,
        digests=tuple(digests[index] for index in good),
        groups=None if None in groups else groups,
        skipped=skipped,
    )


def class_in_name(name: str) -> str:
    """Return the class that a picture's name below its folder stands for; empty if none.

    >>> class_in_name("cat/red/1.jpg"), class_in_name("cat.0.jpg")
    ('cat', 'cat')

    Used in: 04, 05.
    """
    class_name, in_folder, _ = name.partition("/")
    if not in_folder:
        match = _FLAT_NAME.fullmatch(name)
        class_name = match[1] if match else ""
    return unicodedata.normalize("NFC", class_name)


def natural_order(name: str) -> tuple:
    """Return a key that sorts names as people do, and the same on every operating system.

    >>> sorted(["cat.10.jpg", "cat.9.jpg"], key=natural_order)
    ['cat.9.jpg', 'cat.10.jpg']

    Used in: 04, 05.
    """
    parts = re.split(r"([0-9]+)", unicodedata.normalize("NFC", name))
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], name


def printable(names: Iterable[str], limit: int = 5) -> str:
    """Return the first names as one line that says how many more there are.

    Bytes of a name that are no text, as in archives from old Korean Windows, show as their codes.

    Used in: 04, 05.
    """
    names = [name.encode(errors="backslashreplace").decode() for name in names]
    more = f" and {len(names) - limit:,} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def holds_pictures(folder: Path) -> bool:
    """Return whether any file below a folder can be used as a picture.

    Used in: 04, 05.
    """
    return any(not _check(file)[1] for file, is_linked in walk(folder) if not is_linked)


def visible(folder: Path) -> list[Path]:
    """Return what lies in a folder, without hidden files and what operating systems put there.

    Used in: 04, 05.
    """
    return [
        entry
        for entry in folder.iterdir()
        if not entry.name.startswith(".") and entry.name.lower() not in SYSTEM_NAMES
    ]


def circles(folder: Path) -> bool:
    """Return whether this is a link that leads back to a folder that it lies in.

    Used in: 04, 05.
    """
    return folder.is_symlink() and folder.parent.resolve().is_relative_to(folder.resolve())


def _folder_classes(folder: Path) -> set[str]:
    """Return the names of the subfolders; composed Hangul even where macOS decomposed it."""
    names = {entry.name for entry in visible(folder) if entry.is_dir() and not circles(entry)}
    return {unicodedata.normalize("NFC", name) for name in names}


def _list_files(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the class of every file by its name below the folder, and what is skipped at once."""
    entries = visible(folder)
    class_folders = [entry for entry in entries if entry.is_dir() and not circles(entry)]
    class_of, skipped = {}, {}
    for file in entries:
        if file in class_folders:
            continue
        if file.is_dir():
            skipped[file.name] = "a link to a folder that it lies in"
        elif class_folders:
            skipped[file.name] = "lies beside the folders of the classes"
        elif class_name := class_in_name(file.name):
            class_of[file.name] = class_name
        else:
            skipped[file.name] = "its name is not <class>.<number>.<ending>"
    for class_folder in class_folders:
        for file, is_linked_folder in walk(class_folder):
            name = file.relative_to(folder).as_posix()
            if is_linked_folder:
                skipped[name] = "a link to a folder"
            else:
                class_of[name] = class_in_name(name)
    return class_of, skipped


def walk(folder: Path) -> Iterable[tuple[Path, bool]]:
    """Yield all files below a folder; a link to a folder is yielded, not followed: it may circle.

    Raises:
        OSError: If a folder cannot be read.

    Used in: 04, 05.
    """
    for entry in visible(folder):
        if not entry.is_dir():
            yield entry, False
        elif entry.is_symlink():
            yield entry, True
        else:
            yield from walk(entry)


def _check(path: Path) -> tuple[str, str]:
    """Return SHA-256 of a file, and why it cannot be used as a picture or an empty string."""
    try:
        if not path.is_file():
            return "", "no file, or a link that leads nowhere"
        content = path.read_bytes()
    except OSError as error:
        return "", f"cannot be read: {error.strerror}"
    return hashlib.sha256(content).hexdigest(), decoding.find_problem(content)


def _check_classes(
    folder: Path, class_names: tuple[str, ...], counts: Mapping[str, int], skipped: Mapping
) -> None:
    """Raise a ValueError unless there are two classes or more, each with pictures."""
    if class_names and {name.lower() for name in class_names} <= _SUBSET_NAMES:
        raise ValueError(
            f"{folder} holds subsets ({', '.join(class_names)}), not classes. Load each of its "
            "folders apart and put them together with data.split_by_folder"
        )
    if not counts:
        raise ValueError(
            f"{folder} holds no pictures that can be used ({len(skipped):,} files were skipped). "
            f"{_expected(folder)}"
        )
    if empty := [name for name in class_names if not counts[name]]:
        raise ValueError(
            f"no picture that can be used in class {printable(empty)} of {folder}; add pictures, "
            "or remove the folder if it is no class"
        )
    if len(class_names) == 1:
        raise ValueError(
            f"{folder} has only one class, {printable(class_names)}; at least two are needed. If "
            f"the classes lie further down, name {folder / class_names[0]}. {_expected(folder)}"
        )


def _expected(folder: Path) -> str:
    return f"Expected is one subfolder per class, such as {folder / 'cat' / 'any name.jpg'}"

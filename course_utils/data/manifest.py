"""Which picture is in which subset: a list that can be shown, saved and reloaded."""

import hashlib
import html
import json
import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from course_utils.data import arguments, atomic
from course_utils.data.pictures import printable
from course_utils.language import translate

#: The subsets from the one that learns to the one that judges.
SUBSETS = ("train", "validation", "test")
_SUBSETS_SHOWN = {"train": "train", "validation": "validation", "test": "test"}
_KINDS_SHOWN = {
    "index": "split by index",
    "fraction": "split by fraction",
    "group": "split by group",
    "folder": "split by folder",
}


@dataclass(frozen=True)
class Subset:
    """The pictures of one subset, always in the same order.

    Attributes:
        names: Path of each picture below the split's folder, with ``/``; the classes take turns.
        labels: Class of each picture, a place in the split's ``class_names``.
        digests: SHA-256 of each picture's file.
    """

    names: tuple[str, ...]
    labels: tuple[int, ...]
    digests: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"Subset({len(self):,} pictures)"


@dataclass(frozen=True)
class Split:
    """A manifest: which picture is in which subset.

    Attributes:
        kind: How it was made: ``"index"``, ``"fraction"``, ``"group"`` or ``"folder"``.
        folder: Where the pictures lie.
        class_names: The classes.
        train: Pictures to learn from.
        validation: Pictures that decide what is kept: the epoch, the model, the settings.
        test: Pictures for the final score; None if none were set aside.
        seed: What the random choice started from; None if nothing was random.
        dropped: Pictures left out because the same picture is in another subset, or because they
            cannot be read.
    """

    kind: str
    folder: Path
    class_names: tuple[str, ...]
    train: Subset
    validation: Subset
    test: Subset | None = None
    seed: int | None = None
    dropped: tuple[str, ...] = ()

    @property
    def subsets(self) -> dict[str, Subset]:
        """The subsets that there are, by name."""
        found = {name: getattr(self, name) for name in SUBSETS}
        return {name: subset for name, subset in found.items() if subset is not None}

    def table(self) -> list[list[str]]:
        """Return the number of pictures per subset and class, with headings, as text."""
        rows = [["", *(printable([name]) for name in self.class_names), translate("all")]]
        for name, subset in self.subsets.items():
            counts = Counter(subset.labels)
            per_class = [f"{counts[label]:,}" for label in range(len(self.class_names))]
            rows.append([translate(_SUBSETS_SHOWN[name]), *per_class, f"{len(subset):,}"])
        return rows

    def summary(self) -> str:
        """Return a table of the number of pictures, and how they were split, as text.

        Used in: 04, 05.
        """
        rows = self.table()
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
            for row in rows
        ]
        return "\n".join([*lines, self._how()])

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        """Return one line; all names would fill the copies of a notebook that shows a split."""
        counts = ", ".join(f"{len(part):,} {name}" for name, part in self.subsets.items())
        return f"Split({counts}; {self._how()}; {printable([str(self.folder)])})"

    def _repr_html_(self) -> str:
        """Show the table in a notebook."""
        head, *body = [[html.escape(cell) for cell in row] for row in self.table()]
        lines = ["<tr>" + "".join(f"<th>{cell}</th>" for cell in head) + "</tr>"]
        for name, *counts in body:
            cells = "".join(f"<td>{count}</td>" for count in counts)
            lines.append(f"<tr><th>{name}</th>{cells}</tr>")
        return f"<table>{''.join(lines)}</table><p>{html.escape(self._how())}</p>"

    def _how(self) -> str:
        parts = [translate(_KINDS_SHOWN[self.kind])]
        if self.seed is not None:
            parts.append(translate("seed {seed}", seed=self.seed))
        if self.dropped:
            parts.append(translate("{number:,} left out", number=len(self.dropped)))
        return ", ".join(parts)

    def save(self, path: str | os.PathLike) -> Path:
        """Write the manifest to a JSON file and return its path.

        Raises:
            ValueError: If the file's name does not end in ``.json``.
            OSError: If its folder does not exist, or cannot be written to.

        Used in: 04, 05.
        """
        path = arguments.path("path", path)
        if path.suffix != ".json":
            raise ValueError(f"a manifest is saved as JSON; {path.name!r} must end in .json")
        atomic.write_text(path, json.dumps(to_json(self), indent=1) + "\n")
        return path

    @classmethod
    def load(cls, path: str | os.PathLike, folder: str | os.PathLike | None = None) -> "Split":
        """Read a manifest that :meth:`save` wrote, and verify its pictures.

        Args:
            path: The JSON file.
            folder: Where the pictures lie now; by default where they lay when it was saved.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If the file holds no manifest, a picture is in two of its subsets, or
                pictures are missing or were changed.

        Used in: 04, 05.
        """
        path = arguments.path("path", path)
        try:
            split = _from_json(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise ValueError(f"{path} does not hold a manifest: {error!r}") from error
        if folder is not None:
            split = replace(split, folder=arguments.path("folder", folder))
        split.verify()
        return split

    def verify(self) -> None:
        """Compare every picture with what it was when the split was made.

        Raises:
            ValueError: If pictures are missing or were changed; the message names them.

        Used in: 04, 05.
        """
        missing, changed = [], []
        for subset in self.subsets.values():
            for name, digest in zip(subset.names, subset.digests, strict=True):
                try:
                    content = (self.folder / name).read_bytes()
                except OSError:
                    missing.append(name)
                    continue
                if hashlib.sha256(content).hexdigest() != digest:
                    changed.append(name)
        if missing or changed:
            found = [
                f"{len(names):,} pictures {what} ({printable(names)})"
                for what, names in (("missing", missing), ("changed", changed))
                if names
            ]
            raise ValueError(f"{' and '.join(found)} in {self.folder}; split the pictures anew")


def to_json(split: Split) -> dict[str, Any]:
    """Return the split as lists and text, one list per picture.

    Used in: 04, 05.
    """
    pictures = {
        name: [list(row) for row in zip(part.names, part.labels, part.digests, strict=True)]
        for name, part in split.subsets.items()
    }
    return {
        "kind": split.kind,
        "seed": split.seed,
        "folder": str(split.folder.absolute()),
        "class_names": list(split.class_names),
        "dropped": list(split.dropped),
        "pictures": pictures,
    }


def _check_apart(subsets: dict[str, Subset]) -> None:
    """Raise a ValueError if a picture is listed twice, or is in two subsets with its content."""
    names = Counter(name for subset in subsets.values() for name in subset.names)
    if twice := [name for name, times in names.items() if times > 1]:
        raise ValueError(f"listed twice: {printable(twice)}")
    homes = {}
    for subset_name, subset in subsets.items():
        for name, digest in zip(subset.names, subset.digests, strict=True):
            home, other = homes.setdefault(digest, (subset_name, name))
            if home != subset_name:
                raise ValueError(
                    f"the same content in two subsets: {other} in {home} = {name} in {subset_name}"
                )


def _from_json(content: dict[str, Any]) -> Split:
    """Return the split; an error of some kind if the content is none."""
    class_names = tuple(content["class_names"])
    subsets = {}
    for subset_name, rows in content["pictures"].items():
        for name, label, _ in rows:
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise ValueError(f"{name!r} leads out of the folder")
            if not isinstance(label, int) or not 0 <= label < len(class_names):
                raise ValueError(f"{name!r} has the label {label}")
        subsets[subset_name] = Subset(*map(tuple, zip(*rows, strict=True)))
    _check_apart(subsets)
    if any(name in ("", ".", "..") or set(name) & set("/\\") for name in class_names):
        raise ValueError(f"{class_names} are no class names")
    if content["kind"] not in _KINDS_SHOWN:
        raise ValueError(f"{content['kind']!r} is no way to split")
    return Split(
        kind=content["kind"],
        folder=Path(content["folder"]),
        class_names=class_names,
        seed=content["seed"],
        dropped=tuple(content["dropped"]),
        **subsets,
    )

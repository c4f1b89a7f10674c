"""What the first half of a chapter computes, recorded, so that a lesson can begin in its middle.

``python -m tools.references.starts`` runs the first half of each chapter and writes these files.
What they hold is what the chapter's cell tagged ``start-here`` asks for, under the names that the
variables have in the chapter.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from course_utils.language import translate
from course_utils.runtime import Chapter
from course_utils.training import History

#: A JSON file for each chapter and, where there are arrays or weights, an archive of NumPy's.
FOLDER = Path(__file__).with_name("starts")
#: What a start says of its making.
FACTS = ("profile", "data", "hardware", "minutes", "versions")
#: What reading files raises that were cut off, edited or written by another release.
_DAMAGES = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError),
    zipfile.BadZipFile,
)


@dataclass(frozen=True)
class Start:
    """The recorded first half of a chapter.

    Attributes:
        number: The chapter's number, such as ``"04"``.
        facts: What it ran on: profile, data, hardware, minutes, versions.
        values: Numbers, texts, lists, arrays and histories, by the variables' names.
        weights: Lists of weights, by the nets' names.
    """

    number: str
    facts: dict[str, Any]
    values: Mapping[str, Any]
    weights: Mapping[str, list[np.ndarray]]

    def __getitem__(self, name: str) -> Any:
        """Return the value that the chapter's variable ``name`` had.

        Raises:
            KeyError: If it was not recorded; the message lists what was.
        """
        return _find(self.values, name, self.number)

    def load(self, name: str, model: keras.Model) -> keras.Model:
        """Put recorded weights into a model and return it.

        Args:
            name: The variable that held the trained net in the chapter.
            model: A net of the same shapes, as the chapter's builder makes it.

        Raises:
            KeyError: If no such net was recorded; the message lists those that were.
            ValueError: If the model's weights have other shapes than the recorded ones.

        Used in: 02, 03, 08.
        """
        recorded = _find(self.weights, name, self.number)
        shapes = [tuple(one.shape) for one in recorded]
        found = [tuple(one.shape) for one in model.weights]
        if found != shapes:
            raise ValueError(
                f"the recorded net {name!r} has weights of the shapes {shapes}, the model has "
                f"{found}; build it as chapter {self.number} does"
            )
        model.set_weights([one.astype("float32") for one in recorded])
        return model


def start(chapter: Chapter, folder: Path = FOLDER) -> Start:
    """Return the recorded first half of a chapter, and print that it was recorded, and on what.

    Args:
        chapter: The running chapter.
        folder: Where the recorded files lie.

    Raises:
        ValueError: If nothing was recorded for this chapter, or its files are damaged, or the
            chapter has other pictures than the drawn ones.

    Used in: 01, 02, 03, 04, 05, 06, 07, 08.
    """
    number = chapter.name.split("_")[0]
    recorded = read(number, folder)
    facts = recorded.facts
    if chapter.data != facts["data"]:
        raise ValueError(
            f"what was recorded knows the drawn pictures only, and DATA is {chapter.data!r}: set "
            f"DATA to {facts['data']!r} and run the cells above section 1 again, or run all cells"
        )
    line = translate(
        "Recorded, not trained now: profile {profile}, drawn pictures, {hardware}, {minutes} "
        "minutes of training.",
        **{name: facts[name] for name in ("profile", "hardware", "minutes")},
    )
    if chapter.profile.name != facts["profile"]:
        line += " " + translate(
            "You chose profile {profile}: yours would be other numbers.",
            profile=chapter.profile.name,
        )
    chapter.notes.append(translate("first half recorded"))
    print(line)
    return recorded


def read(number: str, folder: Path = FOLDER) -> Start:
    """Return what was recorded for the chapter with this number.

    Raises:
        ValueError: If nothing was, or the files are damaged.
    """
    known = sorted(path.stem for path in folder.glob("*.json"))
    if number not in known:
        raise ValueError(
            f"no start was recorded for chapter {number!r}; there are {', '.join(known)}"
        )
    try:
        content = json.loads((folder / f"{number}.json").read_text(encoding="utf-8"))
        arrays = _arrays(folder / f"{number}.npz", content)
        if content["chapter"] != number:
            raise ValueError(f"it belongs to chapter {content['chapter']}")
        histories = {
            name: History(**one, recorded=True) for name, one in content["histories"].items()
        }
        values = content["values"] | histories | {name: arrays[name] for name in content["arrays"]}
        weights = {
            name: [arrays[f"{name}/{place}"] for place in range(net["num_weights"])]
            for name, net in content["nets"].items()
        }
        facts = {name: content["facts"][name] for name in FACTS}
        return Start(number, facts, values, weights)
    except _DAMAGES as error:
        raise ValueError(
            f"the recorded start of chapter {number} is damaged ({error}); install the course "
            "again, or run all cells of the chapter instead"
        ) from error


def digest(content: Mapping[str, Any], archive: bytes) -> str:
    """Return a hash of a start: of its archive and all that its JSON file says, but the hash.

    Args:
        content: What the JSON file says.
        archive: The archive of arrays and weights; empty where there are none.
    """
    described = {key: value for key, value in content.items() if key != "sha256"}
    text = json.dumps(described, sort_keys=True)
    return hashlib.sha256(text.encode("ascii") + archive).hexdigest()


def _arrays(path: Path, content: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Read an archive, which must fit what describes it; none where there is nothing to hold."""
    archive = path.read_bytes() if content["arrays"] or content["nets"] else b""
    if digest(content, archive) != content["sha256"]:
        raise ValueError(f"{path.stem}.json or {path.stem}.npz is not as it was recorded")
    if not archive:
        return {}
    with np.load(io.BytesIO(archive), allow_pickle=False) as stored:
        return dict(stored)


def _find(recorded: Mapping[str, Any], name: str, number: str) -> Any:
    if name not in recorded:
        known = ", ".join(recorded) or "none"
        raise KeyError(f"{name!r} was not recorded for chapter {number}; recorded were: {known}")
    return recorded[name]

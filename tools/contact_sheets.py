"""Sheets of the drawn pictures: a few of every class, for the eye."""

from pathlib import Path

import numpy as np
from PIL import Image

from course_utils.samples import digits, folders

#: What each set is called, and the height and width of a picture on its sheet.
TITLES = {
    "pets": ("Cats and dogs", 128),
    "hands": ("Rock, paper, scissors", 128),
    "horses_humans": ("Horses and humans", 128),
}
COLUMNS = 8


def write(folder: Path) -> dict[str, tuple[str, Path, list[str]]]:
    """Draw a sheet of every set.

    Args:
        folder: Where the sheets go; it is made where it is missing.

    Returns:
        Title, path of the sheet, and the names of the classes, one to a row, by the set's name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sheets = {}
    for name, (title, size) in TITLES.items():
        drawn = folders.draw_folder(name, per_class=COLUMNS, size=size, show_progress=False)
        by_class: dict[str, list[Path]] = {}
        for path in sorted(drawn.rglob("*.jpg")) + sorted(drawn.rglob("*.png")):
            by_class.setdefault(_class_of(path), []).append(path)
        rows = [[_load(path, size) for path in paths[:COLUMNS]] for paths in by_class.values()]
        sheets[name] = (title, _save(rows, folder / f"{name}.png"), list(by_class))
    (pictures, labels), _ = digits.load(num_train=400, num_test=1)
    rows = [[_grey(one) for one in pictures[labels == digit][:16]] for digit in range(10)]
    names = [str(digit) for digit in range(10)]
    sheets["digits"] = ("Digits", _save(rows, folder / "digits.png"), names)
    return sheets


def _class_of(path: Path) -> str:
    """Return the class: the folder's name, or that of the file before its number."""
    return path.name.split(".")[0] if path.name.count(".") > 1 else path.parent.name


def _load(path: Path, size: int) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB").resize((size, size), Image.Resampling.LANCZOS))


def _grey(digit: np.ndarray) -> np.ndarray:
    return np.repeat(np.kron(digit, np.ones((2, 2), digit.dtype))[..., None], 3, axis=-1)


def _save(rows: list[list[np.ndarray]], path: Path, gap: int = 4) -> Path:
    edges = ((gap, gap), (gap, gap), (0, 0))
    lines = [
        np.concatenate([np.pad(one, edges, constant_values=255) for one in row], axis=1)
        for row in rows
    ]
    Image.fromarray(np.concatenate(lines)).save(path, optimize=True)
    return path

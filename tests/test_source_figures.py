"""Every figure of the lectures that the course reproduces or corrects stands in a compared cell.

nbval fails when such a cell prints anything else than what is stored; here the stored text is held
against the figure itself, so that neither can drift.
"""

from pathlib import Path

import pytest

from tools import notebook_files as files

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"

pytestmark = pytest.mark.unit

# chapter, cell id, what its stored output must contain
FIGURES = [
    ("02", "digit-shape", "(28, 28), 784 numbers"),
    ("02", "hand-patch", "= 6"),
    ("02", "hand-row", "second: 9 · third: 11"),
    ("02", "slide-result", "[[ 6  9 11]\n [10 "),
    ("02", "flipped", "[8 6 7]"),
    ("02", "three-sizes", "size 5, kernel 3  →  3"),
    ("02", "padded-output", "[[-10   2   1  -5   7  15]\n [-15   3   0  -9  11  24]"),
    ("02", "ten-filters", "output (10, 10, 10) · parameters 280"),
    ("02", "count-by-hand", "64 × (3·3·3 + 1) = 1,792"),
    ("02", "shapes", "(26, 26, 32)"),
    ("02", "shapes", "(13, 13, 32)"),
    ("02", "shapes", "(11, 11, 64)"),
    ("02", "shapes", "(5, 5, 64)"),
    ("02", "shapes", "(3, 3, 64)"),
    ("02", "ledger", " 320 "),
    ("02", "ledger", " 18,496 "),
    ("02", "ledger", " 36,928 "),
    ("02", "ledger", "(576,)"),
    ("02", "counts", "55,744"),
    ("02", "counts", "93,322"),
    ("02", "source-errors", "97.80%"),
    ("02", "source-errors", "99.12%"),
    ("02", "source-errors", "0.0305"),
    ("02", "source-errors", "60% fewer"),
    ("03", "pooling-by-keras", "[[ 20.  30.]\n [112.  37.]]"),
    ("03", "pooling-by-keras", "[[13.   8. ]\n [79.  19.5]]"),
    ("03", "channels-stay", "(13, 13, 32)"),
    ("03", "ledger-without", "(22, 22, 64)"),
    ("03", "savings", "convolutions 55,744 · all 93,322"),
    ("03", "savings", "convolutions 55,744 · all 2,038,922"),
]


def _stored_text(chapter: str, identifier: str) -> str:
    (path,) = NOTEBOOKS.glob(f"{chapter}_*.ipynb")
    (cell,) = (cell for cell in files.read(path).cells if cell.id == identifier)
    assert files.CHECKED in files.tags(cell), "the cell is not compared"
    return "".join("".join(output.get("text", "")) for output in cell.outputs)


@pytest.mark.parametrize(("chapter", "identifier", "figure"), FIGURES)
def test_the_figure_is_stored_in_its_compared_cell(chapter, identifier, figure):
    assert figure in _stored_text(chapter, identifier)


def test_chapter_02_compares_at_least_twelve_cells():
    (path,) = NOTEBOOKS.glob("02_*.ipynb")
    compared = [cell for cell in files.read(path).cells if files.CHECKED in files.tags(cell)]
    assert len(compared) >= 12


def test_another_figure_is_not_found():
    """The control: the lookup does not accept just anything."""
    assert "99.13%" not in _stored_text("02", "source-errors")
    assert "[-13   3" not in _stored_text("02", "padded-output")

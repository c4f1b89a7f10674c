"""Colours and matplotlib defaults that all figures of the course share."""

import dataclasses
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib import font_manager

from course_utils import language

BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
PALE = "#E8EEF3"

#: What matplotlib's own face lacks, by language.
_FONTS = {"ko": Path(__file__).parents[1] / "fonts" / "CourseHangul-Regular.otf"}


def use_style() -> None:
    """Set matplotlib's defaults for the course: readable from the last row, no needless frames.

    Used in: every chapter.
    """
    plt.rcParams.update(
        {
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.titlesize": 12,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": False,
            "image.cmap": "gray",
            "legend.frameon": False,
            "font.family": _faces(),
        }
    )


def _faces() -> list[str]:
    """Return matplotlib's own face, and the one that has the letters of the chosen language."""
    file = _FONTS.get(language.current())
    if file is None:
        return ["DejaVu Sans"]
    name = font_manager.FontProperties(fname=file).get_name()
    if name not in {face.name for face in font_manager.fontManager.ttflist}:
        font_manager.fontManager.addfont(file)
        # It has no bold letters; without this entry, matplotlib would say so below every figure.
        bold = dataclasses.replace(font_manager.fontManager.ttflist[-1], weight=700)
        font_manager.fontManager.ttflist.append(bold)
    return ["DejaVu Sans", name]

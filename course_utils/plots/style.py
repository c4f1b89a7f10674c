"""Colours and matplotlib defaults that all figures of the course share."""

import matplotlib.pyplot as plt

BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
PALE = "#E8EEF3"


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
        }
    )

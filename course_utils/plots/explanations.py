"""Figures that explain a network: heat maps on pictures, confusion, and certainty against truth."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np

from course_utils.language import translate
from course_utils.plots.pictures import show_pictures
from course_utils.plots.style import BLUE, ORANGE


def show_heat_maps(
    pictures: Sequence[np.ndarray],
    heat_maps: np.ndarray,
    titles: Sequence[object] | None = None,
    columns: int = 6,
    size: float = 1.5,
) -> np.ndarray:
    """Show pictures in pairs: as they are, and below with the heat map laid over a grey copy.

    Args:
        pictures: Arrays (height, width, 3), 0 to 255.
        heat_maps: Array (n, rows, columns) of any size, 0 to 1; smoothed to the pictures' size.
        titles: What stands above each picture.
        columns: Pictures in a row.
        size: Width of one picture in inches.

    Returns:
        The axes of the heat maps, one per picture.

    Raises:
        ValueError: If there are more or fewer heat maps or titles than pictures, or none.

    Used in: 08.
    """
    if not 0 < len(pictures) == len(heat_maps):
        raise ValueError(f"{len(pictures)} pictures but {len(heat_maps)} heat maps")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    _, grid = plt.subplots(
        2 * rows, columns, figsize=(size * columns, (2 * size + 0.3) * rows), squeeze=False
    )
    for ax in grid.ravel():
        ax.axis("off")
    above, below = grid[0::2].ravel(), grid[1::2].ravel()
    show_pictures([np.asarray(one).astype(np.uint8) for one in pictures], titles, axes=above)
    for ax, picture, heat in zip(below, pictures, heat_maps, strict=False):
        height, width = np.shape(picture)[:2]
        ax.imshow(np.mean(picture, axis=-1), cmap="gray", vmin=-80, vmax=300)
        ax.imshow(
            heat,
            cmap="inferno",
            vmin=0,
            vmax=1,
            alpha=0.55,
            interpolation="bilinear",
            extent=(-0.5, width - 0.5, height - 0.5, -0.5),
        )
    return below[: len(pictures)]


def show_confusion(
    confusion: np.ndarray, class_names: Sequence[str], title: str = "", ax: plt.Axes | None = None
) -> plt.Axes:
    """Show a confusion matrix: a row per true class, a column per answer, counts in the cells.

    Args:
        confusion: Array (classes, classes).
        class_names: Names of the classes.
        title: What stands above.
        ax: Where to draw; a new figure by default.

    Raises:
        ValueError: If the matrix does not have a row and a column per class.

    Used in: 08.
    """
    confusion, places = np.asarray(confusion), range(len(class_names))
    if confusion.shape != (len(places), len(places)):
        raise ValueError(f"{len(places)} classes but a matrix of shape {confusion.shape}")
    if ax is None:
        _, ax = plt.subplots(figsize=(3.6, 3.2))
    ax.imshow(confusion / confusion.sum(axis=1, keepdims=True).clip(1), "Blues", vmin=0, vmax=1)
    for row in places:
        for column in places:
            share = confusion[row, column] / max(confusion[row].sum(), 1)
            ax.text(
                column,
                row,
                f"{confusion[row, column]:,}\n{share:.0%}",
                ha="center",
                va="center",
                color="white" if share > 0.55 else "black",
            )
    ax.set_xticks(places, class_names)
    ax.set_yticks(places, class_names)
    ax.set(xlabel=translate("the net says"), ylabel=translate("it is"), title=title)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.tick_params(length=0)
    return ax


def show_reliability(reliability, title: str = "", ax: plt.Axes | None = None) -> plt.Axes:
    """Show a reliability diagram: a bar per bin, as high as the share that was right.

    The dots are the mean confidence; a bar that ends below its dot is overconfident. A bar's width
    says how many of the predictions are in the bin.

    Args:
        reliability: A :class:`course_utils.explain.Reliability`.
        title: What stands above, before the calibration error.
        ax: Where to draw; a new figure by default.

    Used in: 08.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(4.2, 3.6))
    filled = reliability.counts > 0
    middle = (reliability.edges[:-1] + reliability.edges[1:])[filled] / 2
    step = reliability.edges[1] - reliability.edges[0]
    confidence, accuracy = reliability.confidence[filled], reliability.accuracy[filled]
    share = reliability.counts[filled] / reliability.counts.max()
    ax.bar(
        middle, accuracy, width=step * (0.15 + 0.8 * share), color=BLUE, label=translate("right")
    )
    ax.plot([0, 1], [0, 1], "--", color="#777777", linewidth=1)
    ax.vlines(middle, accuracy, confidence, color=ORANGE, linewidth=2)
    ax.plot(middle, confidence, "o", color=ORANGE, markersize=5, label=translate("claimed"))
    left = reliability.edges[:-1][filled].min()
    ax.set(
        xlim=(left, 1),
        ylim=(0, 1.18),
        xlabel=translate("confidence"),
        ylabel=translate("share that is right"),
        title="\n".join(
            [title, translate("calibration error {share:.1%}", share=reliability.error)]
        ).strip(),
    )
    ax.set_yticks(np.linspace(0, 1, 6))
    ax.legend(loc="upper left", fontsize=9, ncols=2)
    return ax

"""How a net learns: one weight inside it, and the way down a loss curve."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import ConnectionPatch, Rectangle

from course_utils.language import translate
from course_utils.plots.pictures import show_pictures
from course_utils.plots.style import BLUE, ORANGE

_NUM_DOTS = (13, 11)  # how many pixels and hidden units stand for all
_DOTS_LEFT_OUT = (6,)  # where three small dots say that there are more


def show_one_weight(
    picture: np.ndarray,
    pixel: tuple[int, int],
    probabilities: Sequence[float],
    label: int,
    title: str = "",
) -> np.ndarray:
    """Show one weight of a dense net: its pixel, its hidden unit, and all that it has a part in.

    Args:
        picture: Array (height, width), 0 to 255.
        pixel: Row and column of the pixel that the weight reads.
        probabilities: What the net says, one number per class.
        label: The right class, counted from 0.
        title: What stands above.

    Returns:
        The three axes: the picture, the net, the probabilities.

    Raises:
        ValueError: If there is no such pixel or class.

    Used in: 01.
    """
    height, width = picture.shape
    row, column = pixel
    if not (0 <= row < height and 0 <= column < width):
        raise ValueError(f"a picture of {height}×{width} has no pixel {pixel}")
    if not 0 <= label < len(probabilities):
        raise ValueError(f"there are {len(probabilities)} classes, {label=} is none of them")
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.9), width_ratios=[3, 4.2, 2.6])
    show_pictures([picture], axes=[axes[0]])
    frame = Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=ORANGE, linewidth=3)
    axes[0].add_patch(frame)
    pixel_dot = _draw_net(axes[1], len(probabilities))
    link = ConnectionPatch(
        (column + 0.5, row),
        pixel_dot,
        "data",
        "data",
        axesA=axes[0],
        axesB=axes[1],
        color=ORANGE,
        linewidth=1.5,
        linestyle=":",
    )
    figure.add_artist(link)
    _draw_bars(axes[2], probabilities, label)
    figure.suptitle(title)
    return axes


def _draw_net(ax: plt.Axes, num_classes: int) -> tuple[float, float]:
    """Draw a few dots for many units; return where the chosen pixel's dot is."""
    heights = [np.linspace(1, -1, number) for number in (*_NUM_DOTS, num_classes)]
    kept = [
        [y for place, y in enumerate(column) if place not in _DOTS_LEFT_OUT or level == 2]
        for level, column in enumerate(heights)
    ]
    chosen = (kept[0][3], kept[1][6])
    for level in (0, 1):
        for begin in kept[level]:
            for end in kept[level + 1]:
                ax.plot([level, level + 1], [begin, end], color="#D5DCE3", linewidth=0.5, zorder=1)
    for end in kept[2]:
        ax.plot([1, 2], [chosen[1], end], color=BLUE, linewidth=1.6, zorder=2)
    ax.plot([0, 1], chosen, color=ORANGE, linewidth=4, zorder=3)
    for level, column in enumerate(kept):
        ax.scatter([level] * len(column), column, s=42, color="#33475B", zorder=4)
        if level < 2:
            ax.text(level, heights[level][_DOTS_LEFT_OUT[0]], "⋮", ha="center", va="center")
    names = [translate("784 pixels"), translate("512 hidden units"), translate("10 digits")]
    for level, name in enumerate(names):
        ax.text(level, -1.2, name, ha="center", va="top", fontsize=11)
    ax.set(
        xlim=(-0.25, 2.25),
        ylim=(-1.38, 1.1),
        title=translate("one weight, and what it has a part in"),
    )
    ax.axis("off")
    return 0, chosen[0]


def _draw_bars(ax: plt.Axes, probabilities: Sequence[float], label: int) -> None:
    classes = np.arange(len(probabilities))
    colors = [ORANGE if one == label else "#A9B7C4" for one in classes]
    ax.barh(classes, probabilities, color=colors)
    for one in classes:
        ax.text(probabilities[one], one, f" {probabilities[one]:.0%}", va="center", fontsize=10)
    ax.set(yticks=classes, xticks=[], xlim=(0, 1.25 * max(probabilities)), ylim=(len(classes), -1))
    ax.spines["bottom"].set_visible(False)
    ax.set_title(translate("what the net says"))


def show_descents(
    loss: Callable[[np.ndarray], np.ndarray],
    paths: Mapping[str, Sequence[float]],
    xlabel: str | None = None,
    limits: tuple[float, float] | None = None,
    ylabel: str | None = None,
) -> np.ndarray:
    """Show how one weight moves along its loss curve, one panel for each path.

    Args:
        loss: The loss for an array of weights.
        paths: Title to the weight's values, from its start on.
        xlabel: Name of the weight; "weight" by default.
        limits: Weights that the panels reach over; as far as the paths go, by default.
        ylabel: Name of the loss; "loss" by default.

    Returns:
        The axes, one per path, all with the same scales.

    Raises:
        ValueError: If there is no path.

    Used in: 01.
    """
    if not paths:
        raise ValueError("there is no path to show")
    ends = [min(map(min, paths.values())), max(map(max, paths.values()))]
    margin = 0.08 * (ends[1] - ends[0])
    left, right = limits or (ends[0] - margin, ends[1] + margin)
    weights = np.linspace(left, right, 300)
    _, grid = plt.subplots(
        1, len(paths), figsize=(10, 3.2), sharex=True, sharey=True, squeeze=False
    )
    for ax, (title, path) in zip(grid[0], paths.items(), strict=True):
        values = np.asarray(path, dtype=float)
        ax.plot(weights, loss(weights), color="#8A97A3")
        ax.plot(values, loss(values), "-o", color=BLUE, markersize=5, linewidth=1.2)
        ax.plot(values[0], loss(values[:1])[0], "o", color=ORANGE, markersize=9)
        ax.set(title=title, xlabel=xlabel or translate("weight"), xlim=(left, right))
    grid[0, 0].set_ylabel(ylabel or translate("loss"))
    highest = float(np.max(loss(weights)))
    grid[0, 0].set_ylim(-0.05 * highest, 1.05 * highest)
    return grid[0]

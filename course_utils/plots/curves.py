"""Curves: training histories and other lines."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from course_utils.language import translate
from course_utils.plots.style import BLUE, GREEN, ORANGE, PINK

_LINE_STYLES = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (GREEN, "-.", "^"), (PINK, ":", "D"))


def show_history(history, title: str = "") -> np.ndarray:
    """Show loss and accuracy per epoch, training beside validation.

    Args:
        history: A :class:`course_utils.training.History`, or what ``Model.fit`` returns.
        title: What stands above; a history read from a file is marked as recorded.

    Returns:
        The axes, one per metric.

    Used in: 04, 06, 07.
    """
    metrics = history.metrics if hasattr(history, "metrics") else history.history
    words = {"accuracy": translate("accuracy"), "loss": translate("loss")}
    names = {name: words.get(name, name) for name in metrics if not name.startswith("val_")}
    figure, grid = plt.subplots(1, len(names), figsize=(4.5 * len(names), 3.2), squeeze=False)
    for axes, name in zip(grid[0], names, strict=True):
        epochs = range(1, len(metrics[name]) + 1)
        series = {translate("training"): metrics[name]}
        if f"val_{name}" in metrics:
            series[translate("validation")] = metrics[f"val_{name}"]
        show_lines(epochs, series, xlabel=translate("epoch"), ylabel=names[name], ax=axes)
        axes.xaxis.get_major_locator().set_params(integer=True)
    recorded = translate(" (recorded)") if getattr(history, "recorded", False) else ""
    figure.suptitle(title + recorded)
    return grid[0]


def show_lines(
    positions: Sequence[float],
    series: Mapping[str, Sequence[float]],
    xlabel: str,
    ylabel: str,
    title: str = "",
    ax: plt.Axes | None = None,
    colors: Sequence[str] | None = None,
) -> plt.Axes:
    """Draw one line per series; colour, dash and marker differ, so that grey print still tells.

    Args:
        positions: Where the values lie along the horizontal axis.
        series: The values of each line, by the name in the legend.
        xlabel: Name of the horizontal axis.
        ylabel: Name of the vertical axis.
        title: What stands above.
        ax: Where to draw; a new figure by default.
        colors: One for each line, where a thing keeps its colour from figure to figure.

    Raises:
        ValueError: If a series has another length than the positions, there are more than four, or
            there is another number of colours than of series.

    Used in: 02, 03, 04, 05, 06, 07, A1, A2.
    """
    if len(series) > len(_LINE_STYLES):
        raise ValueError(f"{len(series)} lines in one figure; at most {len(_LINE_STYLES)} are told")
    if colors is not None and len(colors) != len(series):
        raise ValueError(f"{len(colors)} colors for {len(series)} lines; give one for each")
    if ax is None:
        _, ax = plt.subplots(figsize=(6.5, 3.6))
    styles = zip(series.items(), _LINE_STYLES, strict=False)
    for place, ((label, values), (color, dashes, marker)) in enumerate(styles):
        if len(values) != len(positions):
            raise ValueError(f"{label!r} has {len(values)} values for {len(positions)} positions")
        color = colors[place] if colors is not None else color
        ax.plot(positions, values, dashes, color=color, marker=marker, markersize=5, label=label)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.legend()
    return ax

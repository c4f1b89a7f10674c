"""Which layers of a network learn, and how far they move."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np

from course_utils.language import translate
from course_utils.plots.style import BLUE, GREEN, ORANGE, PALE


def show_trainable(
    stages: Mapping[str, Mapping[str, tuple[int, int]]], ax: plt.Axes | None = None
) -> plt.Axes:
    """Show which layers are trainable, one column of blocks per stage, first layer at the top.

    Args:
        stages: By the stage's name, for each layer its parameters and how many of them are
            trainable: ``{"before": {"conv_1": (7056, 0)}, "after": {"conv_1": (7056, 7056)}}``.
        ax: Where to draw; a new figure by default.

    Raises:
        ValueError: If there is no stage, or the stages have different layers.

    Used in: 07.
    """
    layers = list(next(iter(stages.values()), ()))
    if not layers or any(list(stage) != layers for stage in stages.values()):
        raise ValueError("every stage must hold the same layers, and at least one")
    if ax is None:
        _, ax = plt.subplots(figsize=(2.2 + 2.3 * len(stages), 0.9 + 0.27 * len(layers)))
    for column, stage in enumerate(stages.values()):
        for row, (total, trainable) in enumerate(stage.values()):
            color = GREEN if trainable else PALE
            ax.barh(row, 0.92, left=column - 0.46, height=0.86, color=color)
            words = (
                translate("{number:,} learn", number=trainable)
                if trainable
                else translate("{number:,} frozen", number=total)
            )
            ax.text(
                column,
                row,
                words,
                ha="center",
                va="center",
                fontsize=9,
                color="white" if trainable else "#555555",
            )
    ax.set_yticks(range(len(layers)), layers, fontsize=9)
    ax.set_xticks(range(len(stages)), list(stages))
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.invert_yaxis()
    for side in ax.spines.values():
        side.set_visible(False)
    return ax


def show_changes(
    changes: Mapping[str, Mapping[str, float]], xlabel: str, ax: plt.Axes | None = None
) -> plt.Axes:
    """Show how far each layer has moved as horizontal bars, first layer at the top.

    Args:
        changes: By the training's name (at most three), for each layer one number, 0 or more.
        xlabel: What the numbers are.
        ax: Where to draw; a new figure by default.

    Raises:
        ValueError: If there is none or more than three, or they have different layers.

    Used in: 07.
    """
    colors = (BLUE, ORANGE, GREEN)
    layers = list(next(iter(changes.values()), ()))
    if (
        not layers
        or len(changes) > len(colors)
        or any(list(change) != layers for change in changes.values())
    ):
        raise ValueError("one to three trainings with the same layers can be compared")
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 1.0 + 0.34 * len(layers)))
    height = 0.8 / len(changes)
    for place, ((name, change), color) in enumerate(zip(changes.items(), colors, strict=False)):
        rows = np.arange(len(layers)) + (place - (len(changes) - 1) / 2) * height
        ax.barh(rows, list(change.values()), height=height, color=color, label=name)
    ax.set_yticks(range(len(layers)), layers, fontsize=9)
    ax.set_xlabel(xlabel)
    ax.invert_yaxis()
    ax.legend(loc="best")
    return ax

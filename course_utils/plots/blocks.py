"""Figures of how nets are put together: stacks of layers, shortcuts, and blocks that shrink."""

from collections.abc import Collection, Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle

from course_utils.language import translate
from course_utils.plots.style import BLUE, GREEN, ORANGE, PALE


def show_stacks(
    stacks: Mapping[str, int], shortcuts: Collection[str] = (), ax: plt.Axes | None = None
) -> plt.Axes:
    """Draw nets as rows of equal layers, one box each, from the picture to the answer.

    Args:
        stacks: Number of layers of each net, by name.
        shortcuts: Names of the nets in which an arc leads around every two layers, from the second
            layer on.
        ax: Where to draw; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: If a net has no layer.

    Used in: 06.
    """
    for name, number in stacks.items():
        if number < 1:
            raise ValueError(f"{name!r} has {number} layers; a net has at least one")
    longest = max(stacks.values())
    if ax is None:
        _, ax = plt.subplots(figsize=(10, 0.5 + 0.85 * len(stacks)))
    for row, (name, number) in enumerate(stacks.items()):
        height = -1.5 * row
        for layer in range(number):
            ax.add_patch(Rectangle((layer + 0.12, height - 0.4), 0.76, 0.8, color=BLUE))
        ax.annotate("", (number + 0.9, height), (-0.8, height), arrowprops=_THIN, zorder=0)
        ax.text(-1.0, height, name, ha="right", va="center", fontweight="bold")
        for layer in range(1, number - 1, 2) if name in shortcuts else ():
            begin, end = (layer, height + 0.45), (layer + 2, height + 0.45)
            bend = FancyArrowPatch(
                begin, end, connectionstyle="arc3,rad=-0.45", arrowstyle="->", color=ORANGE, lw=1.6
            )
            bend.set_mutation_scale(9)
            ax.add_patch(bend)
    ax.set(xlim=(-6.5, longest + 1.5), ylim=(-1.5 * len(stacks) + 0.9, 1.2))
    ax.axis("off")
    return ax


def show_residual_block(
    main: Sequence[str],
    shortcut: str | None,
    shapes: tuple[str, str],
    title: str = "",
    ax: plt.Axes | None = None,
) -> plt.Axes:
    """Draw one residual block: the layers on the left, the shortcut on the right, and their sum.

    Args:
        main: What stands in the boxes of the main path, first layer first.
        shortcut: What stands in the box on the shortcut; None for a shortcut that changes nothing.
        shapes: Shape of the input and of the sum, in words.
        title: What stands above.
        ax: Where to draw; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: If the main path is empty.

    Used in: 06.
    """
    if not main:
        raise ValueError("a residual block needs at least one layer on its main path")
    edges, bottom = [], -_GAP  # upper and lower edge of each box, then the middle of the sum
    for text in main:
        edges.append((bottom, bottom - _height(text)))
        bottom -= _height(text) + _GAP
    bottom -= 0.22
    places = [(top + low) / 2 for top, low in edges]
    if ax is None:
        _, ax = plt.subplots(figsize=(3.2, 0.62 * (2.25 - bottom)))
    ax.text(0, 0.12, shapes[0], ha="center", va="bottom")
    ax.plot([0, _ASIDE, _ASIDE], [0, 0, bottom], color=ORANGE, linewidth=2, zorder=0)
    _arrow(ax, (_ASIDE, bottom), (0.24, bottom), ORANGE)
    for text, place in zip(main, places, strict=True):
        _box(ax, 0, place, text, BLUE)
    begins, ends = [0, *(low for _, low in edges)], [*(top for top, _ in edges), bottom + 0.22]
    for begin, end in zip(begins, ends, strict=True):
        _arrow(ax, (0, begin), (0, end))
    if shortcut is None:
        place = (_ASIDE + 0.1, sum(places) / len(places))
        ax.text(*place, translate("as it is"), color=ORANGE, rotation=90, va="center")
    else:
        _box(ax, _ASIDE, sum(places) / len(places), shortcut, ORANGE)
    ax.add_patch(Circle((0, bottom), 0.22, facecolor="white", edgecolor="black", linewidth=1.5))
    ax.text(0, bottom - 0.01, "+", ha="center", va="center", fontsize=14)
    _arrow(ax, (0, bottom - 0.22), (0, bottom - 0.75))
    ax.text(0, bottom - 0.8, shapes[1], ha="center", va="top")
    ax.set(xlim=(-1.3, _ASIDE + 1.3), ylim=(bottom - 1.35, 0.9), title=title)
    ax.axis("off")
    return ax


def show_stages(
    stages: Mapping[str, tuple[int, int, int]], title: str = "", ax: plt.Axes | None = None
) -> plt.Axes:
    """Draw the blocks of a convnet as slabs: as high as their maps, as wide as their filters.

    Args:
        stages: For each block by name the height of its maps in pixels, its number of filters and
            its number of convolutions.
        title: What stands above.
        ax: Where to draw; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: If a number is not positive.

    Used in: 06.
    """
    for name, numbers in stages.items():
        if min(numbers) < 1:
            raise ValueError(f"{name!r} is described by {numbers}; all three must be positive")
    if ax is None:
        _, ax = plt.subplots(figsize=(10, 4))
    highest = max(size for size, _, _ in stages.values())
    widest = max(filters for _, filters, _ in stages.values())
    left = 0.0
    for name, (size, filters, layers) in stages.items():
        # Slabs far apart in size stay visible: heights go with the root, widths too.
        height, width = (size / highest) ** 0.5, 0.55 * (filters / widest) ** 0.5 / layers
        for layer in range(layers):
            place = (left + layer * width, -height / 2)
            ax.add_patch(
                Rectangle(place, width * 0.86, height, facecolor=BLUE, alpha=0.85, linewidth=0)
            )
        middle = left + width * layers / 2
        ax.text(middle, 0.56, name, ha="center", va="bottom", fontweight="bold")
        ax.text(middle, -0.56, f"{size}×{size}", ha="center", va="top", color=GREEN)
        ax.text(
            middle,
            -0.66,
            translate("{number} filters", number=filters),
            ha="center",
            va="top",
            color=ORANGE,
        )
        ax.text(
            middle, -0.76, translate("{number} convolutions", number=layers), ha="center", va="top"
        )
        left += max(width * layers, 0.42) + 0.14
    ax.set(xlim=(-0.15, left), ylim=(-0.88, 0.68), title=title)
    ax.axis("off")
    return ax


_ASIDE = 2.75  # where the shortcut runs, in units in which a box is 2.24 wide
_GAP = 0.62  # between two boxes, so that an arrow has a shaft
_THIN = {"arrowstyle": "->", "color": "grey", "linewidth": 1.2}


def _height(text: str) -> float:
    return 0.45 + 0.25 * len(text.splitlines())


def _box(ax: plt.Axes, x: float, y: float, text: str, color: str) -> None:
    padding = 0.05  # on each side
    height = _height(text) - 2 * padding
    ax.add_patch(
        FancyBboxPatch(
            (x - 1.12, y - height / 2),
            2.24,
            height,
            boxstyle=f"round,pad={padding}",
            facecolor=PALE,
            edgecolor=color,
            linewidth=1.8,
        )
    )
    ax.text(x, y, text, ha="center", va="center", fontsize=10)


def _arrow(
    ax: plt.Axes, begin: tuple[float, float], end: tuple[float, float], color: str = "black"
) -> None:
    ax.annotate(
        "", end, begin, arrowprops={"arrowstyle": "->", "color": color, "linewidth": 1.8}, zorder=0
    )

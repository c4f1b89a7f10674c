"""Figures of speed: how much is to be done, how long it takes, and what sets the limit."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Patch, Rectangle

from course_utils.language import translate
from course_utils.plots.style import BLUE, GREEN, ORANGE, PINK

_COLORS = (BLUE, ORANGE, GREEN, PINK, "#56B4E9", "#E69F00", "#666666")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def show_areas(
    amounts: Mapping[str, Mapping[str, float]], unit: str, ax: plt.Axes | None = None
) -> plt.Axes:
    """Draw amounts as rectangles of one height whose areas are to scale, stacked side by side.

    Args:
        amounts: One group for each thing that is compared, with its parts and their amounts.
        unit: What the amounts count.
        ax: Where to draw; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: If an amount is not above 0.

    Used in: A2.
    """
    for parts in amounts.values():
        if wrong := [amount for amount in parts.values() if not amount > 0]:
            raise ValueError(f"only amounts above 0 have an area, got {wrong[0]}")
    if ax is None:
        _, ax = plt.subplots(figsize=(9, 0.5 + 1.1 * len(amounts)))
    longest = max(sum(parts.values()) for parts in amounts.values())
    for row, (group, parts) in enumerate(amounts.items()):
        begin = 0.0
        for index, (name, amount) in enumerate(parts.items()):
            color = _COLORS[(row + index) % len(_COLORS)]
            ax.add_patch(Rectangle((begin, -row - 0.38), amount, 0.76, color=color, linewidth=0))
            if amount > longest / 3:
                place = (begin + amount / 2, -row)
                ax.text(*place, name, color="white", ha="center", va="center")
            begin += amount
        names = "" if begin > longest / 3 else "  " + " + ".join(parts)
        ax.text(begin, -row, f" {begin:,.0f}{names}", va="center")
        ax.text(-longest * 0.01, -row, group, ha="right", va="center", fontweight="bold")
    ax.set(xlim=(-longest * 0.14, longest * 1.16), ylim=(0.5 - len(amounts), 0.5))
    ax.set_title(translate("{unit}, to scale", unit=unit), loc="left")
    ax.axis("off")
    return ax


def show_timeline(
    epochs: Mapping[str, Sequence[tuple[float, float, float]]], ax: plt.Axes | None = None
) -> plt.Axes:
    """Show for several epochs, one above the other, when a net waited and when it computed.

    Args:
        epochs: For each epoch by name one triple per batch, in seconds since its beginning: when
            the batch was asked for, when it was there, when the net was done with it.
        ax: Where to draw; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: If the three moments of a batch are not in order.

    Used in: A2.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(9, 0.9 + 0.75 * len(epochs)))
    for row, batches in enumerate(epochs.values()):
        for asked, there, done in batches:
            if not asked <= there <= done:
                raise ValueError(f"the moments {asked}, {there}, {done} are not in order")
            ax.barh(row, there - asked, left=asked, color=ORANGE, height=0.6)
            ax.barh(row, done - there, left=there, color=BLUE, height=0.6, edgecolor="white")
        ax.text(done, row, f"  {done:.2f} s", va="center")
    ax.set_yticks(range(len(epochs)), epochs)
    ax.invert_yaxis()
    ax.set(
        xlabel=translate("seconds since the epoch began"),
        title=translate("Where the time of an epoch goes"),
    )
    ax.set_xlim(right=1.12 * max(batches[-1][2] for batches in epochs.values()))
    names = {translate("waiting for pictures"): ORANGE, translate("computing"): BLUE}
    handles = [Patch(color=color, label=name) for name, color in names.items()]
    ax.legend(handles=handles, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.35))
    return ax


def show_speedups(
    ratios: Mapping[str, float], xlabel: str, title: str = "", ax: plt.Axes | None = None
) -> plt.Axes:
    """Show quotients as bars from 1, to the right where something is faster, on a log scale.

    Args:
        ratios: How many times as fast each is, by name.
        xlabel: What is compared with what.
        title: What stands above.
        ax: Where to draw; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: If a ratio is not above 0.

    Used in: A2.
    """
    if wrong := [ratio for ratio in ratios.values() if not ratio > 0]:
        raise ValueError(f"a quotient of two times is above 0, got {wrong[0]}")
    if ax is None:
        _, ax = plt.subplots(figsize=(7.5, 0.9 + 0.42 * len(ratios)))
    for row, ratio in enumerate(ratios.values()):
        color = BLUE if ratio >= 1 else ORANGE
        ax.barh(row, ratio - 1, left=1, color=color, height=0.62)
        side = "left" if ratio >= 1 else "right"
        ax.text(ratio, row, f" {ratio:.1f}× ", ha=side, va="center")
    reach = 1.6 * max(max(ratio, 1 / ratio) for ratio in [*ratios.values(), 1.5])
    ax.set_xscale("log", base=2)
    ax.set_xlim(min(1 / 1.6, *ratios.values()) / 1.5, reach)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}×")
    ax.axvline(1, color="black", linewidth=1)
    ax.set_yticks(range(len(ratios)), ratios)
    ax.invert_yaxis()
    ax.set(xlabel=xlabel, title=title)
    return ax


def show_work_and_time(
    work: Mapping[str, float], seconds: Mapping[str, float], ax: plt.Axes | None = None
) -> plt.Axes:
    """Show how long layers take over how much they multiply; both axes are logarithmic.

    What multiplies nothing stands in a column of its own at the left. A dashed line goes through
    the layer that multiplies most: on it lies what takes time in proportion to its multiply-adds.

    Args:
        work: Multiply-adds of each layer, by name.
        seconds: Seconds of each of the same layers.
        ax: Where to draw; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: If the two have different names, or nothing multiplies.

    Used in: A2.
    """
    if set(work) != set(seconds):
        raise ValueError(f"work is of {', '.join(work)}, but times are of {', '.join(seconds)}")
    if not any(work.values()):
        raise ValueError("no layer multiplies anything, so there is nothing to compare times with")
    if ax is None:
        _, ax = plt.subplots(figsize=(7.5, 4.6))
    most = max(work, key=work.get)
    least = min(amount for amount in work.values() if amount)
    zero = least / 12
    for index, (name, amount) in enumerate(work.items()):
        style = {"color": _COLORS[index % 7], "marker": _MARKERS[index % 7], "s": 70, "zorder": 3}
        ax.scatter(amount or zero, 1000 * seconds[name], **style)
        side = -1 if amount == work[most] else 1
        ax.annotate(
            name,
            (amount or zero, 1000 * seconds[name]),
            xytext=(9 * side, 0),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            va="center",
        )
    line = np.array([least / 3, work[most]])
    ax.plot(line, 1000 * seconds[most] * line / work[most], "--", color="grey")
    ax.axvspan(zero / 2.2, zero * 2.2, color="#EEEEEE", zorder=0)
    ax.set(
        xscale="log",
        yscale="log",
        xlabel=translate("multiply-adds of one picture"),
        ylabel=translate("milliseconds"),
    )
    ticks = 10.0 ** np.arange(np.ceil(np.log10(least / 3)), np.ceil(np.log10(work[most])) + 1)
    ax.set_xticks(
        [zero, *ticks],
        [
            translate("none"),
            *(translate("{number:g} million", number=tick / 1e6) for tick in ticks),
        ],
    )
    ax.set_xlim(zero / 2.2, 2 * work[most])
    ax.minorticks_off()
    times = [1000 * value for value in seconds.values()]
    ax.set_ylim(min(times) / 2, 2 * max(times))
    shown = [tick for tick in _ROUND if min(times) / 2 <= tick <= 2 * max(times)]
    ax.set_yticks(shown, [f"{tick:g}" for tick in shown])
    return ax


_ROUND = [base * 10.0**power for power in range(-4, 6) for base in (1, 2, 5)]


def show_roofline(
    layers: Mapping[str, tuple[float, float]],
    peak: float,
    bandwidth: float,
    title: str = "",
    ax: plt.Axes | None = None,
) -> plt.Axes:
    """Show how fast layers compute under the two limits of a machine; both axes logarithmic.

    Left of the ridge nothing can be faster than memory delivers, right of it nothing faster than
    the machine multiplies.

    Args:
        layers: For each layer by name its intensity (operations per byte that has to be moved) and
            the rate that it reached (operations per second).
        peak: Operations per second at best.
        bandwidth: Bytes per second at best.
        title: What stands above.
        ax: Where to draw; a new figure by default.

    Returns:
        The axes.

    Raises:
        ValueError: If peak, bandwidth, an intensity or a rate is not above 0.

    Source: Williams, Waterman and Patterson, "Roofline: an insightful visual performance model for
    multicore architectures", 2009.
    Used in: A2.
    """
    for name, values in {"the roof": (peak, bandwidth), **layers}.items():
        if not all(value > 0 for value in values):
            raise ValueError(f"{name} has the values {values}, but all must be above 0")
    if ax is None:
        _, ax = plt.subplots(figsize=(7.5, 4.6))
    ridge = peak / bandwidth
    intensities = [intensity for intensity, _ in layers.values()]
    reach = np.array([min([*intensities, ridge]) / 3, ridge, 4 * max([*intensities, ridge])])
    ax.plot(reach, np.minimum(peak, bandwidth * reach) / 1e9, color="black", linewidth=2)
    ax.axvline(ridge, color="grey", linestyle=":")
    ax.axvspan(reach[0], ridge, color=ORANGE, alpha=0.08, linewidth=0)
    ax.axvspan(ridge, reach[-1], color=BLUE, alpha=0.08, linewidth=0)
    for index, (name, (intensity, rate)) in enumerate(layers.items()):
        style = {"color": _COLORS[index % 7], "marker": _MARKERS[index % 7], "s": 70, "zorder": 3}
        ax.scatter(intensity, rate / 1e9, **style)
        at_the_roof = rate > 0.9 * peak  # its line would run through a name below the point
        ax.annotate(
            name,
            (intensity, rate / 1e9),
            xytext=(0, 9) if at_the_roof else (8, -4),
            textcoords="offset points",
            ha="center" if at_the_roof else "left",
            va="bottom" if at_the_roof else "top",
        )
    ax.set(xscale="log", yscale="log", title=title, xlim=(reach[0], reach[-1]))
    ax.set(
        xlabel=translate("operations per byte"), ylabel=translate("billion operations per second")
    )
    ax.set_ylim(top=4 * max([peak, *(rate for _, rate in layers.values())]) / 1e9)
    top = 0.03, 0.95
    ax.text(*top, translate("memory sets the limit"), transform=ax.transAxes, color=ORANGE)
    ax.text(
        0.97,
        0.03,
        translate("multiplying sets the limit"),
        transform=ax.transAxes,
        ha="right",
        color=BLUE,
    )
    return ax

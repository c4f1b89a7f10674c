"""Computational graphs: values above the edges, gradients below them."""

from collections.abc import Mapping
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch
from matplotlib.path import Path

from course_utils.graphs import OPERATIONS, Gradients, Graph
from course_utils.language import translate
from course_utils.plots.style import BLUE, ORANGE, PALE

_COLUMN_WIDTH = 2.0  # in heights of a row
_RADIUS = 0.3
_LARGEST_WIDTH = 10.5  # of a figure, in inches
_INK = "#33475B"
_FONT_SIZE = 12


class _Edge(NamedTuple):
    """One value on its way into a node: who reads it, its corner points, where its texts stand."""

    source: str
    reader: tuple[str, int]
    points: np.ndarray
    middle: np.ndarray


def show_graph(
    graph: Graph,
    values: Mapping[str, float],
    passed: int | None = None,
    gradients: bool = True,
    title: str = "",
    ax: plt.Axes | None = None,
) -> plt.Axes:
    """Draw a graph with its values above the edges and its gradients below.

    Where a value is used more than once, every edge carries the gradient of its own path, and their
    sum stands below the value's node.

    Args:
        graph: What to draw.
        values: What ``graph.forward(…)`` returned.
        passed: Steps that the backward pass has gone through so far, counted from the end; the last
            of them is ringed. All steps by default, and then none is.
        gradients: Whether the backward pass has begun at all.
        title: What stands above.
        ax: Where to draw; a new figure by default.

    Raises:
        ValueError: If the graph has fewer steps than ``passed``.

    Used in: 01.
    """
    found = graph.backward(values, passed) if gradients else Gradients({}, {})
    places = _places(graph)
    new_figure = ax is None
    if new_figure:
        _, ax = plt.subplots()
    for edge in _edges(graph, places):
        _draw_line(ax, edge.points)
        name = f"{edge.source} = " if edge.source not in graph.inputs else ""
        _write(ax, edge.middle, name + _number(values[edge.source]), found.paths.get(edge.reader))
    x, y = places[graph.output]
    _draw_line(ax, np.array([(x + _RADIUS, y), (x + 0.8, y), (x + 1.35, y)]))
    text = f"{graph.output} = {_number(values[graph.output])}"
    _write(ax, (x + 0.83, y), text, found.total.get(graph.output))

    ringed = graph.nodes[-passed].name if passed and gradients else None
    operations = {node.name: OPERATIONS[node.operation].symbol for node in graph.nodes}
    for name, place in places.items():
        _draw_node(ax, place, operations.get(name), name, ringed == name)
        paths = [found.paths.get(use) for use in graph.uses(name)]
        if len(paths) > 1 and None not in paths:
            _write_sum(ax, place, paths, found.total[name], left=name in graph.inputs)
    _finish(ax, places, title, gradients)
    if new_figure:
        width, height = np.ptp([ax.get_xlim(), ax.get_ylim()], axis=1)
        scale = min(1.0, _LARGEST_WIDTH / width)
        ax.figure.set_size_inches(scale * width, scale * height + 0.1)
    return ax


def _places(graph: Graph) -> dict[str, tuple[float, float]]:
    """Return where each node stands: inputs just before their first use, steps in line."""
    columns: dict[str, int] = dict.fromkeys(graph.inputs, 0)
    for node in graph.nodes:
        columns[node.name] = 1 + max(columns[name] for name in node.arguments)
    for name in graph.inputs:
        columns[name] = min(columns[reader] for reader, _ in graph.uses(name)) - 1

    rows: dict[str, float] = {}
    for node in graph.nodes:
        placed = [rows[name] for name in node.arguments if name in rows]
        new = [name for name in dict.fromkeys(node.arguments) if name not in rows]
        if not placed and rows:
            placed = [max(rows.values()) + 0.75]  # a branch of its own, below all others
        if len(new) == 2:
            base = placed[0] + 0.75 if placed else 0.0
            rows |= {new[0]: base - 0.75, new[1]: base + 0.75}
        elif new:
            rows[new[0]] = max(placed) + 1.4 if placed else 0.0
        computed = [rows[name] for name in node.arguments if name not in graph.inputs]
        rows[node.name] = float(np.mean(computed or [rows[name] for name in node.arguments]))
    return {name: (_COLUMN_WIDTH * columns[name], -rows[name]) for name in columns}


def _edges(graph: Graph, places: dict[str, tuple[float, float]]) -> list[_Edge]:
    """Return every edge as a curve of three points that starts and ends at the circles' rims."""
    edges = []
    for node in graph.nodes:
        for position, source in enumerate(node.arguments):
            begin, end = np.array(places[source]), np.array(places[node.name])
            middle = (begin + end) / 2
            if node.arguments.count(source) > 1:
                middle[1] += 0.85 if position == 0 else -0.85
            elif end[0] - begin[0] > 1.5 * _COLUMN_WIDTH:  # around the nodes between
                upward = begin[1] >= end[1]
                outer = max(begin[1], end[1]) if upward else min(begin[1], end[1])
                middle[1] = outer + (0.8 if upward else -0.8)
            points = np.array([_to_rim(begin, middle), middle, _to_rim(end, middle)])
            straight = np.allclose(middle, (begin + end) / 2)
            share = 0.42 if straight and begin[1] != end[1] else 0.5  # where lines still lie apart
            weights = np.array([(1 - share) ** 2, 2 * share * (1 - share), share**2])
            text = weights @ points
            edges.append(_Edge(source, (node.name, position), points, text))
    return edges


def _to_rim(center: np.ndarray, toward: np.ndarray) -> np.ndarray:
    direction = toward - center
    return center + direction / np.hypot(*direction) * _RADIUS


def _draw_line(ax: plt.Axes, points: np.ndarray) -> None:
    path = Path(points, [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    ax.add_patch(
        FancyArrowPatch(
            path=path,
            arrowstyle="-|>",
            mutation_scale=13,
            color="#8A97A3",
            linewidth=1.6,
            shrinkA=0,
            shrinkB=0,
            zorder=1,
        )
    )


def _write(ax: plt.Axes, place: tuple[float, float], value: str, gradient: float | None) -> None:
    """Write a value above a place on an edge and the gradient, where it is known, below."""
    box = {"facecolor": "white", "edgecolor": "none", "boxstyle": "square,pad=0.06"}
    style = {"ha": "center", "fontsize": _FONT_SIZE, "bbox": box, "zorder": 2}
    x, y = place
    ax.text(x, y + 0.06, value, color=BLUE, va="bottom", **style)
    if gradient is not None:
        ax.text(x, y - 0.07, _number(gradient), color=ORANGE, va="top", fontweight="bold", **style)


def _write_sum(
    ax: plt.Axes, place: tuple[float, float], paths: list[float], total: float, left: bool
) -> None:
    """Write the paths' sum to the left of an input, above any other node."""
    terms = _number(paths[0])
    for path in paths[1:]:
        terms += f" {'−' if path < 0 else '+'} {_number(abs(path))}"
    x, y = place
    ax.text(
        x - _RADIUS - 0.1 if left else x + 0.15,
        y if left else y + _RADIUS + 0.1,
        f"{terms} = {_number(total)}",
        color=ORANGE,
        fontsize=_FONT_SIZE,
        fontweight="bold",
        ha="right",
        va="center" if left else "bottom",
        zorder=4,
    )
    if left:
        ax.set_xlim(left=min(ax.get_xlim()[0], x - 2.1))


def _draw_node(
    ax: plt.Axes, place: tuple[float, float], symbol: str | None, name: str, ringed: bool
) -> None:
    ax.add_patch(
        Circle(
            place,
            _RADIUS,
            facecolor=PALE if symbol is None else _INK,
            edgecolor=ORANGE if ringed else _INK,
            linewidth=4 if ringed else 1.2,
            zorder=3,
        )
    )
    word = len(symbol or name) > 2
    ax.text(
        *place,
        name if symbol is None else symbol,
        color=_INK if symbol is None else "white",
        fontsize=(10 if word else 14) if symbol is None else (9.5 if word else 16),
        fontstyle="italic" if symbol is None else "normal",
        ha="center",
        va="center_baseline" if symbol is None else "center",
        zorder=4,
    )


def _number(value: float) -> str:
    return f"{value + 0.0:.4g}".replace("-", "−")  # + 0.0 makes 0 of −0


def _finish(
    ax: plt.Axes, places: dict[str, tuple[float, float]], title: str, gradients: bool
) -> None:
    """Set limits that hold all curves and texts, and say which colour is what."""
    xs, ys = zip(*places.values(), strict=True)
    left = min(min(xs) - 0.6, ax.get_xlim()[0])
    bottom = min(ys) - 0.95
    highest = max([max(ys) + 0.5, *(text.get_position()[1] + 0.4 for text in ax.texts)])
    ax.set(xlim=(left, max(xs) + 1.65), ylim=(bottom, highest))
    ax.set_aspect("equal")
    ax.axis("off")
    ax.set_title(title, loc="left")
    note = {"fontsize": 11, "va": "bottom"}
    ax.text(left + 0.1, bottom, translate("values, forward →"), color=BLUE, **note)
    if gradients:
        ax.text(
            max(xs) + 1.6,
            bottom,
            translate("← gradients, backward"),
            color=ORANGE,
            ha="right",
            **note,
        )

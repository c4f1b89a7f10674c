"""The course's figures. Every function draws on axes it is given or makes, and returns them.

None calls ``show()``: a notebook shows a figure when its cell ends. Pictures are arrays of shape
(height, width) or (height, width, channels); colours stay distinguishable for colour-blind eyes.
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from course_utils import arithmetic

BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
PALE = "#E8EEF3"
_LINE_STYLES = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (GREEN, "-.", "^"), (PINK, ":", "D"))


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


def show_pictures(
    pictures: Sequence[np.ndarray],
    titles: Sequence[object] | None = None,
    columns: int = 6,
    size: float = 1.5,
    limits: tuple[float, float] | None = (0, 255),
) -> np.ndarray:
    """Show pictures in a grid.

    Args:
        pictures: Arrays (height, width) or (height, width, 1 or 3).
        titles: What stands above each picture.
        columns: Pictures in a row.
        size: Width of one picture in inches.
        limits: The values shown black and white; None scales each picture by itself.

    Returns:
        The axes in use, one per picture.

    Raises:
        ValueError: If there is no picture, or the titles are fewer or more than the pictures.

    Used in: every chapter.
    """
    if len(pictures) == 0:
        raise ValueError("there is no picture to show")
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(f"{len(pictures)} pictures but {len(titles)} titles")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    height = size * pictures[0].shape[0] / pictures[0].shape[1] + (0.3 if titles is not None else 0)
    _, grid = plt.subplots(rows, columns, figsize=(size * columns, height * rows), squeeze=False)
    black, white = limits or (None, None)
    for axes in grid.flat:
        axes.axis("off")
    for index, (axes, picture) in enumerate(zip(grid.flat, pictures, strict=False)):
        one_channel = picture.ndim == 3 and picture.shape[-1] == 1
        shown = picture[..., 0] if one_channel else picture
        axes.imshow(shown, cmap="gray", vmin=black, vmax=white)
        if titles is not None:
            axes.set_title(str(titles[index]), fontsize=11)
    return grid.flat[: len(pictures)]


def show_numbers(
    image: np.ndarray,
    ax: plt.Axes | None = None,
    title: str = "",
    hidden: np.ndarray | None = None,
    as_picture: bool = False,
    cell_size: float = 0.55,
    font_size: float = 13,
) -> plt.Axes:
    """Show an array as a grid of cells, each with its number printed on it.

    Args:
        image: Array (height, width).
        ax: Where to draw; a new figure by default.
        title: What stands above.
        hidden: Cells (True) that are left empty, because they are not computed yet.
        as_picture: Colour each cell by its value, from black (0) to white (255).
        cell_size: Width and height of a cell in inches, where a new figure is made.
        font_size: Of the numbers, in points.

    Raises:
        ValueError: If the array does not have two axes.

    Used in: 02.
    """
    image = np.asarray(image)
    if image.ndim != 2:
        raise ValueError(f"an array (height, width) can be shown, not one of shape {image.shape}")
    rows, columns = image.shape
    if ax is None:
        _, ax = plt.subplots(figsize=(cell_size * columns, cell_size * rows + 0.3))
    if as_picture:
        ax.imshow(image, cmap="gray", vmin=0, vmax=255)
    else:
        ax.imshow(np.ones(image.shape), cmap="gray", vmin=0, vmax=1.02)
    for row in range(rows):
        for column in range(columns):
            if hidden is not None and hidden[row, column]:
                continue
            bright = not as_picture or image[row, column] > 128
            ax.text(
                column,
                row,
                f"{image[row, column]:g}".replace("-", "−"),
                ha="center",
                va="center",
                fontsize=font_size,
                color="black" if bright else "white",
            )
    _grid_lines(ax, rows, columns)
    ax.set_title(title)
    return ax


def show_convolution_step(
    image: np.ndarray, kernel: np.ndarray, row: int, column: int
) -> np.ndarray:
    """Show one step of a convolution: the patch, the kernel, their products, and their sum.

    Args:
        image: Array (height, width).
        kernel: Array (kernel height, kernel width).
        row: Row of the output that this step computes, counted from 0.
        column: Column of the output that this step computes, counted from 0.

    Returns:
        The four axes.

    Raises:
        ValueError: If the output has no such place.

    Used in: 02.
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    output = np.einsum("ijkl,kl->ij", windows, kernel)
    if not (0 <= row < output.shape[0] and 0 <= column < output.shape[1]):
        raise ValueError(f"the output has shape {output.shape}; it has no place ({row}, {column})")
    widths = [image.shape[1], kernel.shape[1], kernel.shape[1], output.shape[1]]
    figure, axes = plt.subplots(
        1, 4, figsize=(10, 2.9), width_ratios=widths, gridspec_kw={"wspace": 0.25}
    )
    products = windows[row, column] * kernel
    place = np.arange(output.size).reshape(output.shape)
    show_numbers(image, axes[0], "input and its patch")
    show_numbers(kernel, axes[1], "× kernel")
    show_numbers(products, axes[2], "= products")
    show_numbers(output, axes[3], "their sum", hidden=place > place[row, column])
    _frame(axes[0], row, column, kernel.shape, BLUE)
    _frame(axes[3], row, column, (1, 1), ORANGE)
    figure.suptitle(
        f"Row {row + 1}, column {column + 1} of the output: the nine products add up to "
        f"{output[row, column]:g}".replace("-", "−").replace("nine", f"{kernel.size}")
    )
    return axes


def show_windows(
    input_size: int,
    kernel_size: int,
    stride: int = 1,
    padding: str = "valid",
    dilation: int = 1,
    ax: plt.Axes | None = None,
) -> plt.Axes:
    """Show along one side of a picture which pixels each output looks at.

    The top row is the input; zeros added by padding are drawn dashed, pixels that no window reaches
    are crossed out. Below, each row is one output: the kernel's weights on the pixels it reads.

    Raises:
        ValueError: As :func:`course_utils.arithmetic.output_size`.

    Used in: 02, 03.
    """
    output_size = arithmetic.output_size(input_size, kernel_size, stride, padding, dilation)
    before, after = arithmetic.padding_amounts(input_size, kernel_size, stride, padding, dilation)
    windows = [
        [index * stride - before + tap * dilation for tap in range(kernel_size)]
        for index in range(output_size)
    ]
    reached = {pixel for window in windows for pixel in window}
    if ax is None:
        width = 0.5 * (input_size + before + after) + 1.5
        _, ax = plt.subplots(figsize=(max(4.0, width), 0.42 * (output_size + 2) + 0.6))
    for pixel in range(-before, input_size + after):
        real = 0 <= pixel < input_size
        _cell(ax, pixel, 0, "white" if not real else PALE, "--" if not real else "-")
        ax.text(pixel, 0, pixel if real else "0", ha="center", va="center", fontsize=11)
        if real and pixel not in reached:
            ax.plot([pixel - 0.4, pixel + 0.4], [0.4, -0.4], color=ORANGE, linewidth=2.5)
    for index, window in enumerate(windows):
        for tap, pixel in enumerate(window):
            _cell(ax, pixel, index + 1.3, BLUE, "-")
            ax.text(
                pixel,
                index + 1.3,
                f"$w_{{{tap}}}$",
                ha="center",
                va="center",
                fontsize=11,
                color="white",
            )
        ax.text(
            input_size + after, index + 1.3, f"output {index}", va="center", fontsize=11, color=BLUE
        )
    ax.set_xlim(-before - 0.7, input_size + after + 2.2)
    ax.set_ylim(output_size + 1.0, -0.7)
    ax.set_aspect("equal")
    ax.axis("off")
    ax.set_title(
        f"size {input_size}, kernel {kernel_size}, stride {stride}, {padding}"
        + (f", dilation {dilation}" if dilation > 1 else "")
        + f"  →  {output_size} {'output' if output_size == 1 else 'outputs'}",
        loc="left",
    )
    return ax


def show_maps(
    maps: np.ndarray,
    titles: Sequence[object] | None = None,
    columns: int = 8,
    size: float = 1.2,
    signed: bool = False,
) -> np.ndarray:
    """Show feature maps or kernels, each scaled by itself.

    Args:
        maps: Array (height, width, number of maps).
        titles: What stands above each map.
        columns: Maps in a row.
        size: Width of one map in inches.
        signed: Show negative values blue, positive red and zero white, on one scale for all maps,
            instead of grey.

    Returns:
        The axes in use, one per map.

    Raises:
        ValueError: If the array does not have three axes.

    Used in: 02, 08.
    """
    maps = np.asarray(maps)
    if maps.ndim != 3:
        raise ValueError(f"maps of shape (height, width, number) are shown, not {maps.shape}")
    axes = show_pictures(
        list(np.moveaxis(maps, -1, 0)), titles=titles, columns=columns, size=size, limits=None
    )
    if signed:
        largest = float(np.abs(maps).max()) or 1.0
        for one in axes:
            one.images[0].set(cmap="RdBu_r", clim=(-largest, largest))
    return axes


def show_history(history, title: str = "") -> np.ndarray:
    """Show loss and accuracy per epoch, training beside validation.

    Args:
        history: A :class:`course_utils.training.History`, or what ``Model.fit`` returns.
        title: What stands above; a history read from a file is marked as recorded.

    Returns:
        The axes, one per metric.

    Used in: 02, 04, 05, 06, 07.
    """
    metrics = history.metrics if hasattr(history, "metrics") else history.history
    names = [name for name in metrics if not name.startswith("val_")]
    figure, grid = plt.subplots(1, len(names), figsize=(4.5 * len(names), 3.2), squeeze=False)
    for axes, name in zip(grid[0], names, strict=True):
        epochs = range(1, len(metrics[name]) + 1)
        series = {"training": metrics[name]}
        if f"val_{name}" in metrics:
            series["validation"] = metrics[f"val_{name}"]
        show_lines(epochs, series, xlabel="epoch", ylabel=name, ax=axes)
        axes.xaxis.get_major_locator().set_params(integer=True)
    recorded = " (recorded)" if getattr(history, "recorded", False) else ""
    figure.suptitle(title + recorded)
    return grid[0]


def show_lines(
    positions: Sequence[float],
    series: Mapping[str, Sequence[float]],
    xlabel: str,
    ylabel: str,
    title: str = "",
    ax: plt.Axes | None = None,
) -> plt.Axes:
    """Draw one line per series; colour, dash and marker differ, so that grey print still tells.

    Raises:
        ValueError: If a series has another length than the positions, or there are more than four.

    Used in: 02, 04, 05, 06, 07.
    """
    if len(series) > len(_LINE_STYLES):
        raise ValueError(f"{len(series)} lines in one figure; at most {len(_LINE_STYLES)} are told")
    if ax is None:
        _, ax = plt.subplots(figsize=(6.5, 3.6))
    for (label, values), (color, dashes, marker) in zip(series.items(), _LINE_STYLES, strict=False):
        if len(values) != len(positions):
            raise ValueError(f"{label!r} has {len(values)} values for {len(positions)} positions")
        ax.plot(positions, values, dashes, color=color, marker=marker, markersize=5, label=label)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.legend()
    return ax


def _grid_lines(ax: plt.Axes, rows: int, columns: int) -> None:
    ax.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="#999999", linewidth=0.8)
    ax.tick_params(which="both", length=0, labelbottom=False, labelleft=False)
    for side in ax.spines.values():
        side.set_visible(False)


def _frame(ax: plt.Axes, row: int, column: int, shape: tuple[int, int], color: str) -> None:
    ax.add_patch(
        Rectangle(
            (column - 0.5, row - 0.5),
            shape[1],
            shape[0],
            fill=True,
            facecolor=(*plt.matplotlib.colors.to_rgb(color), 0.12),
            edgecolor=color,
            linewidth=3,
            clip_on=False,
        )
    )


def _cell(ax: plt.Axes, x: float, y: float, color: str, dashes: str) -> None:
    ax.add_patch(
        Rectangle(
            (x - 0.45, y - 0.45), 0.9, 0.9, facecolor=color, edgecolor="#666666", linestyle=dashes
        )
    )

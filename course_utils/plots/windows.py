"""Figures of the arithmetic: what a window reads, multiplies and keeps."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from course_utils import arithmetic
from course_utils.language import translate
from course_utils.plots.pictures import show_numbers
from course_utils.plots.style import BLUE, GREEN, ORANGE, PALE, PINK


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
    show_numbers(image, axes[0], translate("input and its patch"))
    show_numbers(kernel, axes[1], translate("× kernel"))
    show_numbers(products, axes[2], translate("= products"))
    show_numbers(output, axes[3], translate("their sum"), hidden=place > place[row, column])
    for ax in axes:  # the same height for all, so that all cells have the same size
        ax.set_ylim(image.shape[0] - 0.5, -0.5)
    _frame(axes[0], row, column, kernel.shape, BLUE)
    _frame(axes[3], row, column, (1, 1), ORANGE)
    figure.suptitle(
        translate(
            "Row {row}, column {column} of the output: the {number} products add up to {total}",
            row=row,  # counted from 0, as in the call above the figure
            column=column,
            number=kernel.size,
            total=f"{output[row, column]:g}".replace("-", "−"),
        )
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

    Used in: 02.
    """
    windows = arithmetic.taps(input_size, kernel_size, stride, padding, dilation)
    before, after = arithmetic.padding_amounts(input_size, kernel_size, stride, padding, dilation)
    output_size = len(windows)
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
            input_size + after,
            index + 1.3,
            translate("output {index}", index=index),
            va="center",
            fontsize=11,
            color=BLUE,
        )
    ax.set_xlim(-before - 0.7, input_size + after + 2.2)
    ax.set_ylim(output_size + 1.0, -0.7)
    ax.set_aspect("equal")
    ax.axis("off")
    parts = [
        translate("size {number}", number=input_size),
        translate("kernel {number}", number=kernel_size),
        translate("stride {number}", number=stride),
        padding,
    ]
    if dilation > 1:
        parts.append(translate("dilation {number}", number=dilation))
    outputs = "1 output" if output_size == 1 else "{number} outputs"
    ax.set_title(
        f"{', '.join(parts)}  →  {translate(outputs, number=output_size)}",
        loc="left",
    )
    return ax


def show_pooling(image: np.ndarray, pool_size: int = 2) -> np.ndarray:
    """Show what max and average pooling make of each window of a small picture.

    Args:
        image: Array (height, width).
        pool_size: Height and width of the windows, which do not overlap.

    Returns:
        The three axes: the picture with its windows, the maxima, the averages.

    Raises:
        ValueError: If no window fits.

    Used in: 03.
    """
    image = np.asarray(image)
    rows, columns = (arithmetic.pooling_output_size(size, pool_size) for size in image.shape)
    whole = image[: rows * pool_size, : columns * pool_size]
    windows = whole.reshape(rows, pool_size, columns, pool_size)
    _, axes = plt.subplots(1, 3, figsize=(9, 2.9), width_ratios=[image.shape[1], columns, columns])
    show_numbers(image, axes[0], translate("input"))
    show_numbers(windows.max(axis=(1, 3)), axes[1], translate("max pooling"))
    show_numbers(windows.mean(axis=(1, 3)), axes[2], translate("average pooling"))
    colors = (BLUE, ORANGE, GREEN, PINK)
    for row in range(rows):
        for column in range(columns):
            color = colors[(row * columns + column) % len(colors)]
            place = (row * pool_size, column * pool_size)
            _frame(axes[0], *place, (pool_size, pool_size), color)
            _frame(axes[1], row, column, (1, 1), color)
            _frame(axes[2], row, column, (1, 1), color)
    return axes


def show_fields(
    picture: np.ndarray, fields: dict[str, arithmetic.Field], ax: plt.Axes | None = None
) -> plt.Axes:
    """Show on a picture how much of it one value in the middle of each feature map sees.

    Args:
        picture: Array (height, width), 0 to 255.
        fields: The receptive field along a side by the layer's name, as
            :func:`course_utils.arithmetic.receptive_field` returns them.
        ax: Where to draw; a new figure by default.

    Used in: 03.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(4.6, 4.6))
    ax.imshow(picture, cmap="gray", vmin=0, vmax=255)
    ax.axis("off")
    colors = (BLUE, ORANGE, GREEN, PINK, "#56B4E9")
    for index, (name, field) in enumerate(fields.items()):
        begin = field.start + field.positions // 2 * field.jump
        shape = (field.size, field.size)
        _frame(ax, begin, begin, shape, colors[index % len(colors)], filled=False)
        ax.text(
            picture.shape[1] + 0.5,
            index * 2.2 + 1,
            f"{name}: {field.size}×{field.size}",
            color=colors[index % len(colors)],
            fontsize=12,
            fontweight="bold",
        )
    return ax


def _frame(
    ax: plt.Axes,
    row: int,
    column: int,
    shape: tuple[int, int],
    color: str,
    filled: bool = True,
) -> None:
    ax.add_patch(
        Rectangle(
            (column - 0.5, row - 0.5),
            shape[1],
            shape[0],
            fill=filled,
            facecolor=(*to_rgb(color), 0.12),
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

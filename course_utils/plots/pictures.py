"""Pictures, numbers and feature maps in grids."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from course_utils.plots.style import PALE


def show_pictures(
    pictures: Sequence[np.ndarray],
    titles: Sequence[object] | None = None,
    columns: int = 6,
    size: float = 1.5,
    limits: tuple[float, float] | None = (0, 255),
    axes: Sequence[plt.Axes] | None = None,
) -> np.ndarray:
    """Show pictures in a grid.

    Args:
        pictures: Arrays (height, width) or (height, width, 1 or 3).
        titles: What stands above each picture.
        columns: Pictures in a row.
        size: Width of one picture in inches.
        limits: The values shown black and white; None scales each picture by itself.
        axes: Where to draw, one for each picture; a new figure by default.

    Returns:
        The axes in use, one per picture.

    Raises:
        ValueError: If there is no picture, or the titles are fewer or more than the pictures.

    Used in: 00, 02, 03, 04, 05, 07, 08, A1, A2.
    """
    if len(pictures) == 0:
        raise ValueError("there is no picture to show")
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(f"{len(pictures)} pictures but {len(titles)} titles")
    if axes is None:
        columns = min(columns, len(pictures))
        rows = -(-len(pictures) // columns)
        height = size * pictures[0].shape[0] / pictures[0].shape[1]
        height += 0.3 if titles is not None else 0
        _, grid = plt.subplots(
            rows, columns, figsize=(size * columns, height * rows), squeeze=False
        )
        axes = grid.ravel()
    elif len(axes) < len(pictures):
        raise ValueError(f"{len(pictures)} pictures but {len(axes)} axes")
    black, white = limits or (None, None)
    for ax in axes:
        ax.axis("off")
    for index, (ax, picture) in enumerate(zip(axes, pictures, strict=False)):
        one_channel = picture.ndim == 3 and picture.shape[-1] == 1
        shown = picture[..., 0] if one_channel else picture
        if shown.dtype.name == "bfloat16":  # what layers return where they compute in 16 bits
            shown = shown.astype("float32")  # older NumPy finds no smallest value in the other
        ax.imshow(shown, cmap="gray", vmin=black, vmax=white)
        if titles is not None:
            ax.set_title(str(titles[index]), fontsize=11)
    return axes[: len(pictures)]


def show_numbers(
    image: np.ndarray,
    ax: plt.Axes | None = None,
    title: str = "",
    hidden: np.ndarray | None = None,
    faded: np.ndarray | None = None,
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
        faded: Cells (True) that stand back, because they do not belong to the picture.
        as_picture: Colour each cell by its value, from black (0) to white (255).
        cell_size: Width and height of a cell in inches, where a new figure is made.
        font_size: Of the numbers, in points.

    Raises:
        ValueError: If the array does not have two axes.

    Used in: 00, 02.
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
            color = "black" if not as_picture or image[row, column] > 128 else "white"
            if faded is not None and faded[row, column]:
                ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=PALE))
                color = "grey"
            ax.text(
                column,
                row,
                f"{image[row, column]:g}".replace("-", "−"),
                ha="center",
                va="center",
                fontsize=font_size,
                color=color,
            )
    _grid_lines(ax, rows, columns)
    ax.set_title(title)
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

    Used in: 01, 02.
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


def _grid_lines(ax: plt.Axes, rows: int, columns: int) -> None:
    """Draw the lines around all cells, also where the axes reach further than the cells."""
    line = {"color": "#999999", "linewidth": 0.8, "clip_on": False}
    ax.vlines(np.arange(columns + 1) - 0.5, -0.5, rows - 0.5, **line)
    ax.hlines(np.arange(rows + 1) - 0.5, -0.5, columns - 0.5, **line)
    ax.set(xticks=[], yticks=[])
    for side in ax.spines.values():
        side.set_visible(False)

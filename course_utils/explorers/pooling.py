"""The pooling explorer: what a window keeps, and what stays of it when the picture moves."""

from collections.abc import Sequence
from typing import Any

from course_utils import arithmetic
from course_utils.explorers import arguments
from course_utils.explorers.display import Explorer, refusal
from course_utils.language import speaking, translate


def pooling(
    size: int = 8,
    pool_size: int = 2,
    strides: int | None = None,
    padding: str = "valid",
    kind: str = "max",
    image: Sequence | None = None,
    language: str | None = None,
) -> Explorer:
    """Return an explorer of one pooling layer, to be shown as the last line of a cell.

    The reader points at an output and sees what its window reads and keeps, and moves the picture
    to see how many outputs change. Where Keras refuses the values, the explorer says why.

    Args:
        size: Height and width of the input, 1 to 12.
        pool_size: Height and width of the window, 1 to 7.
        strides: Positions from one window to the next, 1 to 4; the pool size by default.
        padding: ``"valid"`` or ``"same"``.
        kind: ``"max"`` or ``"average"``.
        image: Numbers (size, size) to use instead of the explorer's own.
        language: Language of the explorer, such as ``"ko"``; by default that of the chapter.

    Raises:
        ValueError: If a value is out of its range, or ``image`` is not a square of numbers.

    Used in: 03.
    """
    if kind not in ("max", "average"):
        raise ValueError(
            translate('kind must be "max" or "average", not {value}', value=repr(kind))
        )
    image = arguments.square("image", image, 12)
    size = arguments.whole("size", len(image) if image else size, 12)
    pool_size = arguments.whole("pool_size", pool_size, 7)
    window = arguments.window(pool_size, min(pool_size, 4) if strides is None else strides, padding)
    settings: dict[str, Any] = {
        "size": size,
        "window": arguments.for_front_end(window),
        "kind": kind,
    }
    settings |= {"image": image} if image else {}

    def draw():
        from course_utils import plots

        return plots.show_windows(size, *window).figure

    with speaking(language):
        if refused := refusal(size, window):
            return Explorer("pooling", settings, None, refused)
        sentence = translate(
            "Which of {size} positions along one axis each of {outputs} outputs of {kind} reads: "
            "window {pool_size}, stride {stride}, padding {padding}.",
            size=size,
            outputs=arithmetic.output_size(size, *window),
            kind=translate("max pooling" if kind == "max" else "average pooling"),
            pool_size=window.kernel_size,
            stride=window.stride,
            padding=window.padding,
        )
        return Explorer("pooling", settings, draw, sentence)

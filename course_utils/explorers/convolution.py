"""The convolution explorer: what a window reads, multiplies, adds up and leaves out."""

from collections.abc import Sequence
from typing import Any

from course_utils import arithmetic
from course_utils.explorers import arguments
from course_utils.explorers.display import Explorer, refusal
from course_utils.language import speaking, translate


def convolution(
    size: int = 5,
    kernel_size: int = 3,
    strides: int = 1,
    padding: str = "valid",
    dilation_rate: int = 1,
    image: Sequence | None = None,
    kernel: Sequence | None = None,
    language: str | None = None,
) -> Explorer:
    """Return an explorer of one convolution, to be shown as the last line of a cell.

    The reader points at an output and sees its patch, the products and their sum, plays the window
    over the input, types weights, and changes everything that is given here. Where Keras refuses
    the values, the explorer says why.

    Args:
        size: Height and width of the input, 1 to 12.
        kernel_size: Height and width of the kernel, 1 to 7.
        strides: Positions from one window to the next, 1 to 4.
        padding: ``"valid"`` or ``"same"``.
        dilation_rate: Distance between neighbouring positions that a window reads, 1 to 4.
        image: Numbers (size, size) to use instead of the explorer's own.
        kernel: Weights (kernel_size, kernel_size) to use instead of the explorer's own.
        language: Language of the explorer, such as ``"ko"``; by default that of the chapter.

    Raises:
        ValueError: If a value is out of its range, or an array is not a square of numbers.

    Used in: 02.
    """
    image, kernel = arguments.square("image", image, 12), arguments.square("kernel", kernel, 7)
    size = arguments.whole("size", len(image) if image else size, 12)
    window = arguments.window(
        len(kernel) if kernel else kernel_size, strides, padding, dilation_rate
    )
    settings: dict[str, Any] = {"size": size, "window": arguments.for_front_end(window)}
    settings |= {"image": image} if image else {}
    settings |= {"kernel": kernel} if kernel else {}

    def draw():
        from course_utils import plots

        return plots.show_windows(size, *window).figure

    with speaking(language):
        if refused := refusal(size, window):
            return Explorer("convolution", settings, None, refused)
        sentence = translate(
            "Which of {size} positions along one axis each of {outputs} outputs reads: kernel "
            "{kernel_size}, stride {stride}, padding {padding}, dilation {dilation}.",
            size=size,
            outputs=arithmetic.output_size(size, *window),
            **window._asdict(),
        )
        return Explorer("convolution", settings, draw, sentence)

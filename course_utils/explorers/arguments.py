"""What the explorers' functions accept, checked before anything is drawn."""

import math
import numbers
import operator
from collections.abc import Sequence
from typing import Any

from course_utils.arithmetic import Window
from course_utils.language import translate


def whole(name: str, value: Any, most: int, least: int = 1) -> int:
    """Return a whole number from ``least`` to ``most``.

    Raises:
        ValueError: If it is something else.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or not least <= number <= most:
        raise ValueError(
            translate(
                "{name} must be a whole number from {least} to {most}, not {value}",
                name=name,
                least=least,
                most=most,
                value=repr(value),
            )
        )
    return number


def fraction(name: str, value: Any, most: float) -> float:
    """Return a number from 0 to ``most``.

    Raises:
        ValueError: If it is something else.
    """
    if not isinstance(value, numbers.Real) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(
            translate(
                "{name} must be a number from 0 to {most}, not {value}",
                name=name,
                most=most,
                value=repr(value),
            )
        )
    return float(value)


def known_padding(name: str, value: Any) -> str:
    """Return a padding that Keras knows.

    Raises:
        ValueError: If it is another.
    """
    if value not in ("valid", "same"):
        raise ValueError(
            translate('{name} must be "valid" or "same", not {value}', name=name, value=repr(value))
        )
    return value


def window(kernel_size: int, strides: int, padding: str, dilation_rate: int = 1) -> Window:
    """Return a window of sizes that the explorers' controls can show.

    Raises:
        ValueError: If one of the values is out of its range.
    """
    return Window(
        whole("kernel_size", kernel_size, 7),
        whole("strides", strides, 4),
        known_padding("padding", padding),
        whole("dilation_rate", dilation_rate, 4),
    )


def for_front_end(window: Window) -> dict[str, Any]:
    """Return a window as arithmetic.js takes it."""
    kernel_size, stride, padding, dilation = window
    return {
        "kernelSize": kernel_size,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
    }


def square(name: str, values: Sequence | None, most: int) -> list[list[float]] | None:
    """Return a square of numbers as lists, or None where none is given.

    Raises:
        ValueError: If it is no square, too large, or holds something else than numbers that can be
            shown in a cell.
    """
    if values is None:
        return None
    try:
        rows = [[float(value) for value in row] for row in values]
    except (TypeError, ValueError):
        sentence = translate("{name} must be a square of numbers, rows of columns", name=name)
        raise ValueError(sentence) from None
    if not 1 <= len(rows) <= most or any(len(row) != len(rows) for row in rows):
        shapes = sorted({f"{len(rows)}×{len(row)}" for row in rows}) or ["0×0"]
        raise ValueError(
            translate(
                "{name} must be a square of 1×1 to {most}×{most} numbers, not {shapes}",
                name=name,
                most=most,
                shapes=", ".join(shapes),
            )
        )
    if not all(math.isfinite(value) and abs(value) < 1000 for row in rows for value in row):
        raise ValueError(translate("{name} must hold numbers between -999 and 999", name=name))
    return rows

"""The receptive-field explorer: what a stack of layers costs, and what one number of it sees."""

from collections.abc import Mapping, Sequence
from typing import Any

from course_utils import arithmetic
from course_utils.explorers import arguments
from course_utils.explorers.display import Explorer

KINDS = ("convolution", "separable", "pooling")
_MOST = {"filters": 512, "kernel_size": 11, "strides": 4, "dilation_rate": 8}
_CHAPTER_02 = (
    {"filters": 32},
    {"kind": "pooling"},
    {"filters": 64},
    {"kind": "pooling"},
    {"filters": 64},
)


def receptive_field(
    size: int = 28,
    channels: int = 1,
    layers: Sequence[Mapping[str, Any]] | None = None,
    language: str = "en",
) -> Explorer:
    """Return an explorer of a stack of layers, to be shown as the last line of a cell.

    The reader adds, removes and changes layers, reads off their sizes, parameters, multiply-adds
    and receptive fields, and points at a position to see which pixels it reads. Where Keras
    refuses a layer, the explorer says why.

    Args:
        size: Height and width of the picture, 1 to 128.
        channels: Channels of the picture, 1 to 4.
        layers: One to ten layers, each with the arguments of the Keras layer as a mapping:
            ``kind`` ("convolution", "separable" or "pooling"), ``filters`` (up to 512),
            ``kernel_size`` (up to 11), ``strides`` (up to 4), ``padding``, ``dilation_rate`` (up
            to 8). What is left out is a convolution of 32 filters of 3×3, or pooling over 2×2.
            By default the convnet of chapter 02.
        language: Language of the explorer.

    Raises:
        ValueError: If a value is unknown or out of its range.

    Used in: 03.
    """
    size = arguments.whole("size", size, 128)
    channels = arguments.whole("channels", channels, 4)
    given = _CHAPTER_02 if layers is None else layers
    if not 1 <= len(given) <= 10:
        raise ValueError(f"layers must be one to ten layers, not {len(given)}")
    stack = [_layer(number, layer) for number, layer in enumerate(given, start=1)]
    settings = {"size": size, "channels": channels, "layers": stack, "own": layers is not None}
    windows = [
        arithmetic.Window(layer["kernelSize"], layer["stride"], layer["padding"], layer["dilation"])
        for layer in stack
    ]
    try:
        fields = arithmetic.receptive_field(size, windows)
    except ValueError as refusal:
        sentence = f"This stack of layers breaks: {refusal}."
        return Explorer("receptive_field", settings, None, sentence, language)

    def draw():
        import numpy as np

        from course_utils import plots

        names = [f"layer {number}" for number in range(1, len(fields) + 1)]
        picture = np.full((size, size), 235)
        return plots.show_fields(picture, dict(zip(names, fields, strict=True))).figure

    sentence = "Receptive fields of one position after each layer: " + ", ".join(
        f"{field.size}×{field.size}" for field in fields
    )
    return Explorer(
        "receptive_field", settings, draw, f"{sentence} of {size}×{size} pixels.", language
    )


def _layer(number: int, layer: Mapping[str, Any]) -> dict[str, Any]:
    """Return a layer as the front end takes it.

    Raises:
        ValueError: If a value is unknown or out of its range.
    """
    kind = layer.get("kind", "convolution")
    if kind not in KINDS:
        raise ValueError(f"layer {number}: kind must be one of {', '.join(KINDS)}, not {kind!r}")
    pools = kind == "pooling"
    kernel_size = layer.get("kernel_size", 2 if pools else 3)
    arguments.whole(f"layer {number}: kernel_size", kernel_size, _MOST["kernel_size"])
    values = {
        "filters": 32,
        "kernel_size": kernel_size,
        "strides": min(kernel_size, _MOST["strides"]) if pools else 1,
        "padding": "valid",
        "dilation_rate": 1,
    }
    if unknown := set(layer) - {"kind", *values}:
        raise ValueError(f"layer {number}: {', '.join(sorted(unknown))} is not known here")
    values |= layer
    if values["padding"] not in ("valid", "same"):
        raise ValueError(
            f'layer {number}: padding must be "valid" or "same", not {values["padding"]!r}'
        )
    for name, most in _MOST.items():
        arguments.whole(f"layer {number}: {name}", values[name], most)
    return {
        "kind": kind,
        "filters": values["filters"],
        "kernelSize": values["kernel_size"],
        "stride": values["strides"],
        "padding": values["padding"],
        "dilation": values["dilation_rate"],
    }

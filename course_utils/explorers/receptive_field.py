"""The receptive-field explorer: what a stack of layers costs, and what one number of it sees."""

from collections.abc import Mapping, Sequence
from typing import Any

from course_utils import arithmetic
from course_utils.explorers import arguments
from course_utils.explorers.display import Explorer, refusal, words
from course_utils.language import current, speaking, translate

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
    language: str | None = None,
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
        language: Language of the explorer, such as ``"ko"``; by default that of the chapter.

    Raises:
        ValueError: If a value is unknown or out of its range.

    Used in: 03.
    """
    size = arguments.whole("size", size, 128)
    channels = arguments.whole("channels", channels, 4)
    given = _CHAPTER_02 if layers is None else layers
    if not 1 <= len(given) <= 10:
        raise ValueError(
            translate("layers must be one to ten layers, not {number}", number=len(given))
        )
    stack = [_layer(number, layer) for number, layer in enumerate(given, start=1)]
    settings = {"size": size, "channels": channels, "layers": stack, "own": layers is not None}
    windows = [
        arithmetic.Window(layer["kernelSize"], layer["stride"], layer["padding"], layer["dilation"])
        for layer in stack
    ]

    def draw():
        import numpy as np

        from course_utils import plots

        names = [translate("layer {number}", number=one) for one in range(1, len(fields) + 1)]
        picture = np.full((size, size), 235)
        return plots.show_fields(picture, dict(zip(names, fields, strict=True))).figure

    with speaking(language):
        positions = size
        for number, window in enumerate(windows, start=1):
            if refused := refusal(positions, window):
                sentence = words(current())["broken"].format(layer=number, words=refused)
                return Explorer("receptive_field", settings, None, sentence)
            positions = arithmetic.output_size(positions, *window)
        fields = arithmetic.receptive_field(size, windows)
        sentence = translate(
            "Receptive fields of one position after each layer: {fields} of {size}×{size} pixels.",
            fields=", ".join(f"{field.size}×{field.size}" for field in fields),
            size=size,
        )
        return Explorer("receptive_field", settings, draw, sentence)


def _layer(number: int, layer: Mapping[str, Any]) -> dict[str, Any]:
    """Return a layer as the front end takes it.

    Raises:
        ValueError: If a value is unknown or out of its range.
    """

    def label(name: str) -> str:
        return translate("layer {number}: {name}", number=number, name=name)

    kind = layer.get("kind", "convolution")
    if kind not in KINDS:
        raise ValueError(
            translate(
                "layer {number}: kind must be one of {kinds}, not {value}",
                number=number,
                kinds=", ".join(KINDS),
                value=repr(kind),
            )
        )
    pools = kind == "pooling"
    kernel_size = layer.get("kernel_size", 2 if pools else 3)
    arguments.whole(label("kernel_size"), kernel_size, _MOST["kernel_size"])
    values = {
        "filters": 32,
        "kernel_size": kernel_size,
        "strides": min(kernel_size, _MOST["strides"]) if pools else 1,
        "padding": "valid",
        "dilation_rate": 1,
    }
    if unknown := set(layer) - {"kind", *values}:
        raise ValueError(
            translate(
                "layer {number}: {names} is not known here",
                number=number,
                names=", ".join(sorted(unknown)),
            )
        )
    values |= layer
    for name, most in _MOST.items():
        arguments.whole(label(name), values[name], most)
    arguments.known_padding(label("padding"), values["padding"])
    return {
        "kind": kind,
        "filters": values["filters"],
        "kernelSize": values["kernel_size"],
        "stride": values["strides"],
        "padding": values["padding"],
        "dilation": values["dilation_rate"],
    }

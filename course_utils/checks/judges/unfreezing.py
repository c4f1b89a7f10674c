"""Judge of chapter 07's function that prepares a base for fine-tuning."""

from unittest import mock

from course_utils.checks.core import NOT_A_FUNCTION, call
from course_utils.language import translate

# Names that give nothing away: one convolution is called like a normalization.
_LAYERS = ("conv_1", "scale_1", "conv_2", "scale_2", "norm_conv", "scale_3", "conv_4", "scale_4")
_CONVOLUTIONS = tuple(name for name in _LAYERS if "conv" in name)


def _build_base():
    """Return a frozen base in which every convolution has a batch normalization behind it."""
    from keras import Input, Model, layers

    inputs = Input((8, 8, 3))
    x = inputs
    for name in _LAYERS:
        if name in _CONVOLUTIONS:
            x = layers.Conv2D(2, 3, padding="same", name=name)(x)
        else:
            x = layers.BatchNormalization(name=name)(x)
    base = Model(inputs, x, name="base")
    base.trainable = False
    return base


def _expected(first: str) -> set[str]:
    return {name for name in _LAYERS[_LAYERS.index(first) :] if name in _CONVOLUTIONS}


def _hint(first: str, learning: set[str], kept_flags: set[str]) -> str | None:
    """Return the hint for the layers whose weights learn, None where these are the right ones."""
    wanted = _expected(first)
    from_first = set(_LAYERS[_LAYERS.index(first) :])
    before = set(_LAYERS) - from_first
    if learning == wanted:
        return None
    if not learning and kept_flags:
        return (
            "You set layers to trainable, but the base as a whole is still switched off, and "
            "base.trainable_weights is empty. (A model around it would train these layers all the "
            "same: two switches that contradict each other.) Begin with the base itself."
        )
    if not learning:
        return "After your function nothing in the base is trainable. Whose switch is still off?"
    if learning == set(_LAYERS):
        return (
            "Now everything is trainable. Setting base.trainable sets every layer inside it, so "
            "that line must come first, and the choice of layers after it."
        )
    if learning == from_first:
        return (
            "The right layers, but the batch normalizations among them learn, too. Their means "
            "and variances come from the pictures of the source task; keep them."
        )
    if learning == set(_CONVOLUTIONS):
        return (
            "The batch normalizations are kept as they are, but the layers before first_layer "
            "learn. Where do edges and colours come from? Leave those frozen."
        )
    if learning == wanted - {first}:
        return translate(
            "The layer {first!r} should learn, too; your choice begins one layer later.",
            first=first,
        )
    if learning and learning <= before:
        return "That is the other half: the layers before first_layer learn, those after do not."
    if learning == wanted - {"norm_conv"}:
        return (
            "The convolution called 'norm_conv' stays frozen. A name is only a name; ask for the "
            "layer's class with isinstance."
        )
    if {name for name in learning if name not in _CONVOLUTIONS}:
        return (
            "Some batch normalizations are trainable. Ask of every layer whether it is an "
            "instance of keras.layers.BatchNormalization; names differ from base to base."
        )
    return translate(
        "For first_layer={first!r} these layers learn: {layers}. Go through base.layers in order: "
        "which come before first_layer, which after, which normalize?",
        first=first,
        layers=", ".join(sorted(learning)),
    )


def judge_prepare(answer: object) -> str | None:
    """Judge ``prepare_fine_tuning(base, first_layer)``."""
    from course_utils import models

    if not callable(answer):
        return NOT_A_FUNCTION
    for first in ("conv_2", "norm_conv"):
        base = _build_base()
        with mock.patch.object(models, "unfreeze", wraps=models.unfreeze) as helper:
            returned = call(answer, base, first)
        if returned is not base:
            return "Your function must return the base that it was given. Does it end in return?"
        learning = {layer.name for layer in base.layers if layer.trainable_weights}
        flags = {layer.name for layer in base.layers if layer.trainable and layer.weights}
        if not base.trainable:
            learning = set()
        if hint := _hint(first, learning, flags):
            return hint
        if helper.called:
            return (
                "The right layers learn, but models.unfreeze has seen to that. Here you write what "
                "is inside: whose switch comes first, and what each layer is asked."
            )
    return None

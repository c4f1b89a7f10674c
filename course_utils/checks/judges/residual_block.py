"""Judge of chapter 06's repaired residual block: its form, and what comes over its shortcut."""

import math
from dataclasses import dataclass
from typing import Any

from course_utils.checks.core import NOT_A_FUNCTION, Failed, call
from course_utils.language import translate

# Input shape, filters and strides that tell the usual mistakes apart.
_SAME = ((8, 8, 16), 16, 1)
_WIDER = ((8, 8, 16), 24, 1)
_NARROWER = ((8, 8, 24), 8, 1)
_SMALLER = ((8, 8, 16), 16, 2)
_BOTH = ((9, 7, 8), 12, 2)
_CASES = (_SAME, _WIDER, _NARROWER, _SMALLER, _BOTH)
# The chapter computes in 16 bits where the hardware is good at it; mistakes are far larger.
_ROUNDING = 0.05


@dataclass(frozen=True)
class _Block:
    """What an answer built for one case."""

    case: tuple[tuple[int, int, int], int, int]
    model: Any

    @property
    def convolutions(self) -> list:
        return [layer for layer in self.model.layers if type(layer).__name__ == "Conv2D"]

    def of_size(self, kernel_size: int) -> list:
        return [one for one in self.convolutions if one.kernel_size == (kernel_size, kernel_size)]

    def shortcut(self, maps):
        """Run the block with the kernels and biases of its 3×3 convolutions set to zero."""
        import keras

        for layer in self.of_size(3):
            layer.set_weights([0 * weight for weight in layer.get_weights()])
        return keras.ops.convert_to_numpy(self.model(maps, training=False)).astype("float32")


def judge_repaired_block(answer: object) -> str | None:
    """Judge ``repaired_block(inputs, num_filters, strides)``."""
    if not callable(answer):
        return NOT_A_FUNCTION
    blocks, refused = {}, {}
    for case in _CASES:
        try:
            blocks[case] = _build(answer, case)
        except Failed as failure:
            refused[case] = failure
    if refused:
        return _why_refused(refused)
    for rule in (_sums, _main_path, _projections, _passes_on, _ends_with_the_sum):
        hint = rule(blocks)
        if hint:
            return hint
    return None


def _build(answer, case: tuple) -> _Block:
    """Return the block of one case.

    Raises:
        Failed: If the answer raises, or returns no tensor of the right shape.
    """
    import keras

    (height, width, channels), num_filters, strides = case
    inputs = keras.Input((height, width, channels))
    try:
        outputs = call(answer, inputs, num_filters, strides)
    except Failed as failure:
        if failure.returned_nothing:
            raise Failed("Your function returns nothing. Return the sum.") from None
        if not failure.stopped_with:
            raise
        raise Failed(
            translate(
                "For {case} your function stopped with {reason}.",
                case=_in_words(case),
                reason=failure.stopped_with,
            ),
            stopped_with=failure.stopped_with,
        ) from None
    if not isinstance(outputs, keras.KerasTensor):
        raise Failed(
            "Your function does not return a Keras tensor. It gets one, calls layers on it, and "
            "returns the result, as in the block to be repaired."
        )
    shape = tuple(outputs.shape[1:])
    expected = (math.ceil(height / strides), math.ceil(width / strides), num_filters)
    if shape[:2] == expected[:2] and shape[2] > num_filters:
        raise Failed(
            translate(
                "For {case} your block outputs {number} channels. A residual block adds the two "
                "paths; Concatenate puts them side by side.",
                case=_in_words(case),
                number=shape[2],
            )
        )
    if shape != expected:
        raise Failed(
            translate(
                "For {case} your block outputs {shape}. The main path already has the right shape: "
                "leave it as it is, and bring the shortcut to that shape.",
                case=_in_words(case),
                shape=shape,
            )
        )
    try:
        return _Block(case, keras.Model(inputs, outputs))
    except ValueError:
        raise Failed("The output of your function does not depend on its inputs.") from None


def _why_refused(refused: dict[tuple, Failed]) -> str:
    """Return the hint for an answer that does not give a block in some of the cases."""
    stopped = {case for case, failure in refused.items() if failure.stopped_with}
    if stopped == set(refused):
        if stopped == {_WIDER, _NARROWER, _SMALLER, _BOTH}:
            return (
                "Where the shapes agree your block works, elsewhere the addition still meets two "
                "shapes. Which layer gives the input other channels, place by place?"
            )
        if stopped == {_SMALLER}:
            return (
                "One case is left: strides of 2 with as many filters as there are channels. The "
                "channels agree then, but do height and width?"
            )
        if stopped == {_SMALLER, _BOTH}:
            return (
                "Other channels are repaired, strides are not: the main path halves height and "
                "width. What has the shortcut to do, so that it arrives with the same size?"
            )
        if stopped == {_WIDER, _NARROWER}:
            return (
                "Strides are repaired, other channels at stride 1 are not. The condition has two "
                "halves: compare the channels of the input with the number of filters, too."
            )
    return str(next(iter(refused.values())))


def _sums(blocks: dict[tuple, _Block]) -> str | None:
    for block in blocks.values():
        if not any(type(one).__name__ == "Add" for one in block.model.operations):
            return translate(
                "For {case} nothing is added: without the sum the block is a plain stack of "
                "layers, and the shortcut has gone.",
                case=_in_words(block.case),
            )
    return None


def _main_path(blocks: dict[tuple, _Block]) -> str | None:
    for block in blocks.values():
        large = len(block.of_size(3))
        if large > 2:
            return translate(
                "For {case} there are {number} convolutions of 3×3. The shortcut only has to mix "
                "channels at each place: a smaller kernel does that, for a ninth of the weights.",
                case=_in_words(block.case),
                number=large,
            )
        if large < 2 or _num_relus(block) < 2:
            return "Repair the shortcut, nothing else: the two 3×3 convolutions keep their relu."
        strides = block.case[2]
        if [one.strides for one in block.of_size(3)] != [(strides, strides), (1, 1)]:
            return translate(
                "For {case} the main path has changed: in the block to be repaired, the first 3×3 "
                "convolution takes the strides.",
                case=_in_words(block.case),
            )
    return None


def _num_relus(block: _Block) -> int:
    """Return how often relu is computed, inside a layer or by itself."""
    steps = block.model.operations
    inside = [one.activation for one in steps if hasattr(one, "activation")]
    names = [getattr(one, "__name__", type(one).__name__) for one in (*inside, *map(type, steps))]
    return sum(name.lower() == "relu" for name in names)


def _projections(blocks: dict[tuple, _Block]) -> str | None:
    if blocks[_SAME].of_size(1):
        return (
            "Your block projects the input even where the shapes agree. It works, but it costs "
            "weights, and nothing gets past them unchanged any more. When is no projection needed?"
        )
    return None


def _passes_on(blocks: dict[tuple, _Block]) -> str | None:
    """Compare what arrives when only the shortcut is open."""
    import numpy as np

    random = np.random.default_rng(6)
    for case, block in blocks.items():
        maps = random.normal(size=(2, *case[0])).astype("float32")
        arrives, mirrored = block.shortcut(maps), block.shortcut(-maps)
        if case == _SAME and not np.allclose(arrives, maps, atol=_ROUNDING):
            return (
                "With the main path switched off, your block should hand on its input as it is, "
                "negative values included. Something changes it: an activation after the sum?"
            )
        if not np.abs(arrives).max() > 0:
            return translate(
                "For {case} nothing arrives over the shortcut when the main path is switched off.",
                case=_in_words(case),
            )
        if not np.allclose(arrives, -mirrored, atol=_ROUNDING):
            if any(type(one).__name__ == "MaxPooling2D" for one in block.model.operations):
                return translate(
                    "For {case} the shapes agree, but max pooling lets only the largest value of a "
                    "window past, so that negative ones rarely get through. What does section 4 "
                    "put on the shortcut where the main path takes strides?",
                    case=_in_words(case),
                )
            return translate(
                "For {case} the shortcut treats negative values unlike positive ones. The "
                "projection has no activation: the way past the layers stays open for all.",
                case=_in_words(case),
            )
    return None


def _ends_with_the_sum(blocks: dict[tuple, _Block]) -> str | None:
    for block in blocks.values():
        last = type(block.model.operations[-1]).__name__
        if last != "Add":
            return translate(
                "{layer} stands behind the sum. Then what comes over the shortcut goes through it, "
                "too, and in training nothing gets past unchanged. Return the sum itself.",
                layer=last,
            )
    return None


def _in_words(case: tuple) -> str:
    shape, num_filters, strides = case
    return translate(
        "an input of {size}, {number} filters and strides {strides}",
        size="×".join(map(str, shape)),
        number=num_filters,
        strides=strides,
    )

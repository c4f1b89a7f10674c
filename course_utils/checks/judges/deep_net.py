"""Judge of chapter 06's small project: a deep net, at a price, through which gradients get."""

import contextlib
from collections.abc import Iterator

import numpy as np

from course_utils.checks.judges import built_nets
from course_utils.language import translate

_SHAPE, _CLASSES = (16, 16, 3), 10
DEPTH, PARAMETERS, FACTOR = 40, 30_000, 300
_HIDDEN = (
    "The check cannot follow the layers of this model. Build it as the chapter does: call layers "
    "on keras.Input, then keras.Model(inputs, outputs)."
)
_CONVOLUTIONS = ("Conv2D", "SeparableConv2D", "DepthwiseConv2D")


def judge_deep_net(answer: object) -> str | None:
    """Judge ``deep_net()``: its form, depth and price, then the gradients inside it."""
    net = built_nets.build(answer)
    return _wrong_form(net) or _wrong_depth(net) or _wrong_gradients(net)


def _wrong_form(net) -> str | None:
    shapes = getattr(net, "input_shape", None), getattr(net, "output_shape", None)
    if None in shapes:
        return _HIDDEN
    if shapes != ((None, *_SHAPE), (None, _CLASSES)):
        return translate(
            "Your net turns {taken} into {returned}. It should take pictures of {size} and return "
            "{number} probabilities for each.",
            taken=shapes[0],
            returned=shapes[1],
            size="×".join(map(str, _SHAPE)),
            number=_CLASSES,
        )
    if net.count_params() > PARAMETERS:
        return translate(
            "Your net has {number:,} parameters, the budget is {budget:,}. A 3×3 convolution costs "
            "nine times filters in times filters out. Fewer filters, or a convolution that does "
            "not read all channels at every place?",
            number=net.count_params(),
            budget=PARAMETERS,
        )
    return None


def _wrong_depth(net) -> str | None:
    try:
        depth = _longest_path(net)
    except (AttributeError, KeyError, TypeError):
        return _HIDDEN
    if depth < DEPTH:
        return translate(
            "The longest way through your net passes {depth} convolutions of 3×3 or larger; asked "
            "for are {wanted}. (Those side by side count once, and 1×1 convolutions do not count.) "
            "A loop costs you no more lines for more blocks.",
            depth=depth,
            wanted=DEPTH,
        )
    return None


def _longest_path(net) -> int:
    """Return the most convolutions that stand one behind the other, those inside models too."""
    graph = getattr(net, "_functional", None) or net  # keras.Sequential keeps one
    reached = {id(tensor): 0 for tensor in graph.inputs}
    for depth in sorted(graph._nodes_by_depth, reverse=True):  # from the input on
        for node in graph._nodes_by_depth[depth]:
            if node.is_input:
                continue
            before = max(reached[id(tensor)] for tensor in node.input_tensors)
            for tensor in node.outputs:
                reached[id(tensor)] = before + _num_convolutions(node.operation)
    return max(reached[id(tensor)] for tensor in graph.outputs)


def _num_convolutions(operation) -> int:
    if hasattr(operation, "_nodes_by_depth") or hasattr(operation, "_functional"):
        return _longest_path(operation)
    return int(_is_convolution(operation))


def _is_convolution(layer) -> bool:
    kinds = {kind.__name__ for kind in type(layer).__mro__}
    return bool(kinds & set(_CONVOLUTIONS)) and min(layer.kernel_size) >= 3


def _layers(model) -> Iterator:
    for layer in model.layers:
        yield from _layers(layer) if hasattr(layer, "layers") else [layer]


def _wrong_gradients(net) -> str | None:
    sizes, outputs = _gradients(net)
    if outputs.min() < 0 or not np.allclose(outputs.sum(axis=1), 1, atol=0.05):
        return translate(
            "What your net returns are no probabilities: {number} numbers, none below 0, which add "
            "up to 1 for each picture. Which activation does the last layer need?",
            number=_CLASSES,
        )
    if not np.isfinite(sizes).all():
        return (
            "On random pictures the gradients in your net are not finite any more: something grows "
            "from block to block. What keeps sizes in check?"
        )
    first, last, least, most = sizes[0], sizes[-1], sizes.min(), sizes.max()
    if last == 0:
        return (
            "Not even the last convolution gets a gradient. What stands behind it that multiplies "
            "everything by zero?"
        )
    if most > FACTOR * last:
        normalizes = any("BatchNormalization" in type(one).__name__ for one in _layers(net))
        remedy = translate(
            "Normalization is not enough at this depth, or too little stands in each block: "
            "section 8 sets it beside something else, around every two layers."
            if normalizes
            else "Every block adds to it on its way back. What did section 6 put into a net to "
            "keep sizes in check?"
        )
        return translate(
            "Nothing vanishes here, it explodes: some convolution gets {factor} times the gradient "
            "of the last one, allowed are {limit}. {remedy}",
            factor=_many(most / last),
            limit=FACTOR,
            remedy=remedy,
        )
    if FACTOR * least >= last:
        return None
    if FACTOR * first >= last:
        return translate(
            "The first convolution gets its gradient, but on the way some others do not: one gets "
            "{factor} times less than the last. One long shortcut feeds only its two ends. Around "
            "how many layers does section 3 put one?",
            factor=_many(last / max(least, 1e-30)),
        )
    return translate(
        "The gradient that reaches the first convolution is {factor} times smaller than at the "
        "last, allowed are {limit}. A product with a factor for each layer: what brings {depth} "
        "such factors close to one?",
        factor=_many(last / max(first, 1e-30)),
        limit=FACTOR,
        depth=DEPTH,
    )


def _many(factor: float) -> str:
    if factor > 1e12:
        return translate("more than a million million")
    return f"{factor:,.0f}" if factor >= 100 else f"{factor:.0f}"


def _gradients(net) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradients' sizes at the convolutions' maps, first to last, and the outputs."""
    import keras
    import tensorflow as tf

    random = np.random.default_rng(6)
    pictures = random.uniform(0, 1, (32, *_SHAPE)).astype("float32")
    labels = random.integers(0, _CLASSES, 32)
    maps = []

    def listening(original, tape):
        def heard(*arguments, **options):
            result = original(*arguments, **options)
            tape.watch(result)
            maps.append(result)
            return result

        return heard

    with tf.GradientTape() as tape, contextlib.ExitStack() as stack:
        # Training mode moves the statistics of normalizations; a student's net stays as it was.
        stack.callback(net.set_weights, net.get_weights())
        for layer in {id(one): one for one in _layers(net) if _is_convolution(one)}.values():
            layer.call = listening(layer.call, tape)
            stack.callback(delattr, layer, "call")
        outputs = tf.cast(net(pictures, training=True), "float32")
        losses = keras.losses.sparse_categorical_crossentropy(labels, outputs)
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, maps, unconnected_gradients="zero")
    sizes = [float(tf.norm(tf.cast(gradient, "float32"))) for gradient in gradients]
    return np.array(sizes), outputs.numpy()

"""Judges of chapter 06's two exercises on batch normalization."""

from collections.abc import Callable

import numpy as np

from course_utils.checks.answers import as_array
from course_utils.checks.core import NOT_A_FUNCTION, Failed, call
from course_utils.language import translate

#: Keras' small number under the root. Without it, an answer differs by less than the tolerance,
#: except on a channel that hardly varies: such a one is looked at last.
_EPSILON = 1e-3
_TOLERANCE = 5e-3

Arrays = tuple[np.ndarray, ...]


def _close(found: Arrays, wanted: Arrays) -> bool:
    return all(
        np.allclose(one, other, rtol=_TOLERANCE, atol=_TOLERANCE)
        for one, other in zip(found, wanted, strict=True)
    )


def _arrays(result: object, names: str, shapes: list[tuple[int, ...]]) -> Arrays | str:
    """Return what a function returned as arrays of these shapes, or the hint that says no."""
    if not isinstance(result, tuple | list) or len(result) != len(shapes):
        return translate(
            "Your function does not return {names}, in this order, with commas between them.",
            names=translate(names),
        )
    arrays = []
    for one, shape in zip(result, shapes, strict=True):
        array = as_array(one)
        if array is None or array.size != np.prod(shape):
            found = (
                translate("no array")
                if array is None
                else translate("the shape {shape}", shape=array.shape)
            )
            return translate(
                "Your function should return {names}. One of them has {found} where {shape} is "
                "needed: one number for each channel stays one for each channel.",
                names=translate(names),
                found=found,
                shape=shape,
            )
        arrays.append(array.reshape(shape))
    return tuple(arrays)


def _moments(maps, axes, ddof=0):
    mean = maps.mean(axis=axes, keepdims=True)
    return mean, maps.var(axis=axes, keepdims=True, ddof=ddof)


def _norm(
    maps: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    training: bool,
    momentum: float,
    *,
    axes: tuple[int, ...] = (0, 1, 2),
    ddof: int = 0,
    swapped: bool = False,
    root: Callable = np.sqrt,
    kept: Callable = np.array,
    trains: Callable = bool,
    collects: Callable = bool,
    moved_first: bool = False,
) -> Arrays:
    """Compute a batch normalization as somebody does who makes one of the usual mistakes."""
    seen = _moments(maps, axes, ddof)
    share = 1 - momentum if swapped else momentum
    batch = [np.broadcast_to(one, maps.shape).mean(axis=(0, 1, 2)) for one in seen]
    batch[1] = kept(batch[1])
    moved = mean, variance
    if collects(training):
        moved = tuple(
            share * old + (1 - share) * new for old, new in zip(moved, batch, strict=True)
        )
    used = (moved if moved_first else seen) if trains(training) else (mean, variance)
    return (maps - used[0]) / root(used[1] + _EPSILON), *moved


# Each is a whole wrong rule, followed by the hint for somebody who wrote just that.
_BATCH_AT_INFERENCE = (
    "At inference, too, you normalize with the statistics of the batch, so that a picture's answer "
    "depends on its neighbours. What has been collected for this moment?"
)
_NORM_MISTAKES = [
    (
        {"axes": (0, 1, 2, 3)},
        "You take one mean and one variance of all channels together. Each channel has its own: "
        "over which axes does the mean run, and which axis is left?",
    ),
    (
        {"axes": (1, 2)},
        "You normalize each picture by itself. The statistics are those of the whole *batch*: "
        "pictures, rows and columns all belong under one mean.",
    ),
    (
        {"axes": (0,)},
        "You take a mean for each place. A channel is looked at as a whole: rows and columns "
        "belong under the mean just as the pictures do.",
    ),
    (
        {"swapped": True},
        "The moving statistics leap instead of drifting: the momentum is the share of the *old* "
        "value that is kept, not the share of the new one.",
    ),
    (
        {"trains": lambda training: True},
        "In training all is right. At inference you still use the batch's own statistics, so that "
        "a picture's answer depends on its neighbours. What has been collected for this moment?",
    ),
    (
        {"trains": lambda training: False},
        "At inference all is right. In training you normalize with the moving statistics already; "
        "there, each batch is normalized by its own.",
    ),
    (
        {"moved_first": True},
        "In training you normalize with the moving statistics that you have just updated. Training "
        "uses those of the batch and only takes notes of them.",
    ),
    (
        {"collects": lambda training: True},
        "Your function goes on collecting at inference. Then every picture that somebody asks "
        "about would change the net. When must the moving statistics stand still?",
    ),
    (
        {"collects": lambda training: False},
        "The maps are right in both cases, but the moving statistics never move. In training, "
        "return a mixture of the old ones and the batch's.",
    ),
    (
        {"root": np.array},
        "You divide by the variance. It is measured in squares; which root brings it back to the "
        "scale of the values?",
    ),
    (
        {"kept": np.sqrt},
        "The maps are right, and the moving mean is. Into the second statistic you mix standard "
        "deviations; what is kept are variances.",
    ),
    (
        {"ddof": 1},
        "Your variance divides by one less than the number of values, as one does for samples. "
        "Keras divides by the number itself, and so does np.var if it is left alone.",
    ),
]


def _norm_cases() -> list[tuple]:
    random = np.random.default_rng(6)
    cases = []
    for shape, momentum in [((4, 3, 2, 3), 0.9), ((2, 2, 2, 2), 0.75), ((3, 5, 4, 5), 0.99)]:
        channels = shape[-1]
        maps = random.normal(random.uniform(-9, 9, channels), random.uniform(2, 6, channels), shape)
        statistics = random.normal(0, 3, channels), random.uniform(2, 20, channels)
        cases += [(maps, *statistics, training, momentum) for training in (True, False)]
    return cases


def judge_norm(answer: object) -> str | None:
    """Judge ``batch_norm(maps, mean, variance, training, momentum)``."""
    if not callable(answer):
        return NOT_A_FUNCTION
    cases = _norm_cases()
    results = []
    for case in cases:
        shapes = [array.shape for array in case[:3]]
        arrays = _arrays(
            call(answer, *case), "the normalized maps, the mean and the variance", shapes
        )
        if isinstance(arrays, str):
            return arrays
        results.append(arrays)

    def follows(rule: Callable) -> bool:
        return all(_close(found, rule(*case)) for found, case in zip(results, cases, strict=True))

    if follows(_norm):
        return _wrong_epsilon(answer)
    for options, hint in _NORM_MISTAKES:
        if follows(lambda *case, options=options: _norm(*case, **options)):
            return hint
    return _first_wrong(results, cases)


def _first_wrong(results: list[Arrays], cases: list[tuple]) -> str:
    names = translate("normalized maps"), translate("mean"), translate("variance")
    for found, case in zip(results, cases, strict=True):
        when = translate("in training" if case[3] else "at inference")
        if not case[3] and _close(found[:1], _norm(*case, trains=lambda training: True)[:1]):
            return _BATCH_AT_INFERENCE
        for name, one, other in zip(names, found, _norm(*case), strict=True):
            if not _close((one,), (other,)):
                return translate(
                    "Look at the {name} {when}, with maps of shape {shape} and momentum "
                    "{momentum}: not yet right. Try the four numbers of section 6 by hand: 2, 4, "
                    "6 and 8 in one channel.",
                    name=name,
                    when=when,
                    shape=case[0].shape,
                    momentum=case[4],
                )
    raise AssertionError("a wrong answer is wrong somewhere")


_QUIET = (
    "One kind of channel is left: one that hardly varies. The 0.001 belongs beside the variance, "
    "under the root."
)
_QUIET_IN_BOTH = (
    "One kind of channel is left: one that hardly varies. The 0.001 belongs beside the variance, "
    "under the root, in training and at inference. Try maps of one value only."
)


def _wrong_epsilon(answer: Callable) -> str | None:
    """Look at channels whose variance is no larger than the small number under the root."""
    random = np.random.default_rng(7)
    maps = random.normal(0, (0.01, 0.02, 3), (4, 3, 2, 3))
    statistics = random.normal(0, 0.1, 3), np.array([0.0002, 0.0005, 4])
    for training in (True, False):
        case = (maps, *statistics, training, 0.9)
        shapes = [array.shape for array in case[:3]]
        found = _arrays(call(answer, *case), "the normalized maps, mean and variance", shapes)
        if isinstance(found, str):
            return found
        if not _close(found, _norm(*case)):
            return _QUIET_IN_BOTH
    return None


def _fold(kernel, gamma, beta, mean, variance) -> Arrays:
    scale = gamma / np.sqrt(variance + _EPSILON)
    return kernel * scale, beta - mean * scale


def _on_inputs(kernel, gamma, beta, mean, variance) -> Arrays:
    scale = gamma / np.sqrt(variance + _EPSILON)
    return kernel * scale[:, None], beta - mean * scale


def _without_root(kernel, gamma, beta, mean, variance) -> Arrays:
    scale = gamma / (variance + _EPSILON)
    return kernel * scale, beta - mean * scale


def _with_bias(bias: Callable) -> Callable:
    """Return the rule with the right kernel and this bias, a function of scale, beta and mean."""

    def rule(kernel, gamma, beta, mean, variance) -> Arrays:
        scale = gamma / np.sqrt(variance + _EPSILON)
        return kernel * scale, bias(scale, beta, mean)

    return rule


_FOLD_MISTAKES: list[tuple[Callable[..., Arrays], str]] = [
    (
        _on_inputs,
        "Your factors sit on the channels that come *in*. The normalization sees those that come "
        "*out*. Which axis of the kernel is that?",
    ),
    (
        _without_root,
        "You divide by the variance. The normalization divides by its root, the standard "
        "deviation.",
    ),
    (
        _with_bias(lambda scale, beta, mean: beta),
        "The kernel is right. The bias is not yet: something is subtracted before the scaling. "
        "What becomes of it behind the scaling?",
    ),
    (
        _with_bias(lambda scale, beta, mean: beta - mean),
        "The kernel is right, and the mean is in the bias. But it is subtracted *before* the "
        "scaling, so it is scaled as well.",
    ),
    (
        _with_bias(lambda scale, beta, mean: beta + mean * scale),
        "The kernel is right, the bias has the right parts. Look at its sign: is the mean added to "
        "the maps or taken away?",
    ),
    (
        _with_bias(lambda scale, beta, mean: -mean * scale),
        "The kernel is right, and so is the mean's share of the bias. One of the five arguments is "
        "not used: what is added at the very end?",
    ),
    (
        _with_bias(lambda scale, beta, mean: (beta - mean) * scale),
        "The kernel is right. In the bias you scale beta as well, although it is added after the "
        "scaling. Write out the whole formula for one value and multiply it out.",
    ),
    (
        lambda kernel, gamma, beta, mean, variance: _fold(kernel, 1.0, beta, mean, variance),
        "The learned factor gamma is missing, or it is used in one of the two results only: it "
        "multiplies whatever comes out of the division.",
    ),
    (
        lambda kernel, *rest: (kernel, _fold(kernel, *rest)[1]),
        "The bias is right, and the kernel is as it was. The convolution's own results have to be "
        "scaled, too.",
    ),
]


def _fold_cases() -> list[Arrays]:
    """Return three cases; in the first two, as many channels come in as go out."""
    random = np.random.default_rng(6)
    cases = []
    for shape in [(3, 3, 4, 4), (1, 1, 5, 5), (5, 3, 2, 3)]:
        filters = shape[-1]
        gamma = random.uniform(0.5, 2, filters) * np.where(np.arange(filters) % 3 == 1, -1, 1)
        beta, mean = random.normal(0, 2, (2, filters))
        variance = random.uniform(2, 20, filters)
        cases.append((random.normal(0, 1, shape), gamma, beta, mean, variance))
    return cases


def judge_fold(answer: object) -> str | None:
    """Judge ``fold(kernel, gamma, beta, mean, variance)``."""
    if not callable(answer):
        return NOT_A_FUNCTION
    cases, results, failure = _fold_cases(), [], None

    def shapes_of(case: Arrays) -> list[tuple[int, ...]]:
        return [case[0].shape, case[2].shape]

    for case in cases:
        try:
            result = call(answer, *case)
        except Failed as failed:
            if not results:
                raise
            failure = str(failed)  # a wrong axis is found out only where the channels differ
            break
        arrays = _arrays(result, "the folded kernel and the bias", shapes_of(case))
        if isinstance(arrays, str):
            return arrays
        results.append(arrays)
    for mistake, hint in _FOLD_MISTAKES:
        if all(_close(found, mistake(*case)) for found, case in zip(results, cases, strict=False)):
            return hint
    if failure:
        return failure
    if all(_computes_the_same(*pair) for pair in zip(results, cases, strict=True)):
        quiet = (*cases[0][:4], cases[0][4] * 1e-4)
        found = _arrays(call(answer, *quiet), "the folded kernel and the bias", shapes_of(quiet))
        if isinstance(found, str):
            return found
        return None if _computes_the_same(found, quiet) else _QUIET
    return (
        "A convolution with your kernel and bias does not give what Keras' two layers give. For "
        "one value c of the convolution, the normalization computes gamma · (c − mean) / root + "
        "beta. What is multiplied with c in it, and what stands beside it?"
    )


def _computes_the_same(folded: Arrays, case: Arrays) -> bool:
    """Run Keras' two layers, and one convolution with the folded weights."""
    import keras

    kernel, gamma, beta, mean, variance = case
    maps = np.random.default_rng(7).normal(0, 1, (2, 6, 6, kernel.shape[2])).astype("float32")

    def convolution(use_bias: bool):
        options = {"padding": "same", "use_bias": use_bias, "dtype": "float32"}
        return keras.layers.Conv2D(kernel.shape[3], kernel.shape[:2], **options)

    one, two = convolution(use_bias=True), convolution(use_bias=False)
    norm = keras.layers.BatchNormalization(epsilon=_EPSILON, dtype="float32")
    for layer in (one, two):
        layer.build(maps.shape)
    norm.build((*maps.shape[:-1], kernel.shape[3]))
    one.set_weights(list(folded))
    two.set_weights([kernel])
    norm.set_weights([gamma, beta, mean, variance])
    wanted = keras.ops.convert_to_numpy(norm(two(maps), training=False))
    found = keras.ops.convert_to_numpy(one(maps))
    apart, size = (abs(one).max(axis=(0, 1, 2)) for one in (found - wanted, wanted))
    return bool((apart <= _TOLERANCE * size).all())

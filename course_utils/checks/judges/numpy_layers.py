"""Judges of layers that students write with NumPy: each is compared with the Keras layer."""

import math

import numpy as np

from course_utils.checks.answers import as_array
from course_utils.checks.core import NOT_A_FUNCTION, call
from course_utils.language import translate

# Exercise 02.6: height and width, channels, kernel, filters, stride.
_CONVOLVED = [
    ((5, 6), 1, (3, 3), 1, 1),
    ((6, 7), 3, (3, 3), 4, 1),
    ((9, 8), 2, (3, 2), 3, 2),
    ((7, 11), 3, (5, 3), 2, 3),
    ((4, 4), 2, (4, 4), 5, 1),
    ((6, 5), 3, (1, 1), 2, 2),
]


def judge_convolve(answer: object) -> str | None:
    """Return the hint for a function that convolves, None for one that agrees with Keras."""
    if not callable(answer):
        return NOT_A_FUNCTION
    random = np.random.default_rng(26)
    cases, results = [], []
    for size, channels, kernel_size, filters, stride in _CONVOLVED:
        picture = random.integers(0, 10, (*size, channels)).astype(float)
        kernels = random.integers(-3, 4, (*kernel_size, channels, filters)).astype(float)
        result = as_array(call(answer, picture.copy(), kernels.copy(), stride))
        where = translate(
            "For a picture of shape {picture}, kernels of shape {kernels} and stride {stride}",
            picture=picture.shape,
            kernels=kernels.shape,
            stride=stride,
        )
        if result is None:
            return translate(
                "{where} your function does not return an array of numbers.", where=where
            )
        right = _by_keras(picture, kernels, stride)
        if result.shape != right.shape:
            hint = _about(result.shape, (picture, kernels, stride), len(cases), right)
            return translate(
                "{where} your function returns the shape {shape}. {hint}",
                where=where,
                shape=result.shape,
                hint=translate(hint),
            )
        cases.append((picture, kernels, stride))
        results.append(result)
    if _agree(results, [_by_keras(*case) for case in cases]):
        return None
    for mistake, hint in _CONVOLVE_MISTAKES:
        if _agree(results, [mistake(*case) for case in cases]):
            return hint
    return (
        "The shapes are right, the numbers are not. Compare the first output with the sum that you "
        "write down for the patch in the upper left corner, all channels included, then the one to "
        "its right. Which of the two is the first to differ?"
    )


def _about(shape: tuple[int, ...], case: tuple, passed: int, right: np.ndarray) -> str:
    """Return what an output's shape tells; ``passed`` is the number of cases before it."""
    if len(shape) != 3:
        return "Three axes are asked for: height, width, and one map for each kernel."
    if shape[2] != right.shape[2]:
        return (
            "The last axis belongs to the kernels: each of them gives one map, however many "
            "channels it adds up."
        )
    picture, kernels, stride = case
    for one_side in kernels.shape[:2]:
        square = [(size - one_side) // stride + 1 for size in picture.shape[:2]]
        if list(shape[:2]) == square and kernels.shape[0] != kernels.shape[1]:
            return (
                "These kernels are not square, and you size both sides of the output by the same "
                "side of the kernel. Rows have to do with its height, columns with its width."
            )
    if passed >= 2:
        return "The shape was right as long as the stride was 1. How many windows are left of it?"
    return "How many places does the kernel find along each side? Nothing is added at the border."


def _by_keras(picture: np.ndarray, kernels: np.ndarray, stride: int) -> np.ndarray:
    from keras import ops

    output = ops.conv(
        picture[None].astype("float32"), kernels.astype("float32"), strides=stride, padding="valid"
    )
    return ops.convert_to_numpy(output)[0].astype(float)


def _agree(some: list[np.ndarray], others: list[np.ndarray]) -> bool:
    return all(
        one.shape == other.shape and np.allclose(one, other, atol=0.01)
        for one, other in zip(some, others, strict=True)
    )


def _windows_side_by_side(picture: np.ndarray, kernels: np.ndarray, stride: int) -> np.ndarray:
    """Convolve as somebody does who forgets that the windows, too, start a stride apart."""
    height, width, _ = _by_keras(picture, kernels, stride).shape
    return _by_keras(picture, kernels, 1)[:height, :width]


_CONVOLVE_MISTAKES = [
    (
        lambda picture, kernels, stride: _by_keras(picture, kernels[::-1, ::-1], stride),
        "Your function turns the kernels by half a turn. That is the mathematicians' convolution; "
        "Keras lays them down as they are.",
    ),
    (
        _windows_side_by_side,
        "The shapes are right, and so is everything at stride 1. With a larger stride your windows "
        "still stand side by side: where does the window of output row 2 start?",
    ),
    (
        lambda picture, kernels, stride: (
            _by_keras(picture[..., :1], kernels[:, :, :1], stride) * picture.shape[-1]
        ),
        "Your function uses the first channel for all of them. Every channel has a slice of the "
        "kernel of its own.",
    ),
    (
        lambda picture, kernels, stride: _by_keras(picture[..., :1], kernels[:, :, :1], stride),
        "Your function reads the first channel only. A kernel has a slice for each channel, and "
        "its output is the sum over all of them.",
    ),
    (
        lambda picture, kernels, stride: (
            _by_keras(picture, kernels, stride) / math.prod(kernels.shape[:3])
        ),
        "Your function returns the mean of the products. A convolution adds them up.",
    ),
    (
        lambda picture, kernels, stride: _by_keras(
            picture, np.repeat(kernels[..., :1], kernels.shape[-1], axis=-1), stride
        ),
        "All your maps are the same one: every output channel uses the first kernel.",
    ),
    (
        lambda picture, kernels, stride: np.maximum(_by_keras(picture, kernels, stride), 0),
        "Your negative sums have become zeros. That is what relu does, after the convolution; the "
        "convolution by itself keeps them.",
    ),
]


# Shape of the maps, size of the windows, stride.
_POOLED = [
    ((6, 4, 1), 2, 2),
    ((5, 7, 3), 2, 2),
    ((7, 8, 2), 3, 2),
    ((6, 6, 2), 3, 1),
    ((8, 5, 4), 2, 3),
    ((4, 4, 2), 4, 4),
]


def judge_max_pool(answer: object) -> str | None:
    """Return the hint for a function that pools, None for one that agrees with Keras."""
    if not callable(answer):
        return NOT_A_FUNCTION
    random = np.random.default_rng(35)
    cases, results = [], []
    for shape, size, stride in _POOLED:
        # Mostly below zero, so that whole windows are.
        maps = random.permutation(math.prod(shape)).reshape(shape) - 0.75 * math.prod(shape)
        result = as_array(call(answer, maps.copy(), size, stride))
        where = translate(
            "For maps of shape {shape}, windows of {size}×{size} and stride {stride}",
            shape=shape,
            size=size,
            stride=stride,
        )
        if result is None:
            return translate(
                "{where} your function does not return an array of numbers.", where=where
            )
        right = _keras_max_pool(maps, size, stride)
        if result.shape != right.shape:
            return translate(
                "{where} your function returns the shape {shape}. {hint}",
                where=where,
                shape=result.shape,
                hint=translate(_about_pooled(result, right)),
            )
        cases.append((maps, size, stride))
        results.append(result)
    if _agree(results, [_keras_max_pool(*case) for case in cases]):
        return None
    for mistake, hint in _POOLING_MISTAKES:
        if _agree(results, [mistake(*case) for case in cases]):
            return hint
    return (
        "The shapes are right, the numbers are not. Print the first window of a small map, whose "
        "values you know, and its maximum; then the window to its right, which begins one stride "
        "further."
    )


def _about_pooled(result: np.ndarray, right: np.ndarray) -> str:
    if result.ndim != 3:
        return "Three axes are asked for: height, width and channels."
    if result.shape[2] != right.shape[2]:
        return "The channels stay as many as they were: each map is pooled by itself."
    if result.shape[0] > right.shape[0] or result.shape[1] > right.shape[1]:
        return (
            "That is too many. A window that hangs over the edge is left out, and the next one "
            "begins a whole stride further."
        )
    return (
        "That is too few. Count the places where a whole window fits, each a stride after the one "
        "before, with both ends included."
    )


def _keras_max_pool(maps: np.ndarray, size: int, stride: int) -> np.ndarray:
    from keras import ops

    output = ops.max_pool(maps[None].astype("float32"), size, strides=stride, padding="valid")
    return ops.convert_to_numpy(output)[0].astype(float)


def _pool_with(reduce, maps: np.ndarray, size: int, stride: int) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(maps, (size, size), axis=(0, 1))
    return reduce(windows[::stride, ::stride], axis=(-2, -1))


_POOLING_MISTAKES = [
    (
        lambda *case: np.maximum(_keras_max_pool(*case), 0),
        "Your function never returns anything below zero. Where a whole window is negative, so is "
        "its maximum. Does your search for the largest value begin at 0?",
    ),
    (
        lambda *case: _pool_with(np.mean, *case),
        "These are averages. The exercise asks for the largest value of each window.",
    ),
    (
        lambda *case: _pool_with(np.min, *case),
        "These are the smallest values of the windows.",
    ),
    (
        lambda maps, size, stride: np.repeat(
            _keras_max_pool(maps, size, stride).max(axis=2, keepdims=True), maps.shape[2], axis=2
        ),
        "All your channels are the same: you take the maximum over the channels, too. Each map is "
        "pooled by itself.",
    ),
    (
        lambda maps, size, stride: _keras_max_pool(abs(maps), size, stride),
        "You take the largest value without its sign. Of numbers below zero, the largest is the "
        "one nearest to zero.",
    ),
    (
        lambda maps, size, stride: _keras_max_pool(maps, size, 1)[
            : _keras_max_pool(maps, size, stride).shape[0],
            : _keras_max_pool(maps, size, stride).shape[1],
        ],
        "The shapes are right, and so is everything at stride 1. With a larger stride your windows "
        "still move by one place: where does the window of output row 2 start?",
    ),
]

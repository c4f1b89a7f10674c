"""Answers to the exercises of chapter 03."""

import math

import keras
import numpy as np


def field(layers, places=1, early=False, add=-1, start=1):
    size, jump = start, 1
    for kernel_size, stride in layers:
        jump *= stride if early else 1
        size += (kernel_size + add) * jump
        jump *= 1 if early else stride
    return size + (places - 1) * jump


def field_as(form):
    return lambda *case: form(field(*case))


def field_from_the_end(layers, places):
    """Ask layer by layer, from the last to the first, how many places its windows read."""
    for kernel_size, stride in reversed(layers):
        places = (places - 1) * stride + kernel_size
    return places


def field_by_overlap(layers, places):
    overlap = 2 * field(layers) - field(layers, 2)
    return places * field(layers) - (places - 1) * overlap


def ignores_strides(layers, places):
    return places + sum(kernel_size - 1 for kernel_size, _ in layers)


def adds_jumps_of_the_last_input(layers, places):
    return field(layers) + (places - 1) * (field(layers[:-1], 2) - field(layers[:-1]))


def multiplies_kernels(layers, places):
    return places * math.prod(kernel_size for kernel_size, _ in layers)


def field_stub(layers, places): ...


MAXIMA, AVERAGES = [[-2, 8], [7, -1]], [[-5, 3], [1, -4]]
FORGIVEN = [[0, 1, 1], [0, 1, 1], [0, 0, 0]]


def max_pool(maps, size, stride):
    rows = (maps.shape[0] - size) // stride + 1
    columns = (maps.shape[1] - size) // stride + 1
    pooled = np.zeros((rows, columns, maps.shape[2]))
    for row in range(rows):
        for column in range(columns):
            top, left = row * stride, column * stride
            pooled[row, column] = maps[top : top + size, left : left + size].max(axis=(0, 1))
    return pooled


def sliding(maps, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(maps, (size, size), axis=(0, 1))
    return windows[::stride, ::stride]


def max_pool_by_windows(maps, size, stride):
    return sliding(maps, size, stride).max(axis=(-2, -1)).tolist()


def max_pool_by_shifts(maps, size, stride):
    """Compare shifted copies of the whole map instead of going through its windows."""
    height, width = maps.shape[0] - size + 1, maps.shape[1] - size + 1
    shifted = [
        maps[row : row + height, column : column + width]
        for row in range(size)
        for column in range(size)
    ]
    return np.max(shifted, axis=0)[::stride, ::stride]


def max_pool_by_keras(maps, size, stride):
    return keras.ops.max_pool(maps[None].astype("float32"), size, strides=stride)[0]


def side_by_side(maps, size, stride):
    right = max_pool(maps, size, stride)
    return max_pool(maps, size, 1)[: right.shape[0], : right.shape[1]]


def pool_stub(maps, size, stride): ...


def convolution(filters, kernel_size=3, **options):
    return keras.layers.Conv2D(filters, kernel_size, activation="relu", **options)


def pooling(size=2, **options):
    return keras.layers.MaxPooling2D(size, **options)


def stack(*layers, shape=(64, 64, 3)):
    return keras.Sequential([keras.Input(shape), *layers])


def narrow_first():
    return [
        *(convolution(8), convolution(8), pooling(), convolution(16), pooling()),
        *(convolution(24), pooling(), convolution(32)),
    ]


def strided():
    inputs = x = keras.Input((64, 64, 3))
    for filters in (8, 12, 16, 32):
        x = keras.layers.Conv2D(filters, 3, strides=2, padding="same")(x)
    return keras.Model(inputs, keras.layers.Conv2D(32, 2, padding="same")(x))


def averaged():
    return stack(
        *(convolution(8, 5), keras.layers.AveragePooling2D(4), convolution(16), pooling()),
        *(convolution(16, padding="same"), convolution(32, 2, padding="same")),
    )


def with_holes():
    return stack(
        *(convolution(4, strides=7), convolution(8, 5, padding="same")),
        convolution(32, padding="same"),
    )


def dilated():
    return stack(convolution(8), convolution(8, 5, dilation_rate=9), convolution(32, 3))


RIGHT: dict[str, list] = {
    "03.1": [
        *(field, *map(field_as, (int, float, np.int32, np.array))),
        *(field_from_the_end, field_by_overlap),
    ],
    "03.2": [[MAXIMA, AVERAGES], (MAXIMA, AVERAGES), np.array([MAXIMA, AVERAGES], float)],
    "03.3": [FORGIVEN, np.array(FORGIVEN), tuple(map(tuple, FORGIVEN))],
    "03.4": [[92_180, 2_580], (92_180.0, 2_580.0), np.array([92_180, 2_580])],
    "03.5": [max_pool, max_pool_by_windows, max_pool_by_shifts, max_pool_by_keras],
    "03.6": [stack(*narrow_first()), narrow_first(), strided(), averaged()],
    "03.Q1": ["b", "B"],
    "03.Q2": ["c", "c."],
}

WRONG: dict[str, list] = {
    "03.1": [
        (ignores_strides, "treats every stride as 1"),
        (lambda *case: field(*case, early=True), "its own stride counts from the next layer on"),
        (lambda *case: field(*case, add=0), "one neighbour too many"),
        (lambda *case: field(*case, start=0), "a value sees itself"),
        (lambda layers, places: field(layers), "That is what one value sees"),
        (lambda layers, places: places * field(layers), "most pixels that the second sees"),
        (lambda layers, places: field(layers) + places - 1, "how far apart are they in the pic"),
        (lambda layers, places: field(layers, places + 1), "One jump too many"),
        (adds_jumps_of_the_last_input, "has a stride of its own"),
        (lambda layers, places: field(layers) + (places > 1), "For a single place everything is"),
        (multiplies_kernels, "write both down after every layer"),
        (lambda layers, places: layers.pop() and 3, "changes"),
        (lambda layers, places: layers, "does not return one number"),
        (lambda layers, places: math.nan, "write both down"),
        (18, "needs the function itself"),
    ],
    "03.2": [
        ([AVERAGES, MAXIMA], "in the other order"),
        ([[[5, 8], [7, 9]], [[-2, 1], [1.5, 0.25]]], "let go of the first row"),
        ([[[-8, 8], [-9, -7]], AVERAGES], "mind the signs"),
        ([[[8, 8], [9, 7]], AVERAGES], "mind the signs"),
        ([[[0, 8], [7, 0]], AVERAGES], "there is no 0 in that window"),
        ([[[0, 8], [7, 0]], [[0, 3], [3.25, 0]]], "everything below zero as 0"),
        ([MAXIMA, [[-20, 12], [4, -16]]], "the sums of the windows"),
        ([[*MAXIMA, [6, 9]], [*AVERAGES, [2, 3.25]]], "have a third row"),
        ([[*MAXIMA, [6, 9]], [*AVERAGES, [4, 6.5]]], "have a third row"),
        ([[*MAXIMA, [6, 9]], [*AVERAGES, [8, 13]]], "have a third row"),
        ([[*MAXIMA, [6, 9], [0, 0]], [*AVERAGES, [4, 6.5], [0, 0]]], "asks for a table of numbers"),
        (MAXIMA, "the exercise asks for a table of numbers"),
        ([MAXIMA, [[-5, 3], [1, 4]]], "Among the averages, mind the signs"),
        ([MAXIMA, [[5, 3], [-1, -4]]], "Among the averages, mind the signs"),
        ([MAXIMA, [[-5, 3], [1, -3]]], "divided by four"),
        ([[[-2, 8], [5, -1]], AVERAGES], "stands in the map as it is"),
        ([[[-2, 8], [5, -1]], [[-5, 3], [1, -3]]], "Draw the windows into the map"),
    ],
    "03.3": [
        (np.ones((3, 3)), "full invariance by one pixel"),
        ([[0, 0, 0], [0, 1, 0], [0, 0, 0]], "forgives more than that"),
        ([[1, 0, 0], [1, 0, 0], [1, 1, 1]], "upside down"),
        ([[0, 0, 0], [0, 1, 1], [0, 1, 1]], "wrong corner"),
        ([[1, 1, 0], [1, 1, 0], [0, 0, 0]], "wrong corner"),
        ([[0, 1, 0], [0, 1, 1], [0, 0, 0]], "up and to the right at once"),
        ([[0, 1, 1], [0, 0, 1], [0, 0, 0]], "Only the middle is wrong"),
        ([[0, 1, 0], [1, 1, 1], [0, 1, 0]], "the four straight moves"),
        (np.zeros((3, 3)), "does not cross such a border"),
        (3, "is one number"),
    ],
    "03.4": [
        ([2_580, 92_180], "in the other order"),
        ([92_160, 2_560], "also has a bias"),
        ([92_180, 740], "not over the channels"),
        ([92_180, 40], "not one of them all"),
        ([92_180, 20 * (9 * 128 + 1)], "a window as large as the map"),
        ([92_180, 92_180], "gets fewer numbers"),
        ([20 * (6 * 128 + 1), 2_580], "left one of the three out"),
        ([740, 2_580], "not of one"),
        ([1, 1], "how many numbers arrive"),
    ],
    "03.5": [
        (lambda *case: np.maximum(max_pool(*case), 0), "begin at 0"),
        (lambda *case: sliding(*case).mean(axis=(-2, -1)), "These are averages"),
        (lambda *case: sliding(*case).min(axis=(-2, -1)), "the smallest values"),
        (
            lambda *case: 0 * max_pool(*case) + max_pool(*case).max(axis=2, keepdims=True),
            "over the channels, too",
        ),
        (lambda *case: sliding(*case).max(axis=(-3, -2, -1)), "Three axes are asked for"),
        (lambda maps, *case: max_pool(abs(maps), *case), "nearest to zero"),
        (side_by_side, "still move by one place"),
        (lambda maps, size, stride: max_pool(maps, size, 1), "That is too many"),
        (lambda maps, size, stride: max_pool(maps, size, size), "too"),
        (lambda *case: max_pool(*case)[:-1], "That is too few"),
        (lambda *case: max_pool(*case).max(axis=2, keepdims=True), "as many as they were"),
        (lambda *case: max_pool(*case) + 1, "Print the first window"),
        (lambda maps, *case: maps.sort(axis=0) or max_pool(maps, *case), "changes what it is"),
        (np.zeros((3, 3, 1)), "needs the function itself"),
    ],
    "03.6": [
        (stack(convolution(32, 40)), "has windows of 40×40"),
        (
            stack(keras.layers.AveragePooling2D(16), convolution(32, padding="same")),
            "has windows of 16×16",
        ),
        ([stack(pooling(8)), convolution(32)], "has windows of 8×8"),
        (stack(convolution(24, 5), convolution(32, 5)), "too many"),
        (stack(*[convolution(8) for _ in range(8)], convolution(32)), "sees 19 pixels"),
        (
            stack(convolution(8), pooling(), convolution(16), pooling(), convolution(32)),
            "sees 18 pixels",
        ),
        (stack(*narrow_first(), pooling()), "at least 4×4 places"),
        (stack(*narrow_first()[:-1], convolution(24)), "asks for 32 or more"),
        (stack(*narrow_first(), keras.layers.Flatten()), "no Flatten"),
        (stack(*narrow_first(), keras.layers.GlobalAveragePooling2D()), "no global pooling"),
        (stack(*narrow_first(), shape=(80, 80, 3)), "keras.Input((64, 64, 3))"),
        (keras.Sequential(narrow_first()), "not built yet"),
        (with_holes(), "it has holes"),
        (dilated(), "it has holes"),
        (stack(*narrow_first(), keras.layers.Rescaling(0.0)), "Are there weights of zero"),
        (strided, "Not a function that builds it"),
        ([(3, 1), (2, 2)], "not a list of numbers"),
    ],
    "03.Q1": [
        ("a", "Three halves are one too many"),
        ("c", "the other way round"),
        ("d", "How many of them stand side by side"),
    ],
    "03.Q2": [
        ("a", "A cat anywhere"),
        ("b", "lost least when the digits moved"),
        ("d", "How much of a pattern"),
    ],
}

STUBS: dict[str, list] = {
    "03.1": [field_stub],
    "03.5": [pool_stub],
}

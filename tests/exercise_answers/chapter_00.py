"""Answers to the exercises of chapter 00, the self-test."""

import math

import numpy as np


def share(predicted, labels):
    return sum(one == other for one, other in zip(predicted, labels, strict=True)) / len(labels)


def share_in_a_loop(predicted, labels):
    hits = 0
    for place in range(len(labels)):
        if predicted[place] == labels[place]:
            hits += 1
    return hits / len(labels)


def without_means(pictures):
    return pictures - pictures.mean(axis=(1, 2), keepdims=True)


def without_means_in_a_loop(pictures):
    return [picture - np.mean(picture) for picture in pictures]


def without_means_in_place(pictures):
    pictures -= pictures.mean(axis=(1, 2), keepdims=True)
    return pictures


def without_means_as_pixels(pictures):
    return without_means(pictures).astype(pictures.dtype)


RIGHT: dict[str, list] = {
    "00.1": [
        share,
        share_in_a_loop,
        lambda predicted, labels: np.mean(np.array(predicted) == np.array(labels)),
        lambda predicted, labels: np.float32(share(predicted, labels)),
    ],
    "00.2": [[6, 3], (6, 3), np.array([6, 3]), [13 // 2, 7 // 2]],
    "00.3": [(64, 14), [64, 14], np.zeros((60_000, 28, 28), "uint8")[100:164, ::2, 5].shape],
    "00.4": [
        without_means,
        without_means_in_a_loop,
        lambda pictures: pictures - pictures.mean(axis=1).mean(axis=1)[:, None, None],
        lambda pictures: (pictures.T - pictures.mean(axis=(1, 2))).T,
        lambda pictures: without_means(pictures.astype("float32")),
    ],
    "00.5": [-3, -3.0, np.float32(-3)],
    "00.6": [30, 30.0, 2 * (3 * 2 - 1) * 3, 30.009, ((3 * 2.01 - 1) ** 2 - 25) / 0.01],
    "00.7": [(64, 128), [64, 128], (np.ones((64, 784)) @ np.ones((784, 128))).shape],
    "00.8": [
        [1.19, 0.69],
        (1.1898, 0.6931),
        [-np.log([0.95, 0.95, 0.95, 0.01]).mean(), math.log(2)],
    ],
    "00.Q1": ["b"],
    "00.Q2": ["c"],
}

WRONG: dict[str, list] = {
    "00.1": [
        (lambda predicted, labels: len(labels) * share(predicted, labels), "counts the hits"),
        (lambda predicted, labels: 100 * share(predicted, labels), "These are percent"),
        (lambda predicted, labels: 1 - share(predicted, labels), "share of the mistakes"),
        (lambda predicted, labels: int(share(predicted, labels)), "Two strokes"),
        (
            lambda predicted, labels: sum(one in labels for one in predicted) / len(labels),
            "anywhere among the labels",
        ),
        (lambda predicted, labels: predicted == labels, "compared as a whole"),
        (lambda predicted, labels: round(share(predicted, labels), 1), "but rounded"),
        (lambda predicted, labels: round(share(predicted, labels), 2), "but rounded"),
        (lambda predicted, labels: (predicted == labels).mean(), "These are lists, not arrays"),
        (lambda predicted, labels: sum(predicted == labels) / 3, "These are lists, not arrays"),
        (lambda predicted, labels: 0.2, "returns 0.2"),
        (lambda predicted, labels: math.nan, "returns nan"),
        (lambda predicted, labels: [1.0], "does not return one number"),
        (lambda predicted, labels: print(predicted), "returned nothing"),
        (lambda predicted, labels: predicted.clear() or 0.5, "changes what it is given"),
        (2 / 3, "needs the function itself"),
    ],
    "00.2": [
        ([14, 6, 3, 2], "You halve all four"),
        ([14, 2], "You let the even sizes pass"),
        ([6.5, 3.5], "the division that drops"),
        ([13, 7], "What is written down of them"),
        ([3, 6], "from its left"),
        (6, "asks for a list of numbers."),
        ([6], "from its left"),
        ([13, 6, 3], "from its left"),
    ],
    "00.3": [
        ((64, 14, 1), "removes its axis"),
        ((65, 14), "does not include its end"),
        ((64, 28), "every second row"),
        ((64, 14, 5), "is no length"),
        ((64, 14, 28), "is not whole any more"),
        ((100, 14), "the three places between the commas"),
        ("(64, 14)", "something else"),
        (64, "one for each axis that is left."),
        ([64], "the three places between the commas"),
    ],
    "00.4": [
        (lambda pictures: pictures - pictures.mean(), "one number for all"),
        (lambda pictures: pictures - pictures.mean(axis=0), "left is a mean picture"),
        (lambda pictures: pictures - pictures.mean(axis=1, keepdims=True), "for each column"),
        (lambda pictures: pictures - pictures.mean(axis=2, keepdims=True), "for each row"),
        (lambda pictures: -without_means(pictures), "but for their sign"),
        (
            lambda pictures: pictures - pictures.sum(axis=(1, 2), keepdims=True),
            "the sum of a picture's pixels",
        ),
        (lambda pictures: pictures - pictures.mean(axis=(1, 2)), "lines them up from the right"),
        (lambda pictures: pictures.mean(axis=(1, 2)), "the means themselves"),
        (lambda pictures: without_means(pictures).reshape(len(pictures), -1), "leaves the shape"),
        (
            lambda pictures: (
                pictures - pictures.mean(axis=(1, 2))
                if pictures.shape[0] == pictures.shape[2]
                else without_means(pictures)
            ),
            "as many pictures as rows",
        ),
        (without_means_as_pixels, "pixels of type uint8"),
        (without_means_in_place, "changes what it is given"),
        (lambda pictures: pictures / 2, "The shape is right"),
        (lambda pictures: "pictures", "does not return an array"),
        (np.zeros((5, 4, 6)), "needs the function itself"),
    ],
    "00.5": [
        (-4, "the height of the curve"),
        (3, "the orange dot"),
        (2, "what x² contributes"),
        (-5, "what −5x contributes"),
        (7, "any x first"),
        (lambda x: 2 * x - 5, "This is a function"),
    ],
    "00.6": [
        (10, "there is another factor"),
        (3, "How does f answer to q?"),
        (12, "What is squared is q"),
        (13, "added them"),
        (25, "This is f itself"),
        (6, "it depends on where q stands"),
        (99, "Ask twice"),
        (30.9, "You let x grow by 0.1"),
        (8**2 - 5**2, "You let x grow by 1"),
    ],
    "00.7": [
        ((128, 64), "in the wrong order"),
        ((784, 784), "kept the lengths that touch"),
        ((64, 784, 128), "a matrix"),
        ((64, 784), "the shape of the pictures"),
        ((128,), "the bias alone"),
        ((64, 129), "Write the shapes side by side"),
        ((1, 64, 128), "Write the shapes side by side"),
        (64, "a list of lengths, one for each axis."),
    ],
    "00.8": [
        ([0.69, 1.19], "the other way round"),
        ([1.2, 0.7], "two digits behind the point"),
        ([1.18, 0.69], "the second rounded as usual"),
        ([4.76, 2.77], "The mean divides by four"),
        ([-1.19, -0.69], "where has the minus sign gone"),
        ([0.517, 0.301], "to base 10"),
        ([1.716, 1.0], "a cost in bits"),
        ([0.336, 0.693], "then the logarithm: that forgives"),
        ([0.75, 0.5], "shares of hits"),
        ([2.0, 2.0], "take −ln"),
    ],
    "00.Q1": [
        ("a", "That is what // would do"),
        ("c", "unless somebody asks"),
        ("d", "The array changes its type"),
    ],
    "00.Q2": [
        ("a", "the luckiest of ten"),
        ("b", "would keep that luck"),
        ("d", "by heart"),
    ],
}

STUBS: dict[str, list] = {
    "00.1": [lambda predicted, labels: ...],
    "00.4": [lambda pictures: ...],
}

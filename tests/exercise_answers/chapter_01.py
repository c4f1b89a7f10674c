"""Answers to the exercises of chapter 01."""

import math

import numpy as np

from course_utils.checks.judges.gradients import _losses


def gradients(x, y, z):
    a, b = x * y, y + z
    return b * y, b * x + a, a


def named_gradients(x, y, z):
    return dict(zip("xyz", gradients(x, y, z), strict=True))


def gradients_as_tensor(x, y, z):
    import tensorflow as tf

    return tf.constant(gradients(x, y, z))


LAST_LAYERS = {
    "clouds": (4, "softmax", "sparse_categorical_crossentropy"),
    "things": (6, "sigmoid", "binary_crossentropy"),
    "dog": (1, "sigmoid", "binary_crossentropy"),
    "age": (1, "linear", "mean_squared_error"),
}


class BinaryCrossentropy:
    """Stands for Keras' class of that name."""

    name = "binary_crossentropy"


def softmax(outputs):
    powers = np.exp(np.asarray(outputs) - max(outputs))
    return powers / powers.sum()


def blame(outputs, label):
    said = softmax(outputs)
    said[label] -= 1
    return said


def target(outputs, label):
    return np.eye(len(outputs))[label]


def careless_blame(outputs, label):
    powers = np.exp(outputs)
    return powers / powers.sum() - target(outputs, label)


def blame_as_tensor(outputs, label):
    import tensorflow as tf

    outputs = tf.Variable(outputs)
    with tf.GradientTape() as tape:
        loss = -tf.nn.log_softmax(outputs)[label]
    return tape.gradient(loss, outputs)


def nudged(step=1e-4, sides=(1, -1), divide=True, width=2):
    """Return a gradient check that nudges in one way or another."""

    def numerical_gradient(loss, weights):
        gradient = np.zeros_like(weights)
        for place in np.ndindex(weights.shape):
            losses = []
            for side in sides:
                moved = weights.copy()
                moved[place] += side * step
                losses.append(loss(moved))
            gradient[place] = (losses[0] - losses[1]) / (width * step if divide else 1)
        return gradient

    return numerical_gradient


def nudged_and_put_back(loss, weights):
    """Work in place, and leave everything as it was."""
    gradient = np.zeros_like(weights)
    for place in np.ndindex(weights.shape):
        kept = weights[place]
        weights[place] = kept + 1e-5
        above = loss(weights)
        weights[place] = kept - 1e-5
        gradient[place] = (above - loss(weights)) / 2e-5
        weights[place] = kept
    return gradient


def nudged_along_rows_of_an_identity(loss, weights):
    moves = 1e-4 * np.eye(weights.size).reshape(-1, *weights.shape)
    return [(loss(weights + move) - loss(weights - move)) / 2e-4 for move in moves]


def nudged_by_an_identity(loss, weights):
    flat = nudged_along_rows_of_an_identity(loss, weights)
    return np.array(flat).reshape(weights.shape).tolist()


def nudged_all_at_once(loss, weights):
    change = (loss(weights + 1e-4) - loss(weights - 1e-4)) / 2e-4
    return np.full(weights.shape, change)


def nudges_pile_up(loss, weights):
    gradient, moved = np.zeros_like(weights), weights.copy()
    for place in np.ndindex(weights.shape):
        moved[place] += 1e-4
        above = loss(moved)
        gradient[place] = (above - loss(weights - (moved - weights))) / 2e-4
    return gradient


def guessed_from_memory(loss, weights):
    return next(one.expected for one in _losses() if one.weights.shape == weights.shape)


RIGHT: dict[str, list] = {
    "01.1": [
        gradients,
        lambda *point: list(gradients(*point)),
        lambda *point: np.array(gradients(*point)),
        named_gradients,
        gradients_as_tensor,
    ],
    "01.2": [66, 66.0, np.float32(66)],
    "01.3": [[0.125, 0.25], (1 / 8, 1 / 4), np.array([0.125, 0.25])],
    "01.4": [[393_344, 8_256, 650], (393_344.0, 8_256.0, 650.0)],
    "01.5": [
        LAST_LAYERS,
        LAST_LAYERS | {"dog": (2, "softmax", "sparse_categorical_crossentropy")},
        LAST_LAYERS | {"age": [1, None, "MAE"], "digits": (10, "softmax", "mse")},
        LAST_LAYERS | {"things": (6, "Sigmoid", BinaryCrossentropy())},
        LAST_LAYERS | {"things": (6.0, "sigmoid", BinaryCrossentropy)},
    ],
    "01.6": [blame, lambda *case: blame(*case).tolist(), blame_as_tensor],
    "01.7": [
        nudged(),
        nudged(step=1e-6),
        nudged(step=1e-3),
        nudged_and_put_back,
        nudged_by_an_identity,
    ],
    "01.Q1": ["d"],
    "01.Q2": ["a"],
}

WRONG: dict[str, list] = {
    "01.1": [
        (lambda x, y, z: (y * (y + z), x * (y + z), x * y), "the one through the product a"),
        (lambda x, y, z: (y * (y + z), x * y, x * y), "the one through the sum b"),
        (lambda x, y, z: (y * (y + z), x * (y + z) * x * y, x * y), "you multiply them"),
        (lambda x, y, z: (y, x + 1, 1), "These are local gradients"),
        (lambda x, y, z: (y * x * y, x * x * y + y + z, y + z), "the value of the other one"),
        (lambda x, y, z: gradients(x, y, z)[::-1], "not in the order"),
        (lambda x, y, z: (0, 0, 0), "your df/dz is 0"),
        (lambda x, y, z: (0, 0, x * y), "your df/dx is 0"),
        (lambda x, y, z: (y * (y + z), 7, x * y), "your df/dy is 7"),
        (lambda x, y, z: (math.nan,) * 3, "your df/dz is nan"),
        (lambda x, y, z: x * y * (y + z), "does not return three numbers"),
        (lambda x, y, z: (1, 2), "does not return three numbers"),
        (lambda x, y, z: "xyz", "does not return three numbers"),
        (lambda x, y, z: 1 / 0, "ZeroDivisionError"),
        ((1.0, 2.0, 3.0), "needs the function itself"),
    ],
    "01.2": [
        (30, "along the short path"),
        (36, "along the long path"),
        (33, "reads d twice, and you count it once"),
        (11, "still missing"),
        (1080, "multiplied it"),
        (6, "the blame of o"),
        (132, "with a pencil"),
        ([30, 36], "asks for one number"),
    ],
    "01.3": [
        ([0.25, 0.125], "the other way round"),
        ([0.25, 0.5], "The derivative of a square"),
        ([0.5, 1], "(w + 1)² alone"),
        ([0.125, 0.125], "jumps over the bottom"),
        ([0.125, 1], "multiplied by −7"),
        ([0.125, 0.5], "three times as far away"),
        ([0.01, 0.04], "Take one step from w = 0"),
        ([0.13, 0.25], "the first number is rounded"),
        ([0.12, 0.25], "the first number is rounded"),
        (0.125, "a list of 2 numbers"),
    ],
    "01.4": [
        (402_250, "one by one"),
        ([393_216, 8_192, 640], "its bias"),
        ([131_200, 8_256, 650], "a pixel in colour is not one number"),
        ([131_072, 8_192, 640], "Two things are missing"),
        ([396_288, 8_320, 704], "a bias for each input"),
        ([393_217, 8_193, 641], "a single bias for the whole layer"),
        ([0, 393_344, 8_256, 650], "nothing to learn"),
        ([1, 2, 3], "two questions"),
    ],
    "01.5": [
        (LAST_LAYERS | {"clouds": (1, "softmax", "mse")}, "number of units"),
        (LAST_LAYERS | {"clouds": (4, "sigmoid", "mse")}, "makes them share"),
        (LAST_LAYERS | {"clouds": (4, "linear", "mse")}, "without an activation"),
        (LAST_LAYERS | {"clouds": (4, "relu", "mse")}, "between layers"),
        (LAST_LAYERS | {"clouds": (4, "tanh", "mse")}, "not in the table"),
        (LAST_LAYERS | {"clouds": (4, "softmax", "categorical_crossentropy")}, "takes it as it is"),
        (LAST_LAYERS | {"clouds": (4, "softmax", "binary_crossentropy")}, "among four"),
        (LAST_LAYERS | {"clouds": (4, "softmax", "mse")}, "hardly learns"),
        (LAST_LAYERS | {"clouds": (4, "softmax", "entropy")}, "spelt in another way"),
        (LAST_LAYERS | {"things": (6, "softmax", "binary_crossentropy")}, "a bench and a bicycle"),
        (
            LAST_LAYERS | {"things": (6, "sigmoid", "categorical_crossentropy")},
            "three of them, or none",
        ),
        (
            LAST_LAYERS | {"things": (6, "sigmoid", "sparse_categorical_crossentropy")},
            "number of the only right class",
        ),
        (LAST_LAYERS | {"dog": (1, "softmax", "binary_crossentropy")}, "the sum of all"),
        (
            LAST_LAYERS | {"dog": (1, "sigmoid", "sparse_categorical_crossentropy")},
            "3 of 4 are right",
        ),
        (LAST_LAYERS | {"dog": (1, "sigmoid", "categorical_crossentropy")}, "a single one"),
        (LAST_LAYERS | {"dog": (2, "sigmoid", "binary_crossentropy")}, "two outputs are possible"),
        (LAST_LAYERS | {"age": (1, "sigmoid", "mse")}, "trees grow older"),
        (LAST_LAYERS | {"age": (1, "softmax", "mse")}, "one year old"),
        (LAST_LAYERS | {"age": (1, "linear", "binary_crossentropy")}, "years are none"),
        (dict.fromkeys(LAST_LAYERS, (1, "sigmoid", "bce")), "1 of 4 is right"),
        ({"clouds": LAST_LAYERS["clouds"]}, "Write a dictionary of the four tasks"),
        (LAST_LAYERS | {"age": ...}, "Write a dictionary of the four tasks"),
    ],
    "01.6": [
        (lambda outputs, label: softmax(outputs), "what the net said"),
        (lambda *case: -blame(*case), "the signs are not"),
        (lambda outputs, label: -target(outputs, label) / softmax(outputs), "one node too early"),
        (lambda outputs, label: softmax(outputs) - label, "the label itself"),
        (lambda outputs, label: outputs - target(outputs, label), "the raw outputs"),
        (lambda *case: 2 * blame(*case), "squared differences"),
        (careless_blame, "keeps every power at most 1"),
        (lambda *case: np.round(blame(*case), 2), "but rounded"),
        (lambda outputs, label: -np.log(softmax(outputs)[label]), "one gradient for each output"),
        (lambda outputs, label: [blame(outputs, label)], "returns the shape (1, 3)"),
        (lambda outputs, label: np.zeros(len(outputs)), "Begin with equal outputs"),
        ([0.1, 0.2, -0.3], "needs the function itself"),
    ],
    "01.7": [
        (nudged(sides=(1, 0), width=1), "the other side takes it out"),
        (nudged(width=1), "twice too large"),
        (nudged(sides=(-1, 1)), "The signs are turned around"),
        (nudged(divide=False), "divided by the way"),
        (nudged(step=0.1), "the curve bends on the way"),
        (nudged(step=1e-13), "in their last digits"),
        (nudged(width=3), "the numbers are not"),
        (lambda *case: np.round(nudged()(*case), 2), "but rounded"),
        (nudged_all_at_once, "One at a time"),
        (nudges_pile_up, "pile up"),
        (nudged_along_rows_of_an_identity, "in its own place"),
        (guessed_from_memory, "never asks the loss"),
        (lambda loss, weights: loss(weights) * weights, "Nothing is nudged"),
        (lambda loss, weights: loss(weights[:1]), "the loss takes weights of shape"),
        (np.zeros(3), "needs the function itself"),
    ],
    "01.Q1": [
        ("a", "whose pixel is black"),
        ("b", "The silent net"),
        ("c", "may have ink"),
    ],
    "01.Q2": [
        ("b", "follows the gradient"),
        ("c", "the length is not"),
        ("d", "whether the weight is good"),
    ],
}

STUBS: dict[str, list] = {
    "01.1": [lambda x, y, z: ...],
    "01.6": [lambda outputs, label: ...],
    "01.7": [lambda loss, weights: ...],
}

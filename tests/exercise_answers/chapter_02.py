"""Answers to the exercises of chapter 02."""

import math

import keras
import numpy as np


def output_size(input_size, kernel_size, stride, padding):
    if padding == "same":
        return -(-input_size // stride)
    return (input_size - kernel_size) // stride + 1


def output_size_as(form):
    return lambda *case: form(output_size(*case))


def output_size_as_tensor(*case):
    import tensorflow as tf

    return tf.constant(output_size(*case))


def counts_steps(input_size, kernel_size, stride, padding):
    if padding == "same":
        return math.ceil(input_size / stride)
    return (input_size - kernel_size) // stride


def same_keeps_the_size(input_size, kernel_size, stride, padding):
    if padding == "same":
        return input_size
    return (input_size - kernel_size) // stride + 1


def rounds_up(input_size, kernel_size, stride, padding):
    if padding == "same":
        return math.ceil(input_size / stride)
    return math.ceil((input_size - kernel_size) / stride) + 1


def ignores_padding(input_size, kernel_size, stride, padding):
    return (input_size - kernel_size) // stride + 1


def does_not_round(input_size, kernel_size, stride, padding):
    if padding == "same":
        return input_size / stride
    return (input_size - kernel_size) / stride + 1


def pads_like_pytorch(input_size, kernel_size, stride, padding):
    before = (kernel_size - 1) // 2 if padding == "same" else 0
    return (input_size + 2 * before - kernel_size) // stride + 1


def rounds_same_down(input_size, kernel_size, stride, padding):
    if padding == "same":
        return input_size // stride
    return (input_size - kernel_size) // stride + 1


def forgets_the_stride(input_size, kernel_size, stride, padding):
    if padding == "same":
        return math.ceil(input_size / stride)
    return input_size - kernel_size + 1


def prints(*case):
    print(output_size(*case))


def forgets_a_branch(input_size, kernel_size, stride, padding):
    if padding == "valid":
        return (input_size - kernel_size) // stride + 1


def size_stub(input_size, kernel_size, stride, padding): ...


def zeros(size, kernel_size, stride, least=0):
    total = max((-(-size // stride) - 1) * stride + kernel_size - size, least)
    return total // 2, total - total // 2


def zeros_as_array(size, kernel_size, stride):
    return np.array(zeros(size, kernel_size, stride), "float32")


def zeros_by_looking(size, kernel_size, stride):
    """Count from both ends of a row of ones that Keras pads."""
    windows = -(-size // stride)
    missing = 0
    while (size + missing - kernel_size) // stride + 1 < windows:
        missing += 1
    return [missing // 2, (missing + 1) // 2]


def zeros_stub(size, kernel_size, stride): ...


def convolve(picture, kernels, stride):
    height, width, _, filters = kernels.shape
    rows = (picture.shape[0] - height) // stride + 1
    columns = (picture.shape[1] - width) // stride + 1
    output = np.zeros((rows, columns, filters))
    for row in range(rows):
        for column in range(columns):
            top, left = row * stride, column * stride
            patch = picture[top : top + height, left : left + width]
            output[row, column] = np.tensordot(patch, kernels, axes=3)
    return output


def convolve_by_windows(picture, kernels, stride):
    windows = np.lib.stride_tricks.sliding_window_view(picture, kernels.shape[:2], axis=(0, 1))
    return np.einsum("rcdhw,hwdf->rcf", windows[::stride, ::stride], kernels)


def convolve_by_keras(picture, kernels, stride):
    picture, kernels = picture[None].astype("float32"), kernels.astype("float32")
    return keras.ops.conv(picture, kernels, strides=stride)[0]


def convolve_to_lists(picture, kernels, stride):
    return convolve(picture, kernels, stride).tolist()


def windows_side_by_side(picture, kernels, stride):
    full, right = convolve(picture, kernels, 1), convolve(picture, kernels, stride)
    return full[: right.shape[0], : right.shape[1]]


def maps_for_every_channel(picture, kernels, stride):
    parts = [
        convolve(picture[..., [channel]], kernels[:, :, [channel]], stride)
        for channel in range(picture.shape[2])
    ]
    return np.concatenate(parts, axis=-1)


def taken_for_square(side):
    """Return a convolution that sizes rows and columns by one and the same side of its kernels."""

    def convolve_square(picture, kernels, stride):
        rows, columns = ((size - kernels.shape[side]) // stride + 1 for size in picture.shape[:2])
        right = convolve(np.pad(picture, ((0, 9), (0, 9), (0, 0))), kernels, stride)
        return right[:rows, :columns]

    return convolve_square


def convolve_stub(picture, kernels, stride): ...


#: Steps of the profile ci, in which accuracies mean nothing.
STEPS = 10


def net(*layers, shape=(28, 28, 1), steps=STEPS):
    model = keras.Sequential([keras.Input(shape), *layers])
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    model.optimizer.iterations.assign(steps)
    return model


def classes(units=10, **options):
    return keras.layers.Dense(units, **options)


def flatten():
    return keras.layers.Flatten()


def functional():
    inputs = keras.Input((28, 28, 1))
    x = keras.layers.Conv2D(8, 3, strides=2)(inputs)
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, classes(activation="softmax")(x))
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy")
    model.optimizer.iterations.assign(STEPS - 3)
    return model


def never_compiled():
    return keras.Sequential([keras.Input((28, 28, 1)), flatten(), classes()])


def not_built():
    return keras.Sequential([flatten(), classes()])


def several_outputs():
    inputs = keras.Input((28, 28, 1))
    x = flatten()(inputs)
    model = keras.Model(inputs, [classes()(x), classes()(x)])
    model.compile(optimizer="adam", loss="mse")
    model.optimizer.iterations.assign(STEPS)
    return model


class History:
    """Stands for what training.fit returns."""

    metrics, best_epoch = {"loss": [0.1]}, 1


RIGHT: dict[str, list] = {
    "02.1": [output_size, *map(output_size_as, (float, np.int64, np.float32, np.array))]
    + [output_size_as_tensor],
    "02.2": [[7, -1], (7.0, -1.0), np.array([7, -1])],
    "02.3": [zeros, zeros_as_array, zeros_by_looking],
    "02.4": [[5, 8, 24], (5, 8, 24), np.array([5, 8, 24])],
    "02.5": [9477, 9477.0, np.int64(9477)],
    "02.6": [convolve, convolve_by_windows, convolve_by_keras, convolve_to_lists],
    "02.7": [
        functional(),
        net(flatten(), classes(activation="softmax")),
        net(flatten(), classes(100), classes()),
        net(classes(), shape=(784,)),
        net(keras.layers.LSTM(20), classes(), shape=(28, 28)),
    ],
    "02.Q1": ["d", "D"],
    "02.Q2": ["a", "(a)"],
}

WRONG: dict[str, list] = {
    "02.1": [
        (counts_steps, "four posts"),
        (same_keeps_the_size, "Same keeps the size at stride 1 only"),
        (rounds_up, "hangs over the edge"),
        (ignores_padding, "treats same like valid"),
        (does_not_round, "places are whole numbers"),
        (pads_like_pytorch, "under same not yet"),
        (rounds_same_down, "under same not yet"),
        (forgets_the_stride, "under valid not yet"),
        (prints, "returned nothing"),
        (forgets_a_branch, "returned nothing"),
        (3, "needs the function itself"),
        (lambda input_size: input_size, "stopped with TypeError"),
        (lambda *case: [output_size(*case)], "does not return one number"),
    ],
    "02.2": [
        ([-1, 7], "in the other order"),
        ([7, 7], "as it is written both times"),
        ([-1, -1], "turned the kernel both times"),
        ([7, 0], "upside down only"),
        ([7, 2], "left and right only"),
        ([7, 6], "rows for columns"),
        ([7, 1], "by a quarter"),
        ([13, 11], "lost the minus signs"),
        ([6, -3], "Strike out the pixels"),
        ([13, -1], "The second number is right. In the first you lost"),
        ([8, -1], "The second number is right. The first is"),
        ([7, 4], "The first number is right. For the second, write"),
        (7, "is one number"),
    ],
    "02.3": [
        (lambda *case: zeros(*case)[::-1], "on the wrong side"),
        (lambda size, kernel, stride: (kernel // 2, kernel // 2), "So does PyTorch"),
        (lambda size, kernel, stride: zeros(size, kernel, 1), "forgets the stride"),
        (lambda *case: zeros(*case, least=-99), "How many zeros are added then"),
        (lambda *case: (0, sum(zeros(*case))), "all of them at the end"),
        (lambda *case: (zeros(*case)[0],) * 2, "One zero goes missing"),
        (lambda *case: (zeros(*case)[1],) * 2, "one too many"),
        (lambda *case: (sum(zeros(*case)),) * 2, "twice as many"),
        (lambda *case: sum(zeros(*case)), "does not return two numbers"),
        (lambda *case: (1, 1), "How many windows are there"),
        ((0, 1), "needs the function itself"),
    ],
    "02.4": [
        ([8, 5, 24], "the height first"),
        ([24, 5, 8], "channels come last"),
        ([6, 8, 24], "rounded up where a last row fell off"),
        ([5, 7, 24], "rounded up"),
        ([10, 15, 24], "at stride 1 only"),
        ([4, 7, 24], "It says same"),
        ([5, 8, 16], "the layer that made it, here the last one"),
        ([5, 8, 384], "do not multiply"),
        ([5, 8], "the exercise asks for a list of 3 numbers"),
        ([3, 3, 24], "Three questions for every layer"),
    ],
    "02.5": [
        (9501, "use_bias=False"),
        (9456, "the weights alone"),
        (9461, "biases of the first layer"),
        (9472, "biases of the dense layer"),
        (416 + 216 + 4805, "kernels are flat"),
        (8677, "a photo in colour"),
        (1216 + 216 + 4805, "not for one"),
        (1216 + 648 + 4805, "three colours any more"),
        (4672, "dense layer is missing"),
        (4672 + 125, "every place of every map"),
        (4672 + 5 * 3601, "last map is too large"),
        (4672 + 5 * (35 * 24 + 1), "the dense layer is not"),
        (10_000, "Make a ledger"),
    ],
    "02.6": [
        (lambda p, k, s: convolve(p, k[::-1, ::-1], s), "the mathematicians' convolution"),
        (windows_side_by_side, "still stand side by side"),
        (taken_for_square(0), "These kernels are not square"),
        (taken_for_square(1), "These kernels are not square"),
        (lambda p, k, s: convolve(p, k, 1), "as long as the stride was 1"),
        (lambda p, k, s: convolve(p[..., :1], k[:, :, :1], s), "the first channel only"),
        (lambda p, k, s: convolve(p, k, s) / k[..., 0].size, "the mean of the products"),
        (lambda p, k, s: convolve(p, 0 * k + k[..., :1], s), "the same one"),
        (lambda p, k, s: np.maximum(convolve(p, k, s), 0), "what relu does"),
        (lambda p, k, s: convolve(p, k, s) + 1, "the first to differ"),
        (lambda p, k, s: convolve(p, k, s)[..., 0], "Three axes are asked for"),
        (maps_for_every_channel, "however many channels it adds up"),
        (lambda p, k, s: convolve(np.pad(p, ((1, 1), (1, 1), (0, 0))), k, s), "Nothing is added"),
        (lambda p, k, s: convolve(p, k, s)[:-1], "How many places does the kernel find"),
        (lambda p, k, s: p.sort(axis=0) or convolve(p, k, s), "changes what it is given"),
        (np.zeros((3, 3)), "needs the function itself"),
    ],
    "02.7": [
        (net(flatten(), classes(512), classes()), "more than ours"),
        (net(flatten(), classes(), steps=0), "not made a single step"),
        (never_compiled(), "not made a single step"),
        (net(flatten(), classes(), steps=STEPS + 1), "build a new net in the same cell"),
        (net(flatten(), classes(11)), "outputs another shape"),
        (net(classes()), "outputs another shape"),
        (several_outputs(), "outputs another shape"),
        (net(flatten(), classes(), shape=(32, 32, 1)), "does not take the digits"),
        (not_built(), "not built yet"),
        (History(), "the history that training.fit returns"),
        (functional, "not a function that builds one"),
        (0.995, "not its accuracy"),
    ],
    "02.Q1": [
        ("a", "Not all"),
        ("b", "the same kernel that stands there each time"),
        ("c", "Flatten hands all of it"),
        ("e", "Answer with one letter"),
    ],
    "02.Q2": [
        ("b", "That would be invariance"),
        ("c", "whose weights belong to places"),
        ("d", "With a stride of 2"),
    ],
}

STUBS: dict[str, list] = {
    "02.1": [size_stub, lambda *case: ...],
    "02.3": [zeros_stub, lambda *case: ...],
    "02.6": [convolve_stub, lambda *case: ...],
}

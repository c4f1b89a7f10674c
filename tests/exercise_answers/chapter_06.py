"""Answers to the exercises of chapter 06."""

import keras
import numpy as np
from keras import layers


def main_path(inputs, num_filters, strides):
    x = layers.Conv2D(num_filters, 3, strides=strides, activation="relu", padding="same")(inputs)
    return layers.Conv2D(num_filters, 3, activation="relu", padding="same")(x)


def right(inputs, num_filters, strides):
    shortcut = inputs
    if strides != 1 or inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(num_filters, 1, strides=strides, padding="same")(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def with_a_plus_sign(inputs, num_filters, strides):
    x = main_path(inputs, num_filters, strides)
    if x.shape == inputs.shape:
        return x + inputs
    return x + layers.Conv2D(num_filters, (1, 1), (strides, strides), use_bias=False)(inputs)


def with_average_pooling(inputs, num_filters, strides):
    shortcut = inputs
    if strides > 1:
        shortcut = layers.AveragePooling2D(strides, padding="same")(shortcut)
    if inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(num_filters, 1)(shortcut)
    return layers.add([shortcut, main_path(inputs, num_filters, strides)])


def on_the_main_path(build):
    """Return a block with this main path and the shortcut that fits."""

    def block(inputs, num_filters, strides):
        shortcut = inputs
        if strides != 1 or inputs.shape[-1] != num_filters:
            shortcut = layers.Conv2D(num_filters, 1, strides=strides)(inputs)
        return layers.Add()([build(inputs, num_filters, strides), shortcut])

    return block


@on_the_main_path
def with_relus_of_their_own(inputs, num_filters, strides):
    x = layers.Conv2D(num_filters, 3, strides=strides, padding="same")(inputs)
    x = layers.Conv2D(num_filters, 3, padding="same")(keras.activations.relu(x))
    return keras.ops.relu(x)


@on_the_main_path
def loses_one_relu(inputs, num_filters, strides):
    x = layers.Conv2D(num_filters, 3, strides=strides, activation="relu", padding="same")(inputs)
    return layers.Conv2D(num_filters, 3, padding="same")(x)


@on_the_main_path
def strides_too_late(inputs, num_filters, strides):
    x = layers.Conv2D(num_filters, 3, activation="relu", padding="same")(inputs)
    return layers.Conv2D(num_filters, 3, strides=strides, activation="relu", padding="same")(x)


def normalizes_the_sum(inputs, num_filters, strides):
    return layers.BatchNormalization()(right(inputs, num_filters, strides))


def broken(inputs, num_filters, strides):
    return layers.Add()([main_path(inputs, num_filters, strides), inputs])


def compares_channels_only(inputs, num_filters, strides):
    shortcut = inputs
    if inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(num_filters, 1, strides=strides)(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def compares_strides_only(inputs, num_filters, strides):
    shortcut = inputs
    if strides > 1:
        shortcut = layers.Conv2D(num_filters, 1, strides=strides)(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def forgets_the_strides(inputs, num_filters, strides):
    shortcut = inputs
    if strides > 1 or inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(num_filters, 1)(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def projects_always(inputs, num_filters, strides):
    shortcut = layers.Conv2D(num_filters, 1, strides=strides)(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def projects_with_relu(inputs, num_filters, strides):
    shortcut = inputs
    if strides > 1 or inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(num_filters, 1, strides=strides, activation="relu")(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def projects_with_3_by_3(inputs, num_filters, strides):
    shortcut = inputs
    if strides > 1 or inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(num_filters, 3, strides=strides, padding="same")(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def relu_after_the_sum(inputs, num_filters, strides):
    return layers.ReLU()(right(inputs, num_filters, strides))


def keeps_the_size(inputs, num_filters, strides):
    return right(inputs, num_filters, 1)


def concatenates(inputs, num_filters, strides):
    shortcut = layers.MaxPooling2D(strides, padding="same")(inputs)
    return layers.Concatenate()([main_path(inputs, num_filters, strides), shortcut])


def pools_where_it_can(inputs, num_filters, strides):
    if inputs.shape[-1] != num_filters:
        return right(inputs, num_filters, strides)
    shortcut = layers.MaxPooling2D(2)(inputs) if strides == 2 else inputs
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def gives_up_the_sum(inputs, num_filters, strides):
    return main_path(inputs, num_filters, strides)


def loses_the_relu(inputs, num_filters, strides):
    x = layers.Conv2D(num_filters, 3, strides=strides, padding="same")(inputs)
    x = layers.Conv2D(num_filters, 3, padding="same")(x)
    if x.shape == inputs.shape:
        return layers.Add()([x, inputs])
    return layers.Add()([x, layers.Conv2D(num_filters, 1, strides=strides)(inputs)])


def nothing_to_add(inputs, num_filters, strides):
    return inputs


def another_input(inputs, num_filters, strides):
    return keras.Input((8, 8, 16))


EPSILON = 1e-3


def normalize(maps, mean, variance, training, momentum):
    if training:
        batch = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
        moved = [
            momentum * old + (1 - momentum) * new
            for old, new in zip((mean, variance), batch, strict=True)
        ]
        return (maps - batch[0]) / np.sqrt(batch[1] + EPSILON), *moved
    return (maps - mean) / np.sqrt(variance + EPSILON), mean, variance


def normalize_with_keras(maps, mean, variance, training, momentum):
    norm = layers.BatchNormalization(momentum=momentum, scale=False, center=False, dtype="float32")
    norm.build(maps.shape)
    norm.set_weights([mean, variance])
    return norm(maps, training=training), norm.moving_mean.numpy(), norm.moving_variance.numpy()


def normalize_as_a_list(maps, mean, variance, training, momentum):
    """Keep all four axes, in float32, and return a list."""
    seen = maps.astype("float32")
    if not training:
        return [(maps - mean) / (variance + EPSILON) ** 0.5, mean.tolist(), variance.tolist()]
    center = seen.mean((0, 1, 2), keepdims=True)
    spread = ((seen - center) ** 2).mean((0, 1, 2), keepdims=True)
    moved = mean * momentum + center * (1 - momentum)
    also = variance * momentum + spread * (1 - momentum)
    return [(seen - center) / (spread + EPSILON) ** 0.5, moved, also]


def normalize_dividing(divide):
    """Return a normalization that divides in another way."""

    def norm(maps, mean, variance, training, momentum):
        used = (maps.mean((0, 1, 2)), maps.var((0, 1, 2))) if training else (mean, variance)
        moved = normalize(maps, mean, variance, training, momentum)[1:]
        return divide(maps - used[0], used[1]), *moved

    return norm


def ignores_training(maps, mean, variance, training, momentum):
    return normalize(maps, mean, variance, True, momentum)


def the_batch_as_statistics(maps, mean, variance, training, momentum):
    normalized, *moved = normalize(maps, mean, variance, True, momentum)
    return normalized, *(moved if training else (maps.mean((0, 1, 2)), maps.var((0, 1, 2))))


def one_mean_for_all(maps, mean, variance, training, momentum):
    if not training:
        return normalize(maps, mean, variance, training, momentum)
    keep = [
        momentum * old + (1 - momentum) * new
        for old, new in ((mean, maps.mean()), (variance, maps.var()))
    ]
    return (maps - maps.mean()) / np.sqrt(maps.var() + EPSILON), *keep


def each_picture_alone(maps, mean, variance, training, momentum):
    if not training:
        return normalize(maps, mean, variance, training, momentum)
    center, spread = (moment(maps, axis=(1, 2), keepdims=True) for moment in (np.mean, np.var))
    kept = momentum * mean + (1 - momentum) * center.mean((0, 1, 2))
    also = momentum * variance + (1 - momentum) * spread.mean((0, 1, 2))
    return (maps - center) / np.sqrt(spread + EPSILON), kept, also


def each_place_alone(maps, mean, variance, training, momentum):
    if not training:
        return normalize(maps, mean, variance, training, momentum)
    center, spread = maps.mean(axis=0), maps.var(axis=0)
    kept = momentum * mean + (1 - momentum) * center.mean((0, 1))
    also = momentum * variance + (1 - momentum) * spread.mean((0, 1))
    return (maps - center) / np.sqrt(spread + EPSILON), kept, also


def momentum_upside_down(maps, mean, variance, training, momentum):
    return normalize(maps, mean, variance, training, 1 - momentum)


def always_the_batch(maps, mean, variance, training, momentum):
    moved = normalize(maps, mean, variance, training, momentum)[1:]
    return normalize(maps, mean, variance, True, momentum)[0], *moved


def always_the_moving(maps, mean, variance, training, momentum):
    moved = normalize(maps, mean, variance, training, momentum)[1:]
    return normalize(maps, mean, variance, False, momentum)[0], *moved


def moved_before_use(maps, mean, variance, training, momentum):
    moved = normalize(maps, mean, variance, training, momentum)[1:]
    return normalize(maps, *moved, False, momentum)[0], *moved


def collects_at_inference(maps, mean, variance, training, momentum):
    moved = normalize(maps, mean, variance, True, momentum)[1:]
    return normalize(maps, mean, variance, training, momentum)[0], *moved


def never_collects(maps, mean, variance, training, momentum):
    return normalize(maps, mean, variance, training, momentum)[0], mean, variance


def divides_by_the_variance(maps, mean, variance, training, momentum):
    used = (maps.mean((0, 1, 2)), maps.var((0, 1, 2))) if training else (mean, variance)
    moved = normalize(maps, mean, variance, training, momentum)[1:]
    return (maps - used[0]) / (used[1] + EPSILON), *moved


def keeps_deviations(maps, mean, variance, training, momentum):
    normalized, kept, _ = normalize(maps, mean, variance, training, momentum)
    if training:
        variance = momentum * variance + (1 - momentum) * maps.std((0, 1, 2))
    return normalized, kept, variance


def divides_by_one_less(maps, mean, variance, training, momentum):
    if not training:
        return normalize(maps, mean, variance, training, momentum)
    spread = maps.var((0, 1, 2), ddof=1)
    kept = momentum * mean + (1 - momentum) * maps.mean((0, 1, 2))
    also = momentum * variance + (1 - momentum) * spread
    return (maps - maps.mean((0, 1, 2))) / np.sqrt(spread + EPSILON), kept, also


def only_the_maps(maps, mean, variance, training, momentum):
    return normalize(maps, mean, variance, training, momentum)[0]


def statistics_per_picture(maps, mean, variance, training, momentum):
    return normalize(maps, mean, variance, training, momentum)[0], maps.mean((1, 2)), variance


def works_in_place(maps, mean, variance, training, momentum):
    mean *= momentum
    return maps, mean, variance


def off_by_two(maps, mean, variance, training, momentum):
    normalized, *moved = normalize(maps, mean, variance, training, momentum)
    return normalized + 2, *moved


def factors(gamma, variance):
    return gamma / np.sqrt(variance + EPSILON)


def fold(kernel, gamma, beta, mean, variance):
    scale = factors(gamma, variance)
    return kernel * scale, beta - mean * scale


def fold_filter_by_filter(kernel, gamma, beta, mean, variance):
    kernels, biases = [], []
    for k in range(kernel.shape[-1]):
        scale = float(gamma[k]) / (float(variance[k]) + EPSILON) ** 0.5
        kernels.append(kernel[..., k] * scale)
        biases.append(float(beta[k]) - float(mean[k]) * scale)
    return [np.stack(kernels, axis=-1).astype("float32"), biases]


def fold_in_tensors(kernel, gamma, beta, mean, variance):
    scale = keras.ops.convert_to_tensor(gamma / np.sqrt(variance + EPSILON), "float32")
    return kernel.astype("float32") * scale, beta.astype("float32") - mean.astype("float32") * scale


def fold_with(root):
    """Return a folding that divides by something else."""

    def folded(kernel, gamma, beta, mean, variance):
        scale = gamma / root(variance)
        return kernel * scale, beta - mean * scale

    return folded


def fold_into_inputs(kernel, gamma, beta, mean, variance):
    scale = factors(gamma, variance)
    return kernel * scale[:, None], beta - mean * scale


def fold_without_root(kernel, gamma, beta, mean, variance):
    scale = gamma / (variance + EPSILON)
    return kernel * scale, beta - mean * scale


def with_bias(bias):
    return lambda kernel, gamma, beta, mean, variance: (
        kernel * factors(gamma, variance),
        bias(factors(gamma, variance), beta, mean),
    )


def fold_without_gamma(kernel, gamma, beta, mean, variance):
    return fold(kernel, np.ones_like(gamma), beta, mean, variance)


def fold_the_bias_only(kernel, gamma, beta, mean, variance):
    return kernel, fold(kernel, gamma, beta, mean, variance)[1]


def fold_upside_down(kernel, gamma, beta, mean, variance):
    return kernel / factors(gamma, variance), beta - mean / factors(gamma, variance)


def one_bias_for_all(kernel, gamma, beta, mean, variance):
    return kernel, beta.mean()


def norm_relu(x, convolution):
    return convolution(layers.ReLU()(layers.BatchNormalization()(x)))


def build(block, num_blocks, width, classes=10, side=16, activation="softmax"):
    """Return a net of blocks behind a 1×1 convolution; ``block`` is called with maps and width."""
    inputs = keras.Input((side, side, 3))
    x = layers.Conv2D(width, 1)(inputs)
    for _ in range(num_blocks):
        x = block(x, width)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes, activation=activation)(x))


def shortcut(x, width):
    y = x
    for _ in range(2):
        convolution = layers.Conv2D(width, 3, padding="same", use_bias=False)
        y = norm_relu(y, convolution)
    return layers.Add()([x, y])


def shortcut_separable(x, width):
    y = x
    for _ in range(2):
        y = norm_relu(y, layers.SeparableConv2D(width, 3, padding="same", use_bias=False))
    return x + y


def plain(x, width):
    x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    return layers.Conv2D(width, 3, padding="same", activation="relu")(x)


def deep_net():
    return build(shortcut, 20, 8)


def deep_net_separable():
    return build(shortcut_separable, 20, 16)


def deep_net_of_models():
    """Build each block as a model of its own, and make the maps smaller in between."""
    inputs = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, padding="same")(inputs)
    for number in range(20):
        block = keras.Input((16 if number < 10 else 8, 16 if number < 10 else 8, 8))
        x = keras.Model(block, shortcut(block, 8))(x)
        if number == 9:
            x = layers.AveragePooling2D(2)(x)
    x = layers.Flatten()(layers.GlobalAveragePooling2D(keepdims=True)(x))
    return keras.Model(inputs, layers.Softmax()(layers.Dense(10)(x)))


def deep_net_plain():
    keras.utils.set_random_seed(6)
    return build(plain, 20, 8)


def deep_net_of_sigmoids():
    def block(x, width):
        return layers.Conv2D(width, 3, padding="same", activation="sigmoid")(x)

    return build(block, 40, 8)


def shallow_net():
    return build(shortcut, 10, 8)


def side_by_side():
    inputs = keras.Input((16, 16, 3))
    x = layers.Add()([layers.Conv2D(4, 3)(inputs) for _ in range(40)])
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


def dear_net():
    return build(shortcut, 20, 16)


def one_long_shortcut():
    keras.utils.set_random_seed(6)

    def block(x, width):
        x = before = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        for _ in range(20):
            x = plain(x, width)
        return layers.Add()([x, before])

    return build(block, 1, 8)


def exploding_net():
    keras.utils.set_random_seed(6)

    def block(x, width):
        y = layers.Conv2D(width, 3, padding="same", kernel_initializer="he_normal")(x)
        return layers.Add()([x, y])

    return build(block, 40, 8)


def normalized_only():
    def block(x, width):
        x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization()(x))

    return build(block, 40, 8)


def two_classes():
    return build(shortcut, 20, 8, classes=2)


def no_probabilities():
    return build(shortcut, 20, 8, activation=None)


def silent_net():
    inputs = keras.Input((16, 16, 3))
    x = build(shortcut, 20, 8).layers and inputs
    for _ in range(40):
        x = layers.Conv2D(4, 3, padding="same")(x)
    x = layers.GlobalAveragePooling2D()(x)
    head = layers.Dense(10, activation="softmax", kernel_initializer="zeros")
    return keras.Model(inputs, head(x))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.inside = deep_net()

    def call(self, inputs):
        return self.inside(inputs)


RIGHT = {
    "06.1": [right, with_a_plus_sign, with_average_pooling, with_relus_of_their_own],
    "06.2": [
        [0.25**6, 1.25**6, (1 + 0.25**2) ** 3],
        (0.00024, 3.81, 1.2),
        np.array([1 / 4096, 3.8147, 1.1995]),
    ],
    "06.3": [
        [48 * 144, 9 * 144, 144 * 96, 48 * 96],
        np.array([6912, 1296, 13824, 4608]),
        (6912.0, 1296.0, 13824.0, 4608.0),
    ],
    "06.4": [normalize, normalize_with_keras, normalize_as_a_list],
    "06.5": [fold, fold_filter_by_filter, fold_in_tensors],
    "06.6": [deep_net, deep_net_separable, deep_net_of_models],
    "06.Q1": ["a", "A)"],
    "06.Q2": ["c", "(c)"],
}

WRONG = {
    "06.1": [
        (broken, "the addition still meets two shapes"),
        (compares_channels_only, "One case is left"),
        (compares_strides_only, "The condition has two halves"),
        (forgets_the_strides, "What has the shortcut to do"),
        (projects_always, "even where the shapes agree"),
        (projects_with_relu, "The projection has no activation"),
        (pools_where_it_can, "max pooling lets only the largest"),
        (projects_with_3_by_3, "for a ninth of the weights"),
        (relu_after_the_sum, "an activation after the sum"),
        (keeps_the_size, "The main path already has the right shape"),
        (concatenates, "Concatenate puts them side by side"),
        (gives_up_the_sum, "nothing is added"),
        (loses_the_relu, "Repair the shortcut, nothing else"),
        (loses_one_relu, "Repair the shortcut, nothing else"),
        (strides_too_late, "the first 3×3 convolution takes the strides"),
        (normalizes_the_sum, "BatchNormalization stands behind the sum"),
        (nothing_to_add, "The main path already has the right shape"),
        (another_input, "does not depend on its inputs"),
        ("Conv2D", "needs the function itself"),
    ],
    "06.2": [
        ([6 * 0.25, 1.25**6, 1.0625**3], "You add the slopes up"),
        ([0.25 / 6, 1.25**6, 1.0625**3], "You share one slope out"),
        ([0.25**5, 1.25**6, 1.0625**3], "one layer too few"),
        ([4096, 1.25**6, 1.0625**3], "how many times smaller"),
        ([0.0002, 1.25**6, 1.0625**3], "rounded too far"),
        ([0.25**6, 4, 1.0625**3], "rounded too far"),
        ([0.25**6, 0.25**6, 1.0625**3], "A shortcut around each layer: This is the plain chain"),
        ([0.25**6, 1 + 0.25**6, 1.0625**3], "one single shortcut"),
        ([0.25**6, 1.25, 1.0625**3], "around each layer: That is what one block does"),
        ([0.25**6, 7.5, 1.0625**3], "They multiply, too"),
        ([0.25**6, 1, 1], "comes on top of its 1"),
        ([0.25**6, 1.25**6, 1.5**3], "form a chain of their own"),
        ([0.25**6, 1.25**6, 1.25**3], "what do two of these slopes in a row make"),
        ([0.25**6, 1.25**6, 1.0625**6], "How many blocks are six layers"),
        ([0.25**6, 1.25**6, 1.0625], "every two layers: That is what one block does"),
        ([0.25**6, 1.25**6, 1.25**6], "count anew"),
        ([0.25**6, 1.25**6, 5], "First find the slope of one block"),
        (0.25**6, "a list of 3 numbers"),
    ],
    "06.3": [
        ([9 * 48 * 144, 1296, 13824, 4608], "The uppermost box: The kernel is 1×1 here"),
        ([6912 + 144, 1296, 13824, 4608], "The question says that none has one"),
        ([144, 1296, 13824, 4608], "Each filter reads all channels"),
        ([6912, 9 * 144 * 144, 13824, 4608], "only the first half of a separable one"),
        ([6912, 9 * 144 + 144 * 144, 13824, 4608], "a box of its own"),
        ([6912, 9 * 48, 13824, 4608], "The box above has changed their number"),
        ([6912, 9 * 96, 13824, 4608], "Only the next box changes"),
        ([6912, 9, 13824, 4608], "That is one window"),
        ([6912, 324, 13824, 4608], "Strides make the maps smaller"),
        ([6912, 1, 13824, 4608], "how many weights has a window"),
        ([6912, 1296, 4608, 4608], "not the block's input"),
        ([6912, 1296, 13824, 13824], "begins at the input of the block"),
        ([6912, 1296, 13824, 18432], "They give the kernel no weights"),
        ([6912, 1296, 13824, 0], "free only where"),
        ([6912, 1296, 13824, 1], "Follow the orange line"),
        ([1, 2, 3], "a list of 4 numbers"),
    ],
    "06.4": [
        (one_mean_for_all, "Each channel has its own"),
        (each_picture_alone, "normalize each picture by itself"),
        (each_place_alone, "a mean for each place"),
        (momentum_upside_down, "leap instead of drifting"),
        (always_the_batch, "At inference you still use the batch's own"),
        (always_the_moving, "In training you normalize with the moving statistics already"),
        (moved_before_use, "that you have just updated"),
        (collects_at_inference, "goes on collecting at inference"),
        (never_collects, "the moving statistics never move"),
        (divides_by_the_variance, "You divide by the variance"),
        (keeps_deviations, "what is kept are variances"),
        (divides_by_one_less, "one less than the number of values"),
        (only_the_maps, "in this order, with commas"),
        (statistics_per_picture, "one number for each channel stays one for each channel"),
        (works_in_place, "changes what it is given"),
        (ignores_training, "At inference, too, you normalize with the statistics of the batch"),
        (the_batch_as_statistics, "At inference, too, you normalize"),
        (normalize_dividing(lambda apart, v: apart / np.sqrt(v)), "hardly varies"),
        (normalize_dividing(lambda apart, v: apart / (np.sqrt(v) + 0.001)), "hardly varies"),
        (normalize_dividing(lambda apart, v: apart / np.sqrt(v) + 0.001), "hardly varies"),
        (off_by_two, "Look at the normalized maps in training"),
    ],
    "06.5": [
        (fold_into_inputs, "Your factors sit on the channels that come *in*"),
        (fold_without_root, "You divide by the variance"),
        (with_bias(lambda scale, beta, mean: beta), "something is subtracted before the scaling"),
        (with_bias(lambda scale, beta, mean: beta - mean), "so it is scaled as well"),
        (with_bias(lambda scale, beta, mean: beta + mean * scale), "Look at its sign"),
        (with_bias(lambda scale, beta, mean: -mean * scale), "One of the five arguments"),
        (with_bias(lambda scale, beta, mean: (beta - mean) * scale), "you scale beta as well"),
        (fold_with(np.sqrt), "hardly varies"),
        (fold_with(lambda variance: np.sqrt(variance) + 0.001), "hardly varies"),
        (fold_without_gamma, "The learned factor gamma is missing"),
        (fold_the_bias_only, "the kernel is as it was"),
        (fold_upside_down, "does not give what Keras' two layers give"),
        (one_bias_for_all, "One of them has the shape ()"),
        (lambda *arrays: arrays[0], "in this order, with commas"),
        (1.0, "needs the function itself"),
    ],
    "06.6": [
        (deep_net_plain, "A product with a factor for each layer"),
        (deep_net_of_sigmoids, "A product with a factor for each layer"),
        (shallow_net, "passes 20 convolutions"),
        (side_by_side, "Those side by side count once"),
        (dear_net, "the budget is 30,000"),
        (one_long_shortcut, "One long shortcut feeds only its two ends"),
        (exploding_net, "Nothing vanishes here, it explodes"),
        (normalized_only, "Normalization is not enough at this depth"),
        (two_classes, "return 10 probabilities"),
        (no_probabilities, "are no probabilities"),
        (silent_net, "Not even the last convolution"),
        (Subclassed, "cannot follow the layers"),
        (lambda: keras.Input((16, 16, 3)), "does not return a Keras model"),
        (keras.Sequential(), "builds it, to build one of its own"),
    ],
    "06.Q1": [("b", "stands a relu"), ("c", "no normalization follows it"), ("d", "the very next")],
    "06.Q2": [("a", "by heart"), ("b", "they stand still"), ("d", "small number under the root")],
}


def stub_1(inputs, num_filters, strides): ...


def stub_4(maps, mean, variance, training, momentum): ...


def stub_5(kernel, gamma, beta, mean, variance): ...


def stub_6(): ...


STUBS = {"06.1": [stub_1], "06.4": [stub_4], "06.5": [stub_5], "06.6": [stub_6]}

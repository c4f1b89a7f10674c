"""Answers to the exercises of chapter 05."""

import numpy as np

LIES = {
    ("digits", "mirror"),
    ("digits", "half turn"),
    ("left or right hands", "mirror"),
    ("clocks without numerals or marks, read to the minute", "mirror"),
    ("clocks without numerals or marks, read to the minute", "half turn"),
    ("clocks without numerals or marks, read to the minute", "turn by 10 degrees"),
}


def keeps(pictures, change):
    return (pictures, change) not in LIES


def losses():
    import keras

    return keras.losses


def pick(units, activation, labels):
    binary = losses().BinaryCrossentropy(from_logits=activation is None)
    sparse = losses().SparseCategoricalCrossentropy(from_logits=activation is None)
    one_hot = losses().CategoricalCrossentropy(from_logits=activation is None)
    return binary if units == 1 else one_hot if labels == "one-hot" else sparse


def pick_summed(units, activation, labels):
    """The right kind of loss, but added up over the pictures."""
    kind = type(pick(units, activation, labels))
    return kind(from_logits=activation is None, reduction="sum")


def pick_names(units, activation, labels):
    if activation is None:
        return pick(units, activation, labels)
    if units == 1:
        return "binary_crossentropy"
    return "categorical_crossentropy" if labels == "one-hot" else "sparse_categorical_crossentropy"


def pick_formulas(units, activation, labels):
    """Losses written by hand."""

    def loss(y_true, y_pred):
        y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
        if units == 1:
            p = y_pred if activation else 1 / (1 + np.exp(-y_pred))
            return -np.log(np.where(y_true == 1, p, 1 - p))
        p = y_pred if activation else np.exp(y_pred) / np.exp(y_pred).sum(axis=1, keepdims=True)
        rows = y_true if labels == "one-hot" else np.eye(units)[y_true]
        return -np.log((p * rows).sum(axis=1))

    return loss


def flipped(pictures, mirror):
    return np.where(np.reshape(mirror, (-1, 1, 1, 1)), pictures[:, :, ::-1], pictures)


def coins(pictures, training):
    if not training:
        return pictures
    return flipped(pictures, np.random.default_rng().random(len(pictures)) < 0.5)


def exactly_half(pictures, training):
    mirror = np.random.default_rng().permutation(len(pictures)) < len(pictures) // 2
    return flipped(pictures, mirror & training)


def with_keras(pictures, training):
    import keras

    return keras.layers.RandomFlip("horizontal")(pictures, training=training)


def with_tensorflow(pictures, training):
    import tensorflow as tf

    return tf.image.random_flip_left_right(pictures) if training else tf.constant(pictures)


class LazyLayer:
    """Builds a Keras layer at the first call, so that collecting the tests loads no TensorFlow."""

    def __call__(self, pictures, training):
        import keras

        class MirrorHalf(keras.layers.Layer):
            def call(self, pictures, training=False):
                if not training:
                    return pictures
                toss = keras.random.uniform((keras.ops.shape(pictures)[0], 1, 1, 1))
                mirrored = keras.ops.flip(pictures, axis=2)
                return keras.ops.where(toss < 0.5, mirrored, pictures)

        return MirrorHalf()(pictures, training=training)


def in_training(change):
    return lambda pictures, training: change(pictures) if training else pictures


def some(change):
    """Change about half of the pictures at random, in training."""
    return in_training(
        lambda pictures: np.where(
            np.random.default_rng().random((len(pictures), 1, 1, 1)) < 0.5,
            change(pictures),
            pictures,
        )
    )


def shuffles(pictures):
    random = np.random.default_rng()
    return coins(pictures[random.permutation(len(pictures))], True)


def recipe(leave_out=(), fill="nearest", **changed):
    """Return a function that builds the layers of exercise 05.7, with changes."""

    def build():
        from keras import Sequential, layers

        edge = {"fill_mode": fill} if fill else {}
        numbers = {"rotation": (0.05,), "shift": (0, 0.15), "zoom": (0.3, 0.3)} | changed
        parts = {
            "flip": layers.RandomFlip(numbers.get("flip", "horizontal")),
            "rotation": layers.RandomRotation(*numbers["rotation"], **edge),
            "shift": layers.RandomTranslation(*numbers["shift"], **edge),
            "zoom": layers.RandomZoom(*numbers["zoom"], **edge),
            "scale": layers.Rescaling(numbers.get("scale", 1 / 255)),
        }
        return Sequential([layer for name, layer in parts.items() if name not in leave_out])

    return build


def recipe_in_other_words():
    from keras import Input, Model, Sequential, layers

    edge = {"fill_mode": "nearest", "dtype": "float32"}
    moves = [
        layers.RandomTranslation(width_factor=(-0.15, 0.15), height_factor=0.0, **edge),
        layers.RandomZoom((-0.3, 0.3), (-0.3, 0.3), **edge),
        layers.RandomRotation((-18 / 360, 18 / 360), **edge),
    ]
    inputs = Input((60, 60, 3))
    x = layers.Rescaling(scale=1.0 / 255)(inputs)
    x = Sequential(moves)(x)
    return Model(inputs, layers.RandomFlip(mode="horizontal")(x))


def policy(**changed):
    """Return a function that builds the layers of exercise 05.8, with changes."""

    def build():
        from keras import layers

        chosen = {"RandomTranslation": (0.1, 0.1), "RandomRotation": (0.02,)}
        chosen |= {"RandomZoom": (0.2,), "RandomBrightness": (0.15,)} | changed
        parts = [(name, given) for name, given in chosen.items() if given is not None]
        return [getattr(layers, name)(*given) for name, given in parts]

    return build


def policy_as_model():
    from keras import Sequential, layers

    return Sequential(
        [
            layers.RandomTranslation(0.1, 0.1),
            layers.RandomRotation((-0.015, 0.015), fill_mode="nearest"),
            layers.RandomZoom((-0.2, 0.2), (-0.2, 0.2)),
            layers.RandomContrast(0.3),
        ]
    )


def with_course_layer():
    from keras import layers

    from course_utils.models import RandomAffine

    place = layers.RandomTranslation(0.05, 0.05)
    affine = RandomAffine(mirror=False, rotation=0.02, zoom=0.2)
    return [place, affine, layers.RandomBrightness(0.2)]


RIGHT = {
    "05.1": [keeps, *(lambda *c, form=form: form(keeps(*c)) for form in (np.bool_, np.array))],
    "05.2": [[14, 4, 8], (14.0, 4.0, 8.0), np.array([14, 4, 8])],
    "05.3": [[2000, 7.5, 6], (2_000, 6 / 0.8, 6.0), np.array([2000, 7.5, 6])],
    "05.4": [["e", "b", "a", "c"], "ebac", ("E", " b ", "(a)", "c)"), np.array(list("ebac"))],
    "05.5": [pick, pick_names, pick_formulas],
    "05.6": [coins, exactly_half, with_keras, with_tensorflow, LazyLayer()],
    "05.7": [recipe(), recipe_in_other_words, recipe(rotation=((-0.05, 0.05),))],
    "05.8": [policy(), policy_as_model, with_course_layer],
    "05.Q1": ["c"],
    "05.Q2": ["a"],
}

WRONG = {
    "05.1": [
        (lambda pictures, change: True, "finds every change harmless"),
        (lambda pictures, change: False, "trusts no change"),
        (lambda pictures, change: not keeps(pictures, change), "where the label is kept"),
        (lambda pictures, change: change == "mirror" or keeps(pictures, change), "every mirror"),
        (lambda pictures, change: change == "half turn" or keeps(pictures, change), "Section 2"),
        (
            lambda pictures, change: change != "mirror" and keeps(pictures, change),
            "rejects every mirror",
        ),
        (
            lambda pictures, change: keeps(pictures, change) and "cats" not in pictures,
            "What would you call the animal",
        ),
        (
            lambda pictures, change: (
                keeps(pictures, change) and (pictures, change) != ("cats or dogs", "half turn")
            ),
            "never meet an upside-down pet",
        ),
        (
            lambda pictures, change: keeps(pictures, change) or "10" in change,
            "read to the minute' and 'turn by 10 degrees'",
        ),
        (
            lambda pictures, change: keeps(pictures, change) and "hands" not in pictures,
            "Do it with your own hand",
        ),
        (lambda pictures, change: "yes", "Return True or False"),
        (lambda pictures, change: 1, "Return True or False"),
        (lambda pictures: True, "stopped with TypeError"),
        (lambda pictures, change: str(keeps(pictures, change)), "Return True or False"),
        (True, "needs the function itself"),
    ],
    "05.2": [
        ([12, 4, 8], "a shift by nothing"),
        ([9, 4, 8], "are not added"),
        ([14, 3, 8], "both together"),
        ([14, 4, 16], "Take a sheet of paper, mirror it both ways"),
        ([14, 4, 12], "lead to the same picture"),
        ([14, 4, 6], "an R that shows through"),
        ([14, 4, 5], "write an R on a sheet"),
        (14, "asks for a list of 3 numbers"),
    ],
    "05.3": [
        ([8000, 7.5, 6], "the share that is lost"),
        ([2000, 6, 6], "would make the mean fall"),
        ([2000, 12, 6], "doubling keeps the mean"),
        ([2000, 30, 6], "divide by the share that is lost"),
        ([2000, 7.2, 6], "a fifth more in each"),
        ([2000, 7.5, 4.8], "how dropout was first described"),
        ([2000, 7.5, 7.5], "nothing has to make up for it"),
        ([2000, 7.5, 5], "what is lost here, and"),
    ],
    "05.4": [
        ("abac", "3 of 4 are right. Look at A again: the layers stand in the net"),
        ("dbac", "a twin proved"),
        ("eeac", "where does a batch come from"),
        ("ebec", "what is the score a score of"),
        ("ebae", "follow one white pixel"),
        ("beeb", "0 of 4 are right. Look at A"),
        ("ebaz", "none of the letters to choose from"),
        ("eba", "a list of 4 letters"),
        ({"A": "e"}, "a list of 4 letters"),
    ],
    "05.5": [
        (lambda *_: "binary_crossentropy", "a yes-or-no question"),
        (
            lambda units, activation, labels: pick_names(units, activation or "softmax", labels),
            "the outputs are no probabilities",
        ),
        (lambda units, activation, labels: pick(units, None, labels), "squeeze them"),
        (
            lambda units, activation, labels: pick(
                units, activation, "integers" if labels == "one-hot" else "one-hot"
            ),
            "the labels are plain numbers",
        ),
        (
            lambda units, activation, labels: pick(units, activation, "integers"),
            "rows of zeros",
        ),
        (lambda *_: "categorical_crossentropy", "With a single unit"),
        (lambda *_: "mse", "not minus the logarithm"),
        (pick_summed, "(1, 'sigmoid', 'integers'): the kind is right, and so"),
        (
            lambda *case: (pick if case[1] else pick_summed)(*case),
            "(1, None, 'integers'): the kind is right, and so",
        ),
        (lambda *_: "no such loss", "something that is no loss"),
        ("binary_crossentropy", "needs the function itself"),
    ],
    "05.6": [
        (lambda pictures, training: pictures, "With training=True nothing changes"),
        (in_training(lambda pictures: pictures[:, :, ::-1]), "every picture is mirrored"),
        (lambda pictures, training: coins(pictures, True), "With training=False the pictures"),
        (lambda pictures, training: coins(pictures, not training), "the other way round"),
        (some(lambda pictures: pictures[:, ::-1]), "upside down: the axes"),
        (some(lambda pictures: pictures[:, ::-1, ::-1]), "after a half turn"),
        (some(lambda pictures: pictures[..., ::-1]), "red and blue"),
        (some(lambda pictures: pictures[:, :, ::-1] / 255), "come out with other values"),
        (some(lambda pictures: pictures[:, :, ::-1] * 0), "neither as they were nor mirrored"),
        (in_training(shuffles), "another place of the batch"),
        (
            in_training(lambda pictures: flipped(pictures, np.arange(len(pictures)) % 2)),
            "the same pictures are mirrored",
        ),
        (
            in_training(lambda pictures: flipped(pictures, next(COIN))),
            "One coin decides for the whole batch",
        ),
        (
            in_training(lambda pictures: flipped(pictures, next(RARE)[: len(pictures)])),
            "The question asks for one half",
        ),
        (
            in_training(lambda pictures: np.concatenate([pictures, pictures[:, :, ::-1]])),
            "none is added and none left out",
        ),
        (in_training(lambda pictures: np.swapaxes(pictures, 1, 2)), "changes no shape"),
        (lambda pictures, training: (pictures, [0] * len(pictures)), "Return the pictures alone"),
        (0.5, "needs the function itself"),
    ],
    "05.7": [
        (recipe(rotation=(18,)), "in the range [-1, 1]"),
        (recipe(rotation=(0.18,)), "A hundred degrees"),
        (recipe(rotation=(0.1,)), "twice as far"),
        (recipe(rotation=(0.025,)), "nothing is halved"),
        (recipe(rotation=(np.radians(18),)), "radians"),
        (recipe(rotation=((0, 0.05),)), "turns from 0.0 to 18.0 degrees"),
        (recipe(shift=(0.15, 0)), "shifts up and down. The first"),
        (recipe(shift=(0.15, 0.15)), "also shifts up and down"),
        (recipe(zoom=(0.3,)), "keeps the shape of things"),
        (recipe(zoom=(0.7, 0.3)), "to both sides of 1"),
        (recipe(flip="horizontal_and_vertical"), "upside down"),
        (recipe(scale=255), "0–255 to 0–1"),
        (recipe(fill=None), "All numbers are right"),
        (recipe(leave_out=["zoom"]), "what zoom_range did"),
        (lambda: [recipe()(), recipe()()], "is there twice"),
        (policy(), "RandomBrightness translates none"),
        ([40 / 360, 0.2], "needs the layers themselves"),
    ],
    "05.8": [
        (policy(RandomFlip=("horizontal",)), "come out mirrored"),
        (policy(RandomRotation=(0.2,)), "come out turned by"),
        (policy(RandomZoom=(0.8,)), "times as large"),
        (policy(RandomTranslation=(0.4, 0.4)), "their edge is cut off"),
        (policy(RandomBrightness=(0.9,)), "almost black or almost white"),
        (policy(RandomHue=(0.5,)), "colour is part of the label"),
        (policy(RandomGrayscale=(0.5,)), "colour is part of the label"),
        (policy(RandomZoom=None), "nearer and farther"),
        (policy(RandomRotation=None), "the camera tilts a little"),
        (policy(RandomTranslation=None), "a little off the middle"),
        (policy(RandomBrightness=None), "the light is another one"),
        (policy(Rescaling=(1 / 255,)), "0 to 255 goes in and comes out"),
        (policy(RandomCrop=(50, 50)), "pictures of the size"),
        (lambda: [], "needs the layers themselves"),
    ],
    "05.Q1": [("a", "five times"), ("b", "that choice"), ("d", "same score")],
    "05.Q2": [("b", "could lift it above"), ("c", "other way round"), ("d", "swapped sets")],
}


def in_turn(*values):
    """Yield the values again and again."""
    while True:
        yield from values


COIN = in_turn([True], [False])
RARE = in_turn(np.arange(64) == 3, np.arange(64) == 5)


def keeps_label(pictures, change): ...


def pick_loss(units, activation, labels): ...


def mirror_half(pictures, training): ...


STUBS = {"05.1": [keeps_label], "05.5": [pick_loss], "05.6": [mirror_half]}

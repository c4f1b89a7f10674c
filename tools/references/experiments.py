"""The trainings behind the headline results, as their chapters run them.

An experiment says how a chapter builds, compiles and trains; the lengths come from the profile.
Its fingerprint changes with everything that its result depends on, but for the library versions.
"""

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from course_utils import profiles
from tools import fingerprint as hashes


@dataclass(frozen=True)
class Outcome:
    """What one training gave.

    Attributes:
        accuracy: On the test pictures, with the weights that were kept.
        num_test_pictures: How many those are.
        history: The training's history.
    """

    accuracy: float
    num_test_pictures: int
    history: Any


@dataclass(frozen=True)
class Sets:
    """Training, validation and test pictures, each as ``fit`` and ``evaluate`` take them."""

    train: Any
    validation: Any
    test: Any
    num_test_pictures: int


@dataclass(frozen=True)
class Experiment:
    """One headline result.

    Attributes:
        name: Name of its plan in the profiles; ``references.compare`` is called with it.
        build: Returns the compiled models of a profile, in the order in which they are trained.
        load: Returns the pictures for a plan, a source and a seed.
        train: Trains the models; returns the history that is recorded.
        picks_precision: Whether the chapter lets the hardware choose the number format.
        plans: Names of further plans that the result depends on.
        pictures: What it is measured on, "drawn" or "real".
    """

    name: str
    build: Callable[[profiles.Profile], list]
    load: Callable[[profiles.Training, str, int], Sets]
    train: Callable[[list, Sets, profiles.Profile], Any]
    picks_precision: bool = False
    plans: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ("drawn", "real")

    def run(self, profile: profiles.Profile, source: str, seed: int) -> Outcome:
        """Train once and test; imports TensorFlow."""
        import keras

        keras.utils.set_random_seed(seed)
        sets = self.load(profile[self.name], source, seed)
        nets = self.build(profile)
        history = self.train(nets, sets, profile)
        test = sets.test if isinstance(sets.test, tuple) else (sets.test,)
        accuracy = nets[-1].evaluate(*test, verbose=0)[1]
        return Outcome(float(accuracy), sets.num_test_pictures, history)

    def fingerprint(self, profile: profiles.Profile, source: str, precision: str) -> str:
        """Return a hash of models, recipe, plans, pictures, backend and precision."""
        import keras

        from course_utils.data import pipeline
        from course_utils.models import small_base
        from course_utils.samples import digits, pets

        policy = keras.config.dtype_policy()
        keras.config.set_dtype_policy(precision)
        try:
            nets = [hashes.model(net) for net in self.build(profile)]
        finally:
            keras.config.set_dtype_policy(policy)
        is_digits = self.load is _digits
        return hashes.of(
            {
                "models": nets,
                "weights": _hash_of(small_base.FILE) if self.build is _build_fine_tuned else None,
                "plans": {name: asdict(profile[name]) for name in (self.name, *self.plans)},
                "how": _code_of(self.train),
                "pictures": (digits if is_digits else pets).VERSION
                if source == "sample"
                else "real",
                "reading": [_code_of(self.load), None if is_digits else pipeline.VERSION],
                "backend": keras.backend.backend(),
                "precision": precision,
            }
        )


def _code_of(function: Callable) -> list[str]:
    """Describe a function, what it calls of this module, and what these call of the package.

    Of the package that is how it trains and unfreezes; reading pictures has a version of its own.
    """
    from course_utils import models, training

    own, lent = [function], []
    for one in own:  # grows on the way
        for name in one.__code__.co_names:
            places = (globals(), vars(training), vars(models))
            called = next((place[name] for place in places if name in place), None)
            if inspect.isfunction(called) and called not in own + lent:
                (own if name in globals() else lent).append(called)
    return [hashes.code(one) for one in own + lent]


def _hash_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def _digits(plan: profiles.Training, source: str, seed: int) -> Sets:
    """Load digits as chapters 01 and 02 do."""
    import keras

    from course_utils import data

    loaded = data.load("mnist", source, num_train=plan.pictures, num_test=plan.test_pictures)
    train, test = (
        (pictures[..., None].astype("float32") / 255, keras.utils.to_categorical(labels, 10))
        for pictures, labels in loaded
    )
    return Sets(train, None, test, len(test[0]))


def _split_pets(plan: profiles.Training, source: str):
    """Split cats and dogs as chapters 04 to 07 do."""
    from course_utils import data

    num_train = plan.pictures // 2
    num_validation = num_train // 2
    per_class = num_train + num_validation + plan.test_pictures // 2
    pictures = data.load("dogs-vs-cats", source, at_most=per_class)
    return data.split_by_index(
        pictures,
        train=range(num_train),
        validation=range(num_train, num_train + num_validation),
        test=range(num_train + num_validation, per_class),
    )


def _pets(plan: profiles.Training, source: str, seed: int) -> Sets:
    """Read cats and dogs as chapters 04 to 06 do."""
    from course_utils import data

    split = _split_pets(plan, source)
    datasets = data.image_datasets(split, plan.image_size, plan.batch_size, seed=seed)
    return Sets(*datasets, len(split.test))


def _pets_in_memory(plan: profiles.Training, source: str, seed: int) -> Sets:
    """Read cats and dogs as chapter 07 does, whose base has seen pictures that were averaged."""
    from PIL import Image

    split = _split_pets(plan, source)
    size = (plan.image_size, plan.image_size)

    def read(subset):
        photos = (Image.open(split.folder / name).convert("RGB") for name in subset.names)
        small = (photo.resize(size, Image.Resampling.BILINEAR) for photo in photos)
        return np.stack(list(small)), np.array(subset.labels, "float32")

    return Sets(*map(read, (split.train, split.validation, split.test)), len(split.test))


def _compiled(model, loss: str, optimizer="rmsprop"):
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    return model


def _shape(plan: profiles.Training) -> tuple[int, int, int]:
    return plan.image_size, plan.image_size, 3


def _build_mlp(profile: profiles.Profile) -> list:
    from course_utils import models

    return [_compiled(models.build_mlp(), "categorical_crossentropy")]


def _build_mnist_convnet(profile: profiles.Profile) -> list:
    from course_utils import models

    return [_compiled(models.build_mnist_convnet(), "categorical_crossentropy")]


def _build_small_convnet(profile: profiles.Profile) -> list:
    from course_utils import models

    model = models.build_small_convnet(_shape(profile["04.small_convnet"]))
    return [_compiled(model, "binary_crossentropy")]


def _build_augmented(profile: profiles.Profile) -> list:
    from course_utils import models

    shape = _shape(profile["05.augmented"])
    remedies = {"augmentation": models.build_augmentation(), "dropout": 0.5}
    nets = models.build_small_convnet(shape), models.build_small_convnet(shape, **remedies)
    return [_compiled(net, "binary_crossentropy") for net in nets]


def _build_mini_xception(profile: profiles.Profile) -> list:
    from course_utils import models

    plan = profile["06.mini_xception"]
    # As the chapter does: too few steps for averages over hundreds, or for augmented pictures.
    long = plan.epochs * plan.num_batches > 2_000
    model = models.build_mini_xception(
        _shape(plan),
        augmentation=models.build_augmentation() if long else None,
        momentum=0.99 if long else 0.9,
    )
    return [_compiled(model, "binary_crossentropy")]


def _build_plain_xception(profile: profiles.Profile) -> list:
    """Build the mini-Xception as for a long training, but for the augmentation."""
    from course_utils import models

    shape = _shape(profile["06.plain_xception"])
    return [_compiled(models.build_mini_xception(shape, momentum=0.99), "binary_crossentropy")]


def _build_fine_tuned(profile: profiles.Profile) -> list:
    import keras

    from course_utils import models

    base = models.load_small_base()
    return [_with_head(base, keras.Input(base.input_shape[1:]))]


def _build_mobilenet(profile: profiles.Profile) -> list:
    """Build the net for real photos, without ImageNet's weights, which the training loads.

    So whether a measured range is stale can be told without a download.
    """
    import keras

    base = keras.applications.MobileNetV2(include_top=False, weights=None)
    prepare = keras.applications.mobilenet_v2.preprocess_input
    return [_with_head(base, keras.Input(_shape(profile["07.mobilenet"])), prepare)]


def _with_head(base, inputs, prepare=lambda pixels: pixels):
    """Freeze a base and put chapter 07's augmentation before it and its head behind it."""
    import keras
    from keras import layers

    from course_utils import models

    base.trainable = False
    x = prepare(models.RandomAffine(rotation=0.02, zoom=0.1)(inputs))
    x = layers.GlobalAveragePooling2D()(base(x, training=False))
    x = layers.Dropout(0.3)(x)
    outputs = layers.Dense(1, activation="sigmoid", name="predictions")(x)
    model = keras.Model(inputs, outputs)
    return _compiled(model, "binary_crossentropy", keras.optimizers.Adam(0.003))


def _fit(net, sets: Sets, plan: profiles.Training, monitor: str | None = None):
    from course_utils import training

    return training.fit(
        net,
        sets.train,
        plan,
        validation_data=sets.validation if monitor else None,
        monitor=monitor,
    )


def _keep_last(name: str):
    def keep_last(nets, sets, profile):
        return _fit(nets[0], sets, profile[name])

    return keep_last


def _keep_best(name: str):
    def keep_best(nets, sets, profile):
        return _fit(nets[0], sets, profile[name], "val_loss")

    return keep_best


def _start_then_augment(nets, sets, profile):
    start, augmented = nets
    _fit(start, sets, profile["05.start"])
    augmented.set_weights(start.get_weights())
    return _fit(augmented, sets, profile["05.augmented"], "val_loss")


def _head_then_fine_tune(nets, sets, profile):
    import keras

    from course_utils import models

    (model,) = nets
    _fit(model, sets, profile["07.fine_tuned.head"])
    base = next(layer for layer in model.layers if hasattr(layer, "layers"))
    models.unfreeze(base, "block_3_norm_1")
    _compiled(model, "binary_crossentropy", keras.optimizers.Adam(5e-4))
    return _fit(model, sets, profile["07.fine_tuned"])


def _imagenet_then_fine_tune(nets, sets, profile):
    import keras

    from course_utils import models

    (model,) = nets
    base = next(layer for layer in model.layers if hasattr(layer, "layers"))
    base.set_weights(keras.applications.MobileNetV2(include_top=False).get_weights())
    _fit(model, sets, profile["07.mobilenet.head"])
    models.unfreeze(base, "block_16_expand")
    _compiled(model, "binary_crossentropy", keras.optimizers.Adam(1e-5))
    return _fit(model, sets, profile["07.mobilenet"])


EXPERIMENTS = {
    experiment.name: experiment
    for experiment in (
        Experiment("01.mlp", _build_mlp, _digits, _keep_last("01.mlp")),
        Experiment("02.convnet", _build_mnist_convnet, _digits, _keep_last("02.convnet")),
        Experiment(
            "04.small_convnet",
            _build_small_convnet,
            _pets,
            _keep_best("04.small_convnet"),
            picks_precision=True,
        ),
        Experiment(
            "05.augmented",
            _build_augmented,
            _pets,
            _start_then_augment,
            picks_precision=True,
            plans=("05.start",),
        ),
        Experiment(
            "06.mini_xception",
            _build_mini_xception,
            _pets,
            _keep_best("06.mini_xception"),
            picks_precision=True,
        ),
        Experiment(
            "06.plain_xception",
            _build_plain_xception,
            _pets,
            _keep_best("06.plain_xception"),
            picks_precision=True,
        ),
        Experiment(
            "07.fine_tuned",
            _build_fine_tuned,
            _pets_in_memory,
            _head_then_fine_tune,
            plans=("07.fine_tuned.head",),
        ),
        Experiment(
            "07.mobilenet",
            _build_mobilenet,
            _pets,
            _imagenet_then_fine_tune,
            plans=("07.mobilenet.head",),
            pictures=("real",),  # a base for drawings comes with the course
        ),
    )
}


def planned(profile: profiles.Profile, pictures: str) -> list[str]:
    """Return the names of all experiments that a profile plans for some kind of pictures."""
    return [
        name
        for name, experiment in EXPERIMENTS.items()
        if name in profile.trainings and pictures in experiment.pictures
    ]

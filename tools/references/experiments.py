"""The trainings behind the headline results, as their chapters run them.

An experiment says how a chapter builds, compiles and trains; the lengths come from the profile.
Its fingerprint changes with everything that its result depends on, but for the library versions.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

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
class Experiment:
    """One headline result.

    Attributes:
        name: Name of its plan in the profiles.
        build: Returns the compiled model for a plan.
        pictures: Name of the pictures in the catalog.
        monitor: The metric that decides which weights are kept; None keeps the last.
        picks_precision: Whether the chapter lets the hardware choose the number format.
    """

    name: str
    build: Callable[[profiles.Training], Any]
    pictures: str
    monitor: str | None = None
    picks_precision: bool = False

    def run(self, profile: profiles.Profile, source: str, seed: int) -> Outcome:
        """Train once and test; imports TensorFlow."""
        import keras

        from course_utils import training

        plan = profile[self.name]
        keras.utils.set_random_seed(seed)
        load = _digits if self.pictures == "mnist" else _pets
        train, validation, test, num_test_pictures = load(plan, source, seed)
        model = self.build(plan)
        options = {"validation_data": validation, "monitor": self.monitor} if self.monitor else {}
        history = training.fit(model, train, plan, label=f"{self.name}, seed {seed}", **options)
        test = test if isinstance(test, tuple) else (test,)
        accuracy = model.evaluate(*test, verbose=0)[1]
        return Outcome(float(accuracy), num_test_pictures, history)

    def fingerprint(self, profile: profiles.Profile, source: str, precision: str) -> str:
        """Return a hash of model, recipe, plan, picture generator, backend and precision."""
        import keras

        from course_utils.data import pipeline
        from course_utils.samples import digits, pets

        plan = profile[self.name]
        policy = keras.config.dtype_policy()
        keras.config.set_dtype_policy(precision)
        try:
            model = self.build(plan)
        finally:
            keras.config.set_dtype_policy(policy)
        generators = {"mnist": digits.VERSION, "dogs-vs-cats": pets.VERSION}
        return hashes.of(
            {
                "model": hashes.model(model),
                "plan": asdict(plan),
                "monitor": self.monitor,
                "pictures": generators[self.pictures] if source == "sample" else "real",
                "pipeline": [pipeline.VERSION, "by index, half as many to validate"],
                "backend": keras.backend.backend(),
                "precision": precision,
            }
        )


def _digits(plan: profiles.Training, source: str, seed: int) -> tuple:
    """Load digits as chapters 01 and 02 do."""
    import keras

    from course_utils import data

    (pictures, labels), (test_pictures, test_labels) = data.load(
        "mnist", source, num_train=plan.pictures, num_test=plan.test_pictures
    )

    def ready(pictures, labels):
        scaled = pictures.reshape(-1, 28, 28, 1).astype("float32") / 255
        return scaled, keras.utils.to_categorical(labels, 10)

    return ready(pictures, labels), None, ready(test_pictures, test_labels), len(test_labels)


def _pets(plan: profiles.Training, source: str, seed: int) -> tuple:
    """Load cats and dogs as chapters 04 to 07 do, split by index."""
    from course_utils import data

    num_train = plan.pictures // 2
    num_validation = num_train // 2
    per_class = num_train + num_validation + plan.test_pictures // 2
    pictures = data.load("dogs-vs-cats", source, at_most=per_class)
    split = data.split_by_index(
        pictures,
        train=range(num_train),
        validation=range(num_train, num_train + num_validation),
        test=range(num_train + num_validation, per_class),
    )
    datasets = data.image_datasets(split, plan.image_size, plan.batch_size, seed=seed)
    return *datasets, len(split.test)


def _compiled(model, loss: str, optimizer="rmsprop"):
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    return model


def _build_mlp(plan: profiles.Training):
    from course_utils import models

    return _compiled(models.build_mlp(), "categorical_crossentropy")


def _build_mnist_convnet(plan: profiles.Training):
    from course_utils import models

    return _compiled(models.build_mnist_convnet(), "categorical_crossentropy")


def _build_small_convnet(plan: profiles.Training):
    from course_utils import models

    model = models.build_small_convnet((plan.image_size, plan.image_size, 3))
    return _compiled(model, "binary_crossentropy")


EXPERIMENTS = {
    experiment.name: experiment
    for experiment in (
        Experiment("02.mlp", _build_mlp, "mnist"),
        Experiment("02.convnet", _build_mnist_convnet, "mnist"),
        Experiment(
            "04.small_convnet",
            _build_small_convnet,
            "dogs-vs-cats",
            monitor="val_loss",
            picks_precision=True,
        ),
    )
}

"""How long everything trains: the only place where the course is made shorter or longer.

Three profiles share one table of trainings. A notebook asks ``profile["02.convnet"]`` and gets
the number of epochs, pictures and the batch size that hold today; nothing else may shorten a run.
The course's runner reads the same table and compares it with the training that really happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Training:
    """One call of ``Model.fit`` as a profile plans it.

    Attributes:
        epochs: Passes over the training pictures.
        pictures: Number of training pictures in one epoch.
        batch_size: Pictures per optimizer step.
        test_pictures: Number of pictures that the trained model is tested on.
        image_size: Height and width that photos are resized to, in pixels; None for digits.
    """

    epochs: int
    pictures: int
    batch_size: int
    test_pictures: int
    image_size: int | None = None

    @property
    def num_batches(self) -> int:
        """Optimizer steps in one epoch; the last batch may be smaller."""
        return -(-self.pictures // self.batch_size)

    @property
    def work(self) -> int:
        """Pictures times epochs, the measure of work that does not depend on the machine."""
        return self.epochs * self.pictures


@dataclass(frozen=True)
class Profile:
    """All trainings of the course at one length.

    Attributes:
        name: ``"demo"``, ``"full"`` or ``"ci"``.
        summary: One sentence that says what the profile is for.
        meaningful: Whether accuracies reached under this profile mean anything.
        trainings: The planned trainings by name, ``"<chapter>.<model>"``.
    """

    name: str
    summary: str
    meaningful: bool
    trainings: Mapping[str, Training]

    def __getitem__(self, name: str) -> Training:
        """Return the training called ``name``.

        Raises:
            KeyError: If no training has that name; the message lists those that exist.
        """
        if not isinstance(name, str) or name not in self.trainings:
            raise KeyError(
                f"no training is called {name!r}; profiles.py has {', '.join(self.trainings)}"
            )
        return self.trainings[name]

    def of_chapter(self, number: str) -> dict[str, Training]:
        """Return the trainings of one chapter, such as ``"02"``, by name."""
        return {
            name: training
            for name, training in self.trainings.items()
            if name.split(".")[0] == number
        }


_DIGIT_NETS = ("02.mlp", "02.convnet")
_POOLING_NETS = ("03.max", "03.average", "03.global")


def _same(names: tuple[str, ...], training: Training) -> dict[str, Training]:
    """Plan the same training for nets that are compared with each other."""
    return dict.fromkeys(names, training)


PROFILES: Mapping[str, Profile] = {
    "demo": Profile(
        name="demo",
        summary="shorter training for a lesson; results already mean something",
        meaningful=True,
        trainings={
            **_same(_DIGIT_NETS, Training(3, 12_000, batch_size=64, test_pictures=2_000)),
            **_same(_POOLING_NETS, Training(10, 3_200, batch_size=64, test_pictures=2_000)),
            # About the same work: an epoch without pooling is eleven times as much, with strides
            # one and a half times.
            "03.strided": Training(7, 3_200, batch_size=64, test_pictures=2_000),
            "03.none": Training(1, 3_200, batch_size=64, test_pictures=2_000),
            "04.small_convnet": Training(8, 2_000, 32, test_pictures=1_000, image_size=96),
        },
    ),
    "full": Profile(
        name="full",
        summary="training as long as in the lectures; pays on a GPU or overnight",
        meaningful=True,
        trainings={
            **_same(_DIGIT_NETS, Training(5, 60_000, batch_size=64, test_pictures=10_000)),
            **_same(_POOLING_NETS, Training(10, 60_000, batch_size=64, test_pictures=10_000)),
            "03.strided": Training(7, 60_000, batch_size=64, test_pictures=10_000),
            "03.none": Training(1, 60_000, batch_size=64, test_pictures=10_000),
            "04.small_convnet": Training(30, 2_000, 32, test_pictures=2_000, image_size=180),
        },
    ),
    "ci": Profile(
        name="ci",
        summary="only proves that everything runs; accuracies mean nothing",
        meaningful=False,
        trainings={
            **_same(_DIGIT_NETS, Training(1, 640, batch_size=64, test_pictures=200)),
            **_same(_POOLING_NETS, Training(1, 320, batch_size=64, test_pictures=200)),
            "03.strided": Training(1, 320, batch_size=64, test_pictures=200),
            "03.none": Training(1, 320, batch_size=64, test_pictures=200),
            "04.small_convnet": Training(1, 64, 32, test_pictures=32, image_size=78),
        },
    ),
}


def get(name: str = "demo") -> Profile:
    """Return the profile called ``name``.

    Raises:
        ValueError: If there is no such profile; the message lists those that exist.

    >>> get("demo")["02.convnet"].batch_size
    64

    Used in: every chapter.
    """
    if not isinstance(name, str) or name not in PROFILES:
        raise ValueError(f"unknown profile {name!r}; choose one of {', '.join(PROFILES)}")
    return PROFILES[name]

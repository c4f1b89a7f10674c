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


_DIGIT_NETS = ("01.sgd", "01.mlp", "02.mlp", "02.convnet")
_POOLING_NETS = ("03.max", "03.average", "03.global")
_REMEDIES = ("05.plain", "05.augmentation", "05.dropout", "05.augmented")
_DEPTHS = (
    *("06.shallow", "06.plain", "06.he", "06.shortcuts"),
    *("06.lagging", "06.normalized", "06.separable"),
)
# The lesson is about the first few hundred steps, so a long profile does not make them more.
_FIRST_STEPS = Training(4, 2_400, batch_size=32, test_pictures=1_000)
_LOOKED_INTO = ("08.pets", "08.repaired")


def _same(names: tuple[str, ...], training: Training) -> dict[str, Training]:
    """Plan the same training for nets that are compared with each other."""
    return dict.fromkeys(names, training)


def _transfer(
    curve: Mapping[int, tuple[int, int]],
    stages: tuple[int, int],
    own_photos: tuple[int, int],
    *,
    pictures: int,
    test_pictures: int,
    image_size: int,
) -> dict[str, Training]:
    """Plan chapter 07.

    Args:
        curve: By number of pictures, fewest first: epochs from scratch, and of a last layer on
            cached features. The third of the five is the hundred of the chapter's beginning.
        stages: Epochs with a frozen base, and of fine-tuning.
        own_photos: Pictures and epochs of the last section.
        pictures: Of the two stages.
        test_pictures: As in :class:`Training`.
        image_size: As in :class:`Training`.
    """

    def plan(epochs: int, number: int, batch_size: int = 32) -> Training:
        return Training(epochs, number, batch_size, test_pictures, image_size)

    few, (from_scratch, last_layer) = list(curve.items())[2]
    plans = {"07.random_3": plan(last_layer, few)}
    for place, (number, epochs) in enumerate(curve.items(), start=1):
        plans[f"07.scratch_{place}"] = plan(epochs[0], number)
        plans[f"07.borrowed_{place}"] = plan(epochs[1], number)
    return plans | {
        "07.fine_tuned.head": plan(stages[0], pictures),
        "07.fine_tuned": plan(stages[1], pictures),
        "07.too_early": plan(from_scratch, few),
        "07.batch_norm.careless": plan(stages[1], few, 4),
        "07.batch_norm.careful": plan(stages[1], few, 4),
        "07.own_photos.head": plan(own_photos[1], own_photos[0], 20),
        "07.own_photos": plan(own_photos[1], own_photos[0], 20),
    }


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
            "05.start": Training(8, 2_000, 32, test_pictures=1_000, image_size=88),
            **_same(_REMEDIES, Training(3, 2_000, 32, test_pictures=1_000, image_size=88)),
            "05.rps_by_picture": Training(12, 336, 16, test_pictures=105, image_size=64),
            "05.rps_by_hand": Training(12, 360, 16, test_pictures=105, image_size=64),
            "05.horse_or_human": Training(15, 196, 16, test_pictures=240, image_size=96),
            **_same(_DEPTHS, _FIRST_STEPS),
            "06.mini_xception": Training(4, 2_000, 32, test_pictures=1_000, image_size=60),
            **_same(_LOOKED_INTO, Training(10, 2_000, 32, test_pictures=1_000, image_size=96)),
            "08.marked": Training(3, 2_000, 32, test_pictures=1_000, image_size=96),
            "08.few": Training(24, 600, 32, test_pictures=1_000, image_size=96),
            **_transfer(
                {20: (30, 60), 50: (30, 60), 100: (25, 60), 500: (12, 40), 2_000: (8, 20)},
                stages=(5, 5),
                own_photos=(60, 20),
                pictures=2_000,
                test_pictures=1_000,
                image_size=96,
            ),
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
            # The start is short, so that what follows is the lectures' recipe.
            "05.start": Training(1, 2_000, 32, test_pictures=2_000, image_size=180),
            **_same(_REMEDIES, Training(100, 2_000, 32, test_pictures=2_000, image_size=180)),
            "05.rps_by_picture": Training(25, 2_016, 128, test_pictures=372, image_size=150),
            "05.rps_by_hand": Training(25, 2_160, 128, test_pictures=372, image_size=150),
            "05.horse_or_human": Training(5, 834, 32, test_pictures=256, image_size=300),
            **_same(_DEPTHS, _FIRST_STEPS),
            "06.mini_xception": Training(100, 2_000, 32, test_pictures=2_000, image_size=180),
            **_same(_LOOKED_INTO, Training(40, 2_000, 32, test_pictures=2_000, image_size=180)),
            "08.marked": Training(10, 2_000, 32, test_pictures=2_000, image_size=180),
            "08.few": Training(60, 600, 32, test_pictures=2_000, image_size=180),
            **_transfer(
                {20: (60, 100), 50: (60, 100), 100: (60, 100), 500: (40, 60), 2_000: (30, 40)},
                stages=(20, 20),
                own_photos=(60, 40),
                pictures=2_000,
                test_pictures=2_000,
                image_size=96,
            ),
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
            "05.start": Training(1, 64, 32, test_pictures=32, image_size=78),
            **_same(_REMEDIES, Training(1, 64, 32, test_pictures=32, image_size=78)),
            "05.rps_by_picture": Training(1, 33, 32, test_pictures=21, image_size=46),
            "05.rps_by_hand": Training(1, 36, 32, test_pictures=21, image_size=46),
            "05.horse_or_human": Training(1, 32, 32, test_pictures=40, image_size=94),
            **_same(_DEPTHS, Training(1, 64, batch_size=32, test_pictures=32)),
            "06.mini_xception": Training(1, 64, 32, test_pictures=32, image_size=32),
            **_same(_LOOKED_INTO, Training(1, 64, 32, test_pictures=32, image_size=48)),
            "08.marked": Training(1, 64, 32, test_pictures=32, image_size=48),
            "08.few": Training(1, 32, 32, test_pictures=32, image_size=48),
            **_transfer(
                {10: (1, 1), 16: (1, 1), 20: (1, 1), 32: (1, 1), 40: (1, 1)},
                stages=(1, 1),
                own_photos=(60, 1),
                pictures=40,
                test_pictures=20,
                image_size=96,
            ),
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

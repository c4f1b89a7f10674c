"""How long the references train: the course's profiles, and one more for the ladder.

The ladder compares nets with each other, so all its rungs see the same pictures at the same size.
Sizes and epochs are what two cores finish in a night; ``full`` is for a GPU.
"""

from course_utils import profiles
from course_utils.profiles import Training

_RUNG = {"pictures": 2_000, "batch_size": 32, "test_pictures": 2_000, "image_size": 96}

LADDER = profiles.Profile(
    name="ladder",
    summary="one size for all nets that are compared",
    meaningful=True,
    trainings={
        "04.small_convnet": Training(epochs=30, **_RUNG),
        "05.start": Training(epochs=1, **_RUNG),
        "05.augmented": Training(epochs=60, **_RUNG),
        "06.mini_xception": Training(epochs=40, **_RUNG),
        # The same without augmentation, for the comparison in chapter 06.
        "06.plain_xception": Training(epochs=40, **_RUNG),
        "07.fine_tuned.head": Training(epochs=20, **_RUNG),
        "07.fine_tuned": Training(epochs=20, **_RUNG),
        # The same with MobileNetV2, for real photos; the chapters plan no training of it.
        "07.mobilenet.head": Training(epochs=5, **_RUNG),
        "07.mobilenet": Training(epochs=10, **_RUNG),
    },
)
#: Names of all lengths, as the command line takes them.
NAMES = (*profiles.PROFILES, LADDER.name)


def get(name: str) -> profiles.Profile:
    """Return the profile called ``name``, or the ladder's.

    Raises:
        ValueError: If there is no such profile.
    """
    return LADDER if name == LADDER.name else profiles.get(name)

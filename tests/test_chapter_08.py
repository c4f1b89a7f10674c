"""What chapter 08 promises and a run of its cells alone would not show."""

import random

import keras
import pytest

from course_utils import runtime
from tools import notebook_files as files

pytestmark = pytest.mark.unit


def _seed_of_the_first_flip(start: str, luck: int) -> int:
    random.seed(luck)  # a kernel begins with another state in every run
    exec(start, {"runtime": runtime, "PROFILE": "ci", "DATA": "sample"})
    flip = keras.layers.RandomFlip("horizontal")
    return int(keras.ops.convert_to_numpy(flip.generator.state)[0])


def test_the_first_net_is_the_same_in_every_run():
    notebook = files.read(files.ROOT / "notebooks" / "08_what_convnets_see.ipynb")
    (start,) = (cell.source for cell in notebook.cells if cell.id == "start")
    assert _seed_of_the_first_flip(start, 1) == _seed_of_the_first_flip(start, 2)
    unseeded = "\n".join(line for line in start.splitlines() if "set_random_seed" not in line)
    assert _seed_of_the_first_flip(unseeded, 1) != _seed_of_the_first_flip(unseeded, 2)

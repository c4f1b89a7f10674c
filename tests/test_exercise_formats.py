"""The number format that a chapter computes in does not matter to the checks of networks."""

import keras
import pytest
from exercise_answers import chapter_06, chapter_07

from course_utils import checks

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("as_students_have_it")]

CASES = [
    ("06.1", chapter_06.right, "praised"),
    ("06.1", chapter_06.projects_with_relu, "no activation"),
    ("06.4", chapter_06.normalize, "praised"),
    ("06.5", chapter_06.fold, "praised"),
    ("06.5", chapter_06.fold_upside_down, "two layers"),
    ("06.6", chapter_06.deep_net, "praised"),
    ("06.6", chapter_06.deep_net_separable, "praised"),
    ("06.6", chapter_06.deep_net_plain, "A product"),
    ("07.1", chapter_07.right, "praised"),
    ("07.6", chapter_07.pet_net, "praised"),
    ("07.6", chapter_07.pet_net_in_a_row, "praised"),
    ("07.6", chapter_07.divides, "divides by 255"),
    ("07.6", chapter_07.softmax_of_one, "A softmax over a single unit"),
]


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float32"])
@pytest.mark.parametrize(("number", "answer", "words"), CASES)
def test_the_number_format_does_not_matter(number, answer, words, policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        feedback = checks.check(number, answer)
    finally:
        keras.config.set_dtype_policy(before)
    if words == "praised":
        assert feedback.status == "right", feedback.message
    else:
        assert words in feedback.message

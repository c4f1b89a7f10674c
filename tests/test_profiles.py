"""The profiles: the one table that says how long everything trains."""

import pytest

from course_utils import profiles

pytestmark = pytest.mark.unit


def test_demo_is_the_default():
    assert profiles.get().name == "demo"


def test_unknown_profile_names_the_known_ones():
    with pytest.raises(ValueError, match="'fast'.*demo, full, ci"):
        profiles.get("fast")


def test_unknown_training_names_the_known_ones():
    with pytest.raises(KeyError, match="02.convnet"):
        profiles.get("ci")["02.covnet"]


def test_what_is_no_name_gets_the_same_sentence():
    with pytest.raises(ValueError, match=r"unknown profile \[\].*demo, full, ci"):
        profiles.get([])
    with pytest.raises(KeyError, match=r"\['02.mlp'\].*02.convnet"):
        profiles.get("ci")[["02.mlp"]]


def test_every_profile_plans_the_same_trainings():
    names = {frozenset(profile.trainings) for profile in profiles.PROFILES.values()}
    assert len(names) == 1


@pytest.mark.parametrize("name", profiles.get("full").trainings)
def test_ci_works_least(name):
    ci, demo, full = (profiles.get(profile)[name].work for profile in ("ci", "demo", "full"))
    assert ci < min(demo, full)


@pytest.mark.parametrize(
    "chapter", sorted({name.split(".")[0] for name in profiles.get("full").trainings})
)
def test_full_works_most(chapter):
    """As a chapter: a short experiment may need no more, or make room for the long run."""
    demo, full = (
        sum(plan.work for plan in profiles.get(profile).of_chapter(chapter).values())
        for profile in ("demo", "full")
    )
    assert demo < full


def test_only_ci_is_not_meaningful():
    meaningless = [name for name, profile in profiles.PROFILES.items() if not profile.meaningful]
    assert meaningless == ["ci"]


def test_of_chapter_takes_only_that_chapter():
    assert set(profiles.get("ci").of_chapter("02")) == {"02.mlp", "02.convnet"}
    assert profiles.get("ci").of_chapter("0") == {}

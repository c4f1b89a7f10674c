"""Number formats by hardware, and recorded trainings."""

import re

import keras
import numpy as np
import pytest

from course_utils import language, precision, profiles, references

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def restore_precision():
    before = keras.mixed_precision.global_policy()
    yield
    keras.mixed_precision.set_global_policy(before)


@pytest.mark.parametrize("asked", ["float32", "mixed_bfloat16"])
def test_what_was_asked_for_holds(asked, capsys):
    assert precision.choose(asked) == asked == keras.mixed_precision.global_policy().name
    assert f"Precision {asked}: as asked for" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("units", "expected"), [("the processor has units", "mixed_bfloat16"), ("", "float32")]
)
def test_auto_follows_the_hardware(monkeypatch, units, expected):
    monkeypatch.setattr(precision, "_units_for_bfloat16", lambda: units)
    assert precision.choose() == expected


def test_unknown_precision():
    with pytest.raises(ValueError, match="'float16'.*'auto'"):
        precision.choose("float16")


MEASURED = [path.stem.rsplit("-", 2) for path in sorted(references.bands.FOLDER.glob("*.json"))]


@pytest.mark.parametrize("measured", MEASURED, ids="-".join)
def test_recorded_trainings_are_whole(measured):
    recorded = references.recorded(*measured)
    metrics, monitor = recorded.history.metrics, recorded.history.monitor
    assert recorded.history.recorded and recorded.history == references.history(*measured)
    assert {len(values) for values in metrics.values()} == {recorded.history.num_epochs}
    if monitor:
        assert recorded.history.best_epoch == int(np.argmin(metrics[monitor])) + 1
    assert f"{recorded.test_accuracy:.1%}" in recorded.facts["test accuracy of all seeds"]
    assert {"pictures", "seed", "precision", "hardware", "minutes", "versions"} <= {*recorded.facts}


@pytest.mark.parametrize("measured", MEASURED, ids="-".join)
def test_what_a_training_ran_on_is_said_in_korean(measured):
    with language.speaking("ko"):
        facts = str(references.recorded(*measured)).splitlines()
    assert facts[0] in ("이미지: 그린 것", "이미지: 실제 사진")
    assert not [line for line in facts if re.search("[a-z]{3} [a-z]{3}", line)]


def test_the_lessons_of_chapter_04_hold_for_what_was_recorded():
    """What the chapter says in words about the recorded curves, as inequalities."""
    plan = profiles.get("full")["04.small_convnet"]
    assert (plan.epochs, plan.image_size, plan.pictures) == (30, 180, 2_000)
    for pictures in ("drawn", "real"):
        recorded = references.recorded("04.small_convnet", "full", pictures)
        metrics = recorded.history.metrics
        assert recorded.history.num_epochs == plan.epochs
        assert metrics["accuracy"][-1] > 0.95, "the net knows its pictures by heart"
        assert max(metrics["val_accuracy"]) < 0.85
        assert metrics["val_loss"][-1] > 1.5 * min(metrics["val_loss"]), "the loss turns around"
        assert np.argmax(metrics["val_accuracy"]) > np.argmin(metrics["val_loss"])


def test_an_unknown_recording_names_the_known_ones():
    with pytest.raises(ValueError, match=r"'nothing'.*04\.small_convnet \(full, drawn\)"):
        references.recorded("nothing")

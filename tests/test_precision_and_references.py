"""Number formats by hardware, and recorded trainings."""

import keras
import numpy as np
import pytest

from course_utils import language, precision, references

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


@pytest.mark.parametrize("name", references.names())
def test_recorded_trainings_are_whole(name):
    recorded = references.recorded(name)
    metrics = recorded.history.metrics
    assert recorded.history.recorded
    assert {len(values) for values in metrics.values()} == {recorded.history.num_epochs}
    assert recorded.history.best_epoch == int(np.argmin(metrics[recorded.history.monitor])) + 1
    assert {"pictures", "seed", "spread", "precision", "hardware", "minutes", "versions"} <= set(
        recorded.facts
    )


@pytest.mark.parametrize("name", references.names())
def test_what_a_training_ran_on_is_said_in_korean(name):
    with language.speaking("ko"):
        facts = str(references.recorded(name)).splitlines()
    assert facts[0].startswith("이미지: ") and "에포크" in facts[1]


def test_the_lessons_of_chapter_04_hold_for_what_was_recorded():
    """What the chapter says in words about the recorded curves, as inequalities."""
    for name in ("small_convnet_drawn", "small_convnet_real"):
        recorded = references.recorded(name)
        metrics = recorded.history.metrics
        assert metrics["accuracy"][-1] > 0.95, "the net knows its pictures by heart"
        assert max(metrics["val_accuracy"]) < 0.85
        assert metrics["val_loss"][-1] > 1.5 * min(metrics["val_loss"]), "the loss turns around"
        assert np.argmax(metrics["val_accuracy"]) > np.argmin(metrics["val_loss"])
    assert 0.68 <= references.recorded("small_convnet_drawn").test_accuracy <= 0.82
    assert 0.65 <= references.recorded("small_convnet_real").test_accuracy <= 0.74


def test_an_unknown_recording_names_the_known_ones():
    with pytest.raises(ValueError, match="'nothing'.*small_convnet_drawn"):
        references.recorded("nothing")

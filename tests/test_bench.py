"""The bench compares what it says: equal networks and pictures, and a table that follows."""

import dataclasses
import doctest
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from PIL import Image

from course_utils import models
from course_utils.data import pipeline
from tools.bench import __main__ as command
from tools.bench import accuracy, recipes, report, worker

pytestmark = pytest.mark.unit

PHOTO_CASES = [name for name in recipes.CASES if name != "mnist_convnet"]


def results():
    """Invented figures in the form that the bench writes."""
    side = {
        "seconds_per_epoch": 10.0,
        "images_per_second": 100.0,
        "peak_memory": 2e9,
        "precision": "float32",
        "operations_per_second": 5e10,
    }
    course = {**side, "images_per_second": 350.0, "precision": "bfloat16"}
    case = {"source": side, "course": course, "ratio": 3.5}
    conditions = {"rounds": 5, "hardware": "2 cores of a test", "versions": "Python 3"}
    case |= conditions | {"counts": {"train": 1000, "validation": 500}}
    pairs = {"0": {"source": 0.70, "course": 0.71}, "1": {"source": 0.72, "course": 0.71}}
    rest = {
        "peaks": {"float32": 2e11, "bfloat16": 1e12},
        "pipelines": {
            "ImageDataGenerator": 100.0,
            "image_dataset_from_directory": 250.0,
            "course": 500.0,
        },
        "drawing": 100.0,
        "imports": {"course_utils": 0.1, "keras": 3.0, "course_utils.models": 3.5},
        "notebooks_in_ci": 60.0,
    }
    return {
        "speed": dict.fromkeys(recipes.CASES, case),
        "float32": {"small_convnet": case | {"ratio": 1.4}},
        "accuracy": {"small_convnet": {"fingerprint": "0", "pairs": pairs}},
        "rest": rest | conditions,
    }


@given(st.floats(-0.1, 0.1), st.floats(0.001, 0.05), st.integers(2, 16))
@settings(deadline=None, max_examples=20)
def test_nine_of_ten_intervals_hold_the_true_difference(mean, spread, number):
    draws = np.random.default_rng(number).normal(mean, spread, (400, number))
    held = [low <= mean <= high for low, high in map(accuracy.interval, draws.tolist())]
    assert 0.83 < np.mean(held) < 0.96


@pytest.mark.parametrize("number", [0, 1])
def test_an_interval_needs_two_pairs(number):
    with pytest.raises(ValueError, match=f"at least 2 pairs, got {number}"):
        accuracy.interval([0.01] * number)


def test_examples_in_docstrings():
    assert doctest.testmod(accuracy).failed == 0


@pytest.mark.parametrize("name", PHOTO_CASES)
def test_both_sides_are_the_same_network(name):
    case, size = recipes.CASES[name], 78
    source, course = (recipes.build(case, side, size) for side in recipes.SIDES)
    course.set_weights(source.get_weights())
    pictures = np.random.default_rng(0).uniform(0, 255, (2, size, size, 3)).astype("float32")
    np.testing.assert_allclose(
        course(pictures, training=False), source(pictures, training=False), rtol=1e-4
    )
    own = (models.BatchNormalization, models.RandomAffine)
    assert not any(isinstance(layer, own) for layer in source.layers)
    faster = [layer for layer in course.layers if isinstance(layer, own)]
    assert bool(faster) == case.augmented


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_course_s_side_computes_in_the_format_that_is_asked_for(precision, tmp_path):
    case = dataclasses.replace(recipes.CASES["mnist_convnet"], precision=precision)
    file = tmp_path / "digits.npz"
    labels = np.zeros(1, "uint8")
    parts = ("train", "validation", "test")
    arrays = {f"x_{part}": np.zeros((1, 28, 28), "uint8") for part in parts}
    np.savez(file, **arrays, **{f"y_{part}": labels for part in parts})
    with worker.Worker(case, "course", file, 28) as process:
        assert process.ask("facts")["precision"] == precision.removeprefix("mixed_")


def test_the_source_s_augmentation_is_as_printed():
    flip, rotation, zoom = recipes.source_augmentation().layers
    assert isinstance(flip, layers.RandomFlip) and flip.mode == "horizontal"
    assert isinstance(rotation, layers.RandomRotation) and rotation.factor == (-0.1, 0.1)
    assert isinstance(zoom, layers.RandomZoom) and zoom.height_factor == 0.2


def test_the_table_shows_ratio_share_and_interval():
    text = report.tables(results())
    assert text.count("**3.5 ×**") == len(recipes.CASES)
    assert "| 5% |" in text  # 5e10 of 1e12, as the course computes in bfloat16
    assert "−6.3 to +6.3 points (ours 71.0%, theirs 71.0%, 2 seeds)" in text
    # In 32 bits and in pairs, one training each was measured.
    assert text.count("not measured") == 2 * (len(recipes.CASES) - 1)
    assert "| **3.5 ×** | 1.4 × | 10.0 → 10.0 s |" in text
    assert "ours is 5.0 ×" in text and "ours is 2.0 ×" in text


@pytest.mark.parametrize(
    ("differences", "found"),
    [
        ((-0.010, -0.012, -0.011), "1.1 points less accurate: the interval lies below 0."),
        ((-0.006, -0.012, -0.010), "0.9 points less accurate: the interval lies just below 0."),
        ((0.020, 0.022, 0.021), "2.1 points more accurate: the interval lies above 0."),
        ((-0.02, 0.02, 0.01), "no difference was shown: the interval holds 0."),
    ],
)
def test_whose_accuracy_differs_is_said_in_words(differences, found):
    measured = results()
    pairs = {
        str(seed): {"source": 0.7, "course": 0.7 + one} for seed, one in enumerate(differences)
    }
    measured["accuracy"]["mini_xception"] = {"pairs": pairs}
    said = f"- **mini-Xception, augmentation**: with our recipe, {found}"
    assert said in report.tables(measured).splitlines()


def test_what_the_units_for_16_bits_contribute_is_said_in_words():
    text = report.tables(results())
    assert "is 3.5 to 3.5 times as fast as the sources'; without them, 1.4 to 1.4 times." in text
    assert "without them" not in report.tables(results() | {"float32": {}})


def test_a_table_of_two_machines_names_both():
    measured = results()
    measured["rest"] |= {"hardware": "4 cores of another", "rounds": 3}
    text = report.tables(measured)
    assert "2 cores of a test" in text and "4 cores of another" in text
    assert "Medians of 3 or 5 epochs" in text


@pytest.mark.parametrize("name", recipes.CASES)
def test_pairs_of_another_recipe_are_not_mixed_with_new_ones(name, monkeypatch):
    case = recipes.CASES[name]
    first = accuracy.fingerprint(case)
    assert accuracy.fingerprint(case) == first
    monkeypatch.setattr(pipeline, "VERSION", "next")
    assert accuracy.fingerprint(case) != first
    monkeypatch.undo()
    assert accuracy.fingerprint(dataclasses.replace(case, epochs=99)) != first


def test_pairs_are_measured_once_and_again_when_the_recipe_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(report.load, "__defaults__", (tmp_path / "results.json",))
    monkeypatch.setattr(report.add, "__defaults__", (tmp_path / "results.json",))
    asked = []

    def train_pair(case, source, seed):
        asked.append(seed)
        return {"source": 0.5, "course": 0.5}

    monkeypatch.setattr(accuracy, "train_pair", train_pair)
    monkeypatch.setattr(command.pictures, "pets", lambda folder, counts: folder)
    case = recipes.CASES["mnist_convnet"]
    command.measure_accuracy([case], 2)
    command.measure_accuracy([case], 3)
    assert asked == [0, 1, 2]
    monkeypatch.setattr(accuracy, "fingerprint", lambda case: "another")
    command.measure_accuracy([case], 2)
    assert asked == [0, 1, 2, 0, 1]
    assert set(report.load()["accuracy"]["mnist_convnet"]["pairs"]) == {"0", "1"}


def test_a_stale_table_is_noticed(tmp_path, monkeypatch, capsys):
    measured = tmp_path / "results.json"
    readme = tmp_path / "README.md"
    readme.write_text("{}\nold\n{}\n".format(*report.MARKS), encoding="utf-8")
    monkeypatch.setattr(command.files, "ROOT", tmp_path)
    monkeypatch.setattr(report.load, "__defaults__", (measured,))
    assert command.main(["table", "--check"]) == 1
    assert "run make bench" in capsys.readouterr().err
    report.save(results(), measured)
    assert command.main(["table", "--check"]) == 1
    assert "stale" in capsys.readouterr().err
    assert command.main(["table"]) == 0
    assert command.main(["table", "--check"]) == 0
    assert json.loads(measured.read_text(encoding="utf-8")) == results()


def test_an_unknown_case_names_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        command.main(["speed", "--cases", "large_convnet"])
    assert "unknown cases large_convnet; there are small_convnet" in capsys.readouterr().err


def test_pictures_kept_in_memory_are_those_of_the_sources_loader(tmp_path):
    random = np.random.default_rng(0)
    for place in ("train/a/1", "train/a/2", "train/b/3", "validation/a/4", "test/b/5"):
        file = tmp_path / f"{place}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 255, (30, 40, 3), np.uint8)).save(file)
        (tmp_path / place).parent.with_name("b").mkdir(exist_ok=True)
        (tmp_path / place).parent.with_name("a").mkdir(exist_ok=True)
    sides = [recipes._source_datasets(tmp_path, 8, 2, seed=1, in_memory=way) for way in (0, 1)]
    for plain, kept in zip(*sides, strict=True):
        assert plain.element_spec == kept.element_spec
        singles = [dataset.unbatch().as_numpy_iterator() for dataset in (plain, kept)]
        batches = [sorted((label, one.tobytes()) for one, label in both) for both in singles]
        assert batches[0] == batches[1]


@pytest.mark.parametrize(("calms_down", "last"), [(False, 0.001), (True, 0.0005)])
def test_a_training_calms_down_where_the_case_says_so(calms_down, last):
    inputs = keras.Input((2,))
    net = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(inputs))
    net.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    random = np.random.default_rng(0)
    pictures, labels = random.random((8, 2), np.float32), random.integers(0, 2, (8, 1))
    batches = tf.data.Dataset.from_tensor_slices((pictures, labels)).batch(4)
    worker._train(recipes.Prepared(net, batches, batches, batches), 2, None, calms_down)
    # The second of two epochs begins half-way down the cosine.
    assert float(net.optimizer.learning_rate) == pytest.approx(last)


@pytest.mark.slow
def test_a_worker_trains_and_a_dead_one_is_an_error(tmp_path):
    random = np.random.default_rng(0)
    arrays = {}
    for part in ("train", "validation", "test"):
        arrays[f"x_{part}"] = random.integers(0, 255, (128, 28, 28), np.uint8)
        arrays[f"y_{part}"] = random.integers(0, 10, 128)
    np.savez(tmp_path / "digits.npz", **arrays)
    case = recipes.CASES["mnist_convnet"]
    with worker.Worker(case, "source", tmp_path / "digits.npz", 28) as process:
        assert process.ask("epoch")["seconds"] > 0
        assert 0 <= process.ask("train", 1)["accuracy"] <= 1
        zeros = [0 * weight for weight in process.ask("weights")]
        assert process.ask("train", 1, zeros)["accuracy"] < 0.3, "it begins with what it is given"
        facts = process.ask("facts")
        assert facts["precision"] == "float32" and facts["peak_memory"] > 1e8
    with (
        worker.Worker(case, "source", tmp_path / "missing.npz", 28) as process,
        pytest.raises(RuntimeError, match="'epoch'"),
    ):
        process.ask("epoch")

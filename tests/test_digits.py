"""The drawn digits: the same for everybody, balanced, and readable by shape only."""

import doctest
import hashlib
from pathlib import Path

import numpy as np
import PIL
import pytest

from course_utils.data import cache
from course_utils.samples import digits

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("COURSE_CACHE", str(folder))
    return folder


@pytest.fixture(scope="module")
def probe_sets():
    return digits.draw(3_000), digits.draw(1_000, split="test")


def _hashes(pictures):
    return [hashlib.sha256(picture.tobytes()).hexdigest() for picture in pictures]


def test_shapes_types_and_range():
    pictures, labels = digits.draw(250)
    assert pictures.shape == (250, 28, 28)
    assert labels.shape == (250,)
    assert pictures.dtype == labels.dtype == np.uint8
    assert set(labels) == set(range(10))
    # Bright strokes on a dark ground, as in MNIST.
    assert pictures.max(axis=(1, 2)).min() > 150
    assert np.median(pictures) <= 5
    assert 25 < pictures.mean() < 60


def test_a_picture_does_not_depend_on_how_many_are_drawn():
    pictures, labels = digits.draw(350)
    for num_pictures in (1, 99, 100, 101, 250):
        fewer, fewer_labels = digits.draw(num_pictures)
        assert _hashes(fewer) == _hashes(pictures[:num_pictures])
        assert fewer_labels.tolist() == labels[:num_pictures].tolist()


def test_seeds_and_splits_differ():
    train = set(_hashes(digits.draw(300)[0]))
    assert not train & set(_hashes(digits.draw(300, seed=1)[0]))
    assert not train & set(_hashes(digits.draw(300, split="test")[0]))


def test_no_picture_occurs_twice(probe_sets):
    (train, _), (test, _) = probe_sets
    assert len(set(_hashes(train)) | set(_hashes(test))) == len(train) + len(test)


def test_classes_are_balanced_and_shuffled():
    _, labels = digits.draw(1_000)
    for start in range(0, 1_000, 100):
        assert np.bincount(labels[start : start + 100]).tolist() == [10] * 10
    # Equal neighbours: one in ten where the order is shuffled, none or nearly all where it is not.
    assert 0.05 < np.mean(labels[1:] == labels[:-1]) < 0.15
    assert labels[:100].tolist() != labels[100:200].tolist()


def test_digits_lie_in_the_middle():
    pictures, _ = digits.draw(1_000)
    ink = pictures.astype(float)
    total = ink.sum(axis=(1, 2))
    for axis in (1, 2):
        centre = ink.sum(axis=axis) @ np.arange(28) / total
        assert abs(centre.mean() - 13.5) < 0.3
        assert centre.std() < 2
    border = np.concatenate([pictures[:, [0, -1]].ravel(), pictures[:, :, [0, -1]].ravel()])
    assert np.mean(border > 100) < 0.01


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_pictures": -1}, "-1"),
        ({"num_pictures": 1, "seed": -2}, "-2"),
        ({"num_pictures": 1, "split": "validation"}, "'validation'.*train, test"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        digits.draw(**arguments)


def test_nothing_at_all_can_be_drawn():
    pictures, labels = digits.draw(0)
    assert pictures.shape == (0, 28, 28)
    assert labels.shape == (0,)


def test_examples_in_docstrings():
    assert doctest.testmod(digits).failed == 0


# Shades of grey. Pillow 10.1 differs from 13.0 by 0.02; a tilt of 8 degrees instead of 9 by 0.57.
_TOLERANCE = 0.1


def test_the_same_version_draws_the_same_pictures():
    """Mean brightness of 4 by 4 squares of the first hundred pictures, one line per picture."""
    path = Path(__file__).with_name("digits_fingerprint.txt")
    stored = [list(bytes.fromhex(line)) for line in path.read_text(encoding="utf-8").split()]
    pictures, _ = digits.draw(100)
    squares = np.rint(pictures.reshape(100, 4, 7, 4, 7).mean(axis=(2, 4))).reshape(100, 16)
    difference = np.abs(squares - np.array(stored)).mean()
    assert difference < _TOLERANCE, (
        f"The same seed gives other digits (difference {difference:.2f}): bump VERSION in "
        f"digits.py and write the new squares into {path.name}."
    )


def test_every_face_comes_with_the_oldest_matplotlib():
    """The course allows matplotlib 3.8, and Colab has 3.10: they have fewer faces than 3.11."""
    in_3_8 = "cmb10 cmr10 cmss10 cmtt10 STIXGeneral STIXGeneralBol STIXGeneralBolIta"
    in_3_8 += " STIXGeneralItalic DejaVuSans DejaVuSans-Bold DejaVuSans-Oblique DejaVuSerif"
    in_3_8 += " DejaVuSerif-Italic"
    assert {*digits._REGULAR_FACES, *digits._BOLD_FACES} <= set(in_3_8.split())


# What gives the class away: the shape, and nothing simpler.


def _softmax_regression_accuracy(train_features, train_labels, test_features, test_labels):
    """Fit a logistic regression by plain gradient descent; return its test accuracy."""
    mean, deviation = train_features.mean(axis=0), train_features.std(axis=0)

    def standardised(features):
        scaled = (features - mean) / (deviation + 1e-9)
        return np.column_stack([scaled, np.ones(len(features))])

    inputs, targets = standardised(train_features), np.eye(10)[train_labels]
    weights = np.zeros((inputs.shape[1], 10))
    for _ in range(300):
        scores = inputs @ weights
        probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        weights -= 0.5 * inputs.T @ (probabilities - targets) / len(inputs)
    return np.mean((standardised(test_features) @ weights).argmax(axis=1) == test_labels)


def _small_network_accuracy(train, train_labels, test, test_labels):
    """Train only the last layer of a one-layer network (least squares); return its accuracy."""
    rng = np.random.default_rng(0)
    weights, biases = rng.normal(0, 0.1, (784, 1_000)), rng.normal(0, 1, 1_000)

    def hidden(pictures):
        return np.maximum(pictures.reshape(len(pictures), -1) / 255 @ weights + biases, 0)

    inputs = hidden(train)
    gram = inputs.T @ inputs + 10 * np.eye(1_000)
    last_layer = np.linalg.solve(gram, inputs.T @ np.eye(10)[train_labels])
    return np.mean((hidden(test) @ last_layer).argmax(axis=1) == test_labels)


def test_labels_do_not_leak_through_brightness(probe_sets, record_property):
    (train, train_labels), (test, test_labels) = probe_sets

    def mean_and_total(pictures):
        return np.column_stack([pictures.mean(axis=(1, 2)), pictures.sum(axis=(1, 2))])

    def brightness(pictures):
        lit = (pictures > 127).mean(axis=(1, 2))
        return np.column_stack([mean_and_total(pictures), pictures.std(axis=(1, 2)), lit])

    def border(pictures):
        sides = [pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1]]
        return np.concatenate(sides, axis=1).astype(float)

    # Measured: 0.16, 0.15, 0.15; chance is 0.10, and mean and total give 0.20 on MNIST itself.
    for features in (mean_and_total, brightness, border):
        accuracy = _softmax_regression_accuracy(
            features(train), train_labels, features(test), test_labels
        )
        record_property(features.__name__, float(accuracy))
        print(f"{features.__name__}: {accuracy:.3f}")
        assert accuracy < 0.30


def test_the_brightness_probe_notices_a_leak(probe_sets):
    (train, train_labels), (test, test_labels) = probe_sets

    def leaking_mean(pictures, labels):
        return pictures.mean(axis=(1, 2))[:, None] + 20.0 * labels[:, None]

    accuracy = _softmax_regression_accuracy(
        leaking_mean(train, train_labels),
        train_labels,
        leaking_mean(test, test_labels),
        test_labels,
    )
    assert accuracy > 0.5


def test_shape_is_learned_where_simple_rules_fail(probe_sets):
    (train, train_labels), (test, test_labels) = probe_sets
    centroids = np.stack([train[train_labels == digit].mean(axis=0) for digit in range(10)])
    distances = ((test[:, None].astype(float) - centroids) ** 2).sum(axis=(2, 3))
    nearest_centroid = np.mean(distances.argmin(axis=1) == test_labels)
    constant = np.bincount(test_labels).max() / len(test_labels)
    learned = _small_network_accuracy(train, train_labels, test, test_labels)
    print(f"constant {constant:.3f}, centroid {nearest_centroid:.3f}, learned {learned:.3f}")
    # Measured: 0.10, 0.69, 0.83.
    assert constant == pytest.approx(0.1)
    assert nearest_centroid < learned - 0.1
    assert learned > 0.8


# The cache.


def test_a_cached_set_is_not_drawn_again(monkeypatch, cache_folder):
    first = digits.load(120, 30)
    (path,) = cache_folder.iterdir()
    drawn_by = f"{digits.VERSION}-pillow{PIL.__version__}"
    assert path.name == f"digits-{drawn_by}-seed0-train120-test30.npz"

    def fail(*args, **kwargs):
        raise AssertionError("drawn although it is in the cache")

    monkeypatch.setattr(digits, "draw", fail)
    second = digits.load(120, 30)
    for (pictures, labels), (again, labels_again) in zip(first, second, strict=True):
        assert np.array_equal(pictures, again)
        assert np.array_equal(labels, labels_again)
    with pytest.raises(AssertionError, match="although"):
        digits.load(120, 30, seed=1)
    for module, version in ((digits, "VERSION"), (PIL, "__version__")):
        with monkeypatch.context() as other:
            other.setattr(module, version, "another")
            with pytest.raises(AssertionError, match="although"):
                digits.load(120, 30)


def test_the_cache_returns_what_is_drawn():
    (train, train_labels), (test, _) = digits.load(120, 30, seed=3)
    pictures, labels = digits.draw(120, seed=3)
    assert np.array_equal(train, pictures)
    assert np.array_equal(train_labels, labels)
    assert np.array_equal(test, digits.draw(30, split="test", seed=3)[0])


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"no archive",
        lambda content: content[: len(content) // 2],
        lambda content: content[:50_000] + bytes([content[50_000] ^ 255]) + content[50_001:],
    ],
    ids=["empty", "text", "truncated", "one byte changed"],
)
def test_a_damaged_cache_file_is_replaced(damage, cache_folder, capsys):
    (expected, _), _ = digits.load(120, 30)
    (path,) = cache_folder.iterdir()
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    (pictures, _), _ = digits.load(120, 30)
    assert np.array_equal(pictures, expected)
    assert np.array_equal(cache.read_arrays(path)["x_train"], expected)
    assert list(cache_folder.iterdir()) == [path]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("names", [["x_train", "y_train"], ["pictures"], [], [*"abcd"]])
def test_a_cache_file_of_other_arrays_is_replaced(names, cache_folder):
    (expected, _), _ = digits.load(20, 10)
    (path,) = cache_folder.iterdir()
    np.savez(path, **{name: np.zeros(3) for name in names})
    (pictures, _), _ = digits.load(20, 10)
    assert np.array_equal(pictures, expected)
    assert set(cache.read_arrays(path)) == {"x_train", "y_train", "x_test", "y_test"}


def test_pickled_objects_are_never_loaded(cache_folder):
    digits.load(20, 10)
    (path,) = cache_folder.iterdir()
    np.savez(path, x_train=np.array([{"an": "object"}], dtype=object))
    with pytest.raises(ValueError, match="damaged or no"):
        cache.read_arrays(path)
    (pictures, _), _ = digits.load(20, 10)
    assert pictures.dtype == np.uint8


def test_without_a_writable_cache_the_digits_are_drawn(monkeypatch, tmp_path, capsys):
    # A file in the folder's place: not even the superuser can write below it.
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file" / "cache"))
    (pictures, _), _ = digits.load(20, 10)
    assert np.array_equal(pictures, digits.draw(20)[0])
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("cannot keep")


def test_a_full_disk_leaves_nothing_half_written(monkeypatch, cache_folder, capsys):
    def write_a_bit(file, **contents):
        file.write(b"PK")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", write_a_bit)
    (pictures, _), _ = digits.load(20, 10)
    assert np.array_equal(pictures, digits.draw(20)[0])
    assert list(cache_folder.iterdir()) == []
    assert "No space left" in capsys.readouterr().out


def test_the_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    assert cache.folder() == tmp_path / "cache"
    monkeypatch.delenv("COURSE_CACHE")
    assert cache.folder().name == "course_utils"

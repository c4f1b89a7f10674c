"""Batches from a manifest: order, labels, cache, and that no picture is lost."""

import gc
import os
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from course_utils import data
from course_utils.data import cache, decoding, pipeline

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("cache_folder")]

CACHES = {
    "memory": ({}, pipeline.MEMORY_LIMIT, "kept in memory"),
    "file": ({}, 10, "decoded-"),
    "none": ({"cache": False}, pipeline.MEMORY_LIMIT, "decoded in every epoch"),
}


def colour_of(name):
    """A colour that says which picture it is; no two within one class are nearer than 2."""
    kind, number = name.split("/")
    return int(number.split(".")[0]) * 2, 10 * (ord(kind[0]) - ord("a")), 77


def make_split(folder, per_class=20, classes="ab", **options):
    for kind in classes:
        (folder / kind).mkdir(parents=True)
        for k in range(per_class):
            name = f"{kind}/{k}.png"
            Image.new("RGB", (9 + k % 3, 7), colour_of(name)).save(folder / name)
    return data.split_by_fraction(data.load_folder(folder), **options)


@pytest.fixture
def split(tmp_path):
    return make_split(tmp_path / "photos")


def epoch(dataset):
    """All pictures and labels of one epoch."""
    batches = [(pictures.numpy(), labels.numpy()) for pictures, labels in dataset]
    return tuple(np.concatenate(column) for column in zip(*batches, strict=True))


def names_of(pictures, split):
    """Which pictures these are, by their colour."""
    known = {colour_of(name): name for part in split.subsets.values() for name in part.names}
    assert (pictures == pictures[:, :1, :1]).all(), "resizing one colour gives that colour"
    return [known[tuple(int(value) for value in picture[0, 0])] for picture in pictures]


@pytest.mark.parametrize("way", CACHES)
def test_batches_pictures_and_labels(split, way, monkeypatch, capsys):
    options, limit, words = CACHES[way]
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", limit)
    datasets = data.image_datasets(split, (6, 5), batch_size=7, **options)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Pictures: 24 train + 8 validation + 8 test at 6×5, ") and words in line
    for dataset, subset in zip(datasets, split.subsets.values(), strict=True):
        assert dataset.element_spec[0].shape == (None, 6, 5, 3)
        sizes = [(pictures.shape, labels.shape) for pictures, labels in dataset]
        whole, rest = divmod(len(subset), 7)
        assert sizes == [((n, 6, 5, 3), (n,)) for n in [7] * whole + [rest]]
        assert int(dataset.cardinality()) == whole + 1
        for _ in range(3):
            pictures, labels = epoch(dataset)
            assert pictures.dtype == labels.dtype == np.float32
            assert sorted(names_of(pictures, split)) == sorted(subset.names), (
                "none lost, none twice"
            )
            label_of = dict(zip(subset.names, subset.labels, strict=True))
            assert [label_of[name] for name in names_of(pictures, split)] == labels.tolist()


@pytest.mark.parametrize("way", CACHES)
def test_training_is_shuffled_validation_and_test_never(split, way, monkeypatch):
    options, limit, _ = CACHES[way]
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", limit)

    def order(dataset):
        return names_of(epoch(dataset)[0], split)

    train, validation, test = data.image_datasets(split, 8, batch_size=5, **options)
    epochs = [order(train) for _ in range(3)]
    assert len({tuple(names) for names in epochs}) == 3, "another order in every epoch"
    assert list(split.train.names) not in epochs
    for dataset, subset in ((validation, split.validation), (test, split.test)):
        for _ in range(2):
            assert order(dataset) == list(subset.names)
    again = data.image_datasets(split, 8, batch_size=5, **options)[0]
    other = data.image_datasets(split, 8, batch_size=5, seed=1, **options)[0]
    assert [order(again) for _ in range(3)] == epochs
    assert order(other) != epochs[0]


def test_the_whole_training_set_takes_part_in_every_shuffle(tmp_path):
    split = make_split(tmp_path / "many", 120, validation=0.1, test=None)
    train, _, nothing = data.image_datasets(split, 4)
    assert nothing is None
    place = {name: k for k, name in enumerate(split.train.names)}
    places = [place[name] for name in names_of(epoch(train)[0], split)]
    assert len(set(places)) == 216
    first = places[:32]
    assert min(first) < 60 and max(first) > 156, "the first batch comes from all over the set"
    assert abs(np.corrcoef(places, range(216))[0, 1]) < 0.3


@pytest.mark.parametrize("way", ["memory", "file"])
def test_later_epochs_come_from_the_cache(split, way, monkeypatch):
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", CACHES[way][1])
    train, validation, _ = data.image_datasets(split, 8)
    first = epoch(validation)
    for name in split.validation.names + split.train.names:
        (split.folder / name).unlink()
    second = epoch(validation)
    assert np.array_equal(first[0], second[0]) and np.array_equal(first[1], second[1])
    assert sorted(names_of(epoch(train)[0], split)) == sorted(split.train.names)


def test_a_cache_file_is_used_again_for_the_same_pictures_only(split, monkeypatch, cache_folder):
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 10)
    expected = epoch(data.image_datasets(split, 8)[1])
    with monkeypatch.context() as patch:
        patch.setattr(decoding, "decode", None)
        assert np.array_equal(epoch(data.image_datasets(split, 8)[1])[0], expected[0])
    assert len(list(cache_folder.iterdir())) == 1
    data.image_datasets(split, 9)
    data.image_datasets(data.split_by_fraction(data.load_folder(split.folder), seed=1), 8)
    assert len(list(cache_folder.iterdir())) == 3
    assert all(file.suffix == ".npy" for file in cache_folder.iterdir())


def old_file(cache_folder, number, size, days):
    """A decoded file of a given size that was used some days ago."""
    cache_folder.mkdir(exist_ok=True)
    file = cache_folder / f"decoded-{number:016x}-8x8.npy"
    file.write_bytes(bytes(size))
    then = time.time() - days * 86_400
    os.utime(file, (then, then))
    return file


def test_decoded_files_that_were_not_used_for_long_make_room(
    split, monkeypatch, cache_folder, capsys
):
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 10)
    num_bytes = 40 * 8 * 8 * 3
    monkeypatch.setattr(cache, "DECODED_LIMIT", num_bytes + 2_500)
    files = [old_file(cache_folder, k, 1_000, days) for k, days in enumerate([3, 9, 1, 5])]
    strangers = [cache_folder / name for name in ("decoded-notes.npy", "thesis.npy")]
    for stranger in strangers:
        stranger.write_bytes(bytes(9_000))
    validation = data.image_datasets(split, 8)[1]
    assert [file.exists() for file in files] == [True, False, True, False]
    assert all(stranger.exists() for stranger in strangers)
    removed, kept = capsys.readouterr().out.splitlines()
    assert removed.startswith("Removed from the cache") and files[1].name in removed
    assert files[3].name in removed and files[0].name not in removed
    assert "kept in" in kept
    monkeypatch.setattr(cache, "DECODED_LIMIT", 10)
    (own,) = set(cache_folder.glob("decoded-????????????????-8x8.npy")) - set(files)
    os.utime(own, (0, 0))
    again = data.image_datasets(split, 8)[1]
    assert own.exists(), "what is used now stays, however large and old it is"
    assert time.time() - own.stat().st_mtime < 600, "and counts as used now"
    data.image_datasets(split, 9)
    assert not own.exists()
    for dataset in (validation, again):
        assert names_of(epoch(dataset)[0], split) == list(split.validation.names)


def test_leftovers_older_than_a_day_are_removed(split, monkeypatch, cache_folder, capsys):
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 10)
    code = "0123456789abcdef" * 2
    cache_folder.mkdir()
    names = [f"decoded-x.npy.{code}.part", f".pets-1-9x9px.{code}.part", f"new.{code}.part"]
    for name in (*names, "film.mp4.part", f"{code}.npy"):
        (cache_folder / name).mkdir() if name.startswith(".") else (cache_folder / name).touch()
        if not name.startswith("new"):
            os.utime(cache_folder / name, (0, 0))
    data.image_datasets(split, 8)
    left = {path.name for path in cache_folder.iterdir()}
    assert left >= {"film.mp4.part", f"{code}.npy", names[2]} and len(left) == 4
    assert names[0] in capsys.readouterr().out


def test_what_cannot_be_removed_stays(split, monkeypatch, cache_folder, capsys):
    """Windows removes no file that another process has mapped."""
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 10)
    monkeypatch.setattr(cache, "DECODED_LIMIT", 10)
    file = old_file(cache_folder, 1, 1_000, 3)

    def refuse(self, missing_ok=False):
        if self == file:
            raise PermissionError(13, "in use")
        return unlink(self, missing_ok)

    unlink = Path.unlink
    monkeypatch.setattr(Path, "unlink", refuse)
    data.image_datasets(split, 8)
    (line,) = capsys.readouterr().out.splitlines()
    assert file.exists() and "kept in" in line


@pytest.mark.parametrize("damage", ["half", "empty", "text", "other shape"])
def test_a_damaged_cache_file_is_written_anew(split, monkeypatch, cache_folder, damage):
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 10)
    expected = epoch(data.image_datasets(split, 8)[1])[0]
    (file,) = cache_folder.iterdir()
    whole = file.read_bytes()
    contents = {"half": whole[: len(whole) // 2], "empty": b"", "text": b"no array"}
    if damage in contents:
        file.write_bytes(contents[damage])
    else:
        np.save(file, np.zeros((2, 8, 8, 3), np.uint8))
    assert np.array_equal(epoch(data.image_datasets(split, 8)[1])[0], expected)
    assert file.read_bytes() == whole


@pytest.mark.parametrize("way", CACHES)
def test_a_picture_that_was_exchanged_is_not_decoded(split, way, monkeypatch, cache_folder):
    options, limit, _ = CACHES[way]
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", limit)
    name = split.test.names[3]
    Image.new("RGB", (9, 7)).save(split.folder / name)
    with pytest.raises(Exception, match=f"{name} is damaged: it was changed since the split"):
        epoch(data.image_datasets(split, 8, **options)[2])
    assert not cache_folder.exists() or not list(cache_folder.iterdir())


def test_a_cache_that_cannot_be_made_is_no_missing_picture(split, monkeypatch, capsys):
    def refuse(self, *arguments, **options):
        raise FileNotFoundError(2, "No such file or directory", str(self))

    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 10)
    monkeypatch.setattr(Path, "mkdir", refuse)
    validation = data.image_datasets(split, 8)[1]
    assert "decoded in every epoch: 0 MB cannot be kept" in capsys.readouterr().out
    assert names_of(epoch(validation)[0], split) == list(split.validation.names)


def test_a_cache_that_cannot_be_written_is_said_and_done_without(
    split, monkeypatch, tmp_path, capsys
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 10)
    validation = data.image_datasets(split, 8)[1]
    assert "decoded in every epoch: 0 MB cannot be kept" in capsys.readouterr().out
    assert names_of(epoch(validation)[0], split) == list(split.validation.names)


def test_memory_is_given_back(tmp_path):
    """Five times 60 MB of pictures leave nothing behind but what TensorFlow keeps by itself."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("the size of a process is read from /proc")

    def megabytes():
        gc.collect()
        return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * 4096 / 1e6

    split = make_split(tmp_path / "photos", 10)
    sizes = []
    for _ in range(6):
        datasets = data.image_datasets(split, 1000)
        epoch(datasets[1])
        del datasets
        sizes.append(megabytes())
    assert sizes[-1] - sizes[1] < 100, sizes


@pytest.mark.parametrize("num_classes", [2, 3, 5])
def test_any_number_of_classes(tmp_path, num_classes):
    split = make_split(tmp_path / "photos", 5, "abcde"[:num_classes])
    labels = np.array(split.test.labels)
    found = {
        mode: epoch(data.image_datasets(split, 4, label_mode=mode)[2])[1]
        for mode in ("auto", "int", "categorical")
    }
    assert np.array_equal(found["int"], labels) and found["int"].dtype == np.int32
    assert np.array_equal(found["categorical"], np.eye(num_classes)[labels])
    assert found["categorical"].dtype == np.float32
    assert np.array_equal(found["auto"], labels)
    assert found["auto"].dtype == (np.float32 if num_classes == 2 else np.int32)
    if num_classes > 2:
        with pytest.raises(ValueError, match=f"needs two classes, there are {num_classes}"):
            data.image_datasets(split, 4, label_mode="binary")


def test_pictures_are_rgb_whatever_the_file_is(tmp_path):
    for kind in ("cat", "dog"):
        (tmp_path / "photos" / kind).mkdir(parents=True)
        for k, mode in enumerate(["RGB", "L", "RGBA", "P", "CMYK", "LA", "1", "I;16"]):
            ending = "jpg" if mode == "CMYK" else "png"
            image = Image.new(mode, (9, 7 + k))
            image.putpixel((k, 2), image.getpixel((0, 0)))
            image.save(tmp_path / "photos" / kind / f"{k}{kind}.{ending}")
    pictures = data.load_folder(tmp_path / "photos")
    split = data.split_by_fraction(pictures, 0.25, None, duplicates="drop")
    shapes = {
        batch.shape[1:] for dataset in data.image_datasets(split, 6)[:2] for batch, _ in dataset
    }
    assert shapes == {(6, 6, 3)}


def test_predictions_belong_to_the_names(split):
    """What Keras predicts for the test set is in the order of the manifest."""
    datasets = data.image_datasets(split, 8, batch_size=3)
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(inputs))
    predicted = model.predict(datasets[2], verbose=0)
    assert np.allclose(predicted, [colour_of(name) for name in split.test.names], atol=1e-3)
    outputs = keras.layers.Dense(1, activation="sigmoid")(model.output)
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(datasets[0], validation_data=datasets[1], epochs=2, verbose=0)
    assert len(history.history["val_accuracy"]) == 2
    assert int(model.optimizer.iterations) == 2 * 8


@pytest.mark.parametrize("way", CACHES)
def test_a_picture_that_was_lost_or_damaged_since_is_named(split, way, monkeypatch):
    options, limit, _ = CACHES[way]
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", limit)
    name = split.test.names[3]
    content = (split.folder / name).read_bytes()
    (split.folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(Exception, match=f"{name} is damaged"):
        epoch(data.image_datasets(split, 8, **options)[2])
    (split.folder / name).unlink()
    with pytest.raises(Exception, match=name):
        epoch(data.image_datasets(split, 8, **options)[2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_size": 0}, "image_size.*got 0"),
        ({"image_size": (180,)}, r"image_size.*got \(180,\)"),
        ({"image_size": (180, 180, 3)}, "image_size"),
        ({"image_size": (180, 180.5)}, "image_size"),
        ({"image_size": True}, "image_size.*got True"),
        ({"image_size": None}, "image_size.*got None"),
        ({"image_size": "180"}, "image_size.*got '180'"),
        ({"image_size": np.array(180.0)}, "image_size"),
        ({"batch_size": 0}, "batch_size must be 1 or more, got 0"),
        ({"batch_size": True}, "batch_size must be a whole number, got True"),
        ({"batch_size": "32"}, "batch_size must be a whole number, got '32'"),
        ({"batch_size": 32.0}, "batch_size must be a whole number, got 32.0"),
        ({"seed": None}, "seed must be a whole number, got None"),
        ({"seed": 2**63}, r"seed must be less than 2\*\*63"),
        ({"label_mode": ["int"]}, r"got \['int'\]"),
        ({"seed": -1}, "seed must be 0 or more, got -1"),
        ({"label_mode": "sparse"}, "auto, binary, int, categorical; got 'sparse'"),
    ],
)
def test_bad_arguments(split, arguments, message):
    with pytest.raises(ValueError, match=message):
        data.image_datasets(split, **arguments)


def test_only_a_split_becomes_batches(split):
    with pytest.raises(ValueError, match="split must be a Split, as .* got a PictureSet"):
        data.image_datasets(data.load_folder(split.folder))


@pytest.mark.parametrize(
    "size", [np.int64(8), (np.int32(8), 8), [8, 8], np.array([8, 8]), np.array(8)]
)
def test_numbers_of_numpy_are_numbers(split, size):
    train = data.image_datasets(split, size, batch_size=np.int64(5), seed=np.int64(1))[0]
    same = data.image_datasets(split, 8, batch_size=5, seed=1)[0]
    assert train.element_spec == same.element_spec
    assert np.array_equal(epoch(train)[0], epoch(same)[0])


@pytest.mark.slow
def test_from_the_second_epoch_on_it_is_twice_as_fast_as_plain_keras(tmp_path):
    """Both read the same pictures in the same job; the best of three epochs each."""
    noise = np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)
    for kind in ("cat", "dog"):
        (tmp_path / "photos" / kind).mkdir(parents=True)
        for k in range(200):
            photo = Image.fromarray(np.roll(noise, k, axis=1)).resize((250, 200))
            photo.save(tmp_path / "photos" / kind / f"{kind}{k}.jpg")
    pictures = data.load_folder(tmp_path / "photos")
    split = data.split_by_fraction(pictures, 0.1, None, duplicates="drop")
    folder = data.materialize(split, tmp_path / "copy")
    ours = data.image_datasets(split, 180)[0]
    plain = keras.utils.image_dataset_from_directory(
        folder / "train", image_size=(180, 180), verbose=False
    )

    def seconds(dataset):
        begin = time.perf_counter()
        assert sum(len(labels) for _, labels in dataset) == len(split.train)
        return time.perf_counter() - begin

    seconds(ours), seconds(plain)
    times = [(seconds(ours), seconds(plain)) for _ in range(3)]
    best_ours, best_plain = map(min, zip(*times, strict=True))
    assert best_plain > 2 * best_ours, times


def test_no_tuning_thread_keeps_a_fit_from_ending(split):
    """It would sleep on after the last batch, for as long as the training has taken, or none."""
    datasets = data.image_datasets(split, 8, batch_size=2)
    for dataset in datasets:
        assert dataset.options().autotune.enabled is False
        assert dataset.map(lambda *batch: batch).options().autotune.enabled is False

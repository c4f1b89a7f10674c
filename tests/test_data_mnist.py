"""``data.load("mnist")`` from its three sources, and what it says when one of them fails."""

import dataclasses
import hashlib
import importlib.util
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from misbehaving_server import Answer

from course_utils import data
from course_utils.data import catalog, download
from course_utils.samples import digits

pytestmark = pytest.mark.unit

NAMES = ("x_train", "y_train", "x_test", "y_test")


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("COURSE_CACHE", str(folder))
    return folder


@pytest.fixture(scope="module")
def arrays():
    """A small set in the format of mnist.npz; every picture carries its own number."""
    labels = np.random.default_rng(7).integers(0, 10, 2_000).astype(np.uint8)
    pictures = np.zeros((2_000, 28, 28), np.uint8)
    pictures[:, 0, 0], pictures[:, 0, 1] = np.arange(2_000) // 256, np.arange(2_000) % 256
    parts = (pictures[:1_500], labels[:1_500], pictures[1_500:], labels[1_500:])
    return dict(zip(NAMES, parts, strict=True))


def _npz(arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


@pytest.fixture
def data_folder(tmp_path, arrays):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "mnist.npz").write_bytes(_npz(arrays))
    return folder


def _numbers(pictures):
    return (pictures[:, 0, 0].astype(int) * 256 + pictures[:, 0, 1]).tolist()


# Drawn digits.


def test_sample_has_the_form_of_keras_mnist(capsys):
    (x_train, y_train), (x_test, y_test) = data.load("mnist", "sample", num_train=300, num_test=100)
    assert x_train.shape == (300, 28, 28)
    assert y_train.shape == (300,)
    assert x_test.shape == (100, 28, 28)
    assert y_test.shape == (100,)
    assert {array.dtype.name for array in (x_train, y_train, x_test, y_test)} == {"uint8"}
    assert np.array_equal(x_train, digits.draw(300)[0])
    assert capsys.readouterr().out == "mnist: digits in the place of MNIST, drawn by the course\n"


def test_sample_is_as_large_as_mnist_at_most(monkeypatch):
    monkeypatch.setattr(digits, "load", lambda num_train, num_test: (num_train, num_test))
    assert data.load("mnist") == (60_000, 10_000)
    for sizes, message in (
        ({"num_train": 60_001}, "num_train must be from 1 to 60,000, got 60,001"),
        ({"num_test": 10_001}, "num_test must be from 1 to 10,000, got 10,001"),
        ({"num_test": 0}, "num_test must be from 1 to 10,000, got 0"),
    ):
        with pytest.raises(ValueError, match=message):
            data.load("mnist", **sizes)


@pytest.mark.parametrize("size", [2.5, 100.0, "100", True, [3]])
def test_a_size_is_a_whole_number(size, data_folder):
    for source in ("sample", data_folder):
        with pytest.raises(ValueError, match="num_train must be a whole number of pictures or"):
            data.load("mnist", source, num_train=size)


def test_none_means_all(monkeypatch, data_folder):
    monkeypatch.setattr(digits, "load", lambda num_train, num_test: (num_train, num_test))
    assert data.load("mnist", num_train=None, num_test=np.int64(7)) == (60_000, 7)
    (x_train, _), _ = data.load("mnist", data_folder, num_train=None)
    assert len(x_train) == 1_500


# A folder.


def test_a_folder_is_read_whole_and_in_order(data_folder, arrays, capsys):
    (x_train, y_train), (x_test, y_test) = data.load("mnist", data_folder)
    for loaded, name in zip((x_train, y_train, x_test, y_test), NAMES, strict=True):
        assert np.array_equal(loaded, arrays[name])
    (line,) = capsys.readouterr().out.splitlines()
    assert line == f"mnist: handwritten digits (MNIST), read from {data_folder}"


def test_a_subset_is_random_fixed_and_nested(data_folder, arrays):
    (x_train, y_train), (x_test, _) = data.load(
        "mnist", str(data_folder), num_train=500, num_test=50
    )
    numbers = _numbers(x_train)
    assert len(set(numbers)) == 500
    assert numbers != sorted(numbers)
    assert y_train.tolist() == arrays["y_train"][numbers].tolist()
    assert x_test.shape == (50, 28, 28)
    (fewer, _), _ = data.load("mnist", str(data_folder), num_train=200)
    assert _numbers(fewer) == numbers[:200]
    shares = np.bincount(y_train, minlength=10) / 500
    all_shares = np.bincount(arrays["y_train"], minlength=10) / 1_500
    assert np.abs(shares - all_shares).max() < 0.05


def test_more_than_there_are_is_refused(data_folder):
    with pytest.raises(ValueError, match="num_train must be from 1 to 1,500, got 1,501"):
        data.load("mnist", data_folder, num_train=1_501)


def test_a_folder_without_the_file_says_what_is_expected(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"mnist\.npz.*x_train.*\"sample\""):
        data.load("mnist", tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x_test": None}, "lacks x_test; it has x_train, y_train, y_test"),
        ({"x_train": np.zeros((1_500, 784), np.uint8)}, r"x_train.*\(n, 28, 28\).*\(1500, 784\)"),
        ({"x_test": np.zeros((500, 28, 28), np.float32)}, "x_test.*uint8.*float32"),
        ({"y_test": np.zeros(499, np.uint8)}, r"y_test.*\(500,\).*\(499,\)"),
        ({"y_test": np.zeros(500, np.int64)}, "y_test.*uint8.*int64"),
        ({"y_train": np.full(1_500, 10, np.uint8)}, "y_train.*0 to 9.*10"),
        (
            {"x_train": np.zeros((0, 28, 28), np.uint8), "y_train": np.zeros(0, np.uint8)},
            "y_train.*got none",
        ),
        ({"x_train": np.full(1_500, None)}, "damaged or no .npz"),
    ],
    ids=["key", "shape", "type", "labels", "label type", "label", "empty", "objects"],
)
def test_another_content_is_refused(data_folder, arrays, change, message):
    changed = {name: array for name, array in (arrays | change).items() if array is not None}
    (data_folder / "mnist.npz").write_bytes(_npz(changed))
    with pytest.raises(ValueError, match=message):
        data.load("mnist", data_folder)


@pytest.mark.parametrize("length", [0, 100, -1_000])
def test_a_truncated_file_is_refused(data_folder, length):
    path = data_folder / "mnist.npz"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ValueError, match=r"mnist\.npz is damaged"):
        data.load("mnist", data_folder)


# Names that do not exist.


def test_an_unknown_set_lists_those_that_exist():
    with pytest.raises(ValueError, match="'cifar'.*mnist"):
        data.load("cifar")


@pytest.mark.parametrize("name", [["mnist"], {"mnist": 1}, None, 3])
def test_what_is_no_name_gets_the_same_sentence(name):
    with pytest.raises(ValueError, match="unknown data set .*choose one of mnist"):
        data.load(name)


def test_a_source_is_resolved_in_one_place(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))  # what Windows asks
    (tmp_path / "mine").mkdir()
    assert data.resolve_source("sample") == "sample"
    assert data.resolve_source("download") == "download"
    assert data.resolve_source("~/mine") == tmp_path / "mine"
    assert data.resolve_source(tmp_path) == tmp_path


@pytest.mark.parametrize("source", ["samples", "", "no/such/folder", "~nobody-at-all/x", None, []])
def test_an_unknown_source_says_what_can_be_chosen(source):
    with pytest.raises(ValueError, match=r"unknown source.*sample.*download.*folder"):
        data.load("mnist", source)


def test_an_unknown_size_is_refused():
    with pytest.raises(ValueError, match="'num_validation'.*num_train, num_test"):
        data.load("mnist", num_validation=5)


def test_importing_loads_neither_tensorflow_nor_matplotlib():
    program = (
        "import sys, course_utils.data, course_utils.samples;"
        "print({'tensorflow', 'keras', 'matplotlib'} & set(sys.modules) or 'none')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "none", done.stderr


# Downloads, from a real server on this computer.


@pytest.fixture
def good_file(arrays):
    return _npz(arrays)


@pytest.fixture
def server(server, good_file, monkeypatch):
    server.contents["/mnist.npz"] = Answer(good_file)
    monkeypatch.setattr(
        catalog,
        "MNIST_FILE",
        dataclasses.replace(
            catalog.MNIST_FILE,
            address=f"{server.address}/mnist.npz",
            sha256=hashlib.sha256(good_file).hexdigest(),
        ),
    )
    return server


def _files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_a_download_is_kept_and_used_again(server, arrays, cache_folder, capsys):
    for _ in range(2):
        (x_train, _), (_, y_test) = data.load("mnist", "download")
        assert np.array_equal(x_train, arrays["x_train"])
        assert np.array_equal(y_test, arrays["y_test"])
        (line,) = capsys.readouterr().out.splitlines()
        assert line == f"mnist: handwritten digits (MNIST), downloaded to {download.folder()}"
    assert len(server.requests) == 1
    assert _files(cache_folder) == ["downloads/mnist.npz"]


def test_a_downloaded_set_can_be_cut(server, arrays):
    (x_train, y_train), (x_test, _) = data.load("mnist", "download", num_train=40, num_test=7)
    assert len(x_train) == len(y_train) == 40
    assert len(x_test) == 7
    with pytest.raises(ValueError, match="1 to 1,500"):
        data.load("mnist", "download", num_train=1_501)


def test_a_download_shows_its_progress(server, good_file, capfd):
    data.load("mnist", "download")
    assert "100%" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            lambda file: Answer(file[: len(file) // 2], missing=len(file) - len(file) // 2),
            "IncompleteRead",
        ),
        (lambda file: Answer(file[: len(file) // 2]), "hash"),
        (lambda file: Answer(file + b"more"), "hash"),
        (lambda file: Answer(b"<!DOCTYPE html><title>Please log in</title>"), "hash"),
        (lambda file: Answer(b"not here", 404), "404"),
        (lambda file: Answer(b"not now", 500), "500"),
    ],
    ids=["broken off", "truncated", "wrong hash", "web page", "404", "500"],
)
def test_a_failed_download_leaves_nothing(server, good_file, cache_folder, answer, reason):
    server.contents["/mnist.npz"] = answer(good_file)
    with pytest.raises(data.DownloadError, match=reason) as caught:
        data.load("mnist", "download")
    message = str(caught.value)
    assert 'DATA = "sample"' in message
    assert str(cache_folder / "downloads") in message
    assert server.address in message
    assert catalog.MNIST_FILE.alternative in message
    assert len(server.requests) == 1 + download.NUM_RETRIES
    assert _files(cache_folder) == []
    server.contents["/mnist.npz"] = Answer(good_file)
    assert len(data.load("mnist", "download")[0][0]) == 1_500
    assert _files(cache_folder) == ["downloads/mnist.npz"]


def test_a_failure_that_passes_is_tried_again(server, good_file):
    server.contents["/mnist.npz"] = [Answer(b"not now", 500), Answer(good_file)]
    assert len(data.load("mnist", "download")[0][0]) == 1_500
    assert len(server.requests) == 2


def test_without_network_the_error_names_the_remedy(server, cache_folder):
    server.stop()
    with pytest.raises(data.DownloadError, match='DATA = "sample"'):
        data.load("mnist", "download")
    assert _files(cache_folder) == []


def test_a_kept_download_needs_no_network(server):
    data.load("mnist", "download")
    server.stop()
    assert len(data.load("mnist", "download")[0][0]) == 1_500


def test_a_damaged_download_is_replaced(server, good_file, cache_folder):
    data.load("mnist", "download")
    path = cache_folder / "downloads" / "mnist.npz"
    path.write_bytes(good_file[:-10])
    assert len(data.load("mnist", "download")[0][0]) == 1_500
    assert path.read_bytes() == good_file
    assert len(server.requests) == 2


def test_an_unwritable_cache_is_named(server, monkeypatch, tmp_path):
    # A file in the folder's place: not even the superuser can write below it.
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file"))
    with pytest.raises(data.DownloadError, match="COURSE_CACHE"):
        data.load("mnist", "download")


def test_the_published_file_is_the_one_of_keras():
    keras_folder = Path(importlib.util.find_spec("keras").origin).parent
    source = (keras_folder / "src" / "datasets" / "mnist.py").read_text(encoding="utf-8")
    folder, name = catalog.MNIST_FILE.address.rsplit("/", 1)
    assert f"{folder}/" in source
    assert name in source
    assert catalog.MNIST_FILE.sha256 in source

"""The first and last cells of a chapter."""

import json
import os

import numpy as np
import pytest

import course_utils
from course_utils import runtime

pytestmark = pytest.mark.unit

RELEASE = course_utils.__version__


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RESULTS", str(tmp_path))
    return tmp_path


def test_start_says_what_holds_today(capsys):
    chapter = runtime.start("02_convolution_arithmetic", "ci", "sample", release=RELEASE)
    printed = capsys.readouterr().out
    assert chapter.profile.name == "ci"
    for expected in ("tensorflow", "Profile ci", "02.convnet: 640 pictures × 1 epoch\n", "sample"):
        assert expected in printed


@pytest.mark.parametrize(
    ("profile", "data", "message"),
    [("dmeo", "sample", "'dmeo'.*demo, full, ci"), ("ci", "sampl", "'sampl'.*'download'")],
)
def test_start_refuses_unknown_words(profile, data, message):
    with pytest.raises(ValueError, match=message):
        runtime.start("02_convolution_arithmetic", profile, data, release=RELEASE)


def test_start_refuses_another_release_in_one_plain_sentence():
    with pytest.raises(RuntimeError, match="belongs to release 9.9.9 .* is installed"):
        runtime.start("02_convolution_arithmetic", "ci", "sample", release="9.9.9")


def test_start_accepts_a_folder(tmp_path):
    chapter = runtime.start("02_convolution_arithmetic", "ci", str(tmp_path), release=RELEASE)
    assert chapter.data == str(tmp_path)


def test_results_are_written_as_json(results):
    chapter = runtime.start("02_convolution_arithmetic", "ci", "sample", release=RELEASE)
    path = chapter.write_results(
        "convnet 98 %", accuracy=np.float32(0.5), curve=[np.float64(1), 2], shape=np.array([3, 4])
    )
    record = json.loads(path.read_text(encoding="utf-8"))
    assert path.parent == results
    assert record["values"] == {"accuracy": 0.5, "curve": [1.0, 2], "shape": [3, 4]}
    assert (record["profile"], record["data"], record["meaningful"]) == ("ci", "sample", False)
    assert record["versions"]["keras"]


def test_results_that_json_cannot_hold_leave_the_old_file(results):
    chapter = runtime.start("02_convolution_arithmetic", "ci", "sample", release=RELEASE)
    path = chapter.write_results("first")
    with pytest.raises(TypeError, match="cannot be written as JSON"):
        chapter.write_results("second", answer=object())
    assert json.loads(path.read_text())["headline"] == "first"
    assert os.listdir(results) == [path.name]


def test_empty_headline_is_refused(results):
    chapter = runtime.start("02_convolution_arithmetic", "ci", "sample", release=RELEASE)
    with pytest.raises(ValueError, match="headline is empty"):
        chapter.write_results("  ")


def test_a_place_that_cannot_be_written_names_the_remedy(tmp_path, monkeypatch):
    blocked = tmp_path / "a_file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("COURSE_RESULTS", str(blocked / "results"))
    chapter = runtime.start("02_convolution_arithmetic", "ci", "sample", release=RELEASE)
    with pytest.raises(OSError, match="COURSE_RESULTS"):
        chapter.write_results("no place")

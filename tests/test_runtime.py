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


def test_start_sums_up_a_long_plan(capsys):
    runtime.start("07_transfer_learning", "demo", "sample", release=RELEASE)
    printed = capsys.readouterr().out
    assert "18 trainings, the smallest on 20 pictures, the largest on 2,000" in printed
    assert len(printed.splitlines()) < 8


@pytest.mark.parametrize(
    ("profile", "data", "message"),
    [("dmeo", "sample", "'dmeo'.*demo, full, ci"), ("ci", "sampl", "'sampl'.*\"download\"")],
)
def test_start_refuses_unknown_words(profile, data, message):
    with pytest.raises(ValueError, match=message):
        runtime.start("02_convolution_arithmetic", profile, data, release=RELEASE)


def test_start_refuses_another_release_in_one_plain_sentence():
    with pytest.raises(RuntimeError) as refused:
        runtime.start("02_convolution_arithmetic", "ci", "sample", release="9.9.9")
    said = str(refused.value)
    assert said.startswith(
        "This notebook belongs to release 9.9.9 of the course, but course_utils "
        f"{RELEASE} is installed. "
    )
    for remedy in ("Open the notebook from the release", "Disconnect and delete", "pip install"):
        assert remedy in said


def test_start_accepts_a_folder(tmp_path):
    chapter = runtime.start("02_convolution_arithmetic", "ci", str(tmp_path), release=RELEASE)
    assert chapter.data == str(tmp_path)


def test_start_takes_the_sources_that_the_data_take(tmp_path, monkeypatch, results):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))  # what Windows asks
    (tmp_path / "mine").mkdir()
    for source in ("~/mine", tmp_path / "mine"):
        chapter = runtime.start("02_convolution_arithmetic", "ci", source, release=RELEASE)
        assert chapter.data == str(source)
        chapter.write_results("done")
    with pytest.raises(ValueError, match="unknown source ''"):
        runtime.start("02_convolution_arithmetic", "ci", "", release=RELEASE)


def test_hardware_names_what_is_missing_for_the_gpu(tmp_path, monkeypatch):
    import tensorflow as tf

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(runtime, "_NVIDIA_DEVICE", tmp_path / "nvidia0")
    assert runtime.hardware().endswith("no GPU (none is needed)")
    (tmp_path / "nvidia0").touch()
    assert "install the extra gpu" in runtime.hardware()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert runtime.hardware().endswith("no GPU (none is needed)")


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
    assert json.loads(path.read_text(encoding="utf-8"))["headline"] == "first"
    assert os.listdir(results) == [path.name]


@pytest.mark.parametrize(
    "value", [float("nan"), np.float32("inf"), [1.0, [float("-inf")]], np.array([0.5, np.nan])]
)
def test_what_json_does_not_have_is_named(results, value):
    chapter = runtime.start("02_convolution_arithmetic", "ci", "sample", release=RELEASE)
    with pytest.raises(ValueError, match="the result 'loss' is .*(nan|inf).* no NaN"):
        chapter.write_results("diverged", accuracy=0.5, loss=value)
    assert os.listdir(results) == []


def test_empty_headline_is_refused(results):
    chapter = runtime.start("02_convolution_arithmetic", "ci", "sample", release=RELEASE)
    with pytest.raises(ValueError, match="headline is empty"):
        chapter.write_results("  ")


def test_without_the_variable_a_read_only_home_spoils_no_lesson(tmp_path, monkeypatch, capsys):
    blocked = tmp_path / "a_file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.delenv("COURSE_RESULTS", raising=False)
    monkeypatch.setenv("COURSE_CACHE", str(blocked / "cache"))
    chapter = runtime.start("02_convolution_arithmetic", "ci", "sample", release=RELEASE)
    chapter.write_results("all done")
    assert "all done\nNote: the results could not be written" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_names_the_remedy(tmp_path, monkeypatch):
    blocked = tmp_path / "a_file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("COURSE_RESULTS", str(blocked / "results"))
    chapter = runtime.start("02_convolution_arithmetic", "ci", "sample", release=RELEASE)
    with pytest.raises(OSError, match="COURSE_RESULTS"):
        chapter.write_results("no place")

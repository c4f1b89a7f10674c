"""Progress outlives the session, is never lost to a damaged file, and needs no place to write."""

import multiprocessing
import os

import pytest

from course_utils import checks
from course_utils.checks import progress

pytestmark = pytest.mark.unit

RIGHT, WRONG = [[1, 2]], "no function"


@pytest.fixture(autouse=True)
def own_file(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_CHECKS", raising=False)
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "of me" / "progress"))
    monkeypatch.setattr(progress, "_session", {})


def status(number="02.1"):
    return next(row for row in checks.report("02").rows if row.number == number)


def size(input_size, kernel_size, stride, padding):
    if padding == "same":
        return -(-input_size // stride)
    return (input_size - kernel_size) // stride + 1


def test_tries_are_counted_and_a_right_answer_stays_right():
    assert (status().status, status().tries) == ("not answered yet", 0)
    checks.check("02.1", ...)
    assert status().tries == 0
    checks.check("02.1", WRONG)
    assert (status().status, status().tries) == ("not yet right", 1)
    checks.check("02.1", size)
    assert (status().status, status().tries) == ("right", 2)
    checks.check("02.1", WRONG)
    assert (status().status, status().tries) == ("right", 3)


def test_a_new_session_knows_the_old_answers(monkeypatch):
    checks.check("02.1", size)
    monkeypatch.setattr(progress, "_session", {})
    assert status().status == "right"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"tries": 1}', '["x", "y"]', "[Infinity, true]", "1", "ä"]
)
def test_a_damaged_file_loses_nothing_else(content, monkeypatch):
    checks.check("02.1", size)
    checks.check("03.1", WRONG)
    (progress.folder() / "02.1.json").write_text(content, encoding="latin-1")
    assert status().status == "right", "this session still knows"
    monkeypatch.setattr(progress, "_session", {})
    assert status().status == "not answered yet"
    assert progress.known("03.1") == (1, False)
    checks.check("02.1", size)
    monkeypatch.setattr(progress, "_session", {})
    assert status().status == "right"


def test_without_a_place_to_write_the_session_has_its_table(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "progress"))
    checks.check("02.1", size)
    assert status().status == "right"
    assert "cannot be written to" in repr(checks.report("02"))


def test_a_later_answer_that_cannot_be_written_is_told(monkeypatch):
    checks.check("02.1", WRONG)
    assert "Kept in the folder progress" in repr(checks.report("02"))

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(progress.os, "replace", full)
        checks.check("02.1", size)
    assert "forgotten with the session" in repr(checks.report("02"))
    assert [path.name for path in progress.folder().iterdir()] == ["02.1.json"]
    checks.check("02.1", size)
    assert "Kept in the folder progress" in repr(checks.report("02"))


def test_colab_s_machine_is_nobody_s_computer(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_PROGRESS")
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    assert "until Colab takes it back" in repr(checks.report("02"))


def test_the_table_shows_every_chapter_in_text_and_html():
    checks.check("02.1", size)
    checks.check("03.1", WRONG)
    report = checks.report()
    text, shown = repr(report), report._repr_html_()
    assert report.num_right == 1
    assert "✓ 02.1" in text and "right, 1 try" in text and "… 03.1" in text
    assert f"1 of {len(report.rows)} right" in text
    assert shown.count("<tr>") == len(report.rows) + 1
    with pytest.raises(ValueError, match="'77'"):
        checks.report("77")


def _answer(path, number, times):
    os.environ["COURSE_PROGRESS"] = path
    for _ in range(times):
        progress.record(number, right=True)


def test_two_notebooks_at_once_lose_nothing():
    numbers = [f"0{k}.1" for k in range(1, 4)]
    context = multiprocessing.get_context("spawn")
    tasks = [context.Process(target=_answer, args=(str(progress.folder()), n, 40)) for n in numbers]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join()
    assert [progress.known(number) for number in numbers] == [(40, True)] * 3
    assert sorted(path.stem for path in progress.folder().iterdir()) == numbers

"""A chapter's results stand beside those of other runs, and the recorded runs fit the chapter."""

import html
import json
import os
import re

import nbformat
import pytest

from course_utils import profiles, references
from course_utils.references import runs as recorded
from course_utils.runtime import Chapter
from tools import notebook_files as files
from tools.references import runs

pytestmark = pytest.mark.unit


def write(folder, values, profile="demo", data="sample", notes=()):
    """Write a chapter's results as ``chapter.write_results`` does."""
    folder.mkdir(exist_ok=True)
    file = folder / "90_nets.json"
    record = {"profile": profile, "data": data, "notes": list(notes), "values": values}
    file.write_text(json.dumps(record), encoding="utf-8")
    return file


@pytest.fixture
def folder(tmp_path):
    """A folder with two recorded runs of a chapter."""
    values = [{"unseen": {"deep": 0.5, "flat": 0.81}, "curve": [1, 2]}, {"unseen": {"deep": 0.6}}]
    content = {"fingerprint": "0", "facts": {"hardware": "2 cores of a test"}, "runs": values}
    (tmp_path / "90_nets.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


def test_numbers_stand_beside_each_other(folder, tmp_path):
    written = write(tmp_path / "mine", {"unseen": {"deep": 0.5512, "flat": 0.8}})
    beside = references.beside(written, folder)
    # A number that one of the recorded runs lacks is left out.
    assert beside.rows == {"unseen, deep": [0.5512, 0.5, 0.6]}
    head, row, conditions = str(beside).splitlines()
    assert head.split() == ["this", "run", "recorded", "1", "recorded", "2"]
    assert row.split() == ["0.551", "0.5", "0.6", "unseen,", "deep"]
    assert "the difference between the rows is luck" in conditions
    assert "2 cores of a test" in conditions


def test_a_notebook_shows_the_same_as_a_table_that_wraps(folder, tmp_path):
    written = write(tmp_path / "mine", {"unseen": {"deep": 0.5512, "flat <": 0.8}})
    record = json.loads((folder / "90_nets.json").read_text(encoding="utf-8"))
    record["runs"] = [{"unseen": {"deep": 0.5, "flat <": 1}}] * 2
    (folder / "90_nets.json").write_text(json.dumps(record), encoding="utf-8")
    beside = references.beside(written, folder)
    shown = beside._repr_html_()
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", shown)
    assert cells[:4] == ["", "this run", "recorded 1", "recorded 2"]
    assert cells[4:] == [
        "unseen, deep",
        "0.551",
        "0.5",
        "0.5",
        "unseen, flat &lt;",
        "0.8",
        "1",
        "1",
    ]
    assert html.escape(beside.conditions) in shown
    assert references.beside(None)._repr_html_() is None  # then the sentence is shown


def test_an_older_runs_numbers_are_never_shown_as_this_runs(folder, tmp_path, monkeypatch, capsys):
    """The results of an older run lie there, and those of this one find no room."""
    monkeypatch.delenv("COURSE_RESULTS", raising=False)
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    chapter = Chapter("90_nets", profiles.get("demo"), "sample")
    older = chapter.write_results("older", unseen={"deep": 0.11})
    assert references.beside(older, folder).rows == {"unseen, deep": [0.11, 0.5, 0.6]}
    (older.parent / f"90_nets.{os.getpid()}.partial").mkdir()  # the new file cannot be written
    written = chapter.write_results("newer", unseen={"deep": 0.99})
    assert "newer\nNote: the results could not be written" in capsys.readouterr().out
    assert str(references.beside(written, folder)) == (
        "No comparison with other runs (the results could not be written)."
    )


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", '{"facts": {}, "runs": []}', '{"facts": 1, "runs": [{"a": 1}]}', "[" * 100_000]
    + ['{"facts": {"hardware": 2}, "runs": [{"unseen": 1}]}', '{"runs": [3], "facts": {}}'],
)
def test_a_damaged_record_spoils_no_lesson(folder, tmp_path, content):
    written = write(tmp_path / "mine", {"unseen": {"deep": 0.5}})
    (folder / "90_nets.json").write_text(content, encoding="utf-8")
    said = str(references.beside(written, folder))
    assert said.startswith("No comparison with other runs (") and "is damaged" in said
    assert "Installing the course again" in said


def test_results_of_a_release_without_notes_are_compared(folder, tmp_path):
    written = write(tmp_path / "mine", {"unseen": {"deep": 0.5}})
    record = json.loads(written.read_text(encoding="utf-8"))
    del record["notes"]
    written.write_text(json.dumps(record), encoding="utf-8")
    assert references.beside(written, folder).rows == {"unseen, deep": [0.5, 0.5, 0.6]}


@pytest.mark.parametrize(("profile", "data"), [("full", "sample"), ("demo", "a/folder")])
def test_other_conditions_are_not_compared(folder, tmp_path, profile, data):
    written = write(tmp_path / "mine", {"unseen": {"deep": 0.5}}, profile, data)
    assert str(references.beside(written, folder)).startswith("Other runs were recorded in profile")


def test_a_run_that_began_with_recorded_numbers_is_not_compared(folder, tmp_path):
    written = write(tmp_path / "mine", {"unseen": {"deep": 0.5}}, notes=["first half recorded"])
    assert str(references.beside(written, folder)) == (
        "No comparison with other runs (first half recorded)."
    )


def test_a_chapter_without_recorded_runs_shows_nothing(tmp_path):
    assert str(references.beside(write(tmp_path / "mine", {}), tmp_path)) == ""


def notebook(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells)


def test_every_seed_becomes_another_one():
    chapter = notebook("keras.utils.set_random_seed(3)  # 3 nets", "x = 3", "set_random_seed(12)")
    sources = [cell.source for cell in runs.with_other_luck(chapter, 2).cells]
    assert sources == [
        "keras.utils.set_random_seed(203)  # 3 nets",
        "x = 3",
        "set_random_seed(212)",
    ]


def test_a_chapter_without_seeds_is_refused():
    with pytest.raises(ValueError, match="never calls"):
        runs.with_other_luck(notebook("x = 3"), 1)


def test_the_fingerprint_follows_what_is_computed_and_nothing_else():
    def fingerprint(*sources, name="03_pooling"):
        return runs.fingerprint(name, notebook(*sources))

    before = fingerprint("net.fit(x, epochs=plan.epochs)", "plots.show(net)")
    assert fingerprint("# why\nnet.fit(x, epochs=plan.epochs)", "plots.show(net, 2)") == before
    assert fingerprint("net.fit(z, epochs=plan.epochs)", "plots.show(net)") != before
    assert fingerprint("net.fit(x, epochs=plan.epochs)", name="05_augmentation") != before


@pytest.mark.parametrize("name", runs.CHAPTERS)
def test_recorded_runs_belong_to_the_chapter_as_it_is(name, tmp_path):
    assert not runs.is_stale(name), f"run python -m tools.references.runs {name}"
    record = json.loads((recorded.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    first, second = (dict(recorded.numbers_in(values)) for values in record["runs"])
    assert first.keys() == second.keys() and first != second, "two runs with other luck"
    written = write(tmp_path, record["runs"][0]).rename(tmp_path / f"{name}.json")
    assert references.beside(written).rows == {
        one: [first[one], first[one], second[one]] for one in first
    }


@pytest.mark.parametrize("name", runs.CHAPTERS)
def test_each_of_these_chapters_shows_its_runs(name):
    sources = (cell.source for _, cell in files.code_cells(files.read(runs.notebook_of(name))))
    assert any("references.beside(" in source for source in sources)


def test_what_chapter_06_says_of_single_cures_holds_in_the_recorded_runs():
    """Its text: normalization and shortcuts leave guessing, He initialization alone did not."""
    record = json.loads((recorded.FOLDER / "06_residual_blocks.json").read_text(encoding="utf-8"))
    for unseen in (run["unseen_digits"] for run in record["runs"]):
        single = unseen["+ normalization (healed)"], unseen["+ shortcuts"]
        assert min(single) > 0.3 > 0.15 > unseen["+ He initialization"]
        assert unseen["+ shortcuts + normalization (healed)"] > max(single)

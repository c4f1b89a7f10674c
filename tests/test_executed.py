"""The web site shows nothing but a passed run of the chapters as they are."""

import json

import pytest
from nbformat import v4

from tools import executed, site
from tools import notebook_files as files

pytestmark = pytest.mark.unit


def chapter(*sources):
    cells = [v4.new_code_cell(source, id=f"cell-{index}") for index, source in enumerate(sources)]
    return v4.new_notebook(cells=cells)


def copy_of(notebook, profile="demo", data="sample"):
    """The executed copy, as papermill leaves it."""
    copy = files.v4.reads(files.render(notebook))
    source = f'# Parameters\nPROFILE = "{profile}"\nDATA = "{data}"\n'
    cell = v4.new_code_cell(source, metadata={"tags": ["injected-parameters"]})
    copy.cells.insert(1, cell)
    copy.cells[0].outputs = [v4.new_output("stream", text="7")]
    return copy


@pytest.fixture
def repository(tmp_path):
    """A repository with one chapter in two languages, and a build folder of a passed run."""
    for language in ("", "ko"):
        for folder in (tmp_path / "notebooks" / language, tmp_path / "build" / language):
            folder.mkdir(parents=True)
        copies = tmp_path / "build" / language / "notebooks"
        copies.mkdir()
        own = chapter("print(7)", "print(8)")
        path = tmp_path / "notebooks" / language / "90_own.ipynb"
        path.write_text(files.render(own), encoding="utf-8")
        (copies / path.name).write_text(files.render(copy_of(own)), encoding="utf-8")
        report = tmp_path / "build" / language / "report.json"
        report.write_text('{"passed": true}', encoding="utf-8")
    return tmp_path


def test_a_passed_run_of_the_chapters_may_be_shown(repository):
    executed.check(repository / "build", "demo", root=repository)
    executed.check(repository / "build" / "ko", "demo", "ko", root=repository)


def test_a_chapter_that_was_not_executed_is_named(repository):
    (repository / "build" / "ko" / "notebooks" / "90_own.ipynb").unlink()
    executed.check(repository / "build", "demo", root=repository)
    with pytest.raises(
        ValueError,
        match="no executed copy of 90_own.ipynb\ncall make run PROFILE=demo DATA=sample EDITION=ko",
    ):
        executed.check(repository / "build" / "ko", "demo", "ko", root=repository)


@pytest.mark.parametrize(
    ("report", "found"),
    [
        (None, "no run has left its report"),
        ("{", "report.json of the last run cannot be read"),
        ("[]", "report.json of the last run cannot be read"),
        ("{}", "report.json of the last run cannot be read"),
        ('{"passed": false}', "the last run has failed"),
    ],
)
def test_a_run_that_has_not_passed_is_refused(repository, report, found):
    path = repository / "build" / "report.json"
    path.unlink() if report is None else path.write_text(report, encoding="utf-8")
    with pytest.raises(ValueError, match=f"{found}\ncall make run PROFILE=demo DATA=sample"):
        executed.check(repository / "build", "demo", root=repository)


OWN = chapter("print(7)", "print(8)")


@pytest.mark.parametrize(
    ("copy", "fault"),
    [
        (copy_of(OWN), None),
        (copy_of(OWN, profile="ci"), "ran with PROFILE=ci rather than"),
        (copy_of(OWN, data="/photos"), "ran with DATA=/photos rather than"),
        (OWN, "ran with PROFILE=None, DATA=None rather than"),
        (copy_of(chapter("print(7)", "print(9)")), "from cell cell-1 on"),
        (copy_of(chapter("print(7)")), "from cell cell-1 on"),
        (copy_of(chapter("print(7)", "print(8)", "print(9)")), "from cell cell-2 on"),
        (copy_of(v4.new_notebook(cells=[*OWN.cells[::-1]])), "from cell cell-0 on"),
    ],
)
def test_a_copy_of_another_run_or_of_another_chapter_is_noticed(copy, fault):
    found = executed.fault_of(copy, OWN, "demo")
    assert found is None if fault is None else fault in found


def test_the_site_is_not_built_of_another_profile(tmp_path, capsys):
    copies = tmp_path / "notebooks"
    copies.mkdir()
    for path in (files.ROOT / "notebooks").glob("*.ipynb"):
        copy = copy_of(files.read(path), profile="ci")
        (copies / path.name).write_text(files.render(copy), encoding="utf-8")
    (tmp_path / "report.json").write_text(json.dumps({"passed": True}), encoding="utf-8")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("the last one", encoding="utf-8")
    assert site.main(["--build", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "06_residual_blocks.ipynb: the executed copy ran with PROFILE=ci" in said
    assert "call make run PROFILE=demo DATA=sample first" in said
    assert (tmp_path / "site" / "index.html").read_text(encoding="utf-8") == "the last one"

"""The README's table of chapters: generated, complete, and stale when something changed."""

import json
import shutil

import pytest

from tools import chapter_table
from tools import notebook_files as files
from tools.runner.options import PROMISED_MEMORY_MB

pytestmark = pytest.mark.unit

MEASURED = {
    "hardware": "2 cores of a Testor ",
    "jobs": 2,
    "threads": 1,
    "seconds": 130,
    "chapters": {
        "02_convolution_arithmetic": {
            "seconds": 33,
            "memory_mb": 905,
            "headline": "convnet 98 %",
            "planned_work": 72_000,
        }
    },
}


@pytest.fixture
def course(tmp_path):
    """A copy of what the table is made from, with chapter 02 only."""
    (tmp_path / "notebooks").mkdir()
    for name in ("pyproject.toml", "README.md", "notebooks/02_convolution_arithmetic.ipynb"):
        shutil.copy(files.ROOT / name, tmp_path / name)
    (tmp_path / "measured.json").write_text(json.dumps(MEASURED), encoding="utf-8")
    return tmp_path


def _run(course, *arguments):
    return chapter_table.main([*arguments, "--store", str(course / "measured.json")], root=course)


def test_the_table_shows_what_was_measured(course):
    assert _run(course) == 0
    readme = (course / "README.md").read_text(encoding="utf-8")
    assert "| 02 | [Convolution arithmetic](notebooks/02_convolution_arithmetic.ipynb)" in readme
    for shown in ("How can a net that sees less know more?", "33 s", "0.9 GB", "convnet 98 %"):
        assert shown in readme
    assert "colab.research.google.com/github/" in readme
    assert _run(course, "--check") == 0


def test_an_appendix_stands_in_the_table_behind_the_chapters(course):
    notebooks = course / "notebooks"
    shutil.copy(notebooks / "02_convolution_arithmetic.ipynb", notebooks / "A2_appendix.ipynb")
    run = MEASURED["chapters"]["02_convolution_arithmetic"] | {"planned_work": 0}
    measured = MEASURED | {"chapters": MEASURED["chapters"] | {"A2_appendix": run}}
    (course / "measured.json").write_text(json.dumps(measured), encoding="utf-8")
    assert _run(course) == 0
    readme = (course / "README.md").read_text(encoding="utf-8")
    assert 0 < readme.index("| 02 | [") < readme.index("| A2 | [")


def test_a_stale_table_fails_the_check(course, capsys):
    _run(course)
    changed = MEASURED | {"hardware": "another machine"}
    (course / "measured.json").write_text(json.dumps(changed), encoding="utf-8")
    assert _run(course, "--check") == 1
    assert "run make tables" in capsys.readouterr().err


def test_a_chapter_that_was_not_measured_is_named(course, capsys):
    (course / "measured.json").write_text(json.dumps(MEASURED | {"chapters": {}}), encoding="utf-8")
    assert _run(course) == 1
    assert "02_convolution_arithmetic.ipynb was not measured" in capsys.readouterr().err


def test_times_measured_under_another_plan_are_refused(course, capsys):
    measured = json.loads(json.dumps(MEASURED))
    measured["chapters"]["02_convolution_arithmetic"]["planned_work"] = 71_999
    (course / "measured.json").write_text(json.dumps(measured), encoding="utf-8")
    assert _run(course, "--check") == 1
    assert "measured under another plan" in capsys.readouterr().err


def test_more_memory_than_promised_is_refused(course, capsys):
    measured = json.loads(json.dumps(MEASURED))
    measured["chapters"]["02_convolution_arithmetic"]["memory_mb"] = PROMISED_MEMORY_MB + 1
    (course / "measured.json").write_text(json.dumps(measured), encoding="utf-8")
    assert _run(course, "--check") == 1
    assert "took 3,001 MB of memory; promised are at most 3,000" in capsys.readouterr().err


def test_a_readme_without_the_frame_is_left_alone(course, capsys):
    (course / "README.md").write_text("# Another text\n", encoding="utf-8")
    assert _run(course) == 1
    assert "lacks the lines" in capsys.readouterr().err
    assert (course / "README.md").read_text(encoding="utf-8") == "# Another text\n"


@pytest.mark.parametrize(
    "change", [{"passed": False}, {"profile": "ci"}, {"data": "download"}], ids=str
)
def test_only_a_passed_demo_run_is_taken_over(tmp_path, change):
    report = {
        "passed": True,
        "profile": "demo",
        "data": "sample",
        "jobs": 2,
        "threads": 1,
        "chapters": [],
    }
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report | {"seconds": 1.0} | change), encoding="utf-8")
    with pytest.raises(ValueError, match="not a passed run in profile demo"):
        chapter_table.take_over(path)

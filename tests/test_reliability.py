"""The README's table of faults: made from what the tests report, complete, never stale."""

import json
import os
import subprocess
import sys

import pytest
import test_archive_faults
import test_cache_faults
import test_damaged_set_faults
import test_download_faults
import test_notebook_faults

from tools import notebook_files as files
from tools import reliability

pytestmark = pytest.mark.unit

#: One fault of every row.
NAMES = (
    "download (hash): 404",
    "archive (Drive): link",
    "damaged set (hash): a picture is gone",
    "disk full: drawn digits",
    "killed (hash): downloading and unpacking",
    "killed: drawn digits",
    "three processes at once (hash): empty cache",
    "a picture vanishes while it is copied",
    "chapter killed: training",
    "chapter: two at once, cannot write beside it, no GPU",
    "too much memory: 90_grows",
)
FAULTS = [{"fault": name, "tries": 2, "outcome": "as promised"} for name in NAMES]


@pytest.fixture
def course(tmp_path):
    """A folder with a README that has a place for the table, and a report of the tests."""
    (tmp_path / "README.md").write_text(
        "# A course\n\n" + "\n".join(reliability._MARKS) + "\n", encoding="utf-8"
    )
    write_report(tmp_path, FAULTS)
    return tmp_path


def write_report(course, faults, passed=True):
    report = json.dumps({"passed": passed, "faults": faults})
    (course / "report.json").write_text(report, encoding="utf-8")


def run(course, *arguments):
    arguments = [str(argument) for argument in arguments]
    store = ["--store", str(course / "store.json")]
    return reliability.main([*arguments, *store], root=course)


def test_a_report_becomes_a_table(course):
    more = {"fault": "download (Drive): 500", "tries": 3, "outcome": "tried again"}
    write_report(course, [*FAULTS, more])
    assert run(course, "--measured", course / "report.json") == 0
    readme = (course / "README.md").read_text(encoding="utf-8")
    assert "| 5 | checks length" in readme
    assert "| 3 × tried again; 2 × as promised |" in readme
    assert readme.count("| 2 × as promised |") == len(reliability.GROUPS) - 1
    assert run(course, "--check") == 0


def test_a_stale_table_fails_the_check(course, capsys):
    run(course, "--measured", course / "report.json")
    readme = course / "README.md"
    readme.write_text(
        readme.read_text(encoding="utf-8").replace("2 × as promised", "9 × as promised"),
        encoding="utf-8",
    )
    assert run(course, "--check") == 1
    assert "make reliability" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("faults", "passed", "said"),
    [
        ([*FAULTS, FAULTS[0] | {"fault": "an earthquake"}], True, "belongs to 0 rows"),
        (FAULTS[1:], True, "nothing was tried of 'A download"),
        (FAULTS, False, "a test failed"),
    ],
    ids=["unknown fault", "row without a fault", "failed test"],
)
def test_a_report_that_is_not_whole_is_refused(course, capsys, faults, passed, said):
    before = (course / "README.md").read_text(encoding="utf-8")
    write_report(course, faults, passed)
    assert run(course, "--measured", course / "report.json") == 1
    assert said in capsys.readouterr().err
    assert not (course / "store.json").exists()
    assert (course / "README.md").read_text(encoding="utf-8") == before


def missing(stored):
    """Return the faults that tests try and a stored report lacks."""
    kinds = test_download_faults.SOURCES
    expected = {
        f"{what} ({kind}): {fault}"
        for what, faults in (
            ("download", test_download_faults.FAULTS),
            ("archive", test_archive_faults.ARCHIVES),
            ("damaged set", test_damaged_set_faults.DAMAGES),
        )
        for fault in faults
        for kind in kinds
    }
    works = [work for work in test_cache_faults.WORKS if not work.startswith("control")]
    expected |= {f"killed: {work}" for work in works}
    expected |= {f"chapter killed: {moment}" for moment in test_notebook_faults.MOMENTS}
    return expected - {fault["fault"] for fault in stored}


def test_the_stored_report_holds_every_fault_that_is_tried():
    stored = json.loads(reliability.STORE.read_text(encoding="utf-8"))["faults"]
    assert missing(stored) == set(), "make reliability"
    lost = "download (hash): 404"
    assert missing([fault for fault in stored if fault["fault"] != lost]) == {lost}


def report_of(folder, *arguments):
    """Run a few tests of faults in a process of its own; return what they reported."""
    file = folder / "faults.json"
    command = [sys.executable, "-m", "pytest", "-q", "-k", "where_a_link_leads", *arguments]
    done = subprocess.run(
        [*command, "tests/test_cache_faults.py"],
        cwd=files.ROOT,
        env=os.environ | {"COURSE_FAULT_REPORT": str(file)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_what_several_processes_report_is_put_together(tmp_path):
    alone = report_of(tmp_path)
    assert [fault["fault"] for fault in alone["faults"]] == [
        "copy of a split: a link to an empty folder",
        "copy of a split: a link to nothing",
    ]
    assert report_of(tmp_path, "-n", "2") == alone

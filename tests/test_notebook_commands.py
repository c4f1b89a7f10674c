"""The notebook commands repair, stamp and refresh; a wrong stored output fails under nbval."""

import copy
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from notebook_cases import (
    NAME,
    Cells,
    Repository,
    add_code,
    build_chapter,
    code,
    printed,
    set_source,
)

from course_utils import runtime
from tools import notebook_files as files
from tools import notebook_run, notebook_template
from tools.addresses import Addresses
from tools.notebook_rules import check_notebook

CHAPTERS = sorted((files.ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture
def repository(tmp_path, capsys) -> Repository:
    made = Repository(tmp_path)
    capsys.readouterr()
    return made


@pytest.mark.unit
@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "<html>", '{"nbformat": 4}', '{"nbformat": 3, "cells": []}']
)
def test_what_is_no_notebook_is_named(repository, content):
    repository.chapter.write_text(content, encoding="utf-8")
    lines = check_notebook(repository.chapter, Addresses(repository.course))
    assert len(lines) == 1
    assert "is not a notebook of format 4" in lines[0]
    for command in ("clean", "stamp", "refresh"):
        assert repository.run(command, repository.chapter) == 1
        assert repository.chapter.read_text(encoding="utf-8") == content


@pytest.mark.unit
def test_clean_repairs_once_and_for_all(repository, capsys):
    def litter(cells):
        cells.notebook.metadata.update(widgets={}, colab={"name": "x"})
        cells["results"].metadata.update(execution={"x": 1}, colab={}, init_cell=True)
        printed(cells["results"], "0.91\n")
        cells.add(code("added", "\n"))

    in_order = repository.chapter.read_bytes()
    repository.change(repository.chapter, litter)
    assert repository.run("clean") == 0
    assert capsys.readouterr().out == f"notebooks/{NAME}: cleaned\n"
    assert repository.chapter.read_bytes() == in_order
    before = repository.chapter.stat().st_mtime_ns
    assert repository.run("clean") == 0
    assert capsys.readouterr().out == ""
    assert repository.chapter.stat().st_mtime_ns == before
    assert list(repository.chapter.parent.glob("*.partial")) == []


@pytest.mark.unit
def test_stamp_carries_a_new_address_everywhere(repository, capsys):
    readme = repository.root / "README.md"
    citation = repository.root / "CITATION.cff"
    readme.write_text(
        "[Binder](https://mybinder.org/v2/gh/owner.example/small-course/main?labpath=x)\n"
        "git clone https://github.com/owner.example/small-course.git\n"
        "[Keras](https://github.com/keras-team/keras) and [bugs]"
        "(https://github.com/owner.example/small-course/issues)\n"
        "[Site](https://owner.example.github.io/small-course/index.html)\n",
        encoding="utf-8",
    )
    guide = repository.root / "guide" / "setup.md"
    guide.parent.mkdir()
    guide.write_text(
        "[Report a mistake](https://github.com/owner.example/small-course).\n", encoding="utf-8"
    )
    citation.write_text(
        'repository-code: "https://github.com/owner.example/small-course"\n', encoding="utf-8"
    )
    assert repository.run("check") == 0
    version = files.Course.version
    repository.declare("ada/pictures", f"v{version}")
    capsys.readouterr()
    assert repository.run("check") == 1
    found = capsys.readouterr().out
    for name in (f"notebooks/{NAME}", f"notebooks/solutions/{NAME}", "README.md", "CITATION.cff"):
        assert f"{name}: " in found
    assert "guide/setup.md: points to https://github.com/owner.example/small-course; " in found

    assert repository.run("stamp") == 0
    stamped = files.read(repository.chapter)
    assert (
        f"github.com/ada/pictures@v{version}"
        in next(cell for cell in stamped.cells if "setup" in files.tags(cell)).source
    )
    assert f"github/ada/pictures/blob/v{version}/notebooks/{NAME}" in stamped.cells[0].source
    assert repository.findings() == []
    assert "owner.example" not in citation.read_text(encoding="utf-8") + guide.read_text(
        encoding="utf-8"
    )
    # A plain link is known by where the badges had pointed; other projects' links stay.
    assert "(https://github.com/ada/pictures/issues)" in readme.read_text(encoding="utf-8")
    assert f"v2/gh/ada/pictures/v{version}?labpath" in readme.read_text(encoding="utf-8")
    assert "git clone https://github.com/ada/pictures.git" in readme.read_text(encoding="utf-8")
    assert "keras-team/keras" in readme.read_text(encoding="utf-8")
    assert "(https://ada.github.io/pictures/index.html)" in readme.read_text(encoding="utf-8")
    capsys.readouterr()
    assert repository.run("stamp") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.unit
def test_links_to_other_peoples_notebooks_and_packages_stay(repository):
    readme = repository.root / "README.md"
    links = (
        f"https://colab.research.google.com/github/fchollet/book/blob/master/{NAME}\n"
        "https://mybinder.org/v2/gh/jupyter/demo/main\n"
        "pip install git+https://github.com/keras-team/keras@master\n"
        "git clone https://github.com/keras-team/keras\n"
    )
    readme.write_text(links, encoding="utf-8")
    repository.change(
        repository.chapter,
        lambda cells: cells["title"].update(source=cells["title"].source + links),
    )
    assert repository.run("check") == 0
    before = repository.chapter.read_bytes()
    assert repository.run("stamp") == 0
    assert (readme.read_text(encoding="utf-8"), repository.chapter.read_bytes()) == (links, before)


@pytest.mark.unit
def test_addresses_are_looked_after_in_what_git_would_take_and_nowhere_else(repository):
    foreign = "https://github.com/ada/small-course\n"
    (repository.root / ".gitignore").write_text("/venv/\n", encoding="utf-8")
    (repository.root / "venv").mkdir()
    ignored, own = repository.root / "venv" / "package.md", repository.root / "own.md"
    ignored.write_text(foreign, encoding="utf-8")
    own.write_text(foreign, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=repository.root, check=True)
    assert repository.run("stamp") == 0
    assert ignored.read_text(encoding="utf-8") == foreign
    assert own.read_text(encoding="utf-8") == "https://github.com/owner.example/small-course\n"


@pytest.mark.unit
def test_stamping_keeps_what_is_no_utf_8_and_ends_of_lines(repository):
    readme = repository.root / "README.md"
    readme.write_bytes(b"K\xf6nig\r\nhttps://github.com/ada/small-course\r\n")
    assert repository.run("check") == 1
    assert repository.run("stamp") == 0
    assert readme.read_bytes() == (b"K\xf6nig\r\nhttps://github.com/owner.example/small-course\r\n")
    assert repository.run("check") == 0


@pytest.mark.unit
@pytest.mark.parametrize(
    ("slug", "release_ref", "sentence"),
    [
        ("only-an-owner", "main", "write https://github.com/<owner>/<repository>"),
        ("ada/pictures", "v9.9.9", "release_ref is 'v9.9.9'"),
    ],
)
def test_wrong_facts_are_named(repository, capsys, slug, release_ref, sentence):
    repository.declare(slug, release_ref)
    assert repository.run("check") == 1
    assert sentence in capsys.readouterr().out


@pytest.mark.unit
def test_stamp_needs_a_title(repository, capsys):
    repository.change(repository.chapter, set_source("title", "Hello"))
    before = repository.chapter.read_bytes()
    assert repository.run("stamp") == 1
    assert "does not begin with a Markdown cell" in capsys.readouterr().out
    assert repository.chapter.read_bytes() == before


@pytest.mark.unit
@pytest.mark.parametrize("fetched", [True, False])
def test_setup_cell_fetches_the_helpers_or_says_what_to_do(repository, monkeypatch, fetched):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    commands = []

    def run(command):
        commands.append(command)
        return subprocess.CompletedProcess(command, 0 if fetched else 1)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(runtime, "load_tensorflow", lambda: None)
    source = notebook_template.setup_source(repository.course)
    assert len(source.splitlines()) <= 18
    if fetched:
        exec(source, {})
    else:
        with pytest.raises(RuntimeError, match="could not be fetched.*Check the network.*again"):
            exec(source, {})
    ((*_, no_dependencies, address),) = commands
    assert no_dependencies == "--no-deps"
    assert address == "git+https://github.com/owner.example/small-course@main"


@pytest.mark.unit
def test_setup_cell_leaves_an_installed_package_alone(repository, monkeypatch):
    monkeypatch.setattr(runtime, "load_tensorflow", lambda: None)
    monkeypatch.setattr(subprocess, "run", lambda command: pytest.fail("pip was called"))
    exec(notebook_template.setup_source(repository.course), {})


# A pip that may write into the user's own folder only, which Python did not find when it began.
PIP = """
import pathlib, site

package = pathlib.Path(site.getusersitepackages(), "course_utils")
package.mkdir(parents=True)
(package / "__init__.py").touch()
(package / "runtime.py").write_text("def load_tensorflow(): print('found')")
"""


@pytest.mark.unit
@pytest.mark.parametrize("with_own_folder", [True, False])
def test_setup_cell_finds_what_pip_put_into_ones_own_folder(repository, tmp_path, with_own_folder):
    source = notebook_template.setup_source(repository.course)
    if not with_own_folder:
        source, left_out = re.subn(r"\n    site\.addsitedir.*", "", source)
        assert left_out == 1
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "pip.py").write_text(PIP, encoding="utf-8")
    surroundings = {
        "PYTHONPATH": str(tmp_path / "packages"),
        "PYTHONUSERBASE": str(tmp_path / "own"),
        "PATH": os.environ["PATH"],
    }
    python = sys._base_executable  # a virtual environment has no folder of one's own
    done = subprocess.run(
        [python, "-c", source], env=surroundings, capture_output=True, text=True, cwd=tmp_path
    )
    assert ("found\n" == done.stdout) == with_own_folder, done.stderr
    assert ("No module named 'course_utils'" in done.stderr) != with_own_folder


@pytest.mark.unit
def test_setup_cell_is_formatted(repository):
    (repository.root / "cell.py").write_text(
        notebook_template.setup_source(repository.course) + "\n", encoding="utf-8"
    )
    shutil.copy(files.ROOT / "pyproject.toml", repository.root)
    for command in (["format", "--check"], ["check", "--extend-ignore", "D,E402,F401"]):
        subprocess.run(
            [sys.executable, "-m", "ruff", *command, "cell.py"], cwd=repository.root, check=True
        )


@pytest.mark.unit
def test_replaced_cells_are_found_by_id():
    chapter = build_chapter()
    before = copy.deepcopy(chapter)
    replaced = notebook_run.replace_cells(chapter, {"stride-two": "answer = 2"})
    assert Cells(replaced)["stride-two"].source == "answer = 2"
    assert chapter == before
    with pytest.raises(ValueError, match="no cell stride-three"):
        notebook_run.replace_cells(chapter, {"stride-three": ""})


@pytest.mark.unit
def test_missing_file_is_a_usage_error(repository, capsys):
    with pytest.raises(SystemExit):
        repository.run("check", "notebooks/99_nothing.ipynb")
    assert "no such notebook" in capsys.readouterr().err


@pytest.mark.notebooks
def test_refresh_stores_what_the_run_printed(repository, capsys):
    def change(cells):
        cells.add(code("profile", "import sys\nprint(PROFILE, DATA)", files.CHECKED))
        printed(cells["sizes"], "4\n")

    repository.change(repository.chapter, change)
    assert repository.run("refresh") == 0
    out = capsys.readouterr().out
    assert "(sizes): output changed" in out
    assert "(profile): output changed" in out
    cells = Cells(files.read(repository.chapter))
    assert cells["sizes"].outputs[0].text == "3\n"
    assert cells["profile"].outputs[0].text == "ci sample\n"
    assert repository.run("check") == 0
    stored = repository.chapter.read_bytes()
    capsys.readouterr()
    assert repository.run("refresh") == 0
    assert capsys.readouterr().out == ""
    assert repository.chapter.read_bytes() == stored


@pytest.mark.notebooks
@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x = 1", "(added) has no output"),
        ("import sys\nprint(1)\nprint(2, file=sys.stderr)", "an error or a warning"),
        (
            "from IPython.display import Image\nImage(data=b'x', format='png')",
            "has a picture or widget",
        ),
        ("1 / 0", "(added) raises ZeroDivisionError: division by zero"),
    ],
    ids=["nothing", "warning", "picture", "error"],
)
def test_refresh_refuses_what_cannot_be_compared(repository, capsys, source, sentence):
    repository.change(repository.chapter, add_code(source, files.CHECKED))
    before = repository.chapter.read_bytes()
    assert repository.run("refresh", repository.chapter) == 1
    assert sentence in capsys.readouterr().out
    assert repository.chapter.read_bytes() == before


@pytest.mark.notebooks
def test_chapter_runs_with_its_solutions(repository):
    repository.change(repository.chapter, add_code("print(answer)"))
    executed = notebook_run.run_with_solutions(repository.chapter, repository.solutions)
    assert executed.cells[-1].outputs[0].text == "2\n"


@pytest.mark.notebooks
def test_wrong_stored_output_fails_here(repository):
    repository.change(
        repository.chapter,
        lambda cells: cells.add(printed(code("two", "print(2)", files.CHECKED), "2\n", 9)),
    )
    _every_wrong_output_fails(repository.chapter, repository.root)


@pytest.mark.notebooks
@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_wrong_stored_output_fails_in_chapter(chapter, tmp_path):
    _every_wrong_output_fails(chapter, tmp_path)


def _every_wrong_output_fails(chapter: Path, folder: Path) -> None:
    """Run a copy with all stored texts falsified; exactly the checked cells must fail."""
    notebook = files.read(chapter)
    checked = set()
    for number, (_, cell) in enumerate(files.code_cells(notebook)):
        if files.CHECKED in files.tags(cell):
            checked.add(f"Cell {number}")
            for output in cell.outputs:
                holder = output if "text" in output else output.data
                for kind in holder:
                    if kind == "text" or kind.startswith("text/"):
                        holder[kind] += "falsified"
    assert checked, "a chapter has outputs to compare"
    copied = folder / "falsified.ipynb"
    copied.write_text(files.render(notebook), encoding="utf-8")
    report = folder / "report.xml"
    environment = os.environ | notebook_run.SHORT_RUN | {"COURSE_RESULTS": str(folder)}
    completed = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env"]
        + ["-p", "no:cacheprovider", f"--rootdir={folder}", f"--junitxml={report}", copied],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert report.exists(), completed.stdout + completed.stderr
    failed = {
        case.get("name")
        for case in ElementTree.parse(report).iter("testcase")
        if case.find("failure") is not None
    }
    assert failed == checked

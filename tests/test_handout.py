"""What a class is handed: complete, at work by itself, and without a solution."""

import json
import os
import re
import subprocess
import sys
import venv
import zipfile

import pytest

from tools import handout
from tools import notebook_files as files
from tools.notebook_files import ROOT
from tools.translation import code, prose

unit = pytest.mark.unit


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The handout of all chapters: its folder and its archive."""
    build = tmp_path_factory.mktemp("build")
    chapters = tuple(
        path for path in files.Course.read().notebooks() if path.parent.name != "solutions"
    )
    return handout.make(ROOT, chapters, build)


def _solutions():
    """The code of every solution that a student would not have written anyway."""
    stubs = {
        cell.id: cell.source
        for path in (ROOT / "notebooks").glob("*.ipynb")
        for cell in files.read(path).cells
    }
    for path in sorted((ROOT / "notebooks" / "solutions").glob("*.ipynb")):
        for cell in files.read(path).cells:
            if cell.id in stubs and cell.cell_type == "code" and stubs[cell.id] != cell.source:
                yield cell.source


def _texts(folder):
    """Every text file in a folder; of notebooks, their cells."""
    for path in folder.rglob("*"):
        if path.suffix == ".ipynb":
            yield "\n".join(cell.source for cell in files.read(path).cells)
        elif path.suffix in {".py", ".md", ".json", ".toml", ".yml", ".txt"}:
            yield path.read_text(encoding="utf-8")


def _revealed(folder):
    everything = "\n".join(_texts(folder))
    return [source for source in _solutions() if source in everything]


@unit
def test_no_solution_is_in_it(made):
    folder, archive = made
    assert len(list(_solutions())) > 50  # what is looked for
    assert _revealed(folder) == []
    names = zipfile.ZipFile(archive).namelist()
    assert not [name for name in names if re.search(r"solutions|tests?/|exercise_answers", name)]
    assert {name.split("/")[0] for name in names} == {"handout"}


@unit
def test_a_solution_that_slips_in_is_noticed(made, tmp_path):
    solution = next(iter(_solutions()))
    (tmp_path / "leaked.py").write_text(f"# {'-' * 20}\n{solution}\n", encoding="utf-8")
    assert _revealed(tmp_path) == [solution]


@unit
def test_it_holds_every_chapter_without_outputs(made):
    folder, archive = made
    chapters = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {path.name for path in (folder / "notebooks").glob("*.ipynb")} == chapters
    for path in (folder / "notebooks").rglob("*.ipynb"):
        original = files.read(ROOT / "notebooks" / path.relative_to(folder / "notebooks"))
        copy = files.read(path)
        assert [cell.source for cell in copy.cells] == [cell.source for cell in original.cells]
        assert not [cell.id for _, cell in files.code_cells(copy) if cell.outputs]
    korean = {path.name for path in (ROOT / "notebooks/ko").glob("*.ipynb")}
    assert {path.name for path in (folder / "notebooks/ko").glob("*.ipynb")} == korean == chapters
    inside = {f"handout/{path.relative_to(folder)}" for path in folder.rglob("*.*")}
    assert {name for name in zipfile.ZipFile(archive).namelist() if not name.endswith("/")} >= {
        name for name in inside if name.endswith((".py", ".ipynb", ".toml", ".npz"))
    }


@unit
def test_a_korean_class_finds_its_way(made):
    folder, archive = made
    assert {"handout/README.ko.md", "handout/notebooks/ko/glossary.md"} <= set(
        zipfile.ZipFile(archive).namelist()
    )
    readmes = [(folder / name).read_text(encoding="utf-8") for name in handout.READMES]
    assert len(readmes) == 2
    # The same commands in both, and nothing left in English.
    commands = [re.findall(r"^```$.*?^```$", text, re.MULTILINE | re.DOTALL) for text in readmes]
    assert len(commands[0]) == 2 and commands[0] == commands[1]
    assert list(prose.problems(readmes[1])) == []
    assert list(prose.problems(readmes[0])) != []
    for place in re.findall(r"`(notebooks[\w/.]*)`|\]\(([\w.]+)\)", "".join(readmes)):
        assert (folder / "".join(place)).exists(), place
    title = files.read(folder / "notebooks/ko/01_learning_weights.ipynb").cells[0].source
    assert code.HANGUL.search(title)


@unit
def test_only_the_first_weeks_if_asked(tmp_path, capsys):
    assert handout.main(["--chapters", "0,1", "--build", str(tmp_path)]) == 0
    notebooks = tmp_path / "handout" / "notebooks"
    for chapters in (notebooks, notebooks / "ko"):
        assert {path.name[:2] for path in chapters.glob("*.ipynb")} == {"00", "01"}
    assert "hold chapters 00, 01" in capsys.readouterr().out
    assert handout.main(["--chapters", "2", "--build", str(tmp_path)]) == 0  # replaces the first
    assert {path.name[:2] for path in (tmp_path / "handout" / "notebooks").rglob("*.ipynb")} == {
        "02"
    }
    assert {path.name for path in tmp_path.iterdir()} == {"handout", "handout.zip"}


@unit
def test_a_chapter_that_does_not_exist_is_named_and_nothing_written(tmp_path, capsys):
    assert handout.main(["--chapters", "77", "--build", str(tmp_path)]) == 1
    assert "there is no chapter '77'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.notebooks
def test_a_student_can_install_it_and_work(made, tmp_path):
    """As its README says, but for the packages that the course needs: they are borrowed."""
    folder, _ = made
    assert "constraint constraints.txt" in (folder / "README.md").read_text(encoding="utf-8")
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True, system_site_packages=False)
    python = next(path for path in environment.glob("*/python*") if path.is_file())
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--editable", str(folder)], check=True)
    code = (
        "import course_utils, json\n"
        "from course_utils import checks\n"
        "print(checks.check('02.5', ...))\n"
        "print(json.dumps(course_utils.__file__))\n"
    )
    borrowed = "\n".join(path for path in sys.path if path.endswith("site-packages"))
    next(environment.rglob("site-packages")).joinpath("borrowed.pth").write_text(
        borrowed, encoding="utf-8"
    )
    done = subprocess.run(
        [str(python), "-c", code],
        cwd=folder / "notebooks",
        env={**os.environ, "COURSE_PROGRESS": str(tmp_path / "progress")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    assert "not answered yet" in done
    assert json.loads(done.splitlines()[-1]) == str(folder / "course_utils" / "__init__.py")

"""The evening before: what `make warm` leaves in the cache is what the chapters load."""

import ast
import re
from types import SimpleNamespace

import numpy as np
import pytest
from published_sets import PETS_SOURCE, publish

from course_utils import data, profiles
from course_utils.samples import folders, other_animals
from tools import notebook_files as files
from tools import start_cells, warm
from tools.notebook_files import ROOT

pytestmark = pytest.mark.unit

CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))


class _Loads:
    """Stands for ``data`` and for the own photos of a chapter, and notes what it is asked for."""

    def __init__(self):
        self.asked = []

    def has(self, name, source):
        return True

    def load(self, name, source, **sizes):
        self.asked.append((name, {size: n for size, n in sizes.items() if n is not None}))
        raise LookupError  # whatever needs the pictures is of no interest here

    def load_folder(self, folder):
        raise LookupError

    def draw_folders(self, **sizes):
        self.load(warm.OTHERS, "sample", **sizes)


def _asked_by(notebook, profile):
    """Return what a chapter loads, from its own cells.

    Statements that can be computed from the profile alone are executed; imports and all that needs
    pictures, nets or libraries are passed over.
    """
    loads = _Loads()
    plan = SimpleNamespace(profile=profile)
    known = {"DATA": "sample", "profile": profile, "chapter": plan, "np": np}
    known |= {"data": loads, "other_animals": loads}
    for _, cell in files.code_cells(notebook):
        if start_cells.TAG in files.tags(cell):
            continue
        for statement in ast.parse(cell.source).body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                continue
            try:
                exec(compile(ast.Module([statement], []), cell.id, "exec"), known)
            except Exception:
                pass
            known |= {"data": loads, "other_animals": loads, "chapter": plan, "profile": profile}
    return loads.asked


def _missing(path, profile, notebook=None):
    """Return what a chapter loads and `make warm` does not prepare for it."""
    number = path.stem.split("_")[0]
    prepared = [(one.name, one.sizes) for one in warm.wanted(profile) if number in one.chapters]
    asked = _asked_by(notebook or files.read(path), profile)
    more = [one for one in asked if one not in prepared]
    return more, [one for one in prepared if one not in asked]


@pytest.mark.parametrize("name", profiles.PROFILES)
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem[:2])
def test_everything_that_a_chapter_loads_is_prepared_and_nothing_else(path, name):
    assert _missing(path, profiles.get(name)) == ([], [])


def test_every_call_that_loads_is_seen():
    calls = re.compile(r"(?<!def )\b(?:data\.load|load_lab|draw_folders)\(")
    for path in CHAPTERS:
        cells = [cell for _, cell in files.code_cells(files.read(path))]
        written = sum(
            len(calls.findall(cell.source))
            for cell in cells
            if start_cells.TAG not in files.tags(cell) and "def load_lab(" not in cell.source
        )
        assert len(_asked_by(files.read(path), profiles.get("demo"))) == written, path.name


def test_a_chapter_that_loads_more_is_noticed():
    path = next(path for path in CHAPTERS if path.stem.startswith("02"))
    notebook = files.read(path)
    cell = next(cell for _, cell in files.code_cells(notebook) if "data.load" in cell.source)
    cell.source = cell.source.replace("num_train=plan.pictures", "num_train=plan.pictures + 1")
    more, left = _missing(path, profiles.get("demo"), notebook)
    assert more and left


@pytest.fixture
def ci():
    return {"PROFILE": "ci", "DATA": "sample"}


def _of(chapters):
    everything = warm.wanted(profiles.get("ci"))
    return [one for one in everything if set(one.chapters) & set(chapters)]


@pytest.mark.slow
def test_afterwards_no_chapter_has_to_draw(cache_folder, ci, monkeypatch, capsys):
    chosen = {**ci, "CHAPTERS": "05,07"}  # sets of every kind
    assert warm.main(chosen) == 0
    said = capsys.readouterr().out
    assert "warm: ready after" in said
    number = len(_of(["05", "07"]))
    assert f"profile ci, DATA=sample, chapters 05, 07; {number} sets in" in said

    def refuse(*arguments):
        raise AssertionError("a chapter would have to draw")

    monkeypatch.setattr(folders, "_drawn", refuse)
    monkeypatch.setattr(other_animals.pets, "draw_species", refuse)
    monkeypatch.setattr("course_utils.samples.digits.draw", refuse)
    for one in _of(["05", "07"]):
        if one.name == warm.OTHERS:
            other_animals.draw_folders(**one.sizes)
        else:
            data.load(one.name, "sample", **one.sizes)
    before = {path: path.stat().st_mtime_ns for path in cache_folder.rglob("*")}
    assert warm.main(chosen) == 0  # at once
    assert {path: path.stat().st_mtime_ns for path in cache_folder.rglob("*")} == before
    with pytest.raises(AssertionError, match="would have to draw"):
        data.load("dogs-vs-cats", "sample", per_class=5)


def test_only_the_chapters_that_are_asked_for(cache_folder, ci, capsys):
    assert warm.main({**ci, "CHAPTERS": "0,1"}) == 0
    said = capsys.readouterr().out
    assert "chapters 00, 01; 2 sets" in said
    assert sorted(path.name.split("-")[0] for path in cache_folder.iterdir()) == ["digits"] * 2


def test_what_is_not_ready_is_named(cache_folder, tmp_path, ci, capsys):
    photos = tmp_path / "photos" / "dogs-vs-cats"
    photos.mkdir(parents=True)
    assert warm.main({**ci, "DATA": str(photos.parent), "CHAPTERS": "A2"}) == 1
    said = capsys.readouterr().err
    assert "NOT READY" in said
    assert re.search(r"warm: not ready: dogs-vs-cats \(per_class=32\) for [\d, ]*A2\.", said)


@pytest.mark.usefixtures("little_patience")
def test_without_a_network_the_other_sets_are_prepared(
    server, cache_folder, ci, monkeypatch, capsys
):
    publish(server, monkeypatch, PETS_SOURCE)
    server.stop()
    assert warm.main({**ci, "DATA": "download", "CHAPTERS": "07"}) == 1
    said = capsys.readouterr().err
    assert "NOT READY: dogs-vs-cats.zip could not be had" in said
    assert re.search(r"warm: not ready: dogs-vs-cats \([^;]*\. The others are\.", said)
    assert any(path.name.startswith("other") for path in cache_folder.iterdir())


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"PROFILE": "quick"}, "PROFILE='quick' is unknown"),
        ({"DATA": "nowhere"}, "DATA='nowhere' is neither"),
        ({"CHAPTERS": "77"}, "there is no chapter '77'"),
    ],
)
def test_wrong_options_are_named(wrong, sentence, capsys):
    assert warm.main(wrong) == 2
    assert sentence in capsys.readouterr().err

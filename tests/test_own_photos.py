"""Chapters on a folder of one's own: names without numbers, fewer pictures than are planned."""

import contextlib
import os
import random
import shutil
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from course_utils import data, profiles
from course_utils.data import splits
from tools import notebook_files as files
from tools.notebook_files import ROOT

CI = profiles.get("ci")
#: The cells of each chapter that load and split the pets.
CELLS = {
    "04": ("load", "split", "fewer-pictures"),
    "05": ("load", "fewer-pictures"),
    "06": ("pets", "fewer-pictures"),
    "07": ("load", "fewer-pictures"),
    "08": ("load", "fewer-pictures"),
}
PLANS = {"04": "04.small_convnet", "05": "05.augmented", "06": "06.mini_xception"}
PLANS |= {"07": "07.fine_tuned", "08": "08.pets"}
AT_RANDOM = "These names do not number the pictures of each class from 0: split at random instead."
FEWER = "Everything works, but scores differ more from run to run."


def photos(folder, per_class, numbered=False, classes=("cat", "dog")):
    """Fill ``folder/dogs-vs-cats`` with photos of uneven size; return ``folder``."""
    draw = random.Random(0)
    for kind in classes:
        place = folder / "dogs-vs-cats" / kind
        place.mkdir(parents=True)
        for number in range(per_class):
            word = "".join(draw.choices("abcdefgh", k=12))
            ending = "JPG" if number == 0 else draw.choice(["jpg", "jpeg"])
            size = draw.randint(40, 90), draw.randint(40, 90)
            picture = Image.fromarray(np.frombuffer(draw.randbytes(48), "uint8").reshape(4, 4, 3))
            name = f"{number}.{ending}" if numbered else f"{word}.{ending}"
            picture.resize(size).save(place / name, "JPEG")
    return folder


def wanted(number):
    """Return how many pictures of each class a chapter wants in profile ci."""
    plan = CI[PLANS[number]]
    return plan.pictures * 3 // 4 + plan.test_pictures // 2


class _Decoding(Exception):
    pass


def _decode_nothing(*arguments, **options):
    raise _Decoding


def split_in(number, folder, profile=CI):
    """Run the cells of a chapter that load and split the pets; return its variables."""
    (path,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    cells = {cell.id: cell.source for _, cell in files.code_cells(files.read(path))}
    known = {"DATA": str(folder), "PROFILE": profile.name, "profile": profile}
    known |= {"plan": profile[PLANS[number]], "chapter": SimpleNamespace(profile=profile)}
    known["data"] = SimpleNamespace(**vars(data) | {"image_datasets": _decode_nothing})
    for name in CELLS[number]:
        with contextlib.suppress(_Decoding):  # what follows in the cell needs no test here
            exec(cells[name], known)
    return known


def sizes_of(split):
    return [len(subset.names) for subset in split.subsets.values()]


def spread(number, split):
    """Return what the plan of a chapter makes of a split: its sizes, in whole classes."""
    plan = CI[PLANS[number]]
    return sizes_of(split) == [plan.pictures, plan.pictures // 2, plan.test_pictures]


# --- in the chapters ---------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.parametrize("number", CELLS)
def test_names_without_numbers_are_split_at_random(number, tmp_path, monkeypatch, capsys):
    folder = photos(tmp_path, wanted(number))
    known = split_in(number, folder)
    said = capsys.readouterr().out
    assert known["split"].kind == "fraction" and spread(number, known["split"])
    assert said.count(AT_RANDOM) == 1 and FEWER not in said
    assert known["profile"] is CI
    for module in (data, splits):  # a chapter that does not ask, and only splits by number
        monkeypatch.setattr(module, "are_numbered", lambda pictures, per_class: True)
    with pytest.raises(ValueError, match="number"):
        split_in(number, folder)


@pytest.mark.unit
@pytest.mark.parametrize("number", CELLS)
def test_numbered_names_are_split_by_number(number, tmp_path, capsys):
    known = split_in(number, photos(tmp_path, wanted(number), numbered=True))
    said = capsys.readouterr().out
    assert known["split"].kind == "index" and spread(number, known["split"])
    assert AT_RANDOM not in said and FEWER not in said
    assert known["profile"] is CI


@pytest.mark.unit
@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("number", CELLS)
def test_fewer_pictures_than_planned(number, numbered, tmp_path, capsys):
    known = split_in(number, photos(tmp_path, 20, numbered))
    said = capsys.readouterr().out
    assert known["split"].kind == ("index" if numbered else "fraction")
    assert sizes_of(known["split"]) == [20, 10, 10]
    assert said.count(FEWER) == 1 and "Of cat there are only 20" in said
    plan = known["pets_plan" if number == "06" else "plan"]
    assert (plan.pictures if number != "07" else known["profile"]["07.fine_tuned"].pictures) == 20


@pytest.mark.unit
def test_chapter_07_trains_on_parts_of_fewer_pictures(tmp_path):
    profile = split_in("07", photos(tmp_path, 20))["profile"]
    plans = profile.of_chapter("07")
    parts = [plans[f"07.scratch_{place}"].pictures for place in range(1, 6)]
    assert parts == [4, 8, 12, 16, 20]
    assert parts == [plans[f"07.borrowed_{place}"].pictures for place in range(1, 6)]
    few = ("random_3", "too_early", "batch_norm.careless", "batch_norm.careful")
    assert {plans[f"07.{name}"].pictures for name in few} == {12}
    assert {plans[f"07.fine_tuned{stage}"].pictures for stage in ("", ".head")} == {20}
    assert plans["07.own_photos"] == CI["07.own_photos"]  # that section has its own pictures
    assert all(plans[name].epochs == plan.epochs for name, plan in CI.of_chapter("07").items())


@pytest.mark.unit
def test_chapter_05_trains_on_fewer_pets_and_on_as_many_in_its_labs(tmp_path):
    profile = split_in("05", photos(tmp_path, 20), profiles.get("demo"))["profile"]
    assert not profile.meaningful  # or what holds for 2,000 pictures would be asserted
    plans = split_in("05", tmp_path)["profile"].of_chapter("05")
    pets = ("start", "plain", "augmentation", "dropout", "augmented")
    assert {(plans[f"05.{name}"].pictures, plans[f"05.{name}"].test_pictures) for name in pets} == {
        (20, 10)
    }
    for name in ("rps_by_picture", "rps_by_hand", "horse_or_human"):
        assert plans[f"05.{name}"] == CI[f"05.{name}"]


@pytest.mark.unit
def test_chapter_08_trains_on_fewer_pictures(tmp_path):
    profile = split_in("08", photos(tmp_path, 20), profiles.get("demo"))["profile"]
    assert not profile.meaningful  # or what holds for 2,000 pictures would be asserted
    profile = split_in("08", tmp_path)["profile"]
    numbers = {name: plan.pictures for name, plan in profile.of_chapter("08").items()}
    assert numbers == {"08.pets": 20, "08.marked": 20, "08.repaired": 20, "08.few": 10}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("classes", "sentence"),
    [(("cat",), "has only one class, cat; at least two are needed"), ((), "holds no pictures")],
    ids=["one class", "empty"],
)
@pytest.mark.parametrize("number", CELLS)
def test_a_folder_that_holds_too_little(number, classes, sentence, tmp_path):
    (tmp_path / "dogs-vs-cats").mkdir()
    with pytest.raises(ValueError, match=f"{sentence}.*Expected is one subfolder per class"):
        split_in(number, photos(tmp_path, 3, classes=classes))


@pytest.mark.notebooks
@pytest.mark.slow
def test_a_whole_chapter_on_fewer_photos_without_numbers(tmp_path):
    folder = photos(tmp_path / "mine", 24)
    (tmp_path / "notebooks").mkdir()
    (path,) = (ROOT / "notebooks").glob("06_*.ipynb")
    shutil.copy(path, tmp_path / "notebooks")
    places = ["--notebooks", str(tmp_path / "notebooks"), "--build", str(tmp_path / "build")]
    run = [sys.executable, "-m", "tools.run_course", "--profile", "ci", *places]
    finished = subprocess.run(
        [*run, "--data", str(folder)],
        cwd=ROOT,
        env={**os.environ, "COURSE_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    executed = (tmp_path / "build" / "notebooks" / path.name).read_text(encoding="utf-8")
    assert AT_RANDOM in executed and FEWER in executed


# --- the function ------------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.parametrize("per_class", [wanted("04"), 20, 7])
@pytest.mark.parametrize("numbered", [True, False])
def test_it_is_what_chapter_04_does_in_plain_code(per_class, numbered, tmp_path):
    known = split_in("04", photos(tmp_path, per_class, numbered))
    assert data.split_by_count(known["pictures"], 32, 16, 16) == known["split"]


@pytest.mark.unit
def test_larger_classes_and_a_set_with_more_than_wanted(tmp_path):
    photos(tmp_path, 30)
    for surplus in sorted((tmp_path / "dogs-vs-cats/dog").iterdir())[:10]:
        surplus.unlink()
    pictures = data.load_folder(tmp_path / "dogs-vs-cats")
    for wanted_sizes, expected in [((4, 2, 2), [8, 4, 4]), ((20, 10, 10), [20, 10, 10])]:
        split = data.split_by_count(pictures, *wanted_sizes)
        assert sizes_of(split) == expected
        assert all(set(subset.labels) == {0, 1} for subset in split.subsets.values())


@pytest.mark.unit
def test_a_damaged_picture_leaves_no_gap(tmp_path):
    place = photos(tmp_path, 8, numbered=True) / "dogs-vs-cats"
    (place / "cat" / "1.jpg").unlink(missing_ok=True)
    (place / "cat" / "1.jpeg").unlink(missing_ok=True)
    (place / "cat" / "1.jpg").write_bytes(b"no picture")
    split = data.split_by_count(data.load_folder(place), 4, 2, 2)
    assert split.kind == "index" and split.dropped == ("cat/1.jpg",)


@pytest.mark.unit
def test_a_picture_in_two_subsets_is_an_error_unless_it_is_dropped(tmp_path):
    place = photos(tmp_path, 8, numbered=True) / "dogs-vs-cats"
    first, last = (next((place / "cat").glob(f"{number}.*")) for number in (0, 7))
    last.write_bytes(first.read_bytes())
    pictures = data.load_folder(place)
    with pytest.raises(ValueError, match='in two subsets.*Pass duplicates="drop"'):
        data.split_by_count(pictures, 4, 2, 2)
    assert len(data.split_by_count(pictures, 4, 2, 2, duplicates="drop").train.names) == 7


@pytest.mark.unit
def test_too_few_pictures_for_three_subsets(tmp_path):
    photos(tmp_path, 4)
    pictures = data.load_folder(tmp_path / "dogs-vs-cats")
    assert sizes_of(data.split_by_count(pictures, 1_000, 500, 500)) == [4, 2, 2]
    sentence = "class 'cat' has 4 pictures; .*test=1000 need 5 or more. Add pictures, or set DATA"
    with pytest.raises(ValueError, match=sentence):
        data.split_by_count(pictures, 1_000, 500, 1_000)


@pytest.mark.unit
@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, -1, 1), (1, 1, 0.5), (1, 1, None)])
def test_numbers_that_are_none(sizes, tmp_path):
    photos(tmp_path, 4)
    pictures = data.load_folder(tmp_path / "dogs-vs-cats")
    with pytest.raises(ValueError, match="must be"):
        data.split_by_count(pictures, *sizes)
    with pytest.raises(ValueError, match=r"data\.load"):
        data.split_by_count("photos", 1, 1, 1)

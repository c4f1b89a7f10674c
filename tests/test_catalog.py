"""The picture sets by name: drawn, from a folder, and downloaded from a real server."""

import io
import os
import re
import zipfile
from pathlib import Path

import pytest
from misbehaving_server import HANDS, PETS, Answer, archive, drive_archive, published

from course_utils import data, profiles
from course_utils.data import download, picture_sets
from tools import notebook_files

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("cache_folder")]

PICTURE_SETS = [name for name in data.CATALOG if name != "mnist"]


HORSES = [f"horses/horse{k:02}-{j}.png" for k in range(1, 4) for j in range(2)]
HORSES += [f"humans/human{k:02}-{j:02}.png" for k in range(1, 4) for j in range(2)]


def unpack(content, folder):
    zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
    return folder


# --- a folder of one's own ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        PETS,
        [name.removeprefix("train/") for name in PETS],
        [f"PetImages/{kind}/{k}.jpg" for kind in ("Cat", "Dog") for k in range(6)],
        [f"{kind}/우리 {kind} {k}.jpg" for kind in ("고양이", "개") for k in range(6)],
    ],
    ids=["Kaggle", "flat", "Microsoft", "own photos"],
)
def test_dogs_vs_cats_from_a_folder(tmp_path, names, capsys):
    unpack(archive(names), tmp_path / "mine" / "dogs-vs-cats")
    pictures = data.load("dogs-vs-cats", tmp_path / "mine")
    assert set(pictures.count().values()) == {6}
    split = data.split_by_index(pictures, range(3), range(3, 4), range(4, 6))
    assert len(split.train) == 6
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("dogs-vs-cats: photos of cats and dogs")
    root = tmp_path / "mine" / "dogs-vs-cats"
    inside = names[0].split("/")[0]
    place = root / inside if inside in ("train", "PetImages") else root
    assert line.endswith(f"read from {place}"), "which subfolder was read"
    fewer = data.load("dogs-vs-cats", tmp_path / "mine", per_class=2)
    assert set(fewer.count().values()) == {2}
    with pytest.raises(ValueError, match="per_class must be from 1 to 6, got 7"):
        data.load("dogs-vs-cats", tmp_path / "mine", per_class=7)


@pytest.mark.parametrize("inner", ["train", "PetImages"])
def test_pictures_beside_the_layout_are_not_silently_left_out(tmp_path, inner):
    root = tmp_path / "dogs-vs-cats"
    unpack(archive([f"{inner}/{kind}/{k}.jpg" for kind in ("cat", "dog") for k in range(3)]), root)
    unpack(archive(["test1/1.jpg", ".hidden/1.jpg"]), root)
    (root / "notes").mkdir()
    (root / "notes/license.txt").write_text("yours", encoding="utf-8")
    assert len(data.load("dogs-vs-cats", tmp_path)) == 6
    unpack(archive([f"{part}/cat/1.jpg" for part in ("validation", "test")]), root)
    with pytest.raises(ValueError, match=f"{inner} and in test, validation.*split_by_folder"):
        data.load("dogs-vs-cats", tmp_path)


def test_a_link_beside_the_layout_that_leads_back_holds_no_other_pictures(tmp_path):
    unpack(archive(PETS), tmp_path / "dogs-vs-cats")
    (tmp_path / "dogs-vs-cats/loop").symlink_to(tmp_path)
    assert len(data.load("dogs-vs-cats", tmp_path)) == 12


def test_at_most_takes_fewer_where_there_are_fewer_and_says_so(tmp_path, capsys):
    unpack(archive([*PETS, "train/cat.6.jpg"]), tmp_path / "dogs-vs-cats")
    pictures = data.load("dogs-vs-cats", tmp_path, at_most=5)
    assert pictures == data.load("dogs-vs-cats", tmp_path, per_class=5)
    assert len(capsys.readouterr().out.splitlines()) == 2
    pictures = data.load("dogs-vs-cats", tmp_path, at_most=9)
    assert pictures.count() == {"cat": 6, "dog": 6}
    line = "Wanted are 9 pictures of each class. Of dog there are only 6, so 6 of each are taken"
    assert capsys.readouterr().out.splitlines()[0] == line
    drawn = data.load("dogs-vs-cats", at_most=2)
    assert drawn == data.load("dogs-vs-cats", per_class=2)
    with pytest.raises(ValueError, match="per_class=2 or at_most=3, not both"):
        data.load("dogs-vs-cats", tmp_path, per_class=2, at_most=3)


@pytest.mark.parametrize("size", ["5", 2.5, True, [3]])
@pytest.mark.parametrize("argument", ["per_class", "at_most"])
def test_a_size_is_a_whole_number(tmp_path, size, argument):
    unpack(archive(PETS), tmp_path / "dogs-vs-cats")
    for source in ("sample", tmp_path):
        with pytest.raises(ValueError, match=f"{argument} must be a whole number"):
            data.load("dogs-vs-cats", source, **{argument: size})


def test_which_sets_a_source_has(tmp_path):
    for name in data.CATALOG:
        assert data.has(name) and data.has(name, "download") and not data.has(name, tmp_path)
    (tmp_path / "mnist.npz").touch()
    (tmp_path / "horse-or-human").mkdir()
    held = [name for name in data.CATALOG if data.has(name, str(tmp_path))]
    assert held == ["mnist", "horse-or-human"]
    with pytest.raises(ValueError, match="unknown data set 'cifar'"):
        data.has("cifar")
    with pytest.raises(ValueError, match="unknown source"):
        data.has("mnist", tmp_path / "nowhere")


CHAPTER = Path(__file__).resolve().parents[1] / "notebooks/04_small_data.ipynb"


def run_chapter_04(folder, monkeypatch):
    """Run what chapter 04 does with its two sets of pictures; return its variables."""
    cells = {cell.id: cell.source for cell in notebook_files.read(CHAPTER).cells}
    load, loaded = data.load, []

    def remember(name, source, **sizes):
        loaded.append((name, source))
        return load(name, source, **sizes) if name == "dogs-vs-cats" else None

    monkeypatch.setattr(data, "load", remember)
    plan = profiles.Training(1, 16, batch_size=8, test_pictures=8, image_size=78)
    variables = {"data": data, "plan": plan, "PROFILE": "ci", "DATA": str(folder)}
    for name in ("load", "split", "fewer-pictures"):
        exec(cells[name], variables)
    begin, hands, _ = cells["hands"].partition("small = ")
    assert hands
    exec(begin, variables)
    return variables | {"loaded": loaded}


def test_chapter_04_with_numbered_photos_and_hands(tmp_path, monkeypatch, capsys):
    names = [f"train/{kind}.{k}.jpg" for kind in ("cat", "dog") for k in range(20)]
    unpack(archive(names), tmp_path / "dogs-vs-cats")
    unpack(archive(HANDS), tmp_path / "rock-paper-scissors")
    variables = run_chapter_04(tmp_path, monkeypatch)
    split = variables["split"]
    assert split.kind == "index" and split.test.names[:2] == ("cat.12.jpg", "dog.12.jpg")
    assert [len(part) for part in split.subsets.values()] == [16, 8, 8]
    assert variables["plan"].pictures == 16
    assert variables["loaded"][1] == ("rock-paper-scissors", str(tmp_path))
    assert len(capsys.readouterr().out.splitlines()) == 2, "nothing is said of other ways"


def test_chapter_04_with_a_few_photos_of_ones_own(tmp_path, monkeypatch, capsys):
    names = [f"{kind}/우리 {chr(97 + k)}.jpg" for kind in ("cat", "dog") for k in range(9)]
    unpack(archive(names), tmp_path / "dogs-vs-cats")
    variables = run_chapter_04(tmp_path, monkeypatch)
    split, plan = variables["split"], variables["plan"]
    assert split.kind == "fraction"
    assert [len(part) for part in split.subsets.values()] == [8, 4, 6]
    assert (plan.pictures, plan.test_pictures, plan.epochs, plan.batch_size) == (8, 6, 1, 8)
    assert variables["loaded"][1] == ("rock-paper-scissors", "sample")
    printed = capsys.readouterr().out
    for words in (
        "there are only 9, so 9 of each are taken",
        "split at random instead",
        "plans 16 training pictures, yours are 8.",
        f"{tmp_path} holds no rock-paper-scissors, so this section uses the drawn hands",
    ):
        assert words in printed


def test_hands_know_their_person(tmp_path):
    unpack(archive(HANDS), tmp_path / "rock-paper-scissors")
    test_hands = [
        name.replace("rps/", "rps-test-set/").replace("/rock0", "/testrock0") for name in HANDS
    ]
    unpack(archive(test_hands), tmp_path / "rock-paper-scissors-test")
    pictures = data.load("rock-paper-scissors", tmp_path)
    assert pictures.class_names == ("paper", "rock", "scissors")
    assert set(pictures.groups) == {"01", "02", "07"}
    split = data.split_by_group(pictures)
    assert len(split.train) == len(split.validation) == len(split.test) == 12
    first = data.load("rock-paper-scissors", tmp_path, per_class=3)
    assert sorted(first.groups) == sorted(["01", "02", "07"] * 3)
    assert set(data.load("rock-paper-scissors-test", tmp_path).groups) == {"01", "02", "07"}


def test_photos_of_ones_own_hands_have_no_groups(tmp_path):
    names = [f"{kind}/photo {k}.jpg" for kind in ("rock", "paper", "scissors") for k in range(5)]
    unpack(archive(names), tmp_path / "rock-paper-scissors")
    pictures = data.load("rock-paper-scissors", tmp_path)
    assert pictures.groups is None
    with pytest.raises(ValueError, match="not known which pictures belong together"):
        data.split_by_group(pictures)


def test_horse_or_human_is_two_sets(tmp_path):
    root = tmp_path / "horse-or-human"
    unpack(archive(HORSES, "RGBA"), root / "train")
    validation = [name.replace("/human", "/valhuman") for name in HORSES]
    with pytest.raises(FileNotFoundError, match="validation does not exist"):
        data.load("horse-or-human", tmp_path)
    unpack(archive(validation), root / "validation")
    train, held_out = data.load("horse-or-human", tmp_path)
    assert train.count() == held_out.count() == {"horses": 6, "humans": 6}
    assert set(held_out.groups) > {"horse01", "valhuman01"}
    split = data.split_by_folder(train, held_out)
    assert split.test is None and split.train.names[0] == "train/horses/horse01-0.png"
    with pytest.raises(ValueError, match="belong together|groups"):
        data.split_by_group(train.select([0, 6]))


@pytest.mark.parametrize("name", PICTURE_SETS)
def test_a_set_that_is_not_in_the_folder(name, tmp_path):
    with pytest.raises(FileNotFoundError, match=rf"{name}.* does not exist.*subfolder per class"):
        data.load(name, tmp_path)
    with pytest.raises(ValueError, match="'num_train'; it takes per_class"):
        data.load(name, tmp_path, num_train=3)


def test_skipped_photos_are_reported_and_the_rest_is_used(tmp_path, capsys):
    folder = unpack(archive(PETS), tmp_path / "dogs-vs-cats")
    (folder / "train/cat.4.jpg").write_bytes(b"")
    pictures = data.load("dogs-vs-cats", tmp_path)
    assert pictures.count() == {"cat": 5, "dog": 6}
    assert list(pictures.skipped) == ["cat.4.jpg"]
    assert "cat.4.jpg (the file is empty)" in capsys.readouterr().out
    split = data.split_by_index(pictures, range(3), range(3, 5), range(5, 6))
    assert split.dropped == ("cat.4.jpg",)


# --- drawn -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PICTURE_SETS)
def test_drawn_pictures_have_the_same_interface(name, capsys):
    loaded = data.load(name, "sample", per_class=3)
    sets = loaded if name == "horse-or-human" else (loaded,)
    assert isinstance(loaded, tuple) == (name == "horse-or-human")
    for pictures in sets:
        assert isinstance(pictures, data.PictureSet)
        assert set(pictures.count().values()) == {3} and not pictures.skipped
        assert (pictures.groups is None) == (name == "dogs-vs-cats")
    line = capsys.readouterr().out.splitlines()[-1]  # after the bar of the drawing
    assert re.fullmatch(rf"{name}: .* in the place of .*, drawn by the course", line)


def test_the_test_hands_are_other_persons():
    hands = data.load("rock-paper-scissors", per_class=3)
    others = data.load("rock-paper-scissors-test", per_class=3)
    assert not set(hands.digests) & set(others.digests)


# --- downloads, from a real server on this computer --------------------------------------------


def publish(server, monkeypatch, name, content):
    """Let one of the published files come from this server."""
    monkeypatch.setattr(picture_sets, name, published(server, name, content))


@pytest.fixture
def hands(server, monkeypatch):
    publish(server, monkeypatch, "ROCK_PAPER_SCISSORS_FILE", archive(HANDS))
    return server


@pytest.fixture
def horses(server, monkeypatch):
    contents = {"train": archive(HORSES), "validation": archive(HORSES[2:], "RGBA")}
    publish(server, monkeypatch, "HORSE_OR_HUMAN_FILES", contents)
    return server


@pytest.fixture
def pets(server, monkeypatch):
    publish(server, monkeypatch, "DOGS_VS_CATS_FILE", drive_archive(PETS))
    monkeypatch.setattr(picture_sets, "DOGS_VS_CATS_PER_CLASS", 6)
    return server


def folders_in(cache_folder):
    return sorted(path.name for path in (cache_folder / "downloads").glob("*") if path.is_dir())


def test_hands_are_downloaded_once(hands, capsys):
    for _ in range(2):
        pictures = data.load("rock-paper-scissors", "download")
        assert pictures.count() == {"paper": 12, "rock": 12, "scissors": 12}
        assert set(pictures.groups) == {"01", "02", "07"}
        (line,) = capsys.readouterr().out.splitlines()
        assert line.endswith(f"downloaded to {download.folder()}")
    assert hands.requests == ["/rps.zip"]


def test_the_published_test_hands(server, monkeypatch):
    names = [name.replace("rps/", "rps-test-set/") for name in HANDS]
    publish(server, monkeypatch, "ROCK_PAPER_SCISSORS_TEST_FILE", archive(names))
    assert len(data.load("rock-paper-scissors-test", "download")) == 36


def test_both_archives_of_horse_or_human(horses, cache_folder):
    train, validation = data.load("horse-or-human", "download")
    assert train.count() == {"horses": 6, "humans": 6}
    assert validation.count() == {"horses": 4, "humans": 6}
    assert horses.requests == ["/horse-or-human.zip", "/validation-horse-or-human.zip"]
    assert folders_in(cache_folder) == ["horse-or-human"]


def test_when_the_second_archive_fails_nothing_looks_finished(horses, cache_folder):
    good = horses.contents.pop("/validation-horse-or-human.zip")
    with pytest.raises(data.DownloadError, match=r"validation-horse-or-human\.zip.*404"):
        data.load("horse-or-human", "download")
    assert folders_in(cache_folder) == []
    horses.contents["/validation-horse-or-human.zip"] = good
    assert len(data.load("horse-or-human", "download")) == 2
    assert horses.requests.count("/horse-or-human.zip") == 1, "the first archive was kept"


def test_unpacking_that_is_broken_off_leaves_nothing(hands, cache_folder, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "extract", lambda *_: (_ for _ in ()).throw(OSError(28)))
        with pytest.raises(data.DownloadError, match="could not be unpacked.*COURSE_CACHE"):
            data.load("rock-paper-scissors", "download")
    assert folders_in(cache_folder) == []
    assert len(data.load("rock-paper-scissors", "download")) == 36


# gdown takes an ordinary address as it takes one on Google Drive.


def test_pets_are_downloaded_unpacked_and_checked_once(pets, cache_folder):
    for _ in range(2):
        pictures = data.load("dogs-vs-cats", "download")
        assert pictures.count() == {"cat": 6, "dog": 6}
    assert pets.requests == ["/dogs-vs-cats.zip"]
    kept = sorted(path.name for path in (cache_folder / "downloads").rglob("*"))
    photos = [name.removeprefix("train/") for name in PETS]
    sets = ["dogs-vs-cats", "dogs-vs-cats.zip", "train", ".contents.json"]
    assert kept == sorted([*photos, *sets])


def check_failed_pets(cache_folder, reason):
    with pytest.raises(data.DownloadError, match=reason) as caught:
        data.load("dogs-vs-cats", "download")
    for words in (
        'DATA = "sample"',
        "kagglecatsanddogs_5340.zip",
        "b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9",
        "<folder>/dogs-vs-cats",
    ):
        assert words in str(caught.value)
    assert [path for path in cache_folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (drive_archive(PETS[:-1]), "expected are .*'dog': 6.* found PictureSet.*5 dog"),
        (drive_archive([*PETS, "train/fox.0.jpg"]), "found PictureSet.*1 fox"),
        (drive_archive([*PETS, "train/notes"]), "1 skipped"),
        (drive_archive([name.removeprefix("train/") for name in PETS]), "train does not exist"),
        (archive(PETS), "train.zip"),
        (drive_archive(PETS, train=b"PK no zip"), "train.zip is damaged"),
        (drive_archive([*PETS, "../up.jpg"]), "leads out of the folder"),
    ],
    ids=[
        "one missing",
        "another class",
        "no photo",
        "other place",
        "no train.zip",
        "damaged",
        "up",
    ],
)
def test_the_content_of_the_pets_is_checked(pets, cache_folder, content, reason):
    pets.contents["/dogs-vs-cats.zip"] = Answer(content)
    check_failed_pets(cache_folder, reason)


@pytest.mark.parametrize("name", ["dogs-vs-cats", "rock-paper-scissors"])
def test_downloads_that_were_killed_long_ago_are_removed(pets, hands, cache_folder, capsys, name):
    folder = cache_folder / "downloads"
    code = "0123456789abcdef" * 2
    left = [f"dogs-vs-cats.zip.{code}.part", f".rps.{code}.part", "tmp1234_abc"]
    kept = ["film.mp4.part", f"new.{code}.part", "tmp12345678"]
    for place in (*left, *kept):
        (folder / place).mkdir(parents=True)
        (folder / place / "half").touch()
    for place in (*left, kept[0]):
        os.utime(folder / place, (0, 0))
    data.load(name, "download")
    assert not [place for place in left if (folder / place).exists()]
    assert all((folder / place / "half").exists() for place in kept)
    assert "tmp1234_abc" in capsys.readouterr().out


# --- what is published -------------------------------------------------------------------------


def test_published_addresses():
    files = [
        picture_sets.ROCK_PAPER_SCISSORS_FILE,
        picture_sets.ROCK_PAPER_SCISSORS_TEST_FILE,
        *picture_sets.HORSE_OR_HUMAN_FILES.values(),
    ]
    for file in files:
        assert file.address == (
            f"https://storage.googleapis.com/download.tensorflow.org/data/{file.name}"
        )
        assert re.fullmatch("[0-9a-f]{64}", file.sha256)
    assert len({file.sha256 for file in files}) == 4
    assert picture_sets.DOGS_VS_CATS_FILE.address.endswith("id=18uC7WTuEXKJDDxbj-Jq6EjzpFrgE7IAd")
    assert picture_sets.DOGS_VS_CATS_PER_CLASS == 12_500

"""The drawn pictures: pets, hands, horses and humans, and the folders they are drawn into."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from course_utils.samples import animals, folders, hands, horses_humans, pets

pytestmark = pytest.mark.unit

SMALL = 40  # pixels; nearly all that is tested here does not depend on the size


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def names_in(folder):
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.*"))


def hand_of(name):
    return re.fullmatch(r"rps/(\w+)/\1(\d\d)-\d{3}\.png", name)[2]


def fingerprint(folder):
    digest = hashlib.sha256()
    for name in names_in(folder):
        digest.update(name.encode() + (folder / name).read_bytes())
    return digest.hexdigest()


# --- single pictures ---------------------------------------------------------------------------


def test_a_picture_depends_on_seed_class_and_index_alone():
    first = pets.draw("cat", 3, size=SMALL)
    pets.draw("dog", 8, size=SMALL)
    assert np.array_equal(first, pets.draw("cat", 3, size=SMALL))
    for other in (
        pets.draw("cat", 4, size=SMALL),
        pets.draw("dog", 3, size=SMALL),
        pets.draw("cat", 3, size=SMALL, seed=1),
    ):
        assert first.shape != other.shape or not np.array_equal(first, other)


def test_pets_are_snapshots_of_many_sizes():
    pictures = [pets.draw("dog", index, size=SMALL) for index in range(20)]
    shapes = {picture.shape for picture in pictures}
    assert len(shapes) > 15
    heights, widths, channels = np.array(list(shapes)).T
    assert set(channels) == {3}
    assert (widths > heights).any() and (widths < heights).any()
    assert all(picture.dtype == np.uint8 for picture in pictures)
    assert min(picture.std() for picture in pictures) > 5


def test_hands_are_filmed_in_bursts():
    def frame(hand, number, kind="paper"):
        return hands.draw(kind, hand, number, size=SMALL).astype(float)

    within = np.mean([abs(frame(1, k) - frame(1, k + 1)).mean() for k in range(5)])
    far = abs(frame(1, 0) - frame(1, 60)).mean()
    between = np.mean([abs(frame(1, 0) - frame(hand, 0)).mean() for hand in range(2, 8)])
    assert 0 < within < far < between
    assert within < between / 5
    assert np.array_equal(frame(1, 0), frame(1, hands.NUM_FRAMES))


def test_horses_and_humans_have_an_opaque_fourth_channel():
    for split in ("train", "validation"):
        for kind in horses_humans.CLASSES:
            picture = horses_humans.draw(kind, 1, 0, split=split, size=SMALL)
            assert picture.shape == (SMALL, SMALL, 4)
            assert (picture[..., 3] == 255).all()
    picture = horses_humans.draw("humans", 1, 0, size=SMALL)
    again = horses_humans.draw("humans", 1, 0, size=SMALL)
    other = horses_humans.draw("humans", 1, 0, size=SMALL, split="validation")
    assert np.array_equal(picture, again) and not np.array_equal(picture, other)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pets.draw("fox", 0), "'fox'.*cat, dog"),
        (lambda: pets.draw("cat", -1), "-1"),
        (lambda: pets.draw("cat", 0, size=8), "8"),
        (lambda: hands.draw("stone", 1, 0), "'stone'.*rock, paper, scissors"),
        (lambda: hands.draw("rock", 0, 0), "got 0"),
        (lambda: horses_humans.draw("horses", 1, 0, split="test"), "'test'"),
        (lambda: horses_humans.draw("humans", 0, 0), "got 0"),
        (lambda: folders.draw_folder("cats"), "'cats'.*pets, hands, horses_humans"),
        (lambda: folders.draw_folder("pets", per_class=0), "2500, got 0"),
        (lambda: folders.draw_folder("hands", per_class=841), "840, got 841"),
        (lambda: folders.draw_folder("pets", size=10), "10"),
        (lambda: folders.draw_folder("pets", seed=-1), "-1"),
        (lambda: folders.draw_folder("pets", num_workers=0), "0"),
    ],
)
def test_bad_values_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_another_species_is_another_table_of_ranges():
    ranges = dict(pets.CAT.ranges) | {"ear_length": (1.9, 2.2), "tail_length": (0.2, 0.3)}
    rabbit = animals.Species(ear_kinds={"pointed": 1.0}, ranges=ranges)
    drawn = pets.draw_species(rabbit, np.random.default_rng(0), SMALL)
    assert drawn.ndim == 3 and drawn.dtype == np.uint8
    del ranges["chest"]
    with pytest.raises(ValueError, match="chest"):
        animals.Species(ear_kinds={"pointed": 1.0}, ranges=ranges)
    with pytest.raises(ValueError, match="round"):
        animals.Species(ear_kinds={"round": 1.0}, ranges=pets.CAT.ranges)


def test_both_species_have_every_proportion():
    wanted = {part.name for part in fields(animals.Animal)} - {"ear_kind"}
    assert set(pets.CAT.ranges) == set(pets.DOG.ranges) == wanted


@pytest.mark.parametrize(
    ("module", "version", "arguments", "means"),
    [
        (pets, "1", ("cat", 0), [97.3, 115.8, 102.3]),
        (pets, "1", ("dog", 0), [161.1, 191.1, 197.0]),
        (hands, "1", ("scissors", 2, 5), [213.5, 205.2, 221.1]),
        (horses_humans, "1", ("horses", 3, 0), [158.5, 152.6, 157.7]),
        (horses_humans, "1", ("humans", 3, 0), [74.9, 93.3, 83.3]),
    ],
)
def test_other_pictures_mean_another_version(module, version, arguments, means):
    # Caches and measured references are keyed by VERSION: where this fails because the pictures
    # were meant to change, count VERSION up and put the new numbers here.
    picture = module.draw(*arguments, size=64)[..., :3]
    height, width, _ = picture.shape
    quarters = [picture[: height // 2], picture[height // 2 :], picture[:, : width // 2]]
    assert module.VERSION == version
    assert [quarter.mean() for quarter in quarters] == pytest.approx(means, abs=0.3)


# --- folders -----------------------------------------------------------------------------------


def test_pets_lie_as_in_the_kaggle_archive():
    folder = folders.draw_folder("pets", per_class=3, size=SMALL, show_progress=False)
    expected = [f"train/{kind}.{index}.jpg" for kind in ("cat", "dog") for index in range(3)]
    assert names_in(folder) == expected
    with Image.open(folder / "train/cat.0.jpg") as image:
        assert image.format == "JPEG" and image.mode == "RGB"


def test_the_full_sets_have_the_real_sets_names_and_numbers():
    pet_names = {path for path, _ in pets.files(pets.PER_CLASS, 180, 0)}
    assert len(pet_names) == 5000 and "train/dog.2499.jpg" in pet_names

    hand_names = [path for path, _ in hands.files(hands.PER_CLASS, 300, 0)]
    assert len(set(hand_names)) == len(hand_names) == 2520
    assert {"rps/rock/rock01-000.png", "rps/scissors/scissors07-119.png"} <= set(hand_names)
    groups = [hand_of(name) for name in hand_names]
    assert {group: groups.count(group) for group in groups} == {f"{k:02}": 360 for k in range(1, 8)}

    names = [path for path, _ in horses_humans.files(horses_humans.PER_CLASS, 300, 0)]
    assert len(set(names)) == len(names)
    counts = {
        part: sum(name.startswith(part) for name in names)
        for part in ("train/horses/", "train/humans/", "validation/horses/", "validation/humans/")
    }
    assert list(counts.values()) == [500, 527, 128, 128]
    assert {"train/horses/horse50-9.png", "train/humans/human17-30.png"} <= set(names)
    assert "validation/humans/valhuman01-00.png" in names


@pytest.mark.parametrize(("name", "mode"), [("hands", "RGB"), ("horses_humans", "RGBA")])
def test_png_sets(name, mode):
    folder = folders.draw_folder(name, per_class=7, size=SMALL, show_progress=False)
    files = names_in(folder)
    assert len(files) == {"hands": 21, "horses_humans": 28}[name]
    with Image.open(folder / files[0]) as image:
        assert (image.format, image.mode, image.size) == ("PNG", mode, (SMALL, SMALL))
    if name == "hands":
        assert {hand_of(file) for file in files} == {f"{k:02}" for k in range(1, 8)}


def test_the_number_of_workers_changes_no_byte(monkeypatch, tmp_path):
    alone = folders.draw_folder("pets", per_class=60, size=32, num_workers=1, show_progress=False)
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "another"))
    shared = folders.draw_folder("pets", per_class=60, size=32, num_workers=2, show_progress=False)
    assert alone != shared and fingerprint(alone) == fingerprint(shared)


def test_a_smaller_set_is_the_beginning_of_a_larger_one():
    small = folders.draw_folder("hands", per_class=2, size=SMALL, show_progress=False)
    large = folders.draw_folder("hands", per_class=4, size=SMALL, show_progress=False)
    for name in names_in(small):
        assert (small / name).read_bytes() == (large / name).read_bytes()


def test_a_second_call_draws_nothing(monkeypatch):
    folder = folders.draw_folder("pets", per_class=2, size=SMALL, show_progress=False)
    before = folder.stat().st_mtime_ns
    monkeypatch.setattr(pets, "encode", None)
    assert folders.draw_folder("pets", per_class=2, size=SMALL, show_progress=False) == folder
    assert folder.stat().st_mtime_ns == before


def test_the_cache_knows_version_seed_and_size(monkeypatch):
    def path(**arguments):
        return folders.draw_folder("pets", per_class=1, show_progress=False, **arguments)

    paths = {path(size=SMALL), path(size=SMALL, seed=1), path(size=SMALL + 1)}
    monkeypatch.setattr(pets, "VERSION", "99")
    paths.add(path(size=SMALL))
    assert len(paths) == 4


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_an_interrupted_drawing_leaves_nothing(error, monkeypatch, cache_folder):
    encode = pets.encode

    def fail_later(kind, index, size, seed):
        if index == 2:
            raise error
        return encode(kind, index, size, seed)

    monkeypatch.setattr(pets, "encode", fail_later)
    with pytest.raises(type(error)):
        folders.draw_folder("pets", per_class=4, size=SMALL, show_progress=False)
    assert list(cache_folder.iterdir()) == []
    monkeypatch.setattr(pets, "encode", encode)
    assert len(names_in(folders.draw_folder("pets", per_class=4, size=SMALL))) == 8


def test_an_empty_file_is_noticed(monkeypatch, cache_folder):
    monkeypatch.setattr(pets, "encode", lambda kind, index, size, seed: b"")
    with pytest.raises(OSError, match=r"2 of 2 .*cat\.0\.jpg"):
        folders.draw_folder("pets", per_class=1, size=SMALL, show_progress=False)
    assert list(cache_folder.iterdir()) == []


def test_a_killed_drawing_leaves_nothing_that_looks_finished(cache_folder):
    script = """
        import time
        from course_utils.samples import folders, pets
        encode = pets.encode
        def slow(*arguments):
            time.sleep(0.05)
            return encode(*arguments)
        pets.encode = slow
        folders.draw_folder("pets", per_class=40, size=32, show_progress=False)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)])
    limit = time.monotonic() + 30
    while not list(cache_folder.rglob("*.jpg")) and time.monotonic() < limit:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    (left,) = cache_folder.iterdir()
    folder = folders.draw_folder("pets", per_class=40, size=32, show_progress=False)
    assert folder != left and left.name.endswith(".part") and len(names_in(folder)) == 80


def is_running(process):
    """Whether there is such a process that is not merely waiting to be collected."""
    try:
        return (
            Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
            != "Z"
        )
    except OSError:
        return False


def test_a_killed_drawing_leaves_no_process(cache_folder):
    if not Path("/proc/self/task").exists():
        pytest.skip("child processes are read from /proc")
    script = """
        from course_utils.samples import folders
        folders.draw_folder("pets", per_class=2500, size=100, show_progress=False)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)])
    limit = time.monotonic() + 60
    while not list(cache_folder.rglob("*.jpg")) and time.monotonic() < limit:
        time.sleep(0.02)
    children = [
        int(child)
        for task in Path(f"/proc/{process.pid}/task").iterdir()
        for child in (task / "children").read_text(encoding="utf-8").split()
    ]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert len(children) >= 2
    limit = time.monotonic() + 5
    while any(map(is_running, children)) and time.monotonic() < limit:
        time.sleep(0.05)
    left = [child for child in children if is_running(child)]
    for child in left:
        os.kill(child, signal.SIGKILL)
    assert left == []


@pytest.mark.parametrize("damage", ["gone", "empty", "added"])
def test_a_cached_set_with_other_files_is_drawn_again(damage):
    folder = folders.draw_folder("pets", per_class=2, size=SMALL, show_progress=False)
    (folder / ".DS_Store").touch()
    before = fingerprint(folder)
    if damage == "gone":
        (folder / "train/cat.0.jpg").unlink()
    else:
        (folder / f"train/{'cat.0' if damage == 'empty' else 'cat.2'}.jpg").write_bytes(b"")
    if damage == "added":
        (folder / "train/cat.2.jpg").write_bytes(b"other")
    again = folders.draw_folder("pets", per_class=2, size=SMALL, show_progress=False)
    assert again == folder and not (folder / ".DS_Store").exists()
    (folder / ".DS_Store").touch()
    assert fingerprint(folder) == before


def test_a_cache_that_cannot_be_written_names_the_remedy(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file"))
    with pytest.raises(OSError, match="pets cannot be drawn into .*file.*COURSE_CACHE"):
        folders.draw_folder("pets", per_class=2, size=SMALL, show_progress=False)


def test_two_at_once_do_not_collide(cache_folder):
    def draw(_):
        return folders.draw_folder("pets", per_class=5, size=SMALL, show_progress=False)

    with ThreadPoolExecutor(3) as pool:
        paths = set(pool.map(draw, range(3)))
    assert list(cache_folder.iterdir()) == list(paths)
    assert len(names_in(paths.pop())) == 10


def test_a_script_without_a_main_guard_still_gets_its_pictures(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from course_utils.samples import folders\n"
        'print(folders.draw_folder("pets", per_class=51, size=32, show_progress=False))\n',
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    folder = done.stdout.splitlines()[-1]
    assert folder.endswith("51x32px")

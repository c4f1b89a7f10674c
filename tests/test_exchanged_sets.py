"""Several calls that replace a damaged set: each moment in which another one may be faster."""

import shutil
from pathlib import Path

import pytest

from course_utils.data import atomic, inventory

pytestmark = pytest.mark.unit


def unpack(target):
    """What a download does, here with five files."""
    with inventory.new_set(target) as unfinished:
        for number in range(5):
            (unfinished / f"{number}.jpg").write_bytes(b"picture")


def number_of(folder):
    return folder.stat().st_ino


def names_in(folder):
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def damaged(tmp_path):
    target = tmp_path / "downloads" / "hands"
    unpack(target)
    (target / "0.jpg").unlink()
    return target


@pytest.fixture
def before_renaming(monkeypatch):
    """Let something happen, once, right before a folder whose name begins so gets another one."""

    def prepare(begin, happen, to=""):
        rename = Path.rename
        todo = [happen]

        def late(path, new):
            if todo and path.name.startswith(begin) and new.name.startswith(to):
                todo.pop()()
            return rename(path, new)

        monkeypatch.setattr(Path, "rename", late)

    return prepare


def test_a_whole_set_that_another_call_has_just_put_there_stays(damaged, before_renaming):
    others = []

    def faster():
        unpack(damaged)
        others.append(number_of(damaged))

    before_renaming("hands", faster)
    unpack(damaged)
    assert others == [number_of(damaged)]
    assert inventory.find_damage(damaged) == ""
    assert names_in(damaged.parent) == {"hands"}


def test_hidden_files_of_ones_own_are_moved_aside_once(damaged, before_renaming):
    (damaged / ".mine").write_text("three years of work", encoding="utf-8")
    before_renaming("hands", lambda: unpack(damaged))
    unpack(damaged)
    assert inventory.find_damage(damaged) == ""
    (aside,) = names_in(damaged.parent) - {"hands"}
    kept = damaged.with_name(aside) / ".mine"
    assert kept.read_text(encoding="utf-8") == "three years of work"


@pytest.mark.parametrize("own", [[], [".mine"]], ids=["", "with hidden files"])
def test_a_damaged_set_that_is_gone_already_is_no_error(damaged, before_renaming, own):
    for name in own:
        (damaged / name).touch()
    before_renaming("hands", lambda: shutil.rmtree(damaged))
    unpack(damaged)
    assert inventory.find_damage(damaged) == ""
    assert names_in(damaged.parent) == {"hands"}


def test_of_three_whole_sets_the_one_that_came_last_stays(damaged, before_renaming):
    """The second was moved away by mistake; before it is back, a third one has its place."""
    sets = []

    def faster():
        unpack(damaged)
        sets.append(number_of(damaged))

    before_renaming("hands-damaged-", faster, to="hands")
    before_renaming("hands", faster)
    unpack(damaged)
    second, third = sets
    assert number_of(damaged) == third != second
    assert inventory.find_damage(damaged) == ""
    assert names_in(damaged.parent) == {"hands"}


def test_a_set_that_cannot_be_looked_at_is_not_looked_at_for_ever(damaged, monkeypatch):
    looks = []

    def vanish(folder):
        looks.append(folder)
        assert len(looks) < 100, "it goes on and on"
        raise FileNotFoundError(2, "No such file", "a name that is listed but is not there")

    monkeypatch.setattr(inventory.pictures, "walk", vanish)
    with pytest.raises(FileNotFoundError, match="listed but is not there"):
        inventory.find_damage(damaged)
    assert len(looks) == 10


def test_a_set_that_is_replaced_all_the_time_is_not_looked_at_for_ever(damaged, monkeypatch):
    walk = inventory.pictures.walk
    looks = []

    def exchange(folder):
        looks.append(folder)
        assert len(looks) < 100, "it goes on and on"
        copy = shutil.copytree(folder, folder.with_name(f"copy-{len(looks)}"))
        folder.rename(folder.with_name(f"old-{len(looks)}"))
        copy.rename(folder)
        return walk(folder)

    monkeypatch.setattr(inventory.pictures, "walk", exchange)
    with pytest.raises(OSError, match="hands was replaced by another one 10 times"):
        inventory.find_damage(damaged)


def test_an_empty_folder_that_another_call_has_just_removed_is_no_error(tmp_path, monkeypatch):
    target = tmp_path / "hands"
    target.mkdir()
    remove = Path.rmdir

    def remove_late(path):
        remove(path)
        return remove(path)

    with atomic.new_folder(target) as unfinished:
        (unfinished / "0.jpg").touch()
        monkeypatch.setattr(Path, "rmdir", remove_late)
    monkeypatch.undo()
    assert names_in(target) == {"0.jpg"}
    assert names_in(tmp_path) == {"hands"}

"""Cached pictures and copies under fault: killed at every step, on a full disk, through links.

A program is killed before each thing that it does to files, and in the middle of a write. What then
stands under its final name is whole or not there, and the next call succeeds.
"""

import hashlib
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from misbehaving_server import NOTHING_HALF, files_up_to
from PIL import Image

from course_utils import data
from course_utils.data import pipeline
from course_utils.samples import digits, folders

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("cache_folder")]

#: What is done to a folder; the program below runs each of them under its kills.
WORKS = {
    "drawn digits": "digits.load(60, 20)",
    "drawn pictures": 'folders.draw_folder("pets", per_class=2, size=32, show_progress=False)',
    "copy of a split": 'data.materialize(split, folder / "copy")',
    # What ``image_datasets`` does before it starts TensorFlow, for which no fork is made.
    "decoded pictures": "pipeline._sources(split, (8, 8), cache=True)",
    "control: a file, written in place": (
        '(folder / "a").write_bytes(bytes(9)); (folder / "a").write_bytes(bytes(5000))'
    ),
    "control: a folder, filled in place": (
        '(folder / "a").mkdir(exist_ok=True)\nfor k in range(3): (folder / "a" / str(k)).touch()'
    ),
}

#: Arguments: a folder, a manifest. The work is done whole in ``whole``; ``killed-3`` is what is
#: left when it was killed before its third step, ``killed-b100`` at the hundredth byte of a file,
#: and ``again-3`` the same after one more call.
PROGRAM = """
    import os, shutil, signal, sys, resource
    from pathlib import Path
    from course_utils import data
    from course_utils.samples import digits, folders
    if "digits" in {work!r}:
        digits.draw(1)  # what every process would have to prepare anew
    if "pipeline" in {work!r}:
        from course_utils.data import pipeline
        pipeline.MEMORY_LIMIT = 10

    root, split = Path(sys.argv[1]), data.Split.load(sys.argv[2])
    steps = {{"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.utime"}}

    def do(folder, prepare=lambda: None):
        process = os.fork()
        if process == 0:
            os.environ["COURSE_CACHE"] = str(folder)
            prepare()
            exec({work!r})
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])

    def before_step(number):
        count = 0
        def hook(event, arguments):
            nonlocal count
            if event in steps and str(arguments[0]).startswith(str(root)):
                count += 1
                if count == number:
                    os.kill(os.getpid(), signal.SIGKILL)
        return lambda: sys.addaudithook(hook)

    def at_byte(number):
        def prepare():
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (number, number))
        return prepare

    (root / "whole").mkdir()
    assert do(root / "whole") == 0
    moments = [(f"b{{k}}", at_byte(k)) for k in (1, 100, 1000, 4000)]
    moments += [(str(k), before_step(k)) for k in range(1, 60)]
    for name, prepare in moments:
        folder = root / f"killed-{{name}}"
        folder.mkdir()
        killed = do(folder, prepare) < 0
        again = shutil.copytree(folder, root / f"again-{{name}}")
        assert do(again) == 0
        if not killed and not name.startswith("b"):
            break
"""


def make_split(folder):
    """A split of noisy pictures, so that a copy of one is some thousand bytes long."""
    random = np.random.default_rng(0)
    for kind in ("cat", "dog"):
        (folder / kind).mkdir(parents=True)
        for k in range(5):
            pixels = random.integers(0, 256, (24, 24, 3), np.uint8)
            Image.fromarray(pixels).save(folder / kind / f"{k}.png")
    return data.split_by_fraction(data.load_folder(folder))


@pytest.fixture
def split(tmp_path):
    return make_split(tmp_path / "photos")


def finished(folder):
    """The files below everything in a folder that has its final name."""
    return {
        entry.name: {
            path.relative_to(entry).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in [entry, *entry.rglob("*")]
            if path.is_file()
        }
        for entry in folder.iterdir()
        if not entry.name.endswith(".part")
    }


def check_whole_or_none(folder, whole):
    found = finished(folder)
    assert found == {name: whole[name] for name in found}


@pytest.mark.skipif(
    not hasattr(os, "fork"),
    reason="Windows has no fork, by which a process is stopped before every single step",
)
@pytest.mark.slow
@pytest.mark.parametrize("work", WORKS)
def test_killed_at_every_step(split, tmp_path, fault_report, work):
    manifest = split.save(tmp_path / "manifest.json")
    root = tmp_path / "root"
    root.mkdir()
    program = textwrap.dedent(PROGRAM).format(work=WORKS[work])
    done = subprocess.run(
        [sys.executable, "-c", program, root, manifest], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    whole = finished(root / "whole")
    assert whole
    killed = sorted(root.glob("killed-*"))
    assert len(killed) > 5
    halves = []
    for folder in killed:
        try:
            check_whole_or_none(folder, whole)
        except AssertionError:
            halves.append(folder.name)
        assert finished(root / folder.name.replace("killed", "again")) == whole
    if work.startswith("control"):
        assert halves
    else:
        assert not halves
        unfinished = [folder for folder in killed if finished(folder) != whole]
        assert len(unfinished) > 2, "most were killed at their work"
        what, num_whole = f"killed: {work}", len(killed) - len(unfinished)
        fault_report.add(what, len(unfinished), "nothing there, the next call succeeds")
        fault_report.add(what, num_whole, "whole already")


# --- a full disk --------------------------------------------------------------------------------


def test_a_disk_that_is_full_while_decoding(split, monkeypatch, cache_folder, capsys, fault_report):
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 10)
    with files_up_to(500):
        decoded = data.image_datasets(split, 8)[1]
    assert "decoded in every epoch: 0 MB cannot be kept" in capsys.readouterr().out
    assert list(cache_folder.iterdir()) == []
    kept = data.image_datasets(split, 8)[1]
    assert "kept in " in capsys.readouterr().out
    for (pictures, labels), (others, other_labels) in zip(decoded, kept, strict=True):
        assert np.array_equal(pictures, others) and np.array_equal(labels, other_labels)
    fault_report.add("disk full: decoded pictures", 1, "said, and done without a cache")


def test_a_disk_that_is_full_while_drawing(cache_folder, capsys, fault_report):
    with files_up_to(500):
        with pytest.raises(OSError, match="pets cannot be drawn .*File too large.*COURSE_CACHE"):
            folders.draw_folder("pets", per_class=2, size=32, show_progress=False)
        (pictures, _), _ = digits.load(60, 20)
    assert "cannot keep the pictures" in capsys.readouterr().out
    assert list(cache_folder.iterdir()) == []
    assert np.array_equal(pictures, digits.load(60, 20)[0][0])
    folders.draw_folder("pets", per_class=2, size=32, show_progress=False)
    assert len(list(cache_folder.iterdir())) == 2
    fault_report.add("disk full: drawn pictures", 1, NOTHING_HALF)
    fault_report.add("disk full: drawn digits", 1, "said, and done without a cache")


def test_a_disk_that_is_full_while_copying(split, tmp_path, fault_report):
    before = sorted(tmp_path.iterdir())
    with files_up_to(500), pytest.raises(OSError, match="make room, or name another.*copy"):
        data.materialize(split, tmp_path / "copy")
    assert sorted(tmp_path.iterdir()) == before
    assert data.materialize(split, tmp_path / "copy").is_dir()
    fault_report.add("disk full: copy of a split", 1, NOTHING_HALF)


# --- the source changes underneath --------------------------------------------------------------


def test_a_picture_that_vanishes_while_it_is_copied(split, tmp_path, monkeypatch, fault_report):
    lost = split.folder / split.test.names[-1]
    content = lost.read_bytes()
    read, count = Path.read_bytes, 0

    def vanish(path):
        nonlocal count
        count += 1
        if count == 3:
            lost.unlink()
        return read(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", vanish)
        with pytest.raises(FileNotFoundError, match=lost.name):
            data.materialize(split, tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]
    lost.write_bytes(content)
    assert data.materialize(split, tmp_path / "copy").is_dir()
    fault_report.add("a picture vanishes while it is copied", 1, NOTHING_HALF)


# --- links --------------------------------------------------------------------------------------


def check_copy(split, folder):
    """Assert that a copy holds as many pictures as the split, each of them a file."""
    files = [path for path in folder.rglob("*.png") if path.is_file() and not path.is_symlink()]
    assert len(files) == sum(len(subset) for subset in split.subsets.values())


@pytest.mark.parametrize("is_there", [True, False], ids=["empty folder", "nothing"])
def test_a_copy_where_a_link_leads(split, tmp_path, is_there, fault_report):
    """It is made on the other disk, and the link stays."""
    (tmp_path / "large disk").mkdir()
    place = tmp_path / "large disk" / "place"
    if is_there:
        place.mkdir()
    (tmp_path / "copy").symlink_to(place)
    check_copy(split, data.materialize(split, tmp_path / "copy"))
    assert (tmp_path / "copy").is_symlink() and os.listdir(place.parent) == ["place"]
    check_copy(split, data.materialize(split, tmp_path / "copy"))
    what = "an empty folder" if is_there else "nothing"
    fault_report.add(f"copy of a split: a link to {what}", 2, "whole, where the link leads")


def test_an_empty_folder_that_cannot_be_replaced(split, tmp_path, monkeypatch, fault_report):
    """As where another disk is mounted: an empty folder is not taken for a copy."""

    def refuse(self, target=None):
        raise OSError(16, "Device or resource busy", str(target or self))

    (tmp_path / "copy").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rmdir", refuse)
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(OSError, match="busy.*copy"):
            data.materialize(split, tmp_path / "copy")
    assert sorted(os.listdir(tmp_path)) == ["copy", "photos"]
    check_copy(split, data.materialize(split, tmp_path / "copy"))
    fault_report.add("copy of a split: an empty folder that cannot be replaced", 1, NOTHING_HALF)


def test_pictures_that_are_links_are_copied_as_files(split, tmp_path):
    for name in split.train.names[:3]:
        path = split.folder / name
        path.rename(tmp_path / path.name)
        path.symlink_to(tmp_path / path.name)
    check_copy(split, data.materialize(split, tmp_path / "copy"))


def test_a_cache_folder_behind_a_link(split, tmp_path, monkeypatch, cache_folder, capsys):
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 10)
    cache_folder.symlink_to(tmp_path / "nowhere")
    (pictures, _), _ = digits.load(60, 20)
    data.image_datasets(split, 8)
    printed = capsys.readouterr().out
    assert "cannot keep the pictures" in printed and "decoded in every epoch" in printed
    (tmp_path / "nowhere").mkdir()
    assert np.array_equal(pictures, digits.load(60, 20)[0][0])
    data.image_datasets(split, 8)
    assert "kept in " in capsys.readouterr().out
    assert len(list((tmp_path / "nowhere").iterdir())) == 2

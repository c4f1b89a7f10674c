"""Sets that are damaged after they were unpacked: noticed, and nobody's files are removed."""

import contextlib
import os
import shutil

import pytest
from misbehaving_server import (
    picture,
)
from published_sets import (
    HANDS_SOURCE,
    LIST_NAME,
    SOURCES,
    check_whole_or_none,
    fails,
    files_in,
    publish,
    victim,
)

from course_utils import data

pytestmark = [
    pytest.mark.unit,
    pytest.mark.usefixtures("cache_folder", "little_patience"),
]

#: Name of the damage; what is done to the set's folder.
DAMAGES = {
    "a picture is gone": lambda folder: victim(folder).unlink(),
    "a picture is cut off": lambda folder: os.truncate(victim(folder), 20),
    "a picture is empty": lambda folder: os.truncate(victim(folder), 0),
    "a folder is gone": lambda folder: shutil.rmtree(victim(folder).parent),
    "everything is gone": lambda folder: [shutil.rmtree(folder), folder.mkdir()],
}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_set_that_was_damaged_is_unpacked_anew(
    server, monkeypatch, cache_folder, capsys, fault_report, damage, kind
):
    source = SOURCES[kind]
    path = publish(server, monkeypatch, source)
    first = data.load(source.name, "download")
    folder = cache_folder / "downloads" / source.name
    capsys.readouterr()
    data.load(source.name, "download")
    assert "not as it was downloaded" not in capsys.readouterr().out
    DAMAGES[damage](folder)
    assert data.load(source.name, "download") == first
    assert f"{folder} is not as it was downloaded: " in capsys.readouterr().out
    assert check_whole_or_none(cache_folder, source, server.contents[path].content)
    assert sorted(os.listdir(folder.parent)) == sorted([source.name, source.file])
    assert server.requests == [path], "the archive was kept"
    fault_report.add(f"damaged set ({kind}): {damage}", 1, "noticed, unpacked again")


@pytest.mark.parametrize("kind", SOURCES)
def test_a_damaged_set_without_archive_and_network_is_not_used(
    server, monkeypatch, cache_folder, fault_report, kind
):
    source = SOURCES[kind]
    publish(server, monkeypatch, source)
    data.load(source.name, "download")
    folder = cache_folder / "downloads" / source.name
    victim(folder).unlink()
    (folder.parent / source.file).unlink()
    server.stop()
    before = files_in(folder)
    for _ in range(2):
        fails(source, "refused|Max retries")
        assert files_in(folder) == before, "what is left of it is not lost"
    fault_report.add(
        f"damaged set ({kind}): a picture is gone, no archive, no network",
        1,
        "stopped with the remedy, not used, nothing removed",
    )


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize(
    "what",
    ["a file of one's own", "the list is gone", "the list is damaged", "the list is endless"],
)
def test_nobodys_files_are_removed_with_a_damaged_set(
    server, monkeypatch, cache_folder, fault_report, what, kind
):
    source = SOURCES[kind]
    publish(server, monkeypatch, source)
    first = data.load(source.name, "download")
    folder = cache_folder / "downloads" / source.name
    if what == "a file of one's own":
        own = victim(folder).with_name("mine.jpg")
        own.write_bytes(picture(1))
        victim(folder).unlink()
    elif what == "the list is gone":
        (folder / LIST_NAME).unlink()
    elif what == "the list is endless":
        (folder / LIST_NAME).write_text("[" * 100_000, encoding="utf-8")
    else:
        os.truncate(folder / LIST_NAME, 30)
    before = files_in(folder)
    with pytest.raises(data.DownloadError, match="not known to come with.*remove the folder"):
        data.load(source.name, "download")
    assert files_in(folder) == before
    shutil.rmtree(folder)
    assert data.load(source.name, "download") == first
    fault_report.add(
        f"damaged set ({kind}): {what}", 1, "stopped with the remedy, not used, nothing removed"
    )


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("own", [".mine/thesis.txt", "deeper/.notes"])
def test_hidden_files_of_ones_own_outlive_a_damaged_set(
    server, monkeypatch, cache_folder, capsys, fault_report, own, kind
):
    source = SOURCES[kind]
    publish(server, monkeypatch, source)
    first = data.load(source.name, "download")
    folder = cache_folder / "downloads" / source.name
    (folder / own).parent.mkdir()
    (folder / own).write_text("three years of work", encoding="utf-8")
    assert data.load(source.name, "download") == first
    assert (folder / own).exists(), "nothing is unpacked anew for it"
    victim(folder).unlink()
    assert data.load(source.name, "download") == first
    (aside,) = folder.parent.glob(f"{source.name}-damaged-*")
    assert (aside / own).read_text(encoding="utf-8") == "three years of work"
    said = capsys.readouterr().out
    assert own in said and str(aside) in said
    assert not (folder / own).exists()
    fault_report.add(f"damaged set ({kind}): hidden files of one's own", 1, "moved aside, kept")


@pytest.mark.parametrize(
    "name",
    [".DS_Store", "._0.jpg", "Thumbs.db", "desktop.ini", "Icon\r", "ehthumbs.db", "@eaDir/0.jpg"],
)
def test_what_systems_put_into_a_set_is_nobodys_work(server, monkeypatch, cache_folder, name):
    publish(server, monkeypatch, HANDS_SOURCE)
    first = data.load("rock-paper-scissors", "download")
    folder = cache_folder / "downloads" / "rock-paper-scissors"
    path = victim(folder).parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("a system's", encoding="utf-8")
    assert data.load("rock-paper-scissors", "download") == first
    assert path.exists()
    victim(folder).unlink()
    assert data.load("rock-paper-scissors", "download") == first
    assert set(os.listdir(folder.parent)) == {"rps.zip", "rock-paper-scissors"}
    assert not path.exists()


@pytest.mark.parametrize("kind", SOURCES)
def test_a_set_that_cannot_be_read_says_so(server, monkeypatch, cache_folder, kind):
    source = SOURCES[kind]
    publish(server, monkeypatch, source)
    first = data.load(source.name, "download")
    closed = victim(cache_folder / "downloads" / source.name).parent
    with folder_closed(closed, monkeypatch):
        with pytest.raises(data.DownloadError, match="cannot be read: .*Permission denied") as seen:
            data.load(source.name, "download")
    for words in (source.name, 'DATA = "sample"', "COURSE_CACHE"):
        assert words in str(seen.value)
    assert data.load(source.name, "download") == first


@contextlib.contextmanager
def folder_closed(folder, monkeypatch):
    """Let nobody list a folder; root, too, who may list all."""
    listing = os.listdir, os.scandir

    def refuse(list_it):
        def listed(path="."):
            if os.fspath(path) == str(folder):
                raise PermissionError(13, "Permission denied", str(path))
            return list_it(path)

        return listed

    with monkeypatch.context() as patch:
        for name, list_it in zip(("listdir", "scandir"), listing, strict=True):
            patch.setattr(os, name, refuse(list_it))
        yield

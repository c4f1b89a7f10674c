"""Downloads under fault: whatever goes wrong, there is a whole verified set or none.

And the message says what to do, and the next call succeeds. ``FAULTS`` is the list of what the
server does; the archives that no server should send and the kills at random moments stand below.
"""

import contextlib
import hashlib
import multiprocessing
import os
import random
import shutil
import struct
import time
import urllib.request
import zipfile
from dataclasses import dataclass
from io import BytesIO

import pytest
from misbehaving_server import (
    HANDS,
    NOTHING_HALF,
    PETS,
    Answer,
    Server,
    archive,
    do_elsewhere,
    drive_archive,
    files_up_to,
    picture,
    published,
)

from course_utils import data
from course_utils.data import download, picture_sets

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("cache_folder")]

#: What the course writes into a set beside its pictures.
LIST_NAME = ".contents.json"
QUOTA_PAGE = (
    b"<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head><body>"
    b"<p class='uc-error-caption'>Sorry, you can't view or download this file at this time.</p>"
    b"</body></html>"
)


@dataclass(frozen=True)
class Source:
    """A published set, in small: one with a published hash, one without, from Google Drive."""

    name: str
    constant: str
    file: str
    make: object
    inside: tuple[str, ...]
    remedies: tuple[str, ...]


HANDS_SOURCE = Source(
    "rock-paper-scissors",
    "ROCK_PAPER_SCISSORS_FILE",
    "rps.zip",
    archive,
    tuple(HANDS),
    (
        "unpacked into <folder>/rock-paper-scissors",
        "https://storage.googleapis.com/learning-datasets/rps.zip",
    ),
)
PETS_SOURCE = Source(
    "dogs-vs-cats",
    "DOGS_VS_CATS_FILE",
    "dogs-vs-cats.zip",
    drive_archive,
    tuple(PETS),
    (
        "kagglecatsanddogs_5340.zip",
        "b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9",
        "<folder>/dogs-vs-cats",
    ),
)
SOURCES = {"hash": HANDS_SOURCE, "Drive": PETS_SOURCE}


def other_byte(file):
    place = len(file) // 2
    return file[:place] + bytes([file[place] ^ 255]) + file[place + 1 :]


def half(file):
    return file[: len(file) // 2]


#: Name of the fault; what the server answers; what the message says about a file with a hash, and
#: about one from Google Drive. None: the call succeeds nevertheless.
FAULTS = {
    "broken off": (
        lambda file: Answer(half(file), missing=len(file) - len(half(file))),
        "IncompleteRead",
        "IncompleteRead|not a whole zip|incomplete|bytes",
    ),
    "shorter than it was": (lambda file: Answer(half(file)), "hash", "not a whole zip"),
    "one byte changed": (lambda file: Answer(other_byte(file)), "hash", "damaged|not a whole zip"),
    "page about a quota": (lambda file: Answer(QUOTA_PAGE), "hash", "not a whole zip"),
    "nothing": (lambda file: Answer(b""), "hash", "not a whole zip"),
    "404": (lambda file: Answer(b"not here", 404), "404", "404|not a whole zip"),
    "500": (lambda file: Answer(b"not now", 500), "500", "500|not a whole zip"),
    "500, then the file": (
        lambda file: [Answer(b"not now", 500), Answer(file)],
        None,
        None,
    ),
    "no answer": (lambda file: Answer(file, silent_from=0), "timed out", "timed out"),
    "silent in the middle": (
        lambda file: Answer(file, silent_from=len(file) // 2),
        "timed out",
        "timed out",
    ),
    "redirected in a circle": (
        lambda file: Answer(status=302, moved_to="?again"),
        "redirects",
        "redirects",
    ),
    "no network": (None, "refused|Max retries", "refused|Max retries"),
}


@pytest.fixture(autouse=True)
def little_patience(monkeypatch):
    monkeypatch.setattr(download, "TIMEOUTS", (5, 0.3))
    monkeypatch.setattr(picture_sets, "DOGS_VS_CATS_PER_CLASS", 6)


def publish(server, monkeypatch, source, content=None):
    """Let the server publish a set; return its file's address in ``server.contents``."""
    content = source.make(source.inside) if content is None else content
    monkeypatch.setattr(picture_sets, source.constant, published(server, source.constant, content))
    return f"/{source.file}"


def check_whole_or_none(cache_folder, source, content):
    """Assert that under the final names there is nothing, or everything as it was published."""
    file = cache_folder / "downloads" / source.file
    if file.exists():
        assert hashlib.sha256(file.read_bytes()).digest() == hashlib.sha256(content).digest()
    folder = cache_folder / "downloads" / source.name
    if folder.exists():
        found = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.name != LIST_NAME
        }
        assert found == {name: picture(number) for number, name in enumerate(source.inside)}
    return folder.exists()


def fails(source, reason):
    """Assert that the download fails with a message that says why, and what to do."""
    with pytest.raises(data.DownloadError, match=reason) as caught:
        data.load(source.name, "download")
    for words in ('DATA = "sample"', "COURSE_CACHE", *source.remedies):
        assert words in str(caught.value)


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*") if not path.is_dir())


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_failed_download_leaves_nothing(
    server, monkeypatch, cache_folder, fault_report, fault, kind
):
    source = SOURCES[kind]
    path = publish(server, monkeypatch, source)
    good = server.contents[path]
    answer, *reasons = FAULTS[fault]
    reason = reasons[kind == "Drive"]
    if answer is None:
        server.stop()
    else:
        server.contents[path] = answer(good.content)
    if reason is None:
        assert len(data.load(source.name, "download")) == len(source.inside)
        outcome = "tried again by itself"
    else:
        fails(source, reason)
        assert files_in(cache_folder) == []
        outcome = NOTHING_HALF
        if answer is None:
            server = Server()
            publish(server, monkeypatch, source)
        server.contents[path] = good
        assert len(data.load(source.name, "download")) == len(source.inside)
        server.stop()
    assert check_whole_or_none(cache_folder, source, good.content)
    fault_report.add(f"download ({kind}): {fault}", 1, outcome)


# --- archives that no server should send --------------------------------------------------------


def with_entry(names, name, content, mode=0):
    """A zip file with one more entry; ``mode`` as Unix stores it."""
    file = BytesIO(archive(names))
    with zipfile.ZipFile(file, "a") as contents:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        contents.writestr(entry, content)
    return file.getvalue()


def encrypted(file):
    """The same archive, which says of each file that a password is needed."""
    changed = bytearray(file)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = file.find(signature)
        while place >= 0:
            struct.pack_into("<H", changed, place + offset, 1)
            place = file.find(signature, place + 1)
    return bytes(changed)


def lzma_damaged(names):
    """An archive packed by LZMA, whose first file says impossible things of its packing."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as contents:
        for number, name in enumerate(names):
            contents.writestr(name, picture(number))
    changed = bytearray(file.getvalue())
    changed[30 + len(names[0]) + 4] = 255  # behind the file's header and the release of LZMA
    return bytes(changed)


_LINK = 0o120777
_MOST_UNPACKED = 1_000_000
#: Name of the fault; from the names of the pictures, the archive; what the message says.
ARCHIVES = {
    "up": (lambda names: archive([*names, "../../up.png"]), "leads out"),
    "up further in": (lambda names: archive([*names, "a/../../up.png"]), "leads out"),
    "from the root": (lambda names: archive([*names, "/etc/up.png"]), "leads out"),
    "up, as Windows writes it": (lambda names: archive([*names, "..\\..\\up.png"]), "leads out"),
    "drive letter": (lambda names: archive([*names, "C:\\up.png"]), "leads out"),
    "drive letter and no root": (lambda names: archive([*names, "C:up.png"]), "leads out"),
    "network drive": (lambda names: archive([*names, "\\\\host\\share\\up.png"]), "leads out"),
    "link": (lambda names: with_entry(names, "link", b"../..", _LINK), "which is a link"),
    "encrypted": (lambda names: encrypted(archive(names)), "damaged: .*encrypted"),
    "packed by LZMA, damaged": (lzma_damaged, "damaged: LZMAError"),
    # Where it is no IndexError, the folder itself would have to become a file.
    "no name": (lambda names: with_entry(names, "", b"up.png"), "damaged: IndexError|directory"),
    "far more than it should hold": (
        lambda names: with_entry(names, "zeros", bytes(_MOST_UNPACKED + 1)),
        "would become 1,.* no archive of the course becomes more than 1,000,000",
    ),
    "a file in a folder's place": (
        lambda names: archive([*names, f"{names[0]}/up.png"]),
        "Not a dir|exists",
    ),
}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("fault", ARCHIVES)
def test_an_archive_that_is_not_as_it_should_be_is_refused(
    server, monkeypatch, cache_folder, tmp_path, fault_report, fault, kind
):
    source = SOURCES[kind]
    make, reason = ARCHIVES[fault]
    monkeypatch.setattr(download, "MOST_UNPACKED", _MOST_UNPACKED)
    content = make(source.inside)
    if kind == "Drive":
        content = drive_archive(source.inside, content)
    publish(server, monkeypatch, source, content)
    with pytest.raises(data.DownloadError, match=reason) as caught:
        data.load(source.name, "download")
    assert 'DATA = "sample"' in str(caught.value)
    assert not (cache_folder / "downloads" / source.name).exists()
    if kind == "Drive":
        assert files_in(cache_folder) == [], "the archive is fetched anew, as no hash speaks for it"
    check_nothing_got_out(tmp_path)
    good = publish(server, monkeypatch, source)
    assert len(data.load(source.name, "download")) == len(source.inside)
    assert check_whole_or_none(cache_folder, source, server.contents[good].content)
    fault_report.add(
        f"archive ({kind}): {fault}", 1, "nothing unpacked, the next call takes a good archive"
    )


def check_nothing_got_out(folder):
    """Assert that neither a file called ``up.png`` nor a link lies below the folder."""
    assert not [path for path in folder.rglob("*") if path.is_symlink() or "up.png" in path.name]


def unpack_carelessly(file, target):
    """What ``unpack`` must not do."""
    with zipfile.ZipFile(file) as contents:
        for entry in contents.infolist():
            path = target / entry.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            if entry.external_attr >> 16 == _LINK:
                path.symlink_to(contents.read(entry).decode())
            else:
                path.write_bytes(contents.read(entry))


@pytest.mark.parametrize("fault", ["up", "up further in", "link"])
def test_control_careless_unpacking_gets_out(tmp_path, fault):
    target = tmp_path / "a" / "b"
    target.mkdir(parents=True)
    (target / "a").mkdir()
    unpack_carelessly(BytesIO(ARCHIVES[fault][0](PETS)), target)
    with pytest.raises(AssertionError):
        check_nothing_got_out(tmp_path)


def test_a_photo_that_cannot_be_read_is_noticed(server, monkeypatch, cache_folder, fault_report):
    """Microsoft's archive has such photos, the lectures' has none."""
    content = with_entry(PETS[:-1], PETS[-1], picture(1, kind="JPEG")[:-200])
    path = publish(server, monkeypatch, PETS_SOURCE, drive_archive(PETS, content))
    fails(PETS_SOURCE, "expected are .*6.* 1 skipped")
    assert files_in(cache_folder) == []
    server.contents[path] = Answer(drive_archive(PETS))
    assert len(data.load("dogs-vs-cats", "download")) == 12
    fault_report.add(
        "archive (Drive): a photo cannot be read",
        1,
        "nothing unpacked, the next call takes a good archive",
    )


# --- the disk -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SOURCES)
def test_a_disk_that_is_full_while_downloading(
    server, monkeypatch, cache_folder, fault_report, kind
):
    source = SOURCES[kind]
    path = publish(server, monkeypatch, source)
    with files_up_to(100):
        fails(source, "File too large")
    assert files_in(cache_folder) == []
    assert len(data.load(source.name, "download")) == len(source.inside)
    assert check_whole_or_none(cache_folder, source, server.contents[path].content)
    fault_report.add(f"disk full ({kind}): downloading", 1, NOTHING_HALF)


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("error", ["No space left on device", "Read-only file system"])
def test_a_disk_that_cannot_be_written_while_unpacking(
    server, monkeypatch, cache_folder, fault_report, error, kind
):
    source = SOURCES[kind]
    path = publish(server, monkeypatch, source)
    number = {"No space left on device": 28, "Read-only file system": 30}[error]

    extract = zipfile.ZipFile.extract

    def refuse(contents, name, *arguments):
        if str(name) == source.inside[3]:
            raise OSError(number, error)
        return extract(contents, name, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "extract", refuse)
        with pytest.raises(data.DownloadError, match=error) as caught:
            data.load(source.name, "download")
    for words in ('DATA = "sample"', "COURSE_CACHE"):
        assert words in str(caught.value)
    assert files_in(cache_folder) == [source.file], "what was downloaded is not lost"
    assert len(data.load(source.name, "download")) == len(source.inside)
    assert check_whole_or_none(cache_folder, source, server.contents[path].content)
    assert server.requests == [path], "nor downloaded again"
    fault_report.add(
        f"{error.lower()} ({kind}): unpacking",
        1,
        "stopped with the remedy, archive kept, the next call needs no network",
    )


@pytest.mark.parametrize("kind", SOURCES)
def test_too_little_room_is_said_before_anything_is_unpacked(
    server, monkeypatch, cache_folder, fault_report, kind
):
    source = SOURCES[kind]
    path = publish(server, monkeypatch, source)
    with monkeypatch.context() as patch:
        usage = shutil.disk_usage(cache_folder.parent)._replace(free=900)
        patch.setattr(shutil, "disk_usage", lambda folder: usage)
        with pytest.raises(data.DownloadError, match=r"becomes [\d,]+ bytes, .* has 900 left"):
            data.load(source.name, "download")
    assert files_in(cache_folder) == [source.file], "what was downloaded is not lost"
    assert len(data.load(source.name, "download")) == len(source.inside)
    assert server.requests == [path], "nor downloaded again"
    fault_report.add(
        f"disk full ({kind}): seen before unpacking",
        1,
        "stopped with the remedy, archive kept, the next call needs no network",
    )


def test_a_folder_with_a_point_beside_the_photos_does_no_harm(server, monkeypatch):
    file = BytesIO(drive_archive(PETS))
    with zipfile.ZipFile(file, "a") as contents:
        contents.writestr("v1.0/readme.txt", "Photos")
    publish(server, monkeypatch, PETS_SOURCE, file.getvalue())
    assert len(data.load("dogs-vs-cats", "download")) == 12


def test_an_empty_folder_or_a_link_in_the_sets_place(server, monkeypatch, cache_folder, tmp_path):
    publish(server, monkeypatch, HANDS_SOURCE)
    (tmp_path / "large disk").mkdir()
    cache_folder.mkdir()
    (cache_folder / "downloads").symlink_to(tmp_path / "large disk")
    assert len(data.load("rock-paper-scissors", "download")) == 36
    assert {path.name for path in (tmp_path / "large disk").iterdir()} == {
        "rps.zip",
        "rock-paper-scissors",
    }


# --- a set that is damaged after it was unpacked ------------------------------------------------


def victim(folder):
    """A picture of a set, for one that something happens to."""
    return sorted(path for path in folder.rglob("*.*g") if path.is_file())[3]


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
        (folder / LIST_NAME).write_text("[" * 100_000)
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
    (folder / own).write_text("three years of work")
    assert data.load(source.name, "download") == first
    assert (folder / own).exists(), "nothing is unpacked anew for it"
    victim(folder).unlink()
    assert data.load(source.name, "download") == first
    (aside,) = folder.parent.glob(f"{source.name}-damaged-*")
    assert (aside / own).read_text() == "three years of work"
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
    path.write_text("a system's")
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


# --- several processes, and processes that are killed -------------------------------------------

needs_forks = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(),
    reason="Windows has no fork, by which processes start fast enough to be killed 50 times",
)


def processes():
    """What starts processes quickly: they are forks of one that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "requests", "gdown", "course_utils.data", "tqdm"])
    return context


def load_slowly(name):
    """Download and unpack, with pauses, so that every stage takes about as long."""
    extract = zipfile.ZipFile.extract

    def slow(*arguments):
        time.sleep(0.003)
        return extract(*arguments)

    zipfile.ZipFile.extract = slow
    data.load(name, "download")


def load_carelessly(name):
    """What a download must not do: write under the final names."""
    folder = download.folder()
    folder.mkdir(parents=True, exist_ok=True)
    address = picture_sets.ROCK_PAPER_SCISSORS_FILE.address
    (folder / "rps.zip").write_bytes(b"")
    urllib.request.urlretrieve(address, folder / "rps.zip")
    with zipfile.ZipFile(folder / "rps.zip") as contents:
        for entry in contents.namelist():
            time.sleep(0.003)
            contents.extract(entry, folder / name)


def start(work, server, source, content, cache_folder):
    """Start a process that loads a set from a slow server."""
    file = published(server, source.constant, content)
    server.contents[f"/{source.file}"] = Answer(content, num_pieces=10)
    constants = {source.constant: file, "DOGS_VS_CATS_PER_CLASS": 6}
    environment = {"COURSE_CACHE": str(cache_folder), "NO_PROXY": "127.0.0.1"}
    process = processes().Process(
        target=do_elsewhere, args=(work, constants, environment, source.name)
    )
    process.start()
    return process


def killed_at(moments, work, server, source, content, tmp_path):
    """Yield the cache folder after each kill; the moments are shares of the time that it takes."""
    begin = time.perf_counter()
    for warm in range(2):  # the first process waits until everything is imported
        begin = time.perf_counter()
        process = start(work, server, source, content, tmp_path / f"warm-{warm}")
        process.join()
        assert process.exitcode == 0
    seconds = time.perf_counter() - begin
    for number, moment in enumerate(moments):
        folder = tmp_path / f"cache-{number}"
        begin = time.perf_counter()
        process = start(work, server, source, content, folder)
        process.join(max(begin + moment * seconds - time.perf_counter(), 0))
        process.kill()
        process.join()
        yield folder


@needs_forks
@pytest.mark.slow
@pytest.mark.parametrize("kind", SOURCES)
def test_killed_at_random_moments(server, monkeypatch, tmp_path, fault_report, kind):
    monkeypatch.undo()  # pauses are pauses here
    monkeypatch.setattr(picture_sets, "DOGS_VS_CATS_PER_CLASS", 6)
    source = SOURCES[kind]
    content = source.make(source.inside)
    moments = [(k + random.Random(k).random()) / 25 for k in range(25)]
    whole, halfway = 0, 0
    for folder in killed_at(moments, load_slowly, server, source, content, tmp_path):
        downloads = folder / "downloads"
        found = {path.name for path in downloads.iterdir()} if downloads.exists() else set()
        whole += check_whole_or_none(folder, source, content)
        halfway += bool(found - {source.name, source.file})
        with monkeypatch.context() as patch:
            patch.setenv("COURSE_CACHE", str(folder))
            patch.setenv("NO_PROXY", "127.0.0.1")
            publish(server, patch, source, content)
            assert len(data.load(source.name, "download")) == len(source.inside)
        assert check_whole_or_none(folder, source, content)
    assert halfway > 0, "none was killed at its work"
    what = f"killed ({kind}): downloading and unpacking"
    fault_report.add(what, len(moments) - whole, "nothing there, the next call succeeds")
    fault_report.add(what, whole, "whole already")


@needs_forks
@pytest.mark.slow
def test_control_a_careless_download_leaves_halves(server, monkeypatch, tmp_path):
    monkeypatch.undo()
    content = archive(HANDS)
    moments = [0.4, 0.6, 0.7, 0.8, 0.9]
    halves = 0
    for folder in killed_at(moments, load_carelessly, server, HANDS_SOURCE, content, tmp_path):
        try:
            check_whole_or_none(folder, HANDS_SOURCE, content)
        except AssertionError:
            halves += 1
    assert halves > 0


@needs_forks
@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("place", ["empty cache", "damaged set"])
def test_three_processes_at_once(server, tmp_path, fault_report, place, kind):
    source = SOURCES[kind]
    content = source.make(source.inside)
    folder = tmp_path / "cache"
    if place == "damaged set":
        first = start(load_slowly, server, source, content, folder)
        first.join()
        victim(folder / "downloads" / source.name).unlink()
    running = [start(load_slowly, server, source, content, folder) for _ in range(3)]
    for process in running:
        process.join()
    assert [process.exitcode for process in running] == [0, 0, 0]
    assert check_whole_or_none(folder, source, content)
    left = {path.name for path in (folder / "downloads").iterdir()}
    assert left == {source.name, source.file}
    fault_report.add(
        f"three processes at once ({kind}): {place}", 3, "one whole set, nothing beside it"
    )

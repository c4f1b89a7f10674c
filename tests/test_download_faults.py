"""Downloads under fault: whatever server and disk do, there is a whole verified set or none.

And the message says what to do, and the next call succeeds. ``FAULTS`` is the list of what the
server does.
"""

import shutil
import zipfile
from io import BytesIO

import pytest
from misbehaving_server import (
    NOTHING_HALF,
    PETS,
    Answer,
    Server,
    drive_archive,
    files_up_to,
)
from published_sets import (
    HANDS_SOURCE,
    PETS_SOURCE,
    SOURCES,
    check_whole_or_none,
    fails,
    files_in,
    publish,
)

from course_utils import data

pytestmark = [
    pytest.mark.unit,
    pytest.mark.usefixtures("cache_folder", "little_patience"),
]

QUOTA_PAGE = (
    b"<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head><body>"
    b"<p class='uc-error-caption'>Sorry, you can't view or download this file at this time.</p>"
    b"</body></html>"
)


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

"""Several processes that load a set, and processes that are killed at it."""

import multiprocessing
import random
import time
import urllib.request
import zipfile

import pytest
from misbehaving_server import (
    HANDS,
    Answer,
    archive,
    do_elsewhere,
    published,
)
from published_sets import (
    HANDS_SOURCE,
    SOURCES,
    check_whole_or_none,
    publish,
    victim,
)

from course_utils import data
from course_utils.data import download, picture_sets

pytestmark = [
    pytest.mark.unit,
    pytest.mark.usefixtures("cache_folder", "little_patience"),
]

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

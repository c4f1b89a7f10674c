"""The maintainer's look at the publishers, against a server on this computer."""

import dataclasses

import pytest
from misbehaving_server import Answer
from published_sets import HANDS_SOURCE, PETS_SOURCE, publish

from course_utils.data import catalog, picture_sets
from tools import check_downloads

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("little_patience")]


@pytest.fixture
def publishers(server, monkeypatch):
    """Two sets in small, with an alternative address each, both of which answer."""
    for source in (HANDS_SOURCE, PETS_SOURCE):
        publish(server, monkeypatch, source)
        file = getattr(picture_sets, source.constant)
        by_hand = f"{server.address}/by-hand/{file.name}"
        server.contents[f"/by-hand/{file.name}"] = Answer(b"zip")
        changed = dataclasses.replace(file, alternative=f"get it from {by_hand} (3 bytes, so)")
        monkeypatch.setattr(picture_sets, source.constant, changed)
    return server


def check(capsys, *names):
    code = check_downloads.main(list(names))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_sets_that_come_pass_and_leave_nobodys_cache_changed(publishers, cache_folder, capsys):
    code, printed, complaints = check(capsys, HANDS_SOURCE.name, PETS_SOURCE.name)
    assert code == 0, complaints
    for source in (HANDS_SOURCE, PETS_SOURCE):
        assert f"{source.name:26} whole, 0 MB" in printed
        assert f"answers: {publishers.address}/by-hand/{source.file}\n" in printed
    assert not cache_folder.exists()


def test_what_came_before_proves_nothing(publishers, cache_folder, capsys):
    """Twice the same question, and the file is gone in between."""
    assert check(capsys, HANDS_SOURCE.name)[0] == 0
    publishers.contents[f"/{HANDS_SOURCE.file}"] = Answer(status=404)
    code, printed, complaints = check(capsys, HANDS_SOURCE.name)
    assert code == 1
    assert f"{HANDS_SOURCE.name:26} FAILED" in printed
    assert "remedy: is this computer online" in complaints


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (Answer(b"another file"), "hash"),
        (Answer(b"<html>Sorry</html>", kind="text/html"), "hash"),
        (Answer(status=404), "404"),
        (Answer(silent_from=0), "timed out"),
    ],
)
def test_a_file_that_does_not_come_as_published_is_named(publishers, answer, complaint, capsys):
    publishers.contents[f"/{HANDS_SOURCE.file}"] = answer
    code, printed, complaints = check(capsys, PETS_SOURCE.name, HANDS_SOURCE.name)
    assert code == 1
    assert f"{PETS_SOURCE.name:26} whole" in printed
    assert f"{HANDS_SOURCE.name}: FAILED\n  error:  {HANDS_SOURCE.file}" in complaints
    assert complaint in complaints


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (Answer(b"<html>Sign in</html>", kind="text/html; charset=utf-8"), "a web page"),
        (Answer(status=403), "403"),
        (Answer(), "an empty file"),
        (Answer(silent_from=0), "does not answer"),
    ],
)
def test_an_address_for_a_download_by_hand_that_is_gone_is_named(
    publishers, answer, complaint, capsys
):
    publishers.contents[f"/by-hand/{PETS_SOURCE.file}"] = answer
    code, printed, complaints = check(capsys, PETS_SOURCE.name)
    assert code == 1
    assert f"{PETS_SOURCE.name:26} whole" in printed
    assert f"{PETS_SOURCE.name}: the address for a download by hand: " in complaints
    assert complaint in complaints
    assert f"where:  {publishers.address}/by-hand/{PETS_SOURCE.file}" in complaints


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("odd")])
def test_what_was_found_before_an_interruption_is_said(error, monkeypatch, capsys):
    happens = iter([error, KeyboardInterrupt()])

    def load(name, source):
        raise next(happens)

    monkeypatch.setattr(check_downloads.data, "load", load)
    monkeypatch.setattr(check_downloads, "_trouble", lambda address: "")
    code, _, complaints = check(capsys, HANDS_SOURCE.name, PETS_SOURCE.name)
    assert code == 130
    assert f"{HANDS_SOURCE.name}: FAILED\n  error:  {error}" in complaints
    assert complaints.rstrip().endswith("interrupted; what had come is thrown away")


def test_an_unknown_set_starts_nothing(server, capsys):
    code, printed, complaints = check(capsys, "mnist", "cats")
    assert (code, printed) == (2, "")
    assert "'cats' is unknown; there are mnist, dogs-vs-cats" in complaints
    assert server.requests == []


def test_every_published_file_has_an_address_for_a_download_by_hand():
    """Otherwise the check would look at none, and pass."""
    for name in catalog.CATALOG:
        files = check_downloads.files_of(name)
        assert files
        for file in files:
            assert check_downloads._by_hand(file), file.name
            assert check_downloads._by_hand(file)[0].endswith((".zip", ".npz"))

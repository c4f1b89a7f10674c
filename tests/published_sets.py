"""Two published sets, in small, and what has to be true of them after whatever went wrong."""

import hashlib
from dataclasses import dataclass

import pytest
from misbehaving_server import HANDS, PETS, archive, drive_archive, picture, published

from course_utils import data
from course_utils.data import picture_sets

#: What the course writes into a set beside its pictures.
LIST_NAME = ".contents.json"


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


def victim(folder):
    """A picture of a set, for one that something happens to."""
    return sorted(path for path in folder.rglob("*.*g") if path.is_file())[3]

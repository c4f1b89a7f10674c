"""Downloads: checked by hash, tried again when they break off, kept in the cache folder."""

import contextlib
import errno
import os
import shutil
import stat
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pooch

from course_utils.data import cache, progress
from course_utils.language import translate

#: How often a download is tried again after a failure.
NUM_RETRIES = 2
#: Seconds without a connection, and without a byte, after which one try is given up.
TIMEOUTS = (10, 30)
#: Bytes that one archive may become; the largest of the course becomes less than a fifth of it.
MOST_UNPACKED = 5_000_000_000


class DownloadError(RuntimeError):
    """A download failed; the message says what to do instead."""


@dataclass(frozen=True)
class RemoteFile:
    """A published file.

    Attributes:
        name: File name in the cache folder.
        address: Where it is downloaded from.
        sha256: SHA-256 of the whole file, in hexadecimal digits.
        alternative: Another address of the same file, for a download by hand.
        place: Where a file that was downloaded by hand belongs.
    """

    name: str
    address: str
    sha256: str
    alternative: str
    place: str = "into a folder"


@dataclass(frozen=True)
class DriveFile:
    """A file on Google Drive, of which no hash was published: its content must be checked.

    Attributes:
        name: File name in the cache folder.
        address: Where it is downloaded from, with its id.
        alternative: Another source of the pictures, and where they belong, for a download by hand.
    """

    name: str
    address: str
    alternative: str


def folder() -> Path:
    """Return the folder for downloaded files, which need not exist yet.

    Used in: every chapter that loads pictures.
    """
    return cache.downloads()


def fetch(file: RemoteFile) -> Path:
    """Download a file unless it is there already, with a progress bar.

    The file appears under its name only when it is whole and its hash is right. A file in the
    cache whose hash is wrong is downloaded again.

    Args:
        file: What to download.

    Returns:
        Path of the file in the cache folder.

    Raises:
        DownloadError: Without network, for an error of the server, a wrong hash or a cache folder
            that cannot be written to.

    Used in: 02.
    """
    cache.tidy()
    fetcher = pooch.create(
        path=folder(),
        base_url="",
        registry={file.name: f"sha256:{file.sha256}"},
        urls={file.name: file.address},
        retry_if_failed=NUM_RETRIES,
    )
    downloader = pooch.HTTPDownloader(progressbar=True, timeout=TIMEOUTS)
    try:
        return Path(fetcher.fetch(file.name, downloader=downloader))
    # Errors of the network and of the disk are OSErrors; a wrong hash is a ValueError.
    except (OSError, ValueError) as error:
        raise DownloadError(
            f"{file.name} could not be downloaded from {file.address} to {folder()}: {error}\n"
            f'Set DATA = "sample" to go on with drawn pictures. Or put the file {file.place} by '
            f"hand, for example from {file.alternative}, and set DATA to that folder. "
            "The environment variable COURSE_CACHE moves the cache."
        ) from error


def fetch_from_drive(file: DriveFile) -> Path:
    """Download a file from Google Drive unless it is there already, with a progress bar.

    Args:
        file: What to download; a zip archive.

    Returns:
        Path of the file in the cache folder; it is a whole archive.

    Raises:
        DownloadError: Without network, if Google Drive refuses, for something that is no archive
            or a cache folder that cannot be written to.

    Used in: 04.
    """
    path = folder() / file.name
    if path.is_file():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        cache.tidy()
        for tries_left in reversed(range(1 + NUM_RETRIES)):
            problem = _try_drive(file, path)
            if problem is None:
                return path
            if tries_left:
                print(
                    translate(
                        "{name}: {problem}\nTrying again, {tries_left} tries left",
                        name=file.name,
                        problem=problem,
                        tries_left=tries_left,
                    )
                )
                time.sleep(1 + NUM_RETRIES - tries_left)
        raise problem
    # gdown raises errors of its own beside those of the network and of the disk.
    except Exception as error:
        raise drive_error(file, error) from error


def _try_drive(file: DriveFile, path: Path) -> Exception | None:
    """Download a file from Google Drive, whole or not at all; return why another try may help.

    Raises:
        OSError: If the disk is to blame, where no other try would help.
    """
    import gdown  # takes longer to import than all else here
    import requests

    # gdown leaves a part of the file behind when a download breaks off.
    unfinished = path.with_name(cache.unfinished_name(path.name))
    unfinished.mkdir()
    try:
        downloaded = unfinished / file.name
        with _patience():
            gdown.download(file.address, str(downloaded), use_cookies=False)
        if not zipfile.is_zipfile(downloaded):
            raise ValueError("what came is not a whole zip archive")
        os.replace(downloaded, path)
    except Exception as error:
        if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
            raise
        return error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return None


@contextlib.contextmanager
def _patience() -> Iterator[None]:
    """Give up a request after ``TIMEOUTS``; releases of gdown before 6 cannot be told to."""
    from requests.adapters import HTTPAdapter

    send = HTTPAdapter.send

    def send_with_limit(adapter, request, **options):
        return send(adapter, request, **{**options, "timeout": TIMEOUTS})

    HTTPAdapter.send = send_with_limit
    try:
        yield
    finally:
        HTTPAdapter.send = send


def drive_error(file: DriveFile, reason: object) -> DownloadError:
    """Return the error that says what to do when a file on Google Drive cannot be had.

    Used in: 04.
    """
    return DownloadError(
        f"{file.name} could not be had from {file.address} in {folder()}: {reason}\n"
        f'Set DATA = "sample" to go on with drawn pictures. Or {file.alternative}. '
        "The environment variable COURSE_CACHE moves the cache."
    )


def unpack(archive: Path, target: Path) -> None:
    """Unpack a zip archive, with a progress bar.

    Args:
        archive: The zip file.
        target: Existing folder. What an interrupted call leaves there is not whole.

    Raises:
        ValueError: If the archive is damaged or encrypted, holds a link, a path in it leads out of
            the folder, or it holds more than ``MOST_UNPACKED``.
        OSError: If the folder cannot be written to, or the disk has too little room for it.

    Used in: 04, 05.
    """
    try:
        with zipfile.ZipFile(archive) as contents:
            _check_entries(archive.name, contents.infolist(), target)
            names = contents.namelist()
            for name in progress.show(
                names, translate("Unpacking {name}", name=archive.name), len(names)
            ):
                contents.extract(name, target)
    except (OSError, ValueError):
        raise
    # Depending on where it is damaged and how it is packed, quite different errors are raised.
    except Exception as error:
        raise ValueError(f"{archive} is damaged: {error!r}") from error


def _check_entries(archive: str, entries: list[zipfile.ZipInfo], target: Path) -> None:
    """Raise the errors of :func:`unpack` for what can be seen before anything is unpacked."""
    for entry in entries:
        name = entry.filename
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in name:
            raise ValueError(f"{archive} holds {name!r}, which leads out of the folder")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise ValueError(f"{archive} holds {name!r}, which is a link")
    # More than an entry says is never unpacked: Python stops reading there.
    needed, free = sum(entry.file_size for entry in entries), shutil.disk_usage(target).free
    if needed > MOST_UNPACKED:
        raise ValueError(
            f"{archive} would become {needed:,} bytes, and no archive of the course becomes more "
            f"than {MOST_UNPACKED:,}"
        )
    if needed > free:
        raise OSError(
            errno.ENOSPC, f"{archive} becomes {needed:,} bytes, and the disk has {free:,} left"
        )

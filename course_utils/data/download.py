"""Downloads: checked by hash, tried again when they break off, kept in the cache folder."""

from dataclasses import dataclass
from pathlib import Path

import pooch

from course_utils.data import cache

#: How often a download is tried again after a failure.
NUM_RETRIES = 2
#: Seconds without a connection, and without a byte, after which one try is given up.
_TIMEOUTS = (10, 30)


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
    """

    name: str
    address: str
    sha256: str
    alternative: str


def folder() -> Path:
    """Return the folder for downloaded files, which need not exist yet.

    Used in: every chapter that loads pictures.
    """
    return cache.folder() / "downloads"


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
    fetcher = pooch.create(
        path=folder(),
        base_url="",
        registry={file.name: f"sha256:{file.sha256}"},
        urls={file.name: file.address},
        retry_if_failed=NUM_RETRIES,
    )
    downloader = pooch.HTTPDownloader(progressbar=True, timeout=_TIMEOUTS)
    try:
        return Path(fetcher.fetch(file.name, downloader=downloader))
    # Errors of the network and of the disk are OSErrors; a wrong hash is a ValueError.
    except (OSError, ValueError) as error:
        raise DownloadError(
            f"{file.name} could not be downloaded from {file.address} to {folder()}: {error}\n"
            'Set DATA = "sample" to go on with drawn pictures. Or put the file into a folder by '
            f"hand, for example from {file.alternative}, and set DATA to that folder. "
            "The environment variable COURSE_CACHE moves the cache."
        ) from error

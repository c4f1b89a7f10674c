"""Ask the publishers whether every data set of the course still comes, whole and as it was.

Run as ``python -m tools.check_downloads [SET ...]``, or ``make check-downloads``. Every set goes
through the students' own door, ``data.load(name, "download")``, into a cache that is thrown away
afterwards; and every address that an error message names for a download by hand must answer.

Exit codes: 0 all of them came; 1 one did not; 2 a name is unknown and nothing was started; 130
interrupted.
"""

import argparse
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import requests

from course_utils import data
from course_utils.data import catalog, download, picture_sets

_ADDRESS = re.compile(r"https?://[^\s,]+")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.check_downloads", description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(catalog.CATALOG)}")
    names = parser.parse_args(arguments).sets or list(catalog.CATALOG)
    if unknown := [name for name in names if name not in catalog.CATALOG]:
        print(
            f"check-downloads: {unknown[0]!r} is unknown; there are {', '.join(catalog.CATALOG)}",
            file=sys.stderr,
        )
        return 2
    problems = []
    try:
        for name in names:
            problems += _check(name)
    except KeyboardInterrupt:
        problems.append("check-downloads: interrupted; what had come is thrown away")
        return 130
    finally:
        for problem in problems:
            print(f"\n{problem}", file=sys.stderr)
    return 1 if problems else 0


def files_of(name: str) -> list[download.RemoteFile | download.DriveFile]:
    """Return the published files that a data set is made of."""
    return {
        "mnist": [catalog.MNIST_FILE],
        "dogs-vs-cats": [picture_sets.DOGS_VS_CATS_FILE],
        "rock-paper-scissors": [picture_sets.ROCK_PAPER_SCISSORS_FILE],
        "rock-paper-scissors-test": [picture_sets.ROCK_PAPER_SCISSORS_TEST_FILE],
        "horse-or-human": list(picture_sets.HORSE_OR_HUMAN_FILES.values()),
    }[name]


def _check(name: str) -> list[str]:
    """Download a set and ask its alternatives; return what went wrong."""
    problems = []
    begun = time.perf_counter()
    # A cache of its own: what came on another day proves nothing, and nobody's cache is touched.
    with (
        tempfile.TemporaryDirectory(prefix="course-downloads-") as folder,
        mock.patch.dict(os.environ, COURSE_CACHE=folder),
    ):
        try:
            data.load(name, "download")
        except (data.DownloadError, OSError, ValueError) as error:
            problems.append(
                f"{name}: FAILED\n  error:  {error}\n"
                "  remedy: is this computer online, and is there room for temporary files? Then "
                "open the address in a browser; if the file has moved for good, write its new "
                "address into course_utils/data and call this again"
            )
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.*") if path.is_file())
    outcome = "FAILED" if problems else f"whole, {size / 1e6:,.0f} MB on the disk"
    print(f"{name:26} {outcome}, {time.perf_counter() - begun:.0f} s", flush=True)
    for address in sorted({at for file in files_of(name) for at in _by_hand(file)}):
        trouble = _trouble(address)
        print(f"{'':26} {trouble or 'answers'}: {address}", flush=True)
        if trouble:
            problems.append(
                f"{name}: the address for a download by hand: {trouble}\n  where:  {address}\n"
                "  remedy: find the file's new address and write it into course_utils/data"
            )
    return problems


def _by_hand(file: download.RemoteFile | download.DriveFile) -> list[str]:
    """Return the addresses that an error message names for a download by hand."""
    return _ADDRESS.findall(file.alternative)


def _trouble(address: str) -> str:
    """Return why a file cannot be fetched from an address, and nothing if it can."""
    try:
        with requests.get(address, stream=True, timeout=download.TIMEOUTS) as answer:
            answer.raise_for_status()
            if answer.headers.get("Content-Length") == "0":
                return "an empty file"
            # A page instead of the file: a consent, a quota, a search.
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                return "a web page, and not the file"
    except requests.RequestException as error:
        return f"does not answer ({error})"
    return ""


if __name__ == "__main__":
    sys.exit(main())

"""What a release writes into files, and what the packages built from them must hold."""

import re
import zipfile
from pathlib import Path

from tools import atomic_files

#: Files of ``course_utils`` that nothing reads at run time: pages, and the figures behind one.
_NOT_SHIPPED = re.compile(r".*\.md|course_utils/samples/leak_probes\.json")
_HEADING = re.compile(r"^## +(.*)$", re.MULTILINE)
_VERSION = r'^__version__ = "([^"]*)"$'
#: What stands behind a version in the list of changes before it is released, in each language.
_UNRELEASED = {
    "CHANGELOG.md": " (not yet released)",
    "CHANGELOG.ko.md": "(아직 나오지 않음)",
}


class ReleaseError(Exception):
    """Why there is no release; the message says what to do."""


def present_version(root: Path) -> str:
    """Return the version that the course has in the files of a repository.

    Raises:
        ReleaseError: If there is none.
    """
    path = root / "course_utils" / "__init__.py"
    found = re.search(_VERSION, path.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise ReleaseError(f'{path.name} of course_utils has no line `__version__ = "…"`')
    return found[1]


def write_version(root: Path, version: str, date: str) -> None:
    """Write version and date wherever they stand by hand; ``stamp`` writes the rest.

    Args:
        root: The repository.
        version: The new version.
        date: The day of the release, such as ``"2026-11-23"``.

    Raises:
        ReleaseError: If a file has no place for it.
    """
    lines = {
        "course_utils/__init__.py": {_VERSION: f'__version__ = "{version}"'},
        "pyproject.toml": {r"^release_ref = .*$": f'release_ref = "v{version}"'},
        # A date that an earlier release left is replaced.
        "CITATION.cff": {
            r"^version: .*(\ndate-released: .*)?$": f"version: {version}\ndate-released: {date}"
        },
    }
    for name, changes in lines.items():
        text = (root / name).read_text(encoding="utf-8")
        for pattern, line in changes.items():
            text, count = re.subn(pattern, lambda _, line=line: line, text, flags=re.MULTILINE)
            if count != 1:
                raise ReleaseError(f"{name} has {count} lines {pattern!r}; exactly one is needed")
        atomic_files.write(root / name, text)
    changelogs = {name: new_changelog(root, version, date, name) for name in _UNRELEASED}
    for name, text in changelogs.items():
        atomic_files.write(root / name, text)


def new_changelog(root: Path, version: str, date: str, name: str = "CHANGELOG.md") -> str:
    """Return a changelog with version and date above what is not yet released.

    Raises:
        ReleaseError: If there is nothing that is not yet released.
    """
    text = (root / name).read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    if not headings or not headings[0][1].endswith(_UNRELEASED[name]):
        raise ReleaseError(
            f"the first heading of {name} does not end with {_UNRELEASED[name].strip()}; write "
            "one, and below it what changes for students"
        )
    end = headings[1].start() if len(headings) > 1 else len(text)
    if not text[headings[0].end() : end].strip():
        raise ReleaseError(f"{name} says nothing about this version; write what changes")
    return f"{text[: headings[0].start()]}## {version} ({date}){text[headings[0].end() :]}"


def built(packages: Path) -> list[Path]:
    """Return the wheel and the source archive in a folder.

    Raises:
        ReleaseError: If there is not exactly one of each.
    """
    found = [*packages.glob("*.whl"), *packages.glob("*.tar.gz")]
    if [path.suffix for path in found] != [".whl", ".gz"]:
        raise ReleaseError(f"built {[path.name for path in found]} instead of one of each kind")
    return found


def check_contents(packages: Path, source_files: set[str]) -> None:
    """See to it that the wheel holds all of ``course_utils`` and nothing else.

    The wheel is built from the source archive, so what that lacks is missing here, too.

    Args:
        packages: Folder with the built packages.
        source_files: The files of ``course_utils`` that git has.

    Raises:
        ReleaseError: If a file is missing or too many.
    """
    with zipfile.ZipFile(built(packages)[0]) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    needed = {name for name in source_files if not _NOT_SHIPPED.fullmatch(name)}
    if missing := sorted(needed - held):
        raise ReleaseError(
            f"the wheel lacks {', '.join(missing)}; add a pattern to "
            "[tool.setuptools.package-data] in pyproject.toml"
        )
    if others := sorted(held - source_files):
        raise ReleaseError(f"the wheel holds {', '.join(others)}, which git does not have")

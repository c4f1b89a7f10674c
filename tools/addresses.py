"""The repository's address wherever the project names it: found, compared, and brought up to date.

It is written by hand in ``pyproject.toml`` and nowhere else. Badges, set-up cells, README, citation
and whatever else links to the repository follow by ``make stamp``.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tools import atomic_files
from tools.notebook_files import Course

# Kinds of text in which a project names its address, and folders that are not part of it. Tests
# make up addresses of their own; notebooks are stamped cell by cell.
_TEXTS = {".cff", ".html", ".js", ".md", ".py", ".toml", ".txt", ".yaml", ".yml"}
_OTHERS = {"build", "my_notebooks", "node_modules", "tests"}

_SLUG = r"[\w.-]+/[\w.-]+?"
_END = r"(?=\.git\b|\.?(?![\w.-]))"
_BEFORE = (
    r"colab\.research\.google\.com/github/|(?P<binder>mybinder\.org/v2/gh/)"
    r"|(?:git\+|git clone |repository-code:\s*[\"']?)?https://github\.com/"
)
# What cannot belong to another project: in Colab one of these notebooks, and lines of set-up cell
# (quoted once more inside a notebook) and citation.
_CERTAIN = (
    rf"colab\.research\.google\.com/github/(?P<colab>{_SLUG})/blob/[\w.-]+/(?:{{notebooks}})"
    rf"|COURSE = \\?\"git\+https://github\.com/(?P<setup>{_SLUG})@"
    rf"|repository-code:\s*[\"']?https://github\.com/(?P<citation>{_SLUG}){_END}"
)


class Addresses:
    """The course's own addresses, as texts name them.

    A link counts as one when it leads to the course's repository, to one of the same name, or to
    where a badge, a set-up cell or the citation still points; so links to other projects stay as
    they are, and after a move no link stays behind.

    Args:
        course: The facts about the course, with the address that it has now.

    Attributes:
        course: The same.
    """

    def __init__(self, course: Course):
        self.course = course
        slugs = {course.slug, *_named_slugs(course)}
        known = "|".join(re.escape(slug) for slug in sorted(slugs, key=len, reverse=True))
        same_name = rf"[\w.-]+/{re.escape(course.slug.split('/')[1])}"
        self._links = re.compile(
            rf"(?P<before>{_BEFORE})(?=(?:{known}|{same_name}){_END})"
            rf"(?P<slug>{_SLUG}){_END}"
            r"(?:(?P<joint>(?(binder)/|(?:/blob/|/tree/|@)))(?P<ref>[\w.-]+))?"
        )
        pages = "|".join(re.escape(_pages(slug)) for slug in sorted(slugs, key=len, reverse=True))
        self._pages = re.compile(rf"(?:{pages})(?![\w.-])")

    def stale(self, text: str) -> Iterator[str]:
        """Yield every address of the course in a text that is not the one it has now."""
        for found in self._links.finditer(text):
            if found[0] != self._current(found):
                yield found[0]
        for found in self._pages.finditer(text):
            if found[0] != _pages(self.course.slug):
                yield found[0]

    def stamp(self, text: str) -> str:
        """Return a text with every address of the course brought up to date."""
        text = self._links.sub(self._current, text)
        return self._pages.sub(lambda found: _pages(self.course.slug), text)

    def stamp_file(self, path: Path) -> bool:
        """Bring the addresses in a file up to date; every other byte stays, whatever it means.

        Returns:
            Whether the file changed.
        """
        before = path.read_bytes()
        text = self.stamp(before.decode("utf-8", "surrogateescape"))
        after = text.encode("utf-8", "surrogateescape")
        if after != before:
            atomic_files.write(path, after)
        return after != before

    def _current(self, found: re.Match[str]) -> str:
        release = found["joint"] + self.course.release_ref if found["joint"] else ""
        return found["before"] + self.course.slug + release


def text_files(course: Course) -> list[Path]:
    """Return the files beside the notebooks that may name the address, in order."""
    found = []
    for path in _project_files(course.root):
        folders = path.relative_to(course.root).parts[:-1]
        if path.suffix in _TEXTS and not any(map(_is_other, folders)) and path.is_file():
            found.append(path)
    return sorted(found)


def _is_other(folder: str) -> bool:
    """Return whether what lies in a folder of this name is no part of the project."""
    hidden = folder.startswith(".") and folder != ".github"
    return hidden or folder in _OTHERS or folder.endswith(".egg-info")


def _project_files(root: Path) -> Iterator[Path]:
    """Yield the files that git has or would take; all files where git does not know the project."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True).stdout
    except OSError:  # no git
        listed = b""
    names = os.fsdecode(listed).split("\0")
    if "pyproject.toml" in names:
        yield from (root / name for name in names if name)
        return
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not _is_other(name)]
        yield from (Path(folder, name) for name in names)


def _named_slugs(course: Course) -> set[str]:
    """Return every owner and repository that badges, set-up cells and the citation name."""
    notebooks = "|".join(re.escape(course.name_of(path)) for path in course.notebooks())
    certain = re.compile(_CERTAIN.format(notebooks=notebooks))
    return {
        found["colab"] or found["setup"] or found["citation"]
        for path in (*course.notebooks(), *text_files(course))
        for found in certain.finditer(path.read_text(encoding="utf-8", errors="replace"))
    }


def _pages(slug: str) -> str:
    """Return the address of a repository's site on GitHub Pages."""
    owner, repository = slug.split("/")
    return f"https://{owner.lower()}.github.io/{repository}"

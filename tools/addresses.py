"""The repository's address wherever the project names it: found, compared, and brought up to date.

It is written by hand in ``pyproject.toml`` and nowhere else. Badges, set-up cells, README, citation
and whatever else links to the repository follow by ``make stamp``.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from tools.notebook_files import Course

# Kinds of text in which a project names its address, and folders that are not part of it. Tests
# make up addresses of their own; notebooks are stamped cell by cell.
_TEXTS = {".cff", ".html", ".js", ".md", ".py", ".toml", ".txt", ".yaml", ".yml"}
_OTHERS = {"build", "my_notebooks", "node_modules", "tests"}

_SLUG = r"[\w.-]+/[\w.-]+?"
_END = r"(?=\.git\b|\.?(?![\w.-]))"
# Colab, Binder, pip, `git clone` and a citation are pointed at nothing but this course.
_CERTAIN = (
    r"colab\.research\.google\.com/github/|(?P<binder>mybinder\.org/v2/gh/)"
    r"|(?:git\+|git clone |repository-code:\s*[\"']?)https://github\.com/"
)


class Addresses:
    """The course's own addresses, as texts name them.

    An ordinary link to GitHub counts as one when it leads to the course's repository, to one of the
    same name, or to where a badge or set-up cell still points; so links to other projects stay as
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
            rf"(?P<before>{_CERTAIN}|https://github\.com/(?=(?:{known}|{same_name}){_END}))"
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

    def _current(self, found: re.Match[str]) -> str:
        release = found["joint"] + self.course.release_ref if found["joint"] else ""
        return found["before"] + self.course.slug + release


def text_files(course: Course) -> list[Path]:
    """Return the files beside the notebooks that may name the address, in order."""
    found = []
    for folder, folders, names in os.walk(course.root):
        folders[:] = [
            name
            for name in folders
            if name not in _OTHERS
            and not name.endswith(".egg-info")
            and (name == ".github" or not name.startswith("."))
        ]
        found += [Path(folder, name) for name in names if Path(name).suffix in _TEXTS]
    return sorted(found)


def _named_slugs(course: Course) -> set[str]:
    """Return every owner and repository that badges, set-up cells and the like name."""
    certain = re.compile(rf"(?:{_CERTAIN})({_SLUG}){_END}")
    return {
        found[found.re.groups]
        for path in (*course.notebooks(), *text_files(course))
        for found in certain.finditer(path.read_text(encoding="utf-8", errors="replace"))
    }


def _pages(slug: str) -> str:
    """Return the address of a repository's site on GitHub Pages."""
    owner, repository = slug.split("/")
    return f"https://{owner.lower()}.github.io/{repository}"

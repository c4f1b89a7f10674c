"""The chapters of the Korean edition: which file belongs to which, and how a notebook is made."""

import copy
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from tools import atomic_files
from tools import notebook_files as files
from tools import notebook_template as template
from tools.languages import KOREAN
from tools.translation import code, source
from tools.translation.source import Part

_START = re.compile(r"(\bruntime\.start\([^()]*)\)")


@dataclass(frozen=True)
class Chapter:
    """One chapter in both languages.

    Attributes:
        course: The facts about the course.
        name: The notebook's file name.
    """

    course: files.Course
    name: str

    @property
    def english_path(self) -> Path:
        """The English notebook."""
        return self.course.root / "notebooks" / self.name

    @property
    def path(self) -> Path:
        """The Korean notebook."""
        return self.course.root / "notebooks" / KOREAN / self.name

    @property
    def source_path(self) -> Path:
        """What the author writes."""
        return self.path.parent / "sources" / Path(self.name).with_suffix(".md").name

    def english(self) -> NotebookNode:
        """Read the English notebook."""
        return files.read(self.english_path)

    def parts(self) -> list[Part]:
        """Read what the author wrote; nothing where there is no file yet."""
        return source.read(self.source_path) if self.source_path.exists() else []

    def write_parts(self, parts: list[Part]) -> None:
        """Write the author's file."""
        self.source_path.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write(self.source_path, source.render(parts))


def chapters(course: files.Course, numbers: Iterable[str] = ()) -> list[Chapter]:
    """Return chapters by number; without any, those that have an author's file.

    Raises:
        ValueError: If there is no chapter of that number.
    """
    every = [
        Chapter(course, path.name) for path in sorted((course.root / "notebooks").glob("*.ipynb"))
    ]
    numbers = list(numbers)
    known = {one.name.split("_")[0]: one for one in every}
    if unknown := [number for number in numbers if number not in known]:
        raise ValueError(f"there is no chapter {unknown[0]!r}; there are {', '.join(known)}")
    if numbers:
        return [known[number] for number in numbers]
    return [one for one in every if one.source_path.exists()]


def fingerprint(cell: NotebookNode) -> str:
    """Return the hash of an English cell: of all in it that its translation has to follow.

    Addresses and releases are not among it: they are stamped.
    """
    text = re.sub(r"(github\.com|/github)/[^\s\"')]*", r"\1", cell.source)
    if _START.search(text):
        text = re.sub(r"release=\"[^\"]*\"", "release", text)
    return source.digest("\n".join([text, alt_text(cell)]))


def alt_text(cell: NotebookNode) -> str:
    """Return the description of a cell's figure; empty without one."""
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")


def holds_words(cell: NotebookNode) -> bool:
    """Return whether a cell surely holds something to translate."""
    if cell.cell_type != "code":
        return True
    shown = any(map(code.are_words, code.strings(cell.source)))
    return bool(alt_text(cell) or code.comments(cell.source) or shown)


def skeleton(cell: NotebookNode) -> Part:
    """Return a part in which everything to translate stands in English."""
    if cell.cell_type != "code":
        return Part(cell.id, without_badge(cell.source))
    lines = [f"alt: {alt_text(cell)}"] if alt_text(cell) else []
    for node in code.strings(cell.source):
        if code.could_be_words(node):
            written = _one_line(cell.source, node)
            lines.append(f"{written} => {written}")
    lines += [f"{comment} => {comment}" for comment in code.comments(cell.source)]
    return Part(cell.id, "\n".join(dict.fromkeys(lines)))


def without_badge(text: str) -> str:
    """Return Markdown without the badge, which is stamped."""
    return re.sub(r"^\[!\[[^\]]*\]\([^)]*colab-badge\.svg\)\]\([^)]*\)\n\n?", "", text, flags=re.M)


def make(chapter: Chapter) -> str:
    """Return the text of the Korean notebook.

    Where a translation is missing the English text stays; ``findings`` names those places. Outputs
    that are compared are taken over from the Korean notebook there is.

    Raises:
        ValueError: If the author's file cannot be read.
    """
    parts = {part.id: part for part in chapter.parts()}
    notebook = copy.deepcopy(chapter.english())
    outputs = _outputs(chapter.path)
    for cell in notebook.cells:
        part = parts.get(cell.id)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if files.CHECKED in files.tags(cell):
                cell.outputs, cell.execution_count = outputs.get(cell.id, ([], None))
            if part is not None:
                _translate_code(cell, part, chapter.source_path.name)
            cell.source = _START.sub(rf'\1, language="{KOREAN}")', cell.source)
        elif part is not None:
            cell.source = part.text
    template.stamp_badge(notebook, template.badge(chapter.course, chapter.path))
    return _formatted(files.render(notebook))


def _translate_code(cell: NotebookNode, part: Part, name: str) -> None:
    try:
        wanted = source.replacements(part.text)
    except ValueError as error:
        raise ValueError(f"{name}: {part.id} {error}") from None
    cell.source = code.replace(cell.source, wanted)
    if wanted.alt and alt_text(cell):  # otherwise `findings` says so
        cell.metadata.mystnb.image.alt = wanted.alt


def _outputs(path: Path) -> dict[str, tuple]:
    if not path.exists():
        return {}
    return {
        cell.id: (cell.outputs, cell.execution_count)
        for _, cell in files.code_cells(files.read(path))
    }


def _formatted(text: str) -> str:
    """Let ruff lay out the code: with other words in it, lines break elsewhere."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notebook.ipynb"
        path.write_text(text, encoding="utf-8")
        settings = ["--config", str(files.ROOT / "pyproject.toml")]
        command = [sys.executable, "-m", "ruff", "format", "--quiet", *settings, str(path)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise ValueError(f"the translated code is not Python any more: {done.stderr.strip()}")
        return files.render(files.read(path))


def _one_line(text: str, node) -> str:
    """Return a literal as it stands in the code, on one line."""
    lines = text.encode("utf-8").splitlines()[node.lineno - 1 : node.end_lineno]
    lines[-1] = lines[-1][: node.end_col_offset]
    lines[0] = lines[0][node.col_offset :]
    written = [line.decode("utf-8").strip() for line in lines]
    return " ".join(written) if not written[0].startswith('"""') else "\n    ".join(written)

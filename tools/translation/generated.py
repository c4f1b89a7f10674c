"""Generated tables in Korean, made of the English ones cell by cell.

``generated.json`` holds the words, with ``#`` in the place of every number: ``"# seeds"`` to
``"시드 #개"``. Where the order differs, numbers are counted: ``"#2 중 #1"``. Titles of chapters are
looked up in the Korean chapters, and sentences of the package in its tables.
"""

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path

from course_utils import language
from tools import chapter_table, deck_rules
from tools import notebook_files as files
from tools.translation import code, edition

WORDS = Path(__file__).with_name("generated.json")

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PLACE = re.compile(r"#(\d?)")
_CODE = re.compile(r"`[^`]*`")
#: What surrounds words and is no word: tags, the ends of links and pictures, numbers of chapters.
_FRAME = re.compile(r"(<[^>]+>|!?\[|\]\([^)]*\)|\*\*| · |&nbsp;|; (?=\d+ ×)|^(?:0\d|A\d): )")
_LINE_BEGIN = re.compile(r"(?:#{1,6} |- |:alt: )?")


def translated(text: str) -> str:
    """Return generated Markdown in Korean.

    Raises:
        ValueError: If words in it have no translation; the message names all of them.
    """
    missing: list[str] = []
    lines = [_line(line, missing) for line in text.split("\n")]
    if missing:
        raise ValueError(
            f"tools/translation/{WORDS.name} lacks {', '.join(map(repr, dict.fromkeys(missing)))}"
        )
    return "\n".join(lines)


def keys(text: str) -> Iterator[str]:
    """Yield the entries that generated Markdown asks for, as they stand in the table."""
    for line in text.split("\n"):
        for cell in _cells(line):
            for words in _FRAME.split(cell):
                if _has_words(words):
                    yield _NUMBER.sub("#", words.strip())


def _line(line: str, missing: list[str]) -> str:
    shown = line
    for cell in _cells(line):
        new = "".join(
            _words(part, missing) if _has_words(part) else part for part in _FRAME.split(cell)
        )
        shown = shown.replace(cell, new, 1) if new != cell else shown
    return shown


def _cells(line: str) -> list[str]:
    """Return the pieces of a line that are translated each by itself."""
    if line.startswith("|"):
        return [cell.strip() for cell in line.strip("|").split("|") if cell.strip()]
    begin = _LINE_BEGIN.match(line).end()
    is_markup = line.startswith(("```", ":")) and not line.startswith(":alt: ")
    return [] if is_markup or not line[begin:].strip() else [line[begin:]]


def _has_words(text: str) -> bool:
    if _FRAME.fullmatch(text) or code.HANGUL.search(text):
        return False
    return re.search(r"[A-Za-z]{2}", _CODE.sub("", text)) is not None


def _words(text: str, missing: list[str]) -> str:
    core = text.strip()
    found = _titles().get(core)
    if found is None:
        numbers = _NUMBER.findall(core)
        key = _NUMBER.sub("#", core)
        template = _table().get(key)
        if template is None:
            missing.append(key)
            return text
        order = iter(range(len(numbers)))
        found = _PLACE.sub(
            lambda place: numbers[int(place[1]) - 1 if place[1] else next(order)], template
        )
    return text.replace(core, found)


@functools.cache
def _table() -> dict[str, str]:
    table = {}
    for path in sorted((language.FOLDER / edition.LANGUAGE).rglob("*.json")):
        table |= {
            _NUMBER.sub("#", english): korean
            for english, korean in json.loads(path.read_text(encoding="utf-8")).items()
            if "{" not in english
        }
    return table | json.loads(WORDS.read_text(encoding="utf-8"))


@functools.cache
def _titles() -> dict[str, str]:
    """Return titles and questions of the chapters and of the decks, from English to Korean."""
    titles = {}
    for chapter in edition.chapters(files.Course.read()):
        pairs = [chapter.english_path, chapter.path]
        decks = [deck_rules.SLIDES / f"{chapter.path.stem}.md"]
        decks.append(decks[0].parent / edition.LANGUAGE / decks[0].name)
        if pairs[1].exists():
            titles |= dict(zip(*map(chapter_table.title_and_question, pairs), strict=True))
        if decks[1].exists():
            names = (
                deck_rules.read(deck.stem, deck.read_text(encoding="utf-8")).slides[0].heading
                for deck in decks
            )
            titles |= {next(names): next(names)}
    return titles

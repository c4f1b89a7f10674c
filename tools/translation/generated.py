"""Generated tables in Korean, made of the English ones cell by cell.

``generated.json`` holds the words, with ``#`` in the place of every number: ``"# seeds"`` to
``"시드 #개"``. Where the order differs, numbers are counted: ``"#2 중 #1"``. ``{processor}`` stands
for the processor that something was measured on; one without a translation keeps its name. Titles
of chapters are looked up in the Korean chapters, and sentences of the package in its tables.
"""

import functools
import json
import re
from pathlib import Path

from course_utils import language
from tools import chapter_table, deck_rules
from tools import notebook_files as files
from tools.languages import KOREAN
from tools.translation import code, edition

WORDS = Path(__file__).with_name("generated.json")

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PLACE = re.compile(r"#(\d?)")
#: As ``machine.processor`` writes it; digits in the name are no numbers of the sentence.
_PROCESSOR = re.compile(
    r"(?P<cores>\d+ cores?) of an (?P<name>[^,;()|]+?)(?=,|;| \(|\. [A-Z]|\.?$)", re.MULTILINE
)
#: Nouns whose number depends on the machine; Korean has no plural.
_PLURAL = re.compile(r"(?<=# )(core|chapter|thread|cell)s\b")
#: Seconds behind the name of a cell.
_SECONDS = re.compile(r"(\d+)&nbsp;s\b")
_CODE = re.compile(r"`[^`]*`")
#: What surrounds words and is no word: tags, the ends of links and pictures, numbers of chapters.
_FRAME = re.compile(r"(<[^>]+>|!?\[|\]\([^)]*\)|\*\*| · |&nbsp;|; (?=\d+ ×)|\b(?:0\d|A\d): )")
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


def said(text: str, spoken: str) -> str:
    """Return generated Markdown in a language: as it is in English, else translated."""
    return text if spoken == "en" else translated(text)


def _line(line: str, missing: list[str]) -> str:
    if line.startswith("|"):
        return "|".join(_piece(cell, missing) for cell in line.split("|"))
    if line.startswith(("```", ":")) and not line.startswith(":alt: "):
        return line
    begin = _LINE_BEGIN.match(line).end()
    return line[:begin] + _piece(line[begin:], missing)


def _piece(text: str, missing: list[str]) -> str:
    """Return a cell or a line; its links, tags and stars stay as they are."""
    text = _SECONDS.sub(lambda found: _words(f"{found[1]} s", missing), text)
    return "".join(
        _words(part, missing) if _has_words(part) else part for part in _FRAME.split(text)
    )


def _has_words(text: str) -> bool:
    if _FRAME.fullmatch(text) or code.HANGUL.search(text):
        return False
    return re.search(r"[A-Za-z]{2}|^\s*[\d.,→ ]+ s\s*$", _CODE.sub("", text)) is not None


def _words(text: str, missing: list[str]) -> str:
    core = text.strip()
    found = _titles().get(core) or _sentences().get(core)
    if found is None:
        processor = _PROCESSOR.search(core)
        plain = _PROCESSOR.sub(r"\g<cores> of an {processor}", core)
        numbers = _NUMBER.findall(plain)
        key = _NUMBER.sub("#", plain)
        template = _table().get(_PLURAL.sub(r"\1", key))
        if template is None:
            missing.append(key)
            return text
        order = iter(range(len(numbers)))
        found = _PLACE.sub(
            lambda place: numbers[int(place[1]) - 1 if place[1] else next(order)], template
        )
        if processor:
            name = processor["name"]
            found = found.replace("{processor}", _table().get(name, name))
    return text.replace(core, found)


@functools.cache
def _table() -> dict[str, str]:
    words = json.loads(WORDS.read_text(encoding="utf-8"))
    return {_PLURAL.sub(r"\1", english): korean for english, korean in words.items()}


@functools.cache
def _sentences() -> dict[str, str]:
    """Return what the package says; its numbers belong to the sentences."""
    table = {}
    for path in sorted((language.FOLDER / KOREAN).rglob("*.json")):
        table |= json.loads(path.read_text(encoding="utf-8"))
    return table


@functools.cache
def _titles() -> dict[str, str]:
    """Return titles and questions of the chapters and of the decks, from English to Korean."""
    titles = {}
    for chapter in edition.chapters(files.Course.read()):
        pairs = [chapter.english_path, chapter.path]
        decks = [deck_rules.SLIDES / f"{chapter.path.stem}.md"]
        decks.append(decks[0].parent / KOREAN / decks[0].name)
        if pairs[1].exists():
            titles |= dict(zip(*map(chapter_table.title_and_question, pairs), strict=True))
        if decks[1].exists():
            english, korean = (
                deck_rules.read(deck.stem, deck.read_text(encoding="utf-8")).slides[0].heading
                for deck in decks
            )
            titles[english] = korean
    return titles

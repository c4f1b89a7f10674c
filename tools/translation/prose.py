"""What is wrong with a translated text by itself: English left in it, and wrong terms.

The terms stand in ``terms.json``, each with its English, the variants that may be mentioned in
brackets, and those that are never written.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.translation.code import HANGUL

#: The page of all terms, beside the notebooks.
GLOSSARY = "glossary.md"
TERMS = Path(__file__).with_name("terms.json")

_NOT_PROSE = re.compile(
    r"^ {0,3}(`{3,}).*?^ {0,3}\1[ \t]*$|`[^`\n]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)\s]*\)|<[^>]*>",
    re.MULTILINE | re.DOTALL,
)
_BRACKETS = re.compile(r"\([^()]*\)")
_ENGLISH_RUN = re.compile(r"(?:\b[A-Za-z][\w'’-]*[ ,;:]+){4,}[A-Za-z]\w*")


@dataclass(frozen=True)
class Term:
    """A term of the glossary.

    Attributes:
        english: The English term.
        korean: The term of this course.
        mention: Variants of other books; one may stand in brackets behind the term.
        never: What is not written anywhere.
        ordinary: Whether the word is so common that nobody needs its English.
    """

    english: str
    korean: str
    mention: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    ordinary: bool = False


def terms() -> list[Term]:
    """Read the glossary."""
    rows = json.loads(TERMS.read_text(encoding="utf-8"))
    return [
        Term(
            **row | {"mention": tuple(row.get("mention", ())), "never": tuple(row.get("never", ()))}
        )
        for row in rows
    ]


def glossary_page() -> str:
    """Return the glossary as a page, by the English terms."""
    rows = sorted(terms(), key=lambda term: term.english)
    lines = [
        "# 용어집 · Glossary",
        "",
        "이 과정이 쓰는 용어입니다. 다른 책에서 흔히 쓰는 말은 마지막 열에 있습니다. "
        "The terms of this course in English and Korean; what other books write stands last.",
        "",
        "| English | 이 과정에서는 | 다른 책에서는 |",
        "|---|---|---|",
        *(f"| {row.english} | {row.korean} | {', '.join(row.mention)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def problems(text: str) -> Iterator[str]:
    """Yield what is wrong with translated prose, but for its terms."""
    for words in english_left(text):
        yield f"still holds English: {words[:70]!r}"
    for words in broken_emphasis(text):
        yield f"has stars that stay stars, {words!r}; move brackets and quotes out"
    for words in slanted(text):
        yield f"slants {words!r}; Hangul has no italics, make it bold or plain"


def english_left(text: str) -> Iterator[str]:
    """Yield the paragraphs, items and rows that are not translated, and long runs of English."""
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-*+|#]|\d+\.) ?)", _without_code(text)):
        words = _BRACKETS.sub(" ", paragraph)
        if found := _ENGLISH_RUN.search(words):
            yield found[0]
        elif not HANGUL.search(words) and len(re.findall(r"[A-Za-z]{3,}", words)) > 2:
            yield " ".join(words.split())


def broken_emphasis(text: str) -> Iterator[str]:
    """Yield where stars do not make words bold, because of what stands beside them.

    Markdown opens with stars that touch a letter on their right, and closes with stars that touch
    one on their left. Between a bracket or a quote and a particle they do neither.
    """
    plain = _NOT_PROSE.sub("`", text)
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*[-*+] )", plain):
        opened = None
        for stars in re.finditer(r"(?<![\\*])\*+", paragraph):
            before = paragraph[stars.start() - 1 : stars.start()] or " "
            after = paragraph[stars.end() : stars.end() + 1] or " "
            if before.isspace() and after.isspace():
                continue
            inside, outside = (before, after) if opened == stars[0] else (after, before)
            if inside.isspace() or (not inside.isalnum() and outside.isalnum()):
                yield paragraph[max(0, stars.start() - 12) : stars.end() + 8]
            opened = None if opened == stars[0] else stars[0]


def slanted(text: str) -> Iterator[str]:
    """Yield Hangul between single stars: it has no italics, and browsers only push it askew."""
    for found in re.finditer(r"(?<![\\*\w])\*(?![\s*])[^*\n]+\*(?!\*)", _without_code(text)):
        if HANGUL.search(found[0]):
            yield found[0]


def wrong_terms(text: str, glossary: list[Term]) -> Iterator[tuple[str, Term]]:
    """Yield every variant that the course does not use, with the term it uses instead."""
    plain = _without_code(text)
    outside = _BRACKETS.sub(" ", plain)
    names = [term.korean for term in glossary]
    for term in glossary:
        for variant in (*term.never, *term.mention):
            where = plain if variant in term.never else outside
            for name in names:
                where = where.replace(name, " ") if variant in name else where
            if re.search(rf"(?<![가-힣]){re.escape(variant)}", where):
                yield variant, term


def not_introduced(goals: str, texts: list[str], glossary: list[Term]) -> Iterator[Term]:
    """Yield the terms whose first use in a chapter does not name the English one in brackets.

    Headings do not count, nor does a term inside of a longer one. The goals at the beginning may
    use a term without its English, but then do not introduce it.
    """
    introduced = {term.korean for term, named in _uses([goals], glossary) if named}
    for term, named in _uses(texts, glossary):
        if term.korean not in introduced and not term.ordinary:
            introduced.add(term.korean)
            if not named:
                yield term


def _uses(texts: list[str], glossary: list[Term]) -> Iterator[tuple[Term, bool]]:
    """Yield every use of a term, in order, and whether the English one follows in brackets."""
    text = "\n\n".join(re.sub(r"^#.*$", "", _without_code(one), flags=re.M) for one in texts)
    by_name = {term.korean: term for term in glossary}
    pattern = "|".join(re.escape(name) for name in sorted(by_name, key=len, reverse=True))
    for found in re.finditer(pattern, text):
        term = by_name[found[0]]
        behind = rf"[*_]*\(\W*{re.escape(term.english)}\b"
        yield term, bool(re.compile(behind, re.IGNORECASE).match(text, found.end()))


def _without_code(text: str) -> str:
    return _NOT_PROSE.sub(" ", text)

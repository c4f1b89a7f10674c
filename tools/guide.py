"""The computed parts of the instructor's guide: minutes of a class, and figures of answers.

A page ``site/pages/instructors/NN.md`` holds a table whose first column are minutes. Three of its
words are replaced: ``deck`` by the minutes of the deck's slides, up to the one that the row names
in bold, or else to the end; ``rest`` by what is left of the class. Rows in brackets are left out
where a class is short. In the bank of questions, ``{eval}`` with a Python expression between
backquotes stands for its value, in the form of an f-string: ``16 * (3 * 3 + 1):,``.

A name in code, such as ``mlp-shift-curve``, is a cell of the chapter, which no notebook shows: it
becomes a link to that cell on the chapter's page of the site, with the number of its section.
"""

import json
import math
import re
from dataclasses import dataclass
from html import escape

from course_utils import arithmetic
from course_utils.checks import core
from tools import cell_seconds, chapter_table, deck_rules
from tools import notebook_files as files
from tools.languages import folder_in
from tools.translation.generated import said

#: Minutes of the class that the plans are made for, and of a short one.
CLASS, SHORT_CLASS = 150, 90
#: Minutes that a plan keeps for what takes longer than planned.
_LEAST_REST = 5
_HEADING = re.compile(r"^## (?:A class|수업)$", re.MULTILINE)
_FACTS, _SECONDS = "<!-- facts -->", "<!-- seconds -->"
_ROW = re.compile(r"^\| (?P<minutes>\(?(?:\d+|deck|rest)\)?) \|(?P<what>.*)$", re.MULTILINE)
_VALUE = re.compile(r"\{eval\}`([^`]+)`")
_NAME = re.compile(r"`([a-z]+(?:-[a-z0-9]+)*)`")
#: Words in code that look like names of cells and are arguments, values and methods.
WORDS = {"same", "valid", "cache", "trainable", "fit"}
#: What stands before a cell's name in the address of the cell on the site.
ANCHOR = "cell-"
_KNOWN = {"math": math, "arithmetic": arithmetic}
_QUESTION = re.compile(
    r"^\d+\. (?P<question>.+?)\n\n +→ (?P<answer>.+?)$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Row:
    """One row of a plan.

    Attributes:
        minutes: How long it takes.
        what: The other columns.
        optional: Whether a short class leaves it out.
    """

    minutes: int
    what: str
    optional: bool


def complete(page: str, chapter: str, language: str = "en") -> str:
    """Return a page of the guide with its minutes and figures.

    Args:
        page: The page's text.
        chapter: The chapter's file name without its ending.
        language: In which the page, its deck and its chapter are written.

    Raises:
        ValueError: If the plan does not fit into the class, names a slide that the deck lacks, an
            expression cannot be computed, or the chapter has no cell of a name.
    """
    if _HEADING.search(page):
        rows = plan(page, chapter, language)
        short = sum(row.minutes for row in rows if not row.optional)
        left = iter(rows)
        page = _ROW.sub(lambda found: _written(next(left)), page)
        heading = f"## A class of {CLASS} minutes\n\nWithout the rows in brackets it takes {short}."
        page = _HEADING.sub(said(heading, language), page)
    page = _VALUE.sub(lambda found: value(found[1], chapter), page)
    notebook = files.read(folder_in(files.ROOT / "notebooks", language) / f"{chapter}.ipynb")
    page = link_cells(page, notebook, chapter, language)
    measured = cell_seconds.load().get(chapter, {})
    seconds = said(cell_seconds.table(notebook, measured), language)
    seconds = link_cells(seconds, notebook, chapter, language, with_section=False)
    return page.replace(_SECONDS, seconds).replace(_FACTS, said(facts(chapter), language))


def link_cells(
    text: str, notebook, chapter: str, language: str = "en", with_section: bool = True
) -> str:
    """Return a text in which the names of cells are links to them on the chapter's page.

    Args:
        text: Markdown with names of cells in code.
        notebook: The chapter.
        chapter: Its file name without its ending.
        language: In which the chapter is written.
        with_section: Whether the number of its section stands behind each name.

    Raises:
        ValueError: If the chapter has no cell of a name.
    """
    titles = {one: title for title, ids in cell_seconds.sections(notebook) for one in ids}
    above = said(cell_seconds.ABOVE, language)  # no heading of the chapter

    def link(found: re.Match) -> str:
        name = found[1]
        if name in WORDS:
            return found[0]
        if name not in titles:
            raise ValueError(
                f"{chapter}: the chapter has no cell {name!r}; correct the name, or add it to "
                "guide.WORDS if it is none"
            )
        title = above if titles[name] == cell_seconds.ABOVE else titles[name]
        number = re.match(r"(\d+)\. ", title)
        section = f"&nbsp;§{number[1]}" if with_section and number else ""
        return (
            f'<a href="../chapters/{chapter}.html#{ANCHOR}{name}" title="{escape(title)}">'
            f"<code>{name}</code></a>{section}"
        )

    return _NAME.sub(link, text)


def facts(chapter: str) -> str:
    """Return the links to a chapter and its slides, with how long they take and what came out."""
    measured = json.loads(chapter_table.MEASURED.read_text(encoding="utf-8"))["chapters"][chapter]
    parts = [f"[The chapter](../chapters/{chapter}.ipynb)"]
    if slides := _slides(chapter):
        minutes = sum(slide.minutes or 0 for slide in slides)
        parts.append(f'<a href="../slides/{chapter}.html">slides</a>, {minutes} minutes')
    parts.append(f"{len(core.exercises(chapter.split('_')[0]))} exercises and questions")
    parts.append(f"our last run: {measured['seconds']} s · {measured['headline']}")
    return " · ".join(parts)


def plan(page: str, chapter: str, language: str = "en") -> list[Row]:
    """Return the rows of a page's plan, every one with its minutes."""
    slides = iter(_slides(chapter, language))
    rows = []
    for found in _ROW.finditer(page):
        word = found["minutes"].strip("()")
        if word == "deck":
            minutes = _minutes_to(slides, found["what"], chapter)
        elif word == "rest":
            minutes = CLASS - sum(row.minutes for row in rows)
            if minutes < _LEAST_REST:
                raise ValueError(
                    f"{chapter}: the plan leaves {minutes} of {CLASS} minutes for what takes "
                    f"longer; shorten a row until {_LEAST_REST} are left"
                )
        else:
            minutes = int(word)
        rows.append(Row(minutes, found["what"], word != found["minutes"] or word == "rest"))
    if left := [slide.heading for slide in slides]:
        raise ValueError(f"{chapter}: no row of the plan holds the slides from {left[0]!r} on")
    short = sum(row.minutes for row in rows if not row.optional)
    if short > SHORT_CLASS:
        raise ValueError(
            f"{chapter}: without the rows in brackets the plan takes {short} minutes; put more "
            f"rows into brackets until {SHORT_CLASS} are enough"
        )
    return rows


def value(expression: str, chapter: str) -> str:
    """Return the value of an expression, formatted as in an f-string.

    >>> value("16 * (5 * 5 * 8 + 1):,", "02")
    '3,216'

    Raises:
        ValueError: If it cannot be computed.
    """
    try:
        return eval(f'f"{{{expression}}}"', dict(_KNOWN))
    except Exception as error:  # whatever a typing mistake leads to
        raise ValueError(
            f"{chapter}: {{eval}}`{expression}` cannot be computed: {error}"
        ) from error


def questions(page: str) -> list[tuple[str, str]]:
    """Return the questions of a page's bank with their answers, as they are written."""
    return [(found["question"], found["answer"]) for found in _QUESTION.finditer(page)]


def typed_figures(question: str, answer: str) -> list[str]:
    """Return the figures of an answer that are neither computed nor given by the question.

    >>> typed_figures("What is 7 times 8?", "7 times 8 is 56; see chapter 02.")
    ['56']
    """
    references = r"(?:chapter|section|exercise|appendix)s? [\dA-Q.]+(?: and [\dA-Q.]+)?|\d×\d"
    given = set(re.findall(r"\d[\d.,]*\d|\d", _VALUE.sub(" ", question))) | set("0123")
    rest = re.sub(references, " ", _VALUE.sub(" ", answer))
    return [figure for figure in re.findall(r"\d[\d.,]*\d|\d", rest) if figure not in given]


def _slides(chapter: str, language: str = "en") -> list[deck_rules.Slide]:
    path = folder_in(deck_rules.SLIDES, language) / f"{chapter}.md"
    if not path.exists():
        return []
    return deck_rules.read(chapter, path.read_text(encoding="utf-8")).slides


def _minutes_to(slides, what: str, chapter: str) -> int:
    """Return the minutes of the next slides, up to the one that a row names in bold."""
    last = re.search(r"\*\*(.+?)\*\*", what)
    minutes = 0
    for slide in slides:
        minutes += slide.minutes or 0
        if last and slide.heading == last[1]:
            break
    else:
        if last:
            raise ValueError(f"{chapter}: the deck has no slide {last[1]!r} behind the last row's")
    if not minutes:
        raise ValueError(f"{chapter}: there is no deck, or nothing is left of it; type minutes")
    return minutes


def _written(row: Row) -> str:
    minutes = f"({row.minutes})" if row.optional else f"{row.minutes}"
    return f"| {minutes} |{row.what}"

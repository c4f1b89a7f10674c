"""The rules of a deck: ``python -m tools.deck_rules`` names what breaks them.

A deck is a Markdown file with code cells. Its slides begin at headings of the first and second
level. See CONTRIBUTING.md for how to write one.
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from nbformat import NotebookNode

from tools import notebook_files as files
from tools.notebook_files import ROOT

SLIDES = ROOT / "slides"
CODE_LINES, CODE_WIDTH, WORDS = 12, 70, 60
MINUTES_A_SLIDE = range(1, 6)
#: Numerals that are names and no results: sizes of windows, and numbers of chapters.
ALLOWED = re.compile(r"\b[1-7]×[1-7]\b|\b[Cc]hapters? 0\d(?: (?:and|or|to) 0\d)*\b|\b0\d장")
#: What English writes as a word, from nought to ten, Korean writes as a numeral.
_AS_WORDS = re.compile(r"(?<![\w.,−-])(?:10|\d)(?![\d%½¼¾]|[.,]\d| %)")
_HANGUL = re.compile("[가-힣]")
_NUMERAL = re.compile(r"(?<![\w.,])[\d½¼¾]+(?:[.,]\d+)*")
_ROLE = re.compile(r"\{(?:eval|colab)\}`[^`]*`")
_FORMULA = re.compile(r"\$\$?([^$]+)\$?\$")
#: How a last slide says how many exercises its chapter has: "Six exercises", "연습 여섯 개".
_COUNTS = {
    "one two three four five six seven eight nine ten": r"\b(?P<count>{}) {}s?\b",
    "한 두 세 네 다섯 여섯 일곱 여덟 아홉 열": r"{1} (?P<count>{0}) 개",
}
_COUNTED = {"exercise": ("exercise", "연습"), "question": ("quick question", "짧은 질문")}
_FENCE = re.compile(r"(?P<fence>`{3,}|:{3,})(?P<info>.*)")


@dataclass
class Cell:
    """A code cell, or a block of code that is only shown.

    Attributes:
        source: The code.
        options: What stands between its ``---`` lines, or in its ``:key: value`` lines.
    """

    source: str
    options: dict = field(default_factory=dict)

    @property
    def tags(self) -> list[str]:
        """The cell's tags."""
        return self.options.get("tags", [])

    @property
    def alt(self) -> str:
        """What the cell's figure shows, in words; empty without a figure."""
        return self.options.get("mystnb", {}).get("image", {}).get("alt", "")

    @property
    def shown(self) -> bool:
        """Whether the code itself is on the slide."""
        return not {"setup", "remove-input"} & set(self.tags)


@dataclass
class Slide:
    """One slide.

    Attributes:
        heading: Its heading.
        level: 1 for the title, 2 for all others.
        text: Its prose without the heading.
        notes: What the speaker says.
        minutes: How long the slide takes; None without notes.
        cells: Its cells and blocks of code.
    """

    heading: str
    level: int
    text: str = ""
    notes: str = ""
    minutes: int | None = None
    cells: list[Cell] = field(default_factory=list)


@dataclass
class Deck:
    """A deck as it is written.

    Attributes:
        name: Name of the file without its ending; the same as its chapter's.
        facts: What stands in its first lines.
        slides: Its slides.
    """

    name: str
    facts: dict
    slides: list[Slide]


def main(folder: Path = SLIDES) -> int:
    """Print what breaks the rules; return 1 if anything does."""
    found = []
    for path in [*sorted(folder.glob("[0-9A]*_*.md")), *sorted(folder.glob("*/[0-9A]*_*.md"))]:
        deck, name = read(path.stem, path.read_text(encoding="utf-8")), path.relative_to(folder)
        chapter = files.read(ROOT / "notebooks" / name.with_suffix(".ipynb"))
        wrong = [*problems(deck), *wrong_counts(deck, chapter)]
        found += [f"slides/{name.as_posix()}: {problem}" for problem in wrong]
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return int(bool(found))


def read(name: str, text: str) -> Deck:
    """Take a deck apart.

    Raises:
        ValueError: If it does not begin with its facts between ``---`` lines, or a block is not
            closed.
    """
    begin = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    if not begin:
        raise ValueError(f"{name}: a deck begins with its facts between two lines of ---")
    slides: list[Slide] = []
    lines = iter(text[begin.end() :].splitlines())
    for line in lines:
        if heading := re.match(r"(#{1,2}) (.+)", line):
            slides.append(Slide(heading[2], len(heading[1])))
        elif fence := _FENCE.match(line):
            block = _until(lines, fence["fence"], name)
            _add_block(slides[-1], fence["info"], block)
        elif slides and not re.fullmatch(r"\{[^}]*\}|\|[-|]+\|", line):
            slides[-1].text += line + "\n"
    return Deck(name, yaml.safe_load(begin[1]), slides)


def problems(deck: Deck) -> list[str]:
    """Return what breaks the rules, in words."""
    found = list(_problems_of_whole(deck))
    for number, slide in enumerate(deck.slides, 1):
        place = f"slide {number} ({slide.heading})"
        found += [f"{place}: {problem}" for problem in _problems_of_slide(slide)]
    return found


def wrong_counts(deck: Deck, chapter: NotebookNode) -> list[str]:
    """Return where the last slide promises other exercises than the chapter has, in words."""
    ids = [cell.id for cell in chapter.cells if "exercise" in files.tags(cell)]
    found, promised = [], {}
    for kind, nouns in _COUNTED.items():
        for (words, pattern), noun in zip(_COUNTS.items(), nouns, strict=True):
            counts = pattern.format("|".join(words.split()), noun)
            for said in re.finditer(counts, deck.slides[-1].text, re.IGNORECASE):
                promised[kind] = words.split().index(said["count"].lower()) + 1
        there = sum(one.startswith(f"{kind}-") for one in ids)
        if kind in promised and promised[kind] != there:
            found.append(
                f"its last slide promises {promised[kind]} {nouns[0]}s, the chapter has {there}"
            )
    if "exercise" not in promised:
        found.append('its last slide does not say how many exercises follow, as in "Six exercises"')
    return found


def numerals(text: str) -> list[str]:
    """Return the numerals in a text that are typed in, and no allowed names.

    Values that the build puts in and the small numbers inside formulas do not count, nor do
    digits inside a name, such as the one in ``Conv2D``.

    >>> numerals("In chapter 03, 97.8 % of {eval}`seen`, with a Conv2D of 3×3")
    ['97.8']
    >>> numerals("픽셀 2개에서 97.8 %")
    ['97.8']
    """
    if _HANGUL.search(text):
        text = _AS_WORDS.sub(" ", text)
    text = _ROLE.sub(" ", text)
    text = _FORMULA.sub(lambda found: re.sub(r"\b[0-2]\b", " ", found[1]), text)
    return _NUMERAL.findall(ALLOWED.sub(" ", text))


def _problems_of_whole(deck: Deck):
    levels = [slide.level for slide in deck.slides]
    if levels[:1] != [1] or 1 in levels[1:]:
        yield "it needs one title (#) on its first slide, and ## on all others"
        return
    if not deck.slides[0].heading.endswith("?"):
        yield "its title is the question that drives the chapter, so it ends with a ?"
    if f"<{deck.name}>`" not in deck.slides[-1].text:
        yield f"its last slide lacks the link {{colab}}`Open chapter … in Colab <{deck.name}>`"
    minutes = sum(slide.minutes or 0 for slide in deck.slides)
    if deck.facts.get("minutes") != minutes:
        yield f"its first lines promise {deck.facts.get('minutes')} minutes, the notes {minutes}"


def _problems_of_slide(slide: Slide):
    if slide.minutes not in MINUTES_A_SLIDE:
        yield "it needs :::{notes} with one to five whole minutes"
    elif not slide.notes.strip():
        yield "its notes say nothing"
    words = len(slide.text.split())
    if words > WORDS:
        yield f"{words} words; more than {WORDS} are not one idea"
    visible = [cell for cell in slide.cells if "setup" not in cell.tags]
    if len(visible) > 1:
        yield f"{len(visible)} cells; one figure, one output or one piece of code is one idea"
    for cell in slide.cells:
        lines = cell.source.splitlines()
        if cell.shown and len(lines) > CODE_LINES:
            yield f"{len(lines)} lines of code; at most {CODE_LINES} can be read from the last row"
        if cell.shown and any(len(line) > CODE_WIDTH for line in lines):
            yield f"a line of code longer than {CODE_WIDTH} characters"
    prose = [slide.heading, slide.text, slide.notes, *(cell.alt for cell in slide.cells)]
    if typed := [numeral for text in prose for numeral in numerals(text)]:
        yield f"typed-in numbers {', '.join(typed)}: compute them in a cell and show {{eval}}`name`"


def _until(lines, fence: str, name: str) -> list[str]:
    block = []
    for line in lines:
        if line.strip() == fence:
            return block
        block.append(line)
    raise ValueError(f"{name}: a block that begins with {fence} is not closed")


def _add_block(slide: Slide, info: str, block: list[str]) -> None:
    if notes := re.match(r"\{notes\}\s*(\d*)$", info):
        slide.minutes = int(notes[1] or 0)
        slide.notes += "\n".join(block)
        return
    source = "\n".join(block).strip()
    options = {}
    if header := re.match(r"---\n(.*?)\n---\n?", source, re.DOTALL):
        options, source = yaml.safe_load(header[1]) or {}, source[header.end() :]
    elif header := re.match(r"(?::[\w-]+:.*\n)+", source):
        pairs = re.findall(r":([\w-]+):\s*(.*)", header[0])
        options = {key: yaml.safe_load(value) for key, value in pairs}
        source = source[header.end() :]
    slide.cells.append(Cell(source.strip(), options))


if __name__ == "__main__":
    sys.exit(main())

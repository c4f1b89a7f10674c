"""What is missing, stale or wrong in a chapter of the Korean edition, each as one sentence."""

import ast
from collections.abc import Iterator

from nbformat import NotebookNode

from tools import notebook_files as files
from tools import notebook_rules
from tools.addresses import Addresses
from tools.languages import KOREAN
from tools.translation import code, edition, keys, prose, source
from tools.translation.edition import Chapter
from tools.translation.source import Part

_GOALS = "objectives"


def left_over(course: files.Course) -> Iterator[str]:
    """Yield a line for every Korean file of a chapter that does not exist any more."""
    folder = course.root / "notebooks" / KOREAN
    for path in sorted([*folder.glob("*.ipynb"), *folder.glob("sources/*.md")]):
        chapter = Chapter(course, path.with_suffix(".ipynb").name)
        for needed in (chapter.english_path, chapter.source_path):
            if not needed.exists():
                yield (
                    f"{course.name_of(path)}: belongs to {course.name_of(needed)}, which does not "
                    "exist; take it out, or give it the chapter's new name"
                )
                break


def of_chapter(chapter: Chapter) -> list[str]:
    """Return a line for everything that keeps a chapter from being in order."""
    name = chapter.course.name_of(chapter.source_path)
    try:
        parts = chapter.parts()
        made = edition.make(chapter)
    except ValueError as error:
        return [f"{name}: {error}"]
    english = {cell.id: cell for cell in chapter.english().cells}
    lines = [f"{name}: {line}" for line in _cells(english, parts)]
    lines += [f"{name}: {line}" for line in _texts(english, parts)]
    notebook = chapter.course.name_of(chapter.path)
    number = chapter.name.split("_")[0]
    page = chapter.path.with_name(prose.GLOSSARY)
    if not page.exists() or page.read_text(encoding="utf-8") != prose.glossary_page():
        lines.append(
            f"{chapter.course.name_of(page)}: is not what the list of terms says; "
            "run `python -m tools.translation make`"
        )
    if not chapter.path.exists() or chapter.path.read_text(encoding="utf-8") != made:
        remedy = f"run `python -m tools.translation make {number}`"
        return [*lines, f"{notebook}: is not what the author's file makes of it; {remedy}"]
    lines += [
        f"{notebook}: {line}" for line in _programs(chapter.english(), files.read(chapter.path))
    ]
    return lines + notebook_rules.check_notebook(chapter.path, Addresses(chapter.course))


def _cells(english: dict[str, NotebookNode], parts: list[Part]) -> Iterator[str]:
    """Yield what the author's file lacks, has too much, or has not followed."""
    written = {part.id for part in parts}
    for identifier, cell in english.items():
        if identifier not in written and edition.holds_words(cell):
            yield f"{identifier} is missing; `update` writes it down in English, to be translated"
    for part in parts:
        if part.id not in english:
            yield f"{part.id} translates a cell that does not exist any more; take it out"
            continue
        if not part.english:
            yield f"{part.id} was never stamped; translate it, then run `stamp`"
        elif part.english != edition.fingerprint(english[part.id]):
            yield (
                f"{part.id}: the English cell has changed since it was translated; "
                "compare the two, then run `stamp`"
            )
        elif part.own != source.digest(part.text):
            yield f"{part.id} was changed after it was stamped; run `stamp`"
        if english[part.id].cell_type == "code":
            yield from _replacements(english[part.id], part)


def _replacements(cell: NotebookNode, part: Part) -> Iterator[str]:
    """Yield where the list of replacements and the English code do not fit together."""
    wanted = source.replacements(part.text)
    there = {source.meaning(node): node for node in code.strings(cell.source)}
    comments = code.comments(cell.source)
    for text, node in there.items():
        if code.are_words(node) and text not in wanted.strings:
            yield f"{part.id} lacks the string {ast.unparse(node)}"
    for text in wanted.strings:
        if text not in there:
            yield f"{part.id} replaces the string {text}, which the cell does not have"
    in_brackets = {source.meaning(node) for node in code.keys(cell.source)}
    for text in wanted.keys:
        if text not in in_brackets:
            yield f"{part.id} replaces the key {text}, which the cell does not have"
    for comment in comments:
        if comment not in wanted.comments:
            yield f"{part.id} lacks the comment {comment!r}"
    for comment in wanted.comments:
        if comment not in comments:
            yield f"{part.id} replaces the comment {comment!r}, which the cell does not have"
    for comment, translated in wanted.comments.items():
        if code.HANGUL.search(translated) is None:
            yield f"{part.id}: the comment {comment!r} is not translated"
    if bool(wanted.alt) != bool(edition.alt_text(cell)):
        yield f"{part.id} needs a line `alt: …` just where the English cell has a description"


def _texts(english: dict[str, NotebookNode], parts: list[Part]) -> Iterator[str]:
    """Yield what is wrong with the words themselves."""
    glossary = prose.terms()
    for part in parts:
        if part.id not in english:
            continue
        text = part.text
        if english[part.id].cell_type == "code":
            wanted = source.replacements(part.text)
            shown = (wanted.comments | wanted.strings | wanted.keys).values()
            text = "\n\n".join([wanted.alt, *shown])
        else:
            yield from (f"{part.id} {problem}" for problem in prose.problems(text))
        for variant, term in prose.wrong_terms(text, glossary):
            yield f"{part.id} writes {variant!r}; the course says {term.korean} ({term.english})"
    text_of = {part.id: part.text for part in parts}
    texts = [
        text_of.get(identifier, "")
        for identifier, cell in english.items()
        if cell.cell_type == "markdown" and identifier != _GOALS
    ]
    for term in prose.not_introduced(text_of.get(_GOALS, ""), texts, glossary):
        yield f"first uses {term.korean} without its English: {term.korean}({term.english})"


def _programs(english: NotebookNode, notebook: NotebookNode) -> Iterator[str]:
    """Yield where the code is not that of the English chapter."""
    if [cell.id for cell in notebook.cells] != [cell.id for cell in english.cells]:
        yield "does not have the cells of the English chapter, in their order"
        return
    pairs = zip(files.code_cells(english), files.code_cells(notebook), strict=True)
    for (_, one), (_, cell) in pairs:
        if not code.same_program(one.source, cell.source):
            yield f"{cell.id} is another program than in English"
    for identifier, key in keys.lost(english, notebook):
        yield (
            f"{identifier} reads by {key!r}, which nothing in the Korean chapter writes; translate "
            'a key where it is written ("…" => "…") and where it is read (["…"] => ["…"]) alike'
        )

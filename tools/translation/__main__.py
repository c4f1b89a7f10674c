"""Keep the Korean edition: ``python -m tools.translation COMMAND [CHAPTER …]``.

Authors write ``notebooks/ko/sources/NN_slug.md``; the notebooks beside it are made of it and of the
English chapter. Without numbers, all chapters are meant that have such a file.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from tools import atomic_files, notebook_run
from tools import notebook_files as files
from tools.translation import edition, findings, package_strings, prose, source
from tools.translation.edition import Chapter


def main(arguments: list[str] | None = None, root: Path = files.ROOT) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.translation", description=__doc__)
    commands: dict[str, tuple[Callable, str]] = {
        "update": (update, "add the cells that an author's file lacks, in English"),
        "make": (make, "write the notebooks"),
        "refresh": (refresh, "write the notebooks, run them, store the outputs that are compared"),
        "stamp": (stamp, "note that the translation follows the English cells as they are now"),
        "check": (check, "say what is missing, stale or wrong; nothing is changed"),
        "strings": (strings, "add the package's sentences that its tables lack, untranslated"),
    }
    subparsers = parser.add_subparsers(dest="command", required=True)
    for name, (_, summary) in commands.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        what = "such as plots/windows or checks/chapter_02" if name == "strings" else "such as 02"
        subparser.add_argument("names", nargs="*", help=f"{what}; all that were begun by default")
        if name == "stamp":
            subparser.add_argument(
                "--unchanged",
                nargs="+",
                default=[],
                metavar="CELL",
                help="cells whose translation is still right although their English has changed",
            )
    chosen = vars(parser.parse_args(arguments))
    command = commands[chosen.pop("command")][0]
    try:
        course = files.Course.read(root)
        names = chosen.pop("names")
        if command is strings:
            return strings(course, names)
        chapters = edition.chapters(course, names)
        return check(chapters, course) if command is check else command(chapters, **chosen)
    except ValueError as error:
        print(error)
        return 1


def update(chapters: list[Chapter]) -> int:
    """Add to the authors' files what they lack, in English, in the order of the chapter."""
    for chapter in chapters:
        parts = {part.id: part for part in chapter.parts()}
        cells = chapter.english().cells
        added = [
            edition.skeleton(cell)
            for cell in cells
            if cell.id not in parts and edition.holds_words(cell)
        ]
        parts |= {part.id: part for part in added}
        # Parts of cells that do not exist any more stay, at the end: their words may be of use.
        order = [cell.id for cell in cells if cell.id in parts]
        order += [identifier for identifier in parts if identifier not in order]
        chapter.write_parts([parts[identifier] for identifier in order])
        print(f"{chapter.course.name_of(chapter.source_path)}: {len(added)} cells added")
    return 0


def make(chapters: list[Chapter]) -> int:
    """Write the Korean notebooks, and the glossary beside them."""
    for chapter in chapters:
        _write(chapter.path, edition.make(chapter), chapter.course)
        _write(chapter.path.with_name(prose.GLOSSARY), prose.glossary_page(), chapter.course)
    return 0


def _write(path: Path, text: str, course: files.Course) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        atomic_files.write(path, text)
        print(f"{course.name_of(path)}: made")


def refresh(chapters: list[Chapter]) -> int:
    """Write the Korean notebooks, run them and store the outputs that are compared."""
    make(chapters)
    for chapter in chapters:
        notebook = files.read(chapter.path)
        for cell in notebook_run.refresh(notebook, chapter.path.parent):
            print(f"{chapter.course.name_of(chapter.path)}: {cell}: output changed")
        files.write_if_changed(chapter.path, files.render(notebook))
    return 0


def stamp(chapters: list[Chapter], unchanged: list[str]) -> int:
    """Write the hashes of the English cells into the authors' files.

    A translation that did not change although its English did is left alone and named, unless it
    is among ``unchanged``.
    """
    status = 0
    for chapter in chapters:
        english = {cell.id: edition.fingerprint(cell) for cell in chapter.english().cells}
        parts = chapter.parts()
        for part in parts:
            own = source.digest(part.text)
            changed = english.get(part.id, part.english) != part.english
            if changed and part.own == own and part.id not in unchanged:
                print(
                    f"{chapter.course.name_of(chapter.source_path)}: {part.id}: the English cell "
                    "has changed, the translation has not. Compare them; if it is still right, "
                    f"run `stamp --unchanged {part.id}`"
                )
                status = 1
            elif part.id in english:
                part.english, part.own = english[part.id], own
        chapter.write_parts(parts)
    return status


def check(chapters: list[Chapter], course: files.Course) -> int:
    """Print a line for everything that is not in order; return 1 where there is any."""
    lines = [line for chapter in chapters for line in findings.of_chapter(chapter)]
    lines += findings.left_over(course)
    lines += package_strings.findings()
    for line in lines:
        print(line)
    if not lines:
        print(f"{len(chapters)} chapters and the package's tables are in Korean and up to date.")
    return 1 if lines else 0


def strings(course: files.Course, names: list[str]) -> int:
    """Add missing sentences to the package's tables, with an empty translation."""
    for name in names or package_strings.tables():
        wanted = package_strings.sentences(name)
        path = package_strings.table_path(name)
        table = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        new = [sentence for sentence in wanted if sentence not in table]
        # What the code does not say any more stays, at the end: its words may be of use.
        table = {sentence: table.get(sentence, "") for sentence in wanted} | table
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write(path, json.dumps(table, ensure_ascii=False, indent=1) + "\n")
        print(f"{course.name_of(path)}: {len(new)} sentences to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main())

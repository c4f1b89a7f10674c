"""Pages and decks in Korean: ``python -m tools.translation.documents COMMAND [FILE …]``.

``X/ko/name.md`` follows ``X/name.md`` heading by heading, as ``README.ko.md`` does ``README.md``.
What stands between the marks of a generated part is made here, of the English part. For each
section a hash of the English and one of the Korean text is kept in ``followed.json``, so that a
section whose English has changed is named.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tools import atomic_files
from tools import notebook_files as files
from tools.languages import KOREAN
from tools.translation import code, generated, prose, source

ROOT = files.ROOT
FOLLOWED = Path(__file__).with_name("followed.json")
#: What has a translation, beside files such as ``README.ko.md``.
FOLDERS = ("slides", "site/pages")

_GENERATED = re.compile(
    r"(?P<begin><!-- (?P<name>\w+): written by [^>]*-->\n)(?P<text>.*?)"
    r"(?P<end><!-- end of (?P=name) -->)",
    re.DOTALL,
)
_FENCE = re.compile(r"^(?P<fence>`{3,}|:{3,})(?P<info>.*)$")
_HEADING = re.compile(r"(#{1,6}) +(.+)")
_LINK = re.compile(r"\]\(([^)\s]+)\)|\b(?:href|src)=\"([^\"]*)\"")
_ROLE = re.compile(r"\{(?:eval|colab|doc)\}`[^`]*`")
_CLASSES = re.compile(r"^\{\.[^}]*\}$", re.MULTILINE)
_MARK = re.compile(r"<!--.*?-->", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_VERSION = re.compile(r"^## \d+\.\d+\.\d+.*$", re.MULTILINE)
#: Blocks whose content is read, not run.
_READ = re.compile(r"\{(?:notes|note|tip|admonition|warning|dropdown|seealso)\}")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.translation.documents", description=__doc__
    )
    parser.add_argument("command", choices=("new", "make", "stamp", "check"))
    parser.add_argument("files", nargs="*", type=Path, help="Korean files; all by default")
    parser.add_argument("--unchanged", action="store_true", help="stamp sections left as they were")
    chosen = parser.parse_args(arguments)
    named = [path.resolve() for path in chosen.files]
    if chosen.unchanged and not named:
        parser.error("--unchanged needs the files whose Korean is still right")
    try:
        if chosen.command == "new":
            return new(named)
        paths = named or documents()
        if chosen.command == "make":
            return make(paths)
        if chosen.command == "stamp":
            return stamp(paths, chosen.unchanged)
        return check(paths)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def english_of(path: Path) -> Path:
    """Return the English file that a Korean one follows."""
    if path.name.endswith(f".{KOREAN}.md"):
        return path.with_name(path.name.replace(f".{KOREAN}.md", ".md"))
    inside = path.relative_to(ROOT).parts if path.is_relative_to(ROOT) else ()
    if KOREAN not in inside[:-1]:
        raise ValueError(f"{path.name} is no Korean page; name one such as slides/ko/09_x.md")
    above = ROOT.joinpath(*inside[: inside.index(KOREAN) + 1])
    return above.parent / path.relative_to(above)


def _english_text(path: Path) -> str:
    """Return the English text that a Korean file follows.

    Raises:
        ValueError: If there is none.
    """
    if gone := _gone(path):
        raise ValueError(f"{_name(path)}: {gone}")
    return english_of(path).read_text(encoding="utf-8")


def _gone(path: Path) -> str:
    """Return what is wrong with a Korean file that follows none; empty where all is well."""
    english = english_of(path)
    if english.exists():
        return ""
    return f"translates {_name(english)}, which does not exist; take it out, or rename it, too"


def documents() -> list[Path]:
    """Return all Korean files that there are."""
    folders = [ROOT / folder / KOREAN for folder in FOLDERS]
    found = [path for folder in folders for path in sorted(folder.rglob("*.md"))]
    return [*found, *sorted(ROOT.glob(f"*.{KOREAN}.md"))]


def new(paths: list[Path]) -> int:
    """Begin translations: copy the English text to where the Korean one is to be written.

    Raises:
        ValueError: If there is one already.
    """
    for path in paths:
        english = _english_text(path)
        if path.exists():
            raise ValueError(f"{_name(path)} is there already")
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write(path, english)
        print(f"{_name(path)}: begun, in English")
    return 0


def make(paths: list[Path]) -> int:
    """Write the generated parts."""
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if (made := with_generated_parts(text, path)) != text:
            atomic_files.write(path, made)
            print(f"{_name(path)}: made")
    return 0


def stamp(paths: list[Path], unchanged: bool) -> int:
    """Note that the translations follow the English text as it is now."""
    followed = _followed()
    status = 0
    for path in paths:
        before = followed.get(_name(path), [])
        pairs, kept = _hashes(path), []
        for place, (english, own) in enumerate(pairs):
            old = _stamped(before, english, own)
            if old and old[0] != english and not unchanged:
                heading = sections(path.read_text(encoding="utf-8"))[place].split("\n")[0]
                print(
                    f"{_name(path)}: {heading}: the English has changed, the translation has "
                    "not. Compare them; if it is still right, stamp with --unchanged"
                )
                kept.append(old)
                status = 1
            else:
                kept.append([english, own])
        followed[_name(path)] = kept
    there = {_name(path) for path in documents()}
    followed = {name: pairs for name, pairs in sorted(followed.items()) if name in there}
    atomic_files.write(FOLLOWED, json.dumps(followed, indent=1) + "\n")
    return status


def check(paths: list[Path]) -> int:
    """Print a line for everything that is not in order; return 1 where there is any."""
    lines = [f"{_name(path)}: {line}" for path in paths for line in findings(path)]
    print("\n".join(lines) if lines else f"{len(paths)} pages and decks are up to date.")
    return 1 if lines else 0


def findings(path: Path) -> Iterator[str]:
    """Yield what keeps a translation from being in order."""
    if gone := _gone(path):
        yield gone
        return
    text, whole = path.read_text(encoding="utf-8"), _english_text(path)
    try:
        if with_generated_parts(text, path) != text:
            yield "its tables are not those of the English page; run `documents make`"
    except ValueError as error:
        yield str(error)
    if _names_of_parts(whole) != _names_of_parts(text):
        yield "has other generated parts than the English"
    english, korean = sections(whole), sections(text)
    if [_level(one) for one in english] != [_level(one) for one in korean]:
        yield (
            f"has {len(korean)} sections where the English has {len(english)}, or headings of "
            "other levels"
        )
        return
    followed = _followed().get(_name(path), [])
    pairs = _hashes(path)
    for place, (one, other) in enumerate(zip(english, korean, strict=True)):
        heading = other.strip().split("\n")[0][:60]
        stamped = _stamped(followed, *pairs[place])
        if stamped is None and not followed:
            yield f"{heading}: was never stamped; translate it, then run `documents stamp`"
        elif stamped is None:
            yield f"{heading}: was changed after it was stamped; run `documents stamp`"
        elif stamped[0] != pairs[place][0]:
            yield f"{heading}: the English has changed; compare, then run `documents stamp`"
        for problem in _problems(one, other):
            yield f"{heading}: {problem}"


def sections(text: str) -> list[str]:
    """Return a page in pieces: what stands above the first heading, then one piece a heading."""
    pieces, fence = [""], None
    for line in text.splitlines(keepends=True):
        found = _FENCE.match(line.rstrip())
        if fence is None and found:
            fence = found["fence"]
        elif fence is not None and line.strip() == fence:
            fence = None
        elif fence is None and _HEADING.match(line):
            pieces.append("")
        pieces[-1] += line
    return pieces


def with_generated_parts(text: str, path: Path) -> str:
    """Return a page whose generated parts are those of the English page, in Korean.

    Raises:
        ValueError: If words have no translation.
    """
    english = _english_text(path)
    parts = {found["name"]: found["text"] for found in _GENERATED.finditer(english)}

    def part(found: re.Match) -> str:
        made = generated.translated(parts.get(found["name"], found["text"]))
        made = re.sub(r"(\]\(|/)notebooks/(?!ko/)(\w+\.ipynb)", r"\1notebooks/ko/\2", made)
        return found["begin"] + made + found["end"]

    return _GENERATED.sub(part, text)


def _names_of_parts(text: str) -> list[str]:
    return [found["name"] for found in _GENERATED.finditer(text)]


def _problems(english: str, korean: str) -> Iterator[str]:
    """Yield where a section is another than in English, and what is wrong with its words."""
    english, korean = (_GENERATED.sub("", one) for one in (english, korean))
    blocks, others = _blocks(english), _blocks(korean)
    if [info for info, _ in blocks] != [info for info, _ in others]:
        yield "has other blocks, cells or notes than the English"
    else:
        for (info, one), (_, other) in zip(blocks, others, strict=True):
            if _is_cell(info) and not _same_cell(one, other):
                yield f"another program than in English: {other.strip()[:60]!r}"
            elif not _READ.search(info) and not _is_cell(info):
                if _without_words(one) != _without_words(other):
                    yield f"another block than in English: {other.strip()[:60]!r}"
    for what, pattern in (("links", _LINK), ("values", _ROLE), ("marks", _MARK)):
        if _targets(pattern, english) != _targets(pattern, korean):
            yield f"has other {what} than the English"
    # Korean may have more of them: what English writes as a word is often a numeral there.
    if lacking := _numbers(english) - _numbers(korean):
        yield f"lacks the numbers {', '.join(sorted(lacking))} of the English"
    if _CLASSES.findall(english) != _CLASSES.findall(korean):
        yield "has other classes in curly brackets than the English"
    text = _prose(korean)
    yield from prose.problems(text)
    for variant, term in prose.wrong_terms(text, prose.terms()):
        yield f"writes {variant!r}; the course says {term.korean} ({term.english})"


def _blocks(text: str) -> list[tuple[str, str]]:
    """Return the fenced blocks, each with the words behind its fence."""
    found, inside, fence, info = [], "", None, ""
    for line in text.splitlines(keepends=True):
        begun = _FENCE.match(line.rstrip())
        if fence is None and begun:
            fence, info, inside = begun["fence"], begun["info"].strip(), ""
        elif fence is not None and line.strip() == fence:
            found.append((info, inside))
            fence = None
        elif fence is not None:
            inside += line
    return found


def _same_cell(english: str, korean: str) -> bool:
    """Return whether two cells are the same program with the same options, but for descriptions."""
    (options, program), (other_options, other_program) = _program(english), _program(korean)
    return options == other_options and code.same_program(program, other_program)


def _program(cell: str) -> tuple[str, str]:
    """Return a cell's options, without the description of its figure, and its program."""
    header = re.match(r"---\n.*?\n---\n|(?::[\w-]+:[^\n]*\n)+", cell, re.DOTALL)
    end = header.end() if header else 0
    return re.sub(r"alt:(?: .*|\s*[>|].*?)(?=\n|$)", "alt", cell[:end]), cell[end:]


def _is_cell(info: str) -> bool:
    return "{code-cell}" in info


def _without_words(block: str) -> str:
    """Return a block without its comments and descriptions."""
    return re.sub(r"^:(?:alt|caption): .*$|#.*$", "", block, flags=re.MULTILINE).strip()


def _targets(pattern: re.Pattern, text: str) -> Counter:
    """Return what a pattern finds, without what names the language."""
    return Counter(
        re.sub(rf"\b{KOREAN}/|\.{KOREAN}(?=\.md)|`.*<|`", "", found[0])
        for found in pattern.finditer(text)
    )


def _prose(text: str) -> str:
    """Return what is read: without front matter, roles, marks and code, but with descriptions."""
    kept = [block for info, block in _blocks(text) if _READ.search(info)]
    kept += re.findall(r"^\s*:?alt: (.*)$", text, re.MULTILINE)
    plain = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    plain = re.sub(r"^(`{3,}|:{3,}).*?^\1\s*$", "", plain, flags=re.DOTALL | re.MULTILINE)
    plain = _CLASSES.sub("", re.sub(r"\{\w+\}`[^`]*`", "", plain))
    plain = re.sub(
        r"^\|.*\|$", lambda row: "" if _holds_terms(row[0]) else row[0], plain, flags=re.M
    )
    return "\n\n".join([_MARK.sub("", plain), *kept])


def _numbers(section: str) -> Counter:
    """Return the numbers in what is read and in what the cells say; 02 is the same as 2."""
    said = [code.said_in(_program(cell)[1]) for info, cell in _blocks(section) if _is_cell(info)]
    found = _NUMBER.findall("\n".join([_prose(section), *said]))
    return Counter(number.lstrip("0") or "0" for number in found)


def _holds_terms(row: str) -> bool:
    """Return whether a row lists English terms, as beside their Korean ones."""
    known = {term.english for term in prose.terms()}
    return {cell.strip().lower() for cell in row.strip("|").split("|")} <= known


def _level(section: str) -> int:
    heading = _HEADING.match(section)
    return len(heading[1]) if heading else 0


def _hashes(path: Path) -> list[list[str]]:
    """Return for each section the hash of the English and of the Korean."""
    texts = [
        [source.digest(_lasting(one)) for one in sections(text)]
        for text in (_english_text(path), path.read_text(encoding="utf-8"))
    ]
    if len(texts[0]) != len(texts[1]):
        raise ValueError(
            f"{_name(path)} has {len(texts[1])} sections where the English has {len(texts[0])}"
        )
    return [list(pair) for pair in zip(*texts, strict=True)]


def _lasting(section: str) -> str:
    """Return a section without what tools write: tables, and versions with their dates."""
    return _VERSION.sub("", _GENERATED.sub("", section))


def _stamped(before: list[list[str]], english: str, own: str) -> list[str] | None:
    """Return what was noted of a Korean section, wherever it stood; None if it is new or changed.

    Of sections with the same text, the one that followed the same English.
    """
    same = [pair for pair in before if pair[1] == own]
    return next((pair for pair in same if pair[0] == english), same[0] if same else None)


def _followed() -> dict[str, list[list[str]]]:
    return json.loads(FOLLOWED.read_text(encoding="utf-8")) if FOLLOWED.exists() else {}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    sys.exit(main())

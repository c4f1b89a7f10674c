"""What authors write: one text file per chapter, with a part for each cell that holds words.

A part begins with a line ``%% cell-id``. For text it holds the translated Markdown. For code it
holds one line for each thing to replace, the English left of `` => `` and the translation right of
it, each as it stands in Python; an indented line goes on with the one above::

    %% shift-count 0f3a… 77b1…
    alt: 숫자 그림 세 장.
    "the digit" => "숫자"
    # one channel => # 채널 하나
    ["digit"] => ["숫자"]

A name in square brackets is replaced where it is a key that is read: with ``"digit" => "숫자"``
where it is written down, ``results["digit"]`` still finds it.

The two hashes behind the id are written by the command ``stamp``: that of the English cell which
was translated, and that of the translation as it was then.
"""

import ast
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

_PART = re.compile(r"^%% +(?P<id>\S+)(?: +(?P<english>[0-9a-f]{12}) +(?P<own>[0-9a-f]{12}))? *$")
_ARROW = re.compile(r" =>(?: |\n)")


@dataclass
class Part:
    """The translation of one cell.

    Attributes:
        id: The cell's id.
        text: What the author wrote, without the line that begins the part.
        english: Hash of the English cell that was translated; empty before the first stamp.
        own: Hash of the text when it was stamped.
    """

    id: str
    text: str
    english: str = ""
    own: str = ""


@dataclass
class Replacements:
    """What is to be replaced in a cell of code.

    Attributes:
        strings: By a string's meaning (see :func:`meaning`), its translation as Python source.
        comments: By a comment with its number sign, the translation with its own.
        keys: As ``strings``, for keys that are read, as in ``results["digit"]``.
        alt: The figure's description; empty without one.
    """

    strings: dict[str, str]
    comments: dict[str, str]
    keys: dict[str, str]
    alt: str = ""


def read(path: Path) -> list[Part]:
    """Read an author's file.

    Raises:
        ValueError: If something stands before the first part, or two parts have the same id.
    """
    parts: list[Part] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("%%"):
            begun = _PART.match(line)
            if begun is None:
                raise ValueError(f"{path.name}, line {number}: write `%% cell-id`, not {line!r}")
            parts.append(Part(begun["id"], "", begun["english"] or "", begun["own"] or ""))
        elif parts:
            parts[-1].text += line + "\n"
        elif line.strip():
            raise ValueError(f"{path.name}, line {number}: begin with a line `%% cell-id`")
    names = [part.id for part in parts]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{path.name}: there are two parts called {', '.join(twice)}")
    for part in parts:
        part.text = part.text.strip("\n")
    return parts


def render(parts: list[Part]) -> str:
    """Return the text of an author's file."""
    return "\n\n".join(
        f"%% {' '.join(filter(None, [part.id, part.english, part.own]))}\n{part.text}".rstrip()
        for part in parts
    ).join(["", "\n"])


def digest(text: str) -> str:
    """Return a short hash of a text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def replacements(text: str) -> Replacements:
    """Read the part of a code cell.

    Raises:
        ValueError: If a line is not as this module describes it.
    """
    found = Replacements({}, {}, {})
    for entry in re.split(r"\n(?=[^\s])", text.strip("\n")) if text.strip() else []:
        if entry.startswith("alt:"):
            found.alt = " ".join(entry.removeprefix("alt:").split())
            continue
        sides = _ARROW.split(entry, maxsplit=1)
        if len(sides) != 2:
            raise ValueError(f"has the line {entry!r}; write `English => translation`, or `alt: …`")
        english, translated = (side.strip() for side in sides)
        if english.startswith("#"):
            if not translated.startswith("#"):
                raise ValueError(
                    f"turns the comment {english!r} into something else; begin it with #"
                )
            found.comments[english] = translated
        elif english.startswith("[") and translated.startswith("["):
            english, translated = english[1:-1], translated[1:-1]
            meaning(_literal(translated))
            found.keys[meaning(_literal(english))] = translated
        else:
            meaning(_literal(translated))
            found.strings[meaning(_literal(english))] = translated
    return found


def meaning(node: ast.expr) -> str:
    """Return what makes two string literals the same one, however they are written.

    Raises:
        ValueError: If the expression is not a string literal.
    """
    if isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    ):
        return ast.dump(node)
    raise ValueError(f"has {ast.unparse(node)!r} where a string literal belongs")


def _literal(text: str) -> ast.expr:
    try:
        return ast.parse(f"({text}\n)", mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"has {text!r}, which is not a string literal ({error.msg})") from None

"""The language in which the package speaks to students: English, or one that has a table.

The code holds its sentences in English, inside ``translate("…")``. For each module whose sentences
are translated, ``translations/<language>/`` holds a JSON file of the same name, from the English
sentence to the translated one. A sentence without an entry is shown in English.
"""

import contextlib
import functools
import json
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).with_name("translations")

_chosen: str | None = None


def use(language: str | None) -> None:
    """Choose the language from here on.

    Args:
        language: ``"en"`` or a folder in ``translations``, such as ``"ko"``; None for what the
            environment variable ``COURSE_LANGUAGE`` says, which is English where it is not set.

    Raises:
        ValueError: If the course does not speak that language.

    Used in: every chapter, through its start cell.
    """
    global _chosen
    _table(language or os.environ.get("COURSE_LANGUAGE") or "en")
    _chosen = language


def current() -> str:
    """Return the language that is chosen now."""
    return _chosen or os.environ.get("COURSE_LANGUAGE") or "en"


@contextlib.contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Use a language inside of a ``with`` block; None leaves it at the one that is chosen.

    Raises:
        ValueError: If the course does not speak that language.
    """
    global _chosen
    before = _chosen
    use(language or before)
    try:
        yield
    finally:
        _chosen = before


def translate(sentence: str, **values: object) -> str:
    """Return a sentence in the chosen language.

    Args:
        sentence: In English, as the code has it.
        **values: What stands in its curly brackets, as for ``str.format``. Without any, brackets
            are left alone.

    >>> translate("{size} pixels", size=28)
    '28 pixels'
    """
    shown = _table(current()).get(sentence, sentence)
    return shown.format(**values) if values else shown


def columns(text: str) -> int:
    """Return about how many columns a text takes in a typewriter face.

    Browsers take Hangul from another face, where it is 1.4 to 1.7 columns wide; in a terminal it is
    2. So columns behind Hangul cannot line up everywhere, and are off by one or two at most.

    >>> columns("convnet"), columns("컨브넷")
    (7, 5)
    """
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + round(0.6 * wide)


@functools.cache
def _table(language: str) -> dict[str, str]:
    if language == "en":
        return {}
    if not language.isalpha() or not (FOLDER / language).is_dir():
        known = ", ".join(["en", *sorted(path.name for path in FOLDER.iterdir() if path.is_dir())])
        raise ValueError(
            f"the course does not speak {language!r}; it speaks {known}. The language comes from "
            "the start cell or from the environment variable COURSE_LANGUAGE."
        )
    table = {}
    for path in sorted((FOLDER / language).rglob("*.json")):
        table |= json.loads(path.read_text(encoding="utf-8"))
    return table

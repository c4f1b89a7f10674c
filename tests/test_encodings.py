"""No file is read or written in the encoding that a computer happens to prefer.

Ruff's PLW1514 notices that where it knows what is called; of ``path.read_text()`` it seldom does.
"""

import ast
from pathlib import Path

import pytest

from tools.notebook_files import ROOT

pytestmark = pytest.mark.unit
FOLDERS = ("course_utils", "site", "tests", "tools")
# With how many arguments in front the encoding would be given without its name.
PLACES = {"read_text": 0, "write_text": 1}


def left_open(text: str) -> list[int]:
    """Lines with a ``read_text`` or ``write_text`` that names no encoding."""
    return [
        call.lineno
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and len(call.args) <= PLACES.get(call.func.attr, -1)
        and not {"encoding", None} & {word.arg for word in call.keywords}
    ]


def sources() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_is_read_and_written_in_a_named_encoding(path):
    assert left_open(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a.read_text()\n(b / 'c').write_text('d')", [1, 2]),
        ("a.read_text(errors='replace')", [1]),
        ("a.read_text(encoding='utf-8')\na.write_text('b', 'utf-8')\na.read_text('utf-8')", []),
        ("a.read_bytes()\na.write_bytes(b'')\na.write_text('b', **more)", []),
    ],
)
def test_an_encoding_that_is_left_open_is_noticed(text, lines):
    assert left_open(text) == lines

"""What was answered so far: small files on this computer, and the table made of them.

They outlive a restarted kernel and a reconnected Colab runtime. ``COURSE_PROGRESS`` names another
folder, for example one in a mounted Google Drive. Nothing leaves the machine.
"""

import contextlib
import html
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from course_utils.data import cache
from course_utils.language import columns, translate

#: Tries and success by exercise, of this session; kept here too where no file can be written.
_session: dict[str, tuple[int, bool]] = {}

_SIGNS = {"right": "✓", "not yet right": "…", "not answered yet": "·"}
_COLORS = {"right": "#00734F", "not yet right": "#A84300", "not answered yet": "#6B6B6B"}


def folder() -> Path:
    """Return the folder in which progress is kept; it need not exist yet."""
    return Path(os.environ.get("COURSE_PROGRESS") or cache.folder() / "progress").expanduser()


def record(number: str, right: bool) -> None:
    """Remember that an exercise was answered; a right answer stays right."""
    tries, was_right = known(number)
    _session[number] = tries + 1, was_right or right
    # A file for each, so that two notebooks at once never write the same one.
    path = folder() / f"{number}.json"
    unfinished = path.with_name(cache.unfinished_name(path.name))
    # Without a place to write, the session still has its table; the report says so.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            unfinished.write_text(json.dumps(_session[number]), encoding="utf-8")
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)


def known(number: str) -> tuple[int, bool]:
    """Return how often an exercise was answered, and whether once right."""
    written, here = _written(number), _session.get(number, (0, False))
    return max(written[0], here[0]), written[1] or here[1]


def _written(number: str) -> tuple[int, bool]:
    """Return what the file says; a file that is missing or damaged says "never"."""
    try:
        tries, right = json.loads((folder() / f"{number}.json").read_text(encoding="utf-8"))
        return int(tries), bool(right)
    except (OSError, ValueError, TypeError, OverflowError):
        return 0, False


@dataclass(frozen=True)
class Row:
    """How one exercise stands.

    Attributes:
        number: Chapter and exercise.
        title: What it is about.
        status: As in ``Feedback``.
        tries: Number of answers that were checked.
    """

    number: str
    title: str
    status: str
    tries: int


@dataclass(frozen=True)
class Report:
    """Progress as a table: plain text in a terminal, HTML in a notebook.

    Attributes:
        rows: One per exercise.
        place: Where it is kept, in words.
    """

    rows: tuple[Row, ...]
    place: str

    @property
    def num_right(self) -> int:
        """Number of exercises that are answered right."""
        return sum(row.status == "right" for row in self.rows)

    def __repr__(self) -> str:
        lines = [
            f"{_SIGNS[row.status]} {row.number:6} {row.title}"
            f"{' ' * (44 - columns(row.title))} {_in_words(row)}"
            for row in self.rows
        ]
        return "\n".join([*lines, self._summary()])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="color: {_COLORS[row.status]}; font-weight: bold">'
            f"{_SIGNS[row.status]}</td><td>{html.escape(row.number)}</td>"
            f'<td style="text-align: left">{html.escape(row.title)}</td>'
            f'<td style="text-align: left">{_in_words(row)}</td></tr>'
            for row in self.rows
        )
        return (
            f"<table><thead><tr><th></th><th>{translate('exercise')}</th>"
            f'<th style="text-align: left">{translate("about")}</th>'
            f"<th></th></tr></thead><tbody>{rows}</tbody></table>"
            f"<p>{html.escape(self._summary())}</p>"
        )

    def _summary(self) -> str:
        return translate(
            "{right} of {number} right. {place}",
            right=self.num_right,
            number=len(self.rows),
            place=self.place,
        )


def build_report(titles: Mapping[str, str]) -> Report:
    """Return how these exercises stand.

    Args:
        titles: What each is about, by number, in the order of the table.
    """
    rows = []
    for number, title in titles.items():
        tries, right = known(number)
        status = "right" if right else "not yet right" if tries else "not answered yet"
        rows.append(Row(number, translate(title), status, tries))
    return Report(tuple(rows), _place(titles))


def _place(numbers: Iterable[str]) -> str:
    """Return where these answers are kept, in words."""
    if any(_written(number) != known(number) for number in numbers):
        return translate(
            "The folder {folder} cannot be written to, so some of this is forgotten with the "
            "session. Free some space there, or let COURSE_PROGRESS name another folder.",
            folder=folder().name,
        )
    if "COLAB_RELEASE_TAG" in os.environ and "COURSE_PROGRESS" not in os.environ:
        return translate(
            "Kept on this Colab machine until Colab takes it back. To keep it for longer, mount "
            "your Drive and let COURSE_PROGRESS name a folder in it, before you begin."
        )
    return translate(
        "Kept in the folder {folder}; the course sends nothing anywhere.", folder=folder().name
    )


def _in_words(row: Row) -> str:
    if row.tries == 0:
        return translate(row.status)
    tries = translate("1 try" if row.tries == 1 else "{number} tries", number=row.tries)
    return f"{translate(row.status)}, {tries}"

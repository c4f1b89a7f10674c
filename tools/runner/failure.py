"""What went wrong in a chapter, where, and what to do about it."""

import re
from dataclasses import asdict, dataclass

from tools.runner.cells import Place

_LONGEST_MESSAGE = 300
_ANSI_COLOURS = re.compile(r"\x1b\[[0-9;]*m")

# By the name of the exception; the first entry that a class name equals is used.
_REMEDIES = {
    "NameError": "define the name in an earlier cell, or correct its spelling; then restart the "
    "kernel and run all cells from the top",
    "ModuleNotFoundError": "install the course's requirements (see README.md) into the environment "
    "that runs the notebooks",
    "ImportError": "bring the installed packages up to the versions in constraints.txt",
    "FileNotFoundError": "check DATA and that the chapter writes what it reads; chapters must not "
    "rely on files that another one left",
    "CalledProcessError": "run the command by hand and read its output above; without network, "
    "install the requirements beforehand",
    "MemoryError": "run fewer chapters at once (--jobs 1) or with a smaller profile",
    "WrongAnswer": "the answer in this cell fails its check; correct the answer or the check",
    "KeyboardInterrupt": "the cell was interrupted; run again",
}
_USUAL_REMEDY = "open the notebook, run it from the top to this cell, and read the full traceback"
MORE_MEMORY = (
    "the machine probably ran out of memory: run fewer chapters at once (--jobs 1), use a smaller "
    "profile, or a machine with more memory"
)


@dataclass(frozen=True)
class Failure:
    """One thing that went wrong.

    Attributes:
        error: The kind of error, such as ``"NameError"``.
        message: What happened, in one or two lines.
        remedy: What to do about it.
        place: The cell that it concerns, in words; empty if it concerns the whole chapter.
    """

    error: str
    message: str
    remedy: str
    place: str = ""

    def lines(self) -> list[str]:
        """Return the failure as the runner prints it."""
        where = [f"  where:  {self.place}"] if self.place else []
        return [*where, f"  error:  {self.error}: {self.message}", f"  remedy: {self.remedy}"]

    def as_json(self) -> dict:
        """Return the failure ready for JSON."""
        return asdict(self)


def of_exception(name: str, message: str, place: Place | None) -> Failure:
    """Describe an exception that a cell raised."""
    return Failure(
        error=name,
        message=shorten(message),
        remedy=_REMEDIES.get(name, _USUAL_REMEDY),
        place=str(place or ""),
    )


def of_memory(peak_mb: int, limit_mb: int, place: str) -> Failure:
    """Describe a chapter that took more memory than it may."""
    return Failure(
        error="TooMuchMemory",
        message=f"the chapter took {peak_mb:,} MB of memory, more than the {limit_mb:,} MB allowed",
        remedy="load, decode or keep fewer pictures at once, or allow more with --memory-limit "
        "MEGABYTES (0 = no limit)",
        place=place,
    )


def shorten(message: str) -> str:
    """Return the first two lines of a message, without terminal colours."""
    lines = [line.strip() for line in _ANSI_COLOURS.sub("", message).strip().splitlines()]
    text = " ".join([line for line in lines if line][:2])
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 1] + "…"

"""Answers to the exercises: ``check("02.1", answer)`` says in one paragraph how it stands.

A right answer is praised, a wrong one gets the hint written for that mistake (never the expected
value), a missing one is "not answered yet" and the notebook runs on. ``report()`` shows what is
done so far. Nothing leaves the machine.
"""

from pathlib import Path

from course_utils.checks.core import Feedback, WrongAnswer, check, exercises
from course_utils.checks.progress import Report, build_report

__all__ = ["Feedback", "Report", "WrongAnswer", "check", "report"]


def report(chapter: str | None = None) -> Report:
    """Return the table of your progress.

    Args:
        chapter: A chapter, such as ``"02"``; None shows all of them.

    Raises:
        ValueError: If there is no such chapter.

    Used in: every chapter.
    """
    modules = Path(__file__).parent.glob("chapter_*.py")
    chapters = [chapter] if chapter else sorted(path.stem.partition("_")[2] for path in modules)
    return build_report({one.number: one.title for name in chapters for one in exercises(name)})

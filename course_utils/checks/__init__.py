"""Answers to the exercises: ``check("02.1", answer)`` says in one paragraph how it stands.

A right answer is praised, a wrong one gets the hint written for that mistake (never the expected
value), a missing one is "not answered yet" and the notebook runs on. Nothing leaves the machine.
"""

from course_utils.checks.core import Feedback, WrongAnswer, check

__all__ = ["Feedback", "WrongAnswer", "check"]

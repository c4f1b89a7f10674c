"""Judge of several numbers asked for at once, each with the mistakes that lead away from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from course_utils.checks.answers import Value, as_array


@dataclass(frozen=True)
class Parts:
    """Judge of a row of numbers that are found one after the other.

    The hint is the one for the first number that is wrong.

    Attributes:
        parts: By what it is, in the words that begin the hint, the judge of each number.
    """

    parts: Mapping[str, Value]

    @property
    def right(self) -> list[float]:
        """The right numbers, in order."""
        return [float(part.right) for part in self.parts.values()]

    def __call__(self, answer: object) -> str | None:
        """Return the hint for an answer, None where it is right."""
        malformed = Value(self.right, otherwise="")(answer)
        if malformed is None or malformed:
            return malformed
        for (name, part), number in zip(self.parts.items(), as_array(answer), strict=True):
            if hint := part(number):
                return f"{name}: {hint}"
        return None

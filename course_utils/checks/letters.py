"""Judge of several choices in a row: a letter for each case."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Letters:
    """Judge of one letter for each of several cases, in their order.

    Attributes:
        right: The right letters, lower case, by case.
        hints: What whoever chose a wrong letter should look at again, by case and letter.
    """

    right: Mapping[str, str]
    hints: Mapping[str, Mapping[str, str]]

    def __call__(self, answer: object) -> str | None:
        """Return the hint for the first wrong letter, None where all are right."""
        given = self._read(answer)
        if given is None:
            *some, last = self.right
            return (
                f"Answer with a list of {len(self.right)} letters in quotation marks, one for "
                f"each of {', '.join(some)} and {last}, in this order."
            )
        wrong = [case for case, letter in given.items() if letter != self.right[case]]
        if not wrong:
            return None
        case = wrong[0]
        number = len(given) - len(wrong)
        stand = f"{number} of {len(given)} {'is' if number == 1 else 'are'} right. "
        unknown = f'"{given[case]}" is none of the letters to choose from.'
        return f"{stand}Look at {case} again: {self.hints[case].get(given[case], unknown)}"

    def _read(self, answer: object) -> dict[str, str] | None:
        """Return the letters by case, from whatever holds as many as there are cases."""
        if isinstance(answer, Mapping):
            answer = {str(case).strip().upper(): letter for case, letter in answer.items()}
            if set(answer) != set(self.right):
                return None
            answer = [answer[case] for case in self.right]
        if isinstance(answer, str):
            answer = [sign for sign in answer if sign.isalpha()]
        try:
            letters = [str(letter).strip().strip(".()").lower() for letter in answer]
        except TypeError:  # nothing that can be gone through
            return None
        if len(letters) != len(self.right) or any(len(letter) != 1 for letter in letters):
            return None
        return dict(zip(self.right, letters, strict=True))

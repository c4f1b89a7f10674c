"""The exercises of chapter 05, augmentation."""

from collections.abc import Callable

from course_utils.checks.core import NOT_A_FUNCTION, Exercise, call

_CHANGES = ("mirror", "half turn", "turn by 10 degrees", "slightly darker")
# By kind of pictures, the changes after which at least one label is no longer true.
_LIES: dict[str, set[str]] = {
    "cats or dogs": set(),
    "digits": {"mirror", "half turn"},
    "left or right hands": {"mirror"},
    "cells, healthy or sick": set(),
    "clocks, read to the minute": {"mirror", "half turn", "turn by 10 degrees"},
}
_CASES = [(pictures, change) for pictures in _LIES for change in _CHANGES]


def _keeps_label(pictures: str, change: str) -> bool:
    return change not in _LIES[pictures]


# Each is a whole wrong rule, followed by the hint for somebody who wrote just that.
_MISTAKES: list[tuple[Callable[[str, str], bool], str]] = [
    (
        lambda pictures, change: True,
        "Your function finds every change harmless. Then a 6 on its head would still be a 6, and "
        "a left hand in the mirror still a left one.",
    ),
    (
        lambda pictures, change: False,
        "Your function trusts no change at all. Is a photo of a cat no longer one of a cat when a "
        "cloud passes before the sun?",
    ),
    (
        lambda pictures, change: not _keeps_label(pictures, change),
        "Everything is upside down: your function says True where the label lies. Read the "
        "question again: it asks where the label is kept.",
    ),
    (
        lambda pictures, change: (
            _keeps_label(pictures, change) and (pictures, change) != ("cats or dogs", "half turn")
        ),
        "One case is left. You may never meet an upside-down pet, but that is the other question. "
        "This one is: what would you call it?",
    ),
    (
        lambda pictures, change: change == "mirror" or _keeps_label(pictures, change),
        "Your function lets every mirror pass. Hold your left hand, a 6 and a clock in front of "
        "one.",
    ),
    (
        lambda pictures, change: change == "half turn" or _keeps_label(pictures, change),
        "Your function lets every half turn pass. Section 2 turned a digit that far.",
    ),
    (
        lambda pictures, change: change != "mirror" and _keeps_label(pictures, change),
        "Your function rejects every mirror. For which of the sets could you not even say whether "
        "a picture has been mirrored?",
    ),
]

# What to think about, by the first case that is wrong.
_HINTS = {
    "cats or dogs": "What would you call the animal in the changed picture?",
    "digits": "Go through all ten digits; one that becomes another digit, or none, is enough.",
    "left or right hands": "Do it with your own hand: turn it, then look at it in a mirror.",
    "cells, healthy or sick": "Does a picture through a microscope have an up and a left?",
    "clocks, read to the minute": "Where do the hands point afterwards, and what time is that?",
}


def _judge_keeps_label(answer: object) -> str | None:
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for pictures, change in _CASES:
        result = call(answer, pictures, change)
        if str(result) not in ("True", "False"):
            return (
                f"For ({pictures!r}, {change!r}) your function returns {_shortened(result)}. "
                "Return True or False."
            )
        results.append(str(result) == "True")
    if results == [_keeps_label(*case) for case in _CASES]:
        return None
    for mistake, hint in _MISTAKES:
        if results == [mistake(*case) for case in _CASES]:
            return hint
    pictures, change = next(
        case for case, result in zip(_CASES, results, strict=True) if result != _keeps_label(*case)
    )
    return f"Think again about {pictures!r} and {change!r}. {_HINTS[pictures]}"


def _shortened(result: object) -> str:
    text = repr(result)
    return text if len(text) <= 40 else f"{text[:40]}…"


EXERCISES = [
    Exercise(
        number="05.1",
        praise=(
            "You looked at the pictures before choosing. No library can do that for you, and it "
            "is the only part of augmentation that needs a human."
        ),
        judge=_judge_keeps_label,
    ),
]

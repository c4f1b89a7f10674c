"""Judge of the exercise that finds what a training and a validation set have in common."""

from collections.abc import Callable

from course_utils.checks.core import NOT_A_FUNCTION, Failed, call
from course_utils.language import translate


def _picture(name: str, content: str, group: str | None) -> dict[str, str | None]:
    return {"name": name, "content": content, "group": group}


# Equal names in two folders, one content under two names, a group on both sides, groups that
# nobody knows, a picture that is there twice within the validation set only.
_TRAIN = [
    _picture("a/01.png", "c1", "anemone"),
    _picture("a/02.png", "c2", "anemone"),
    _picture("a/03.png", "c3", "buttercup"),
    _picture("b/07.png", "c4", None),
    _picture("b/08.png", "c5", None),
]
_VALIDATION = [
    _picture("v/01.png", "c9", "clover"),
    _picture("v/02.png", "c8", "buttercup"),
    _picture("v/03.png", "c4", None),
    _picture("v/04.png", "c7", None),
    _picture("v/05.png", "c7", None),
    _picture("v/06.png", "c1", "anemone"),
    _picture("v/07.png", "c5", "daisy"),
    _picture("v/08.png", "c6", "anemone"),
    _picture("a/01.png", "c0", "daisy"),
]
_CLEAN = [_picture("w/01.png", "c9", "clover"), _picture("w/02.png", "c7", None)]
_LEAK_CASES = [(_TRAIN, _VALIDATION), (_VALIDATION, _TRAIN), (_TRAIN, _CLEAN), (_TRAIN, [])]


def _same(key: str, one: dict, other: dict) -> bool:
    return one[key] == other[key]


def _known(one: dict, other: dict) -> bool:
    return one["group"] is not None and _same("group", one, other)


def _leaking(related: Callable[[dict, dict], bool]) -> Callable[[list, list], set[str]]:
    return lambda train, validation: {
        one["name"] for one in validation if any(related(one, other) for other in train)
    }


_leaked = _leaking(lambda one, other: _same("content", one, other) or _known(one, other))
_LEAK_MISTAKES: list[tuple[Callable[[list, list], set[str]], str]] = [
    (
        _leaking(lambda one, other: _same("content", one, other) or _same("group", one, other)),
        "Two pictures whose group nobody knows are taken for relatives. None means that nothing "
        "is known; it is no group that one could share.",
    ),
    (
        _leaking(lambda one, other: _same("content", one, other)),
        "You find every picture that is there twice. But frames of one film are seldom equal to "
        "the last byte; what do they have in common?",
    ),
    (
        _leaking(_known),
        "You find every group that is on both sides. Now the other leak: one and the same "
        "picture, with no group known or saved under another group.",
    ),
    (
        _leaking(lambda one, other: _same("group", one, other)),
        "You compare groups only, and take two unknown ones for the same. Look at the contents, "
        "too, and at what None says.",
    ),
    (
        _leaking(lambda one, other: _same("content", one, other) and _known(one, other)),
        "You ask for both at once, the same content and the same group. One of the two is enough.",
    ),
    (
        _leaking(lambda one, other: _same("name", one, other)),
        "You compare names. Two cameras both call their first picture 01, and whoever copies a "
        "picture may rename it: a name proves nothing.",
    ),
    (
        _leaking(
            lambda one, other: (
                _same("content", one, other) or _known(one, other) or _same("name", one, other)
            )
        ),
        "You also count pictures that only have their name in common. Two cameras both call "
        "their first picture 01.",
    ),
    (
        lambda train, validation: _leaked(validation, train),
        "You return the names of the training pictures. The score is computed on the others: "
        "which of those give it away?",
    ),
    (
        lambda train, validation: {one["name"] for one in validation} - _leaked(train, validation),
        "These are the pictures that are in order. The question asks for the others.",
    ),
]


_TWICE = (
    "Your function finds the right pictures, but names some of them more than once, for each of "
    "their relatives in the training set. A picture leaks or it does not: name it once."
)


def judge(answer: object) -> str | None:
    """Return the hint for a function that names the leaking pictures, None where it is right.

    Used in: 04.
    """
    if not callable(answer):
        return NOT_A_FUNCTION
    results, twice = [], False
    for train, validation in _LEAK_CASES:
        try:
            result = call(answer, [*map(dict, train)], [*map(dict, validation)])
            names = _names(result)
            twice = twice or (names is not None and len(names) < len(list(result)))
        except Failed as failure:
            sizes = _sizes(train, validation)
            if failure.returned_nothing:
                return translate(
                    "With {sizes} your function returns nothing. Return a list, empty or not.",
                    sizes=sizes,
                )
            if failure.stopped_with:
                return translate(
                    "With {sizes} your function stopped with {reason}.",
                    sizes=sizes,
                    reason=failure.stopped_with,
                )
            return str(failure)
        if names is None:
            return (
                'Your function does not return a list of names, such as ["1.png", "2.png"], which '
                "is empty where nothing leaks."
            )
        results.append(names)
    if all(names == _leaked(*case) for names, case in zip(results, _LEAK_CASES, strict=True)):
        return _TWICE if twice else None
    for mistake, hint in _LEAK_MISTAKES:
        if all(names == mistake(*case) for names, case in zip(results, _LEAK_CASES, strict=True)):
            return hint
    case, names = next(
        (case, names)
        for case, names in zip(_LEAK_CASES, results, strict=True)
        if names != _leaked(*case)
    )
    name = sorted(names ^ _leaked(*case))[0]
    return translate(
        "With {sizes}, your answer about {name!r} is not right. Compare it with every training "
        "picture, one by one: is its content there, is its group there, if it has one?",
        sizes=_sizes(*case),
        name=name,
    )


def _sizes(train: list, validation: list) -> str:
    return translate(
        "{training} training and {validation} validation pictures",
        training=len(train),
        validation=len(validation),
    )


def _names(result: object) -> set[str] | None:
    """Return the names in a list, set, tuple or array; None if it holds anything else."""
    if isinstance(result, str | bytes | dict) or not hasattr(result, "__iter__"):
        return None
    names = list(result)
    return {str(name) for name in names} if all(isinstance(name, str) for name in names) else None

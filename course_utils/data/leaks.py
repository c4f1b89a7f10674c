"""Finds pictures that are there twice: in two subsets, or under two labels.

What was learnt by heart must not be asked, and of two labels one is wrong.
"""

from collections.abc import Mapping, Sequence

from course_utils.data.pictures import PictureSet, printable
from course_utils.language import translate

#: Places in a picture set by the name of the subset.
Members = Mapping[str, Sequence[int]]


def without_duplicates(
    pictures: PictureSet, members: Members, duplicates: str
) -> tuple[dict[str, list[int]], list[str]]:
    """Return the members whose content is in no later subset, and the names of the others.

    Args:
        pictures: All pictures.
        members: The subsets from the one that learns to the one that judges. A picture that is in
            two of them, equal byte by byte, stays in the later one.
        duplicates: ``"error"`` or ``"drop"``.

    Raises:
        ValueError: If there are others and they are not to be dropped.

    Used in: 04, 05.
    """
    if duplicates not in ("error", "drop"):
        raise ValueError(f"duplicates must be 'error' or 'drop', got {duplicates!r}")
    later, kept, dropped, pairs = {}, {}, [], []
    for subset in reversed(members):
        kept[subset] = []
        for index in members[subset]:
            twin = later.get(pictures.digests[index])
            if twin is None:
                kept[subset].append(index)
            else:
                dropped.append(pictures.names[index])
                pairs.append(f"{_place(pictures.names[index], subset)} = {twin}")
        for index in kept[subset]:
            later[pictures.digests[index]] = _place(pictures.names[index], subset)
    if pairs and duplicates == "error":
        message = (
            "1 picture is in two subsets with the same content: {pairs}. "
            'Pass duplicates="drop" to leave out the first of each pair'
            if len(pairs) == 1
            else "{number:,} pictures are in two subsets with the same content: {pairs}. "
            'Pass duplicates="drop" to leave out the first of each pair'
        )
        raise ValueError(translate(message, number=len(pairs), pairs=printable(pairs)))
    if pairs:
        print(
            translate(
                "{number:,} pictures left out, equal to one elsewhere: {pairs}",
                number=len(pairs),
                pairs=printable(pairs),
            )
        )
    return {subset: kept[subset] for subset in members}, dropped


def _place(picture: str, subset: str) -> str:
    return translate("{picture} in {subset}", picture=picture, subset=subset)


def warn_of_two_labels(pictures: PictureSet, members: Members) -> None:
    """Print a warning that names pictures of one content that have different labels.

    Across subsets that is an error or dropped; within one, nobody but you can say which is right.

    Used in: 04, 05.
    """
    for subset, indices in members.items():
        first, pairs = {}, []
        for index in indices:
            other = first.setdefault(pictures.digests[index], index)
            if pictures.labels[other] != pictures.labels[index]:
                pairs.append(f"{pictures.names[other]} = {pictures.names[index]}")
        if pairs:
            one = len(pairs) == 1
            warning = (
                "Warning: 1 picture is in {subset} under two labels: {pairs}"
                if one
                else "Warning: {number:,} pictures are in {subset} under two labels: {pairs}"
            )
            print(translate(warning, number=len(pairs), subset=subset, pairs=printable(pairs)))

"""Ways to share pictures among training, validation and test so that nothing leaks.

Every function returns a :class:`~course_utils.data.manifest.Split`. The subsets never share a
picture, neither by name nor by content; what was random comes from a seed, and neither the order
of the files nor the operating system changes the result.
"""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from course_utils.data import arguments, leaks, shares
from course_utils.data.manifest import Split, Subset
from course_utils.data.pictures import (
    PictureSet,
    class_in_name,
    load_folder,
    natural_order,
    printable,
)
from course_utils.language import translate


def split_by_index(
    pictures: PictureSet,
    train: range = range(0, 1000),
    validation: range = range(1000, 1500),
    test: range | None = range(1500, 2500),
    duplicates: str = "error",
) -> Split:
    """Split each class by the number in the file name, such as 17 in ``cat.17.jpg``.

    Args:
        pictures: The pictures; of a name with several numbers the last one counts.
        train: Numbers for training.
        validation: Numbers for validation.
        test: Numbers for the test; None for no test.
        duplicates: What to do about one picture in two subsets: ``"error"``, or ``"drop"`` the one
            nearer to training.

    Returns:
        The manifest. A picture that was skipped because it is damaged is in ``dropped``.

    Raises:
        ValueError: If ranges are empty, overlap or name pictures that are not there, if a number
            is missing from a name or there twice, or for duplicates.

    Used in: 04.
    """
    _check_pictures(pictures)
    ranges = {"train": train, "validation": validation, "test": test}
    ranges = {name: numbers for name, numbers in ranges.items() if numbers is not None}
    _check_ranges(ranges)
    places, damaged = _numbered(pictures), _numbered_damaged(pictures)
    members, dropped = {name: [] for name in ranges}, []
    for label, class_name in enumerate(pictures.class_names):
        for subset, numbers in ranges.items():
            for number in numbers:
                if (label, number) in places:
                    members[subset].append(places[label, number])
                elif (label, number) in damaged:
                    dropped.append(damaged[label, number])
                else:
                    there = [place[1] for place in places if place[0] == label]
                    has = "no picture that can be read"
                    if there:
                        numbers_there = f"numbers from {min(there)} to {max(there)}"
                        has = f"{numbers_there} ({len(there):,} pictures)"
                    raise ValueError(
                        f"{subset}={numbers} asks for number {number} of class {class_name!r}, "
                        f"which has {has}"
                    )
    if dropped:
        print(
            translate(
                "{number:,} pictures left out, they were skipped: {names}",
                number=len(dropped),
                names=printable(dropped),
            )
        )
    return _split(pictures, "index", None, members, duplicates, dropped)


def are_numbered(pictures: PictureSet, per_class: int) -> bool:
    """Return whether the names number the pictures of each class from 0 on, as Kaggle's do.

    If so, :func:`split_by_index` can take the numbers below ``per_class``. Photos of your own are
    seldom numbered so; a skipped picture leaves no gap.

    Used in: 04.
    """
    _check_pictures(pictures)
    per_class = arguments.whole_number("per_class", per_class, least=1)
    try:
        known = _numbered(pictures).keys() | _numbered_damaged(pictures).keys()
    except ValueError:
        return False
    labels = range(len(pictures.class_names))
    return all((label, number) in known for label in labels for number in range(per_class))


def split_by_fraction(
    pictures: PictureSet,
    validation: float = 0.2,
    test: float | None = 0.2,
    seed: int = 0,
    duplicates: str = "error",
) -> Split:
    """Split each class at random; every subset has the same mix of classes.

    Not for pictures that belong together, such as frames of a film: see :func:`split_by_group`.

    Args:
        pictures: The pictures.
        validation: Share of each class for validation, between 0 and 1.
        test: Share of each class for the test; None for no test. Training gets the rest.
        seed: Another seed (0 or more) gives another split.
        duplicates: As in :func:`split_by_index`.

    Raises:
        ValueError: If the fractions leave nothing for a subset, for a bad seed, or duplicates.

    Used in: 04, 05, 07, A1.
    """
    _check_pictures(pictures)
    fractions = shares.of_subsets(validation, test)
    seed = arguments.seed(seed)
    members = {name: [] for name in fractions}
    for label, class_name in enumerate(pictures.class_names):
        of_class = _in_order(
            pictures, [index for index, of in enumerate(pictures.labels) if of == label]
        )
        counts = shares.counts(len(of_class), fractions)
        if min(counts.values()) < 1:
            raise ValueError(
                f"class {class_name!r} has {len(of_class)} pictures; "
                f"{shares.as_text(fractions)} need {shares.fewest(fractions)} or more"
            )
        shuffled = iter(np.random.default_rng([seed, label]).permutation(of_class).tolist())
        for name, count in counts.items():
            members[name] += [next(shuffled) for _ in range(count)]
    return _split(pictures, "fraction", seed, members, duplicates, tuple(pictures.skipped))


def split_by_count(
    pictures: PictureSet, train: int, validation: int, test: int, duplicates: str = "error"
) -> Split:
    """Split each class by numbers of pictures, as chapter 04 does step by step.

    Where the names number the pictures of each class from 0, by :func:`split_by_index`: the first
    ones for training, the last ones for the test. Otherwise, as mostly in a folder of your own, by
    :func:`split_by_fraction`; a printed line says so. Where a class has fewer pictures than wanted,
    each subset gets its share of as many as that class has.

    Args:
        pictures: The pictures.
        train: Pictures of each class for training, 1 or more.
        validation: Those for validation.
        test: Those for the test.
        duplicates: As in :func:`split_by_index`.

    Raises:
        ValueError: If a class has too few pictures for three subsets, for numbers that are none
            from 1 on, or duplicates.

    Used in: 05, 06, 07, 08.
    """
    _check_pictures(pictures)
    sizes = {"train": train, "validation": validation, "test": test}
    train, validation, test = (
        arguments.whole_number(name, size, least=1) for name, size in sizes.items()
    )
    wanted = train + validation + test
    counts = pictures.count()
    rarest = min(counts, key=counts.get)
    found = min(wanted, counts[rarest])
    train, validation = train * found // wanted, validation * found // wanted
    if min(train, validation) < 1:
        raise ValueError(
            f"class {rarest!r} has {found} pictures; train={sizes['train']}, "
            f"validation={sizes['validation']}, test={sizes['test']} need "
            f"{-(-wanted // min(sizes['train'], sizes['validation']))} or more. Add pictures, or "
            'set DATA = "sample" for drawn ones'
        )
    first_test = train + validation
    if are_numbered(pictures, found):
        parts = range(train), range(train, first_test), range(first_test, found)
        return split_by_index(pictures, *parts, duplicates=duplicates)
    print(
        translate(
            "These names do not number the pictures of each class from 0: split at random instead."
        )
    )
    fractions = validation / found, (found - first_test) / found
    return split_by_fraction(pictures.first(found), *fractions, duplicates=duplicates)


def split_by_group(
    pictures: PictureSet,
    validation: float = 0.2,
    test: float | None = 0.2,
    seed: int = 0,
    duplicates: str = "error",
    group_of: Callable[[str], str] | None = None,
) -> Split:
    """Split at random so that pictures of one group, such as one filmed hand, stay together.

    Args:
        pictures: The pictures.
        validation: Share for validation, between 0 and 1. Groups are not cut, so that the shares
            of each class are met as nearly as the groups allow; of more than nine groups with
            classes in common, nearly so.
        test: Share for the test; None for no test.
        seed: Where several splits are equally near, another seed (0 or more) gives another one.
        duplicates: As in :func:`split_by_index`.
        group_of: Says for a name which group the picture is of; by default ``pictures.groups``.

    Raises:
        ValueError: If there are no groups or too few of them, for fractions that leave nothing for
            a subset, a bad seed, or duplicates.

    Used in: 04, 05.
    """
    _check_pictures(pictures)
    fractions = shares.of_subsets(validation, test)
    seed = arguments.seed(seed)
    if group_of is not None and not callable(group_of):
        raise ValueError(f"group_of must be a function or None, got {group_of!r}")
    groups = pictures.groups if group_of is None else tuple(map(group_of, pictures.names))
    if groups is None or None in groups:
        raise ValueError(
            "it is not known which pictures belong together; pass "
            "group_of=a function that says it for a name, or use split_by_fraction"
        )
    sizes = {group: np.zeros(len(pictures.class_names)) for group in sorted(set(groups))}
    for group, label in zip(groups, pictures.labels, strict=True):
        sizes[group][label] += 1
    for label, class_name in enumerate(pictures.class_names):
        num_groups = sum(size[label] > 0 for size in sizes.values())
        if num_groups < len(fractions):
            raise ValueError(
                f"class {class_name!r} comes from {num_groups} groups; "
                f"{len(fractions)} subsets need {len(fractions)} groups or more"
            )
    chosen = shares.assign(sizes, fractions, seed)
    members = {
        name: [index for index, group in enumerate(groups) if chosen[group] == name]
        for name in fractions
    }
    return _split(pictures, "group", seed, members, duplicates, tuple(pictures.skipped))


def split_by_folder(
    train: PictureSet | str | os.PathLike,
    validation: PictureSet | str | os.PathLike,
    test: PictureSet | str | os.PathLike | None = None,
    duplicates: str = "error",
) -> Split:
    """Take subsets that are given apart, each a folder or a picture set.

    Raises:
        ValueError: If the classes of the subsets differ, a picture is in two of them, for
            duplicates, or for something that is neither a path nor a picture set.
        FileNotFoundError: If a folder does not exist.

    Used in: 05.
    """
    given = {"train": train, "validation": validation, "test": test}
    sets = {
        name: source
        if isinstance(source, PictureSet)
        else load_folder(arguments.path(name, source))
        for name, source in given.items()
        if name != "test" or source is not None
    }
    class_names = sets["train"].class_names
    folder = Path(os.path.commonpath([part.folder.absolute() for part in sets.values()]))
    names, labels, digests, skipped, members = [], [], [], {}, {}
    for name, part in sets.items():
        if part.class_names != class_names:
            raise ValueError(
                f"train has the classes {printable(class_names)}, "
                f"{name} has {printable(part.class_names)}"
            )
        below = part.folder.absolute().relative_to(folder)
        members[name] = range(len(names), len(names) + len(part))
        names += [(below / picture).as_posix() for picture in part.names]
        labels, digests = [*labels, *part.labels], [*digests, *part.digests]
        skipped |= {(below / file).as_posix(): reason for file, reason in part.skipped.items()}
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise ValueError(f"{len(twice):,} pictures are in two subsets: {printable(twice)}")
    whole = PictureSet(
        folder, tuple(names), tuple(labels), class_names, tuple(digests), skipped=skipped
    )
    return _split(whole, "folder", None, members, duplicates, tuple(skipped))


def _check_pictures(pictures: PictureSet) -> None:
    """Raise a ValueError unless this is one picture set; of some names ``load`` returns two."""
    arguments.instance("pictures", pictures, PictureSet, "data.load or data.load_folder")


def _split(
    pictures: PictureSet,
    kind: str,
    seed: int | None,
    members: leaks.Members,
    duplicates: str,
    dropped: Sequence[str] = (),
) -> Split:
    """Return the manifest of these members, without duplicates across subsets."""
    members, equal = leaks.without_duplicates(pictures, members, duplicates)
    leaks.warn_of_two_labels(pictures, members)
    for subset, indices in members.items():
        left = {pictures.labels[index] for index in indices}
        for label, class_name in enumerate(pictures.class_names):
            if label not in left:
                raise ValueError(
                    f"{subset} has no picture of class {class_name!r}; it takes more pictures, or "
                    "more groups, to fill all subsets"
                )
    return Split(
        kind=kind,
        folder=pictures.folder,
        class_names=pictures.class_names,
        seed=seed,
        dropped=(*dropped, *equal),
        **{name: _subset(pictures, indices) for name, indices in members.items()},
    )


def _subset(pictures: PictureSet, indices: Sequence[int]) -> Subset:
    """Return a subset in which the classes take turns, so that its first pictures show them all."""
    seen, turns = Counter(), []
    for index in _in_order(pictures, indices):
        label = pictures.labels[index]
        turns.append((seen[label], label, index))
        seen[label] += 1
    order = [index for _, _, index in sorted(turns)]
    return Subset(
        names=tuple(pictures.names[index] for index in order),
        labels=tuple(pictures.labels[index] for index in order),
        digests=tuple(pictures.digests[index] for index in order),
    )


def _in_order(pictures: PictureSet, indices: Iterable[int]) -> list[int]:
    """Return the places sorted by name, so that the order of a set does not matter."""
    return sorted(indices, key=lambda index: natural_order(pictures.names[index]))


def _number(name: str) -> int | None:
    """Return the last number in a file's name, without its folders and ending."""
    numbers = re.findall(r"[0-9]+", PurePosixPath(name).stem)
    return int(numbers[-1]) if numbers else None


def _numbered(pictures: PictureSet) -> dict[tuple[int, int], int]:
    """Return the place of each picture by its label and its number."""
    places = defaultdict(list)
    for index, (label, name) in enumerate(zip(pictures.labels, pictures.names, strict=True)):
        if _number(name) is None:
            raise ValueError(f"there is no number in {name!r}; use split_by_fraction")
        places[label, _number(name)].append(index)
    for (label, number), indices in places.items():
        if len(indices) > 1:
            twice = printable([pictures.names[index] for index in indices])
            raise ValueError(
                f"class {pictures.class_names[label]!r} has {len(indices)} pictures with the "
                f"number {number}: {twice}; use split_by_fraction or split_by_group"
            )
    return {key: indices[0] for key, indices in places.items()}


def _numbered_damaged(pictures: PictureSet) -> dict[tuple[int, int | None], str]:
    """Return the name of each skipped file by its label and its number, if it has both."""
    labels = {class_name: label for label, class_name in enumerate(pictures.class_names)}
    return {
        (labels[class_in_name(name)], _number(name)): name
        for name in pictures.skipped
        if class_in_name(name) in labels
    }


def _check_ranges(ranges: Mapping[str, range]) -> None:
    """Raise a ValueError unless these are ranges with numbers that do not overlap."""
    owner = {}
    for name, numbers in ranges.items():
        if not isinstance(numbers, range) or len(numbers) == 0:
            raise ValueError(f"{name} must be a range such as range(0, 1000), got {numbers!r}")
        for number in numbers:
            if number in owner:
                raise ValueError(
                    f"{owner[number]}={ranges[owner[number]]} and {name}={numbers} overlap: "
                    f"both have number {number}"
                )
            owner[number] = name

"""Splits: disjoint, stratified, repeatable, without duplicates; manifests and their copies."""

import hashlib
import itertools
import json
import random
import re
import signal
import subprocess
import sys
import textwrap
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import data, language
from course_utils.data import copies, shares

pytestmark = pytest.mark.unit

quick = settings(max_examples=60, deadline=None)


def picture_set(names, groups=None, digests=None, folder=Path("photos")):
    """A set without files; the class is the first part of the name."""
    class_names = tuple(sorted({name.split("/")[0] for name in names}))
    return data.PictureSet(
        folder,
        tuple(names),
        tuple(class_names.index(name.split("/")[0]) for name in names),
        class_names,
        tuple(digests or (hashlib.sha256(name.encode()).hexdigest() for name in names)),
        groups,
    )


def numbered(per_class=20, classes=("cat", "dog")):
    return picture_set([f"{kind}/{k}.jpg" for kind in classes for k in range(per_class)])


def names_in(split):
    return {name: set(subset.names) for name, subset in split.subsets.items()}


def counts_in(split):
    """Number of pictures by subset and label."""
    return {name: Counter(subset.labels) for name, subset in split.subsets.items()}


def check_disjoint(split, pictures, whole=True):
    subsets = split.subsets.values()
    names = [name for subset in subsets for name in subset.names]
    assert len(names) == len(set(names))
    rows = zip(pictures.names, pictures.labels, pictures.digests, strict=True)
    known = {name: (label, digest) for name, label, digest in rows}
    for subset in subsets:
        for name, label, digest in zip(subset.names, subset.labels, subset.digests, strict=True):
            assert known[name] == (label, digest)
    if whole:
        assert set(names) == set(pictures.names)


# --- by index ----------------------------------------------------------------------------------


def test_the_lectures_index_split():
    split = data.split_by_index(numbered(2_500))
    assert counts_in(split) == {
        "train": {0: 1_000, 1: 1_000},
        "validation": {0: 500, 1: 500},
        "test": {0: 1_000, 1: 1_000},
    }
    assert {"cat/0.jpg", "dog/999.jpg"} < names_in(split)["train"]
    assert {"cat/1000.jpg", "dog/1499.jpg"} < names_in(split)["validation"]
    assert {"cat/1500.jpg", "dog/2499.jpg"} < names_in(split)["test"]
    other = data.split_by_index(numbered(2_500), test=range(1500, 2000))
    assert len(other.test) == 1_000
    check_disjoint(split, numbered(2_500))


@quick
@given(st.lists(st.integers(1, 8), min_size=3, max_size=3), st.integers(1, 4), st.randoms())
def test_index_splits_are_exact(sizes, num_classes, chance):
    names = [f"{kind}/x{k}.jpg" for kind in "abcd"[:num_classes] for k in range(sum(sizes))]
    chance.shuffle(names)
    train, validation, test = (range(sum(sizes[:k]), sum(sizes[: k + 1])) for k in range(3))
    pictures = picture_set(names)
    split = data.split_by_index(pictures, train, validation, test)
    check_disjoint(split, pictures)
    for counts, size in zip(counts_in(split).values(), sizes, strict=True):
        assert counts == dict.fromkeys(range(num_classes), size)
    chance.shuffle(names)
    assert data.split_by_index(picture_set(names), train, validation, test) == split


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ((range(0, 5), range(4, 8), range(8, 10)), r"train=range\(0, 5\).*overlap.*number 4"),
        ((range(0, 5), range(5, 8), range(7, 9)), r"validation=.*test=.*number 7"),
        ((range(0, 5), range(5, 8), range(8, 21)), r"test=.*number 20 of class 'cat'.*0 to 19"),
        ((range(-1, 5), range(5, 8), None), r"train=.*number -1"),
        ((range(5, 5), range(5, 8), None), r"train must be a range"),
        (((0, 5), range(5, 8), None), r"train must be a range.*got \(0, 5\)"),
    ],
)
def test_bad_ranges(ranges, message):
    with pytest.raises(ValueError, match=message):
        data.split_by_index(numbered(), *ranges)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a/1.jpg", "a/one.jpg", "b/1.jpg"], "no number in 'a/one.jpg'"),
        (["a/x1-0.jpg", "a/x2-0.jpg", "b/0.jpg"], "'a' has 2 pictures with the number 0: a/x1-0"),
    ],
)
def test_names_without_one_number(names, message):
    with pytest.raises(ValueError, match=message):
        data.split_by_index(picture_set(names), range(0, 1), range(1, 2), None)


def test_a_class_without_pictures_is_named():
    pictures = numbered()
    only_dogs = pictures.select(set(range(20, 40)))
    assert only_dogs.class_names == ("cat", "dog")
    with pytest.raises(ValueError, match="of class 'cat', which has no picture that can be read"):
        data.split_by_index(only_dogs, range(10), range(10, 15), None)


def test_a_damaged_picture_of_the_range_is_left_out_and_named(capsys):
    pictures = numbered()
    whole = data.split_by_index(pictures, range(10), range(10, 15), None)
    lost = pictures.names.index("cat/3.jpg")
    pictures = replace(
        pictures.select(set(range(40)) - {lost}), skipped={"cat/3.jpg": "the file is empty"}
    )
    split = data.split_by_index(pictures, range(10), range(10, 15), None)
    assert split.dropped == ("cat/3.jpg",)
    assert "cat/3.jpg" in capsys.readouterr().out
    assert names_in(whole)["train"] - names_in(split)["train"] == {"cat/3.jpg"}
    other = replace(pictures, skipped={"dog/3.jpg": "the file is empty"})
    with pytest.raises(ValueError, match="number 3 of class 'cat'"):
        data.split_by_index(other, range(10), range(10, 15), None)


def test_whether_pictures_are_numbered_from_0_on():
    assert data.are_numbered(numbered(20), 20) and data.are_numbered(numbered(20), np.int64(3))
    assert not data.are_numbered(numbered(20), 21)
    for names in (
        ["a/1.jpg", "a/2.jpg", "b/0.jpg", "b/1.jpg"],
        ["a/0.jpg", "a/holiday.jpg", "b/0.jpg"],
        ["a/x0.jpg", "a/y0.jpg", "b/0.jpg"],
    ):
        assert not data.are_numbered(picture_set(names), 1)
    gap = numbered(4).select([0, 2, 3, 4, 5, 6, 7])
    assert not data.are_numbered(gap, 4)
    damaged = replace(gap, skipped={"cat/1.jpg": "the file is empty", "notes.txt": "beside"})
    assert data.are_numbered(damaged, 4)
    with pytest.raises(ValueError, match="per_class must be 1 or more, got 0"):
        data.are_numbered(gap, 0)


@pytest.mark.parametrize("by", [data.split_by_fraction, data.split_by_group])
def test_skipped_pictures_are_in_the_manifest(by):
    pictures = numbered()
    pictures = replace(pictures, groups=pictures.names, skipped={"cat/x.jpg": "empty"})
    assert by(pictures).dropped == ("cat/x.jpg",)


# --- by fraction -------------------------------------------------------------------------------

fractions = st.floats(0.05, 0.6)
names_of_classes = st.lists(st.integers(25, 60), min_size=1, max_size=4).map(
    lambda sizes: [f"{'abcd'[k]}/{i}.jpg" for k, size in enumerate(sizes) for i in range(size)]
)


@quick
@given(names_of_classes, fractions, st.none() | st.floats(0.05, 0.3), st.integers(0, 2**32))
def test_fractions_are_met_within_one_picture(names, validation, test, seed):
    pictures = picture_set(names)
    split = data.split_by_fraction(pictures, validation, test, seed)
    check_disjoint(split, pictures)
    wanted = {"train": 1 - validation - (test or 0), "validation": validation, "test": test}
    for name, counts in counts_in(split).items():
        for label, size in Counter(pictures.labels).items():
            # Shares are floats: 0.9 of 50 may be a little less than 45.
            assert abs(counts[label] - wanted[name] * size) <= 1 + 1e-9
    assert (split.test is None) == (test is None)
    assert split.kind == "fraction" and split.seed == seed


@quick
@given(names_of_classes, st.randoms())
def test_the_order_of_the_files_does_not_matter(names, chance):
    shuffled = names[:]
    chance.shuffle(shuffled)
    pictures = [picture_set(listed) for listed in (names, shuffled)]
    assert data.split_by_fraction(pictures[0]) == data.split_by_fraction(pictures[1])


def test_a_folder_listed_in_another_order_is_split_the_same(tmp_path, monkeypatch):
    folder = real_folder(tmp_path, per_class=12)
    first = data.split_by_fraction(data.load_folder(folder))
    listing = Path.iterdir
    for seed in range(3):
        monkeypatch.setattr(
            Path,
            "iterdir",
            lambda self, seed=seed: random.Random(seed).sample(all := [*listing(self)], len(all)),
        )
        assert data.split_by_fraction(data.load_folder(folder)) == first


def test_another_seed_is_another_split():
    splits = [data.split_by_fraction(numbered(), seed=seed) for seed in (0, 0, 1)]
    assert splits[0] == splits[1]
    assert names_in(splits[0]) != names_in(splits[2])
    chosen = [
        {name.split("/")[1] for name in splits[0].test.names if kind in name}
        for kind in ("cat", "dog")
    ]
    assert chosen[0] != chosen[1], "each class is shuffled by itself"


def test_the_lectures_rock_paper_scissors_sizes():
    split = data.split_by_fraction(numbered(840, ("paper", "rock", "scissors")), 0.2, None)
    assert {name: len(subset) for name, subset in split.subsets.items()} == {
        "train": 2_016,
        "validation": 504,
    }


@pytest.mark.parametrize("by", [data.split_by_fraction, data.split_by_group])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"validation": 0.5, "test": 0.5}, "validation=0.5, test=0.5 add up to 1: nothing is left"),
        ({"validation": 0.8, "test": 0.4}, "add up to 1.2"),
        ({"validation": 0}, "validation must lie between 0 and 1, got 0$"),
        ({"validation": -0.1}, "validation must lie between 0 and 1, got -0.1"),
        ({"validation": 1.0}, "validation must lie between 0 and 1, got 1.0"),
        ({"validation": 20}, "validation must lie between 0 and 1, got 20"),
        ({"validation": float("nan")}, "got nan"),
        ({"test": 0}, "test must lie .* got 0; test=None for no test"),
        ({"validation": "0.2"}, "validation must be a number between 0 and 1, got '0.2'"),
        ({"validation": None}, "validation must be a number between 0 and 1, got None"),
        ({"test": [0.2]}, r"test must be a number between 0 and 1, got \[0.2\]"),
        ({"test": True}, "test must be a number between 0 and 1, got True"),
        ({"seed": -1}, "seed must be 0 or more, got -1"),
        ({"seed": None}, "seed must be a whole number, got None"),
        ({"seed": 1.0}, "seed must be a whole number, got 1.0"),
        ({"seed": True}, "seed must be a whole number, got True"),
        ({"seed": 2**63}, r"seed must be less than 2\*\*63"),
        ({"duplicates": "keep"}, "'error' or 'drop', got 'keep'"),
    ],
)
def test_bad_arguments(by, arguments, message):
    pictures = numbered()
    pictures = replace(pictures, groups=pictures.names)
    with pytest.raises(ValueError, match=message):
        by(pictures, **arguments)


@pytest.mark.parametrize("by", [data.split_by_fraction, data.split_by_group])
def test_numbers_of_numpy_are_numbers(by, tmp_path):
    pictures = numbered()
    pictures = replace(pictures, groups=pictures.names)
    split = by(pictures, np.float32(0.25), np.float64(0.25), np.int64(3))
    assert split == by(pictures, 0.25, 0.25, 3)
    assert (
        json.loads(split.save(tmp_path / "manifest.json").read_text(encoding="utf-8"))["seed"] == 3
    )


@pytest.mark.parametrize("pictures", ["photos", None, (numbered(), numbered())])
def test_only_a_picture_set_can_be_split(pictures):
    for by in (data.split_by_index, data.split_by_fraction, data.split_by_group):
        with pytest.raises(ValueError, match="pictures must be a PictureSet, as data.load or"):
            by(pictures)


def test_other_arguments_of_a_wrong_kind(tmp_path):
    with pytest.raises(ValueError, match="group_of must be a function or None, got 'person'"):
        data.split_by_group(numbered(), group_of="person")
    for path in (None, 3, ""):
        with pytest.raises(ValueError, match="train must be a path"):
            data.split_by_folder(path, tmp_path)
        with pytest.raises(ValueError, match="validation must be a path"):
            data.split_by_folder(numbered(), path)
        with pytest.raises(ValueError, match="folder must be a path"):
            data.materialize(data.split_by_fraction(numbered()), path)
        with pytest.raises(ValueError, match="path must be a path"):
            data.split_by_fraction(numbered()).save(path)
        with pytest.raises(ValueError, match="path must be a path"):
            data.Split.load(path)
    with pytest.raises(ValueError, match="split must be a Split, as one of the split_by_"):
        data.materialize(numbered(), tmp_path / "copy")


def test_too_few_pictures_says_how_many_are_needed():
    names = [*numbered(30).names, "emu/0.jpg", "emu/1.jpg"]
    with pytest.raises(ValueError, match=r"class 'emu' has 2 pictures; .*need 3 or more"):
        data.split_by_fraction(picture_set(names))
    assert data.split_by_fraction(picture_set([*names, "emu/2.jpg"])).test.labels.count(2) == 1
    with pytest.raises(ValueError, match="need 51 or more"):
        data.split_by_fraction(numbered(50), 0.01, None)
    data.split_by_fraction(numbered(51), 0.01, None)


# --- by group ----------------------------------------------------------------------------------

grouped = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 6), st.integers(1, 30)), max_size=25
).map(
    # Three groups of each class there always are.
    lambda drawn: [(kind, group, 2) for kind in "ab" for group in (7, 8, 9)] + drawn
)


@quick
@given(grouped, st.integers(0, 1000), st.booleans(), st.randoms())
def test_groups_stay_together(bursts, seed, shared, chance):
    """Groups of one class, or shared by both as a person who shows several signs."""
    names, groups = [], {}
    for number, (kind, group, size) in enumerate(bursts):
        for frame in range(size):
            name = f"{kind}/{number}-{frame}.jpg"
            names.append(name)
            groups[name] = f"{group}" if shared else f"{kind}{group}"
    pictures = picture_set(names, tuple(groups[name] for name in names))
    split = data.split_by_group(pictures, seed=seed)
    check_disjoint(split, pictures)
    homes = defaultdict(set)
    for subset, members in names_in(split).items():
        for name in members:
            homes[groups[name]].add(subset)
    assert all(len(home) == 1 for home in homes.values())
    assert all(len(counts) == 2 for counts in counts_in(split).values())
    chance.shuffle(names)
    again = picture_set(names, tuple(groups[name] for name in names))
    assert data.split_by_group(again, seed=seed) == split
    by_function = data.split_by_group(
        replace(pictures, groups=None), seed=seed, group_of=groups.__getitem__
    )
    assert by_function == split


def test_seven_hands_are_shared_as_evenly_as_hands_can_be():
    names = [f"{kind}/{hand}-{k}" for kind in "prs" for hand in range(7) for k in range(12)]
    pictures = picture_set(names, tuple(name[2] for name in names))
    chosen = set()
    for seed in range(8):
        split = data.split_by_group(pictures, seed=seed)
        hands = {part: len({name[2] for name in names}) for part, names in names_in(split).items()}
        assert hands["train"] in (4, 5) and min(hands.values()) >= 1 and sum(hands.values()) == 7
        assert all(len(set(counts.values())) == 1 for counts in counts_in(split).values())
        chosen.add(split.test.names)
    assert len(chosen) > 3
    without_test = data.split_by_group(pictures, 0.2, None)
    assert len(without_test.validation) == 36 and without_test.test is None


def test_many_small_groups_come_near_the_shares():
    names = [f"{kind}/{g}-{k}" for kind in "ab" for g in range(60) for k in range(1 + g % 4)]
    pictures = picture_set(names, tuple(name.split("-")[0] for name in names))
    for name, counts in counts_in(data.split_by_group(pictures)).items():
        share = {"train": 0.6, "validation": 0.2, "test": 0.2}[name]
        assert all(abs(count - 150 * share) <= 2 for count in counts.values())


def group_set(table):
    """A set whose group g has ``table[g][c]`` pictures of class c; every class has some."""
    rows = [
        (f"{'abcdefgh'[label]}/{group}-{k}.jpg", f"g{group}")
        for group, counts in enumerate(table)
        for label, count in enumerate(counts)
        for k in range(count)
    ]
    return picture_set([name for name, _ in rows], tuple(group for _, group in rows))


def all_ways(table, fractions):
    """Distance from the fractions of every assignment that leaves no place empty."""
    table = np.array(table, float)
    wanted = np.outer(fractions, table.sum(axis=0))
    for ways in itertools.product(range(len(fractions)), repeat=len(table)):
        filled = np.zeros_like(wanted)
        np.add.at(filled, list(ways), table)
        if filled.all():
            yield (((filled - wanted) / wanted.sum(axis=0)) ** 2).sum()


def distance_of(split, fractions):
    counts = np.array(
        [[of[label] for label in range(len(split.class_names))] for of in counts_in(split).values()]
    )
    wanted = np.outer(fractions, counts.sum(axis=0))
    return (((counts - wanted) / counts.sum(axis=0)) ** 2).sum()


group_tables = st.integers(1, 3).flatmap(
    lambda num_classes: st.lists(
        st.lists(st.sampled_from([0, 0, 0, 1, 2, 9]), min_size=num_classes, max_size=num_classes),
        min_size=3,
        max_size=6,
    ).filter(lambda table: np.any(table, axis=0).all() and np.any(table, axis=1).all())
)


@settings(max_examples=150, deadline=None)
@given(group_tables, st.booleans(), st.integers(0, 99))
def test_a_split_of_few_groups_is_the_nearest_that_there_is(table, tested, seed):
    """Compared with all assignments; one is refused only if every one leaves a place empty."""
    fractions = (0.6, 0.2, 0.2) if tested else (0.8, 0.2)
    possible = list(all_ways(table, fractions))
    try:
        split = data.split_by_group(group_set(table), test=0.2 if tested else None, seed=seed)
    except ValueError as error:
        assert not possible, error
        return
    assert abs(distance_of(split, fractions) - min(possible)) < 1e-6


def test_a_split_that_placing_the_largest_groups_first_would_miss():
    """Persons 0 and 2 show both signs and must be apart, so that 1 and 3 must be together."""
    table = [[9, 2], [9, 0], [1, 2], [0, 9]]
    for seed in range(5):
        split = data.split_by_group(group_set(table), seed=seed)
        homes = {frozenset(name[2] for name in names) for names in names_in(split).values()}
        assert homes == {frozenset("0"), frozenset("2"), frozenset("13")}


def test_groups_of_different_classes_do_not_matter_to_each_other():
    """Twenty groups in all, but only four of each class: all ways are compared."""
    table = np.zeros((20, 5), int)
    table[range(20), np.arange(20) % 5] = [9, 7, 5, 3, 1] * 4
    table[5:] += 2 * (table[5:] > 0)
    split = data.split_by_group(group_set(table.tolist()))
    for label in range(5):
        alone = table[table[:, label] > 0][:, [label]]
        counts = np.array([[of[label]] for of in counts_in(split).values()])
        wanted = alone.sum() * np.array([[0.6], [0.2], [0.2]])
        found = (((counts - wanted) / alone.sum()) ** 2).sum()
        assert abs(found - min(all_ways(alone, (0.6, 0.2, 0.2)))) < 1e-6


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(10, 14), st.integers(2, 7), st.integers(0, 2**32))
def test_splits_of_more_groups_are_found_where_one_was_hidden(num_groups, num_classes, seed):
    random = np.random.default_rng(seed)
    home = np.concatenate([range(3), random.integers(0, 3, num_groups - 3)])
    table = random.integers(1, 9, (num_groups, num_classes))
    table *= random.random(table.shape) < 0.15
    for label, place in itertools.product(range(num_classes), range(3)):
        if not table[home == place, label].any():
            table[random.choice(np.flatnonzero(home == place)), label] = 1
    split = data.split_by_group(group_set(table[table.any(axis=1)].tolist()))
    assert all(len(counts) == num_classes for counts in counts_in(split).values())


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (None, "not known which pictures belong together.*group_of"),
        (("x", "x", "y", "y") * 2, "class 'a' comes from 2 groups; 3 subsets need 3 groups"),
    ],
)
def test_groups_that_do_not_do(groups, message):
    names = [f"{kind}/{k}.jpg" for kind in "ab" for k in range(4)]
    with pytest.raises(ValueError, match=message):
        data.split_by_group(picture_set(names, groups))


# --- by folder, duplicates ---------------------------------------------------------------------


def real_folder(root, per_class=4, classes=("cat", "dog"), prefix=""):
    """A folder of pictures that differ; small PNG files."""
    from PIL import Image

    for label, kind in enumerate(classes):
        (root / kind).mkdir(parents=True, exist_ok=True)
        for k in range(per_class):
            colour = (k % 256, label, len(prefix) + k // 256)
            Image.new("RGB", (4, 4), colour).save(root / kind / f"{prefix}{k}.png")
    return root


def test_folders_given_apart(tmp_path):
    folders = [real_folder(tmp_path / name, 3, prefix=name) for name in ("a", "bb", "ccc")]
    split = data.split_by_folder(data.load_folder(folders[0]), *map(str, folders[1:]))
    assert split.folder == tmp_path and split.kind == "folder"
    assert set(split.train.names) == {f"a/{k}/a{i}.png" for k in ("cat", "dog") for i in range(3)}
    assert split.train.names[:2] == ("a/cat/a0.png", "a/dog/a0.png")
    assert split.test.labels == (0, 1) * 3
    split.verify()
    assert data.split_by_folder(*folders[:2]).test is None


def test_folders_with_other_classes_are_refused(tmp_path):
    real_folder(tmp_path / "train")
    real_folder(tmp_path / "validation", classes=("cat", "wolf"))
    with pytest.raises(
        ValueError, match="train has the classes cat, dog, validation has cat, wolf"
    ):
        data.split_by_folder(tmp_path / "train", tmp_path / "validation")
    with pytest.raises(ValueError, match="8 pictures are in two subsets: cat/0.png"):
        data.split_by_folder(tmp_path / "train", tmp_path / "train")


def test_duplicates_across_subsets_are_named_or_dropped(tmp_path, capsys):
    for name in ("a", "bb", "ccc"):
        real_folder(tmp_path / name, 3, prefix=name)
    for source, copy in (
        ("a/cat/a1.png", "bb/cat/x.png"),
        ("a/dog/a2.png", "ccc/dog/y.png"),
        ("bb/dog/bb0.png", "ccc/cat/z.png"),
        ("ccc/cat/ccc0.png", "ccc/cat/again.png"),  # in one subset: no leak
    ):
        (tmp_path / copy).write_bytes((tmp_path / source).read_bytes())
    folders = [tmp_path / name for name in ("a", "bb", "ccc")]
    twins = data.load_folder(tmp_path / "a"), data.load_folder(tmp_path / "bb")
    with pytest.raises(ValueError, match="^1 picture is in two subsets with the same content: a/c"):
        data.split_by_folder(*twins)
    with pytest.raises(ValueError, match="3 pictures are in two subsets") as caught:
        data.split_by_folder(*folders)
    for pair in (
        "a/cat/a1.png in train = bb/cat/x.png in validation",
        "a/dog/a2.png in train = ccc/dog/y.png in test",
        "bb/dog/bb0.png in validation = ccc/cat/z.png in test",
    ):
        assert pair in str(caught.value)
    assert 'duplicates="drop"' in str(caught.value)
    with language.speaking("ko"), pytest.raises(ValueError, match="세트에 있습니다: train의 a/c"):
        data.split_by_folder(*twins)
    split = data.split_by_folder(*folders, duplicates="drop")
    assert set(split.dropped) == {"a/cat/a1.png", "a/dog/a2.png", "bb/dog/bb0.png"}
    assert not set(split.dropped) & set.union(*names_in(split).values())
    assert len(split.test) == 9
    assert "a/cat/a1.png" in capsys.readouterr().out
    assert "3 left out" in split.summary()


def test_one_picture_under_two_labels_is_named(capsys):
    contents = [str(k) for k in range(60)]
    pictures = picture_set(numbered(30, "ab").names, digests=contents)
    split = data.split_by_fraction(pictures)
    assert capsys.readouterr().out == ""
    first, same, other = (
        pictures.names.index(next(n for n in names if n[0] == kind))
        for names, kind in (
            (split.train.names, "a"),
            (split.train.names[2:], "a"),
            (split.train.names, "b"),
        )
    )
    contents[same] = contents[first]
    data.split_by_fraction(picture_set(pictures.names, digests=contents))
    assert capsys.readouterr().out == "", "twice under one label is no contradiction"
    contents[other] = contents[first]
    data.split_by_fraction(picture_set(pictures.names, digests=contents))
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Warning: 1 picture is in train under two labels: ")
    assert pictures.names[other] in line and " = " in line


@quick
@given(st.lists(st.integers(0, 40), min_size=60, max_size=60), st.integers(0, 99))
def test_no_content_is_in_two_subsets_after_dropping(contents, seed):
    names = [f"{kind}/{k}.jpg" for kind in "ab" for k in range(30)]
    pictures = picture_set(names, digests=[str(content) for content in contents])
    try:
        split = data.split_by_fraction(pictures, seed=seed, duplicates="drop")
    except ValueError as error:
        assert "has no picture of class" in str(error)
        return
    digests = [set(subset.digests) for subset in split.subsets.values()]
    assert not (digests[0] & digests[1] or digests[0] & digests[2] or digests[1] & digests[2])
    kept = set.union(*names_in(split).values())
    assert len(kept) + len(split.dropped) == 60 and not kept & set(split.dropped)
    assert len(split.test) == 12, "what judges is not touched"


# --- what a manifest shows, saves and verifies -------------------------------------------------


def test_classes_take_turns():
    split = data.split_by_fraction(numbered(20, ("a", "b", "c")))
    assert split.test.labels == (0, 1, 2) * 4


def test_summary_and_table():
    split = data.split_by_index(numbered(2_500, ("cat", "a & b")))
    assert split.summary().splitlines() == [
        "            a & b    cat    all",
        "train       1,000  1,000  2,000",
        "validation    500    500  1,000",
        "test        1,000  1,000  2,000",
        "split by index",
    ]
    assert str(split) == split.summary()
    shown = split._repr_html_()
    assert "<th>a &amp; b</th>" in shown and shown.count("<tr>") == 4
    assert "seed 3" in data.split_by_fraction(numbered(), seed=3).summary()


def test_a_split_of_thousands_is_one_line():
    split = data.split_by_index(numbered(2_500))
    line = "Split(2,000 train, 1,000 validation, 2,000 test; split by index; photos)"
    assert repr(split) == line
    assert repr(split.train) == "Subset(2,000 pictures)"


def test_names_that_are_no_text_are_shown_as_codes():
    """As Python reads file names in CP949 on a system that writes UTF-8."""
    korean = "고양이".encode("cp949").decode("utf-8", "surrogateescape")
    names = [f"{kind}/{k}.jpg" for kind in (korean, "dog") for k in range(20)]
    pictures = picture_set(names, digests=map(str, range(40)), folder=Path(korean))
    split = data.split_by_fraction(pictures)
    for shown in (split._repr_html_(), split.summary(), repr(split), repr(pictures)):
        assert r"\udcb0\udced" in shown.encode().decode()


def test_a_manifest_survives_a_round_trip(tmp_path):
    pictures = data.load_folder(real_folder(tmp_path / "사진 1", 6, ("고양이", "개")))
    for test in (0.2, None):
        split = data.split_by_fraction(pictures, test=test, seed=5)
        path = split.save(tmp_path / "manifest.json")
        assert data.Split.load(path) == split
    (tmp_path / "사진 1").rename(tmp_path / "moved")
    moved = data.Split.load(path, folder=tmp_path / "moved")
    assert moved.train == split.train and moved.folder == tmp_path / "moved"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["manifest.json", "moved"]
    with pytest.raises(ValueError, match="must end in .json"):
        split.save(tmp_path / "manifest.pkl")


def test_missing_and_changed_pictures_are_named(tmp_path):
    folder = real_folder(tmp_path / "photos", 6)
    path = data.split_by_fraction(data.load_folder(folder)).save(tmp_path / "manifest.json")
    (folder / "cat/2.png").unlink()
    (folder / "dog/4.png").write_bytes((folder / "dog/5.png").read_bytes())
    with pytest.raises(
        ValueError, match=r"1 pictures missing \(cat/2.png\) and 1 pictures changed \(dog/4.png\)"
    ):
        data.Split.load(path)
    with pytest.raises(FileNotFoundError):
        data.Split.load(tmp_path / "none.json")


@pytest.mark.parametrize(
    "change",
    [
        lambda content: [],
        lambda content: {},
        lambda content: content | {"class_names": ["../up", "dog"]},
        lambda content: content | {"class_names": []},
        lambda content: content | {"pictures": {"train": [["a", 0]]}},
        lambda content: content | {"pictures": {"train": []}},
        lambda content: content | {"pictures": content["pictures"] | {"extra": [["a", 0, "b"]]}},
        lambda content: content | {"pictures": {"train": [["../../a", 0, "b"]]}},
        lambda content: content | {"pictures": {"train": [["/etc/passwd", 0, "b"]]}},
        lambda content: content | {"pictures": {"train": [["cat/0.png", 2, "b"]]}},
        lambda content: (
            content | {"pictures": content["pictures"] | {"test": [["cat/0.png", 0.5, "b"]]}}
        ),
    ],
)
def test_a_file_without_a_manifest_is_refused(tmp_path, change):
    folder = real_folder(tmp_path / "photos", 6)
    path = data.split_by_fraction(data.load_folder(folder)).save(tmp_path / "manifest.json")
    path.write_text(
        json.dumps(change(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8"
    )
    with pytest.raises(ValueError, match="does not hold a manifest"):
        data.Split.load(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="does not hold a manifest"):
        data.Split.load(path)


def test_a_manifest_with_one_picture_in_two_subsets_is_refused(tmp_path):
    folder = real_folder(tmp_path / "photos", 6)
    path = data.split_by_fraction(data.load_folder(folder)).save(tmp_path / "manifest.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    row = content["pictures"]["train"][0]
    content["pictures"]["test"].append(row)
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match=f"listed twice: {row[0]}"):
        data.Split.load(path)
    content["pictures"]["test"][-1] = ["cat/again.png", *row[1:]]
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match=f"{row[0]} in train = cat/again.png in test"):
        data.Split.load(path)


# --- copies ------------------------------------------------------------------------------------


@pytest.fixture
def split(tmp_path):
    return data.split_by_fraction(data.load_folder(real_folder(tmp_path / "photos", 20)))


def files_in(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def check_copy(split, folder):
    expected = {"manifest.json"}
    for name, subset in split.subsets.items():
        for picture in subset.names:
            place = f"{name}/{picture}"
            expected.add(place)
            assert (folder / place).read_bytes() == (split.folder / picture).read_bytes()
    assert set(files_in(folder)) == expected


def test_a_copy_has_one_folder_per_subset_and_class(split, tmp_path):
    folder = data.materialize(split, tmp_path / "new" / "copy")
    check_copy(split, folder)
    assert [p.name for p in folder.parent.iterdir()] == ["copy"]
    again = data.load_folder(folder / "train")
    assert again.count() == {"cat": 12, "dog": 12}
    for found in (folder / "train/cat").iterdir():
        found.chmod(0o444)
    before = {name: (folder / name).stat().st_mtime_ns for name in files_in(folder)}
    assert data.materialize(split, folder) == folder
    assert {name: (folder / name).stat().st_mtime_ns for name in files_in(folder)} == before


def test_an_empty_folder_is_filled(split, tmp_path):
    (tmp_path / "copy").mkdir()
    check_copy(split, data.materialize(split, tmp_path / "copy"))


def test_a_folder_with_something_else_is_left_alone(split, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/final.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(FileExistsError, match="thesis exists and holds something else"):
        data.materialize(split, tmp_path / "thesis")
    assert files_in(tmp_path / "thesis") == ["final.tex"]
    other = data.split_by_fraction(data.load_folder(split.folder), seed=1)
    data.materialize(other, tmp_path / "copy")
    with pytest.raises(FileExistsError, match="not a copy of this split"):
        data.materialize(split, tmp_path / "copy")
    check_copy(other, tmp_path / "copy")
    with pytest.raises(FileExistsError):
        data.materialize(split, tmp_path / "thesis/final.tex")
    for content in ("[]", "[1]", "null", "{}"):
        (tmp_path / "thesis/manifest.json").write_text(content, encoding="utf-8")
        with pytest.raises(FileExistsError, match="thesis exists and holds something else"):
            data.materialize(split, tmp_path / "thesis")


def test_a_copy_that_lost_pictures_is_not_taken_for_whole(split, tmp_path):
    folder = data.materialize(split, tmp_path / "copy")
    lost = next((folder / "test/dog").iterdir())
    lost.unlink()
    with pytest.raises(FileExistsError, match=rf"1 pictures are gone \(test/dog/{lost.name}\)"):
        data.materialize(split, folder)


def test_a_picture_that_changed_since_the_split(split, tmp_path):
    (split.folder / split.test.names[0]).write_bytes(b"other")
    with pytest.raises(ValueError, match=rf"{split.test.names[0]} was changed"):
        data.materialize(split, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["photos"]


def test_pictures_of_one_name_in_two_folders_of_a_class(tmp_path):
    for part in ("mon", "tue"):
        real_folder(tmp_path / "photos" / "cat", 3, (part,), prefix=part).joinpath(part)
        for k in range(3):
            (tmp_path / f"photos/cat/{part}/{part}{k}.png").rename(
                tmp_path / f"photos/cat/{part}/{k}.png"
            )
    (tmp_path / "photos/cat/tue/0.png").write_bytes(
        (real_folder(tmp_path / "other", 9, ("x",)) / "x/8.png").read_bytes()
    )
    real_folder(tmp_path / "photos", 6, ("dog",), prefix="dogs")
    pictures = data.load_folder(tmp_path / "photos")
    split = data.split_by_fraction(pictures, 0.2, None, duplicates="drop")
    folder = data.materialize(split, tmp_path / "copy")
    copied = [name for name in files_in(folder) if name != "manifest.json"]
    assert len(copied) == len(split.train) + len(split.validation)
    assert any(name.startswith("train/cat/cat_") for name in copied)


def test_four_at_once_make_one_copy(split, tmp_path):
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(data.materialize, split, tmp_path / "copy") for _ in range(4)]
    assert {call.result() for call in calls} == {tmp_path / "copy"}
    check_copy(split, tmp_path / "copy")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy", "photos"]


def test_who_comes_second_with_another_split_is_told(split, tmp_path, monkeypatch):
    other = data.split_by_fraction(data.load_folder(split.folder), seed=1)
    save = data.Split.save

    def slowly(self, path):
        monkeypatch.setattr(data.Split, "save", save)
        data.materialize(other, tmp_path / "copy")
        return save(self, path)

    monkeypatch.setattr(data.Split, "save", slowly)
    with pytest.raises(FileExistsError, match="not a copy of this split"):
        data.materialize(split, tmp_path / "copy")
    check_copy(other, tmp_path / "copy")


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from course_utils import data

    where, number = sys.argv[3].split(":")
    real, calls = getattr(Path, where), 0

    def counted(self, *arguments, **options):
        global calls
        calls += 1
        if calls == int(number):
            if where == "write_bytes":
                real(self, arguments[0][:10])  # half a picture
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, *arguments, **options)

    split = data.Split.load(sys.argv[1])
    setattr(Path, where, counted)
    data.materialize(split, sys.argv[2])
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    "moment",
    [
        "mkdir:1",
        "write_bytes:1",
        "write_bytes:20",
        "write_bytes:40",
        "write_text:1",
        "rename:1",
        "rename:9",
    ],
)
def test_a_copy_that_is_killed_is_whole_or_not_there(split, tmp_path, moment):
    manifest = split.save(tmp_path / "manifest.json")
    program = [sys.executable, "-c", textwrap.dedent(KILLED), manifest, tmp_path / "copy", moment]
    done = subprocess.run(program, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    whole = moment == "rename:9"  # killed after its work
    assert (tmp_path / "copy").exists() == whole
    visible = {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")}
    assert visible - {"copy"} == {"photos", "manifest.json"}
    check_copy(split, data.materialize(split, tmp_path / "copy"))


def test_a_copy_that_was_changed_is_not_taken_for_whole(split, tmp_path):
    folder = data.materialize(split, tmp_path / "copy")
    (folder / ".DS_Store").touch()
    data.materialize(split, folder)
    changed = next((folder / "test/dog").iterdir())
    changed.write_bytes(b"other")
    (folder / "train/cat/mine.png").write_bytes(b"new")
    message = rf"1 pictures are changed \(test/dog/{changed.name}\) and 1 files were added \(tr"
    with pytest.raises(FileExistsError, match=message):
        data.materialize(split, folder)


def test_a_copy_among_the_pictures_is_refused(split, tmp_path):
    for place in (split.folder, split.folder / "copy", tmp_path / "new/../photos/cat/copy"):
        with pytest.raises(ValueError, match="lies among the pictures"):
            data.materialize(split, place)
    assert len(data.load_folder(split.folder)) == 40
    folders = [real_folder(tmp_path / name, 3, prefix=name) for name in ("a", "bb")]
    apart = data.split_by_folder(*folders)
    with pytest.raises(ValueError, match="lies among the pictures, in .*bb;"):
        data.materialize(apart, tmp_path / "bb/copy")
    folder = data.materialize(apart, tmp_path / "between")
    assert len(files_in(folder)) == 13


def test_what_was_left_behind_long_ago_is_removed(split, tmp_path):
    import os

    for name, age in ((".copy.old.part", 1e6), (".copy.new.part", 0), (".other.old.part", 1e6)):
        (tmp_path / name).mkdir()
        then = (tmp_path / name).stat().st_mtime - age
        os.utime(tmp_path / name, (then, then))
    data.materialize(split, tmp_path / "copy")
    hidden = sorted(path.name for path in tmp_path.glob(".*"))
    assert hidden == [".copy.new.part", ".other.old.part"]


def test_names_that_some_systems_take_for_one_do_not_overwrite_each_other(split):
    names = ("cat/mon/A.png", "cat/tue/a.png", "cat/mon/가.png", "cat/tue/\u1100\u1161.png")
    subset = data.Subset((*names, "cat/b.png"), (0,) * 5, tuple("12345"))
    places = [place for place in copies._places(replace(split, train=subset)) if "train" in place]
    assert places == [f"train/cat/{name.replace('/', '_')}" for name in names] + ["train/cat/b.png"]


def test_every_place_in_a_copy_is_one_pictures_alone(split):
    subset = data.Subset(("cat/a/b.png", "cat/c/b.png", "cat/cat_a_b.png"), (0, 0, 0), ("1",) * 3)
    with pytest.raises(ValueError, match=re.escape("would both become train/cat/cat_a_b.png")):
        copies._places(replace(split, train=subset))


@given(st.floats(0.01, 0.49), st.floats(0.01, 0.49))
def test_the_fewest_pictures_leave_no_subset_empty_and_fewer_do(validation, test):
    fractions = shares.of_subsets(validation, test)
    fewest = shares.fewest(fractions)
    assert min(shares.counts(fewest, fractions).values()) > 0
    assert all(min(shares.counts(n, fractions).values()) < 1 for n in range(fewest))

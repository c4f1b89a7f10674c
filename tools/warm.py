"""Prepare tomorrow's class: ``python -m tools.warm``, or ``make warm``.

Draws every picture that the chapters load in this profile (with ``DATA=download``: fetches it) and
leaves it in the cache, so that no cell has to do it in front of the class. What is there already is
only looked at.

Chapters decode pictures in the memory of their own kernel; that cannot be done the evening before,
and takes seconds.
"""

import os
import sys
import time
from dataclasses import dataclass, field

from course_utils import data, profiles
from course_utils.data import cache
from course_utils.samples import folders, other_animals
from tools import machine
from tools.runner.options import OptionError, Options, chapter_number


@dataclass(frozen=True)
class Wanted:
    """Pictures that one or more chapters load.

    Attributes:
        name: The set's name in the catalog, or ``OTHERS``.
        sizes: How many, as ``data.load`` is asked.
        chapters: The numbers of the chapters.
    """

    name: str
    sizes: dict[str, int]
    chapters: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Name the set, its size, and who asks for it."""
        sizes = ", ".join(f"{size}={count:,}" for size, count in self.sizes.items())
        return f"{self.name} ({sizes or 'all'}) for {', '.join(self.chapters)}"


#: The drawn animals that stand for one's own photos; they are in no catalog.
OTHERS = "other animals"
#: What is drawn in the place of the photos of a set, and from which seed.
_DRAWN = {
    "dogs-vs-cats": ("pets", 0),
    "rock-paper-scissors": ("hands", 0),
    "rock-paper-scissors-test": ("hands", 1),
    "horse-or-human": ("horses_humans", 0),
}


def main(environment: dict[str, str] | None = None) -> int:
    """Prepare what PROFILE, DATA and CHAPTERS name; return 1 if something is not ready."""
    chosen = os.environ if environment is None else environment
    try:
        options = Options.choose(
            profile=chosen.get("PROFILE") or "demo",
            data=chosen.get("DATA") or "sample",
            chapters=chosen.get("CHAPTERS", ""),
        )
    except OptionError as error:
        print(f"warm: {error}", file=sys.stderr)
        return 2
    chapters = [chapter_number(path.stem) for path in options.chapters]
    everything = wanted(profiles.get(options.profile))
    sets = [one for one in everything if set(one.chapters) & set(chapters)]
    begin, missing = time.monotonic(), []
    _list_fonts()
    for number, one in enumerate(sets, start=1):
        print(f"[{number}/{len(sets)}] {one}", flush=True)
        try:
            _load(one, options.data)
        except (data.DownloadError, OSError, ValueError) as error:
            print(f"NOT READY: {error}", file=sys.stderr)
            missing.append(one)
    seconds = time.monotonic() - begin
    if missing:
        names = "; ".join(map(str, missing))
        print(f"warm: not ready: {names}. The others are.", file=sys.stderr)
        return 1
    print(
        f"warm: ready after {seconds:.0f} s: profile {options.profile}, DATA={options.data}, "
        f"chapters {', '.join(chapters)}; {machine.number(len(sets), 'set')} in {cache.folder()}"
    )
    return 0


def wanted(profile: profiles.Profile) -> list[Wanted]:
    """Return what the chapters load in a profile, each set once."""
    found: list[Wanted] = []
    for chapter, name, sizes in _calls(profile):
        sizes = {size: count for size, count in sizes.items() if count is not None}
        same = next((one for one in found if (one.name, one.sizes) == (name, sizes)), None)
        if same is None:
            found.append(same := Wanted(name, sizes))
        if chapter not in same.chapters:
            same.chapters.append(chapter)
    return found


def _calls(profile: profiles.Profile) -> list[tuple[str, str, dict[str, int | None]]]:
    """Return chapter, set and sizes as the chapters' cells compute them; a test compares both."""

    def digits(training: str) -> tuple[str, str, dict[str, int | None]]:
        plan = profile[training]
        sizes = {"num_train": plan.pictures, "num_test": plan.test_pictures}
        return training[:2], "mnist", sizes

    def pets(training: str) -> dict[str, int]:
        """Training pictures, half as many for validation, and the test pictures, by class."""
        plan = profile[training]
        each = plan.pictures // 2
        return {"at_most": each + each // 2 + plan.test_pictures // 2}

    hands, horses = profile["05.rps_by_hand"], profile["05.horse_or_human"]
    figures = horses.test_pictures // 2
    return [
        ("00", "mnist", {"num_train": 60, "num_test": 10}),
        *map(digits, ("01.mlp", "02.convnet", "03.max", "06.plain")),
        ("04", "dogs-vs-cats", pets("04.small_convnet")),
        ("04", "rock-paper-scissors", {"per_class": 84}),
        ("05", "dogs-vs-cats", pets("05.plain")),
        ("05", "mnist", {"num_train": 3_200, "num_test": 2_000}),
        # Six hands of seven learn, in three classes.
        ("05", "rock-paper-scissors", {"per_class": hands.pictures * 7 // 18}),
        ("05", "rock-paper-scissors-test", {"per_class": hands.test_pictures // 3}),
        ("05", "horse-or-human", {"per_class": figures if figures < 128 else None}),
        ("06", "dogs-vs-cats", pets("06.mini_xception")),
        ("07", "dogs-vs-cats", pets("07.fine_tuned")),
        ("07", OTHERS, {"per_class": 50}),
        ("08", "dogs-vs-cats", pets("08.pets")),
        ("A2", "dogs-vs-cats", {"per_class": 16 * (6 if profile.meaningful else 2)}),
    ]


def _load(one: Wanted, source: str) -> None:
    """Leave a set in the cache.

    Of drawn pictures nothing is read that is there already: ``data.load`` looks into every file,
    which takes a while.
    """
    if one.name == OTHERS:
        other_animals.draw_folders(**one.sizes)
    elif source == "sample" and one.name in _DRAWN:
        drawn, seed = _DRAWN[one.name]
        per_class = one.sizes.get("per_class", one.sizes.get("at_most"))
        folders.draw_folder(drawn, per_class=per_class, seed=seed)
    elif data.has(one.name, source):
        data.load(one.name, source, **one.sizes)
    else:
        print(f"{source} holds none; the chapter says what it does then")


def _list_fonts() -> None:
    """Let matplotlib look for the computer's fonts, which takes long the first time."""
    import matplotlib.font_manager  # noqa: F401


if __name__ == "__main__":
    sys.exit(main())

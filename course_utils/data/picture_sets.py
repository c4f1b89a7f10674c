"""The three picture sets of the course: where they are published and how they are laid out."""

import errno
import re
from pathlib import Path

from course_utils.data import arguments, cache, download, inventory
from course_utils.data.pictures import (
    PictureSet,
    circles,
    holds_pictures,
    load_folder,
    printable,
    visible,
)
from course_utils.language import translate

_TENSORFLOW = "https://storage.googleapis.com/download.tensorflow.org/data"
_ALTERNATIVE = "https://storage.googleapis.com/learning-datasets"

#: The archive that the lectures use. Microsoft publishes the same photos under other names, less
#: 1,738 that cannot be read, and TensorFlow Datasets the hash of that archive.
DOGS_VS_CATS_FILE = download.DriveFile(
    name="dogs-vs-cats.zip",
    address="https://drive.google.com/uc?id=18uC7WTuEXKJDDxbj-Jq6EjzpFrgE7IAd",
    alternative=(
        "get the photos by hand, for example from https://download.microsoft.com/download/3/E/1/"
        "3E1C3F21-ECDB-4869-8368-6DEBA77B919F/kagglecatsanddogs_5340.zip (824,887,076 bytes, "
        "SHA-256 b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9), unpack the "
        "archive into <folder>/dogs-vs-cats and set DATA to <folder>"
    ),
)
#: Photos of each class in the lectures' archive.
DOGS_VS_CATS_PER_CLASS = 12_500
#: Kaggle's archive holds this folder of photos whose class only Kaggle knows.
_WITHOUT_CLASSES = "test1"
#: Errors of the disk, for which no archive is to blame.
_DISK_ERRORS = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
}


def _zip(name: str, place: str, sha256: str) -> download.RemoteFile:
    return download.RemoteFile(
        name=name,
        address=f"{_TENSORFLOW}/{name}",
        sha256=sha256,
        alternative=f"{_ALTERNATIVE}/{name}",
        place=f"unpacked into <folder>/{place}",
    )


ROCK_PAPER_SCISSORS_FILE = _zip(
    "rps.zip",
    "rock-paper-scissors",
    "c2403444395842ad04c53612bad54b574443eae17a0723117a2ff87b9d72194f",
)
ROCK_PAPER_SCISSORS_TEST_FILE = _zip(
    "rps-test-set.zip",
    "rock-paper-scissors-test",
    "c27ab9fa43ce40b2e453de711365b477f4424586edf0388116674fd320f07503",
)
HORSE_OR_HUMAN_FILES = {
    "train": _zip(
        "horse-or-human.zip",
        "horse-or-human/train",
        "e2e6f70d3d549c5dd10a57165e55af253ee66ad750403f95c0fb76bb943633a9",
    ),
    "validation": _zip(
        "validation-horse-or-human.zip",
        "horse-or-human/validation",
        "ae5fff2f4f5554791f05358108e2e05d9801b191f1896ea101402f0e7f6c32c0",
    ),
}


def read_dogs_vs_cats(
    folder: Path, per_class: int | None = None, at_most: int | None = None
) -> PictureSet:
    """Read photos from ``dogs-vs-cats`` below a folder.

    Layouts: ``train/cat.0.jpg`` (Kaggle), ``PetImages/Cat/0.jpg`` (Microsoft), or one subfolder
    per class. Errors as of :func:`course_utils.data.load`.

    Used in: 04.
    """
    per_class, at_most = _one_size(per_class, at_most)
    pictures = _read(folder / "dogs-vs-cats", ("train", "PetImages"), per_class)
    if at_most is None:
        return pictures
    counts = pictures.count()
    rarest = min(counts, key=counts.get)
    if counts[rarest] < at_most:
        print(
            translate(
                "Wanted are {wanted:,} pictures of each class. Of {rarest} there are only "
                "{number:,}, so {number:,} of each are taken",
                wanted=at_most,
                rarest=printable([rarest]),
                number=counts[rarest],
            )
        )
    return pictures.first(min(at_most, counts[rarest]))


def read_rock_paper_scissors(folder: Path, per_class: int | None = None) -> PictureSet:
    """Read hands from ``rock-paper-scissors`` below a folder; a group is one filmed person.

    Used in: 05.
    """
    return _read(folder / "rock-paper-scissors", ("rps",), per_class, hand_of)


def read_rock_paper_scissors_test(folder: Path, per_class: int | None = None) -> PictureSet:
    """Read the hands that were published apart, from ``rock-paper-scissors-test``.

    Used in: 05.
    """
    return _read(folder / "rock-paper-scissors-test", ("rps-test-set",), per_class, hand_of)


def read_horse_or_human(
    folder: Path, per_class: int | None = None
) -> tuple[PictureSet, PictureSet]:
    """Read training and validation set from ``horse-or-human``; a group is one figure.

    Used in: 05.
    """
    root = folder / "horse-or-human"
    return tuple(_read(root / name, (), per_class, figure_of) for name in HORSE_OR_HUMAN_FILES)


def fetch_dogs_vs_cats() -> Path:
    """Download the photos, unpack and check them; return the folder that holds ``dogs-vs-cats``.

    An archive that is not what it should be is removed, so that a later call fetches it anew; one
    that only found no room on the disk is kept.

    Raises:
        DownloadError: If that fails, or the archive does not hold 12,500 readable cats and as many
            dogs.

    Used in: 04.
    """
    target = download.folder() / "dogs-vs-cats"
    if not _is_whole(target):
        archive = download.fetch_from_drive(DOGS_VS_CATS_FILE)
        try:
            with inventory.new_set(target) as unfinished:
                # The archive holds train.zip, and Kaggle's pictures without labels.
                download.unpack(archive, unfinished)
                download.unpack(unfinished / "train.zip", unfinished)
                for left in unfinished.glob("*.*"):
                    if left.is_file():
                        left.unlink()
                _check_dogs_vs_cats(load_folder(unfinished / "train"))
        except (OSError, ValueError) as error:
            if getattr(error, "errno", None) not in _DISK_ERRORS:
                archive.unlink(missing_ok=True)
            raise download.drive_error(DOGS_VS_CATS_FILE, error) from error
    return target.parent


def fetch_rock_paper_scissors() -> Path:
    """Download and unpack the hands; return the folder that holds ``rock-paper-scissors``.

    Used in: 05.
    """
    return _fetch("rock-paper-scissors", {"": ROCK_PAPER_SCISSORS_FILE})


def fetch_rock_paper_scissors_test() -> Path:
    """Download and unpack the hands that were published apart.

    Used in: 05.
    """
    return _fetch("rock-paper-scissors-test", {"": ROCK_PAPER_SCISSORS_TEST_FILE})


def fetch_horse_or_human() -> Path:
    """Download and unpack both archives; return the folder that holds ``horse-or-human``.

    Used in: 05.
    """
    return _fetch("horse-or-human", HORSE_OR_HUMAN_FILES)


def draw_dogs_vs_cats(per_class: int | None = None, at_most: int | None = None) -> PictureSet:
    """Return drawn cats and dogs.

    Used in: 04.
    """
    # As many can be drawn as any chapter wants, so that both sizes mean the same.
    per_class, at_most = _one_size(per_class, at_most)
    return load_folder(_drawn("pets", at_most if per_class is None else per_class) / "train")


def draw_rock_paper_scissors(per_class: int | None = None) -> PictureSet:
    """Return drawn hands; a group is one filmed person.

    Used in: 05.
    """
    return load_folder(_drawn("hands", per_class) / "rps", hand_of)


def draw_rock_paper_scissors_test(per_class: int | None = None) -> PictureSet:
    """Return hands of other drawn persons, as many as were published apart.

    Used in: 05.
    """
    per_class = 124 if per_class is None else per_class
    return load_folder(_drawn("hands", per_class, seed=1) / "rps", hand_of)


def draw_horse_or_human(per_class: int | None = None) -> tuple[PictureSet, PictureSet]:
    """Return training and validation set of drawn figures; a group is one figure.

    Used in: 05.
    """
    root = _drawn("horses_humans", per_class)
    return tuple(load_folder(root / name, figure_of) for name in HORSE_OR_HUMAN_FILES)


def hand_of(name: str) -> str | None:
    """Return the number of the filmed person; None if the name is not the set's.

    >>> hand_of("rps/rock/rock07-k03-119.png"), hand_of("rock/me.jpg")
    ('07', None)

    Used in: 05.
    """
    match = re.fullmatch(r"(?:.*/)?(?:test)?(?:rock|paper|scissors)([0-9]+)[^/]*", name)
    return match and match[1]


def figure_of(name: str) -> str | None:
    """Return which figure was rendered; None if the name is not the set's.

    >>> figure_of("horses/horse01-0.png"), figure_of("humans/valhuman01-00.png")
    ('horse01', 'valhuman01')

    Used in: 05.
    """
    match = re.fullmatch(r"(?:.*/)?((?:val)?(?:horse|human)[0-9]+)-[^/]*", name)
    return match and match[1]


def _drawn(name: str, per_class: int | None, seed: int = 0) -> Path:
    # The generators of pictures use the cache of this package, so they are imported late.
    from course_utils.samples import folders

    if per_class is not None:
        per_class = arguments.whole_number("per_class", per_class, least=1)
    cache.tidy()
    return folders.draw_folder(name, per_class=per_class, seed=seed)


def _one_size(per_class: int | None, at_most: int | None) -> tuple[int | None, int | None]:
    """Return both sizes, of which at least one is None, or raise a ValueError."""
    if at_most is None:
        return per_class, None
    if per_class is not None:
        raise ValueError(f"pass per_class={per_class!r} or at_most={at_most!r}, not both")
    return None, arguments.whole_number("at_most", at_most, least=1)


def _read(root: Path, layouts: tuple[str, ...], per_class: int | None, group_of=None) -> PictureSet:
    """Read a set from the first layout that is there, or from one subfolder per class.

    Raises:
        ValueError: If other pictures lie beside that layout, and as of ``load_folder``.
    """
    inside = [root / layout for layout in layouts if (root / layout).is_dir()]
    if inside and (others := _others_with_pictures(inside[0])):
        raise ValueError(
            f"{root} holds pictures in {inside[0].name} and in {printable(others)}, and only "
            f"{inside[0].name} would be read. Move the others elsewhere; subsets that are given "
            "apart are put together with data.split_by_folder"
        )
    pictures = load_folder(inside[0] if inside else root, group_of)
    return pictures if per_class is None else pictures.first(per_class)


def _others_with_pictures(folder: Path) -> list[str]:
    """Return the folders beside this one with pictures that have, or could have, a class."""
    beside = sorted(entry for entry in visible(folder.parent) if entry.is_dir())
    return [
        entry.name
        for entry in beside
        if entry != folder
        and not circles(entry)
        and entry.name != _WITHOUT_CLASSES
        and holds_pictures(entry)
    ]


def _fetch(name: str, files: dict[str, download.RemoteFile]) -> Path:
    """Download archives and unpack each into its place below ``name``, whole or not at all."""
    target = download.folder() / name
    if not _is_whole(target):
        archives = {place: download.fetch(file) for place, file in files.items()}
        try:
            with inventory.new_set(target) as unfinished:
                for place, archive in archives.items():
                    (unfinished / place).mkdir(exist_ok=True)
                    download.unpack(archive, unfinished / place)
        except (OSError, ValueError) as error:
            raise download.DownloadError(
                f"{name} could not be unpacked into {target}: {error}. "
                'Set DATA = "sample" to go on with drawn pictures. '
                "The environment variable COURSE_CACHE moves the cache."
            ) from error
    return target.parent


def _is_whole(target: Path) -> bool:
    """Return whether a set lies there as it was unpacked; a printed line says if one is damaged.

    Raises:
        DownloadError: If somebody's own files lie in it, or it cannot be read.
    """
    try:
        damage = inventory.find_damage(target)
    except inventory.ForeignFilesError as error:
        raise download.DownloadError(str(error)) from error
    except OSError as error:
        raise download.DownloadError(
            f"{target} cannot be read: {error}. Give yourself the right to read all of it, or "
            'remove it. Set DATA = "sample" to go on with drawn pictures. '
            "The environment variable COURSE_CACHE moves the cache."
        ) from error
    if damage and target.is_dir():
        print(
            translate(
                "{folder} is not as it was downloaded: {damage}. It is unpacked anew.",
                folder=target,
                damage=damage,
            )
        )
    return not damage


def _check_dogs_vs_cats(pictures: PictureSet) -> None:
    """Raise a ValueError unless all photos of the lectures' archive are there and readable."""
    expected = {"cat": DOGS_VS_CATS_PER_CLASS, "dog": DOGS_VS_CATS_PER_CLASS}
    if pictures.count() != expected or pictures.skipped:
        raise ValueError(f"expected are {expected} readable photos, found {pictures!r}")

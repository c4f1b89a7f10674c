"""What is to be run, read from the environment and the command line and checked before anything."""

import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from course_utils import profiles

REPOSITORY = Path(__file__).resolve().parents[2]
DATA_WORDS = ("sample", "download")
#: What the README promises: no chapter takes more megabytes, on drawn pictures and without a GPU.
PROMISED_MEMORY_MB = 3_000


class OptionError(ValueError):
    """An option that cannot be followed; its message is one line that names the remedy."""


@dataclass(frozen=True)
class Options:
    """How the course is run; every value has been checked.

    Attributes:
        notebooks: Folder with the chapters.
        build: Folder for everything that the run writes.
        profile: ``"demo"``, ``"full"`` or ``"ci"``.
        data: ``"sample"``, ``"download"`` or the absolute path of a folder.
        chapters: Absolute paths of the notebooks to run, sorted by name.
        jobs: Chapters executed at the same time.
        threads: Compute threads of each.
        cell_timeout: Seconds after which a cell is given up, or None.
        memory_limit: Megabytes of memory at which a chapter is stopped, or None.
        python: The Python in which the chapters' kernels run.
    """

    notebooks: Path
    build: Path
    profile: str
    data: str
    chapters: tuple[Path, ...]
    jobs: int = 2
    threads: int = 1
    cell_timeout: int | None = 1800
    memory_limit: int | None = None
    python: str = sys.executable

    @classmethod
    def choose(
        cls,
        *,
        profile: str = "demo",
        data: str = "sample",
        chapters: str = "",
        notebooks: str | Path = REPOSITORY / "notebooks",
        build: str | Path = REPOSITORY / "build",
        jobs: int = 2,
        threads: int = 1,
        cell_timeout: int | None = None,
        memory_limit: int | None = None,
        python: str = sys.executable,
    ) -> "Options":
        """Check what a person typed and complete it.

        Args:
            profile: Name of a profile.
            data: ``"sample"``, ``"download"`` or a folder.
            chapters: Numbers or appendix names separated by commas; empty means all.
            notebooks: Folder with the chapters.
            build: Folder for everything that the run writes.
            jobs: Chapters executed at the same time.
            threads: Compute threads of each.
            cell_timeout: Seconds after which a cell is given up; 0 for never; None for the
                profile's own limit: never in ``full``, otherwise half an hour.
            memory_limit: Megabytes of memory at which a chapter is stopped; 0 for never; None for
                the profile's own limit: what is promised in ``ci``, otherwise none.
            python: The Python in which the chapters' kernels run.

        Raises:
            OptionError: If a value cannot be followed.
        """
        if profile not in profiles.PROFILES:
            raise OptionError(
                f"PROFILE={profile!r} is unknown; choose one of {', '.join(profiles.PROFILES)}"
            )
        for name, number in (("--jobs", jobs), ("--threads", threads)):
            if number < 1:
                raise OptionError(f"{name} {number} is too few; give 1 or more")
        if cell_timeout is None:
            cell_timeout = 0 if profile == "full" else cls.cell_timeout
        if cell_timeout < 0:
            raise OptionError(f"--cell-timeout {cell_timeout} is negative; give seconds, 0 = never")
        if memory_limit is None:
            memory_limit = PROMISED_MEMORY_MB if profile == "ci" else 0
        if memory_limit < 0:
            raise OptionError(
                f"--memory-limit {memory_limit} is negative; give megabytes, 0 = no limit"
            )
        folder = Path(notebooks).resolve()
        return cls(
            notebooks=folder,
            build=Path(build).resolve(),
            profile=profile,
            data=_checked_data(data),
            chapters=_select(folder, chapters),
            jobs=jobs,
            threads=threads,
            cell_timeout=cell_timeout or None,
            memory_limit=memory_limit or None,
            python=python,
        )

    def as_json(self) -> dict:
        """Return the options with paths as text."""
        texts = {"notebooks": str(self.notebooks), "build": str(self.build)}
        return {**asdict(self), **texts, "chapters": [str(path) for path in self.chapters]}

    @classmethod
    def from_json(cls, values: Mapping) -> "Options":
        """Return the options that ``as_json`` wrote."""
        return cls(
            **{
                **values,
                "notebooks": Path(values["notebooks"]),
                "build": Path(values["build"]),
                "chapters": tuple(Path(path) for path in values["chapters"]),
            }
        )


def chapter_number(stem: str) -> str:
    """Return what stands before the first underscore: ``"02"`` of ``"02_convolution"``."""
    return stem.split("_")[0]


def as_typed(path: Path) -> str:
    """Return a path as a person would type it here: relative, unless that is on another drive."""
    try:
        return os.path.relpath(path)
    except ValueError:
        return str(path)


def _checked_data(data: str) -> str:
    if data in DATA_WORDS:
        return data
    folder = Path(data).expanduser()
    if not data or not folder.is_dir():
        raise OptionError(f"DATA={data!r} is neither sample nor download nor an existing folder")
    return str(folder.resolve())  # each notebook runs in its own folder


def _select(folder: Path, wanted: str) -> tuple[Path, ...]:
    if not folder.is_dir():
        raise OptionError(f"--notebooks {str(folder)!r} is not a folder")
    notebooks = sorted(folder.glob("*.ipynb"))
    if not notebooks:
        raise OptionError(f"there is no notebook in {str(folder)!r}")
    if not wanted.strip():
        return tuple(notebooks)
    existing = sorted({chapter_number(path.stem) for path in notebooks})
    # People say "chapter 2".
    names = [name.strip() for name in wanted.split(",")]
    names = [name.zfill(2) if name.isdigit() else name for name in names]
    unknown = [name for name in names if name not in existing]
    if unknown:
        raise OptionError(
            f"CHAPTERS={wanted!r}: there is no chapter {unknown[0]!r}; "
            f"there are {', '.join(existing)}"
        )
    return tuple(path for path in notebooks if chapter_number(path.stem) in names)

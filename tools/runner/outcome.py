"""Where one chapter reads and writes, and what came out of it."""

import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tools.runner.failure import Failure

KERNEL_NAME = "course-watched"


@dataclass(frozen=True)
class Files:
    """Where one chapter reads and writes.

    Attributes:
        source: The notebook.
        prepared: The notebook as papermill reads it, every cell with an id.
        work: The copy that papermill rewrites after every cell.
        record: What the watched kernel saw.
        results: What the chapter itself wrote.
        notebook: The finished executed copy.
        page: The same as a web page.
        log: What the kernel wrote past the notebook.
        progress: Folder in which exercises are counted, so that the copy shows nobody's own marks.
    """

    source: Path
    prepared: Path
    work: Path
    record: Path
    results: Path
    notebook: Path
    page: Path
    log: Path
    progress: Path

    @classmethod
    def of(cls, source: Path, build: Path) -> "Files":
        """Return the files of the chapter ``source`` under ``build``."""
        stem = source.stem
        return cls(
            source=source,
            prepared=build / "work" / f"{stem}.source.ipynb",
            work=build / "work" / f"{stem}.ipynb",
            record=build / "work" / f"{stem}.record.json",
            results=build / "results" / f"{stem}.json",
            notebook=build / "notebooks" / f"{stem}.ipynb",
            page=build / "notebooks" / f"{stem}.html",
            log=build / "work" / f"{stem}.log",
            progress=build / "work" / f"{stem}.progress",
        )

    def prepare(self) -> None:
        """Make the folders and remove what an earlier run left, so that nothing stale is shown.

        Its page moves into ``earlier``: somebody may need it while this run lasts, or fails.
        """
        for name, path in vars(self).items():
            if name == "source":
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            if name == "page" and path.exists():
                earlier = path.parent / "earlier" / path.name
                earlier.parent.mkdir(exist_ok=True)
                path.replace(earlier)
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)


@dataclass
class Outcome:
    """What came out of one chapter.

    Attributes:
        chapter: The notebook's file name without its ending.
        cells: Code cells that were executed.
        seconds: Wall-clock time of the execution.
        peak_memory_mb: Peak of resident memory of the kernel and what it started; None if unknown.
        pictures_trained: Pictures in training steps, every epoch counted.
        headline: The chapter's result in its own words.
        copies: Executed copies, relative to the build folder.
        fits: Every call of ``fit`` as it happened.
        outside_fit: Training outside of ``fit`` as it happened.
        cell_seconds: Seconds of each executed code cell, by its id.
        warnings: What papermill and nbconvert warned of.
        failures: Everything that went wrong; empty if the chapter passed.
    """

    chapter: str
    cells: int = 0
    seconds: float = 0.0
    peak_memory_mb: int | None = None
    pictures_trained: int = 0
    headline: str = ""
    copies: list[str] = field(default_factory=list)
    fits: list[dict] = field(default_factory=list)
    outside_fit: list[dict] = field(default_factory=list)
    cell_seconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def as_json(self) -> dict:
        """Return the outcome ready for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict) -> "Outcome":
        """Return the outcome that ``as_json`` wrote."""
        return cls(**{**values, "failures": [Failure(**one) for one in values["failures"]]})

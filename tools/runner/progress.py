"""How far the run has come and how long it will still take.

A cell weighs as many seconds as it took in the last run with the same profile and data; without
such a run every cell weighs the same. On a terminal a bar moves; elsewhere a line appears now and
then, so that a log shows that the run is alive.
"""

import sys
import time
from pathlib import Path

from tqdm import tqdm

from tools.runner import report
from tools.runner.cells import code_cells, read
from tools.runner.options import Options

_SECONDS_BETWEEN_LINES = 30
_LEAST_WEIGHT = 0.05  # no cell is free, or the bar could stand still for many of them


class Progress:
    """The progress of one run over all code cells of its chapters.

    Args:
        options: How the course is run.
    """

    def __init__(self, options: Options):
        self._weights, self._in_seconds = _weights(options)
        self._total = sum(sum(cells.values()) for cells in self._weights.values())
        self._left = {stem: dict(cells) for stem, cells in self._weights.items()}
        self._running: dict[str, tuple[str, float]] = {}
        self._begun = self._last_line = time.monotonic()
        self._bar = tqdm(
            total=self._total,
            file=sys.stderr,
            disable=not sys.stderr.isatty(),
            smoothing=0,
            leave=False,
            bar_format="{percentage:3.0f}% |{bar}| {elapsed} so far, {remaining} left{postfix}",
        )

    def cell(self, stem: str, event: str, cell_id: str) -> None:
        """Note that a cell of a chapter has ``"started"`` or ``"finished"``."""
        if event == "started":
            self._running[stem] = (cell_id, time.monotonic())
        else:
            self._left[stem].pop(cell_id, None)
            self._running.pop(stem, None)
        self.tick()

    def end_chapter(self, stem: str, passed: bool) -> None:
        """Note that a chapter has ended, with or without having run all of its cells."""
        self._left[stem] = {}
        self._running.pop(stem, None)
        if self._bar.disable:
            self._print(f"{stem} {'passed' if passed else 'FAILED'}")
        self.tick()

    def tick(self) -> None:
        """Show how far the run is."""
        self._bar.set_postfix_str(self._where(), refresh=False)
        self._bar.n = self._done()
        self._bar.refresh()
        if self._bar.disable and time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES:
            self._print(self._where())

    def close(self) -> None:
        """Remove the bar from the terminal."""
        self._bar.close()

    def _done(self) -> float:
        left = sum(sum(cells.values()) for cells in self._left.values())
        return min(self._total - left + self._done_of_running(), self._total)

    def _done_of_running(self) -> float:
        if not self._in_seconds:
            return 0.0
        return sum(
            min(time.monotonic() - begun, self._left[stem].get(cell_id, 0.0))
            for stem, (cell_id, begun) in self._running.items()
        )

    def _where(self) -> str:
        places = []
        for stem, (cell_id, _) in self._running.items():
            ids = list(self._weights[stem])
            places.append(f"{stem} cell {ids.index(cell_id) + 1}/{len(ids)}")
        return ", ".join(places)

    def _print(self, message: str) -> None:
        self._last_line = time.monotonic()
        elapsed, done = self._last_line - self._begun, self._done()
        left = elapsed * (self._total - done) / done if done else None
        remaining = f"about {tqdm.format_interval(left)} left" if left is not None else "started"
        share = done / self._total if self._total else 1.0
        print(
            f"[{tqdm.format_interval(elapsed)}] {share:4.0%}, {remaining}: {message}",
            file=sys.stderr,
            flush=True,
        )


def _code_cell_ids(source: Path) -> list[str]:
    try:
        return [cell.id for cell in code_cells(read(source))]
    except ValueError:  # the worker will say so
        return []


def _weights(options: Options) -> tuple[dict[str, dict[str, float]], bool]:
    """Return the weight of every code cell by chapter and id, and whether these are seconds."""
    ids = {source.stem: _code_cell_ids(source) for source in options.chapters}
    known = report.last_cell_seconds(options)
    seconds = [value for stem in ids for value in known.get(stem, {}).values()]
    usual = sum(seconds) / len(seconds) if seconds else 1.0
    weights = {
        stem: {
            cell_id: max(known.get(stem, {}).get(cell_id, usual), _LEAST_WEIGHT)
            for cell_id in cell_ids
        }
        for stem, cell_ids in ids.items()
    }
    return weights, bool(seconds)

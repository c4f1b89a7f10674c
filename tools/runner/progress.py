"""How far the run has come and how long it will still take.

Every cell has a weight, the seconds that it will probably take (see ``weights``). How fast this
machine is compared with that is learned from the cells that have ended, so that the time left only
falls while a cell runs. On a terminal a bar moves; elsewhere a line appears now and then, so that a
log shows that the run is alive.
"""

import sys
import time
from collections.abc import Callable

from tqdm import tqdm

from tools.runner import weights
from tools.runner.options import Options

_SECONDS_BETWEEN_LINES = 30
# Until this share of the weights has ended, the pace stays near that of the weights: the first
# cells, which only import, say little about those that train.
_TRUSTED_SHARE = 0.1


class Progress:
    """The progress of one run over all code cells of its chapters.

    Args:
        options: How the course is run.
        clock: Seconds since any moment.
    """

    def __init__(self, options: Options, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._jobs = options.jobs
        self._weights = weights.of_cells(options)
        self._total = sum(sum(cells.values()) for cells in self._weights.values())
        self._left = {stem: dict(cells) for stem, cells in self._weights.items()}
        self._running: dict[str, tuple[str, float]] = {}
        # Seconds and weights of all cells that have ended.
        self._seconds_ended = self._weights_ended = _TRUSTED_SHARE * self._total
        self._begun = self._last_line = clock()
        self._bar = tqdm(
            total=self._total,
            file=sys.stderr,
            disable=not sys.stderr.isatty(),
            leave=False,
            bar_format="{percentage:3.0f}% |{bar}| {elapsed} so far{postfix}",
        )

    def cell(self, stem: str, event: str, cell_id: str) -> None:
        """Note that a cell of a chapter has ``"started"`` or ``"finished"``."""
        if event == "started":
            self._running[stem] = (cell_id, self._clock())
        else:
            _, begun = self._running.pop(stem)
            self._seconds_ended += self._clock() - begun
            self._weights_ended += self._left[stem].pop(cell_id, 0.0)
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
        self._bar.set_postfix_str(f"{self._time_left()}, {self._where()}", refresh=False)
        self._bar.n = self._total - sum(self._weights_left())
        self._bar.refresh()
        if self._bar.disable and self._clock() - self._last_line > _SECONDS_BETWEEN_LINES:
            self._print(self._where())

    def close(self) -> None:
        """Remove the bar from the terminal."""
        self._bar.close()

    def _weights_left(self) -> list[float]:
        """Return what is left of each chapter; a running cell is partly done."""
        return [
            sum(cells.values()) - self._done_of_running(stem) for stem, cells in self._left.items()
        ]

    def _done_of_running(self, stem: str) -> float:
        if stem not in self._running:
            return 0.0
        cell_id, begun = self._running[stem]
        return min((self._clock() - begun) / self._pace(), self._left[stem].get(cell_id, 0.0))

    def _pace(self) -> float:
        """Return how many seconds a weight of one second takes here."""
        return self._seconds_ended / self._weights_ended if self._weights_ended else 1.0

    def _seconds_left(self) -> float:
        left = self._weights_left()
        # The last chapter runs alone, however many could run at a time.
        return self._pace() * max(sum(left) / self._jobs, *left, 0.0)

    def _time_left(self) -> str:
        return f"about {tqdm.format_interval(self._seconds_left())} left"

    def _where(self) -> str:
        places = []
        for stem, (cell_id, _) in self._running.items():
            ids = list(self._weights[stem])
            places.append(f"{stem} cell {ids.index(cell_id) + 1}/{len(ids)}")
        return ", ".join(places)

    def _print(self, message: str) -> None:
        self._last_line = self._clock()
        elapsed = tqdm.format_interval(self._last_line - self._begun)
        share = 1 - sum(self._weights_left()) / self._total if self._total else 1.0
        print(
            f"[{elapsed}] {share:4.0%}, {self._time_left()}: {message}",
            file=sys.stderr,
            flush=True,
        )

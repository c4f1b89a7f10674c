"""Watches how much memory a chapter takes, and stops one that takes more than was promised."""

import contextlib
import json
import threading
from pathlib import Path

import psutil

_TICK_SECONDS = 0.2


class MemoryWatch:
    """Measures a kernel and the processes it started, together, until the ``with`` block ends.

    Resident memory is looked at five times a second, so that a shorter peak is not seen. A process
    that is gone, or that may not be looked at, is left out.

    Args:
        record: The watched kernel's record, which names its process.
        limit_mb: Megabytes at which the kernel is killed; None for no limit.

    Attributes:
        peak_mb: The most that was seen, in megabytes.
    """

    def __init__(self, record: Path, limit_mb: int | None):
        self.peak_mb = 0
        self._record = record
        self._limit_mb = limit_mb
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "MemoryWatch":
        self._thread.start()
        return self

    def __exit__(self, *exception) -> None:
        self._finished.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._finished.wait(_TICK_SECONDS):
            with contextlib.suppress(FileNotFoundError, psutil.Error):
                kernel = psutil.Process(json.loads(self._record.read_text(encoding="utf-8"))["pid"])
                self._look_at(kernel)

    def _look_at(self, kernel: psutil.Process) -> None:
        family = [kernel, *kernel.children(recursive=True)]
        total = 0
        for process in family:
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        self.peak_mb = max(self.peak_mb, round(total / 1e6))
        if self._limit_mb is not None and self.peak_mb > self._limit_mb:
            for process in family:
                with contextlib.suppress(psutil.Error):
                    process.kill()

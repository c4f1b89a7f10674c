"""The worker process: executes one chapter and tells the supervisor how it goes.

The supervisor writes one line of JSON to the standard input and keeps it open; when it closes, the
supervisor is gone, and the worker stops its kernel and ends. Events leave as lines of JSON on the
standard output. Everything else that this process or its kernel prints goes to the chapter's log.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path

from tools.runner.chapter import Files, run_chapter
from tools.runner.options import Options


def main() -> None:
    """Run the chapter that the supervisor names."""
    job = json.loads(sys.stdin.readline())
    options, source = Options.from_json(job["options"]), Path(job["source"])
    events = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    _send_prints_to(Files.of(source, options.build).log)
    # As an exception, so that papermill's own clean-up stops the kernel.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    threading.Thread(target=_stop_with_supervisor, daemon=True).start()

    def send(event: str, value) -> None:
        events.write(json.dumps({"event": event, "value": value}) + "\n")

    outcome = run_chapter(source, options, report_cell=send)
    send("outcome", outcome.as_json())


def _send_prints_to(log: Path) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for standard in (1, 2):
        os.dup2(handle, standard)
    os.close(handle)


def _stop_with_supervisor() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()

"""Execute the course: ``python -m tools.run_course``, or ``make run``.

Exit codes: 0 every chapter passed; 1 a chapter failed; 2 an option is wrong and nothing was
started; 130 interrupted.
"""

import argparse
import os
import signal
import sys
import time

from tools.runner import lock, report, supervisor
from tools.runner.options import PROMISED_MEMORY_MB, OptionError, Options, as_typed


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise OptionError(message)


def main(arguments: list[str] | None = None) -> int:
    """Run the chapters that the command line and the environment name; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a file on Windows may know no arrows and no Hangul
            stream.reconfigure(errors="replace")
    try:
        options = Options.choose(**vars(_parser().parse_args(arguments)))
        with lock.held(options.build):
            return _run(options)
    except OptionError as error:
        print(f"run_course: {error}", file=sys.stderr)
        return 2


def _run(options: Options) -> int:
    # A cancelled job ends as tidily as Ctrl-C, which shells let jobs in the background ignore.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), signal.default_int_handler)
    begun = time.perf_counter()
    try:
        outcomes = supervisor.run(options)
    except KeyboardInterrupt:
        print("run_course: interrupted; all kernels are stopped", file=sys.stderr)
        return 130
    seconds = round(time.perf_counter() - begun, 1)
    path = report.write(options, outcomes, seconds)
    print(report.table(options, outcomes))
    print(
        f"\nProfile {options.profile}, data {options.data}, {seconds:.0f} s in all. "
        f"The same and more in {as_typed(path)}",
        flush=True,
    )
    if page := report.first_page(options, outcomes):
        print(f"Open {page}", flush=True)
    failed = report.failures(outcomes)
    if failed:
        print(f"\n{failed}", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    environment = os.environ
    parser = _Parser(prog="run_course", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--profile",
        default=environment.get("PROFILE") or "demo",
        help="demo, full or ci (environment: PROFILE; default: %(default)s)",
    )
    parser.add_argument(
        "--data",
        default=environment.get("DATA") or "sample",
        help="sample, download or a folder (environment: DATA; default: %(default)s)",
    )
    parser.add_argument(
        "--chapters",
        default=environment.get("CHAPTERS", ""),
        help="such as 02,04 or A1 (environment: CHAPTERS; default: all)",
    )
    parser.add_argument(
        "--notebooks",
        default=argparse.SUPPRESS,
        help="folder with the chapters (default: notebooks in the repository)",
    )
    parser.add_argument(
        "--build",
        default=argparse.SUPPRESS,
        help="folder for everything that is written (default: build in the repository)",
    )
    parser.add_argument("--jobs", type=int, default=2, help="chapters at a time (default: 2)")
    parser.add_argument(
        "--threads", type=int, default=1, help="compute threads of each (default: 1)"
    )
    parser.add_argument(
        "--cell-timeout",
        type=int,
        help="seconds after which a cell is given up, 0 = never (default: 1800; full: never)",
    )
    parser.add_argument(
        "--python",
        default=argparse.SUPPRESS,
        help="the Python that executes the chapters (default: the one that runs this)",
    )
    parser.add_argument(
        "--memory-limit",
        type=int,
        help="megabytes of memory at which a chapter is stopped, 0 = no limit "
        f"(default: no limit; ci: {PROMISED_MEMORY_MB})",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

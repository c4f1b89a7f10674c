"""Run the chapters in other environments: ``python -m tools.environments run|share|colab-list``.

Exit codes: 0 everything passed; 1 a chapter failed or an environment could not be made; 2 an option
is wrong and nothing was started; 130 interrupted.
"""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from tools.environments import colab_list, execution, shares
from tools.environments.install import install
from tools.environments.kinds import COLAB_LIST, KINDS, EnvironmentFailure, Kind
from tools.notebook_files import ROOT, Course
from tools.runner import lock
from tools.runner.options import OptionError, Options

_BUILD = ROOT / "build" / "environments"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    chosen = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as tidily as Ctrl-C
    try:
        if chosen.command == "colab-list":
            colab_list.write(chosen.published, COLAB_LIST)
            return 0
        with lock.held(_BUILD):
            return _share() if chosen.command == "share" else _run(chosen)
    except OptionError as error:
        print(f"environments: {error}", file=sys.stderr)
        return 2
    except EnvironmentFailure as error:
        print(f"\nFAILED {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("environments: interrupted; all kernels are stopped", file=sys.stderr)
        return 130


def _run(chosen: argparse.Namespace) -> int:
    """Run the wanted chapters in the wanted environments."""
    names = [name.strip() for name in chosen.environment.split(",") if name.strip()]
    if unknown := [name for name in names if name not in KINDS]:
        raise OptionError(f"ENVIRONMENT={unknown[0]!r} is unknown; there are {', '.join(KINDS)}")
    chapters = list(Options.choose(chapters=chosen.chapters).chapters)
    return _in_turn([(KINDS[name], chapters) for name in names or KINDS])


def _share() -> int:
    """Run the share of the commit that is checked out."""
    chapters = list(Options.choose().chapters)
    number = shares.commit_number(ROOT)
    share = shares.of_commit(number)
    print(shares.schedule(number, chapters), flush=True)
    return _in_turn([(share.kind, share.chapters(chapters))])


def _in_turn(work: list[tuple[Kind, list[Path]]]) -> int:
    """Make environments and run chapters in them, one environment after the other."""
    failures = []
    course = Course.read()
    for kind, chapters in work:
        begun = time.perf_counter()
        try:
            environment = install(kind, _BUILD)
        except EnvironmentFailure as error:  # the other environments may be fine
            failures.append(f"{kind.name}: FAILED\n  error:  {error}")
            print(f"{kind.name:8} could not be installed", flush=True)
            continue
        seconds = time.perf_counter() - begun
        print(
            f"{kind.name:8} {kind.summary}: Python {environment.python_version}, "
            f"{environment.versions()}; installed in {seconds:.0f} s",
            flush=True,
        )
        failures += execution.run(environment, chapters, course)
    for failure in failures:
        print(f"\n{failure}", file=sys.stderr)
    return 1 if failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.environments", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run chapters in all environments, or in some")
    run.add_argument(
        "--environment",
        default=os.environ.get("ENVIRONMENT", ""),
        help=f"{', '.join(KINDS)} (environment: ENVIRONMENT; default: all)",
    )
    run.add_argument(
        "--chapters",
        default=os.environ.get("CHAPTERS", ""),
        help="such as 02,04 or A1 (environment: CHAPTERS; default: all)",
    )
    commands.add_parser("share", help="run the part whose turn it is at this commit")
    listing = commands.add_parser("colab-list", help="write colab.txt anew")
    listing.add_argument("published", type=Path, help="Colab's own list (its pip-freeze.txt)")
    return parser


if __name__ == "__main__":
    sys.exit(main())

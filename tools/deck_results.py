"""What the decks quote of a measured run: ``python -m tools.deck_results build``.

Takes over what each chapter of a passed run in profile demo measured on drawn pictures, into
``slides/measured_results.json``. The decks refuse results of a chapter whose training plan has
changed since.
"""

import argparse
import json
import sys
from pathlib import Path

from tools import atomic_files, chapter_table
from tools.notebook_files import ROOT

MEASURED = ROOT / "slides" / "measured_results.json"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.deck_results", description=__doc__)
    parser.add_argument("build", type=Path, help="folder of the run: build")
    parser.add_argument("--store", type=Path, default=MEASURED, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    try:
        measured = take_over(chosen.build)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    text = json.dumps(measured, indent=1, ensure_ascii=False) + "\n"
    atomic_files.write(chosen.store, text)
    return 0


def take_over(build: Path) -> dict:
    """Return what the decks need of the run in ``build``.

    Raises:
        ValueError: If the run failed, or did not run in profile demo on drawn pictures.
    """
    run = chapter_table.take_over(build / "report.json")
    chapters = {}
    for name, chapter in run["chapters"].items():
        results = json.loads((build / "results" / f"{name}.json").read_text(encoding="utf-8"))
        if (results["profile"], results["data"]) != ("demo", "sample"):
            raise ValueError(f"the results of {name} are of another run; make run first")
        chapters[name] = {
            "values": results["values"],
            "planned_work": chapter["planned_work"],
        }
    return {
        "conditions": f"profile demo, drawn pictures, {run['hardware']}",
        "chapters": chapters,
    }


if __name__ == "__main__":
    sys.exit(main())

"""Keep the course's notebooks clean: ``python -m tools.notebooks check|clean|stamp|refresh``.

Without file names, all chapters and all solutions are meant, and ``check`` and ``stamp`` also look
after the repository's address in all other files that name it.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode
from nbstripout import strip_output

from tools import notebook_files as files
from tools import notebook_rules, notebook_run
from tools import notebook_template as template
from tools.addresses import Addresses, text_files
from tools.notebook_cell_rules import CELL_METADATA, METADATA


def main(arguments: list[str] | None = None, root: Path = files.ROOT) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__)
    commands = {
        "check": (check, "say what breaks a rule; nothing is changed"),
        "clean": (clean, "take out outputs and metadata that do not belong into git"),
        "stamp": (stamp, "write badges, set-up cells and releases anew"),
        "refresh": (refresh, "run the notebooks and store the outputs that are compared"),
    }
    subparsers = parser.add_subparsers(dest="command", required=True)
    for name, (_, summary) in commands.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        subparser.add_argument("files", nargs="*", type=Path, help="notebooks; all if left out")
    chosen = parser.parse_args(arguments)
    if missing := [str(path) for path in chosen.files if not path.is_file()]:
        parser.error(f"no such notebook: {', '.join(missing)}")
    try:
        course = files.Course.read(root)
    except ValueError as error:
        print(error)
        return 1
    paths = [path.resolve() for path in chosen.files] or course.notebooks()
    return commands[chosen.command][0](paths, course, everything=not chosen.files)


def check(paths: list[Path], course: files.Course, everything: bool) -> int:
    """Print a line for everything that breaks a rule; return 1 where there is any."""
    addresses = Addresses(course)
    lines = [line for path in paths for line in notebook_rules.check_notebook(path, addresses)]
    if everything:
        lines += notebook_rules.check_addresses(addresses)
    for line in lines:
        print(line)
    if not lines:
        print(f"{len(paths)} notebooks keep the rules.")
    return 1 if lines else 0


def clean(paths: list[Path], course: files.Course, everything: bool) -> int:
    """Take out of the notebooks what does not belong into git."""
    return _rewrite(paths, course, lambda notebook, path: strip(notebook), "cleaned")


def stamp(paths: list[Path], course: files.Course, everything: bool) -> int:
    """Write what depends on the repository's address or on the release."""
    addresses = Addresses(course)  # before anything is stamped: what differs tells the old one
    status = _rewrite(
        paths, course, lambda notebook, path: template.stamp(notebook, addresses, path), "stamped"
    )
    for path in text_files(course) if everything else ():
        if addresses.stamp_file(path):
            print(f"{course.name_of(path)}: stamped")
    return status


def refresh(paths: list[Path], course: files.Course, everything: bool) -> int:
    """Run the notebooks, store the outputs that are compared, and clean up."""

    def run(notebook: NotebookNode, path: Path) -> None:
        for cell in notebook_run.refresh(notebook, path.parent):
            print(f"{course.name_of(path)}: {cell}: output changed")
        strip(notebook)

    return _rewrite(paths, course, run, "refreshed")


def strip(notebook: NotebookNode) -> None:
    """Take out of a notebook what the rules forbid and what nobody has to decide about.

    These are outputs and counts of cells without the tag ``nbval-check-output``, metadata, and
    empty cells. Ids stay.
    """
    notebook.metadata = NotebookNode(METADATA)
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    for cell in notebook.cells:
        for key in set(cell.metadata) - CELL_METADATA:
            del cell.metadata[key]
    # nbstripout has one answer for all cells, so it is shown only those that it shall strip.
    unchecked = [cell for cell in notebook.cells if files.CHECKED not in files.tags(cell)]
    strip_output(
        NotebookNode(notebook, cells=unchecked), keep_output=False, keep_count=False, keep_id=True
    )


def _rewrite(
    paths: list[Path],
    course: files.Course,
    change: Callable[[NotebookNode, Path], None],
    done: str,
) -> int:
    """Change notebooks one by one; one that cannot be changed stays as it is.

    Returns:
        1 if any could not be changed.
    """
    status = 0
    for path in paths:
        try:
            notebook = files.read(path)
            change(notebook, path)
        except ValueError as error:
            print(f"{course.name_of(path)}: {error}")
            status = 1
            continue
        if files.write_if_changed(path, files.render(notebook)):
            print(f"{course.name_of(path)}: {done}")
    return status


if __name__ == "__main__":
    sys.exit(main())

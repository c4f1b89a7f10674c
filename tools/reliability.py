"""The README's table of what can go wrong, made from what the tests themselves reported.

``python -m tools.reliability`` writes the table, ``--check`` only says whether it is up to date.
``--measured FILE`` first takes over the report that tests write where COURSE_FAULT_REPORT names a
file. The last report is kept beside this file in ``reliability.json``.
"""

import argparse
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tools import atomic_files, generated_text
from tools import notebook_files as files

STORE = Path(__file__).with_name("reliability.json")
_MARKS = ("<!-- reliability: written by make reliability -->", "<!-- end of reliability -->")


@dataclass(frozen=True)
class Group:
    """Faults that stand in one row.

    Attributes:
        faults: What goes wrong, in words.
        names: Pattern of the names under which tests report these faults.
        response: What the course does then.
    """

    faults: str
    names: str
    response: str


GROUPS = (
    Group(
        "A download breaks off, falls silent, arrives shortened, changed or empty, is an error "
        "page (404, 500, quota) or a circle of redirects; there is no network",
        r"download \((hash|Drive)\): ",
        "checks length and SHA-256 or content, tries twice more, then names the way by hand",
    ),
    Group(
        "An archive holds paths that lead out, links, unreadable files, or far more than it should",
        r"archive \((hash|Drive)\): ",
        "looks at every path before it unpacks",
    ),
    Group(
        "A set is damaged after it was unpacked: files or folders are gone, cut off or empty, or "
        "others are added",
        r"damaged set \((hash|Drive)\): ",
        "compares names and sizes at every load, unpacks anew, removes nobody's files",
    ),
    Group(
        "The disk is full or cannot be written to",
        r"(disk full|no space left on device|read-only file system)",
        "writes beside and renames what is whole; names the variable that moves the cache",
    ),
    Group(
        "The process is killed while it downloads or unpacks, at random moments",
        r"killed \((hash|Drive)\): ",
        "gives the final name to nothing that is not whole",
    ),
    Group(
        "The process is killed before each single step of drawing, caching and copying",
        r"killed: ",
        "likewise",
    ),
    Group(
        "Three processes fetch the same set at once",
        r"three processes at once",
        "the first one to finish stays",
    ),
    Group(
        "Links, empty folders, pictures that vanish where a copy is made",
        r"(copy of a split: |a picture vanishes)",
        "copies files, not links, and names what is missing",
    ),
    Group(
        "A chapter's kernel is killed while it draws, copies, decodes or trains; the chapter is "
        "run twice",
        r"chapter (killed|run twice)",
        "takes up what is whole, makes the rest again",
    ),
    Group(
        "A chapter runs twice at once on an empty cache, in a folder that cannot be written to, "
        "without a GPU",
        r"chapter: ",
        "writes only to cache and results",
    ),
    Group(
        "A chapter takes more memory than it may",
        r"too much memory: ",
        "CI stops it",
    ),
)


def main(arguments: list[str] | None = None, root: Path = files.ROOT) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.reliability", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if stale")
    parser.add_argument("--measured", type=Path, help="take over this report of the tests")
    parser.add_argument("--store", type=Path, default=STORE, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    try:
        faults = _read(chosen.measured or chosen.store)
        new = table(faults)
        readme = root / "README.md"
        text = readme.read_text(encoding="utf-8")
        fresh = generated_text.replace_between(text, _MARKS, new)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if chosen.check:
        if fresh != text:
            print("README.md: the table of faults is stale; make reliability", file=sys.stderr)
        return int(fresh != text)
    if chosen.measured:
        report = {"passed": True, "faults": faults}
        atomic_files.write(chosen.store, json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    files.write_if_changed(readme, fresh)
    return 0


def table(faults: list[dict]) -> str:
    """Return what the tests reported as a Markdown table, one row for each group of faults.

    Raises:
        ValueError: If a fault belongs to no group or to several, or nothing was tried of a group.
    """
    lines = ["| what goes wrong | tries | what the course does | outcome |", "|---|---|---|---|"]
    rows = {group: [] for group in GROUPS}
    for fault in faults:
        matching = [group for group in GROUPS if re.match(group.names, fault["fault"])]
        if len(matching) != 1:
            raise ValueError(
                f"the fault {fault['fault']!r} belongs to {len(matching)} rows of the table; "
                "mend GROUPS in tools/reliability.py"
            )
        rows[matching[0]].append(fault)
    for group, found in rows.items():
        if not found:
            raise ValueError(f"nothing was tried of {group.faults!r}; run all tests of faults")
        outcomes = Counter()
        for fault in found:
            outcomes[fault["outcome"]] += fault["tries"]
        said = "; ".join(f"{count} × {outcome}" for outcome, count in outcomes.most_common())
        lines.append(f"| {group.faults} | {outcomes.total()} | {group.response} | {said} |")
    return "\n".join(lines)


def _read(path: Path) -> list[dict]:
    """Return the faults of a report.

    Raises:
        ValueError: If a test failed while it was written.
    """
    report = json.loads(path.read_text(encoding="utf-8"))
    if not report["passed"]:
        raise ValueError(f"{path.name}: a test failed; mend that first, then make reliability")
    return report["faults"]


if __name__ == "__main__":
    sys.exit(main())

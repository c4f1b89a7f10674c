"""The generated parts of the web site: each function returns Markdown for one mark in a page.

A page in ``site/pages`` holds lines such as ``<!-- chapters -->``; ``fill`` puts in their place
what the function of that name in ``PARTS`` makes of the repository.
"""

import json
import re
from collections.abc import Callable
from html import escape
from pathlib import Path

from nbformat import NotebookNode

from course_utils import explorers, profiles, references
from course_utils.checks import core
from course_utils.language import current, speaking
from tools import chapter_table, deck_rules
from tools import notebook_files as files
from tools.bench import report as bench_report
from tools.executed import INJECTED
from tools.references import ladder
from tools.translation.generated import said

_OPEN = "Open in Colab"
_BADGE = re.compile(rf"^\[!\[{_OPEN}\].*$", re.MULTILINE)
_MARK = re.compile(r"^<!-- ([a-z_]+) -->$", re.MULTILINE)
#: What the reference describes, in the order of a chapter.
MODULES = (
    *("runtime", "profiles", "arithmetic", "data", "models", "training"),
    *("plots", "explorers", "checks", "references", "explain", "precision"),
)


def fill(page: str, out: Path, language: str = "en") -> str:
    """Return a page with its generated parts.

    Args:
        page: The page's text.
        out: The folder of the site's source; pictures that a part needs are written there.
        language: In which they are to be.

    Raises:
        ValueError: If the page asks for a part that nobody makes.
    """

    def part(mark: re.Match) -> str:
        if mark[1] not in PARTS:
            raise ValueError(f"a page asks for {mark[0]}; there are {', '.join(PARTS)}")
        with speaking(language):
            return said(PARTS[mark[1]](out), language)

    return _MARK.sub(part, page)


def link_chapter(notebook: NotebookNode, name: str, language: str = "en") -> None:
    """Put links to a chapter's slides, exercises and plan behind the badge below its title.

    Args:
        notebook: The chapter's executed copy; it is changed.
        name: Its file name without its ending.
        language: In which it is written.

    Raises:
        ValueError: If it has no badge.
    """
    links = [f"[plan for a class](../instructors/{name.split('_')[0]}.md)"]
    titles = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    if own := re.search(r"^## (\d+\. (?:Your turn|직접 해 보기))$", titles, re.MULTILINE):
        links.insert(0, f"[exercises](#{own[1].lower().replace('. ', '-').replace(' ', '-')})")
    if (deck_rules.SLIDES / f"{name}.md").exists():
        links = [
            f'<a href="../slides/{name}.html">slides</a>',
            f'<a href="../slides/{name}.pdf">handout</a>',
            *links,
        ]
    title = notebook.cells[0]
    title.source, found = _BADGE.subn(
        lambda badge: (
            badge[0].replace(_OPEN, said(_OPEN, language))
            + f" &ensp;{said('&nbsp;· '.join(links), language)}"
        ),
        title.source,
        count=1,
    )
    if not found:
        raise ValueError(f"{name} has no Colab badge in its first cell; call make stamp")


def tidy_chapter(notebook: NotebookNode, language: str = "en") -> None:
    """Fold away what a reader of a page does not need: how a chapter is set up and was run.

    Args:
        notebook: The chapter's executed copy; it is changed.
        language: In which it is written.
    """
    notebook.cells = [cell for cell in notebook.cells if INJECTED not in files.tags(cell)]
    prompts = {"show": "Show the set-up", "hide": "Hide the set-up"}
    for cell in notebook.cells:
        if cell.get("id") == "setup":
            cell.metadata["tags"] = [*files.tags(cell), "hide-input"]
            cell.metadata["mystnb"] = {
                f"code_prompt_{what}": said(words, language) for what, words in prompts.items()
            }


def chapters(out: Path) -> str:
    """Return the table of chapters without their badges: each chapter has its own button."""
    measured = json.loads(chapter_table.MEASURED.read_text(encoding="utf-8"))
    table = chapter_table.table(files.Course.read(), measured)
    return _inside_site(re.sub(r"\| \[!\[[^|]*\|$", "|", table, flags=re.MULTILINE)).replace(
        "| result | |\n|---|---|---|---|---|---|---|", "| result |\n|---|---|---|---|---|---|"
    )


def decks(out: Path) -> str:
    """Return the table of decks with their handouts."""
    rows = ["| | deck | minutes | |", "|---|---|---|---|"]
    for path in sorted(deck_rules.SLIDES.glob("[0-9A]*_*.md")):
        deck = deck_rules.read(path.stem, path.read_text(encoding="utf-8"))
        number = path.stem.split("_")[0]
        rows.append(
            f'| {number} | <a href="slides/{deck.name}.html">{escape(deck.slides[0].heading)}</a> '
            f'| {deck.facts["minutes"]} | <a href="slides/{deck.name}.pdf">handout</a> |'
        )
    return "\n".join(rows)


def show_explorers(out: Path) -> str:
    """Return every explorer as a frame of its own; their pages are written beside the site."""
    folder = out / "explorer_pages"
    folder.mkdir(exist_ok=True)
    parts = []
    for name, title in EXPLORERS.items():
        page = _EXPLORER_PAGE.format(
            title=title, body=explorers.page(name), language=current()
        )  # a page of its own, so that styles do not meet
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
        parts.append(
            f"({name.replace('_', '-')}-explorer)=\n"  # the same address in both languages
            f'## {title}\n\n<a href="_static/explorers/{name}.html">Open it alone, for a projector'
            f'</a>\n\n<iframe class="explorer" title="{title}" '
            f'src="_static/explorers/{name}.html"></iframe>'
        )
    return "\n\n".join(parts)


def exercises(out: Path) -> str:
    """Return what every exercise is about, chapter by chapter."""
    parts = []
    for path in _chapters():
        title = files.read(path).cells[0].source.split("\n")[0].removeprefix("# ")
        rows = [
            f"| {one.number} | {one.title} |" for one in core.exercises(path.stem.split("_")[0])
        ]
        head = f"## [{title}](chapters/{path.name})\n\n| | what it is about |\n|---|---|"
        parts.append("\n".join([head, *rows]))
    return "\n\n".join(parts)


def ranges(out: Path) -> str:
    """Return the measured ranges with the lectures' figures beside them."""
    rows = [
        "| chapter | net | mean | range | seeds | test pictures | numbers | the lectures |",
        "|---|---|---|---|---|---|---|---|",
    ]
    titles = {path.stem.split("_")[0]: _link(path) for path in _chapters()}
    machines: dict[str, list[str]] = {}
    wide = ""
    for path in sorted(references.bands.FOLDER.glob("*.json")):
        name, profile, pictures = path.stem.rsplit("-", 2)
        band = references.band(name, profile, pictures)
        # The ladder has its own table; of one or two seeds no range is worth showing.
        if profile not in profiles.PROFILES or band is None or len(band.values) < 3:
            continue
        lower, upper = band.limits
        source = references.compare(name, band.mean, profiles.get(profile), "sample").source
        chapter = titles[name.split(".")[0]]
        rows.append(
            f"| {chapter} | {NETS[name]}, profile {profile}, {pictures} pictures "
            f"| {band.mean:.1%} | {lower:.1%} to {upper:.1%} | {len(band.values)} "
            f"| {band.num_test_pictures:,} | {band.facts['precision']} | {source or ''} |"
        )
        machine = f"{band.facts['hardware']}; {band.facts['versions']}"
        machines.setdefault(machine, []).append(chapter)
        if (name, profile) == ("06.mini_xception", "demo"):
            wide = _why_wide(band)
    lines = [f"Measured on {one}" for one in machines]
    if len(machines) > 1:
        lines = [f"- {', '.join(chapters)}: &ensp;{one}" for one, chapters in machines.items()]
        lines = ["Measured on:", "", *lines]
    return "\n".join([*rows, "", wide, "", *lines])


def _why_wide(band: references.Band) -> str:
    """Say why the seeds of mini-Xception in profile demo end so far apart."""
    epochs = profiles.get("demo").trainings["06.mini_xception"].epochs
    worst, best = min(band.values.values()), max(band.values.values())
    return (
        f"The range of mini-Xception is wide: profile demo trains it for only {epochs} epochs. Its "
        f"seeds end between {worst:.1%} and {best:.1%}; the slowest has only begun to learn "
        f"(guessing gives 50%)."
    )


def pictures(out: Path) -> str:
    """Draw a sheet of every set, and return them with the names of their classes."""
    from tools import contact_sheets

    parts = []
    for title, path, classes in contact_sheets.write(out / "pictures").values():
        words = ", ".join(classes)
        parts.append(
            f"## {title}\n\n```{{image}} pictures/{path.name}\n:alt: Drawn pictures in rows, "
            f"one row for each class: {words}.\n```\n\nA row for each class: {words}."
        )
    return "\n\n".join(parts)


def modules(out: Path) -> str:
    """Write one page for each module of the package, and return their list.

    The descriptions stand in the code, and so in English only: another language gets a link.
    """
    if current() != "en":
        return '<a href="../../reference/index.html">The helpers, in English</a>'
    folder = out / "reference"
    folder.mkdir(exist_ok=True)
    for name in MODULES:
        package = (files.ROOT / "course_utils" / name).is_dir()  # it names what it imports
        page = (
            f"# {name}\n\n```{{eval-rst}}\n.. automodule:: course_utils.{name}\n"
            "   :members:\n   :member-order: bysource\n"
            f"{'   :imported-members:' if package else ''}\n```\n"
        )
        (folder / f"{name}.md").write_text(page, encoding="utf-8")
    return "```{toctree}\n:maxdepth: 1\n\n" + "\n".join(MODULES) + "\n```"


def timetable(out: Path) -> str:
    """Return for each chapter its page of the guide, and how long lecture and computer take."""
    measured = json.loads(chapter_table.MEASURED.read_text(encoding="utf-8"))["chapters"]
    rows = [
        "| plan and questions | lecture with the deck | the chapter computes | exercises |",
        "|---|---|---|---|",
    ]
    for path in _chapters():
        deck = deck_rules.SLIDES / f"{path.stem}.md"
        minutes = "no deck yet"
        if deck.exists():
            facts = deck_rules.read(path.stem, deck.read_text(encoding="utf-8")).facts
            minutes = f"{facts['minutes']} min"
        number = path.stem.split("_")[0]
        title = files.read(path).cells[0].source.split("\n")[0].removeprefix("# ")
        rows.append(
            f"| [{number}: {title}]({number}.md) | {minutes} "
            f"| {measured[path.stem]['seconds']} s | {len(core.exercises(number))} |"
        )
    return "\n".join(rows)


def changes(out: Path) -> str:
    """Return the list of fixes and updates for students."""
    name = "CHANGELOG.md" if current() == "en" else f"CHANGELOG.{current()}.md"
    return _inside_site((files.ROOT / name).read_text(encoding="utf-8"))


def _link(path: Path) -> str:
    """Return a chapter's number and title, as a link to its page."""
    title = files.read(path).cells[0].source.split("\n")[0].removeprefix("# ")
    return f"[{path.stem.split('_')[0]}: {title}](chapters/{path.name})"


def _chapters() -> list[Path]:
    """Return the chapters, without the solutions."""
    return [one for one in files.Course.read().notebooks() if not files.holds_solutions(one)]


def _of_page(name: str, begin: str, end: str) -> Callable[[Path], str]:
    """Return a function that takes what stands between two marks of a page in the repository."""

    def part(out: Path) -> str:
        page = (files.ROOT / name).read_text(encoding="utf-8")
        _, found_begin, rest = page.partition(begin)
        text, found_end, _ = rest.partition(end)
        if not (found_begin and found_end):
            raise ValueError(f"{name} lacks the lines {begin} and {end}")
        return _inside_site(text.strip())

    return part


def _inside_site(text: str) -> str:
    """Point links from the repository's files to the pages of the site."""
    text = re.sub(r"\]\(notebooks/(\w+\.ipynb)\)", r"](chapters/\1)", text)
    return text.replace("](course_utils/samples/README.md)", "](pictures.md)")


#: By the name of the training whose range was measured.
NETS = {"01.mlp": "dense network", "02.convnet": "convnet"} | ladder.RUNGS["drawn"]
EXPLORERS = {
    "convolution": "Convolution",
    "receptive_field": "Receptive field",
    "pooling": "Pooling",
    "augmentation": "Augmentation",
}
_EXPLORER_PAGE = """\
<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"></head><body style="margin: 0"><main>{body}</main>
<script>
const tell = () => parent.postMessage(document.querySelector("main").offsetHeight + 4, "*");
new ResizeObserver(tell).observe(document.querySelector("main"));
</script></body></html>
"""
PARTS: dict[str, Callable[[Path], str]] = {
    "chapters": chapters,
    "decks": decks,
    "explorers": show_explorers,
    "exercises": exercises,
    "ranges": ranges,
    "ladder": lambda out: ladder.table("drawn"),
    "ladder_real": lambda out: ladder.table("real"),
    "pictures": pictures,
    "probes": _of_page(
        "course_utils/samples/README.md",
        "<!-- probes: written by make probes -->",
        "<!-- end of probes -->",
    ),
    "speed": _of_page("README.md", *bench_report.MARKS),
    "reliability": _of_page(
        "README.md",
        "<!-- reliability: written by make reliability -->",
        "<!-- end of reliability -->",
    ),
    "modules": modules,
    "timetable": timetable,
    "changes": changes,
}

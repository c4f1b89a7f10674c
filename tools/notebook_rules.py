"""The rules that every notebook in git keeps, each a small function that yields what breaks it.

A finding is a cell's index, or None for the notebook as a whole, and a sentence in two parts: what
is wrong; what to do. The rules on cells' code and outputs are in ``notebook_cell_rules``.
"""

import copy
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools import notebook_files as files
from tools import notebook_template as template
from tools import start_cells
from tools.addresses import Addresses, text_files
from tools.notebook_cell_rules import CELL_RULES, METADATA, Finding
from tools.notebook_code import calls_method, parse

#: The words before the list of what one learns, by the folder of a translation.
_OBJECTIVES = {"ko": "할 수 있"}
_CODE_TAGS = {"setup", "parameters", files.CHECKED}
_CHAPTER_TAGS = _CODE_TAGS | {"exercise", start_cells.TAG}
_SOLUTION_TAGS = _CODE_TAGS | {"solution"}

# Chapters 01 to 08; 00 and the appendices take seconds.
_TRAINING_CHAPTER = re.compile(r"0[1-8]_")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{2,63}")
# What nbformat and JupyterLab make up: eight hexadecimal digits, alone or as a UUID's beginning.
_RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?")
_FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?^ {0,3}\1[`~]*[ \t]*$", re.MULTILINE | re.DOTALL)
_LIST_ITEM = re.compile(r"^(?:[-*+]|\d+[.)]) +\S", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A notebook as the rules see it: its place, its text as stored, and its cells."""

    path: Path
    text: str
    notebook: NotebookNode
    addresses: Addresses

    @property
    def course(self) -> files.Course:
        """The facts about the course."""
        return self.addresses.course

    @property
    def solutions(self) -> bool:
        """Whether this notebook holds the solutions of a chapter."""
        return files.holds_solutions(self.path)

    @property
    def translated(self) -> bool:
        """Whether this notebook is made of an English one, whose code it shares."""
        return self.path.parent.name in _OBJECTIVES

    def tagged(self, tag: str) -> list[tuple[int, NotebookNode]]:
        """Return the cells with a tag, each with its index."""
        return [pair for pair in enumerate(self.notebook.cells) if tag in files.tags(pair[1])]

    def markdown(self) -> Iterator[tuple[int, str]]:
        """Yield every Markdown cell's index and its text without fenced code."""
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type == "markdown":
                yield index, _FENCED.sub("", cell.source)


def check_notebook(path: Path, addresses: Addresses) -> list[str]:
    """Return a line for everything in a notebook that breaks a rule."""
    name = addresses.course.name_of(path)
    try:
        text = path.read_text(encoding="utf-8")
        notebook = files.read(path)
    except ValueError as error:
        return [f"{name}: {error}"]
    page = Page(path, text, notebook, addresses)
    # The other rules would stumble over what these find.
    findings = list(_format(page)) or list(_ids(page)) or list(_valid(page))
    if not findings:
        rules = _RULES + (_SOLUTION_RULES if page.solutions else _CHAPTER_RULES)
        findings = [finding for rule in rules for finding in rule(page)]
        findings += [finding for rule in CELL_RULES for finding in rule(notebook)]
    if page.translated:
        findings = [(index, _in_its_edition(path, sentence)) for index, sentence in findings]
    findings.sort(key=lambda finding: -1 if finding[0] is None else finding[0])
    return [
        f"{name}: {sentence}"
        if index is None
        else f"{name}: {files.place(index, notebook.cells[index])}: {sentence}"
        for index, sentence in findings
    ]


def _in_its_edition(path: Path, sentence: str) -> str:
    """Return a finding with the commands that mend a notebook which is made of an English one."""
    number = path.name.split("_")[0]
    for command, mends in (
        ("clean", f"python -m tools.translation make {number}"),
        ("refresh", f"python -m tools.translation refresh {number}"),
        ("stamp", "make stamp"),
    ):
        sentence = sentence.replace(f"`python -m tools.notebooks {command}`", f"`{mends}`")
    return sentence


def check_addresses(addresses: Addresses) -> list[str]:
    """Return a line for every address beside the notebooks that is not the course's own."""
    return [
        f"{addresses.course.name_of(path)}: points to {stale}; "
        "run `python -m tools.notebooks stamp`"
        for path in text_files(addresses.course)
        for stale in addresses.stale(path.read_text(encoding="utf-8", errors="replace"))
    ]


def _format(page: Page) -> Iterator[Finding]:
    minor = page.notebook.get("nbformat_minor", 0)
    if minor < 5:
        yield (
            None,
            f"has format 4.{minor}, which has no cell ids; save it as 4.5 and name its cells",
        )


def _ids(page: Page) -> Iterator[Finding]:
    seen = set()
    for index, cell in enumerate(page.notebook.cells):
        identifier = cell.get("id")
        if identifier is None:
            yield index, "has no id; give it a readable one such as stride-by-hand"
        elif identifier in seen:
            yield index, "has the id of an earlier cell; give it one of its own"
        elif not _SLUG.fullmatch(identifier) or _RANDOM_ID.fullmatch(identifier):
            yield (
                index,
                "has an id that nobody can read; name it in 3 to 64 lower-case letters, digits "
                "and hyphens, such as stride-by-hand",
            )
        seen.add(identifier)


def _valid(page: Page) -> Iterator[Finding]:
    with warnings.catch_warnings():
        # nbformat only warns about some faults, and repairs its copy.
        warnings.simplefilter("error")
        try:
            nbformat.validate(json.loads(page.text))
        except (nbformat.ValidationError, Warning) as error:
            fault = str(error).splitlines()[0]
            yield None, f"is not a valid notebook ({fault}); correct it or write the cell anew"


def _stable_text(page: Page) -> Iterator[Finding]:
    if page.notebook.metadata != METADATA:
        yield (
            None,
            "has notebook metadata beside the kernel's and the language's names; "
            "run `python -m tools.notebooks clean`",
        )
    if page.text != files.render(copy.deepcopy(page.notebook)):
        yield (
            None,
            "is not laid out as nbformat writes it, or lacks the last line's end; "
            "run `python -m tools.notebooks clean`",
        )


def _one_title(page: Page) -> Iterator[Finding]:
    titles = [
        index for index, text in page.markdown() for _ in re.finditer(r"^# ", text, re.MULTILINE)
    ]
    if not titles:
        yield None, "has no title; begin the first cell with a line `# …`"
    for index in titles[1:]:
        yield index, "holds another `# ` heading beside the title; make it `## ` or deeper"


def _badge(page: Page) -> Iterator[Finding]:
    first = page.notebook.cells[0].source if page.notebook.cells else ""
    if template.badge(page.course, page.path) not in first.splitlines():
        yield (
            None,
            "does not have its Colab badge in the first cell; "
            "run `python -m tools.notebooks stamp`",
        )


def _setup(page: Page) -> Iterator[Finding]:
    marked = page.tagged("setup")
    if len(marked) != 1:
        yield (
            None,
            f"has {len(marked)} cells tagged setup; keep one, or none and "
            "run `python -m tools.notebooks stamp`",
        )
        return
    index, cell = marked[0]
    # A translated one has the same code, as tools.translation finds out, with other words in it.
    if not page.translated and cell.source != template.setup_source(page.course):
        yield index, "is not the set-up cell as stamped; run `python -m tools.notebooks stamp`"
    if index != next(files.code_cells(page.notebook))[0]:
        yield index, "is the set-up cell but not the first code cell; move it up"


def _addresses(page: Page) -> Iterator[Finding]:
    badge = template.badge(page.course, page.path)
    for index, cell in enumerate(page.notebook.cells):
        if "setup" in files.tags(cell):
            continue
        # The whole badge has a rule of its own.
        text = "\n".join(line for line in cell.source.splitlines() if line != badge)
        for stale in page.addresses.stale(text):
            yield index, f"points to {stale}; run `python -m tools.notebooks stamp`"
        if (release := template.other_release(cell.source, page.course)) is not None:
            yield (
                index,
                f"is written for release {release}, but course_utils is "
                f"{page.course.version}; run `python -m tools.notebooks stamp`",
            )


def _parameters(page: Page) -> Iterator[Finding]:
    marked = page.tagged("parameters")
    # Solutions have a use for the two knobs only where they train or read pictures.
    if len(marked) != 1 and not (page.solutions and not marked):
        yield None, f"has {len(marked)} cells tagged parameters; it takes exactly one"
    for index, cell in marked:
        if cell.source != template.PARAMETERS:
            yield (
                index,
                f"is not the parameters cell as prescribed; write only {template.PARAMETERS!r}",
            )


def _known_tags(page: Page) -> Iterator[Finding]:
    for_code = _SOLUTION_TAGS if page.solutions else _CHAPTER_TAGS
    for index, cell in enumerate(page.notebook.cells):
        for tag in files.tags(cell):
            if tag == "raises-exception":
                yield (
                    index,
                    "is tagged raises-exception, with which nbval passes where papermill fails; "
                    "catch the error in the cell and print it",
                )
            elif tag not in for_code:
                known = ", ".join(sorted(for_code))
                yield index, f"has the unknown tag {tag}; remove it or use one of {known}"
            elif cell.cell_type != "code":
                yield index, f"is text but tagged {tag}; only code cells take that tag"


def _objectives(page: Page) -> Iterator[Finding]:
    promise = _OBJECTIVES.get(page.path.parent.name, "you will be able to")
    for index, text in page.markdown():
        before, phrase, after = text.lower().partition(promise)
        if phrase:
            items = len(_LIST_ITEM.findall(after))
            if not 3 <= items <= 5:
                yield index, f"lists {items} things to be learned; list 3 to 5"
            return
    yield None, 'does not say what one learns; add "you will be able to" and a list of 3 to 5'


def _results(page: Page) -> Iterator[Finding]:
    trees = (parse(cell.source) for _, cell in files.code_cells(page.notebook))
    if not any(tree and calls_method(tree, "write_results") for tree in trees):
        yield None, "never writes its results; end with a cell that calls chapter.write_results(…)"


def _start_here(page: Page) -> Iterator[Finding]:
    if not _TRAINING_CHAPTER.match(page.path.name):
        return
    try:
        found = start_cells.parts(page.notebook)
        cell = found.start
        start_cells.request(cell.source)
    except ValueError as error:
        yield None, f"{error}; see CONTRIBUTING.md on start-here cells"
        return
    place, name = page.notebook.cells.index(cell), start_cells.guard(cell.source)
    if name is None:
        yield (
            place,
            "would do something when all cells are run; put all of it below "
            '`if "name" not in globals():`, with a name that the cells above define',
        )
    elif start_cells.is_there_before_training_ends(name, found.skipped):
        yield (
            place,
            f"asks for {name}, which the cells above set before their last training ends: after "
            "an interruption it would do nothing; ask for a name that is set afterwards",
        )


def _every_exercise_is_solved(page: Page) -> Iterator[Finding]:
    if not (page.path.parent / "solutions").is_dir():
        return  # chapters are handed out without the folder
    solved = _ids_tagged(page.path.parent / "solutions" / page.path.name, "solution")
    for index, cell in page.tagged("exercise"):
        if cell.id not in solved:
            yield (
                index,
                "is an exercise without a solution; add a cell of the same id, tagged solution, "
                f"to notebooks/solutions/{page.path.name}",
            )


def _every_solution_has_its_exercise(page: Page) -> Iterator[Finding]:
    stubs = _ids_tagged(page.path.parent.parent / page.path.name, "exercise")
    for index, cell in page.tagged("solution"):
        if cell.id not in stubs:
            yield (
                index,
                "solves an exercise that the chapter does not have; give it the id of a cell "
                f"tagged exercise in notebooks/{page.path.name}",
            )


def _ids_tagged(path: Path, tag: str) -> set[str]:
    """Return the ids of the cells with a tag; none where there is no such notebook."""
    try:
        cells = files.read(path).cells
    except (OSError, ValueError):  # a damaged notebook is reported under its own name
        return set()
    return {cell.get("id") for cell in cells if tag in files.tags(cell)}


_RULES = (_stable_text, _one_title, _badge, _setup, _addresses, _parameters, _known_tags)
_CHAPTER_RULES = (_objectives, _results, _start_here, _every_exercise_is_solved)
_SOLUTION_RULES = (_every_solution_has_its_exercise,)

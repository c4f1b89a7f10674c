"""Every rule on notebooks catches the one notebook that breaks it."""

import ast
import json

import pytest
from nbformat import v4
from notebook_cases import NAME, Repository, add_code, code, printed, set_source, text

from tools import notebook_files as files
from tools import notebooks
from tools.notebook_code import machine_paths
from tools.notebook_lengths import written_lengths
from tools.notebook_template import PARAMETERS

# Put together here, so that no line of the repository holds a path of a machine.
HOME = "/".join(["", "home", "ada", "cat.jpg"])


@pytest.fixture
def repository(tmp_path, capsys) -> Repository:
    made = Repository(tmp_path)
    capsys.readouterr()
    return made


def no_title(cells):
    cells["title"].source = cells["title"].source.replace("# ", "")


def set_id(identifier, new):
    return lambda cells: cells[identifier].update(id=new)


def add_checked(*outputs, count=9):
    cell = code("added", "print(1)", files.CHECKED)
    cell.outputs = list(outputs)
    cell.execution_count = count
    return lambda cells: cells.add(cell)


def stream(name, line="1\n"):
    return v4.new_output("stream", name=name, text=line)


PICTURE = v4.new_output("display_data", {"image/png": "aGk=", "text/plain": "<Figure>"})
ERROR = v4.new_output("error", ename="E", evalue="", traceback=[])

# What breaks one rule in the chapter; the sentence that says so, with the cell it names.
BROKEN_CHAPTERS = {
    "no title": (no_title, "has no title"),
    "two titles": (
        lambda cells: cells.add(text("added", "# Again")),
        "cell 12 (added): holds another `# ` heading",
    ),
    "no badge": (set_source("title", "# Small windows"), "Colab badge"),
    "no objectives": (lambda cells: cells.drop("objectives"), "does not say what one learns"),
    "two objectives": (
        set_source("objectives", "You will be able to\n\n- count\n- add"),
        "(objectives): lists 2 things",
    ),
    "six objectives": (
        set_source("objectives", "You will be able to\n" + "\n- count" * 6),
        "(objectives): lists 6 things",
    ),
    "set-up by hand": (
        set_source("set-up", "import os"),
        "(set-up): is not the set-up cell as stamped",
    ),
    "no set-up": (lambda cells: cells.drop("set-up"), "has 0 cells tagged setup"),
    "late set-up": (
        lambda cells: cells.notebook.cells.insert(1, code("early", "x = 1")),
        "is the set-up cell but not the first code cell",
    ),
    "no parameters": (lambda cells: cells.drop("choices"), "has 0 cells tagged parameters"),
    "two parameters": (add_code(PARAMETERS, "parameters"), "has 2 cells tagged parameters"),
    "more parameters": (
        set_source("choices", PARAMETERS + "\nSEED = 1"),
        "(choices): is not the parameters cell as prescribed",
    ),
    "epochs as a keyword": (add_code("model.fit(x, epochs=3)"), "writes epochs as a number"),
    "epochs by name": (add_code("a = 1\nnum_epochs = 3"), "num_epochs as a number in its line 2"),
    "output without tag": (
        lambda cells: printed(cells["results"], "1\n"),
        "(results): keeps an output or a count without the tag",
    ),
    "count without tag": (
        lambda cells: cells["results"].update(execution_count=4),
        "(results): keeps an output or a count without the tag",
    ),
    "tag without output": (add_checked(), "but has no output"),
    "tag without count": (add_checked(stream("stdout"), count=None), "no execution count"),
    "tag with blank output": (add_checked(stream("stdout", "\n")), "an output without text"),
    "tag with picture": (add_checked(stream("stdout"), PICTURE), "has a picture or widget"),
    "tag with warning": (add_checked(stream("stdout"), stream("stderr")), "error or a warning"),
    "tag with error": (add_checked(stream("stdout"), ERROR), "error or a warning"),
    "no id": (lambda cells: cells["results"].pop("id"), "cell 10 (no id): has no id"),
    "id twice": (set_id("results", "figure"), "has the id of an earlier cell"),
    "random id": (set_id("results", "1f0c9a3e"), "an id that nobody can read"),
    "random uuid": (
        set_id("results", "1f0c9a3e-0c1d-4e2f-8a9b-0123456789ab"),
        "an id that nobody can read",
    ),
    "capital id": (set_id("results", "Results"), "an id that nobody can read"),
    "short id": (set_id("results", "ab"), "an id that nobody can read"),
    "old format": (lambda cells: cells.notebook.update(nbformat_minor=4), "has format 4.4"),
    "invalid": (lambda cells: cells["results"].update(colour="red"), "is not a valid notebook"),
    "widget metadata": (
        lambda cells: cells.notebook.metadata.update(widgets={}),
        "has notebook metadata beside",
    ),
    "another kernel": (
        lambda cells: cells.notebook.metadata.kernelspec.update(display_name="conda"),
        "has notebook metadata beside",
    ),
    "Colab metadata": (
        add_code("x = 1", colab={}, execution={}),
        "(added): has the metadata colab, execution",
    ),
    "path in code": (add_code(f"read({HOME!r})"), "(added): holds a path of one machine"),
    "path in text": (
        lambda cells: cells.add(text("added", "See file" + "://x.")),
        "(added): holds a path of one machine",
    ),
    "path in output": (
        add_checked(stream("stdout", f"a line\n{HOME}\n")),
        "(added): holds a path of one machine",
    ),
    "path of Windows": (add_code("read(r'C:\\x')"), "(added): holds a path of one machine"),
    "unknown tag": (add_code("x = 1", "hide-input"), "has the unknown tag hide-input"),
    "solution in chapter": (add_code("x = 1", "solution"), "has the unknown tag solution"),
    "expected error": (add_code("1 / 0", "raises-exception"), "is tagged raises-exception"),
    "tagged text": (
        lambda cells: cells["fenced"].metadata.update(tags=[files.CHECKED]),
        "is text but tagged nbval-check-output",
    ),
    "no start-here": (lambda cells: cells.drop("start-here"), "has 0 cells tagged start-here"),
    "two start-here": (add_code("x = 1", "start-here"), "has 2 cells tagged start-here"),
    "start-here above section 1": (
        set_source("fenced", "Like this:"),
        "has no code cell tagged start-here below its first section",
    ),
    "start-here that always acts": (
        set_source("start-here", "size = 2"),
        "(start-here): would do something when all cells are run",
    ),
    "start-here with a name made up": (
        set_source("start-here", 'if "x" not in globals():\n    x = recorded[f"{name}"]'),
        "asks for f'{name}'; write the name out",
    ),
    "magic": (add_code("%matplotlib inline"), "(added): is not plain Python"),
    "shell line": (add_code("!pip install x"), "(added): is not plain Python"),
    "nbval comment": (add_code("# NBVAL_SKIP\nx = 1"), "steers nbval by a comment"),
    "long cell": (add_code("x = 1\n" * 21), "(added): has 21 lines"),
    "empty cell": (add_code(" \n"), "(added): is empty"),
    "no results": (lambda cells: cells["results"].update(source="x = 1"), "never writes its"),
    "no alt text": (add_code("plots.curve(history)"), "makes a figure without alt text"),
    "blank alt text": (
        add_code("plt.subplots()", mystnb={"image": {"alt": " "}}),
        "makes a figure without alt text",
    ),
    "figure in a function": (
        add_code("def draw():\n    return plt.subplots()\n\n\ndraw()"),
        "makes a figure without alt text",
    ),
    "unsolved exercise": (
        add_code("answer = None", "exercise"),
        "(added): is an exercise without a solution",
    ),
    "another address": (
        lambda cells: cells.add(text("added", "`git clone https://github.com/x/small-course`")),
        "(added): points to git clone https://github.com/x/small-course",
    ),
    "another release": (
        lambda cells: cells["release"].update(
            source=cells["release"].source.replace(files.Course.version, "9.9.9")
        ),
        "(release): is written for release 9.9.9",
    ),
}

BROKEN_SOLUTIONS = {
    "no title": (no_title, "has no title"),
    "no badge": (set_source("title", "# Solutions"), "Colab badge"),
    "no set-up": (lambda cells: cells.drop("set-up"), "has 0 cells tagged setup"),
    "other parameters": (add_code("PROFILE = 1", "parameters"), "is not the parameters cell"),
    "exercise": (add_code("x = 1", "exercise"), "has the unknown tag exercise"),
    "solution without stub": (
        add_code("x = 1", "solution"),
        "(added): solves an exercise that the chapter does not have",
    ),
}


@pytest.mark.unit
def test_notebooks_in_order_pass(repository, capsys):
    assert repository.run("check") == 0
    assert "2 notebooks keep the rules" in capsys.readouterr().out


@pytest.mark.unit
@pytest.mark.parametrize("fault", BROKEN_CHAPTERS)
def test_fault_in_chapter_is_named_alone(repository, capsys, fault):
    change, sentence = BROKEN_CHAPTERS[fault]
    repository.change(repository.chapter, change)
    _only_finding(repository, capsys, f"notebooks/{NAME}: ", sentence)


@pytest.mark.unit
@pytest.mark.parametrize("fault", BROKEN_SOLUTIONS)
def test_fault_in_solutions_is_named_alone(repository, capsys, fault):
    change, sentence = BROKEN_SOLUTIONS[fault]
    repository.change(repository.solutions, change)
    _only_finding(repository, capsys, f"notebooks/solutions/{NAME}: ", sentence)


def _only_finding(repository, capsys, beginning, sentence):
    assert repository.run("check") == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(beginning)
    assert sentence in line
    assert line.count("; ") >= 1, "a finding also says what to do"


@pytest.mark.unit
@pytest.mark.parametrize(
    "damage",
    [
        lambda stored: stored.rstrip("\n"),
        lambda stored: json.dumps(json.loads(stored), indent=2, ensure_ascii=False) + "\n",
        lambda stored: stored.replace("Why look", "Why l\\u00f6ok"),
    ],
    ids=["no last line end", "indented by two", "escaped letters"],
)
def test_layout_is_checked_and_cleaned(repository, capsys, damage):
    stored = repository.chapter.read_text(encoding="utf-8")
    repository.chapter.write_text(damage(stored), encoding="utf-8")
    _only_finding(repository, capsys, f"notebooks/{NAME}: ", "is not laid out as nbformat")
    repository.run("clean")
    assert repository.findings() == []


@pytest.mark.unit
@pytest.mark.parametrize(
    "source",
    [
        "model.fit(x, epochs=5)",
        "model.fit(x, y, 32, 5)",
        "model.fit(x, initial_epoch=2)",
        "model.fit(x, steps_per_epoch=10)",
        'model.fit(x, **{"epochs": 5})',
        "epochs: int = 2 * 5",
        "epochs, size = 5, 64",
        "settings.epochs = 5",
        'settings["epochs"] = 5',
        "epochs = 5 if fast else chapter.profile.epochs",
        'model.fit(x, epochs=min(3, profile["02.convnet"].epochs))',
        "def train(model, epochs=5): ...",
        "def train(model, *, size, epochs=5): ...",
        "for epoch in range(5): ...",
        "print(epochs := 5)",
        'epochs = {"demo": 3}[PROFILE]',
        "model.fit(x, epochs=plan.epochs * 10)",
        'model.fit(x, epochs=profile["02.mlp"].epochs + 1)',
        'model.fit(x, epochs=int(os.environ.get("E", 30)))',
        'model.fit(x, epochs=int(os.environ.get("E", "30")))',
        "model.fit(x, epochs=float(3))",
        "n = 30\nmodel.fit(x, epochs=n)",
        "n = 30\nm = n\nmodel.fit(x, epochs=m)",
        "n = plan.epochs * 10\nmodel.fit(x, epochs=n)",
        'lengths = {"demo": 3}\nmodel.fit(x, epochs=lengths[PROFILE])',
        "for n in (10, 30): model.fit(x, epochs=n)",
        "def train(model, n=30):\n    model.fit(x, epochs=n)",
        "epochs = profile['02.mlp'].epochs\nepochs *= 10",
        "epochs = [1, 2, 3]",
        "maxepochs = 3",
        "plan = profiles.Training(plan.epochs, 100, 64, 10)",
        "plan = Training(**longer)",
        "for i in range(30): model.fit(x)",
        "n = 30\nfor i in range(n):\n    training.fit(model, x, plan)",
        "[model.fit(x) for _ in range(30)]",
        "for i in range(30): model.train_on_batch(x, y)",
    ],
)
def test_written_training_length_is_found(source):
    assert list(written_lengths([ast.parse(source)])) != []


@pytest.mark.unit
@pytest.mark.parametrize(
    "source",
    [
        'model.fit(x, epochs=profile["02.convnet"].epochs)',
        'print("epochs=5")  # epochs = 5',
        "epochs = len(history)",
        'plan = profile["02.mlp"]\nnum_epochs = plan.epochs\nmodel.fit(x, epochs=num_epochs)',
        "layers = [8, 16]\nfor name, net in nets.items(): net.fit(x, epochs=plans[name].epochs)",
        "for epoch in range(1, training.epochs + 1): ...",
        "for number in range(len(nets)): nets[number].fit(x)",
        "for i in range(30): print(i)",
        "size = 3\nepochs = history.num_epochs\nlayer(size=size, epoch=2)",
        "show(runs=5)\nepochs = runs",
        "best_epoch = 3",
        "for epoch in range(training.epochs): ...",
        "def train(model, epochs, size=5): ...",
        "model.fit(x, y, 32, training.epochs)",
        "verbose_epochs = False",
    ],
)
def test_length_from_the_profile_passes(source):
    assert list(written_lengths([ast.parse(source)])) == []


@pytest.mark.unit
def test_a_number_is_followed_from_the_cell_that_names_it():
    cells = [ast.parse("length = 30"), ast.parse("x = 1\nmodel.fit(x, epochs=length)")]
    assert list(written_lengths(cells)) == [(1, 2, "writes epochs as a number")]


def write_path(*parts: str, stroke: str = "/") -> str:
    """Put a path together here, so that no line of the repository holds one of a machine."""
    return stroke.join(parts)


@pytest.mark.unit
@pytest.mark.parametrize(
    "path",
    [
        write_path("", "scratch", "ada"),
        write_path("~", "pictures"),
        write_path("~ada", "pictures"),
        "~",
        write_path("c:", "pictures"),
        write_path("E:", "cats", stroke="\\"),
        write_path("", "", "server", "share", stroke="\\"),
    ],
)
@pytest.mark.parametrize("form", ["read({!r})", "read({!r} + name)", "read(f{!r} f'{{name}}')"])
def test_path_of_a_machine_in_code_is_found(path, form):
    assert list(machine_paths(ast.parse(form.format(path)))) == [path]


@pytest.mark.unit
@pytest.mark.parametrize(
    "source",
    [
        "'/'.join(parts)",
        "print('pixels', ' / 255')",
        "x / 255",
        "f'{folder}/cats'",
        "folder + '/cats'",
        "read('https://keras.io/data/x')",
        "print('~5 minutes', '1:2', 'a: b')",
        r"'// and \\ '",
    ],
)
def test_other_strings_in_code_are_no_paths(source):
    assert list(machine_paths(ast.parse(source))) == []


@pytest.mark.unit
@pytest.mark.parametrize(
    "path",
    [
        write_path("", "kaggle", "input", "cats"),
        write_path("", "data", "cats"),
        write_path("", "Volumes", "cats"),
        write_path("", "media", "ada"),
        write_path("c:", "users", "ada", stroke="\\"),
        write_path("c:", "users", "ada", stroke="\\\\"),
        write_path("d:", "Users", "ada"),
        write_path("", "", "server", "share", stroke="\\"),
    ],
)
def test_path_of_a_machine_in_text_is_found(repository, capsys, path):
    repository.change(
        repository.chapter, lambda cells: cells.add(text("added", f"It lies in `{path}`."))
    )
    _only_finding(repository, capsys, f"notebooks/{NAME}: ", "(added): holds a path of one machine")


@pytest.mark.unit
@pytest.mark.parametrize(
    "words",
    [
        "3/4 and/or `course_utils/data/pipeline.py`, see https://keras.io/data/x or `…/data/x`",
        r"$f:\mathbb{R}\to\mathbb{R}$, $x:\mathcal X$, $\begin{matrix}1 \\ 2\\ 3\end{matrix}$",
        "divide by 255: x / 255; open `build/notebooks/`",
    ],
)
def test_other_text_holds_no_path(repository, words):
    repository.change(repository.chapter, lambda cells: cells.add(text("added", words)))
    assert repository.findings() == []


@pytest.mark.unit
def test_notebooks_of_the_course_keep_the_rules(capsys):
    status = notebooks.main(["check"])
    assert status == 0, capsys.readouterr().out

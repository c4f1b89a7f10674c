"""The contract of a chapter's ``parameters`` cell.

papermill only warns when a notebook lacks a parameter, and injects before the notebook's own
assignment when the tag is missing; either way the notebook would run with its own values, at full
length, and look fine. So the cell is checked before anything is executed.
"""

import ast

from nbformat import NotebookNode

from tools.notebook_files import tags
from tools.notebook_template import PARAMETERS
from tools.runner.cells import place_of
from tools.runner.failure import Failure

EXPECTED = {line.split(" = ")[0]: line for line in PARAMETERS.splitlines()}
_REMEDY = "the cell tagged `parameters` holds exactly these two lines: " + " and ".join(
    EXPECTED.values()
)


def check(notebook: NotebookNode) -> Failure | None:
    """Return what is wrong with the notebook's parameters, or None."""
    tagged = [cell for cell in notebook.cells if "parameters" in tags(cell)]
    if len(tagged) != 1:
        return Failure("ParametersError", f"{len(tagged)} cells are tagged `parameters`", _REMEDY)
    problem = _problem(tagged[0].source)
    if problem is None:
        return None
    return Failure("ParametersError", problem, _REMEDY, str(place_of(notebook, tagged[0])))


def _problem(source: str) -> str | None:
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        return f"the cell is not valid Python: {error.msg}"
    assigned = [
        target.id
        for statement in statements
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]
    missing = [name for name in EXPECTED if name not in assigned]
    others = [name for name in assigned if name not in EXPECTED]
    if missing:
        instead = f"; it defines {', '.join(others)}" if others else ""
        return f"the cell does not define {' and '.join(missing)}{instead}"
    if others:
        return f"the cell also defines {', '.join(others)}, which a run could not change"
    for statement in statements:
        if ast.unparse(statement) not in _expected_statements():
            return f"the cell says `{ast.unparse(statement)}`"
    return None


def _expected_statements() -> list[str]:
    return [ast.unparse(ast.parse(line)) for line in EXPECTED.values()]

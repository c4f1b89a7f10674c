"""Every code cell of a chapter gets an anchor, so that the instructor's guide can lead to it.

The cell named ``train`` of chapter 04 stands at ``chapters/04_small_data.html#cell-train``. MyST-NB
itself does not hand the names of cells on.
"""

from pathlib import Path

import nbformat
from docutils import nodes

from tools.guide import ANCHOR


def _name_cells(app, doctree) -> None:
    path = Path(app.env.doc2path(app.env.docname))
    if path.suffix != ".ipynb":
        return
    names = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") == "cell_code":
            cell["ids"].append(ANCHOR + names[cell["cell_index"]])


def setup(app):
    """Name the cells of every page that is read."""
    app.connect("doctree-read", _name_cells)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

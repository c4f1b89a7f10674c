"""A single line of a notebook cell's output that can be overwritten: for progress."""

from collections.abc import Callable


def open_line() -> Callable[[str], None] | None:
    """Return a function that shows a text in place of the one before; None outside a notebook.

    It works in Colab, JupyterLab and VS Code and needs no widget.

    Used in: every chapter, through training and drawing.
    """
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        return None
    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):  # no notebook, or IPython in a terminal
        return None
    handle = None

    def show(line: str) -> None:
        nonlocal handle
        content = {"text/plain": line}
        if handle is None:
            handle = display(content, raw=True, display_id=True)
        else:
            handle.update(content, raw=True)

    return show

"""Helpers for a course on convolutional networks.

The submodules load on first use, so that ``import course_utils`` costs next to nothing and works
in a program that never touches TensorFlow or matplotlib.
"""

import importlib

__version__ = "0.1.0"

__all__ = [
    "arithmetic",
    "checks",
    "data",
    "explain",
    "explorers",
    "graphs",
    "models",
    "plots",
    "precision",
    "profiles",
    "references",
    "runtime",
    "samples",
    "timing",
    "training",
]


def __getattr__(name: str):
    """Import a submodule the first time it is named."""
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

"""Interactive figures for live demonstrations and for trying things out.

Each function returns a figure for the last line of a cell; ``page`` returns the same as HTML for a
web site or a deck of slides. What they show is computed in the reader's browser, by a copy of
``course_utils.arithmetic`` that the tests compare with the original.
"""

from course_utils.explorers.augmentation import augmentation
from course_utils.explorers.convolution import convolution
from course_utils.explorers.pooling import pooling
from course_utils.explorers.receptive_field import receptive_field
from course_utils.language import translate

__all__ = ["augmentation", "convolution", "page", "pooling", "receptive_field"]

_EXPLORERS = {one.__name__: one for one in (augmentation, convolution, pooling, receptive_field)}


def page(name: str, **settings) -> str:
    """Return an explorer as a self-contained fragment of HTML, for a page without a kernel.

    Args:
        name: ``"augmentation"``, ``"convolution"``, ``"pooling"`` or ``"receptive_field"``.
        settings: Arguments of the function of that name.

    Raises:
        ValueError: If there is no explorer of this name, or a setting is refused.

    Used in: the web site.
    """
    if name not in _EXPLORERS:
        raise ValueError(
            translate(
                "there is no explorer {name}, only {names}",
                name=repr(name),
                names=", ".join(_EXPLORERS),
            )
        )
    return _EXPLORERS[name](**settings).html()

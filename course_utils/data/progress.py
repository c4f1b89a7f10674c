"""A progress bar for work that may be over at once or take a minute."""

import sys
from collections.abc import Iterable, Iterator

from tqdm import tqdm


def show(items: Iterable, description: str, total: int) -> Iterator:
    """Yield the items; after two seconds a bar shows how many are done, and goes away at the end.

    Used in: 04, 05.
    """
    # As text and not as a widget, which a saved notebook could not show.
    return iter(
        tqdm(items, description, total, leave=False, file=sys.stdout, delay=2, mininterval=0.5)
    )

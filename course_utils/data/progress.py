"""Progress of work that may be over at once or take minutes: one line in a notebook, else a bar.

In a notebook the line is overwritten in place, which a saved copy shows as a single line. Widgets
and carriage returns are shown there as nothing or as hundreds of lines.
"""

import sys
import time
from collections.abc import Iterable, Iterator

from tqdm import tqdm

from course_utils import notebook_line
from course_utils.language import translate

_SECONDS_BEFORE_FIRST = 2.0
_SECONDS_BETWEEN = 0.5


def show(items: Iterable, description: str, total: int) -> Iterator:
    """Yield the items; after two seconds a line or bar shows how many of ``total`` are done.

    Used in: 04.
    """
    return _followed(((item, 1) for item in items), description, total)


def count(numbers: Iterable[int], description: str, total: int) -> Iterator[int]:
    """Yield numbers of finished pieces; as :func:`show`, for work that is done in portions.

    Used in: 04.
    """
    return _followed(((number, number) for number in numbers), description, total)


def _followed(steps: Iterable[tuple], description: str, total: int) -> Iterator:
    """Yield the first of each pair and count the second."""
    line = notebook_line.open_line()
    if line is None:
        with tqdm(
            desc=description,
            total=total,
            leave=False,
            file=sys.stdout,
            delay=_SECONDS_BEFORE_FIRST,
            mininterval=_SECONDS_BETWEEN,
        ) as bar:
            for item, number in steps:
                yield item
                bar.update(number)
        return
    begin, done = time.monotonic(), 0
    next_update = begin + _SECONDS_BEFORE_FIRST
    first_end = first_done = None
    for item, number in steps:
        yield item
        done += number
        now = time.monotonic()
        if first_end is None:  # starting processes belongs to no piece, so the pace starts here
            first_end, first_done = now, done
        elif now >= next_update:
            next_update = now + _SECONDS_BETWEEN
            left = (now - first_end) * (total - done) / max(done - first_done, 1)
            line(
                translate(
                    "{what}: {done:,} of {total:,} · {left:.0f} s left",
                    what=description,
                    done=done,
                    total=total,
                    left=left,
                )
            )
    seconds = time.monotonic() - begin
    if seconds > _SECONDS_BEFORE_FIRST:
        line(
            translate(
                "{what}: {done:,} in {seconds:.0f} s", what=description, done=done, seconds=seconds
            )
        )

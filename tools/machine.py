"""The machine that something was measured on, in words."""

import os
import platform
import re
from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")
#: What marks a name's end for ``tools.translation.generated``, and trade marks.
_NO_NAME = re.compile(r"\((R|TM)\)|[(),;|]")


def processor() -> str:
    """Return the processor's cores and name: "2 cores of an Intel Xeon Processor"."""
    name = platform.processor() or platform.machine()
    if _CPU_INFO.exists():
        found = re.search(
            r"^model name\s*: (.+)$", _CPU_INFO.read_text(encoding="utf-8"), re.MULTILINE
        )
        name = found[1] if found else name
    return f"{number(os.cpu_count(), 'core')} of an {_NO_NAME.sub('', name).strip()}"


def number(count: int, noun: str) -> str:
    """Return a count with its noun in the right number: "1 core", "2 cores"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

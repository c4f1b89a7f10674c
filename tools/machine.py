"""The machine that something was measured on, in words."""

import os
import platform
import re
from pathlib import Path


def processor() -> str:
    """Return the processor's cores and name: "2 cores of an Intel Xeon Processor"."""
    name = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        name = re.sub(r"\((R|TM)\)", "", found[1]) if found else name
    return f"{number(os.cpu_count(), 'core')} of an {name}"


def number(count: int, noun: str) -> str:
    """Return a count with its noun in the right number: "1 core", "2 cores"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

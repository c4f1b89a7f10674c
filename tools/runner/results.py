"""The results file that a chapter writes in its last cell, held against what was asked."""

import json
from pathlib import Path

from course_utils import profiles
from tools.runner.failure import Failure

_KEYS = {
    "chapter": str,
    "profile": str,
    "data": str,
    "meaningful": bool,
    "headline": str,
    "values": dict,
}
_REMEDY = "end the chapter with chapter.write_results(...) from course_utils.runtime"


def read(path: Path, profile: str, data: str) -> tuple[dict, list[Failure]]:
    """Return a chapter's results and what is wrong with them.

    Args:
        path: The results file; its name is the chapter's.
        profile: The profile that was asked for.
        data: The data that was asked for.
    """
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"the chapter wrote no {path.name}"
        return {}, [Failure("ResultsMissing", message, _REMEDY)]
    except ValueError as error:
        return {}, [Failure("ResultsUnreadable", f"{path.name} is not JSON: {error}", _REMEDY)]
    if not isinstance(results, dict):
        return {}, [Failure("ResultsUnreadable", f"{path.name} is not a JSON object", _REMEDY)]
    wrong = [key for key, kind in _KEYS.items() if not isinstance(results.get(key), kind)]
    if wrong:
        message = f"{path.name} lacks {', '.join(wrong)}, or has the wrong type there"
        return {}, [Failure("ResultsUnreadable", message, _REMEDY)]
    asked = {
        "chapter": path.stem,
        "profile": profile,
        "data": data,
        "meaningful": profiles.get(profile).meaningful,
    }
    return results, [
        Failure(
            "ResultsDiffer",
            f"the results say {key} {results[key]!r}, asked was {value!r}",
            "pass PROFILE and DATA of the parameters cell on as they are, and set neither again",
        )
        for key, value in asked.items()
        if results[key] != value
    ]

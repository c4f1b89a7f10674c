"""The files that hold measured accuracies, one per training, profile and kind of pictures."""

import json
from pathlib import Path

from course_utils.references import bands
from tools import atomic_files

FOLDER = bands.FOLDER


def path(name: str, profile: str, pictures: str, folder: Path) -> Path:
    """Return where the results of a training are kept."""
    return folder / f"{name}-{profile}-{pictures}.json"


def load(file: Path) -> dict:
    """Return what was measured so far; an empty record if nothing was."""
    if file.exists():
        return json.loads(file.read_text(encoding="utf-8"))
    return {"values": {}}


def add(file: Path, seed: int, accuracy: float, rest: dict, history: dict) -> None:
    """Add one seed's accuracy; of the first seed, keep the history and the facts as well.

    Raises:
        ValueError: If the file's seeds were measured with another recipe or precision, which a
            range must not mix; the file stays as it is.
    """
    record = load(file)
    if record.get("fingerprint", rest.get("fingerprint")) != rest.get("fingerprint"):
        raise ValueError(
            f"{file.name} holds seeds of another recipe, or of precision {record['precision']} "
            f"where this machine chose {rest['precision']}; measure them on such a machine, or "
            "move the file away to begin anew"
        )
    record["values"][str(seed)] = round(accuracy, 4)
    record["values"] = dict(sorted(record["values"].items(), key=lambda item: int(item[0])))
    if "history" not in record or seed == min(map(int, record["values"])):
        record |= rest | {"history": {"seed": seed, **history}}
    file.parent.mkdir(parents=True, exist_ok=True)
    atomic_files.write(file, json.dumps(record, indent=1, ensure_ascii=False) + "\n")

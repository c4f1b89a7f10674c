"""One measurement in a process of its own, and whether an old one still holds.

These functions stand in a module of their own because a fresh process cannot import what stands in
``__main__.py``.
"""

import multiprocessing
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tools.references import experiments, lengths, store


def measure(name: str, profile_name: str, source: str, seed: int) -> tuple[float, dict, dict]:
    """Train once; return the accuracy, what is recorded beside it, and the history."""
    from course_utils import precision, runtime
    from tools import machine

    runtime.load_tensorflow()
    experiment = experiments.EXPERIMENTS[name]
    chosen = precision.choose("auto" if experiment.picks_precision else "float32")
    profile = lengths.get(profile_name)
    begin = time.monotonic()
    outcome = experiment.run(profile, source, seed)
    minutes = (time.monotonic() - begin) / 60
    versions = ", ".join(f"{name} {text}" for name, text in runtime.versions().items())
    rest = {
        "num_test_pictures": outcome.num_test_pictures,
        "precision": chosen,
        "fingerprint": experiment.fingerprint(profile, source, chosen),
        "facts": {
            "hardware": machine.processor(),
            "minutes": f"{max(0.1, minutes):.1f} minutes a seed",
            "precision": chosen,
            "versions": versions,
        },
    }
    history = asdict(outcome.history)
    metrics = {key: [round(v, 4) for v in values] for key, values in history["metrics"].items()}
    kept = {"metrics": metrics, "monitor": history["monitor"], "best_epoch": history["best_epoch"]}
    return outcome.accuracy, rest, {**kept, "seconds": round(history["seconds"], 1)}


def in_own_process(function, *arguments):
    """Call a function in a fresh process, so that no training inherits anything from another."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def is_stale(file: Path) -> bool:
    """Say whether a measured file belongs to a recipe that has changed since; print the remedy."""
    record = store.load(file)
    name, profile, pictures = file.stem.rsplit("-", 2)
    # Experiment, profile or plan may be gone since.
    if name not in experiments.EXPERIMENTS or profile not in lengths.NAMES:
        print(f"{file.name} is stale: no such experiment; delete it", file=sys.stderr)
        return True
    source = "sample" if pictures == "drawn" else "real"
    experiment = experiments.EXPERIMENTS[name]
    current = experiment.fingerprint(lengths.get(profile), source, record["precision"])
    if record["fingerprint"] == current:
        return False
    command = f"python -m tools.references --profile {profile} --names {name}"
    command += f" --seeds {len(record['values'])}{'' if source == 'sample' else ' --data FOLDER'}"
    print(f"{file.name} is stale; run {command}", file=sys.stderr)
    return True

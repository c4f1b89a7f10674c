"""The command line: measure what is missing or stale, or only say what is stale."""

import argparse
import multiprocessing
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tqdm.auto import tqdm

from course_utils import profiles
from tools.references import experiments, store


def main(arguments: list[str] | None = None, folder: Path | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.references", description=__doc__)
    parser.add_argument("--profile", default="demo", choices=sorted(profiles.PROFILES))
    parser.add_argument("--data", default="sample", help="sample, download or a folder")
    parser.add_argument("--names", default=",".join(experiments.EXPERIMENTS))
    parser.add_argument("--seeds", type=int, default=5, choices=range(1, 10))
    parser.add_argument("--check", action="store_true", help="measure nothing; exit 1 if stale")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.names.split(",")) - set(experiments.EXPERIMENTS)
    if unknown:
        known = ", ".join(experiments.EXPERIMENTS)
        parser.error(f"unknown experiments {', '.join(sorted(unknown))}; there are {known}")
    if chosen.check:
        stale = [
            file for file in sorted((folder or store.FOLDER).glob("*.json")) if _is_stale(file)
        ]
        return int(bool(stale))
    pictures = "drawn" if chosen.data == "sample" else "real"
    for name in chosen.names.split(","):
        file = store.path(name, chosen.profile, pictures, folder)
        # In a process of its own, so that this one never takes hold of a GPU.
        if file.exists() and _in_own_process(_is_stale, file):
            file.unlink()
        done = store.load(file)["values"]
        seeds = [seed for seed in range(chosen.seeds) if str(seed) not in done]
        for seed in tqdm(seeds, desc=f"{name}, {chosen.profile}, {pictures}"):
            measured = _in_own_process(measure, name, chosen.profile, chosen.data, seed)
            store.add(file, seed, *measured)
    return 0


def measure(name: str, profile_name: str, source: str, seed: int) -> tuple[float, dict, dict]:
    """Train once; return the accuracy, what is recorded beside it, and the history."""
    from course_utils import precision, runtime
    from tools import machine

    runtime.load_tensorflow()
    experiment = experiments.EXPERIMENTS[name]
    chosen = precision.choose("auto" if experiment.picks_precision else "float32")
    profile = profiles.get(profile_name)
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


def _in_own_process(function, *arguments):
    """Call a function in a fresh process, so that no training inherits anything from another."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def _is_stale(file: Path) -> bool:
    """Say whether a measured file belongs to a recipe that has changed since; print which."""
    try:
        name, profile, pictures = file.stem.rsplit("-", 2)
        record = store.load(file)
        source = "sample" if pictures == "drawn" else "real"
        current = experiments.EXPERIMENTS[name].fingerprint(
            profiles.get(profile), source, record["precision"]
        )
        stale = record["fingerprint"] != current
    except (KeyError, ValueError):  # no such experiment, profile or plan any more
        stale = True
    if stale:
        print(f"{file.name} is stale; run make references", file=sys.stderr)
    return stale


if __name__ == "__main__":
    sys.exit(main())

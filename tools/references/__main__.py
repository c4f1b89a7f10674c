"""The command line: measure what is missing or stale, or only say what is stale."""

import argparse
import sys
from pathlib import Path

from tqdm.auto import tqdm

from tools.references import experiments, lengths, measuring, store


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.references", description=__doc__)
    parser.add_argument("--profile", default="demo", choices=lengths.NAMES)
    parser.add_argument("--data", default="sample", help="sample, download or a folder")
    parser.add_argument("--names", help="such as 01.mlp,02.convnet; default: all of the profile")
    parser.add_argument("--seeds", type=int, default=5, choices=range(1, 10))
    parser.add_argument("--check", action="store_true", help="measure nothing; exit 1 if stale")
    parser.add_argument("--folder", type=Path, default=store.FOLDER, help="where results are kept")
    chosen = parser.parse_args(arguments)
    pictures = "drawn" if chosen.data == "sample" else "real"
    known = experiments.planned(lengths.get(chosen.profile), pictures)
    names = chosen.names.split(",") if chosen.names else known
    if unknown := sorted(set(names) - set(known)):
        parser.error(
            f"unknown experiments {', '.join(unknown)}; for {pictures} pictures, profile "
            f"{chosen.profile} has {', '.join(known)}"
        )
    if chosen.check:
        stale = [file for file in sorted(chosen.folder.glob("*.json")) if measuring.is_stale(file)]
        return int(bool(stale))
    for name in names:
        file = store.path(name, chosen.profile, pictures, chosen.folder)
        # In a process of its own, so that this one never takes hold of a GPU.
        if file.exists() and measuring.in_own_process(measuring.is_stale, file):
            file.unlink()
        done = store.load(file)["values"]
        seeds = [seed for seed in range(chosen.seeds) if str(seed) not in done]
        for seed in tqdm(seeds, desc=f"{name}, {chosen.profile}, {pictures}"):
            measured = measuring.in_own_process(
                measuring.measure, name, chosen.profile, chosen.data, seed
            )
            store.add(file, seed, *measured)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The command line of the bench."""

import argparse
import dataclasses
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tqdm.auto import tqdm

from tools import generated_text, machine
from tools import notebook_files as files
from tools.bench import accuracy, parts, pictures, recipes, report, speed


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("command", choices=("speed", "float32", "parts", "accuracy", "table"))
    parser.add_argument("--rounds", type=int, default=5, help="timed epochs of each recipe")
    parser.add_argument("--seeds", type=int, default=8, help="pairs for each accuracy")
    parser.add_argument("--cases", default=",".join(recipes.CASES), help="names of the trainings")
    parser.add_argument("--check", action="store_true", help="only say whether the table is stale")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.cases.split(",")) - set(recipes.CASES)
    if unknown:
        parser.error(f"unknown cases {', '.join(unknown)}; there are {', '.join(recipes.CASES)}")
    cases = [recipes.CASES[name] for name in chosen.cases.split(",")]
    if chosen.command == "speed":
        measure_speed(cases, chosen.rounds)
    elif chosen.command == "float32":
        measure_float32(cases, chosen.rounds)
    elif chosen.command == "parts":
        measure_parts(chosen.rounds)
    elif chosen.command == "accuracy":
        measure_accuracy(cases, chosen.seeds)
    else:
        return write_table(chosen.check)
    return 0


def measure_speed(cases: list[recipes.Case], rounds: int) -> None:
    """Measure both recipes' trainings; needs an otherwise idle machine.

    Each result is saved when it is there, with what it ran on.
    """
    for case, found in _alternate(cases, rounds):
        report.add("speed", case.name, found | _conditions(rounds))


def measure_float32(cases: list[recipes.Case], rounds: int) -> None:
    """Measure the same where the course, too, computes in 32 bits, as on older processors."""
    in_32_bits = [dataclasses.replace(case, precision="float32") for case in cases]
    for case, found in _alternate(in_32_bits, rounds):
        report.add("float32", case.name, found | _conditions(rounds))


def _alternate(cases: list[recipes.Case], rounds: int) -> Iterator[tuple[recipes.Case, dict]]:
    """Measure one training after the other; yield each as soon as it is there."""
    with tempfile.TemporaryDirectory() as temporary:
        pets = pictures.pets(Path(temporary) / "pets", pictures.SPEED)
        digits = pictures.digits(Path(temporary) / "digits.npz")
        for case in cases:
            source, counts = (
                (digits, pictures.DIGITS)
                if case.name == "mnist_convnet"
                else (pets, pictures.SPEED)
            )
            found = speed.measure(case, source, counts, rounds)
            print(f"{case.title}: {found['ratio']:.2f} times the sources' images per second")
            yield case, found | {"counts": counts}


def measure_parts(rounds: int) -> None:
    """Measure what counts beside training; needs an otherwise idle machine."""
    with tempfile.TemporaryDirectory() as temporary:
        pets = pictures.pets(Path(temporary) / "pets", pictures.SPEED)
        rest = {
            "peaks": speed.matrix_product_peaks(),
            "pipelines": parts.pipelines(pets, 180, 32, rounds),
            "drawing": parts.drawing(),
            "imports": parts.imports(),
            "notebooks_in_ci": parts.notebooks_in_ci(),
        }
    report.add("rest", None, rest | _conditions(rounds))


def _conditions(rounds: int) -> dict:
    """Return what a measurement ran on."""
    from course_utils import runtime

    versions = ", ".join(f"{name} {text}" for name, text in runtime.versions().items())
    return {"rounds": rounds, "hardware": machine.processor(), "versions": versions}


def measure_accuracy(cases: list[recipes.Case], num_seeds: int) -> None:
    """Train the pairs that are missing or of an older recipe; each is saved when it is done."""
    with tempfile.TemporaryDirectory() as temporary:
        pets = pictures.pets(Path(temporary) / "pets", pictures.ACCURACY)
        digits = pictures.digits(Path(temporary) / "digits.npz")
        for case in cases:
            fingerprint = accuracy.fingerprint(case)
            for seed in tqdm(range(num_seeds), desc=case.title):
                known = report.load().get("accuracy", {}).get(case.name, {})
                pairs = known.get("pairs", {}) if known.get("fingerprint") == fingerprint else {}
                if str(seed) in pairs:
                    continue
                source = digits if case.name == "mnist_convnet" else pets
                pairs[str(seed)] = accuracy.train_pair(case, source, seed)
                report.add("accuracy", case.name, {"fingerprint": fingerprint, "pairs": pairs})


def write_table(check: bool) -> int:
    """Write the tables into the README, or say whether they are stale."""
    readme = files.ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    try:
        new = report.tables(report.load())
        fresh = generated_text.replace_between(text, report.MARKS, new)
    except (KeyError, ValueError) as error:
        print(f"README.md: no table of speed: {error}; run make bench", file=sys.stderr)
        return 1
    if check and fresh != text:
        print("README.md: the table of speed is stale; run make bench", file=sys.stderr)
        return 1
    if not check:
        files.write_if_changed(readme, fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The command line of the bench."""

import argparse
import sys
import tempfile
from pathlib import Path

from tqdm.auto import tqdm

from tools import machine
from tools import notebook_files as files
from tools.bench import accuracy, parts, pictures, recipes, report, speed


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("command", choices=("speed", "accuracy", "table"))
    parser.add_argument("--rounds", type=int, default=5, help="timed epochs of each recipe")
    parser.add_argument(
        "--seeds",
        type=int,
        default=8,
        choices=range(2, 17),
        metavar="2..16",
        help="pairs for each accuracy",
    )
    parser.add_argument("--cases", default=",".join(recipes.CASES), help="names of the trainings")
    parser.add_argument("--check", action="store_true", help="only say whether the table is stale")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.cases.split(",")) - set(recipes.CASES)
    if unknown:
        parser.error(f"unknown cases {', '.join(unknown)}; there are {', '.join(recipes.CASES)}")
    cases = [recipes.CASES[name] for name in chosen.cases.split(",")]
    if chosen.command == "speed":
        measure_speed(cases, chosen.rounds)
    elif chosen.command == "accuracy":
        measure_accuracy(cases, chosen.seeds)
    return write_table(chosen.check)


def measure_speed(cases: list[recipes.Case], rounds: int) -> None:
    """Measure everything that takes time into account; needs an otherwise idle machine."""
    from course_utils import runtime

    results = report.load()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pictures.pets(Path(temporary) / "pets", pictures.SPEED)
        digits = pictures.digits(Path(temporary) / "digits.npz")
        num_train, num_validation, _ = (2 * count for count in pictures.SPEED)
        for case in cases:
            is_digits = case.name == "mnist_convnet"
            found = speed.measure(
                case,
                digits if is_digits else folder,
                12_000 if is_digits else num_train,
                rounds,
            )
            results.setdefault("speed", {})[case.name] = found
            print(f"{case.title}: {found['ratio']:.2f} times the sources' images per second")
        results |= {
            "rounds": rounds,
            "num_pictures": num_train,
            "num_validation": num_validation,
            "peaks": speed.matrix_product_peaks(),
            "pipelines": parts.pipelines(folder, 180, 32, rounds),
            "drawing": parts.drawing(),
            "imports": parts.imports(),
            "notebooks_in_ci": parts.notebooks_in_ci(),
            "hardware": machine.processor(),
            "versions": ", ".join(f"{name} {text}" for name, text in runtime.versions().items()),
        }
    report.save(results)


def measure_accuracy(cases: list[recipes.Case], num_seeds: int) -> None:
    """Train the pairs that are still missing; each is saved when it is done."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = pictures.pets(Path(temporary) / "pets", pictures.ACCURACY)
        digits = pictures.digits(Path(temporary) / "digits.npz")
        for case in cases:
            for seed in tqdm(range(num_seeds), desc=case.title):
                if str(seed) in report.load().get("accuracy", {}).get(case.name, {}):
                    continue
                is_digits = case.name == "mnist_convnet"
                pair = accuracy.train_pair(case, digits if is_digits else folder, seed)
                results = report.load()
                results.setdefault("accuracy", {}).setdefault(case.name, {})[str(seed)] = pair
                report.save(results)


def write_table(check: bool) -> int:
    """Write the tables into the README, or say whether they are stale."""
    readme = files.ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    try:
        fresh = report.into(text, report.load())
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

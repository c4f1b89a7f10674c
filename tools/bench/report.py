"""What was measured, kept as JSON beside this file and written as tables into the README."""

import json
import statistics
from pathlib import Path

from tools import atomic_files
from tools.bench import accuracy, recipes

RESULTS = Path(__file__).with_name("results.json")
#: The lines around the tables in the README.
MARKS = ("<!-- speed: written by make bench -->", "<!-- end of speed -->")
#: Points; an interval that ends closer to zero ends just there.
_JUST = 0.5


def load(path: Path = RESULTS) -> dict:
    """Return what was measured so far; empty if nothing was."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def save(results: dict, path: Path = RESULTS) -> None:
    """Write what was measured, whole or not at all."""
    text = json.dumps(results, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    atomic_files.write(path, text)


def add(kind: str, name: str | None, found: dict, path: Path = RESULTS) -> None:
    """Keep one measurement: all of a kind, or that of one training."""
    results = load(path)
    if name is None:
        results[kind] = found
    else:
        results.setdefault(kind, {})[name] = found
    save(results, path)


def tables(results: dict) -> str:
    """Return all tables as Markdown."""
    parts = (_training, _in_words, _rest, _conditions)
    return "\n\n".join(part(results) for part in parts)


def _training(results: dict) -> str:
    lines = [
        "| training | sources' recipe | ours | faster | in 32 bits | an epoch | memory | "
        "share of the peak | accuracy, ours − theirs (90% interval) |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, case in recipes.CASES.items():
        found = results["speed"][name]
        source, course = found["source"], found["course"]
        share = course["operations_per_second"] / _peaks(results)[_products(course["precision"])]
        lines.append(
            f"| {case.title}, {case.image_size} px | {source['images_per_second']:,.0f} images/s "
            f"| {course['images_per_second']:,.0f} images/s | **{found['ratio']:.1f} ×** "
            f"| {_in_32_bits(results, name)} "
            f"| {source['seconds_per_epoch']:.1f} → {course['seconds_per_epoch']:.1f} s "
            f"| {source['peak_memory'] / 1e9:.1f} → {course['peak_memory'] / 1e9:.1f} GB "
            f"| {share:.0%} | {_difference(results, name)} |"
        )
    return "\n".join(lines)


def _in_32_bits(results: dict, name: str) -> str:
    """Return how much faster the recipe is without 16-bit products, in words."""
    found = results.get("float32", {}).get(name)
    return f"{found['ratio']:.1f} ×" if found else "not measured"


def _sizes() -> str:
    return ", ".join(
        f"{case.title}: {case.epochs} at {case.accuracy_size} px{_ways(case)}"
        for case in recipes.CASES.values()
    )


def _ways(case: recipes.Case) -> str:
    """Return in words in what the pairs of a case differ from those of the others."""
    after = f" after {case.start_epochs} plain ones" if case.start_epochs else ""
    return after + (" with a falling learning rate" if case.calms_down else "")


def _products(precision: str) -> str:
    return "bfloat16" if precision == "bfloat16" else "float32"


def _peaks(results: dict) -> dict[str, float]:
    return results["rest"]["peaks"]


def _differences(results: dict, name: str) -> list[float]:
    """Return by how many points ours is more accurate, for each pair."""
    pairs = results.get("accuracy", {}).get(name, {}).get("pairs", {})
    return [100 * (pair["course"] - pair["source"]) for pair in pairs.values()]


def _difference(results: dict, name: str) -> str:
    """Return the interval of the difference of accuracies in words."""
    differences = _differences(results, name)
    if len(differences) < 2:
        return "not measured"
    lower, upper = accuracy.interval(differences)
    pairs = results["accuracy"][name]["pairs"].values()
    source, course = (statistics.fmean(pair[side] for pair in pairs) for side in recipes.SIDES)
    return (
        f"{_signed(lower)} to {_signed(upper)} points "
        f"(ours {course:.1%}, theirs {source:.1%}, {len(differences)} seeds)"
    )


def _signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "−")


def _in_words(results: dict) -> str:
    """Return what the table says of units for 16-bit products, and whose accuracy differs."""
    with_units = [results["speed"][name]["ratio"] for name in recipes.CASES]
    without = [one["ratio"] for one in results.get("float32", {}).values()]
    lines = [
        "With units for 16-bit products, the course's recipe is "
        f"{min(with_units):.1f} to {max(with_units):.1f} times as fast as the sources'"
        + (f"; without them, {min(without):.1f} to {max(without):.1f} times." if without else ".")
    ]
    for name, case in recipes.CASES.items():
        differences = _differences(results, name)
        if len(differences) < 2:
            continue
        lower, upper = accuracy.interval(differences)
        mean = abs(statistics.fmean(differences))
        just = "just " if min(abs(lower), abs(upper)) < _JUST else ""
        if upper < 0:
            found = f"{mean:.1f} points less accurate: the interval lies {just}below 0."
        elif lower > 0:
            found = f"{mean:.1f} points more accurate: the interval lies {just}above 0."
        else:
            found = "no difference was shown: the interval holds 0."
        lines.append(f"- **{case.title}**: with our recipe, {found}")
    return "\n".join([lines[0], "", *lines[1:]]).strip()


def _rest(results: dict) -> str:
    rest = results["rest"]
    rates, imports = rest["pipelines"], rest["imports"]
    ours = rates["course"]
    rows = [
        (f"Reading pictures, {name}", f"{rate:,.0f} pictures/s", f"ours is {ours / rate:.1f} ×")
        for name, rate in rates.items()
        if name != "course"
    ]
    rows += [
        ("Reading pictures, ours, from the second epoch on", f"{ours:,.0f} pictures/s", ""),
        ("Drawing pets for the first time", f"{rest['drawing']:.0f} pictures/s", ""),
        ("`import course_utils`", f"{imports['course_utils']:.2f} s", "loads no TensorFlow"),
        ("`import keras`", f"{imports['keras']:.1f} s", ""),
        ("All notebooks in profile ci", f"{rest['notebooks_in_ci']:.0f} s", ""),
    ]
    lines = ["| beside training | | |", "|---|---|---|"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def _conditions(results: dict) -> str:
    measurements = [
        *results["speed"].values(),
        *results.get("float32", {}).values(),
        results["rest"],
    ]
    machines = sorted({f"{one['hardware']} ({one['versions']})" for one in measurements})
    rounds = sorted({one["rounds"] for one in measurements})
    photos, digits = (
        results["speed"][name]["counts"] for name in ("small_convnet", "mnist_convnet")
    )
    peaks = _peaks(results)
    return (
        f"Medians of {' or '.join(map(str, rounds))} epochs, both recipes in turns in one run, on "
        f"{' and '.join(machines)}, drawn pictures. An epoch is one of "
        f"{photos['train']:,} training and {photos['validation']:,} validation pictures (digits: "
        f"{digits['train']:,} and {digits['validation']:,}). In 32 bits: as "
        "much faster where nothing has units for 16-bit products. Memory is the peak of the whole "
        f"process. The peak is that of large matrix products, {peaks['float32'] / 1e12:.2f} "
        f"TFLOP/s in float32 and {peaks['bfloat16'] / 1e12:.2f} in bfloat16. Accuracies: pairs "
        f"with equal seeds, initial weights and epochs ({_sizes()}). "
        "`make bench` measures the times again and adds the accuracies that are missing."
    )

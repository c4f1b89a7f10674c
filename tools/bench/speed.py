"""Images per second, seconds per epoch and memory of both recipes, alternating in one run."""

import statistics
import time
from pathlib import Path

from tqdm.auto import tqdm

from tools.bench import recipes
from tools.bench.worker import Worker

#: A multiplication and an addition, forward and twice as much backward.
_OPERATIONS_PER_MULTIPLY_ADD = 2 * 3


def measure(case: recipes.Case, pictures: Path, num_pictures: int, rounds: int) -> dict:
    """Return what both recipes did in ``rounds`` epochs each, after one that warms up.

    Args:
        case: The network.
        pictures: What both train on.
        num_pictures: Training pictures in an epoch.
        rounds: Epochs that are timed; their median counts.
    """
    seconds = {side: [] for side in recipes.SIDES}
    size = case.image_size
    workers = {side: Worker(case, side, pictures, size) for side in recipes.SIDES}
    try:
        with tqdm(total=2 * (rounds + 1), desc=case.title) as bar:
            for number in range(rounds + 1):
                for side, worker in workers.items():
                    answer = worker.ask("epoch")
                    if number:  # the first epoch builds graphs and fills caches
                        seconds[side].append(answer["seconds"])
                    bar.update()
        facts_by_side = {side: worker.ask("facts") for side, worker in workers.items()}
    finally:
        for worker in workers.values():
            worker.stop()
    found = {"image_size": size, "batch_size": case.batch_size, "pictures": num_pictures}
    for side, facts in facts_by_side.items():
        median = statistics.median(seconds[side])
        rate = num_pictures / median
        operations = facts["multiply_adds"] * _OPERATIONS_PER_MULTIPLY_ADD * rate
        found[side] = {
            "seconds_per_epoch": median,
            "all_seconds": seconds[side],
            "images_per_second": rate,
            "peak_memory": facts["peak_memory"],
            "precision": facts["precision"],
            "operations_per_second": operations,
        }
    found["ratio"] = statistics.median(
        source / course for source, course in zip(seconds["source"], seconds["course"], strict=True)
    )
    return found


def matrix_product_peaks() -> dict[str, float]:
    """Return operations per second of large matrix products, by number format."""
    import tensorflow as tf

    size, repeats = 4096, 5
    peaks = {}
    for dtype in ("float32", "bfloat16"):
        matrix = tf.cast(tf.random.normal((size, size)), dtype)
        product = tf.function(lambda factor: tf.matmul(factor, factor))
        product(matrix)
        durations = []
        for _ in range(repeats):
            begin = time.perf_counter()
            product(matrix).numpy()
            durations.append(time.perf_counter() - begin)
        peaks[dtype] = 2 * size**3 / min(durations)
    return peaks

"""Images per second, seconds per epoch and memory of both recipes, alternating in one run."""

from pathlib import Path

from tqdm.auto import tqdm

from course_utils import timing
from tools.bench import recipes
from tools.bench.worker import Worker

#: Passes through the network, counted in forward passes: a training step also goes backwards, once
#: for the maps and once for the weights.
_PASSES = {"train": 3, "validation": 1}


def measure(case: recipes.Case, pictures: Path, counts: dict[str, int], rounds: int) -> dict:
    """Return what both recipes did in ``rounds`` epochs each, after one that warms up.

    Args:
        case: The network.
        pictures: What both train on.
        counts: Number of ``"train"`` and ``"validation"`` pictures in an epoch.
        rounds: Epochs that are timed; their median counts.
    """
    workers = {side: Worker(case, side, pictures, case.image_size) for side in recipes.SIDES}
    seconds = {side: [] for side in recipes.SIDES}
    try:
        for number in tqdm(range(rounds + 1), desc=case.title):
            # Every other round runs backwards, so that no side always comes first.
            for side in recipes.SIDES if number % 2 == 0 else reversed(recipes.SIDES):
                answer = workers[side].ask("epoch")
                if number:  # the first epoch builds graphs and fills caches
                    seconds[side].append(answer["seconds"])
        facts = {side: worker.ask("facts") for side, worker in workers.items()}
    finally:
        for worker in workers.values():
            worker.stop()
    forward_passes = sum(passes * counts[part] for part, passes in _PASSES.items())
    times = {side: timing.Timing(tuple(values)) for side, values in seconds.items()}
    found = {"ratio": timing.times_as_fast(times["course"], times["source"])}
    for side, timed in times.items():
        # A multiplication and an addition are two operations.
        operations = 2 * facts[side].pop("multiply_adds") * forward_passes
        found[side] = facts[side] | {
            "seconds_per_epoch": timed.median,
            "all_seconds": timed.seconds,
            "images_per_second": counts["train"] / timed.median,
            "operations_per_second": operations / timed.median,
        }
    return found


def matrix_product_peaks() -> dict[str, float]:
    """Return operations per second of large matrix products, by number format."""
    import tensorflow as tf

    size = 4096

    def product_of(matrix):
        product = tf.function(lambda factor: tf.matmul(factor, factor))
        return lambda: product(matrix).numpy()

    matrix = tf.random.normal((size, size))
    products = {dtype: product_of(tf.cast(matrix, dtype)) for dtype in ("float32", "bfloat16")}
    times = timing.alternate(products)
    return {dtype: 2 * size**3 / timed.best for dtype, timed in times.items()}

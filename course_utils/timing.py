"""How long something takes, measured so that two times can be compared.

A computer is never equally fast for long: it warms up, slows down, and does other things beside.
So nothing is timed by itself. What is to be compared takes turns, several times, and a comparison
is the median of the quotients within each round.
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from course_utils.language import translate


@dataclass(frozen=True)
class Timing:
    """The times of one function, a value per round.

    Attributes:
        seconds: Seconds that each call took, in the order of the rounds.
    """

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one of all times, in seconds."""
        return statistics.median(self.seconds)

    @property
    def best(self) -> float:
        """The shortest time, in seconds: what the machine can do when nothing disturbs it."""
        return min(self.seconds)

    def __str__(self) -> str:
        return f"{1000 * self.median:.1f} ms"


def alternate(
    functions: Mapping[str, Callable[[], object]], repeats: int = 5, warm_up: int = 2
) -> dict[str, Timing]:
    """Call functions in turns and return how long each took.

    Every other round runs backwards, so that a machine that grows faster or slower meanwhile does
    so for all of them. A call has ended when the accelerator has ended, too.

    Args:
        functions: What is measured, by name; each is called without arguments.
        repeats: Number of rounds that count.
        warm_up: Number of rounds before them, in which programs are compiled and memory is fetched.

    Returns:
        One timing per function, under the same names.

    Raises:
        ValueError: If there is no function, no round that counts, or a negative warm-up.

    >>> sorted(alternate({"sum": lambda: sum(range(9)), "nothing": lambda: None}, repeats=3))
    ['nothing', 'sum']

    Used in: 06, A2.
    """
    if not functions:
        raise ValueError("there is nothing to measure: give at least one function")
    if repeats < 1 or warm_up < 0:
        raise ValueError(
            f"repeats must be at least 1 and warm_up at least 0, got {repeats} and {warm_up}"
        )
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for number in range(-warm_up, repeats):
        names = list(functions) if number % 2 == 0 else list(reversed(functions))
        for name in names:
            _wait_for_accelerators()
            begin = time.perf_counter()
            functions[name]()
            _wait_for_accelerators()
            if number >= 0:
                seconds[name].append(time.perf_counter() - begin)
    return {name: Timing(tuple(values)) for name, values in seconds.items()}


def times_as_fast(one: Timing, other: Timing) -> float:
    """Return how many times as fast ``one`` is as ``other``: 2.0 where it takes half as long.

    The median of the quotients within the rounds, in which both met the same machine.

    Raises:
        ValueError: If the two have different numbers of rounds, and so were not measured together.

    >>> times_as_fast(Timing((1.0, 2.0, 1.0)), Timing((3.0, 6.0, 4.0)))
    3.0

    Used in: 06, A2.
    """
    if len(one.seconds) != len(other.seconds):
        raise ValueError(
            f"timings of {len(one.seconds)} and {len(other.seconds)} rounds were not measured "
            "together; hand both functions to one call of alternate"
        )
    return statistics.median(
        slow / fast for fast, slow in zip(one.seconds, other.seconds, strict=True)
    )


def in_words(ratio: float) -> str:
    """Return a quotient of ``times_as_fast`` as words that fit either way.

    Args:
        ratio: How many times as fast something is; below 1 where it is slower.

    Raises:
        ValueError: If the ratio is not above 0.

    >>> in_words(2.0), in_words(0.5), in_words(1.04)
    ('2.0 times as fast', '2.0 times as slow', 'about as fast')

    Used in: 06, A2.
    """
    if not ratio > 0:
        raise ValueError(f"a quotient of two times is above 0, got {ratio}")
    if 1 / 1.1 < ratio < 1.1:
        return translate("about as fast")
    if ratio > 1:
        return translate("{ratio:.1f} times as fast", ratio=ratio)
    return translate("{ratio:.1f} times as slow", ratio=1 / ratio)


def training_step(layer: Any, maps: Any, to_maps: bool = True) -> Callable[[], list]:
    """Return a function that runs a layer forwards and backwards once, as a training step does.

    It computes the outputs in training mode, then the gradients of the weights and of the input
    from a random gradient of the outputs. No weight is trained, but the statistics of a batch
    normalization move, as in training.

    Args:
        layer: A Keras layer or model with one input and one output.
        maps: The input, a TensorFlow tensor in the number format that the layer computes in.
        to_maps: Whether the gradient of the input is wanted. A layer within a network has to pass
            it on; a whole network does not need that of its pictures.

    Returns:
        A function without arguments; it returns the gradients as tensors, that of the input first.

    Raises:
        ValueError: If there would be no gradient at all to compute.

    Used in: 06, A2.
    """
    import tensorflow as tf  # here, so that the rest of this module needs none

    outputs = layer(maps, training=True)  # builds the layer
    if not (to_maps or layer.trainable_variables):
        raise ValueError(f"{layer.name} has no weights to train, and to_maps is False")
    upstream = tf.random.stateless_normal(outputs.shape, seed=(0, 1))
    upstream = tf.cast(upstream, outputs.dtype)

    def forwards_and_backwards(maps, upstream):
        with tf.GradientTape() as tape:
            tape.watch(maps)
            outputs = layer(maps, training=True)
        sources = [maps] if to_maps else []
        sources += [variable.value for variable in layer.trainable_variables]
        return tape.gradient(outputs, sources, output_gradients=upstream)

    # Traced once, here: a tf.function made anew for each layer would warn of being traced often.
    traced = tf.function(forwards_and_backwards).get_concrete_function(maps, upstream)
    return lambda: traced(maps, upstream)


def _wait_for_accelerators() -> None:
    """Return when all devices have finished, if TensorFlow is in use; the processor always has."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None and tensorflow.config.list_logical_devices("GPU"):
        tensorflow.test.experimental.sync_devices()

"""A process for one recipe: it builds everything, then does what the bench asks for, in turn."""

import contextlib
import multiprocessing
import os
import sys
import time
from pathlib import Path

from tools.bench import recipes


class Worker:
    """Starts the process and speaks to it.

    Args:
        case: The network.
        side: ``"source"`` or ``"course"``.
        pictures: As for :func:`recipes.prepare`.
        size: Height and width in pixels.
        seed: For weights, order and augmentation.
        in_memory: As for :func:`recipes.prepare`.
    """

    def __init__(
        self,
        case: recipes.Case,
        side: str,
        pictures: Path,
        size: int,
        seed: int = 0,
        in_memory: bool = False,
    ):
        context = multiprocessing.get_context("spawn")
        self._connection, other_end = context.Pipe()
        arguments = (other_end, case, side, pictures, size, seed, in_memory)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        other_end.close()

    def ask(self, task: str, *arguments):
        """Have one of the tasks done and return its answer.

        Raises:
            RuntimeError: If the process failed; its own message is above.
        """
        try:
            self._connection.send((task, arguments))
            return self._connection.recv()
        except (EOFError, ConnectionError) as error:
            raise RuntimeError(f"the bench's process ended while asked for {task!r}") from error

    def stop(self) -> None:
        """End the process."""
        with contextlib.suppress(BrokenPipeError):
            self._connection.send(("stop", ()))
        self._process.join(timeout=20)
        if self._process.is_alive():
            self._process.kill()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_) -> None:
        self.stop()


def _serve(connection, *arguments) -> None:
    """Answer tasks until told to stop."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    sys.stdout = sys.stderr  # the bench's own output stays a table
    prepared = recipes.prepare(*arguments)
    tasks = {"epoch": _epoch, "train": _train, "facts": _facts, "weights": _weights}
    while True:
        task, details = connection.recv()
        if task == "stop":
            return
        connection.send(tasks[task](prepared, *details))


def _epoch(prepared: recipes.Prepared) -> dict:
    """Train one epoch and validate; return the seconds from its begin to its end.

    What ``fit`` does before and after its epochs is left out: in a training of many it counts
    little, and the tuning thread of tf.data may keep a short ``fit`` waiting for as long again.
    """
    import keras

    seconds = []

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self._begin = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            seconds.append(time.perf_counter() - self._begin)

    prepared.model.fit(
        prepared.train, validation_data=prepared.validation, verbose=0, callbacks=[Clock()]
    )
    return {"seconds": seconds[0]}


def _facts(prepared: recipes.Prepared) -> dict:
    """Return what else is reported of a recipe, after its epochs."""
    import keras

    from course_utils import arithmetic

    return {
        "peak_memory": _peak_memory(),
        "multiply_adds": arithmetic.ledger(prepared.model).multiply_adds,
        "precision": keras.config.dtype_policy().compute_dtype,
    }


def _peak_memory() -> int:
    """Return the most bytes that this process has occupied; 0 where nothing tells."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    # Not getrusage: a new process begins with the peak of the one that started it.
    line = next(
        line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM")
    )
    return int(line.split()[1]) * 1024


def _weights(prepared: recipes.Prepared) -> list:
    """Return the model's weights as they are now."""
    return prepared.model.get_weights()


def _train(
    prepared: recipes.Prepared,
    epochs: int,
    weights: list | None = None,
    calms_down: bool = False,
) -> dict:
    """Train, take the weights with the lowest validation loss, and test them.

    Args:
        prepared: Model and data.
        epochs: Epochs to train.
        weights: What the model begins with; None leaves it as it was prepared.
        calms_down: Whether the learning rate falls from epoch to epoch, along half a cosine.
    """
    import keras

    from course_utils import training
    from course_utils.profiles import Training

    if weights is not None:
        prepared.model.set_weights(weights)
    num_pictures = sum(len(labels) for _, labels in prepared.train)
    batch_size = next(len(labels) for _, labels in prepared.train)
    plan = Training(epochs, num_pictures, batch_size, test_pictures=0)
    fastest = float(prepared.model.optimizer.learning_rate)
    schedule = keras.optimizers.schedules.CosineDecay(fastest, epochs)
    slower = keras.callbacks.LearningRateScheduler(lambda epoch: float(schedule(epoch)))
    history = training.fit(
        prepared.model,
        prepared.train,
        plan,
        validation_data=prepared.validation,
        monitor="val_loss",
        callbacks=[slower] if calms_down else [],
    )
    _, accuracy = prepared.model.evaluate(prepared.test, verbose=0)
    return {"accuracy": accuracy, "seconds": history.seconds}

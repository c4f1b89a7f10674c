"""Counts the training that really happens in a kernel: calls of ``fit``, pictures, optimizer steps.

A notebook may print what it likes; these numbers come from the training itself. Pictures and steps
are counted by variables inside the computation, so that they are exact whether Keras runs eagerly,
in a graph, compiled by XLA or with several steps per execution.
"""

import functools
import importlib.util
import inspect
import sys
import time
import weakref
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib.abc import MetaPathFinder

WATCHED_BACKEND = "tensorflow"


@dataclass
class Counts:
    """Running totals: pictures and batches given to training steps, and optimizer steps."""

    pictures: int = 0
    batches: int = 0
    steps: int = 0

    def __sub__(self, other: "Counts") -> "Counts":
        return Counts(
            self.pictures - other.pictures,
            self.batches - other.batches,
            self.steps - other.steps,
        )

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.pictures + other.pictures,
            self.batches + other.batches,
            self.steps + other.steps,
        )


@dataclass
class Fit:
    """One call of ``Model.fit`` as it happened.

    Attributes:
        model: Number of the model object, in the order in which models were first trained.
        cell: Execution count of the cell that called it; None until that cell has ended.
        epochs_asked: ``epochs - initial_epoch``.
        pictures_per_epoch: Pictures that the training steps of each begun epoch received.
        batches: Training steps of all epochs.
        steps: Optimizer steps of all epochs.
        seconds: Wall-clock time.
    """

    epochs_asked: int
    model: int
    cell: int | None = None
    pictures_per_epoch: list[int] = field(default_factory=list)
    batches: int = 0
    steps: int = 0
    seconds: float = 0.0


class TrainingWatch:
    """Records every training in this process from the moment Keras is imported."""

    def __init__(self):
        self._variables = None
        self._models = weakref.WeakKeyDictionary()  # a number of its own for every trained model
        self._num_models = 0
        self._applying = 0  # optimizers at work within each other
        self._open_fits: list[tuple[Fit, list[int]]] = []
        self._inside_fits = Counts()
        self._outside_seen = Counts()
        self.backend: str | None = None
        self.fits: list[Fit] = []
        self.outside_fit: list[dict] = []

    def install(self) -> None:
        """Watch Keras as soon as the notebook imports it."""
        sys.meta_path.insert(0, _AfterImport("keras", self._watch))

    def end_cell(self, cell: int) -> None:
        """Note that all training since the last call happened in ``cell``."""
        for fit in self.fits:
            if fit.cell is None:
                fit.cell = cell
        outside = self._counts() - self._inside_fits
        new = outside - self._outside_seen
        self._outside_seen = outside
        if new.batches or new.steps:
            self.outside_fit.append({"cell": cell, **asdict(new)})

    def record(self) -> dict:
        """Return what was seen so far, ready for JSON."""
        return {
            "backend": self.backend,
            "fits": [asdict(fit) for fit in self.fits],
            "outside_fit": self.outside_fit,
        }

    def _watch(self, keras) -> None:
        self.backend = keras.config.backend()
        if self.backend != WATCHED_BACKEND:
            return  # the runner refuses such a record
        from keras.src.backend.tensorflow.trainer import TensorFlowTrainer
        from keras.src.callbacks.callback_list import CallbackList
        from keras.src.optimizers.base_optimizer import BaseOptimizer

        if not hasattr(TensorFlowTrainer, "_make_function"):
            raise RuntimeError(
                f"Keras {keras.__version__} builds its training step in a way that the course's "
                "runner does not know; tools/watch_keras.py needs to be adapted"
            )
        self._watch_optimizers(BaseOptimizer)
        self._watch_training_steps(TensorFlowTrainer)
        self._watch_fit(TensorFlowTrainer, CallbackList)

    def _watch_optimizers(self, optimizer_class: type) -> None:
        build, apply = optimizer_class.__init__, optimizer_class.apply

        @functools.wraps(build)
        def counted_init(optimizer, *args, **kwargs):
            build(optimizer, *args, **kwargs)
            # Here and not at import: an optimizer creates variables anyway, whereas at import a
            # notebook may still want to choose its devices or the growth of GPU memory.
            self._create_variables()
            for kind in type(optimizer).__mro__:  # every kind of optimizer updates in its own way
                update = vars(kind).get("update_step")
                if update is not None and update not in counted:
                    kind.update_step = self._counted_update(update)
                    counted.add(kind.update_step)

        # Not the optimizer's own `iterations`: loading a saved model sets that to any number.
        counted = set()
        optimizer_class.__init__ = counted_init
        optimizer_class.apply = self._counted_update(apply)

    def _counted_update(self, update: Callable) -> Callable:
        """Count calls as optimizer steps, but not those that another counted one makes."""

        @functools.wraps(update)
        def counted_update(optimizer, *args, **kwargs):
            if not self._applying:
                self._create_variables()["steps"].assign_add(1)
            self._applying += 1
            try:
                return update(optimizer, *args, **kwargs)
            finally:
                self._applying -= 1

        return counted_update

    def _number_of(self, model) -> int:
        if model not in self._models:
            self._num_models += 1
            self._models[model] = self._num_models
        return self._models[model]

    def _watch_training_steps(self, trainer_class: type) -> None:
        make_function = trainer_class._make_function

        @functools.wraps(make_function)
        def counting_make_function(trainer, step_function, *args, **kwargs):
            if step_function == trainer.train_step:
                step_function = self._counted_step(step_function)
            return make_function(trainer, step_function, *args, **kwargs)

        trainer_class._make_function = counting_make_function

    def _counted_step(self, train_step: Callable) -> Callable:
        import tensorflow as tf
        from keras import tree

        variables = self._create_variables()

        @functools.wraps(train_step)
        def counted_train_step(data):
            first = next(leaf for leaf in tree.flatten(data) if leaf is not None)
            variables["pictures"].assign_add(tf.shape(first, out_type=tf.int64)[0])
            variables["batches"].assign_add(1)
            return train_step(data)

        return counted_train_step

    def _watch_fit(self, trainer_class: type, callback_list_class: type) -> None:
        fit, on_epoch_begin = trainer_class.fit, callback_list_class.on_epoch_begin
        signature = inspect.signature(fit)

        @functools.wraps(fit)
        def recorded_fit(trainer, *args, **kwargs):
            arguments = signature.bind(trainer, *args, **kwargs)
            arguments.apply_defaults()
            asked = arguments.arguments["epochs"] - arguments.arguments["initial_epoch"]
            record, marks = Fit(epochs_asked=asked, model=self._number_of(trainer)), []
            before, begun = self._counts(), time.perf_counter()
            self._open_fits.append((record, marks))
            try:
                return fit(trainer, *args, **kwargs)
            finally:
                self._open_fits.pop()
                during = self._counts() - before
                ends = [*marks[1:], before.pictures + during.pictures]
                record.pictures_per_epoch = [b - a for a, b in zip(marks, ends, strict=False)]
                record.batches, record.steps = during.batches, during.steps
                record.seconds = time.perf_counter() - begun
                self.fits.append(record)
                if not self._open_fits:  # a fit inside another's callback is counted by the outer
                    self._inside_fits += during

        @functools.wraps(on_epoch_begin)
        def marked_on_epoch_begin(callbacks, *args, **kwargs):
            if self._open_fits:
                self._open_fits[-1][1].append(self._counts().pictures)
            return on_epoch_begin(callbacks, *args, **kwargs)

        trainer_class.fit = recorded_fit
        callback_list_class.on_epoch_begin = marked_on_epoch_begin

    def _create_variables(self) -> dict:
        if self._variables is None:
            import tensorflow as tf

            with tf.init_scope():  # eager, even when first asked for while a graph is traced
                self._variables = {
                    name: tf.Variable(0, dtype=tf.int64, trainable=False, name=f"seen_{name}")
                    for name in ("pictures", "batches", "steps")
                }
        return self._variables

    def _counts(self) -> Counts:
        if self._variables is None:
            return Counts()
        return Counts(**{name: int(value.numpy()) for name, value in self._variables.items()})


class _AfterImport(MetaPathFinder):
    """Calls a function with a module right after the module was first executed."""

    def __init__(self, name: str, then: Callable):
        self._name = name
        self._then = then
        self._searching = False

    def find_spec(self, fullname, path, target=None):
        """Let the ordinary finders find the module, and extend its loader."""
        if fullname != self._name or self._searching:
            return None
        self._searching = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._searching = False
        if spec is not None:
            execute = spec.loader.exec_module

            def execute_then_call(module):
                execute(module)
                self._then(module)

            spec.loader.exec_module = execute_then_call
        return spec

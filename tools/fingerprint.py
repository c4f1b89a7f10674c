"""Hashes of everything that a measured figure depends on, but for the versions of libraries.

Keras' own description of a model would do, if it did not change with Keras' versions.
"""

import ast
import hashlib
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

# What a layer computes beside its shapes.
_SETTINGS = ("activation", "rate", "momentum", "epsilon", "strides", "padding", "dilation_rate")
_SETTINGS += (
    "pool_size",
    "negative_slope",
    "mirror",
    "rotation",
    "zoom",
    "scale",
    "offset",
    "trainable",
    "mode",
)
_SETTINGS += ("factor", "height_factor", "width_factor", "fill_mode")
_OBJECTS = ("kernel_initializer", "depthwise_initializer", "bias_initializer")
_OBJECTS += ("kernel_regularizer", "activity_regularizer")


def of(content: dict[str, Any]) -> str:
    """Return a short hash of nested dictionaries, lists, texts and numbers.

    Raises:
        TypeError: For anything else, whose text might hold an address in memory.
    """
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def model(compiled) -> dict[str, Any]:
    """Describe a compiled model: layers, those inside of others too, wiring, optimizer and loss."""
    loss = compiled.loss
    return {
        "layers": [_layer(layer) for layer in _all_layers(compiled)],
        "wiring": _wiring(compiled),
        "optimizer": _optimizer(compiled.optimizer),
        "loss": loss if isinstance(loss, str) else _object(loss),
    }


def code(function: Callable) -> str:
    """Describe what a function does, whatever its layout, comments and messages look like."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            del node.body[0]
        elif isinstance(node, ast.Raise):
            node.exc = None
    return ast.dump(tree)


def _wiring(model) -> list[list[int | None]]:
    """Return for each operation which operations' outputs it takes; None for what is inside."""
    import keras

    made = {
        id(tensor): place
        for place, operation in enumerate(model.operations)
        for tensor in keras.tree.flatten(operation.output)
    }
    return [
        [made.get(id(tensor)) for tensor in keras.tree.flatten(operation.input)]
        for operation in model.operations
    ]


def _all_layers(model) -> Iterator:
    for layer in model.layers:
        yield layer
        if hasattr(layer, "layers"):
            yield from _all_layers(layer)


def _layer(layer) -> list:
    settings = {name: getattr(layer, name, None) for name in _SETTINGS}
    settings["activation"] = getattr(settings["activation"], "__name__", None)
    objects = {name: _object(getattr(layer, name, None)) for name in _OBJECTS}
    shapes = [tuple(weight.shape) for weight in layer.weights]
    return [type(layer).__name__, shapes, settings, objects, layer.compute_dtype]


def _object(thing) -> list | None:
    """Describe an initializer or regularizer by its class and its numbers."""
    return None if thing is None else [type(thing).__name__, _numbers(thing.get_config())]


def _optimizer(optimizer) -> list:
    # Under mixed precision Keras may wrap the optimizer that was asked for.
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return [type(inner).__name__, _numbers(inner.get_config())]


def _numbers(config: dict) -> dict:
    """Return what is a number in a nested configuration, rounded to what 32 bits hold."""
    found = {}
    for name, value in config.items():
        if isinstance(value, dict):
            found[name] = _numbers(value)
        elif isinstance(value, int | float) and name != "seed":
            found[name] = round(float(value), 9)
        elif name == "class_name":
            found[name] = value
    return found

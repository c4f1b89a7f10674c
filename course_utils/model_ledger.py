"""A Keras model as a table: what each layer outputs, costs and sees.

Called as ``arithmetic.ledger(model)``. Layers are told apart by the names of their classes, so that
this module needs no Keras itself.
"""

import html
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, NamedTuple

from course_utils.arithmetic import Field, Window, multiply_adds
from course_utils.language import columns, translate


@dataclass(frozen=True)
class Row:
    """One call of a layer in a ``Ledger``.

    Attributes:
        name: The layer's name, indented inside a nested model.
        kind: The layer's class.
        output_shape: Shape for one picture.
        parameters: Parameters that no row above has counted already.
        multiply_adds: Multiply-adds of the weights on one picture; ``None`` if not known.
        receptive_field: Pixels that one value sees on each axis, ``"3"`` or ``"3×5"``; ``"all"``
            of the picture; ``"?"`` if not known.
        jump: Pixels between neighbouring fields; ``"–"`` after a layer that reads the whole map.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int | None
    receptive_field: str
    jump: str


@dataclass(frozen=True)
class Ledger:
    """The layers of a model as a table: text when printed, HTML in a notebook.

    Attributes:
        model: The model's name.
        rows: One row for each call of a layer, inputs before outputs.
    """

    model: str
    rows: tuple[Row, ...]

    @property
    def parameters(self) -> int:
        """All parameters, those of a shared layer once."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiply_adds(self) -> int | None:
        """Multiply-adds on one picture, or ``None`` if those of a layer are not known."""
        counts = [row.multiply_adds for row in self.rows]
        return None if None in counts else sum(counts)

    def _table(self) -> list[list[str]]:
        names = (
            translate("layer"),
            translate("kind"),
            translate("output"),
            translate("parameters"),
            translate("multiply-adds"),
            translate("receptive field"),
            translate("jump"),
        )
        totals = translate("total"), "", "", self.parameters, self.multiply_adds, "", ""
        return [list(map(_text, row)) for row in (names, *map(astuple, self.rows), totals)]

    def __str__(self) -> str:
        table = self._table()
        widths = [max(map(columns, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(
                _fill(cell, width, right=column > 2)
                for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
            ).rstrip()
            for cells in table
        ]
        rule = "-" * columns(lines[0])
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])

    def _repr_html_(self) -> str:
        def line(cells: list[str], tag: str) -> str:
            styles = ["text-align: left; white-space: pre"] * 3 + ["text-align: right"] * 4
            both = zip(cells, styles, strict=True)
            columns = (
                f'<{tag} style="{style}">{html.escape(cell)}</{tag}>' for cell, style in both
            )
            return f"<tr>{''.join(columns)}</tr>"

        names, *rows, totals = self._table()
        body = "".join(line(row, "td") for row in rows)
        return (
            f"<table><caption>{html.escape(self.model)}</caption><thead>{line(names, 'th')}</thead>"
            f"<tbody>{body}</tbody><tfoot>{line(totals, 'th')}</tfoot></table>"
        )


def _fill(cell: str, width: int, right: bool) -> str:
    blanks = " " * (width - columns(cell))
    return blanks + cell if right else cell + blanks


def follow(model: Any) -> Ledger:
    """Return the ledger of a model; see :func:`course_utils.arithmetic.ledger`."""
    inputs = getattr(model, "inputs", None) or []
    shapes = [tuple(tensor.shape) for tensor in inputs]
    if len(shapes) != 1 or None in shapes[0][1:]:
        raise ValueError(
            "ledger needs a built Sequential or Functional model with one input of known size; "
            f"{model!r} has inputs {shapes}"
        )
    walk = _Walk(picture=shapes[0][1:-1])
    start = _Map(shapes[0], tuple(Field(1, 1, 0, pixels) for pixels in walk.picture))
    walk.rows.append(walk.row(inputs[0]._keras_history.operation.name, "Input", 0, 0, start))
    walk.through(model, [start], depth=0)
    return Ledger(model.name, tuple(walk.rows))


_ROLES = {
    "convolution": "Conv1D Conv2D DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D",
    "transposed": "Conv1DTranspose Conv2DTranspose",
    "pooling": "MaxPooling1D MaxPooling2D AveragePooling1D AveragePooling2D",
    "whole": "GlobalMaxPooling1D GlobalMaxPooling2D GlobalAveragePooling1D GlobalAveragePooling2D "
    "Flatten",
    "dense": "Dense",
    "border": "ZeroPadding2D",
    # Each output value depends on the values in the same place only. The random layers belong here
    # because they rest when the model predicts.
    "pointwise": "Activation ReLU LeakyReLU Softmax Dropout SpatialDropout2D BatchNormalization "
    "Rescaling Normalization Identity RandomAffine RandomFlip RandomRotation RandomZoom "
    "RandomShear RandomTranslation RandomContrast RandomBrightness Add Subtract Multiply Average "
    "Maximum Concatenate TrueDivide Divide Cast",
}


def _role(layer: Any, node: Any) -> str | None:
    """Return the role of one call of a layer or an operation, ``None`` if it isn't known."""
    names = [one.__name__ for one in type(layer).__mro__]
    if "Pipeline" in names:
        return "pointwise" if all(_role(one, node) == "pointwise" for one in layer.layers) else None
    # Channels that are taken apart and stacked anew, as VGG16's preprocessing turns RGB to BGR.
    if "GetItem" in names:
        picture, key = node.arguments.args
        of_channels = len(picture.shape) == 4 and isinstance(key, tuple) and len(key) == 2
        return "pointwise" if of_channels and key[0] is Ellipsis else None
    if "Stack" in names:
        as_channels = layer.axis in (-1, 3) and len(node.output_tensors[0].shape) == 4
        return "pointwise" if as_channels else None
    return next((role for n in names for role, known in _ROLES.items() if n in known.split()), None)


class _Map(NamedTuple):
    """A tensor of the model: its shape and, where known, its field on each axis."""

    shape: tuple[int | None, ...]
    fields: tuple[Field, ...] | None


class _Walk:
    """Follows a picture through a model's graph and writes the rows."""

    def __init__(self, picture: tuple[int, ...]):
        self.picture = picture
        self.rows: list[Row] = []
        self.counted: set[int] = set()

    def through(self, model: Any, maps: list[_Map], depth: int) -> list[_Map]:
        """Visit what the model's outputs depend on, inputs first, and return its output maps."""
        known = {id(tensor): map_ for tensor, map_ in zip(model.inputs, maps, strict=True)}
        waiting = list(reversed(model.outputs))
        while waiting:
            layer, call, _ = waiting[-1]._keras_history
            node = layer._inbound_nodes[call]
            if id(waiting[-1]) in known:
                waiting.pop()
            elif sources := [one for one in node.input_tensors if id(one) not in known]:
                waiting.extend(reversed(sources))
            else:
                maps = [known[id(one)] for one in node.input_tensors]
                outputs = self.call(layer, maps, node, depth)
                known.update(zip(map(id, node.output_tensors), outputs, strict=True))
        return [known[id(tensor)] for tensor in model.outputs]

    def call(self, layer: Any, maps: list[_Map], node: Any, depth: int) -> list[_Map]:
        """Write the row of one call of a layer, or the rows of a nested model."""
        if getattr(layer, "data_format", None) == "channels_first":
            raise ValueError(f"ledger counts channels last, but {layer.name} has them first")
        name, kind = "  " * depth + layer.name, type(layer).__name__
        if getattr(layer, "inputs", None):
            place = len(self.rows)
            outputs = self.through(layer, maps, depth + 1)
            self.rows.insert(place, self.row(name, kind, 0, 0, outputs[0]))
            return outputs
        shapes = [tuple(tensor.shape) for tensor in node.output_tensors]
        if None in shapes[0][1:]:
            # The layer belongs to a nested model that was built for pictures of any size.
            sources = [map_.shape for map_ in maps]
            shapes = [layer.compute_output_shape(sources if len(sources) > 1 else sources[0])]
        role = _role(layer, node)
        operations = 0 if role else None
        if role in ("convolution", "transposed", "dense"):
            kernels = ("kernel", "depthwise_kernel", "pointwise_kernel")
            weights = sum(math.prod(getattr(layer, k).shape) for k in kernels if hasattr(layer, k))
            positions = maps[0].shape if role == "transposed" else shapes[0]
            operations = multiply_adds(positions[1:-1] or 1, weights)
        new = [one for one in getattr(layer, "weights", []) if id(one) not in self.counted]
        self.counted.update(map(id, new))
        parameters = sum(math.prod(weight.shape) for weight in new)
        outputs = [_Map(shape, self.fields(layer, role, maps)) for shape in shapes]
        self.rows.append(self.row(name, kind, parameters, operations, outputs[0]))
        return outputs

    def fields(self, layer: Any, role: str | None, maps: list[_Map]) -> tuple[Field, ...] | None:
        """Return the field of the layer's output on each axis, ``None`` where it isn't known."""
        if role in (None, "transposed") or any(map_.fields is None for map_ in maps):
            return None
        by_axis = list(zip(*(map_.fields for map_ in maps), strict=True))
        if any(len({field.jump for field in fields}) > 1 for fields in by_axis):
            return None
        fields = [_union(fields) for fields in by_axis]
        if role == "whole" or (role == "dense" and len(maps[0].shape) == 2):
            return tuple(map(_whole_map, fields, self.picture))
        if role == "border":
            return tuple(
                Field(f.size, f.jump, f.start - before * f.jump, before + f.positions + after)
                for f, (before, after) in zip(fields, layer.padding, strict=True)
            )
        if role in ("pointwise", "dense"):
            return tuple(fields)
        sizes = layer.pool_size if role == "pooling" else layer.kernel_size
        dilations = getattr(layer, "dilation_rate", [1] * len(sizes))
        windows = zip(sizes, layer.strides, [layer.padding] * len(sizes), dilations, strict=True)
        try:
            return tuple(f.after(Window(*w)) for f, w in zip(fields, windows, strict=True))
        except ValueError:  # a padding or a combination that only some Keras layers know
            return None

    def row(self, name: str, kind: str, parameters: int, operations: int | None, map_: _Map) -> Row:
        """Return the row of a layer that outputs ``map_``."""
        size = jump = "?"
        if map_.fields:
            size, jump = (_axes([getattr(f, a) for f in map_.fields]) for a in ("size", "jump"))
            if not any(field.jump for field in map_.fields):
                everything = tuple(field.size for field in map_.fields) == self.picture
                size, jump = "all" if everything else size, "–"
        return Row(name, kind, map_.shape[1:], parameters, operations, size, jump)


def _union(fields: Sequence[Field]) -> Field:
    """Return the field that reaches from the first pixel of any to the last of any."""
    start = min(field.start for field in fields)
    end = max(field.start + field.size for field in fields)
    return Field(end - start, fields[0].jump, start, fields[0].positions)


def _whole_map(field: Field, pixels: int) -> Field:
    """Return the field of a value that depends on all positions, cut to the picture."""
    start = max(field.start, 0)
    end = min(field.start + (field.positions - 1) * field.jump + field.size, pixels)
    return Field(end - start, 0, start, 1)


def _axes(numbers: list[int]) -> str:
    return "×".join(map(str, numbers if len(set(numbers)) > 1 else numbers[:1]))


def _text(value: Any) -> str:
    if value is None:
        return "?"
    return f"{value:,}" if isinstance(value, int) else str(value)

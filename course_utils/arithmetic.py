"""The arithmetic of convnets: sizes, padding, parameters, multiply-adds and receptive fields.

Sizes and positions are counted along one axis; a picture's rows and columns are computed apart.
The rules are those of Keras on TensorFlow, and the tests compare them with Keras layers that run.
Only ``ledger`` needs a Keras model, and even that imports nothing but the standard library.

Every function raises ``ValueError`` with the offending value for what Keras refuses, see
``KERAS_REFUSES``, and for an empty input.
"""

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from course_utils.model_ledger import Ledger

KERAS_REFUSES = {
    "not a size": "sizes, strides, dilations, channels and filters are whole numbers from 1 on",
    "padding": 'padding is "valid" or "same"; ("causal", for Conv1D alone, is not treated here)',
    "too large": "without padding, a window that is larger than its input has no place to stand",
    "stride and dilation": "a stride above 1 and a dilation above 1 exclude each other, even on "
    "different axes (the depthwise layers run with both, although Keras documents that they won't)",
    "output padding": "the output padding of a transposed convolution is smaller than its stride",
    "no output padding": 'a transposed convolution with an even kernel and padding "same" cannot '
    "have an output padding of 0 (the layer fails only when it runs, or outputs nothing)",
}
"""What Keras refuses; the functions here raise ``ValueError`` for the same."""


class Window(NamedTuple):
    """A kernel or a pooling window along one axis, in the order of ``output_size``'s arguments.

    Attributes:
        kernel_size: Positions that the window reads.
        stride: Positions from one window to the next.
        padding: ``"valid"`` for none, ``"same"`` for as many zeros as make the output
            ceil(input / stride) positions long.
        dilation: Distance between neighbouring positions that the window reads.
    """

    kernel_size: int
    stride: int = 1
    padding: str = "valid"
    dilation: int = 1

    @property
    def span(self) -> int:
        """Positions from the first that the window reads to the last, both included."""
        return (self.kernel_size - 1) * self.dilation + 1


def output_size(
    input_size: int, kernel_size: int, stride: int = 1, padding: str = "valid", dilation: int = 1
) -> int:
    """Return how many positions a convolution outputs along one axis.

    Without padding floor((input − span) / stride) + 1, where span = (kernel − 1)·dilation + 1;
    under ``"same"`` ceil(input / stride), whatever the kernel.

    Args:
        input_size: Positions of the input.
        kernel_size: Positions that a window reads.
        stride: Positions from one window to the next.
        padding: ``"valid"`` or ``"same"``.
        dilation: Distance between neighbouring positions that a window reads.

    >>> output_size(28, 3), output_size(28, 3, stride=2, padding="same")
    (26, 14)

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016;
    TensorFlow, ``tf.nn``, "Notes on padding".
    Used in: 02, 03, A1.
    """
    size, window = _checked(input_size, kernel_size, stride, padding, dilation)
    if window.padding == "same":
        return math.ceil(size / window.stride)
    if window.span > size:
        raise ValueError(
            f"a window over {window.span} positions does not fit into {size} without padding"
        )
    return (size - window.span) // window.stride + 1


def padding_amounts(
    input_size: int, kernel_size: int, stride: int = 1, padding: str = "valid", dilation: int = 1
) -> tuple[int, int]:
    """Return how many zeros stand before and after the input.

    Where ``"same"`` needs an odd number of zeros, there is one more after the input than before.
    Arguments and errors as ``output_size``.

    >>> padding_amounts(5, 3, padding="same"), padding_amounts(6, 3, stride=2, padding="same")
    ((1, 1), (0, 1))

    Source: TensorFlow, ``tf.nn``, "Notes on padding".
    Used in: 02.
    """
    total = max(_overhang(input_size, kernel_size, stride, padding, dilation), 0)
    return total // 2, total - total // 2


def dropped_rows(
    input_size: int, kernel_size: int, stride: int = 1, padding: str = "valid", dilation: int = 1
) -> int:
    """Return how many positions at the end of the input no window reaches.

    Positions before that which windows step over (stride above kernel size, or dilation) are not
    counted; ``taps`` shows them. Arguments and errors as ``output_size``.

    >>> dropped_rows(28, 3, stride=2), dropped_rows(28, 3, stride=2, padding="same")
    (1, 0)

    Used in: 02.
    """
    return max(-_overhang(input_size, kernel_size, stride, padding, dilation), 0)


def taps(
    input_size: int, kernel_size: int, stride: int = 1, padding: str = "valid", dilation: int = 1
) -> list[tuple[int, ...]]:
    """Return the input positions that each output reads, one for each weight of the kernel.

    Positions below 0 or from ``input_size`` on lie in the padding: a convolution reads zeros
    there, pooling ignores them. Arguments and errors as ``output_size``.

    >>> taps(4, 3, padding="same")
    [(-1, 0, 1), (0, 1, 2), (1, 2, 3), (2, 3, 4)]

    Used in: 02.
    """
    size, window = _checked(input_size, kernel_size, stride, padding, dilation)
    before, _ = padding_amounts(size, *window)
    starts = range(-before, output_size(size, *window) * window.stride - before, window.stride)
    return [tuple(range(start, start + window.span, window.dilation)) for start in starts]


def pooling_output_size(
    input_size: int, pool_size: int, stride: int | None = None, padding: str = "valid"
) -> int:
    """Return how many positions a pooling layer outputs along one axis.

    As ``output_size``, but the stride is the pool size where none is given.

    >>> pooling_output_size(13, 2), pooling_output_size(13, 2, padding="same")
    (6, 7)

    Used in: 03.
    """
    return output_size(input_size, pool_size, pool_size if stride is None else stride, padding)


def transposed_output_size(
    input_size: int,
    kernel_size: int,
    stride: int = 1,
    padding: str = "valid",
    dilation: int = 1,
    output_padding: int | None = None,
) -> int:
    """Return how many positions a transposed convolution outputs along one axis.

    Arguments and errors as ``output_size``. ``output_padding``, less than the stride, is added to
    the smallest output that there can be; ``None`` gives input · stride under ``"same"`` and
    whole strides without padding.

    >>> transposed_output_size(7, 3, stride=2), transposed_output_size(7, 3, 2, padding="same")
    (15, 14)

    Source: Keras, ``Conv2DTranspose`` and its TensorFlow backend.
    Used in: no chapter yet.
    """
    size, window = _checked(input_size, kernel_size, stride, padding, dilation)
    before_last = (size - 1) * window.stride
    if output_padding is None:
        at_last = 1 if window.padding == "same" else window.span
        return before_last + max(at_last, window.stride)
    added = _whole("output_padding", output_padding, least=0)
    if added >= window.stride:
        raise ValueError(f"output_padding {added} is not smaller than the stride {window.stride}")
    at_last = window.span % 2 if window.padding == "same" else window.span
    if at_last + added == 0:
        raise ValueError(f'output_padding 0 with padding "same" and the even kernel {kernel_size}')
    return before_last + at_last + added


def transposed_taps(
    input_size: int,
    kernel_size: int,
    stride: int = 1,
    padding: str = "valid",
    dilation: int = 1,
    output_padding: int | None = None,
) -> list[tuple[int, ...]]:
    """Return the output positions to which each input is added, one for each kernel weight.

    They are the positions that a convolution from the output to the input would read; those
    outside of the output are cut off. Arguments and errors as ``transposed_output_size``.

    >>> transposed_taps(2, 3, stride=2)
    [(0, 1, 2), (2, 3, 4)]

    Used in: no chapter yet.
    """
    window = Window(kernel_size, stride, padding, dilation)
    return taps(transposed_output_size(input_size, *window, output_padding), *window)


def conv_parameters(
    input_channels: int, filters: int, kernel_size: int | Sequence[int], use_bias: bool = True
) -> int:
    """Return the parameters of a convolution, transposed or not.

    Args:
        input_channels: Channels of the input.
        filters: Channels of the output.
        kernel_size: An integer for a square, else one size for each axis.
        use_bias: Whether each filter also has a bias.

    >>> conv_parameters(3, 64, 3)
    1792

    Used in: 02, A1, A2.
    """
    weights = _whole("input_channels", input_channels) * _area("kernel_size", kernel_size)
    return _whole("filters", filters) * (weights + bool(use_bias))


def dense_parameters(inputs: int, units: int, use_bias: bool = True) -> int:
    """Return the parameters of a dense layer; errors as ``conv_parameters``.

    >>> dense_parameters(576, 64)
    36928

    Used in: 02.
    """
    return conv_parameters(inputs, units, 1, use_bias)


def depthwise_parameters(
    input_channels: int, kernel_size: int | Sequence[int], use_bias: bool = True
) -> int:
    """Return the parameters of a depthwise convolution, which has one kernel for each channel.

    Arguments and errors as ``conv_parameters``.

    >>> depthwise_parameters(64, 3)
    640

    Used in: .
    """
    return conv_parameters(1, input_channels, kernel_size, use_bias)


def separable_parameters(
    input_channels: int, filters: int, kernel_size: int | Sequence[int], use_bias: bool = True
) -> int:
    """Return the parameters of a depthwise separable convolution; only its 1×1 half has biases.

    Arguments and errors as ``conv_parameters``.

    >>> separable_parameters(64, 128, 3), conv_parameters(64, 128, 3)
    (8896, 73856)

    Source: Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", 2017.
    Used in: A2.
    """
    depthwise = depthwise_parameters(input_channels, kernel_size, use_bias=False)
    return depthwise + conv_parameters(input_channels, filters, 1, use_bias)


def multiply_adds(output_size: int | Sequence[int], weights: int) -> int:
    """Return the multiply-adds of a layer on one picture: each weight once at each position.

    Args:
        output_size: Positions of the output: an integer for a square (1 for a dense layer), else
            one for each axis. For a transposed convolution the positions of the input.
        weights: What ``conv_parameters`` and its kin return with ``use_bias=False``.

    >>> multiply_adds(26, conv_parameters(1, 32, 3, use_bias=False))
    194688

    Used in: 03, 06, A2.
    """
    return _area("output_size", output_size) * _whole("weights", weights)


@dataclass(frozen=True)
class Field:
    """What the positions of a feature map see of the picture, along one axis.

    Attributes:
        size: Pixels from the first to the last that one position sees: the receptive field.
        jump: Pixels between the fields of two neighbouring positions.
        start: First pixel that position 0 sees; below 0 where the field begins in the padding.
        positions: Positions of the feature map.
    """

    size: int
    jump: int
    start: int
    positions: int

    def after(self, window: Window) -> "Field":
        """Return the field one layer later."""
        before, _ = padding_amounts(self.positions, *window)
        return Field(
            size=self.size + (window.span - 1) * self.jump,
            jump=self.jump * window.stride,
            start=self.start - before * self.jump,
            positions=output_size(self.positions, *window),
        )


def receptive_field(input_size: int, layers: Iterable[Window | Sequence]) -> list[Field]:
    """Return the receptive field after each layer of a stack, along one axis.

    Padding belongs to the field, so that after many layers it can be larger than the picture.

    Args:
        input_size: Pixels of the picture.
        layers: The convolution and pooling layers, first layer first: a ``Window`` each, or a
            tuple of its values such as ``(kernel_size, stride)``.

    Raises:
        ValueError: As ``output_size``, for the layer at which the stack breaks.

    >>> [(field.size, field.jump) for field in receptive_field(28, [Window(3), (2, 2)])]
    [(3, 1), (4, 2)]

    Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks",
    Distill, 2019.
    Used in: 03.
    """
    fields = [Field(1, 1, 0, _whole("input_size", input_size))]
    for layer in layers:
        try:
            window = Window(*layer)
        except TypeError:
            raise ValueError(f"a layer must be a Window or its values, not {layer!r}") from None
        fields.append(fields[-1].after(window))
    return fields[1:]


def ledger(model: Any) -> "Ledger":
    """Return what each layer of a Keras model outputs, costs and sees, row by row.

    Multiply-adds are those of weights: pooling, activations, biases and normalization count 0.
    Where paths meet, the field reaches from the first pixel that any of them sees to the last.
    After a layer that reads the whole map at once (flatten, global pooling, dense) it is "all",
    or the pixels that are left where strides dropped some. "?" means: not known here.

    Args:
        model: A built Sequential or Functional model with one input of known size, channels last.

    Raises:
        ValueError: If ``model`` is not such a model.

    Used in: 02, 03, 06, A2.
    """
    from course_utils import model_ledger  # here, because that module builds on this one

    return model_ledger.follow(model)


def _whole(name: str, value: Any, least: int = 1) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least or isinstance(value, bool):
        raise ValueError(f"{name} must be a whole number from {least} on, not {value!r}")
    return number


def _area(name: str, sizes: int | Sequence[int]) -> int:
    axes = sizes if isinstance(sizes, tuple | list) else (sizes, sizes)
    if not axes:
        raise ValueError(f"{name} must be a whole number, or one for each axis, not {sizes!r}")
    return math.prod(_whole(name, size) for size in axes)


def _checked(
    input_size: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[int, Window]:
    if padding not in ("valid", "same"):
        raise ValueError(f'padding must be "valid" or "same", not {padding!r}')
    size, kernel_size = _whole("input_size", input_size), _whole("kernel_size", kernel_size)
    stride, dilation = _whole("stride", stride), _whole("dilation", dilation)
    if stride > 1 and dilation > 1:
        raise ValueError(f"stride {stride} and dilation {dilation} cannot both be above 1")
    return size, Window(kernel_size, stride, padding, dilation)


def _overhang(input_size: Any, *window_values: Any) -> int:
    """Return how far windows from position 0 on reach beyond the input; below 0: fall short."""
    size, window = _checked(input_size, *window_values)
    return (output_size(size, *window) - 1) * window.stride + window.span - size

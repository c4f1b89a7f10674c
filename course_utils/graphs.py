"""Small computational graphs: a formula as steps, its values forward, its gradients backward.

Numbers only, no arrays: this is the arithmetic behind the figures of backpropagation, and the tests
compare it with ``tf.GradientTape``. Only the standard library is imported.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """What one kind of node computes.

    Attributes:
        symbol: What stands in the node's circle.
        value: The result, computed from the arguments.
        local_gradients: How strongly the result answers to each argument, from the same arguments.
    """

    symbol: str
    value: Callable[..., float]
    local_gradients: Callable[..., tuple[float, ...]]


OPERATIONS: Mapping[str, Operation] = {
    "Add": Operation("+", lambda a, b: a + b, lambda a, b: (1.0, 1.0)),
    "Sub": Operation("−", lambda a, b: a - b, lambda a, b: (1.0, -1.0)),
    "Mult": Operation("×", lambda a, b: a * b, lambda a, b: (b, a)),
    "relu": Operation("relu", lambda a: max(a, 0.0), lambda a: (1.0 if a > 0 else 0.0,)),
}
"""Every operation that a step may use, under the name it has in Python's syntax tree."""


@dataclass(frozen=True)
class Node:
    """One step of a graph: a named result, the operation, and the names it reads.

    Attributes:
        name: The name of the result.
        operation: A key of :data:`OPERATIONS`.
        arguments: The names that the operation reads, in order; one may stand twice.
    """

    name: str
    operation: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Gradients:
    """What a backward pass finds.

    Attributes:
        total: By name, the derivative of the graph's output: the sum over all paths.
        paths: By node and position among its arguments, what comes back along that one edge.
    """

    total: dict[str, float]
    paths: dict[tuple[str, int], float]


class Graph:
    """A formula, written as steps of one operation each.

    >>> graph = Graph("q = x + y", "f = q * z")
    >>> values = graph.forward(x=-2, y=5, z=-4)
    >>> values["q"], values["f"]
    (3.0, -12.0)
    >>> graph.backward(values).total["x"]
    -4.0

    Attributes:
        nodes: The steps, in the order in which they are computed.
        inputs: The names that no step computes, in the order in which they are first read.
        output: The name of the last step's result.

    Args:
        steps: Lines such as ``"q = x + y"``, ``"q = x - y"``, ``"q = x * y"`` or
            ``"a = relu(h)"``. A step reads inputs and results of earlier steps.

    Raises:
        ValueError: If there is no step, a line is no such step, a name is computed twice or
            read before it is computed, or a result other than the last is never used.

    Used in: 01.
    """

    def __init__(self, *steps: str):
        if not steps:
            raise ValueError("a graph needs at least one step, such as 'q = x + y'")
        self.nodes = tuple(_parse(step) for step in steps)
        computed = [node.name for node in self.nodes]
        inputs: dict[str, None] = {}
        for index, node in enumerate(self.nodes):
            if node.name in computed[:index]:
                raise ValueError(f"{node.name!r} is computed twice; give every step a new name")
            for name in node.arguments:
                if name in computed[index:]:
                    raise ValueError(f"{node.name!r} reads {name!r} before it is computed")
                if name not in computed:
                    inputs[name] = None
        self.inputs = tuple(inputs)
        self.output = computed[-1]
        for name in computed[:-1]:
            if not list(self.uses(name)):
                raise ValueError(f"{name!r} is computed but never used")

    def uses(self, name: str) -> Iterator[tuple[str, int]]:
        """Yield where a value is read: the node and the position among its arguments."""
        for node in self.nodes:
            for position, argument in enumerate(node.arguments):
                if argument == name:
                    yield node.name, position

    def forward(self, **inputs: float) -> dict[str, float]:
        """Return every value by name, inputs first, then the steps in order.

        Raises:
            ValueError: If an input is missing, or a name is not one of the inputs.
        """
        if set(inputs) != set(self.inputs):
            raise ValueError(
                f"the inputs are {', '.join(self.inputs)}; given were {', '.join(inputs) or 'none'}"
            )
        values = {name: float(inputs[name]) for name in self.inputs}
        for node in self.nodes:
            arguments = [values[name] for name in node.arguments]
            values[node.name] = OPERATIONS[node.operation].value(*arguments)
        return values

    def backward(self, values: Mapping[str, float], num_steps: int | None = None) -> Gradients:
        """Return the derivatives of the output, going through the steps from the last to the first.

        Args:
            values: What :meth:`forward` returned: the local gradients are computed from it.
            num_steps: Steps to go back through; all of them by default. What has not been reached
                then is missing, and a total may still lack a path.

        Raises:
            ValueError: If the graph has fewer steps.
        """
        num_steps = len(self.nodes) if num_steps is None else num_steps
        if not 0 <= num_steps <= len(self.nodes):
            raise ValueError(f"there are {len(self.nodes)} steps to go back through, {num_steps=}")
        total, paths = {self.output: 1.0}, {}
        for node in self.nodes[::-1][:num_steps]:
            arguments = [values[name] for name in node.arguments]
            local_gradients = OPERATIONS[node.operation].local_gradients(*arguments)
            for position, name in enumerate(node.arguments):
                path = total[node.name] * local_gradients[position]
                paths[node.name, position] = path
                total[name] = total.get(name, 0.0) + path
        return Gradients(total, paths)


def _parse(step: str) -> Node:
    """Return the node that a line such as ``"q = x + y"`` describes."""
    wrong = ValueError(
        f"{step!r} is not a step; write one operation with a name for its result, such as "
        "'q = x + y', 'q = x - y', 'q = x * y' or 'a = relu(h)'"
    )
    try:
        lines = ast.parse(step.strip()).body
    except SyntaxError:
        raise wrong from None
    match lines:
        case [ast.Assign(targets=[ast.Name(id=name)], value=value)]:
            match value:
                case ast.BinOp(left=ast.Name(id=left), op=operator, right=ast.Name(id=right)):
                    operation, arguments = type(operator).__name__, (left, right)
                case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=only)], keywords=[]):
                    operation, arguments = function, (only,)
                case _:
                    raise wrong
            if operation in OPERATIONS and (len(arguments) == 1) == (operation == "relu"):
                return Node(name, operation, arguments)
    raise wrong

"""One loop over a graph: `walk` applies the rules in order and gives a row for every node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .conventions.base import CONVENTIONS
from .dim import Dim, at_least, holds, total
from .errors import CheckFailed, GraphError
from .frozen import NamedTuple
from .graph import Graph, Node
from .ops.base import FROZEN, MOVING, NO_WORK, TRAINABLE, Check, Cost, Op, Weight, Work
from .shape import Shape

count_macs, count_flops, count_activations = [CONVENTIONS[name].count for name in ("macs", "flops", "activations")]


class Row(NamedTuple):
    """One node measured: the shapes it read and everything that it cost, for the whole batch."""

    node: Node
    inputs: tuple[Shape, ...]
    cost: Cost

    def __repr__(self) -> str:
        return f"<Row {self.name}: {self.op}, {self.output}>"

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.name

    @property
    def op(self) -> str:
        """The op's class name, as `Conv2d`."""
        return type(self.node.op).__name__

    @property
    def output(self) -> Shape | None:
        """The shape that comes out; None if it cannot be known."""
        return self.cost.output

    @property
    def weights(self) -> tuple[Weight, ...]:
        """Named weights."""
        return self.cost.weights

    @property
    def params(self) -> Dim:
        """Numbers in the weights that training changes, or holds still by choice (as papers and torchvision count)."""
        return total(weight.params for weight in self.cost.weights if weight.role in (TRAINABLE, FROZEN))

    @property
    def trainable_params(self) -> Dim:
        """Numbers in the weights that training changes."""
        return total(weight.params for weight in self.cost.weights if weight.role == TRAINABLE)

    @property
    def frozen_params(self) -> Dim:
        """Numbers in the weights that training could change and is told not to."""
        return total(weight.params for weight in self.cost.weights if weight.role == FROZEN)

    @property
    def moving_statistics(self) -> Dim:
        """Numbers in moving means and variances and their like, which nobody trains."""
        return total(weight.params for weight in self.cost.weights if weight.role == MOVING)

    @property
    def all_params(self) -> Dim:
        """Numbers in all weights: Keras' total."""
        return total(weight.params for weight in self.cost.weights)

    @property
    def work(self) -> Work:
        """Counted primitives."""
        return self.cost.work

    @property
    def macs(self) -> Dim:
        """Multiply-accumulates, as papers count them."""
        return count_macs(self)

    @property
    def flops(self) -> Dim:
        """2 per multiply-accumulate and 1 for all other counted arithmetic."""
        return count_flops(self)

    @property
    def activations(self) -> Dim:
        """Elements that layers of multiply-accumulates put out."""
        return count_activations(self)

    @property
    def status(self) -> str:
        """`exact`, or `unknown` where the cost is unknown."""
        return "exact" if self.cost.exact else "unknown"

    @property
    def why(self) -> str:
        """Why the cost is unknown; empty where it can."""
        if self.cost.exact:
            return ""
        reason = getattr(self.node.op, "reason", "")
        return reason or "what it reads has no known shape"

    def how(self) -> str:
        """The window formula with its numbers; both axes where they differ; empty without a window."""
        formulas = dict.fromkeys(window.how() for window in self.cost.windows)
        return ", ".join(formulas)


def walk(graph: Graph, failed: Callable[[Row, Check], None] | None = None) -> Iterator[Row]:
    """Apply every op to the shapes before it, in order; CheckFailed at the first rule that does not hold.

    Rules over arrays and symbols stay open: they stand in the rows' checks, for `measure` to collect.
    With `failed`, which is told of each layer's first broken rule, the walk goes on as far as shapes allow.
    """
    shapes: dict[str, Shape | None] = {}
    costs: dict[Any, Cost] = {}
    for node in graph.nodes:
        inputs = tuple([shapes[name] for name in node.inputs])
        known = None not in inputs or node.op.tells_shape_alone
        cost = _applied(node.op, inputs, costs) if known else _UNKNOWN
        for check in cost.checks:
            if check.condition is not True and holds(check.condition) is False:
                if failed is None:
                    raise CheckFailed(node.name, check.text)
                failed(Row(node, inputs, cost), check)  # type: ignore[arg-type]
                cost = cost._replace(output=_possible(cost.output))
                break
        if node.training_only:
            cost = cost._replace(work=NO_WORK, unknown=tuple([each for each in cost.unknown if each != "work"]))
        if not known and node.weights:
            cost = cost._replace(weights=node.weights, unknown=("work",))
        if node.weights_of:
            if node.weights_of not in shapes:
                raise GraphError(
                    f"{node.name}: uses the weights of {node.weights_of!r}, which is not defined before it"
                )
            cost = cost._replace(weights=(), unknown=tuple([each for each in cost.unknown if each == "work"]))
        elif node.shared_weights:
            cost = cost._replace(weights=tuple([each for each in cost.weights if each.name not in node.shared_weights]))
        if node.frozen:
            cost = cost._replace(weights=tuple(map(_frozen, cost.weights)))
        shapes[node.name] = cost.output
        yield Row(node, inputs, cost)  # type: ignore[arg-type]


def _applied(op: Op, inputs: tuple[Any, ...], costs: dict[Any, Cost]) -> Cost:
    """An op's cost, worked out once for all equal ops on equal shapes: deep networks repeat their blocks."""
    key = (type(op), inputs, *op.__dict__.values())
    try:
        cost = costs.get(key)
    except TypeError:  # arrays have no hash
        return op.apply(*inputs)
    if cost is None:
        cost = costs[key] = op.apply(*inputs)
    return cost


_UNKNOWN = Cost(None, unknown=("work", "weights"))


def _frozen(weight: Weight) -> Weight:
    return weight._replace(role=FROZEN) if weight.role == TRAINABLE else weight


def _possible(shape: Shape | None) -> Shape | None:
    """A shape that a broken rule left, if there can be one."""
    return shape if shape is not None and all(at_least(size, 1) is not False for size in shape) else None

"""A measured row as PyTorch runs it: which of its functions, on how many elements; and tools as tables of rules.

PyTorch's counters hook modules, patch functions or watch operators, and have a rule for some of them. A
convention names its rules by what PyTorch calls the layer (`conv`, `linear`, `batch_norm`, `relu` …);
a layer that does arithmetic and has no rule is one that the tool does not see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..dim import Dim, total
from ..ops.base import NO_WORK, TRAINABLE
from .base import MeasuredRow, Part, Parts

FUNCTION, ATTENTION = "function", "MultiheadAttention"
# What PyTorch calls the ops whose names differ; the dimensions' number is left out
NAMES = {
    "conv": "conv",
    "depthwiseconv": "conv",
    "separableconv": "conv",
    "transposedconv": "conv_transpose",
    "dense": "linear",
    "batchnorm": "batch_norm",
    "layernorm": "layer_norm",
    "groupnorm": "group_norm",
    "maxpool": "max_pool",
    "averagepool": "avg_pool",
    "globalaveragepool": "adaptive_avg_pool",
    "adaptiveaveragepool": "adaptive_avg_pool",
    "globalmaxpool": "adaptive_max_pool",
    "adaptivemaxpool": "adaptive_max_pool",
    "subtract": "add",
    "multiply": "mul",
    "rescale": "mul",
    "layerscale": "mul",
    "upsampling": "interpolate",
    "resize": "interpolate",
    "scaleddotproductattention": "scaled_dot_product_attention",
}
FUNCTIONS = {"add", "mul", "matmul", "einsum", "mean", "scaled_dot_product_attention", "local_response_norm"}
ACTIVATIONS = {"hard_silu": "hardswish", "hard_sigmoid": "hardsigmoid", "gelu_erf": "gelu", "hard_tanh": "hardtanh"}
ALIASES = {"linear": "identity", "swish": "silu", "hard_swish": "hardswish"}


class Call(NamedTuple):
    """One function of PyTorch on a layer's numbers.

    `does` is its name (`MultiheadAttention.linear`: a part of PyTorch's own attention, which at inference runs
    as one operator), `module` whether a module of PyTorch's own calls it, `made_by` as the node has it. `read` and
    `out` are elements, `macs` multiply-accumulates, `bias` the elements that a bias is added to, `taps` numbers
    that all windows of a pool read, `affine` whether a normalisation has weights.
    """

    does: str
    module: bool
    made_by: str
    read: Dim
    out: Dim
    macs: Dim
    bias: Dim
    taps: Dim
    affine: bool
    row: MeasuredRow
    counted: bool = True


def calls(row: MeasuredRow) -> tuple[Call, ...]:
    """The functions that PyTorch runs a row as: one, and its activation if the layer carries one of its own."""
    node, cost = row.node, row.cost
    if node.training_only or cost.output is None or not row.inputs:
        return ()
    op, out = node.op, cost.output.elements
    name = re.sub(r"[123]d$", "", type(op).__name__).lower()
    does = _activation(op.function) if name == "activation" else NAMES.get(name, name)
    if name == "relu" and op.max_value == 6:
        does = "relu6"
    bias = out if getattr(op, "use_bias", False) else 0
    made_by = getattr(node, "made_by", "")
    module = made_by not in (FUNCTION, ATTENTION) and "." not in made_by if made_by else does not in FUNCTIONS
    does = f"{ATTENTION}.{does}" if made_by == ATTENTION else does
    work = cost.work
    first = Call(
        does,
        module,
        made_by,
        row.inputs[0].elements,
        out,
        work.multiply_accumulates,
        bias,
        total([work.adds, work.compares, work.divisions]) if op.kind == "pooling" else 0,
        any(weight.role == TRAINABLE for weight in op.apply(*row.inputs).weights)
        if op.kind == "normalisation"
        else False,
        row,
        work != NO_WORK,
    )
    own = getattr(op, "activation", None) if name != "activation" else None
    if own in (None, "linear"):
        return (first,)
    return (
        first,
        first._replace(does=_activation(own), read=out, macs=0, bias=0, module=True, made_by="", affine=False),
    )


def _activation(name: str) -> str:
    name = ALIASES.get(name, name)
    return ACTIVATIONS.get(name, name)


class Rule(NamedTuple):
    """What a tool counts for a function: the item's name, how much each is, in words, and the amount."""

    item: str
    each: str
    amount: Callable[[Call], Dim]


PRODUCTS, BIASES, NORM, ACTIVATION = "multiply-accumulates", "biases", "normalisation", "activation functions"
MAX_POOL, AVERAGE_POOL, ADDITIONS, GATES = "max pool", "average pool", "additions", "products of branches"


def fails_on_attention(row: MeasuredRow) -> str:
    """Why a tool ends at PyTorch's own attention, which at inference is one operator that it cannot export."""
    return "nn.MultiheadAttention is one operator that it does not know" if row.node.made_by == ATTENTION else ""


def fails_on_sequences(row: MeasuredRow) -> str:
    """Why a tool ends at a dense layer of several positions: it asserts two axes."""
    several = bool(row.inputs) and len(row.inputs[0]) > 2
    long = several and row.node.op.kind == "dense" and any(each.does == "linear" and each.module for each in calls(row))
    return "AssertionError: nn.Linear of more than two axes" if long else ""


def modules(call: Call) -> bool:
    """What is seen by hooks on modules of PyTorch's own classes."""
    return call.module


def macs(times: int = 1) -> Rule:
    """So many per multiply-accumulate."""
    return Rule(PRODUCTS, f"{times} each", lambda call: times * call.macs)


def bias() -> Rule:
    """One per element that a bias is added to."""
    return Rule(BIASES, "1 per output element", lambda call: call.bias)


def per_read(item: str, times: int = 1) -> Rule:
    """So many per element read."""
    return Rule(item, f"{times} per input element", lambda call: times * call.read)


def per_out(item: str, times: int = 1) -> Rule:
    """So many per element put out."""
    return Rule(item, f"{times} per output element", lambda call: times * call.out)


def by_rules(
    rules: Mapping[str, tuple[Rule, ...]], sees: Callable[[Call], bool] = lambda call: True
) -> Callable[[MeasuredRow], Parts | None]:
    """A function that splits a row by a tool's rules; None where the tool has no rule for any of its arithmetic.

    `sees` tells whether a call that has a rule is seen: tools that hook modules do not see functions.
    """

    def split(row: MeasuredRow) -> Parts | None:
        found: list[Part] = []
        seen, missed = False, False
        for call in calls(row):
            known = rules.get(call.does)
            if known is None or not sees(call):
                missed = missed or call.counted
                continue
            seen = True
            amounts = [Part(rule.item, rule.each, rule.amount(call)) for rule in known]
            found += [part for part in amounts if not (isinstance(part.amount, int) and part.amount == 0)]
        return None if missed and not seen else tuple(found)

    return split

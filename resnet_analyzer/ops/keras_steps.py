"""The Keras steps that an op becomes where a real model is built of it (`Op.in_keras`).

Nothing here imports Keras: its module is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple


class Step(NamedTuple):
    """One step: a function of Keras tensors (a layer, or operations), and what to say of it."""

    call: Callable[..., Any]
    remark: str = ""


class Steps(NamedTuple):
    """An op in Keras: the layer proper (None: operations only), steps before it, and steps behind it.

    `one_by_one` tells that the layer takes its inputs as arguments and not as a list (one alone twice), `remark` how it
    differs from ours.
    """

    layer: Any = None
    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    one_by_one: bool = False
    remark: str = ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was written otherwise than in our graph."""
        texts = (*[step.remark for step in self.before], self.remark, *[step.remark for step in self.after])
        return tuple(text for text in texts if text)

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """Call all steps, one after another."""
        if self.one_by_one:
            return self.layer(*(inputs if len(inputs) > 1 else [*inputs, *inputs]))
        x: Any = list(inputs) if len(inputs) != 1 else inputs[0]
        for step in self.before:
            x = step.call(x)
        if self.layer is not None:
            x = self.layer(x)
        for step in self.after:
            x = step.call(x)
        return x


def operations(call: Callable[..., Any], remark: str) -> Steps:
    """An op as operations alone, without a layer."""
    return Steps(before=(Step(call, remark),))


def layer(keras: Any, op: Any, name: str, **arguments: Any) -> Any:
    """The Keras layer that an op's spelling names; `arguments` go before the spelling's own."""
    spelling = op.spellings["keras"]
    return getattr(keras.layers, spelling.layer)(name=name, **{**spelling.arguments(op), **arguments})


def merged(keras: Any, op: Any, name: str, inputs: Sequence[Any], function: Callable[..., Any]) -> Steps:
    """A layer that merges branches; of several ranks, which Keras aligns behind the batch, the function itself."""
    if all(len(shape) == len(inputs[0]) for shape in inputs):
        return Steps(layer(keras, op, name))
    return operations(lambda xs: reduce(function, xs), "branches aligned at the last axis, by keras.ops")


def by_ops(call: Callable[..., Any]) -> Steps:
    """An op for which Keras has no layer, but functions."""
    return operations(call, "by keras.ops")

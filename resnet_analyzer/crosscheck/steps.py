"""The Keras steps that a node of ours becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..errors import AnalyzerError
from ..ops.base import Op


class Step(NamedTuple):
    """One step: a function of Keras tensors (a layer, or operations), and what to say of it."""

    call: Callable[..., Any]
    remark: str = ""


class Lowered(NamedTuple):
    """An op in Keras: steps before the layer proper, the layer (None: operations only), steps behind.

    `apart` tells that the layer takes its inputs one by one and not as a list, `remark` how the layer
    itself differs from ours.
    """

    before: tuple[Step, ...]
    layer: Any
    after: tuple[Step, ...] = ()
    apart: bool = False
    remark: str = ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was written otherwise than in our graph."""
        texts = (*[step.remark for step in self.before], self.remark, *[step.remark for step in self.after])
        return tuple(text for text in texts if text)

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """Call all steps, one after another."""
        if self.apart:
            return self.layer(*inputs)
        x: Any = list(inputs) if len(inputs) != 1 else inputs[0]
        for step in self.before:
            x = step.call(x)
        if self.layer is not None:
            x = self.layer(x)
        for step in self.after:
            x = step.call(x)
        return x


class NoSuchLayer(AnalyzerError):
    """Keras has nothing for that op, and nothing to make it of."""


def layer(keras: Any, op: Op, name: str, **arguments: Any) -> Any:
    """The Keras layer that an op's spelling names; `arguments` go before the spelling's own."""
    spelling = op.spellings["keras"]
    return getattr(keras.layers, spelling.layer)(name=name, **{**spelling.arguments(op), **arguments})

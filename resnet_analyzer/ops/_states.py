"""The states that a recurrent layer gives beside what it puts out."""

from __future__ import annotations

from .base import OPS, Op
from .spelling import Call, Outputs

STATES = {"SimpleRNN": 1, "LSTM": 2, "GRU": 1}


def with_states(call: Call, layer: Op, states: int) -> Outputs | list[Op]:
    """A recurrent layer that reads all but the mask, and the so many states that it returns, if it does."""
    read = tuple([number for number in range(len(call.shapes)) if number != call.tensor("mask")])
    units = getattr(layer, "units", None) or layer.layer.units  # type: ignore[attr-defined]
    returned = states if call.settings.get("return_state") else 0
    if not returned and len(read) == len(call.shapes):
        return [layer]
    return Outputs((layer, *[OPS["RecurrentState"](units)] * returned), read, chained=True)

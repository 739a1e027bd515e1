"""Parameters as papers, torchvision and PyTorch's counters have them: without moving statistics."""

from __future__ import annotations

from ..dim import total
from ..ops.base import FROZEN, MOVING, TRAINABLE, UNTOLD
from .base import MeasuredRow, Part, Parts, itemised

WORDS = {"kernel": "kernels", "bias": "biases", "gamma": "gamma of normalisation", "beta": "beta of normalisation"}


@itemised(
    "params",
    says="numbers in all weights but moving statistics",
    source="torch.nn.Module.parameters(); what torchvision, torchinfo, thop and papers print",
    tool="PyTorch, torchvision, papers",
    calls="params",
    figure="params",
)
def params(row: MeasuredRow) -> Parts:
    """Numbers that training changes, or holds still by choice."""
    return tuple(
        Part(WORDS.get(weight.name, weight.name), "each", weight.params)
        for weight in row.cost.weights
        if weight.role in (TRAINABLE, FROZEN)
    )


@itemised(
    "keras_params",
    says="numbers in all weights, moving statistics too",
    source="keras.Model.count_params() and summary()",
    tool="Keras",
    version="3.15.1",
    calls="Total params",
    figure="params",
    faults=("after fit, summary() adds the optimizer's own numbers",),
)
def keras_params(row: MeasuredRow) -> Parts:
    """All numbers."""
    moving = total([weight.params for weight in row.cost.weights if weight.role in (MOVING, UNTOLD)])
    return (*params(row), Part("moving statistics", "each", moving))

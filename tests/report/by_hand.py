"""A layer's figures from its own weights' shapes and its output: no rule of the package takes part."""

from __future__ import annotations

from math import prod

from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.measurement import measure

MULTIPLIES = ("Conv2d", "Dense")
MOVING = ("moving_mean", "moving_variance")


def params(row):
    """All numbers but moving statistics."""
    return sum(prod(weight.shape) for weight in row.weights if weight.name not in MOVING)


def every_param(row):
    """All numbers, moving statistics too."""
    return sum(prod(weight.shape) for weight in row.weights)


def macs(row):
    """Every weight of a kernel is used once at every position."""
    if row.op not in MULTIPLIES:
        assert not any(weight.name == "kernel" for weight in row.weights), row.op
        return 0
    (kernel,) = [weight for weight in row.weights if weight.name == "kernel"]
    return prod(row.output[:-1]) * prod(kernel.shape)


def activations(row):
    """What convolutions and dense layers put out."""
    return prod(row.output) if row.op in MULTIPLIES else 0


def totals(name, **options):
    """(parameters, MACs, activations) of a network, added up by hand."""
    rows = measure(architecture(name, **options)).rows
    return tuple(sum(map(figure, rows)) for figure in (params, macs, activations))

"""The arithmetic itself: layers that ought to compute the same, given the same weights, do.

A 1×1 convolution and a dense layer on every position (Lin et al. 2014, sec. 3.1), and the three forms
of ResNeXt's block (Xie et al. 2017, Fig. 3), run on the same data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..architectures.base import architecture
from ..graph import Graph
from .builder import Built, build
from .witness import random_inputs

TOLERANCE = 1e-4  # float32 sums in another order: relative to the largest number that comes out


class Equivalence(NamedTuple):
    """Two graphs run with the same weights: the largest difference, relative to the largest output."""

    first: str
    second: str
    difference: float

    @property
    def agrees(self) -> bool:
        """Whether the difference is no more than another order of summing explains."""
        return self.difference <= TOLERANCE

    def text(self) -> str:
        """One sentence."""
        verdict = "the same numbers" if self.agrees else "NOT the same numbers"
        difference = f"largest relative difference {self.difference:.1e}"
        return f"{self.first} and {self.second}, same weights: {verdict} ({difference})"


def equivalences() -> tuple[Equivalence, ...]:
    """All pairs that ought to be the same, run."""
    dense = _run_pair("conv1x1", "dense", _graph("conv1x1"), _graph("dense"), _as_matrix)
    forms = {form: _resnext(form) for form in "abc"}
    return (
        dense,
        _run_pair("ResNeXt form (c)", "form (b)", forms["c"], forms["b"], _path_of_groups),
        _run_pair("ResNeXt form (c)", "form (a)", forms["c"], forms["a"], _path_of_groups),
    )


def _graph(name: str) -> Graph:
    return architecture(name, input=(14, 14, 32), filters=48)


def _resnext(form: str) -> Graph:
    return architecture("resnext50_32x4d", input=32, classes=10, blocks=(1, 1), cardinality=8, form=form)


Weights = dict[str, Any]


def _run_pair(first: str, second: str, one: Graph, other: Graph, weight: Callable[[str, Any], Any]) -> Equivalence:
    """Run both graphs, `other` with the weights that `weight(name, those of one)` gives each of its own."""
    import numpy

    left, right = build(one), build(other)
    known = _randomised(left)
    for name, variable in _variables(right).items():
        variable.assign(weight(name, known))
    data = random_inputs(left, 2)[0]
    a, b = (numpy.asarray(built.model.predict_on_batch(data)) for built in (left, right))
    return Equivalence(first, second, float(numpy.abs(a - b).max() / numpy.abs(a).max()))


def _variables(built: Built) -> dict[str, Any]:
    """Every weight by our node's name and its own: `stage2/block1/conv1/kernel`."""
    layers = {name: step.layer for name, step in built.steps.items() if step.layer is not None}
    return {f"{name}/{weight.name}": weight for name, layer in layers.items() for weight in layer.weights}


def _randomised(built: Built) -> Weights:
    """Give every weight random numbers (variances positive ones), so that none hides behind a 0 or 1."""
    import numpy

    random = numpy.random.default_rng(16)
    known = {}
    for name, variable in _variables(built).items():
        known[name] = (
            random.uniform(0.5, 1.5, variable.shape)
            if "kernel" not in name
            else (random.standard_normal(variable.shape) * 0.1)
        )
        variable.assign(known[name])
    return known


def _as_matrix(name: str, known: Weights) -> Any:
    """The dense layer's weight: the convolution's without its two axes of 1."""
    source = known[name.replace("dense/", "conv/")]
    return source.reshape(source.shape[-2:]) if name.endswith("kernel") else source


def _path_of_groups(name: str, known: Weights) -> Any:
    """A path's weight: its slice of the grouped form's; all other weights as they are."""
    before, mark, rest = name.partition("/path")
    if not mark:
        return known[name]
    number, _, role = rest.partition("/")
    source = known[f"{before}/{role}"]
    axis = 2 if role == "conv3/kernel" else -1  # the last 1×1 is cut along its input
    width = source.shape[axis] // 8
    part = slice((int(number) - 1) * width, int(number) * width)
    return source[:, :, part] if axis == 2 else source[..., part]

"""What a step of training costs, as formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..dim import Dim
from ..measurement import Measurement
from .formula.form import ClosedForm
from .formula.recipe import Recipe
from .memory_model import form_of_figures
from .training import training_step
from .training_memory import PLAIN, Setting


def training_form(recipe: Recipe, variables: Sequence[str], setting: Setting = PLAIN) -> ClosedForm:
    """Multiply-accumulates of each pass of one step, and all operations, as formulas.

    >>> from resnet_analyzer.architectures.base import ARCHITECTURES
    >>> from resnet_analyzer.analyses.formula.recipe import recipe_of
    >>> form = training_form(recipe_of(ARCHITECTURES["resnet18"]), ["n", "batch"])
    >>> form.at(n=224, batch=2)["macs"]   # torch counts twice as many
    10648412160
    """
    return form_of_figures(recipe, variables, lambda measurement: _figures(measurement, setting))


def _figures(measurement: Measurement, setting: Setting) -> tuple[Mapping[str, Dim], bool]:
    step = training_step(measurement, setting)
    forward, to_inputs, to_weights, again = step.by_pass(lambda work: work.multiply_accumulates)
    passes = {"forward": forward, "input_gradients": to_inputs, "weight_gradients": to_weights, "again": again}
    return {**passes, "macs": step.macs, "flops": step.flops}, bool(step.unknown)

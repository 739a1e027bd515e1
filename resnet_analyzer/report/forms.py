"""Figures of memory and of training as formulas, with where they hold and a value that can be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..analyses.formula.closed import ClosedForm
from ..analyses.formula.spell import letters_for
from ..analyses.memory_model import Model
from ..analyses.training_memory import Setting
from ..dim.spelling import Spelling
from ..numbers import grouped
from .memory import model_data, stated
from .model import Report
from .training import COUNTED


def memory_form_report(form: ClosedForm, model: Model) -> Report:
    """The formulas of memory under a model."""
    return _report(form, f"memory of {model.mode}", "bytes", "memory_formula", stated(model), model_data(model))


def training_form_report(form: ClosedForm, setting: Setting) -> Report:
    """The formulas of one step of training."""
    about = {"optimizer": setting.optimizer, "checkpoint": setting.checkpoint}
    return _report(form, "one step of training", "operations", "training_formula", (("counted", COUNTED),), about)


def _report(
    form: ClosedForm, what: str, unit: str, kind: str, notes: Sequence[tuple[str, str]], about: Mapping[str, Any]
) -> Report:
    letters = letters_for(form.variables)
    text = Spelling(letters)
    least = "≥ " if form.lower_bounds else ""
    own = {name: form.recipe.value(name) for name in form.variables}
    values = {} if form.broken(own) else form.at(own)
    point = ", ".join(f"{letters[each]} = {value}" for each, value in own.items())
    lines = []
    for name, formula in form.figures.items():
        lines.append((name.replace("_", " "), f"= {least}{text.formula(formula)}"))
        if name in values:
            lines.append((name.replace("_", " "), f"{point}: {grouped(values[name])} {unit}"))
    lines.append(("holds", _domain(form, text)))
    title = f"{form.recipe.title} · {what} in {', '.join(form.variables)}"
    data = {"schema": 2, "kind": kind, "model": form.recipe.name, **about, **_data(form, text, values)}
    return Report(title, (), (*lines, *notes), lambda: data)


def _domain(form: ClosedForm, text: Spelling) -> str:
    bounds = ", ".join(f"{text.letters[name]} ≥ {low}" for name, low in form.least.items())
    where = " and ".join(text.condition(condition) for condition in form.conditions)
    return f"for every {bounds}, exactly" + (f", where {where}" if where else "")


def _data(form: ClosedForm, text: Spelling, values: Mapping[str, int]) -> dict[str, Any]:
    return {
        "variables": list(form.variables),
        "formulas": {name: text.formula(formula) for name, formula in form.figures.items()},
        "least": dict(form.least),
        "conditions": [text.condition(each) for each in form.conditions],
        "status": "lower_bound" if form.lower_bounds else "complete",
        "values": dict(values) or None,
    }

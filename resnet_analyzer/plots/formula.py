"""A picture of a closed form, as a paper would set it."""

from __future__ import annotations

from ..analyses.formula.closed import ClosedForm
from ..analyses.formula.spell import letters_for, tidied
from ..dim.spelling import Latex
from ._files import save

NAMES = {"macs": "MACs", "params": "params", "flops": "FLOPs", "activations": "activations"}
PER_LINE = 3  # terms
MOST = 24  # terms of a formula that is still drawn in full


def save_formula(form: ClosedForm, path: str) -> None:
    """Write a picture (.png, .svg, .pdf) of all figures' formulas; OutputError if the file cannot be written."""
    from matplotlib.figure import Figure

    lines = formula_lines(form)
    figure = Figure(figsize=(9, 0.55 * len(lines) + 0.4))
    for index, line in enumerate(lines):
        figure.text(0.02, 1 - (index + 0.7) / (len(lines) + 0.4), line, fontsize=13)
    save(figure, path, bbox_inches="tight")


def formula_lines(form: ClosedForm) -> list[str]:
    """The lines of the picture, in matplotlib's mathtext: the title, every figure in a few terms a line."""
    latex = Latex(letters_for(form.variables))
    lines = [f"{form.recipe.title}: exactly, for every ${_bounds(form)}$"]
    for name, label in NAMES.items():
        formula = tidied(form.figures[name])
        if len(formula.terms) > MOST:
            lines.append(rf"$\mathrm{{{label}}}$: {len(formula.terms)} terms")
            continue
        pieces = latex.pieces(formula, PER_LINE)
        lines.append(rf"$\mathrm{{{label}}} = {pieces[0]}$")
        lines += [rf"$\qquad\qquad {piece}$" for piece in pieces[1:]]
    return lines


def _bounds(form: ClosedForm) -> str:
    latex = Latex(letters_for(form.variables))
    bounds = [rf"{latex.variable(name)} \geq {least}" for name, least in form.least.items()]
    return ", ".join(bounds + [latex.condition(condition) for condition in form.conditions])

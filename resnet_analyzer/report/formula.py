"""Closed forms for people: every figure with its formula, where it holds, and a value that can be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..analyses.formula.closed import ClosedForm
from ..analyses.formula.data import as_data
from ..analyses.formula.prove import Proof
from ..analyses.formula.spell import letters_for, scale_letter, scaled, tidied
from ..dim.polynomial import Polynomial
from ..dim.spelling import PYTHON, Latex, Spelling
from ..measurement import REPORTS
from ..numbers import grouped
from .model import Column, Report, Table

LABELS = {"macs": "MACs", "params": "params", "flops": "FLOPs", "activations": "activations"}
SAYS = {
    "macs": "one per multiply-accumulate of convolutions and dense layers",
    "params": "without moving statistics",
    "flops": "2 per MAC and 1 for all other arithmetic",
    "activations": "elements that convolutions and dense layers put out",
}
LONG = 14  # terms: a longer formula is not for reading
COLUMNS = (Column("figure"), Column("coefficient", "count"), Column("of", flexible=True))


def formula_report(form: ClosedForm, also: Sequence[tuple[str, ClosedForm]] = (), proof: Proof | None = None) -> Report:
    """The report on a closed form; `also` are other closed forms of single figures, by the figure's name."""
    letters = letters_for(form.variables)
    text = Spelling(letters)
    notes: list[tuple[str, str]] = []
    for name, label in LABELS.items():
        notes += _figure(form, name, label, text)
        notes += [(label, _also(other, name)) for figure, other in also if figure == name]
    notes.append(("holds", _domain(form, text)))
    legend = _legend(form, letters)
    notes += [("with", legend)] if legend else []
    notes.append(("counted", f"MACs: {SAYS['macs']}; FLOPs: {SAYS['flops']}; params: without moving statistics"))
    notes += [("proved", proof.text)] if proof else []
    notes += [("unknown", f"{', '.join(form.unknown)}: cost not known; lower bounds: {', '.join(form.lower_bounds)}")] if form.unknown else []  # fmt: skip  # noqa: E501
    return Report(_title(form), (), tuple(notes), lambda: formula_data(form, proof))


REPORTS.add("formula", formula_report)


def _title(form: ClosedForm) -> str:
    recipe = form.recipe
    style = f" · style {recipe.style}" if recipe.style not in ("", "paper") else ""
    return f"{recipe.title}{style} · exact formulas in {', '.join(form.variables)}"


def _legend(form: ClosedForm, letters: Mapping[str, str]) -> str:
    """What the signs stand for, with the network's own values; those of one option together."""
    groups: dict[str, list[str]] = {}
    for name in form.variables:
        groups.setdefault(name.rstrip("0123456789").replace("_", " "), []).append(name)
    parts = []
    for words, names in groups.items():
        signs = [letters[name] for name in names]
        if signs != [words] or len(words) > 1:
            values = ", ".join(str(form.recipe.value(name)) for name in names)
            parts.append(f"{', '.join(signs)} = {words} ({values})")
    return "; ".join(parts)


def _signature(form: ClosedForm, formula: Polynomial, letters: Spelling) -> str:
    used = [name for name in form.variables if name in formula.variables]
    return f"({', '.join(letters.letters[name] for name in used)})" if 0 < len(used) < 3 else ""


def _figure(form: ClosedForm, name: str, label: str, text: Spelling) -> list[tuple[str, str]]:
    formula = form.figures[name]
    label = f"{label}{_signature(form, formula, text)}"
    least = "≥ " if name in form.lower_bounds else ""
    if formula.constant is not None:
        whatever = " and ".join(text.letters.values())
        return [(label, f"= {least}{text.formula(formula)}, whatever {whatever}")]
    shown = tidied(formula)
    if len(shown.terms) > LONG:
        lines = [(label, f"{least}{len(formula.terms)} terms: --format latex, python or json")]
    else:
        lines = [(label, f"= {least}{text.formula(shown)}")]
    facts = [*_scaled(form, formula, text), *_value(form, name, text)]
    return [*lines, (label, "; ".join(facts))] if facts else lines


def _scaled(form: ClosedForm, formula: Polynomial, text: Spelling) -> list[str]:
    """What the formula is where n is a multiple of all strides."""
    if form.variables != ("n",):
        return []
    letter = scale_letter(text.letters)
    found = scaled(formula, "n", letter)
    return [f"n = {found[0]}·{letter}: {text.formula(found[1])}"] if found else []


def _value(form: ClosedForm, name: str, text: Spelling) -> list[str]:
    own = {variable: form.recipe.value(variable) for variable in form.variables}
    if form.broken(own):
        return []
    used = [variable for variable in form.variables if variable in form.figures[name].variables]
    point = ", ".join(f"{text.letters[variable]} = {own[variable]}" for variable in used)
    return [f"{point}{_multiple(form, form.figures[name], text)}: {grouped(form.at(own)[name])}"]


def _multiple(form: ClosedForm, formula: Polynomial, text: Spelling) -> str:
    """` (k = 7)` where n = 32·k holds for the network's own n."""
    letter = scale_letter(text.letters)
    found = scaled(formula, "n", letter) if form.variables == ("n",) else None
    value = form.recipe.value("n") if found else 0
    return f" ({letter} = {value // found[0]})" if found and value % found[0] == 0 else ""


def _also(form: ClosedForm, name: str) -> str:
    (variable,) = form.variables
    letters = letters_for(form.variables)
    sign = letters[variable]
    word = f"{variable} {sign}" if sign != variable else variable
    bounds = [f"{sign} ≥ {form.least[variable]}"] if form.least[variable] > 1 else []
    bounds += [Spelling(letters).condition(condition) for condition in form.conditions]
    bound = f" for {', '.join(bounds)}" if bounds else ""
    formula = Spelling(letters).formula(form.figures[name])
    return f"in {word} ({form.recipe.value(variable)}): {formula}{bound}"


def _domain(form: ClosedForm, text: Spelling) -> str:
    bounds = ", ".join(f"{text.letters[name]} ≥ {least}" for name, least in form.least.items())
    where = " and ".join(text.condition(condition) for condition in form.conditions)
    return f"for every {bounds}, exactly" + (f", where {where}" if where else "")


def formula_data(form: ClosedForm, proof: Proof | None = None) -> dict[str, Any]:
    """A closed form for machines: evaluable terms, and every formula as text, LaTeX and Python."""
    letters = letters_for(form.variables)
    text, latex = Spelling(letters), Latex(letters)
    spelled = {
        name: {
            "text": text.formula(tidied(value)),
            "latex": latex.formula(tidied(value)),
            "python": PYTHON.formula(value),
        }
        for name, value in form.figures.items()
    }
    own = {variable: form.recipe.value(variable) for variable in form.variables}
    return {
        "schema": 2,
        "kind": "formula",
        "model": form.recipe.name,
        "style": form.recipe.style or None,
        "status": "lower_bound" if form.unknown else "complete",
        "letters": letters,
        **as_data(form),
        "holds": _domain(form, text),
        "spelled": spelled,
        "values": None if form.broken(own) else form.at(own),
        "proof": proof._asdict() if proof else None,
    }


def terms_table(form: ClosedForm) -> Table:
    """One line per figure and term, for spreadsheets."""
    text = Spelling(letters_for(form.variables))
    rows = [
        (label, coefficient if type(coefficient) is int else str(coefficient), text.term(monomial, 1))
        for name, label in LABELS.items()
        for monomial, coefficient in tidied(form.figures[name]).terms.items()
    ]
    return Table(COLUMNS, tuple(rows))


def latex_source(form: ClosedForm) -> str:
    """All figures as one LaTeX display."""
    letters = letters_for(form.variables)
    latex = Latex(letters)
    lines = [rf"% {_title(form)}", r"\begin{align*}"]
    for name, label in LABELS.items():
        formula = form.figures[name]
        used = ", ".join(latex.variable(variable) for variable in form.variables if variable in formula.variables)
        signature = f"({used})" if used else ""
        lines.append(rf"\mathrm{{{label}}}{signature} &= {latex.formula(tidied(formula))} \\")
    lines.append(r"\end{align*}")
    bounds = [rf"{latex.variable(name)} \geq {least}" for name, least in form.least.items()]
    conditions = [latex.condition(condition) for condition in form.conditions]
    return "\n".join([*lines, f"% for every ${', '.join(bounds + conditions)}$"]) + "\n"


def python_source(form: ClosedForm) -> str:
    """A Python module with a function per figure; it needs nothing else."""
    names = ", ".join(form.variables)
    checks = [f"{name} >= {least}" for name, least in form.least.items()]
    checks += [PYTHON.condition(condition) for condition in form.conditions]
    lines = [f'"""{_title(form)}; written by resnet-analyze formula."""', "", ""]
    lines += [f"def holds({names}):", '    """Whether the formulas hold here."""', f"    return {' and '.join(checks)}"]
    for name, formula in form.figures.items():
        lines += ["", "", f"def {name}({names}):", f"    return {PYTHON.formula(formula)}"]
    return "\n".join(lines) + "\n"

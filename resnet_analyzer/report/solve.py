"""Answers to `solve`: the largest value within a budget, the Pareto set, settings that match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analyses.solve.budget import WORDS, Answer, Budget, Search
from ..analyses.solve.match import ExactSettings
from ..numbers import grouped, many
from .model import Column, Report, Table

SHOWN = ("params", "macs", "flops", "activations", "memory")
MEMORY = "weights and the activations that are alive at once, in {} bytes a number: {}"


def answer_report(search: Search, answer: Answer) -> Report:
    """One variable: its largest value, the figures there, and what one step more would cost."""
    ((name, value),) = answer.values.items()
    beyond = answer.beyond.get(name)
    columns = [Column("figure"), Column("at most", "count"), Column(f"{name} = {value}", "count")]
    budgets = {each.figure: each.amount for each in search.budgets}
    rows: list[tuple[Any, ...]] = [(WORDS[figure], budgets.get(figure), answer.figures[figure]) for figure in SHOWN]
    if "all_params" in budgets:
        rows.insert(1, (WORDS["all_params"], budgets["all_params"], answer.figures["all_params"]))
    if beyond is not None:
        step = search.ranges[0].step
        columns.append(Column(f"{name} = {value + step}", "count"))
        further = {WORDS[figure]: number for figure, number in beyond.items() if figure in WORDS}
        rows = [(*row, further[row[0]]) for row in rows]
    notes = [("answer", f"{name} = {grouped(value)} is the largest {name} with {_budgets(search.budgets)}")]
    notes.append(("checked", _checked(search, answer, name)))
    notes.append(("memory", MEMORY.format(search.model.itemsize, search.model.says())))
    data = {**_head(search), "answer": answer.values, "figures": answer.figures, "beyond": answer.beyond}
    return Report(_title(search), (Table(tuple(columns), tuple(rows)),), tuple(notes), lambda: data)


def _checked(search: Search, answer: Answer, name: str) -> str:
    if name not in answer.beyond:
        return "layer by layer at the answer, which is the end of the range"
    beyond, value = answer.beyond[name], answer.values[name] + search.ranges[0].step
    if beyond is None:
        return f"layer by layer; {name} = {value} is no valid network"
    over = [each for each in search.budgets if beyond[each.figure] > each.amount]
    much = " and ".join(f"{grouped(beyond[each.figure] - each.amount)} {WORDS[each.figure]}" for each in over)
    return f"layer by layer; {name} = {value} exceeds the budget by {much}"


def _budgets(budgets: Sequence[Budget]) -> str:
    return " and ".join(f"at most {grouped(each.amount)} {WORDS[each.figure]}" for each in budgets)


def _title(search: Search) -> str:
    style = f" · style {search.recipe.style}" if search.recipe.style not in ("", "paper") else ""
    return f"{search.recipe.title}{style} · {_budgets(search.budgets)}"


def _head(search: Search) -> dict[str, Any]:
    budgets = [{"figure": each.figure, "at_most": each.amount} for each in search.budgets]
    return {
        "schema": 2,
        "kind": "solution",
        "model": search.recipe.name,
        "style": search.recipe.style or None,
        "budgets": budgets,
    }


def front_report(search: Search, points: Sequence[tuple[dict[str, int], dict[str, int]]], most: int | None) -> Report:
    """Several variables: the Pareto set, at most so many lines of it (those that use most of the first budget)."""
    first = search.budgets[0].figure
    shown = list(points)
    if most is not None and len(shown) > most:
        best = sorted(shown, key=lambda pair: -pair[1].get(first, 0))[:most]
        shown = [pair for pair in shown if pair in best]
    figures = [figure for figure in SHOWN if shown and figure in shown[0][1]]
    columns = tuple(Column(name, "count") for name in search.names)
    columns += tuple(Column(WORDS[figure], "count", drop=place) for place, figure in enumerate(figures))
    rows = tuple((*values.values(), *(found[figure] for figure in figures)) for values, found in shown)
    left = f"; shown: the {len(shown)} that come nearest to the budget, all with --format csv" if len(shown) < len(points) else ""  # fmt: skip  # noqa: E501
    notes = [
        ("set", f"{many(len(points), 'setting')} within the budget of which none can grow any further, exactly{left}"),
        ("checked", "layer by layer at every line shown; from each, one step more of any variable is over the budget"),
    ]
    above = [f"{name} ≥ {least}" for name, least in search.form.least.items() if least > 1]
    notes += [("searched", ", ".join(above))] if above else []
    data = {**_head(search), "front": [{"values": values, "figures": found} for values, found in points]}
    return Report(_title(search), (Table(columns, rows),), tuple(notes), lambda: data)


def match_report(amount: int, word: str, found: Sequence[ExactSettings], where: str, most: int | None = None) -> Report:
    """Settings at which a figure is exactly the wanted one, at most so many lines of them."""
    columns = (Column("network"), Column("style", drop=2), Column("figure", drop=1), Column("settings", wrapped=True))
    rows = tuple(
        (each.network, each.style, WORDS.get(each.figure, each.figure), _settings(each)) for each in found[:most]
    )
    tables = (Table(columns, rows),) if rows else ()
    text = f"{many(len(found), 'exact match', 'exact matches')} {where}, each measured layer by layer"
    text += f"; shown: the first {most}, all with --format csv" if most and len(found) > most else ""
    note = text if found else f"nothing {where} has exactly {grouped(amount)} {word}"
    note += "" if found else f"; whose number it may be: resnet-analyze reconcile NETWORK {grouped(amount)}"
    data = {
        "schema": 2,
        "kind": "matches",
        "figure": word,
        "amount": amount,
        "matches": [each._asdict() for each in found],
    }
    return Report(f"{grouped(amount)} {word}", tables, (("found", note),), lambda: data)


def _settings(match: ExactSettings) -> str:
    return ", ".join(f"{name} = {value}" for name, value in match.values.items()) or "as it stands"

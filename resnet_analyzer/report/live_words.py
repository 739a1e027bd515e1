"""The words of recomputed cells in another language: what stands there at home is translated, and its numbers found.

A catalogue knows sentences, not their pieces. So a text is spelled for the report's own size, translated as any other,
and taken apart again at the numbers and names that were put in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import prod
from typing import Any

from ..numbers import grouped, percent, short
from .live_cells import Cell, Piece
from .roofline import in_seconds


def translated_live(data: Mapping[str, Any], text: Callable[[str], str]) -> dict[str, Any]:
    """The closed forms of a page with their words as `text` translates them."""
    words = _Words(data, text)
    tables = {name: words.table(table) for name, table in data["tables"].items()}
    told: dict[str, Any] = {name: list(map(words.cell, cells)) for name, cells in data["see"].items()}
    drawing = {mark: words.cell(cell) for mark, cell in data["drawing"].items()}
    charts = {name: words.chart(chart) for name, chart in data["charts"].items()}
    lead = list(map(words.cell, data["lead"]))
    heading = words.cell(data["heading"])
    return {
        **data,
        "tables": tables,
        "see": told,
        "drawing": drawing,
        "charts": charts,
        "lead": lead,
        "heading": heading,
    }


class _Words:
    """Cells spelled at home, translated, and taken apart again."""

    def __init__(self, data: Mapping[str, Any], text: Callable[[str], str]) -> None:
        self.text, self._formulas = text, data["formulas"]
        self._values: dict[str, int] = {each["name"]: each["value"] for each in data["variables"]}
        self._atoms: list[int] = []
        for atom in data["atoms"]:
            parts = [atom["floor"], atom["divide"]] if "floor" in atom else atom["largest"]
            values = list(map(self._value, parts))
            self._atoms.append(values[0] // values[1] if "floor" in atom else max(values))

    def _value(self, formula: Any) -> int:
        terms, below = (formula["terms"], formula["denominator"]) if isinstance(formula, dict) else (formula, 1)
        sums = [part * prod(self._factor(each) ** power for each, power in factors) for part, factors in terms]  # fmt: skip  # noqa: E501
        return sum(sums) // below

    def _factor(self, factor: str | int) -> int:
        return self._values[factor] if isinstance(factor, str) else self._atoms[factor]

    def table(self, table: Any) -> Any:
        """A table's rows; those of one that is ranked, too."""
        if isinstance(table, dict):
            return {**table, "rows": self.table(table["rows"])}
        return [list(map(self.cell, row)) for row in table]

    def chart(self, chart: Mapping[str, Any]) -> dict[str, Any]:
        """A chart: its titles and the words of its looks."""
        if "fields" in chart:
            return dict(chart)
        if "roof" in chart:
            roof = chart["roof"]
            looks = [{**look, "word": self.text(look["word"])} for look in roof["looks"]]
            return {"roof": {**roof, "looks": looks, "titles": list(map(self.text, roof["titles"]))}}
        if "bars" not in chart:
            steps = [{**panel, "title": self.text(panel["title"])} for panel in chart["steps"]]
            return {"steps": steps, "label": self.text(chart["label"])}
        bars = chart["bars"]
        looks = [{**look, "word": self.text(look["word"])} for look in bars["looks"]]
        return {"bars": {**bars, "columns": list(map(self.text, bars["columns"])), "looks": looks}}

    def cell(self, cell: Cell) -> Cell:
        """A cell in the other language; as it was where it holds no words."""
        if isinstance(cell, dict) and "late" in cell:
            return {"late": self.cell(cell["late"])}
        if isinstance(cell, dict) and "if" in cell:
            return {**cell, "then": self.cell(cell["then"]), "else": self.cell(cell["else"])}
        if not isinstance(cell, dict) or "text" not in cell:
            return cell
        pieces = self._pieces(cell["text"])
        return None if pieces is None else {"text": pieces}

    def _pieces(self, pieces: Sequence[Piece]) -> list[Piece] | None:
        if len(pieces) == 1 and isinstance(pieces[0], dict) and "pick" in pieces[0]:
            give = [self._pieces(each) for each in pieces[0]["give"]]
            return None if None in give else [{**pieces[0], "give": give}]
        if len(pieces) == 1 and isinstance(pieces[0], dict) and "chosen" in pieces[0]:
            return [{**pieces[0], "forms": list(map(self._form, pieces[0]["forms"]))}]
        spelled = [(piece, self._spelled(piece)) for piece in pieces]
        home = "".join(text for _, text in spelled)
        said = self.text(home)
        if said == home:
            return list(pieces)
        return list(_apart(said, [pair for pair in spelled if not isinstance(pair[0], str)]))

    def _form(self, form: str) -> str:
        """A sentence with places for a number and names."""
        stands = {"{n}": "31", "{0}": "a0/a", "{1}": "a1/a", "{2}": "a2/a"}
        said = self.text(reduce(lambda text, place: text.replace(place, stands[place]), stands, form))
        return reduce(lambda text, place: text.replace(stands[place], place), stands, said)

    def _spelled(self, piece: Piece) -> str:
        if isinstance(piece, str):
            return piece
        if isinstance(piece, int):
            return str(self._number(piece))
        if "share" in piece:
            return percent(*map(self._number, piece["share"]))
        if "ratio" in piece:
            above, below = map(self._number, piece["ratio"])
            return f"{above / below:.2f}"
        if "pick" in piece:
            values = list(map(self._number, piece["pick"]))
            return "".join(map(self._spelled, piece["give"][values.index(max(values))]))
        if "decimal" in piece:
            whole, rest = divmod(self._number(piece["decimal"]), 10 ** piece["places"])
            return f"{whole}.{rest:0{piece['places']}d}" if piece["places"] else str(whole)
        if "time" in piece:
            return in_seconds(Fraction(self._number(piece["time"][0]), piece["time"][1]))
        if "count" in piece:
            return str(sum(self._holds(pair) for pair in piece["count"]))
        if "part" in piece:
            held = sum(self._number(pair[0]) for pair in piece["part"] if self._holds(pair))
            return f"{float(Fraction(100 * held, self._number(piece['of']))):.0f}"
        if "top" in piece:
            known = sorted(((self._number(index), name) for index, name in piece["of"]), key=lambda pair: -pair[0])
            times = [f"{name} {in_seconds(Fraction(value, piece['over']))}" for value, name in known if value > 0]
            return "; ".join(times[: piece["top"]])
        return grouped(self._number(piece["grouped"])) if "grouped" in piece else self._short(piece["short"])

    def _holds(self, pair: Sequence[Any]) -> bool:
        return self._number(pair[0]) >= self._number(pair[1])

    def _short(self, cell: Cell) -> str:
        value = max(map(self._number, cell["most"])) if isinstance(cell, dict) else self._number(cell)
        return f"{short(value)} " if value < 1000 else short(value)

    def _number(self, index: int) -> int:
        return self._value(self._formulas[index])


def _apart(text: str, put_in: Sequence[tuple[Piece, str]]) -> Iterator[Piece]:
    """A text around what was put into it, in the order in which that stands there now."""
    places = sorted(
        (text.index(spelled), spelled, number) for number, (_, spelled) in enumerate(put_in) if spelled in text
    )
    end = 0
    for place, spelled, number in places:
        place = text.find(spelled, end)
        if place < 0:
            continue
        if place > end:
            yield text[end:place]
        yield put_in[number][0]
        end = place + len(spelled)
    if end < len(text):
        yield text[end:]

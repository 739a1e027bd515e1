"""What lies beyond FLOPs as closed forms: what a unit sees, the least memory, and bounds on time.

A condition is a pair of formulas, the first of which is at least the second. With them:
    {"if": [3, 4], "then": cell, "else": cell}
    {"chosen": [[3, 4, "conv1"], …], "forms": ["… {n} … {0} …", …]}     those that hold: how many, and the first names
    {"count": [[3, 4], …]}, {"part": [[3, 4], …], "of": 5}              how many hold; their sum in a whole, in %
    {"time": [3, 129600000000000]}                                      seconds: a formula over a number
    {"top": 3, "of": [[3, "conv1"], …], "over": 129600000000000}        the largest times, with names
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import gcd
from typing import Any

from ..analyses.device import device
from ..analyses.fields import Field, Traced, fields, part_seen, traced
from ..analyses.memory import least_bytes, live_bytes
from ..analyses.roofline import Bound, Roofline, bounds
from ..dim import Dim, floor_div, maximum, total
from ..errors import AnalyzerError, Undecided
from ..measurement import Measurement
from ..plots.base import PLOTS
from ..plots.palette import FAINT, KINDS, Kind, kind_of
from .live_cells import Cell, Cells
from .receptive import BEYOND, IDLE, last_of_plain_size, stage_ends
from .roofline import HELPED

EXACT = 2**53  # from here on JavaScript's numbers are not whole
UNKNOWN: Cell = {"words": "–"}
FORMS = 3  # names that are told


def least_peak(cells: Cells, over: Measurement) -> list[Cell]:
    """The line of the least peak: that of the given order where it meets the lower bound, else not known."""
    peak = {"most": [cells.number(live.bytes) for live in live_bytes(over)]}
    bound = {"most": [cells.number(each) for each in least_bytes(over)]}

    def certain(cell: Cell) -> Cell:
        return {"if": [bound, peak], "then": cell, "else": UNKNOWN}

    words = {"text": ["no order of the layers has less"]}
    return [None, certain(peak), certain({"text": [{"short": peak}, "B"]}), certain(words)]


class Seeing:
    """What units see, at any size; UsageError or Undecided where that depends on the size in another way."""

    def __init__(self, cells: Cells, own: Measurement, over: Measurement) -> None:
        self.cells, self.own = cells, list(fields(own))
        shape = over.graph.inputs[0].op.shape  # type: ignore[attr-defined]
        self.image: tuple[Dim, ...] = tuple(shape[2:] if over.graph.data_format == "channels_first" else shape[1:-1])
        self.traced = {each.row.name: each for each in traced(over)}
        if any(_differs(each, self.traced[each.name]) for each in self.own):
            raise Undecided("what units see depends on the size")

    def table(self) -> list[list[Cell]]:
        """A line per stage: the share of the image and the remark vary, all else stays."""
        lines = []
        for each in stage_ends(self.own):
            part = part_seen(self.traced[each.name], self.image) if each.share is not None else None
            share = None if part is None else {"share": [self.cells.number(number) for number in part]}
            lines.append([None, None, None, None, share, None, None, self._remark(self.traced[each.name])])
        return lines

    def exceeding(self, each: Traced) -> list[int] | None:
        """The condition that its field is larger than the image; None for one that never is."""
        view = each.view
        if view is None or view.whole or len(view.sides) != len(self.image):
            return None
        pairs = zip(view.sides, self.image, strict=True)
        return self._condition([pixels - side.size for side, pixels in pairs if side is not None], -1)

    def idle(self, each: Traced) -> list[int] | None:
        """The condition that its inputs have seen everything; None for one of which that is never so."""
        plain = [sizes for sizes in each.before if sizes is not None and len(sizes) == len(self.image)]
        if not each.slides or not plain or len(plain) < len(each.before):
            return None
        pairs = [pair for sizes in plain for pair in zip(sizes, self.image, strict=True)]
        return self._condition([pixels - size for size, pixels in pairs if size is not None], 0)

    def _condition(self, left: Sequence[Dim], most: int) -> list[int]:
        """That none of some sizes is more than `most`."""
        worst: Dim = left[0] if left else most
        for each in left[1:]:
            worst = maximum(worst, each)
        return [self.cells.number(most), self.cells.number(worst)]

    def _remark(self, each: Traced) -> Cell:
        unread = ["no output depends on it"] * each.unread

        def told(words: list[str]) -> Cell:
            kept = [*words, *unread]
            return {"text": ["; ".join(kept)]} if kept else None

        idle, exceeding = self.idle(each), self.exceeding(each)
        larger, gained = ["larger than the input"], ["reads what has seen everything"]
        small = _chosen(idle, told(gained), told([]))
        return _chosen(exceeding, _chosen(idle, told(larger + gained), told(larger)), small)

    def see(self) -> list[Cell]:
        """The sentences below: which fields are larger than the image, and which windows gain nothing."""
        last = last_of_plain_size(self.own)
        told: list[Cell] = [None] if last is not None else []
        for words, condition, here in (
            (BEYOND, self.exceeding, any(each.exceeds for each in self.own)),
            (IDLE, self.idle, any(each.idle for each in self.own)),
        ):
            found = [(condition(each), name) for name, each in self.traced.items()]
            chosen = [[*pair, name] for pair, name in found if pair is not None]
            cell = {"text": [{"chosen": chosen, "forms": list(_forms(f"{words[0].upper()}{words[1:]}"))}]}
            told.append(cell if here else {"late": cell})
        return told

    def chart(self, own: Measurement) -> dict[str, Any]:
        """What the middle units see, on the image."""
        shown = []
        for each in PLOTS["receptive"].draw(own).data:
            found = self.traced[each.name]
            shown.append([each.name, each.size, list(self._box(found))])
        look = KINDS["convolution"]
        return {
            "image": [self.cells.number(side) for side in self._two(self.image, 1)], "shown": shown,
            "fill": look.fill.light, "edge": look.edge.light, "faint": FAINT.light,
        }  # fmt: skip

    def _box(self, each: Traced) -> Iterator[list[int]]:
        assert each.view is not None
        assert each.row.output is not None
        for side, pixels in zip(self._two(each.view.sides, None), self._two(self.image, 1), strict=True):
            ends = (0, pixels - 1) if side is None else side.sees(floor_div(each.row.output[side.along], 2))
            yield [self.cells.number(end) for end in ends]

    @staticmethod
    def _two(sides: Sequence[Any], missing: Any) -> tuple[Any, ...]:
        return (*sides, missing)[:2]


def _chosen(condition: list[int] | None, then: Cell, otherwise: Cell) -> Cell:
    return otherwise if condition is None else {"if": condition, "then": then, "else": otherwise}


def _differs(own: Field, over: Traced) -> bool:
    """Whether what a unit sees follows from the image's size, or cannot be told over symbols."""
    sides = () if over.view is None else over.view.sides
    several = any(side is not None and getattr(side, "period", 2) != 1 for side in sides)
    return several or (own.view, own.shortest, own.longest) != (over.view, over.shortest, over.longest)


def _forms(words: str) -> Iterator[str]:
    """A sentence on one layer, on two, on three, and on more."""
    for number in range(1, FORMS + 2):
        names = ", ".join(f"{{{place}}}" for place in range(min(number, FORMS)))
        count = "one layer" if number == 1 else "{n} layers"
        yield f"{words}: {count}, {names}{' …' if number > FORMS else ''}."


class Timing:
    """Bounds on time, at any size."""

    def __init__(self, cells: Cells, own: Measurement, over: Measurement, name: str) -> None:
        self.cells, self.over = cells, over
        self.own, self.found = bounds(own, device(name)), bounds(over, device(name))
        rate, bandwidth = self.found.device.rate(self.found.dtype).amount, self.found.device.bandwidth.amount
        shared = gcd(rate, bandwidth)
        self.rate, self.bandwidth = rate // shared, bandwidth // shared
        self.below = rate * self.bandwidth
        if self.below >= EXACT:
            raise Undecided("rates that are no exact numbers in a browser")

    def _parts(self, each: Bound) -> tuple[Dim, Dim]:
        """Moving and computing, over the same denominator."""
        return each.bytes * self.rate, 2 * each.macs * self.bandwidth

    def _time(self, several: Sequence[Bound]) -> Dim:
        return total(maximum(*self._parts(each)) for each in several)

    def _line(self, several: Sequence[Bound]) -> list[Cell]:
        moved = self.cells.number(total(each.bytes for each in several))
        return [None, self._seconds(self._time(several)), {"text": [{"short": moved}, "B"]}, None]

    def _seconds(self, time: Dim) -> Cell:
        return {"text": [{"time": [self.cells.number(time), self.below]}]}

    def table(self) -> list[list[Cell]]:
        """The three bounds of the whole network."""
        found: Roofline = self.found
        return [self._line(each) for each in (found.layers, found.fused, (found.cached,))]

    def see(self) -> list[Cell]:
        """How much memory bounds, and where fusion helps."""
        pairs = [list(map(self.cells.number, self._parts(each))) for each in self.found.layers]
        whole = self.cells.number(self._time(self.found.layers))
        memory = [
            {"count": pairs}, f" of {len(pairs)} layers, ", {"part": pairs, "of": whole},
            " % of the bound: faster arithmetic would not speed them up.",
        ]  # fmt: skip
        apart = {name: each for each in self.found.layers for name in each.names}
        saved = []
        for each in self.found.fused:
            parts = [apart[name] for name in each.names if name in apart]
            saved.append([self.cells.number(self._time(parts) - self._time([each])), each.name])
        helped = {"top": HELPED, "of": saved, "over": self.below}
        told: list[Cell] = [None]  # the ridge is the device's
        if any(each.bound_by == "memory" for each in self.own.layers):
            told.append({"text": ["Memory-bound: ", *memory]})
        return [*told, {"text": ["Fusion helps: ", helped, "."]}]

    def chart(self) -> dict[str, Any]:
        """Layers under the roof: operations a byte, operations a second."""
        ops = {row.name: row.node.op for row in self.over.rows}
        points: list[tuple[Kind, list[int]]] = []
        for each in self.found.layers:
            if each.macs != 0:
                work, time = 2 * each.macs, self._time([each])
                numbers = [self.cells.number(work), self.cells.number(each.bytes), self.cells.number(time)]
                points.append((KINDS[kind_of(ops[each.names[0]])], numbers))
        looks = list({kind.word: kind for kind, _ in points}.values())
        rate, bandwidth = self.found.device.rate(self.found.dtype).amount, self.found.device.bandwidth.amount
        return {
            "looks": [{"word": kind.word, "fill": kind.fill.light, "edge": kind.edge.light} for kind in looks],
            "points": [[looks.index(kind), *numbers] for kind, numbers in points],
            "peak": rate, "bandwidth": bandwidth, "over": self.below,
            "titles": ["operations a second", "operations a byte"],
        }  # fmt: skip


def beyond(cells: Cells, own: Measurement, over: Measurement, name: str) -> dict[str, dict[str, Any]]:
    """Tables, sentences and charts of what units see and of bounds on time, where they have closed forms."""
    tables: dict[str, Any] = {}
    see: dict[str, Any] = {}
    charts: dict[str, Any] = {}
    try:
        seeing = Seeing(cells, own, over)
        if last_of_plain_size(seeing.own) is not None:
            charts["receptive"] = {"fields": seeing.chart(own)}
        tables["receptive"], see["receptive"] = seeing.table(), seeing.see()
    except AnalyzerError:  # padding that follows from the size moves what a unit sees
        see.pop("receptive", None)
    try:
        timing = Timing(cells, own, over, name)
        tables["roofline"], see["roofline"] = timing.table(), timing.see()
        charts["roofline"] = {"roof": timing.chart()}
    except AnalyzerError:
        pass
    return {"tables": tables, "see": see, "charts": charts}

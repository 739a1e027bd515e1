"""The other parts of a page as closed forms: where the cost is, memory, training, the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analyses.memory import FLOAT32, Live, live_bytes
from ..analyses.training import flops_of, training_step
from ..analyses.training_memory import training_memory
from ..dim import Dim, total
from ..dim.spelling import marked
from ..measurement import Measurement, Row
from ..plots.architecture import labels
from ..shape import spell
from .live_beyond import least_peak
from .live_cells import Cell, Cells, Piece, text_cell
from .places import by_stage, kinds
from .sizes import first_that_change, into, weights_in_words
from .training import PASSES

Rows = list[list[Cell]]


def section_tables(cells: Cells, own: Measurement, over: Measurement, all_macs: int) -> dict[str, Any]:
    """The cells of every table of a long report but those of stages and layers, by the tables' names."""
    by_name = over.by_name
    held = cells.number(over.totals.params)

    def figures(rows: Sequence[Row]) -> list[Cell]:
        params, macs = total(row.params for row in rows), total(row.macs for row in rows)
        return [*_with_share(cells, params, held), *_with_share(cells, macs, all_macs)]

    layers = [[{"words": row.name}, cells.shape(row), *figures([row])] for row in over.rows if row.params or row.macs]
    return {
        "kinds": [[None, None, *figures([by_name[row.name] for row in rows])] for rows in kinds(own).values()],
        "most-params": {"ranked": 2, "rows": [row for row in layers if row[2] is not None]},
        "most-macs": {"ranked": 4, "rows": [row for row in layers if row[4] is not None]},
        "sizes": [_by_hand(cells, by_name[row.name]) for row in first_that_change(own)],
        **_memory(cells, over),
        "step": _step(cells, over),
    }


def _with_share(cells: Cells, value: Dim, whole: int) -> list[Cell]:
    number = None if value == 0 else cells.number(value)
    return [number, None if number is None else {"share": [number, whole]}]


def _by_hand(cells: Cells, row: Row) -> list[Cell]:
    with marked(cells.mark):
        what, passes = text_cell(weights_in_words(row)), text_cell(into(row))
    return [None, what, passes, cells.how(row)]


def _memory(cells: Cells, over: Measurement) -> dict[str, Rows]:
    """Inference and one step of training, under the model that the report states."""
    weights = cells.number(over.totals.all_params * FLOAT32)
    lives = live_bytes(over)
    peak = {"most": [cells.number(live.bytes) for live in lives]}
    whole = {"most": [cells.number(over.totals.all_params * FLOAT32 + live.bytes) for live in lives]}
    numbers = {"text": [{"grouped": cells.number(over.totals.all_params)}, " numbers of 4 bytes"]}
    at = {"text": ["while ", fullest(cells, lives), " runs, in the given order"]}
    inference = [
        _bytes(weights, numbers),
        _bytes(peak, at),
        least_peak(cells, over),
        _bytes(whole, None),
    ]
    found = training_memory(over)
    held = found.weights + found.gradients + found.state
    lines = [_bytes(cells.number(each), None) for each in (found.weights, found.gradients, found.state, found.kept)]
    told = {"text": ["activations and their gradients, at ", fullest(cells, found.lives)]}
    lines.append(_bytes({"most": [cells.number(live.bytes) for live in found.lives]}, told))
    lines.append(_bytes({"most": [cells.number(held + live.bytes) for live in found.lives]}, None))
    return {"memory": inference, "training-memory": lines}


def _bytes(value: Cell, says: Cell) -> list[Cell]:
    return [None, value, {"text": [{"short": value}, "B"]}, says]


def fullest(cells: Cells, lives: Sequence[Live]) -> Piece:
    """The name of the layer at which most is alive."""
    return {"pick": [cells.number(live.bytes) for live in lives], "give": [[live.name] for live in lives]}


def _step(cells: Cells, over: Measurement) -> Rows:
    """The passes of a step of training."""
    step = training_step(over)
    macs = (*step.by_pass(lambda work: work.multiply_accumulates), 0)
    flops = (*step.by_pass(flops_of), step.update)
    lines = [pair for _, *pair in zip(PASSES, macs, flops, strict=True) if pair[0] != 0 or pair[1] != 0]
    return [[None, cells.number(one), cells.number(two)] for one, two in [*lines, [step.macs, step.flops]]]


def seen_in(cells: Cells, own: Measurement, over: Measurement) -> dict[str, list[Cell]]:
    """What to see in the tables, by the sections' names: which stage and which kind has most."""
    params, macs = cells.number(over.totals.params), cells.number(over.totals.macs)
    stages = by_stage(over)
    kept = [(name, [over.by_name[row.name] for row in rows]) for name, rows in kinds(own).items()]

    def most(by: str, whole: int) -> tuple[Piece, Piece]:
        sums = [cells.number(total(getattr(row, by) for row in rows)) for _, rows in stages]
        names = {"pick": sums, "give": [[name] for name, _ in stages]}
        return names, {"pick": sums, "give": [[{"share": [each, whole]}] for each in sums]}

    (holds, held), (works, worked) = most("params", params), most("macs", macs)
    where = ["Most parameters are in ", holds, " (", held, "), most MACs in ", works, " (", worked, ")."]

    def kind(name: str, held: int, spent: int) -> list[Piece]:
        done, has = {"share": [spent, macs]}, {"share": [held, params]}
        return ["By kind: ", name, " layers do ", done, " of the MACs with ", has, " of the parameters."]

    sums = [(name, [total(getattr(row, by) for row in rows) for by in ("params", "macs")]) for name, rows in kept]
    told = [(name, cells.number(one), cells.number(two)) for name, (one, two) in sums]
    kinds_told = {"pick": [spent for *_, spent in told], "give": [kind(*each) for each in told]}
    step = training_step(over)
    ratio = {"ratio": [cells.number(step.macs), cells.number(step.by_pass(lambda work: work.multiply_accumulates)[0])]}
    training = ["A step has ", ratio, " times the MACs of the forward pass."]
    return {"places": [{"text": where}, {"text": [kinds_told]}], "training": [{"text": training}, None]}


def drawing(cells: Cells, over: Measurement) -> dict[str, Cell]:
    """The words of the architecture drawing that vary, by their marks in it."""
    with marked(cells.mark):
        told = {mark: text_cell(words) for mark, words in labels(over).items()}
        flow = ", ".join(spell(node.op.shape) for node in over.graph.inputs)  # type: ignore[attr-defined]
    params, macs = cells.short(over.totals.params), cells.short(over.totals.macs)
    told["heading0"] = text_cell(f"{flow} · {params} parameters · {macs}MACs")
    return {mark: cell for mark, cell in told.items() if cell is not None}

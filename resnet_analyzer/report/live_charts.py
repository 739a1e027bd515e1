"""The charts of a page as closed forms: a page draws them anew for another size, in the colours of the pictures.

{"bars": {"columns": ["parameters", …], "looks": [{"word": …, "fill": …, "edge": …}, …],
          "lines": [{"name": "stage1", "columns": [[[0, 17], [1, 18]], …]}]}}      [look, formula]
{"steps": [{"title": "channels", "values": [[0, 3], [1, 5], …], "logarithmic": true}], "label": "layer"}
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from ..analyses.memory import live_bytes
from ..analyses.training import training_step
from ..dim import total
from ..measurement import Measurement, with_channels_last
from ..plots.cost import FIGURES, groups_of
from ..plots.palette import KINDS, Kind
from ..plots.resolution import stops
from ..plots.training import PASSES
from ..shape import is_map
from .live_cells import Cell, Cells


def charts(cells: Cells, own: Measurement, over: Measurement) -> dict[str, Any]:
    """The charts by their pictures' names."""
    return {
        "cost": {"bars": _cost(cells, own, over)},
        "resolution": {"steps": _resolution(cells, own, over), "label": "layer (0: the input)"},
        "memory": {"steps": [_memory(cells, over)], "label": "layers in the order in which they run"},
        "training": {"bars": _training(cells, over)},
    }


def _cost(cells: Cells, own: Measurement, over: Measurement) -> dict[str, Any]:
    lines, found = [], groups_of(own)
    costly = {
        kind for _, by_kind in found for kind, rows in by_kind.items() if any(row.params or row.macs for row in rows)
    }
    kinds = [name for name in KINDS if name in costly]
    for name, by_kind in found:
        columns = []
        for figure in ("params", "macs", "activations"):
            sums = [(kind, total(getattr(over.by_name[row.name], figure) for row in by_kind.get(kind, ()))) for kind in kinds]  # fmt: skip  # noqa: E501
            columns.append([[kinds.index(kind), cells.number(value)] for kind, value in sums if value != 0])
        lines.append({"name": name, "columns": columns})
    return {"columns": list(FIGURES), "looks": [_look(KINDS[kind]) for kind in kinds], "lines": lines}


def _look(kind: Kind) -> dict[str, str]:
    return {"word": kind.word, "fill": kind.fill.light, "edge": kind.edge.light}


def _training(cells: Cells, over: Measurement) -> dict[str, Any]:
    lines = []
    worked = [layer for layer in training_step(over).layers if layer.work.multiply_accumulates != 0]
    for name, members in groupby(worked, key=lambda layer: layer.row.node.scope.split("/")[0] or layer.name):
        sums = [total(each) for each in zip(*[layer.macs() for layer in members], strict=True)]
        lines.append({"name": name, "columns": [[[place, cells.number(sums[place])] for place in range(3)]]})
    return {"columns": ["MACs of one step"], "looks": list(map(_look, PASSES[:3])), "lines": lines}


def _resolution(cells: Cells, own: Measurement, over: Measurement) -> list[dict[str, Any]]:
    sides: list[Cell] = []
    channels: list[Cell] = []
    over = with_channels_last(over)
    for place, row in stops(with_channels_last(own)):
        shape = over.by_name[row.name].output
        assert shape is not None
        sides.append([place, cells.number(shape[1] if is_map(shape) else 1)])
        channels.append([place, cells.number(shape[-1])])
    return [
        {"title": "side of the feature maps (pixels; 1: a vector)", "values": sides, "logarithmic": True},
        {"title": "channels", "values": channels, "logarithmic": True},
    ]


def _memory(cells: Cells, over: Measurement) -> dict[str, Any]:
    values = [[place, cells.number(live.bytes)] for place, live in enumerate(live_bytes(over))]
    return {"title": "bytes alive", "values": values, "logarithmic": False}

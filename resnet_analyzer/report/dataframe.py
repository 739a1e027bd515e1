"""A measurement as a table for pandas: a row per layer, with what follows from it beside its own figures."""

from __future__ import annotations

from typing import Any

from ..analyses.memory import live_bytes
from ..analyses.receptive_field import receptive_fields
from ..contract import measurement_data
from ..errors import AnalyzerError
from ..measurement import FRAMES, Measurement
from .by_hand import macs_by_hand, params_by_hand


def layers(measurement: Measurement) -> list[dict[str, Any]]:
    """The layers of the JSON contract, each with its stage and block, memory, receptive field and formulas.

    `live_bytes` are those of activations alive while the layer runs, in float32; `receptive_field` is (height,
    width) in pixels of the input, None where it is unknown. Both are None over a grid or symbols.
    """
    try:
        alive: dict[str, Any] = {each.name: each.bytes for each in live_bytes(measurement)}
        fields: dict[str, Any] = dict(receptive_fields(measurement.rows))
    except AnalyzerError:
        alive, fields = {}, {}
    found = []
    for row, data in zip(measurement.rows, measurement_data(measurement)["layers"], strict=True):
        scope = row.node.scope.split("/")
        view = fields.get(row.name)
        added = {
            "stage": scope[0],
            "block": "/".join(scope[:2]),
            "live_bytes": alive.get(row.name),
            "receptive_field": None if view is None else view.size,
            "how": row.how(),
            "params_by_hand": params_by_hand(row),
            "macs_by_hand": macs_by_hand(row),
        }
        found.append({**data, **added})
    return found


FRAMES.add("dataframe", layers)

"""The JSON contract of a measurement, schema 2: what other programs may rely on."""

from __future__ import annotations

from operator import index
from typing import Any

from .errors import UsageError


def plain_number(value: Any) -> int:
    """A numpy int as Python's; UsageError for what JSON cannot hold: arrays and symbols."""
    try:
        return index(value)  # a numpy int that came in by `about`
    except TypeError:
        raise UsageError("JSON holds plain numbers, and this graph was measured over a grid or symbols") from None


def measurement_data(measurement: Any) -> dict[str, Any]:
    """A `Measurement` as plain data, every field in the order of the contract (README)."""
    graph = measurement.graph
    return {
        "schema": 2,
        "kind": "measurement",
        "model": graph.name,
        "style": graph.about.get("style"),
        "data_format": graph.data_format,
        "inputs": [{"name": node.name, "shape": list(node.op.shape)} for node in graph.inputs],
        "batch": measurement.batch,
        "classes": graph.about.get("classes"),
        "status": measurement.status,
        "totals": measurement.totals._asdict(),
        "lower_bounds": list(measurement.lower_bounds),
        "layers": [_layer(row) for row in measurement.rows],
        "unknown": [{"name": row.name, "why": row.why} for row in measurement.rows if row.cost.unknown],
    }


def _layer(row: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "op": row.op,
        "inputs": list(row.node.inputs),
        "output_shape": None if row.output is None else list(row.output),
        "params": row.params,
        "trainable_params": row.trainable_params,
        "moving_statistics": row.moving_statistics,
        "macs": row.macs,
        "flops": row.flops,
        "activations": row.activations,
        "weights": {weight.name: list(weight.shape) for weight in row.weights},
        "status": row.status,
    }

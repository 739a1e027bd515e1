"""The layers at which a network's maps change their size, worked out by hand."""

from __future__ import annotations

from ..measurement import Measurement, Row
from ..shape import spell

BY_HAND = 3  # windows that are worked out by hand


def that_change(measurement: Measurement) -> list[Row]:
    """The layers whose windows change the size of the map."""
    return [row for row in measurement.rows if row.how() and row.output and row.output[:-1] != row.inputs[0][:-1]]


def first_that_change(measurement: Measurement) -> list[Row]:
    """The first of them."""
    return that_change(measurement)[:BY_HAND]


def weights_in_words(row: Row) -> str:
    """What a layer is: `7×7 64 /2`."""
    return " ".join(row.node.op.phrase(True)) or row.op


def into(row: Row) -> str:
    """What goes in, and what comes out: `224×224×3 → 112×112×64`."""
    return f"{spell(row.inputs[0])} → {spell(row.output)}"

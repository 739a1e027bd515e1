"""Candidates of repairs where what comes out is not what the design says."""

from __future__ import annotations

from collections.abc import Iterator

from ..design import Reading, Suggestion, replace
from ..shape import is_map
from ._repair_edits import appended, both, field_suggestion, inserted
from ._repair_path import channel_source
from .diagnose import Finding


def head(reading: Reading, finding: Finding) -> Iterator[Suggestion]:
    """As many units as classes, pooling before them, or a head where there is none."""
    classes = reading.header.classes
    row = reading.rows[finding.node]
    json = reading.source.json
    pool = '"global_average_pool2d"' if json else "global_average_pool2d"
    dense = f'{{"dense": {classes}}}' if json else f"dense: {classes}"
    layers = reading.header.layers
    source = channel_source(reading, row.name)
    units = field_suggestion(reading, source[0], source[1], classes) if source else None
    suggestions: list[Suggestion | None] = [units]
    if is_map(row.output):
        into = inserted(reading, source[0], pool, "global_average_pool2d before it") if source else None
        suggestions += [into, both(into, units)]
    if layers is not None:
        new = (pool, dense) if is_map(row.output) else (dense,)
        suggestions.append(appended(reading, layers, new, f"{' and '.join(new)} at the end"))
        suggestions.append(appended(reading, layers, (pool,), f"{pool} at the end"))
    node = reading.header.nodes.get("classes")
    if node is not None and row.output is not None and not is_map(row.output):
        edits = replace(reading.source, node, row.output[-1])
        suggestions.append(Suggestion(f"classes: {row.output[-1]}", edits))
    yield from (suggestion for suggestion in suggestions if suggestion is not None)

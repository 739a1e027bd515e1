"""Receptive fields of a network's layers: how far they see, how much of the image, and which gain nothing by it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from ..analyses.fields import Field, Sizes, fields
from ..errors import UnknownName
from ..measurement import Measurement
from .model import Column, Report, Section, Table
from .stages import stage_names

VIEWS = ("stage", "layer")
COLUMNS = (
    Column("layer", wrapped=True),
    Column("field", "shape"),
    Column("stride", "shape", drop=1),
    Column("from", "shape", drop=2),
    Column("of the image", "share", drop=3),
    Column("shortest path", "shape", drop=4),
    Column("longest path", "shape", drop=5),
    Column("remark", drop=6),
)
BEYOND, IDLE = "a field larger than the input", "windows over what has seen the whole image already"
COUNTED = (
    "pixels from the first to the last that a unit depends on, those beyond the edge counted; from: the first pixel "
    "of unit 0; of the image: what the middle unit sees of it"
)


def receptive_report(measurement: Measurement, by: str = "stage") -> Report:
    """The report on the receptive fields of one network; UnknownName for a view that is neither stage nor layer."""
    if by not in VIEWS:
        raise UnknownName("view", by, VIEWS)
    found = fields(measurement)
    title = (
        f"{measurement.graph.about.get('title', measurement.graph.name)} · receptive fields at {_image(measurement)}"
    )
    notes = (*facts(found), ("counted", COUNTED))
    return Report(title, (field_table(found, by),), notes, lambda: _data(measurement, found))


def _image(measurement: Measurement) -> str:
    shape = measurement.graph.inputs[0].op.shape if measurement.graph.inputs else ()  # type: ignore[attr-defined]
    return "×".join(map(str, shape[1:]))


def field_table(found: Sequence[Field], by: str = "stage") -> Table:
    """A line per layer, or per stage: its last layer."""
    shown = list(found) if by == "layer" else stage_ends(found)
    return Table(COLUMNS, tuple(map(_line, shown)))


def stage_ends(found: Sequence[Field]) -> list[Field]:
    """The last layer of each stage (or of each layer outside of one) that is not an input."""
    kept = [each for each in found if each.row.node.inputs]
    stages = stage_names([each.row for each in found])
    return [list(members)[-1] for _, members in groupby(kept, key=lambda each: stages[each.row.name])]


def _line(each: Field) -> tuple[Any, ...]:
    if each.view is None:
        return (each.name, None, None, None, None, None, None, "not told by its op, or by one before it")
    whole = each.view.whole
    share = None if each.share is None else int(each.share * 10**6)
    size = "all" if whole else spelled(each.size)
    alone = whole or not any(each.stride or ())  # no unit beside it
    ends = (None if alone else spelled(each.stride), None if whole else spelled(each.offset))
    return (each.name, size, *ends, share, spelled(each.shortest), spelled(each.longest), _remark(each))


def spelled(sizes: Sequence[int | Fraction | None] | None) -> str | None:
    """Sizes along the sides, once where they agree.

    >>> spelled((483, 483)), spelled((3, None)), spelled((Fraction(1, 2), 1))
    ('483', '3×all', '1/2×1')
    """
    if not sizes:
        return None
    words = ["all" if size is None else str(size) for size in sizes]
    return words[0] if len(set(words)) == 1 else "×".join(words)


def _remark(each: Field) -> str | None:
    words = [
        *(["larger than the input"] if each.exceeds else []),
        *(["reads what has seen everything"] if each.idle else []),
        *(["no output depends on it"] if each.unread else []),
    ]
    return "; ".join(words) or None


def facts(found: Sequence[Field]) -> list[tuple[str, str]]:
    """The last field of a plain size, and what exceeds the input, gains nothing, is unread or unknown."""
    notes = []
    last = last_of_plain_size(found)
    if last is not None:
        beside = f", its neighbour {spelled(last.stride)} on" if any(last.stride or ()) else ""
        notes.append(("last", f"a unit of {last.name} sees {_both(last.size)}{beside}"))
    for label, words, names in (
        ("beyond", BEYOND, [each.name for each in found if each.exceeds]),
        ("idle", IDLE, [each.name for each in found if each.idle]),
        ("dead", "no output depends on them", [each.name for each in found if each.unread]),
        ("unknown", "what they see is not told", [each.name for each in found if each.view is None]),
    ):
        if names:
            count = "one layer" if len(names) == 1 else f"{len(names)} layers"
            notes.append((label, f"{words}: {count}, {', '.join(names[:3])}{' …' if len(names) > 3 else ''}"))
    return notes


def _both(sizes: Sizes | None) -> str:
    return "×".join("all" if size is None else str(size) for size in sizes or ())


def last_of_plain_size(found: Sequence[Field]) -> Field | None:
    """The last layer whose units see a part of the image that is a number along every side."""
    plain = [each for each in found if each.size and None not in each.size and each.row.node.inputs]
    return plain[-1] if plain else None


def receptive_section(measurement: Measurement, figures: tuple[Any, ...] = ()) -> Section:
    """The same as a part of a long report."""
    found = fields(measurement)
    asked = "How much of the image does a unit see, and where does that stop growing?"
    see = tuple(f"{words[0].upper()}{words[1:]}." for _, words in facts(found))
    table = field_table(found)._replace(live="receptive")
    return Section("What a unit sees", (asked,), (table,), figures, see, live="receptive")


def _data(measurement: Measurement, found: Sequence[Field]) -> dict[str, Any]:
    return {
        "schema": 2,
        "kind": "receptive_field",
        "model": measurement.graph.name,
        "inputs": [{"name": node.name, "shape": list(node.op.shape)} for node in measurement.graph.inputs],  # type: ignore[attr-defined]
        "status": "complete" if all(each.view is not None for each in found) else "partial",
        "layers": [_layer(each) for each in found],
    }


def _layer(each: Field) -> dict[str, Any]:
    return {
        "name": each.name,
        "op": each.row.op,
        "known": each.view is not None,
        "whole": each.view is not None and each.view.whole,
        "size": _listed(each.size),
        "stride": _listed(each.stride),
        "offset": _listed(each.offset),
        "shortest": _listed(each.shortest),
        "longest": _listed(each.longest),
        "share_millionths": None if each.share is None else int(each.share * 10**6),
        "exceeds_input": each.exceeds,
        "idle": each.idle,
        "unread": each.unread,
    }


def _listed(sizes: Sequence[int | Fraction | None] | None) -> list[Any] | None:
    """Plain numbers; a fraction as text."""
    return None if sizes is None else [str(size) if isinstance(size, Fraction) else size for size in sizes]

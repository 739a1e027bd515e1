"""Every registered network, or one in detail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..architectures.base import Architecture, Published
from ..shapes import spell
from .model import Column, Report, Table
from .numbers import MISSING, grouped, printed
from .published import compared

COLUMNS = (
    Column("name"),
    Column("params", "shape"),
    Column("MACs", "shape"),
    Column("styles", drop=1),
    Column("input", "shape", drop=2),
    Column("what", drop=3),
    Column("source", drop=4),
)


def listing(architectures: Iterable[Architecture]) -> Report:
    """The table of networks with the first published number of parameters and MACs."""
    known = list(architectures)
    rows = tuple(_row(each) for each in known)
    notes = (
        ("published", "numbers as printed by the paper or the library; – where nobody printed one"),
        ("more", "list NAME: options, sources, and ours beside the published numbers"),
    )
    title = f"{len(known)} networks"
    data = {"schema": 1, "architectures": [_data(each) for each in known]}
    return Report(title, (Table(COLUMNS, rows),), notes, data)


def _row(each: Architecture) -> tuple[Any, ...]:
    params = _first(each, "trainable_params") or _first(each, "params")
    return (
        each.name,
        _printed(params),
        _printed(_first(each, "macs")),
        ", ".join(each.styles),
        spell(each.input),
        each.title,
        each.source,
    )


def _first(each: Architecture, figure: str) -> Published | None:
    return next((published for published in each.published if published.figure == figure), None)


def _printed(published: Published | None) -> str:
    if published is None:
        return MISSING
    return printed(published.value) if published.tolerance else grouped(published.value)


def detail(each: Architecture) -> Report:
    """One network: its options with their values, and every published number beside ours."""
    options = tuple((name, _option(value)) for name, value in each.options.items())
    tables = (Table((Column("option"), Column("value", flexible=True)), options),) if options else ()
    notes = [("styles", ", ".join(each.styles)), ("input", f"{spell(each.input)}, {each.classes} classes")]
    notes += [(label, text) for label, text in (("source", each.source), ("remark", each.remark)) if text]
    notes += [("published", beside.text()) for beside in compared(each)]
    notes.append(("set", "any option with --set NAME=VALUE"))
    return Report(f"{each.name} · {each.title}", tables, tuple(notes), {"schema": 1, "architectures": [_data(each)]})


def _option(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _data(each: Architecture) -> dict[str, Any]:
    return {
        "name": each.name,
        "title": each.title,
        "styles": list(each.styles),
        "input": dict(zip(("height", "width", "channels"), each.input)),
        "classes": each.classes,
        "source": each.source,
        "remark": each.remark,
        "options": {key: list(value) if isinstance(value, tuple) else value for key, value in each.options.items()},
        "published": [
            {
                "figure": published.figure,
                "value": published.value,
                "tolerance": published.tolerance,
                "source": published.source,
                "settings": dict(published.settings),
                "note": published.note,
            }
            for published in each.published
        ],
    }



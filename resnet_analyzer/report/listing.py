"""Every registered network, or one in detail."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..architectures.base import Architecture, Published
from ..architectures.options import option
from ..measurement import measure
from ..numbers import grouped, short
from ..shape import spell
from .columns import MISSING
from .model import Column, Report, Table
from .published import compared

COLUMNS = (
    Column("paper", "heading"),
    Column("name"),
    Column("params", "printed"),
    Column("MACs", "printed"),
    Column("styles", drop=1),
    Column("input", "shape", drop=2),
    Column("what", drop=3),
)
OPTION_COLUMNS = (
    Column("option"),
    Column("value", wrapped=True),
    Column("meaning", wrapped=True, drop=1),
    Column("takes", wrapped=True, drop=2),
)
PAPER = re.compile(r"[A-Z][^;(]* \d{4}[^;(]*(?:\(arXiv [\d.]+)?")  # from the first author to the number of the paper
BLOCKS = "Single blocks, to be compared"
NOTES = (
    ("published", "numbers as printed, to four digits; – where nobody printed one"),
    ("families", "any depth: resnet38, wrn22_8, --depth N, --blocks A,B,C,D"),
    ("more", "list NAME: options, sources, and ours beside every published number"),
)


def listing(architectures: Iterable[Architecture]) -> Report:
    """The table of networks, paper by paper, with the first published number of parameters and MACs."""
    known = sorted(architectures, key=_order)
    table = Table(COLUMNS, tuple(map(_row, known)))
    return Report(
        f"{len(known)} networks and blocks",
        (table,),
        NOTES,
        lambda: {"schema": 2, "kind": "list", "architectures": [_data(each) for each in known]},
    )


def _row(each: Architecture) -> tuple[Any, ...]:
    params = _first(each, "params") or _first(each, "all_params")
    macs = _first(each, "macs")
    return (
        _paper(each),
        each.name,
        params and params.value,
        macs and macs.value,
        ", ".join(each.styles),
        spell(each.input),
        each.title,
    )


def _first(each: Architecture, figure: str) -> Published | None:
    return next((published for published in each.published if published.figure == figure), None)


def _paper(each: Architecture) -> str:
    """The paper that a network comes from: its source without the place inside."""
    if not each.classes:
        return BLOCKS
    found = PAPER.search(each.source)
    if found is None:
        return f"{each.source[:1].upper()}{each.source[1:]}"
    return found[0].strip(", ") + (")" if "(" in found[0] else "")


def _order(each: Architecture) -> tuple[Any, ...]:
    """Papers by year, networks by name, with numbers as numbers: resnet34 before resnet101."""
    paper = _paper(each)
    year = re.search(r"\b\d{4}\b", paper)
    words = re.split(r"(\d+)", each.name)
    return year[0] if year else "later", paper, [(int(word), "") if word.isdigit() else (0, word) for word in words]


def detail(each: Architecture) -> Report:
    """One network: its options with their values, and every published number beside ours."""
    options = tuple((name, _option(value), *option(name, value)) for name, value in each.options.items())
    tables = (Table(OPTION_COLUMNS, options),) if options else ()
    totals = measure(each.graph()).totals
    ours = f"{grouped(totals.params)} parameters · {short(totals.macs, 'MACs')}, style {each.styles[0]}"
    notes = [("styles", ", ".join(each.styles)), ("input", _input(each)), ("ours", ours)]
    notes += [(label, text) for label, text in (("source", each.source), ("remark", each.remark)) if text]
    notes += [("published", beside.text()) for beside in compared(each)]
    if options:
        name, value = options[0][:2]
        notes.append(("options", f"--set NAME=VALUE, as --set {name}={value}"))
    data = {"schema": 2, "kind": "list", "architectures": [_data(each)]}
    return Report(f"{each.name} · {each.title}", tables, tuple(notes), lambda: data)


def _input(each: Architecture) -> str:
    return f"{spell(each.input)}, {each.classes} classes" if each.classes else spell(each.input)


def _option(value: Any) -> str:
    """A value as `--set` takes it.

    >>> _option(True), _option((3, 4, 6, 3)), _option(((3, 3), (3,)))
    ('yes', '3,4,6,3', '3,3/3')
    """
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, tuple):
        return str(value)
    return ("/" if any(isinstance(part, tuple) for part in value) else ",").join(map(_option, value))


def _data(each: Architecture) -> dict[str, Any]:
    return {
        "name": each.name,
        "title": each.title,
        "styles": list(each.styles),
        "input": dict(zip(("height", "width", "channels"), each.input, strict=True)),
        "classes": each.classes,
        "source": each.source,
        "remark": each.remark,
        "options": {key: list(value) if isinstance(value, tuple) else value for key, value in each.options.items()},
        "published": [{**published._asdict(), "settings": dict(published.settings)} for published in each.published],
    }

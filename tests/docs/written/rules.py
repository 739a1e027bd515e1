"""The rule of every op, from the ops: formula and source as its docstring states them, and an example worked out."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields
from typing import get_args

from resnet_analyzer.errors import AnalyzerError
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import Row, measure
from resnet_analyzer.ops.base import OPS, Kind, Op
from resnet_analyzer.shape import spell

from ...ops.cases import CASES, SIZES
from .tables import plain, prose, sentence, table

ONE = {**SIZES, "b": 1}
PRIMITIVES = ("adds", "multiplies", "compares", "exponentials", "divisions", "square_roots")


def rules() -> str:
    """All ops by kind; those that share a rule stand together."""
    parts = []
    known = get_args(Kind)  # in the order in which the ops' base names them
    for kind in (*known, *sorted({op.kind for _, op in OPS.items()} - set(known))):
        families = [_family(family) for family in _families(kind)]
        parts += [f"## {kind.capitalize()}", *families] if families else []
    return "\n\n".join(parts)


def _families(kind: str) -> list[list[str]]:
    """The names of ops of a kind, grouped by the class that they are variants of."""
    groups: dict[type, list[str]] = {}
    for name in sorted(OPS):
        if OPS[name].kind == kind:
            groups.setdefault(_family_of(OPS[name]), []).append(name)
    return list(groups.values())


def _family_of(op: type[Op]) -> type:
    """The base class that stands for an op's family: its own where it has none."""
    bases = [base for base in op.__mro__[1:] if issubclass(base, Op) and base is not Op and _own_doc(base)]
    return bases[-1] if bases else op


def _own_doc(cls: type) -> str:
    return vars(cls).get("__doc__") or ""


def _family(names: list[str]) -> str:
    ops = [OPS[name] for name in names]
    family = _family_of(ops[0])
    shared = [prose(_own_doc(family))] if family not in ops else []
    rule = inspect.getdoc(ops[0].rule)
    said = f"*Rule:* {sentence(rule)}" if rule else ""
    own = [f"**{name}**: {prose(_own_doc(OPS[name]))}" for name in names]
    examples = [line for name in names for line in [_example(name)] if line]
    worked = table(("op", "reads", "puts out", "params", "MACs", "FLOPs", "of which"), examples) if examples else ""
    return "\n\n".join(filter(None, [f"### {', '.join(names)}", *shared, *own, said, worked]))


def _example(name: str) -> tuple[str, ...]:
    """The first example that can be worked out, spelled."""
    for op, row in _measured(name):
        settings = ", ".join(f"{key}={_spelled(value)}" for key, value in _settings(op).items())
        return (
            f"`{name}({settings})`",
            ", ".join(spell(shape[1:]) or "1" for shape in row.inputs),
            spell(row.output[1:]) or "1" if row.output is not None else "?",
            *(_number(each) for each in (row.params, row.macs, row.flops)),
            ", ".join(f"{getattr(row.cost.work, key):,} {key.replace('_', ' ')}" for key in _done(row)) or "–",
        )
    return ()


def _done(row: Row) -> list[str]:
    return [key for key in PRIMITIVES if getattr(row.cost.work, key)]


def _measured(name: str) -> Iterator[tuple[Op, Row]]:
    for case in CASES.get(name, []):
        try:
            op, shapes = case.make(ONE), case.inputs(ONE)
            build = GraphBuilder(name)
            inputs = [build.input(shape, f"input{index}") for index, shape in enumerate(shapes)]
            build.add("layer", op, *inputs)
            yield op, measure(build.graph()).by_name["layer"]
        except AnalyzerError:
            continue


def _settings(op: Op) -> dict[str, object]:
    """What the example sets, and what has no default."""
    first = {each.name: getattr(op, each.name) for each in fields(op)}
    return {name: first[name] for name in op.settings() if name in first}


def _spelled(value: object) -> str:
    return plain(repr(value)).replace("\\", "") if not isinstance(value, Op) else f"{type(value).__name__}(…)"


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)

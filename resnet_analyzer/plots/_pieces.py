"""A network's shape as pieces of a drawing: boxes, residual blocks, branches side by side; equal neighbours folded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TypeAlias

from ..frozen import NamedTuple
from ..measurement import Row
from ..shape import Shape
from ._words import any_label, kind_of_row, layer_label, resolution
from .structure import Fork, Irregular, Item, Layer, nodes

MOST_TOLD = 12  # of an irregular part: layers that are still drawn one by one


class Box(NamedTuple):
    """One layer (or `times` equal ones); `names` are those of the layers that it stands for."""

    label: str
    kind: str
    shape: Shape | None
    times: int = 1
    names: tuple[str, ...] = ()


class Block(NamedTuple):
    """A main path and a shortcut around it; `shortcut` tells its layers (`names`), and is empty for the identity."""

    main: tuple[Piece, ...]
    shortcut: str
    sign: str
    shape: Shape | None
    times: int = 1
    names: tuple[str, ...] = ()


class Branch(NamedTuple):
    """One of several paths side by side (or `times` equal ones)."""

    pieces: tuple[Piece, ...]
    times: int = 1


class Split(NamedTuple):
    """Several paths side by side that meet again."""

    branches: tuple[Branch, ...]
    sign: str
    shape: Shape | None
    times: int = 1


Piece: TypeAlias = Box | Block | Split


def pieces(items: Sequence[Item]) -> list[Piece]:
    """What is drawn of some items; layers that papers' figures leave out are left out."""
    found: list[Piece] = []
    for item in items:
        if isinstance(item, Layer):
            label = layer_label(item.row)
            if label:
                found.append(_box(item.row))
        elif isinstance(item, Fork):
            found += _fork(item)
        else:
            found += _irregular(item)
    return found


def _box(row: Row) -> Box:
    return Box(layer_label(row), kind_of_row(row), row.output, names=(row.name,))


def _fork(fork: Fork) -> list[Piece]:
    """A gate as one box, two unequal branches as a block with a shortcut, the others side by side."""
    drawn = [(branch, tuple(pieces(branch))) for branch in fork.branches]
    sign = fork.join.node.op.sign or "·"
    by_size = sorted(drawn, key=lambda pair: (count(pair[1]), len(nodes(pair[0]))))
    (small, few), (_, many) = by_size[0], by_size[-1]
    output = fork.join.output
    if len(drawn) == 2 and sign == "×" and not small:
        gate = by_size[-1][0]
        return [Box(_gate_label(gate), "gate", output, names=(*_names(nodes(gate)), fork.join.name))]
    if len(drawn) == 2 and count(few) < count(many):
        names = tuple(row.name for row in nodes(small) if row.node.op.kind not in ("normalisation", "activation"))
        return [Block(many, _shortcut_label(small), sign, output, names=names)]
    if not any(told for _, told in drawn):
        return []
    return [Split(_branches([told for _, told in drawn]), sign, output)]


def _gate_label(branch: Sequence[Item]) -> str:
    """As `gate 16 → 256`: the widths of a squeeze-and-excitation."""
    told = [layer_label(row) for row in nodes(branch) if row.weights]
    return f"gate {' → '.join(label.removeprefix('dense ') for label in told)}"


def _names(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(row.name for row in rows)


def _shortcut_label(branch: Sequence[Item]) -> str:
    """What a shortcut consists of; its normalisation goes without saying."""
    rows = nodes(branch)
    told = [_on_shortcut(row) for row in rows if row.node.op.kind not in ("normalisation", "activation")]
    return " · ".join(told or [any_label(row) for row in rows])


def _on_shortcut(row: Row) -> str:
    return "gated" if row.node.op.kind == "gate" else any_label(row)


def _branches(all_told: Sequence[tuple[Piece, ...]]) -> tuple[Branch, ...]:
    grouped = [list(members) for _, members in groupby(all_told, key=lambda told: tuple(map(nameless, told)))]
    return tuple(Branch(tuple(map(_together, zip(*group, strict=True))), len(group)) for group in grouped)


def _irregular(irregular: Irregular) -> list[Piece]:
    """A small irregular part as the path of first inputs with the rest on its shortcut; a large one as a single box."""
    rows, join = irregular.rows, irregular.rows[-1]
    told = [row for row in rows if layer_label(row)]
    sign = join.node.op.sign
    if not told:
        return []
    if not sign or len(told) > MOST_TOLD:
        return [Box(f"{len(told)} layers", "other", join.output, names=_names(told))]
    path = _first_path(rows)
    main = tuple(_box(row) for row in told if row.name in path)
    rest = dict.fromkeys(layer_label(row) for row in told if row.name not in path)
    gated = ["gated"] if any(row.node.op.kind == "gate" for row in rows) else []
    return [Block(main, " · ".join([*rest, *gated]) or "more", sign, join.output)]


def _first_path(rows: Sequence[Row]) -> set[str]:
    by_name = {row.name: row for row in rows}
    path, name = set(), rows[-1].name
    while name in by_name:
        path.add(name)
        inputs = by_name[name].node.inputs
        name = inputs[0] if inputs else ""
    return path


def count(told: Sequence[Piece]) -> int:
    """How many boxes some pieces have."""
    total = 0
    for piece in told:
        if isinstance(piece, Box):
            total += 1
        elif isinstance(piece, Block):
            total += count(piece.main)
        else:
            total += sum(count(branch.pieces) for branch in piece.branches)
    return total


def folded(told: Sequence[Piece]) -> list[Piece]:
    """Equal neighbours as one piece with their number; what channels come in does not matter."""
    found: list[Piece] = []
    for _, members in groupby(told, key=alike):
        group = list(members)
        found.append(_together(group)._replace(times=sum(piece.times for piece in group)))
    return found


def _together(group: Sequence[Piece]) -> Piece:
    """The last of some pieces that are drawn alike, which stands for the layers of all of them."""
    last = group[-1]
    if isinstance(last, Box):
        return last._replace(names=tuple(name for piece in group for name in _own(piece)))
    if isinstance(last, Block):
        mains = [piece.main for piece in group if isinstance(piece, Block)]
        names = tuple(name for piece in group for name in _own(piece))
        return last._replace(main=tuple(map(_together, zip(*mains, strict=True))), names=names)
    splits = [piece.branches for piece in group if isinstance(piece, Split)]
    paths = [[branch.pieces for branch in same] for same in zip(*splits, strict=True)]
    merged = [tuple(map(_together, zip(*each, strict=True))) for each in paths]
    branches = [branch._replace(pieces=told) for branch, told in zip(last.branches, merged, strict=True)]
    return last._replace(branches=tuple(branches))


def _own(piece: Piece) -> tuple[str, ...]:
    return () if isinstance(piece, Split) else piece.names


def nameless(piece: Piece) -> Piece:
    """The piece without the names of its layers: what is drawn of it."""
    if isinstance(piece, Box):
        return piece._replace(names=())
    if isinstance(piece, Block):
        return piece._replace(main=tuple(map(nameless, piece.main)), names=())
    branches = [each._replace(pieces=tuple(map(nameless, each.pieces))) for each in piece.branches]
    return piece._replace(branches=tuple(branches))


def alike(piece: Piece) -> tuple[object, ...]:
    """What two pieces have in common that may be drawn once."""
    if isinstance(piece, Box):
        return (piece.label, piece.kind, resolution(piece.shape))
    if isinstance(piece, Block):
        return (tuple(map(alike, piece.main)), piece.shortcut, piece.sign, resolution(piece.shape))
    branches = tuple((tuple(map(alike, branch.pieces)), branch.times) for branch in piece.branches)
    return (branches, piece.sign, resolution(piece.shape))

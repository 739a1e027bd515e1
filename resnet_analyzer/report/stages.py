"""A network in its paper's notation: stages, blocks under them, equal blocks folded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from ..frozen import NamedTuple
from ..measurement import Row
from ..shape import Shape, is_map
from .columns import MISSING

BLOCK = re.compile(r"(?:[a-z]+[0-9]*_)?block_?[0-9]+[a-z]?(?=_|$)")
GROUPS = re.compile(r"in (\d+) groups")  # a block's line is long enough: its groups are spelled g=32


class Part(NamedTuple):
    """A line of the stage table: its stage, what it consists of, and the rows that it sums up."""

    stage: str
    what: str
    rows: tuple[Row, ...]

    @property
    def output(self) -> Shape | None:
        """The shape behind the last row."""
        return self.rows[-1].output


def parts(rows: Sequence[Row], channels_first: frozenset[str] = frozenset()) -> list[Part]:
    """The lines of the stage table, in order; the input has none. `channels_first`: see `Graph.channels_first`."""
    found: list[Part] = []
    kept = [row for row in rows if row.op != "Input"]
    if _is_flat(kept):
        return _folded([part for name, group in _named_runs(kept) for part in _flat_parts(name, group, channels_first)])
    for stage, members in groupby(kept, key=_stage):
        for block, inner in groupby(members, key=_block):
            group = tuple(inner)
            found += _block_part(stage, group) if block else _pieces(stage, group, channels_first)
    return _folded(found)


def blocks(rows: Sequence[Row], channels_first: frozenset[str] = frozenset()) -> list[tuple[str, tuple[Row, ...]]]:
    """Rows by their block (or stage, outside of one), in order, under the block's full name.

    Where layers stand in no scopes, as in a flat Keras model, blocks are those that their names tell of, and what
    stands outside of them is cut where the resolution changes, and goes by its first and last layer.
    """
    kept = [row for row in rows if row.op != "Input"]
    if not _is_flat(kept):
        return [(name or MISSING, tuple(members)) for name, members in groupby(kept, key=block_name)]
    found: list[tuple[str, tuple[Row, ...]]] = []
    for name, group in _named_runs(kept):
        found += (
            [(name, group)] if name else [(_ends(part.rows), part.rows) for part in _pieces("", group, channels_first)]
        )
    return found


def stage_names(rows: Sequence[Row], channels_first: frozenset[str] = frozenset()) -> dict[str, str]:
    """The stage of each layer by the layer's name; in a flat model the one that names tell of, else the block."""
    if not _is_flat(rows):
        return {row.name: _stage(row) or row.name for row in rows}
    told = {row.name: _flat_stage(name) or name for name, group in blocks(rows, channels_first) for row in group}
    return {row.name: told.get(row.name, row.name) for row in rows}


def _is_flat(rows: Sequence[Row]) -> bool:
    return not any(row.node.scope for row in rows)


def _ends(rows: Sequence[Row]) -> str:
    return f"{rows[0].name} … {rows[-1].name}" if len(rows) > 1 else rows[0].name


def _named_runs(rows: Sequence[Row]) -> list[tuple[str, tuple[Row, ...]]]:
    """Rows of a flat model by the block in their names, in order; "" where there is none."""
    return [(name, tuple(members)) for name, members in groupby(rows, key=_named)]


def _named(row: Row) -> str:
    """The block in a layer's own name: `block_1_expand`, `conv2_block1_1_conv`, `block1a_se_reduce`."""
    found = BLOCK.match(row.name)
    return found[0] if found else ""


def _flat_stage(block: str) -> str:
    """The stage in a block's name: conv2 of `conv2_block1`; empty where there is none."""
    return block[: block.find("_block")] if "_block" in block and "…" not in block else ""


def _flat_parts(block: str, rows: tuple[Row, ...], channels_first: frozenset[str]) -> list[Part]:
    """A named block as one line, with its strides: only equal blocks are one; else pieces of one resolution."""
    phrases = [" ".join(row.node.op.phrase(True)) for row in rows]
    told = [phrase for phrase in phrases if phrase]
    if not block or not told:
        return _pieces("", rows, channels_first)
    return [Part(_flat_stage(block), ", ".join(_repeated(told)), rows)]


def block_name(row: Row) -> str:
    """The block that a row stands in, or the stage outside of one: `stage2/block1`; empty outside of both."""
    return "/".join(row.node.scope.split("/")[:2])


def _stage(row: Row) -> str:
    return row.node.scope.split("/")[0]


def _block(row: Row) -> str:
    return "/".join(row.node.scope.split("/")[1:2])


def _block_part(stage: str, rows: tuple[Row, ...]) -> list[Part]:
    return [Part(stage, ", ".join(_phrases(rows)), rows)]


def _phrases(rows: tuple[Row, ...]) -> list[str]:
    """What a block consists of: its own layers, and by name or count the scopes inside it.

    A block of several different branches, as Inception's, goes by its own name.
    """
    found: list[str] = []
    inner: list[tuple[str, str]] = []
    branches = set()
    for scope, members in groupby(rows, key=lambda row: "/".join(row.node.scope.split("/")[2:])):
        own = [text for row in members if (text := _phrase(row))]
        if not scope:
            found += _counted(inner) + own
            inner = []
        elif scope != "shortcut":
            inner.append((scope, ", ".join(own)))
            branches.add(inner[-1][1])
    if len(branches) > 1:
        return [_block(rows[0])]
    return _repeated(found + _counted(inner))


def _phrase(row: Row) -> str:
    """A layer of a block in words: a pooling's stride is named, a convolution's differs between equal blocks."""
    words = row.node.op.phrase(not row.cost.weights)
    return " ".join([GROUPS.sub(r"g=\1", word) if word.startswith("in ") else word for word in words])


def _counted(inner: list[tuple[str, str]]) -> list[str]:
    """Inner scopes as text: equal ones counted, a single one by its name."""
    found = []
    for text, members in groupby(inner, key=lambda pair: pair[1]):
        names = [name for name, _ in members]
        found.append(f"{len(names)}×({text})" if len(names) > 1 else names[0])
    return found


def _repeated(phrases: list[str]) -> list[str]:
    """Equal neighbours folded: 3×3 64 ×2."""
    runs = [(phrase, len(list(members))) for phrase, members in groupby(phrases)]
    return [f"{phrase} ×{count}" if count > 1 else phrase for phrase, count in runs]


def _pieces(stage: str, rows: tuple[Row, ...], channels_first: frozenset[str]) -> list[Part]:
    """A stage without blocks, cut where the resolution changes; padding goes with what follows it."""
    pieces: list[list[Row]] = []
    size: object = None
    padding: list[Row] = []
    for row in rows:
        after, told = _resolution(row, channels_first), bool(row.node.op.phrase(True))
        if not told and after not in (size, "flat"):
            padding.append(row)
            continue
        if not pieces or (told and after != size):
            pieces.append([])
        pieces[-1] += [*padding, row]
        size, padding = after, []
    if padding:
        pieces.append(padding)
    return [Part(stage, _piece_text(piece), tuple(piece)) for piece in pieces]


def _resolution(row: Row, channels_first: frozenset[str]) -> object:
    if not is_map(row.output):
        return "flat"
    size = row.output[2:] if row.name in channels_first else row.output[1:3]
    return "flat" if size == (1, 1) else size


def _piece_text(piece: list[Row]) -> str:
    phrases = [row.node.op.phrase(True) for row in piece if row.node.op.phrase(True)]
    if len(phrases) == 1:
        return ", ".join(phrases[0])
    return ", ".join(_repeated([" ".join(phrase) for phrase in phrases]))


def _folded(found: list[Part]) -> list[Part]:
    """Neighbouring blocks of one stage and one text as a single line: (…) ×3."""
    folded = []
    for (stage, what), members in groupby(found, key=lambda part: (part.stage, part.what)):
        group = list(members)
        rows = tuple(row for part in group for row in part.rows)
        text = f"({what}) ×{len(group)}" if len(group) > 1 else what
        folded.append(Part(stage, text, rows))
    return folded

"""Stages and blocks, dense blocks and transitions of a design: written by the builders that the architectures use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..architectures.dense_block import dense_layer, transition
from ..architectures.residual_block import residual_block
from ..architectures.residual_builder import Plan
from ..architectures.residual_style import VARIANTS, Style
from ..dim import floor_div
from ._entry import Entry, Problem, near_words, renames
from ._fields import Field, FieldError, plain_number, read_value, require_plain
from ._notes import Notes
from ._text import Items, Pairs, Scalar, Value
from ._vocabulary import BLOCK, DENSE_BLOCK, STAGE, TRANSITION, style_of

MOST_BLOCKS = 10_000
STRUCTURAL = ("layers", "number")  # settings of blocks that decide which layers there are


def values_of(reader: Notes, entry: Entry, table: dict[str, Field]) -> dict[str, Any]:
    """The values of an entry's fields by name, defaults where nothing is said; problems are noted.

    FieldError if one that is needed is missing or wrong: then nothing can be built.
    """
    found = {name: field.default for name, field in table.items()}
    failed = None
    for name, node in entry.fields.items():
        if name in table and table[name].kind not in ("blocks", "layers"):
            try:
                found[name] = read_value(table[name], node, reader.names)
                if name in STRUCTURAL:
                    require_plain(name, node, found[name])
            except FieldError as error:
                failed = error
                reader.note_value(entry, name, error)
    missing = [name for name, field in table.items() if field.required and name not in entry.fields]
    strange = [name for name in entry.keys if name not in {**entry.known, **table}]
    misspelt = {near for name in strange for near in near_words(name, missing)}  # told as an unknown setting already
    for name in missing:
        if name not in misspelt:
            reader.note_missing(entry, name)
    if failed or missing:
        raise Unbuildable
    return found


class Unbuildable(Exception):
    """An entry whose problems are noted already."""


def plan(style: str, options: dict[str, Any]) -> Plan:
    """The settings of a block as its builder takes them."""
    how = style_of(style, options["variant"])
    stride_at = how.stride_at if options["stride_at"] == "style" else options["stride_at"]
    shortcut = "C" if options["shortcut_variant"] == "conv" else options["shortcut"]
    if options["projection"] is not None:
        shortcut = "C" if options["projection"] else "identity"
    return Plan(
        how, VARIANTS[options["variant"]], options["block"] == "bottleneck", stride_at, shortcut,
        options["shortcut_pool"], options["shortcut_variant"], options["cardinality"], options["form"],
        options["se_ratio"], options["dropout"], options["dilation_rate"],
    )  # fmt: skip


def build_stage(reader: Notes, entry: Entry, x: str) -> str:
    """A stage: its blocks, the stride in the first one (or where the style has it)."""
    options = values_of(reader, _with_defaults(reader, entry, STAGE), STAGE)
    blocks = _blocks(reader, entry)
    reader.stage = options["number"] or reader.stage + 1
    style = style_of(reader.style, options["variant"])
    strided = len(blocks) if style.stride_in_last_block else 1
    with reader.build.scope(reader.name_of(entry, f"stage{reader.stage}")):
        for number, block in enumerate(blocks, 1):
            own = options | ({} if number == strided else {"stride": 1}) | _own(reader, entry, block)
            x = _write_block(reader, _part(entry, block), own, x, number)
    return x


def build_block(reader: Notes, entry: Entry, x: str) -> str:
    """One block outside of a stage."""
    options = values_of(reader, _with_defaults(reader, entry, BLOCK), BLOCK)
    number = reader.count("block")
    return _write_block(reader, entry, options, x, number, reader.name_of(entry, ""))


def _write_block(reader: Notes, entry: Entry, options: dict[str, Any], x: str, number: int, name: str = "") -> str:
    how = plan(reader.style, options)
    outer = options["width"] * (options["expansion"] or (4 if how.bottleneck else 1))
    inner = options["inner"] or options["width"]
    channels = reader.channels(x, outer)
    with _standing(reader, how.style, reader.stage, number), reader.build.scope(name or f"block{number}"):
        x = residual_block(reader.residual, how, x, channels, inner, outer, options["stride"])
    reader.claim(entry)
    reader.keras_order |= how.style.keras_order
    return x


@contextmanager
def _standing(reader: Notes, style: Style, stage: int, block: int) -> Iterator[None]:
    """Name nodes by the style, for that stage and block."""
    net = reader.residual
    outer = net.style, net.stage, net.block
    net.style, net.stage, net.block = style, stage, block
    try:
        yield
    finally:
        net.style, net.stage, net.block = outer


def _with_defaults(reader: Notes, entry: Entry, table: dict[str, Field]) -> Entry:
    """The entry with what the design's `defaults` say of all blocks."""
    for key, value in reader.defaults:
        if key.value in table and key.value not in entry.fields:
            entry.fields[key.value] = value
    return entry


def _blocks(reader: Notes, entry: Entry) -> list[Pairs | None]:
    """One item per block: its own settings, or None."""
    node = entry.fields.get("blocks")
    if isinstance(node, Items):
        return [_own_settings(reader, entry, item) for item in node.items] or _none(reader, entry, node)
    if node is None:
        return [None]
    try:
        count = plain_number(Field("blocks", "whole", least=1), node, reader.names)
        if count > MOST_BLOCKS:
            raise FieldError(node, f"blocks: {count:,} are more than {MOST_BLOCKS:,}, the most that is built")
    except FieldError as error:
        reader.note_value(entry, "blocks", error)
        raise Unbuildable from None
    return [None] * count


def _none(reader: Notes, entry: Entry, node: Value) -> list[Pairs | None]:
    reader.note_value(entry, "blocks", FieldError(node, "blocks: a stage needs at least one block"))
    raise Unbuildable


def _own_settings(reader: Notes, entry: Entry, item: Value) -> Pairs | None:
    if isinstance(item, Pairs):
        return item
    if isinstance(item, Scalar) and item.value is None:
        return None
    reader.note_value(entry, "blocks", FieldError(item, "a block's settings are a mapping, as {stride: 2}"))
    raise Unbuildable


def _own(reader: Notes, entry: Entry, block: Pairs | None) -> dict[str, Any]:
    """What a block of a stage says of itself."""
    if block is None:
        return {}
    found = {}
    for key, node in block.pairs:
        if key.value not in BLOCK:
            near = near_words(str(key.value), list(BLOCK))
            says = f"unknown setting {key.value!r:.60} of a block" + (f". Did you mean {near[0]}?" if near else "")
            reader.problems.append(Problem("unknown key", says, key.place, "", renames(reader.source, key, near)))
            continue
        try:
            found[key.value] = read_value(BLOCK[key.value], node, reader.names)
        except FieldError as error:
            reader.note_value(entry, key.value, error)
            raise Unbuildable from None
    return found


def _part(entry: Entry, block: Pairs | None) -> Entry:
    """The stage's entry, as one block of it sees it: settings of its own stand in its own mapping."""
    if block is None:
        return entry
    part = Entry(entry.value, entry.kind, block.place, entry.siblings, entry.index, body=block)
    part.fields = {str(key.value): value for key, value in block.pairs}
    return part


def build_dense_block(reader: Notes, entry: Entry, x: str) -> str:
    """A dense block: every layer reads all before it."""
    options = values_of(reader, entry, DENSE_BLOCK)
    if options["layers"] > MOST_BLOCKS:
        reader.note_value(entry, "layers", FieldError(entry.fields["layers"], f"more than {MOST_BLOCKS:,} layers"))
        raise Unbuildable
    reader.stage = options["number"] or reader.stage + 1
    reader.build.keras = reader.style == "keras"
    with reader.build.scope(reader.name_of(entry, f"stage{reader.stage}")):
        for number in range(1, options["layers"] + 1):
            with reader.build.scope(f"layer{number}"):
                prefix = f"conv{reader.stage}_block{number}"
                x = dense_layer(reader.build, x, prefix, options["growth_rate"], options["bottleneck"])
            reader.claim(entry)
    return x


def build_transition(reader: Notes, entry: Entry, x: str) -> str:
    """What stands between two dense blocks: fewer channels, half the size."""
    options = values_of(reader, entry, TRANSITION)
    share, channels = options["compression"], options["channels"]
    if channels is None:
        channels = max(floor_div(reader.channels(x, 1) * share.numerator, share.denominator), 1)
    reader.build.keras = reader.style == "keras"
    with reader.build.scope(f"stage{reader.stage}"):
        x = transition(reader.build, x, f"pool{reader.stage}", channels)
    reader.claim(entry)
    return x


BUILD = {
    "stage": build_stage,
    "block": build_block,
    "dense_block": build_dense_block,
    "transition": build_transition,
}

"""The residual vocabulary of design files: stages and blocks, dense blocks and transitions.

Every block is written by the builder that the architectures use; here stand only the words for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..architectures._dense_block import dense_layer, transition
from ..architectures._residual import CHOICES
from ..architectures._residual_block import Plan, residual_block
from ..architectures._residual_style import STYLES, VARIANTS, Style
from ..dim import floor_div
from ._entry import COMMON, Entry, Problem, near_words, renames
from ._fields import Field, FieldError, read_value, whole_number
from ._text import Items, Pairs, Scalar, Value

if TYPE_CHECKING:
    from ._read import Reader

MOST_BLOCKS = 10_000


def _table(*each: Field) -> dict[str, Field]:
    return {field.name: field for field in each}


BLOCK = _table(
    Field("block", "choice", default="bottleneck", words=CHOICES["block"], says="two 3×3, or 1×1, 3×3, 1×1"),
    Field("width", "whole", True, least=1, says="channels of its 3×3; a bottleneck puts out 4 times as many"),
    Field("stride", "whole", default=1, least=1),
    Field("inner", "whole", default=0, least=0, says="channels of its 3×3 where they are not the width (ResNeXt)"),
    Field("expansion", "whole", default=0, least=0, says="outputs per width: 4 behind a bottleneck, else 1"),
    Field("projection", "truth", says="true: a 1×1 convolution on the shortcut; false: the shortcut as it is"),
    Field("shortcut", "choice", default="B", words=(*CHOICES["shortcut"], "identity"),
          says="A: zero channels, B: projections where needed, C: everywhere, none: a plain net"),
    Field("shortcut_pool", "truth", default=False, says="average before projecting (ResNet-D)"),
    Field("variant", "choice", default="original", words=CHOICES["variant"], says="order of normalisation and ReLU"),
    Field("shortcut_variant", "choice", default="identity", words=CHOICES["shortcut_variant"]),
    Field("stride_at", "choice", default="style", words=CHOICES["stride_at"]),
    Field("cardinality", "whole", default=1, least=1, says="groups of the 3×3 (ResNeXt)"),
    Field("form", "choice", default="c", words=CHOICES["form"], says="ResNeXt's equivalent forms"),
    Field("se_ratio", "whole", default=0, least=0, says="16: squeeze-and-excitation"),
    Field("dropout", "number", default=0.0),
)  # fmt: skip
STAGE = {
    **BLOCK,
    **_table(
        Field("blocks", "blocks", default=1, says="how many blocks, or a list of settings, one mapping per block"),
        Field("number", "whole", least=1, says="the stage's number; without it, the next one"),
    ),
}
DENSE_BLOCK = _table(
    Field("layers", "whole", True, least=1, says="how many layers, each adding growth_rate channels"),
    Field("growth_rate", "whole", True, least=1),
    Field("bottleneck", "truth", default=True, says="a 1×1 convolution of 4·growth_rate before each 3×3"),
    Field("number", "whole", least=1),
)
TRANSITION = _table(
    Field("channels", "whole", least=1, says="how many channels it keeps"),
    Field("compression", "fraction", default=Fraction(1, 2), says="… as a share of those that come in: 1/2"),
)
GROUP = _table(
    Field("layers", "layers", True, says="its layers, as at the top"),
    Field("training_only", "truth", default=False),
)
VOCABULARY = {"stage": STAGE, "block": BLOCK, "dense_block": DENSE_BLOCK, "transition": TRANSITION, "group": GROUP}
OF_VOCABULARY = {
    "stage": ("name", "inputs"),
    "block": ("name", "inputs", "repeat"),
    "dense_block": ("name", "inputs"),
    "transition": ("inputs",),
    "group": ("name", "inputs", "repeat", "training_only"),
}


def known_fields(entry: Entry) -> dict[str, Field]:
    """What can be said of an entry, by name."""
    if entry.kind not in VOCABULARY:
        return entry.known
    return {**VOCABULARY[entry.kind], **{name: COMMON[name] for name in OF_VOCABULARY[entry.kind]}}


def values_of(reader: Reader, entry: Entry, table: dict[str, Field]) -> dict[str, Any]:
    """The values of an entry's fields by name, defaults where nothing is said; problems are noted.

    FieldError if one that is needed is missing or wrong: then nothing can be built.
    """
    found = {name: field.default for name, field in table.items()}
    failed = None
    for name, node in entry.fields.items():
        if name in table and table[name].kind not in ("blocks", "layers"):
            try:
                found[name] = read_value(table[name], node, reader.names)
            except FieldError as error:
                failed = error
                reader.note_value(entry, name, error)
    missing = [name for name, field in table.items() if field.required and name not in entry.fields]
    for name in missing:
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
        options["se_ratio"], options["dropout"],
    )  # fmt: skip


def style_of(style: str, variant: str) -> Style:
    """The style of that name; Keras writes pre-activation nets in another way."""
    return STYLES["keras_v2" if style == "keras" and variant == "full_preactivation" else style]


def build_stage(reader: Reader, entry: Entry, x: str) -> str:
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


def build_block(reader: Reader, entry: Entry, x: str) -> str:
    """One block outside of a stage."""
    options = values_of(reader, _with_defaults(reader, entry, BLOCK), BLOCK)
    number = reader.count("block")
    return _write_block(reader, entry, options, x, number, reader.name_of(entry, ""))


def _write_block(reader: Reader, entry: Entry, options: dict[str, Any], x: str, number: int, name: str = "") -> str:
    how = plan(reader.style, options)
    outer = options["width"] * (options["expansion"] or (4 if how.bottleneck else 1))
    inner = options["inner"] or options["width"]
    channels = reader.channels(x, outer)
    with _standing(reader, how.style, reader.stage, number), reader.build.scope(name or f"block{number}"):
        x = residual_block(reader.pen, how, x, channels, inner, outer, options["stride"])
    reader.claim(entry)
    reader.keras_order |= how.style.keras_order
    return x


@contextmanager
def _standing(reader: Reader, style: Style, stage: int, block: int) -> Iterator[None]:
    """Let the pen name nodes by the style, for that stage and block."""
    pen = reader.pen
    outer = pen.style, pen.stage, pen.block
    pen.style, pen.stage, pen.block = style, stage, block
    try:
        yield
    finally:
        pen.style, pen.stage, pen.block = outer


def _with_defaults(reader: Reader, entry: Entry, table: dict[str, Field]) -> Entry:
    """The entry with what the design's `defaults` say of all blocks."""
    for key, value in reader.defaults:
        if key.value in table and key.value not in entry.fields:
            entry.fields[key.value] = value
    return entry


def _blocks(reader: Reader, entry: Entry) -> list[Pairs | None]:
    """One item per block: its own settings, or None."""
    node = entry.fields.get("blocks")
    if isinstance(node, Items):
        return [_own_settings(reader, entry, item) for item in node.items] or _none(reader, entry, node)
    if node is None:
        return [None]
    try:
        count = whole_number(Field("blocks", "whole", least=1), node, reader.names)
        if count > MOST_BLOCKS:
            raise FieldError(node, f"blocks: {count:,} are more than {MOST_BLOCKS:,}, the most that is built")
    except FieldError as error:
        reader.note_value(entry, "blocks", error)
        raise Unbuildable from None
    return [None] * count


def _none(reader: Reader, entry: Entry, node: Value) -> list[Pairs | None]:
    reader.note_value(entry, "blocks", FieldError(node, "blocks: a stage needs at least one block"))
    raise Unbuildable


def _own_settings(reader: Reader, entry: Entry, item: Value) -> Pairs | None:
    if isinstance(item, Pairs):
        return item
    if isinstance(item, Scalar) and item.value is None:
        return None
    reader.note_value(entry, "blocks", FieldError(item, "a block's settings are a mapping, as {stride: 2}"))
    raise Unbuildable


def _own(reader: Reader, entry: Entry, block: Pairs | None) -> dict[str, Any]:
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


def build_dense_block(reader: Reader, entry: Entry, x: str) -> str:
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


def build_transition(reader: Reader, entry: Entry, x: str) -> str:
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

"""Padding of any axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, at_least, is_exactly, is_number, maximum
from ..errors import UsageError
from ..reach import Reach, Reaches
from ..shape import Shape, spell
from .base import OPS, Check, Cost, Op, require_whole
from .gradient import of_moves
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps

SPARED = {"constant": None, "edge": 1, "symmetric": 0, "wrap": 0, "reflect": 1}  # positions that cannot be copied


def _read_keras(call: Call) -> list[Op] | None:
    """A number for all sides, (before, after) for all axes, or a pair for each axis."""
    width = call.argument("pad_width", 1)
    pairs = width if isinstance(width, list) else [width]
    each = [tuple(pair) if isinstance(pair, list) else (pair, pair) for pair in pairs]
    if not any(isinstance(pair, list) for pair in pairs) and len(pairs) == 2:
        each = [tuple(pairs)]
    amounts = each * call.rank if len(each) == 1 else each
    return [Pad(tuple(amounts), call.argument("mode", default="constant"))]  # type: ignore[arg-type]


def _read_onnx(call: Call) -> Reads | None:
    """Pad: all befores, then all afters; by attribute before opset 11."""
    pads = call.settings.get("pads") or call.numbers(1)
    if pads is None or call.tensor(3) is not None or len(pads) != 2 * call.rank:
        return None
    mode = call.settings.get("mode") or "constant"
    return call.reading(Pad(tuple(zip(pads[: call.rank], pads[call.rank :], strict=True)), mode))


def _read_torch(call: Call) -> Reads | None:
    """(before, after) of the last axis, then of those before it; what is less than 0 cuts off."""
    pads = call.argument("pad", default=call.argument("padding"))
    if pads is None or None in pads or len(pads) % 2 or len(pads) > 2 * call.rank:
        return None
    given = list(zip(pads[::2], pads[1::2], strict=True))[::-1]
    amounts = [(0, 0)] * (call.rank - len(given)) + given
    words = {"replicate": "edge", "circular": "wrap"}
    by_name = {"aten.reflection": "reflect", "aten.replication": "edge"}
    mode = by_name.get(call.kind.partition("_")[0], call.argument("mode", default="constant"))
    ops: list[Op] = [Pad(tuple([(_added(before), _added(after)) for before, after in amounts]), words.get(mode, mode))]
    if any(_added(amount) is not amount for pair in amounts for amount in pair):
        cut = [(_cut(before), -_cut(after) if _cut(after) else None) for before, after in amounts]
        ops.insert(0, OPS["Slice"](tuple(cut)))  # type: ignore[call-arg]
    return call.reading(*ops, places=("self",))


def _added(amount: Dim) -> Dim:
    return maximum(amount, 0) if is_number(amount) and maximum(amount, 0) != amount else amount


def _cut(amount: Dim) -> Dim:
    return maximum(-amount, 0) if is_number(amount) else 0


class Pad(Op):
    """(before, after) for every axis, the batch first: filled with a constant, or with the tensor's own numbers.

    `mode` as numpy.pad: `constant`, `edge` (the outermost again), `reflect` (mirrored about the outermost,
    which is not repeated), `symmetric` (mirrored, it is), `wrap` (from the other end).

    >>> Pad(((0, 0), (3, 3), (3, 3), (0, 0)), "reflect").apply(Shape(1, 8, 8, 3)).output
    Shape(1, 14, 14, 3)
    """

    amounts: tuple[tuple[Dim, Dim], ...] = ()
    mode: str = "constant"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Pad", read=_read_onnx),
        "torch": Spelling(
            "aten.pad",
            also=(
                *("aten.constant_pad_nd", "aten.reflection_pad1d", "aten.reflection_pad2d", "aten.reflection_pad3d"),
                *("aten.replication_pad1d", "aten.replication_pad2d", "aten.replication_pad3d"),
            ),
            read=_read_torch,
        ),
        "keras": Spelling("", also=("ops.Pad",), read=_read_keras),
    }

    kind = "shape"
    storage = "own"
    gradient = of_moves

    def __post_init__(self) -> None:
        pairs = self.amounts
        if not isinstance(pairs, (tuple, list)) or not all(isinstance(p, (tuple, list)) and len(p) == 2 for p in pairs):
            raise UsageError(f"Pad: amounts must be (before, after) for every axis, not {self.amounts!r}")
        if self.mode not in SPARED:
            raise UsageError(f"Pad: mode must be {', '.join(SPARED)}, not {self.mode!r}")
        self.__dict__["amounts"] = require_whole("Pad", "amounts", tuple(map(tuple, pairs)), least=0)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The sizes with what is added; copies are no arithmetic."""
        if len(self.amounts) != len(shape):
            sentence = "{} pairs of padding do not fit {}, which has {} axes."
            return Cost(None, checks=(Check(False, sentence, (len(self.amounts), spell(shape), len(shape))),))
        sizes = [before + size + after for size, (before, after) in zip(shape, self.amounts, strict=True)]
        return Cost(Shape(*sizes), checks=self._checks(shape))

    def _checks(self, shape: Shape) -> tuple[Check, ...]:
        """numpy repeats a reflection as often as needed; TensorFlow and PyTorch allow one."""
        spared: Any = SPARED[self.mode]
        if spared is None or self.mode == "edge":
            return ()
        sentence = "{} padding of {} needs more numbers than an axis of {} holds. Use less padding."
        return tuple(
            Check(at_least(size, amount + spared), sentence, (self.mode, amount, size))
            for size, pair in zip(shape, self.amounts, strict=True)
            for amount in pair
            if not is_exactly(amount, 0)
        )

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """What was there stands behind the padding; what is mirrored is not told."""
        if self.mode != "constant":
            return None
        return (
            tuple([Reach(place, low=-before, high=-before) for place, (before, _after) in enumerate(self.amounts)]),
        )

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops, which neither repeats the edge nor wraps: those numbers are taken by place."""
        from .keras_steps import by_ops

        if self.mode not in ("edge", "wrap"):
            return by_ops(lambda x: keras.ops.pad(x, self.amounts, self.mode))

        def taken(x: Any) -> Any:
            for axis, (size, (before, after)) in enumerate(zip(inputs[0], self.amounts, strict=True)):
                around = range(-before, size + after)
                last = size - 1
                read = [place % size if self.mode == "wrap" else min(max(place, 0), last) for place in around]
                x = keras.ops.take(x, read, axis) if before + after else x
            return x

        return by_ops(taken)

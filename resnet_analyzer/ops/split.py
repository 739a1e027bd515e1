"""One of the parts into which a tensor is cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, ceil_div, divides, equal, floor_div, is_number, product, total
from ..errors import UsageError
from ..reach import Reach, Reaches
from ..shape import Shape
from .base import OPS, Check, Cost, Op, axis_index, no_axis, require_whole
from .gradient import of_moves
from .spelling import Call, Outputs, Spelling


def _read_keras(call: Call) -> Outputs | None:
    """Equal parts, parts that end at given places, and the positions along an axis one by one."""
    (axis,) = call.axes(call.argument("axis", default=0))
    whole: tuple[Any, ...] = ((None, None),) * axis
    if call.kind == "ops.Unstack":
        count = call.argument("num", 1) or call.shapes[0][axis]
        return Outputs(tuple(OPS["Slice"]((*whole, place)) for place in range(count)))  # type: ignore[call-arg]
    sections = call.argument("indices_or_sections", 1)
    if type(sections) is int:
        return Outputs(tuple(Split(sections, axis, part) for part in range(sections)))
    ranges = zip([None, *sections], [*sections, None], strict=True)
    return Outputs(tuple(OPS["Slice"]((*whole, ends)) for ends in ranges))  # type: ignore[call-arg]


if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Outputs | None:
    """Split: sizes by attribute or input, else as many equal parts as there are outputs."""
    (axis,) = call.axes(call.settings.get("axis", 0))
    sizes = call.settings.get("split") or call.numbers(1)
    count = call.settings["outputs"]
    if sizes is None and call.tensor(1) is not None:
        return None
    sections = tuple(sizes) if sizes else count
    parts = len(sections) if isinstance(sections, tuple) else sections
    return Outputs(tuple(Split(sections, axis, part) for part in range(parts)), (0,))


def _read_torch(call: Call) -> Outputs | None:
    """split and chunk (parts of one size, the last one perhaps smaller), split_with_sizes, unbind."""
    (axis,) = call.axes(call.argument("dim", default=0))
    length = call.shapes[0][axis]
    if call.kind == "aten.unbind":
        if not is_number(length) or length > MOST_PARTS:
            return None
        whole: tuple[Any, ...] = ((None, None),) * axis
        return Outputs(tuple([OPS["Slice"]((*whole, place)) for place in range(length)]), (0,))  # type: ignore[call-arg]
    sizes = call.argument("split_sizes", default=call.argument("split_size"))
    if isinstance(sizes, (list, tuple)):
        return Outputs(tuple([Split(tuple(sizes), axis, part) for part in range(len(sizes))]), (0,))
    chunks = call.argument("chunks", default=call.argument("sections"))
    if call.kind == "aten.tensor_split" and call.argument("indices") is not None:
        whole = ((None, None),) * axis
        places = call.argument("indices")
        ends = zip([None, *places], [*places, None], strict=True)
        return Outputs(tuple([OPS["Slice"]((*whole, each)) for each in ends]), (0,))  # type: ignore[call-arg]
    if call.kind == "aten.tensor_split":
        return _equal(chunks, axis) if type(chunks) is int else None
    if not is_number(length):
        return None if type(chunks) is not int else _equal(chunks, axis)
    each = ceil_div(length, chunks) if sizes is None else sizes
    parts = ceil_div(length, each)
    if parts > MOST_PARTS:
        return None
    found = (*[each] * (parts - 1), length - each * (parts - 1))
    return Outputs(tuple([Split(found, axis, part) for part in range(parts)]), (0,))


MOST_PARTS = 10_000  # of a length that a file tells


def _equal(parts: int, axis: int) -> Outputs:
    """Parts of a size that is a symbol: as many, all of one size."""
    if parts > MOST_PARTS:
        raise UsageError(f"{parts} parts of one tensor")
    return Outputs(tuple([Split(parts, axis, part) for part in range(parts)]), (0,))


class Split(Op):
    """Part `part` (from 0) of a tensor cut along `axis`: into equal `sections`, so many, or into those of given sizes.

    A layer with several outputs is as many nodes.

    >>> Split(3, part=1).apply(Shape(1, 49, 288)).output, Split((64, 32), part=1).apply(Shape(1, 96)).output
    (Shape(1, 49, 96), Shape(1, 32))
    """

    sections: Any = 2
    axis: int = -1
    part: int = 0
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Split", read=_read_onnx),
        "torch": Spelling(
            "aten.split",
            also=("aten.chunk", "aten.split_with_sizes", "aten.unbind", "aten.unsafe_chunk", "aten.tensor_split"),
            read=_read_torch,
        ),
        "keras": Spelling("", also=("ops.Split", "ops.Unstack"), read=_read_keras),
    }

    kind = "shape"
    storage = "view"
    gradient = of_moves

    def __post_init__(self) -> None:
        sections = require_whole("Split", "sections", self.sections, least=1)
        self.__dict__["sections"] = sections
        count = len(sections) if isinstance(sections, tuple) else sections
        if type(self.part) is not int or type(count) is not int or not 0 <= self.part < count:
            raise UsageError(f"Split: part must be one of {count} parts, from 0, not {self.part!r}")

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The size of that section along the axis; a view, no arithmetic."""
        axis = axis_index(self.axis, len(shape))
        if axis is None:
            return no_axis(self.axis, shape)
        length = shape[axis]
        if isinstance(self.sections, tuple):
            fits, size = equal(total(self.sections), length), self.sections[self.part]
        else:
            fits, size = divides(self.sections, length), floor_div(length, self.sections)
        return Cost(shape.with_size(axis, size), checks=(Check(fits, _uneven, (length, self.sections)),))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """The same places, from where the part begins."""
        axis = axis_index(self.axis, len(inputs[0]))
        if isinstance(self.sections, tuple):
            begin = total(self.sections[: self.part])
        else:
            begin = product(self.part, cost.output[axis])  # type: ignore[index]
        return (
            tuple(
                [
                    Reach(place, low=begin, high=begin) if place == axis else Reach(place)
                    for place in range(len(inputs[0]))
                ]
            ),
        )

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        sections: Any = self.sections
        if isinstance(sections, tuple):
            sections = [total(sections[:place]) for place in range(1, len(sections))]
        return by_ops(lambda x: keras.ops.split(x, sections, self.axis)[self.part])


def _uneven(length: Dim, sections: Any) -> str:
    into = f"sections of {', '.join(map(str, sections))}" if isinstance(sections, tuple) else f"{sections} equal parts"
    return f"an axis of {length} cannot be split into {into}."

"""What an example of an op is: the op and the shapes that it reads, in names of sizes.

"b" (the batch), "d", "h", "w", "c", "m" and "n" are dimensions that vary (the same name is the same number), "m"
never 1 as a symbol, since a symbol is taken not to broadcast; numbers are fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from resnet_analyzer.ops.base import CHANNELS_FIRST, Op
from resnet_analyzer.shape import Shape

SIZES = {"b": 3, "d": 6, "h": 14, "w": 14, "c": 12, "m": 9, "n": 6}  # the largest number that each name takes


@dataclass(frozen=True)
class Case:
    """An op, made from sizes (most ops ignore them), and the shapes that it reads, in names of sizes."""

    make: Callable[[dict[str, Any]], Op]
    shapes: tuple[Shape, ...]
    label: str

    def inputs(self, sizes: dict[str, Any]) -> tuple[Shape, ...]:
        """The shapes with sizes for names."""
        return tuple(Shape(*[sizes.get(axis, axis) for axis in shape]) for shape in self.shapes)


def case(op: Op | Callable[[dict[str, Any]], Op], *shapes: Shape) -> Case:
    """An example; an op whose own settings vary is given as a function of the sizes."""
    if isinstance(op, Op):
        return Case(lambda _sizes: op, shapes, f"{op.settings()}-{shapes}")
    return Case(op, shapes, f"of sizes-{shapes}")


VECTOR, ROW, MAP = Shape("b", "c"), Shape("b", "h", "c"), Shape("b", "h", "w", "c")
VOLUME = Shape("b", "d", "h", "w", "c")
ANY = (MAP, ROW, VECTOR)
SLID = {1: ROW, 2: MAP, 3: VOLUME}  # what a window over so many axes slides over

FIRST: dict[str, Any] = {"data_format": CHANNELS_FIRST}
SLID_FIRST = {1: Shape("b", "c", "h"), 2: Shape("b", "c", "h", "w"), 3: Shape("b", "c", "d", "h", "w")}


def everywhere(*ops: Op) -> list[Case]:
    """The ops on a feature map, a sequence and a vector."""
    return [case(op, shape) for op in ops for shape in ANY]


def slid(*ops: Op) -> list[Case]:
    """Ops that slide a window, each over what it slides over, by its axes and data format."""
    return [case(op, (SLID_FIRST if op.data_format == CHANNELS_FIRST else SLID)[op.spatial_axes]) for op in ops]  # type: ignore[attr-defined]

"""Positions for channels, and channels for positions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, divides, floor_div, product
from ..reach import Reach, Reaches, over_sides
from ..shape import Shape
from .base import CHANNELS_LAST, OPS, Check, Cost, Op, arranged, channels, sides
from .gradient import of_moves
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Reads | None:
    return call.reading(OPS[call.kind](call.settings["blocksize"], "channels_first"))  # type: ignore[call-arg]


def _read_torch(call: Call) -> Reads | None:
    """pixel_shuffle and its inverse."""
    if call.kind == "aten.pixel_shuffle":
        return call.reading(DepthToSpace(call.argument("upscale_factor"), "channels_first"), places=("self",))
    factor = call.argument("downscale_factor")
    return call.reading(OPS["SpaceToDepth"](factor, "channels_first"), places=("self",))  # type: ignore[call-arg]


def _shuffled(keras: Any, x: Any, output: Any, block: Dim, layout: str) -> Any:
    """(batch, sides, blocks, channels) with every block behind its side."""
    count = len(output) - 2
    last = keras.ops.moveaxis(x, 1, -1) if layout != CHANNELS_LAST else x
    before = sides(Shape(*output), layout)
    cells = [floor_div(side, block) for side in before]
    x = keras.ops.reshape(last, (-1, *cells, *[block] * count, channels(Shape(*output), layout)))
    order = [0, *[axis for i in range(count) for axis in (1 + i, 1 + count + i)], 1 + 2 * count]
    x = keras.ops.reshape(keras.ops.transpose(x, order), (-1, *before, channels(Shape(*output), layout)))
    return keras.ops.moveaxis(x, -1, 1) if layout != CHANNELS_LAST else x


def _unshuffled(keras: Any, x: Any, output: Any, block: Dim, layout: str) -> Any:
    """Every side parted into blocks, and the blocks put with the channels."""
    count = len(output) - 2
    last = keras.ops.moveaxis(x, 1, -1) if layout != CHANNELS_LAST else x
    cells = sides(Shape(*output), layout)
    x = keras.ops.reshape(last, (-1, *[part for side in cells for part in (side, block)], last.shape[-1]))
    order = [0, *range(1, 2 * count, 2), *range(2, 2 * count + 1, 2), 2 * count + 1]
    x = keras.ops.reshape(keras.ops.transpose(x, order), (-1, *cells, channels(Shape(*output), layout)))
    return keras.ops.moveaxis(x, -1, 1) if layout != CHANNELS_LAST else x


class _Blocks(Op):
    """Positions for channels, `block` along each side, or channels for positions: numbers are moved, nothing else."""

    block: Dim = 2
    data_format: str = CHANNELS_LAST

    kind = "shape"
    storage = "own"
    gradient = of_moves
    counts: ClassVar[tuple[str, ...]] = ("block",)

    turned: ClassVar[Callable[..., Any]]  # what does it with Keras' operations

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By reshapes and a transpose."""
        from .keras_steps import by_ops

        turned, layout, block = type(self).turned, self.data_format, self.block
        return by_ops(lambda x: turned(keras, x, cost.output, block, layout))


class DepthToSpace(_Blocks):
    """Every block·block·… channels as a block of positions: pixel shuffle (Shi et al. 2016, sec. 3.2), any axes.

    >>> DepthToSpace(2).apply(Shape(1, 7, 7, 64)).output
    Shape(1, 14, 14, 16)
    """

    turned = staticmethod(_shuffled)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("DepthToSpace", also=("SpaceToDepth",), read=_read_onnx),
        "torch": Spelling("aten.pixel_shuffle", also=("aten.pixel_unshuffle",), read=_read_torch),
        "keras": Spelling("", {"block": "block_size", "data_format": "data_format"}, also=("ops.DepthToSpace",)),
    }

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Sides multiplied, channels divided; copies are no arithmetic."""
        before, depth = sides(shape, self.data_format), channels(shape, self.data_format)
        cells = product(*[self.block for _side in before])
        output = arranged(
            shape[0], [product(side, self.block) for side in before], floor_div(depth, cells), self.data_format
        )
        sentence = "{} channels are no multiple of a block of {} positions."
        return Cost(output, checks=(Check(divides(cells, depth), sentence, (depth, cells)),))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Place o reads ⌊o/block⌋, and some channels."""
        found = [Reach(0, low=1 - self.block, divisor=self.block) for _side in sides(inputs[0], self.data_format)]
        return (over_sides(found, self.data_format),)


class SpaceToDepth(_Blocks):
    """Every block of positions as channels: pixel unshuffle, patch merging (Liu et al. 2021, sec. 3.1), any axes.

    >>> SpaceToDepth(2).apply(Shape(1, 14, 14, 16)).output
    Shape(1, 7, 7, 64)
    """

    turned = staticmethod(_unshuffled)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", {"block": "block_size", "data_format": "data_format"}, also=("ops.SpaceToDepth",))
    }

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Sides divided, channels multiplied; copies are no arithmetic."""
        before, depth = sides(shape, self.data_format), channels(shape, self.data_format)
        deeper = product(depth, *[self.block for _side in before])
        output = arranged(shape[0], [floor_div(side, self.block) for side in before], deeper, self.data_format)
        sentence = "a side of {} is no multiple of a block of {}."
        checks = tuple([Check(divides(self.block, side), sentence, (side, self.block)) for side in before])
        return Cost(output, checks=checks)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Place o reads its block, and some channels."""
        found = [Reach(0, stride=self.block, high=self.block - 1) for _side in sides(inputs[0], self.data_format)]
        return (over_sides(found, self.data_format),)

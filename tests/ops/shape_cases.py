"""Examples of the ops that give the same numbers another shape."""

from __future__ import annotations

from resnet_analyzer.ops.broadcast_to import BroadcastTo
from resnet_analyzer.ops.expand_dims import ExpandDims
from resnet_analyzer.ops.extract_patches import ExtractPatches1d, ExtractPatches2d, ExtractPatches3d
from resnet_analyzer.ops.gather import Gather
from resnet_analyzer.ops.pad import Pad
from resnet_analyzer.ops.reshape import Flatten, Permute, Reshape
from resnet_analyzer.ops.roll import Roll
from resnet_analyzer.ops.slice import Slice
from resnet_analyzer.ops.space_depth import DepthToSpace, SpaceToDepth
from resnet_analyzer.ops.split import Split
from resnet_analyzer.ops.squeeze import Squeeze
from resnet_analyzer.ops.stack import Stack
from resnet_analyzer.ops.tile import Repeat, RepeatVector, Tile
from resnet_analyzer.shape import Shape

from .case import ANY, FIRST, MAP, ROW, SLID_FIRST, VECTOR, VOLUME, Case, case, everywhere, slid

PADDED = ((0, 0), (1, 2), (3, 0), (0, 0))
INDICES = [
    ((None, None), 0),
    ("...", (0, None, 2), (1, -1)),
    ((None, None), (3, 8), (-5, None), -1),
    ((None, None), (None, None, -2), (8, 2, -3), "new"),
    ((None, None), (-4, -1), (-1, -6, -2)),
    ("new", "...", "new", 3),
    (0, 1, 2, 3),
    ("...", (2, 100), (None, -100, -1)),
    ((None, None), (None, -2, 3), (-3, None, -1)),
    (0, 0, 0, 0, 0),
]

SHAPE_CASES: dict[str, list[Case]] = {
    "Flatten": [
        *everywhere(Flatten()),
        case(Flatten(), VOLUME),
        case(Flatten(), Shape("b")),
        case(Flatten(0, 1), MAP),
        case(Flatten(1, -2), VOLUME),
        case(Flatten(2, 1), MAP),
    ],
    "Permute": [
        *(case(Permute((0, *axes)), MAP) for axes in ((1, 2, 3), (3, 1, 2), (2, 1, 3))),
        case(Permute((0, 2, 1)), ROW),
        case(Permute((1, 0)), VECTOR),
        case(Permute((0, 2, 1)), MAP),
        case(Permute((4, 0, 2, 1, 3)), VOLUME),
    ],
    "Reshape": [
        *(case(Reshape((0, -1)), shape) for shape in ANY),
        case(Reshape((0, 4, -1)), MAP),
        case(Reshape((0, -1, 6)), ROW),
        case(Reshape((0, 2, 2, 3)), VECTOR),
        case(Reshape((-1, 0)), VECTOR),
        case(Reshape((0, 0, -1)), VOLUME),
        case(lambda sizes: Reshape((0, sizes["h"], -1, sizes["c"])), MAP),
        case(lambda sizes: Reshape((0, sizes["c"], sizes["h"])), ROW),
        case(lambda sizes: Reshape((-1, sizes["c"])), MAP),
        case(lambda sizes: Reshape((sizes["b"] * sizes["h"], 3, 4)), ROW),
        case(lambda sizes: Reshape((sizes["b"], -1)), MAP),
        case(Reshape((0, 0, 0, 4)), ROW),
    ],
    "BroadcastTo": [
        case(BroadcastTo((8, -1, -1)), Shape(1, "h", "c")),
        case(BroadcastTo((4, 5, 9, 4)), Shape("m", 4)),
        case(lambda sizes: BroadcastTo((sizes["b"], sizes["h"], sizes["c"])), Shape("b", 1, "c")),
        case(lambda sizes: BroadcastTo((-1, sizes["n"], -1, -1)), Shape("b", 1, "w", "c")),
        case(BroadcastTo((1, 1)), VECTOR),
        case(BroadcastTo((-1, -1, -1)), VECTOR),
        case(BroadcastTo((2,)), VECTOR),
    ],
    "DepthToSpace": [
        case(DepthToSpace(2), MAP),
        case(DepthToSpace(3), ROW),
        case(DepthToSpace(2), VOLUME),
        case(DepthToSpace(2, **FIRST), SLID_FIRST[2]),
        case(lambda sizes: DepthToSpace(sizes["n"]), MAP),
    ],
    "ExpandDims": [
        *everywhere(ExpandDims(), ExpandDims((1, 2)), ExpandDims((0, -1))),
        case(ExpandDims(9), MAP),
        case(ExpandDims((1, -4)), ROW),
    ],
    "ExtractPatches1d": slid(ExtractPatches1d(3), ExtractPatches1d(3, 1, dilation_rate=2, **FIRST)),
    "ExtractPatches2d": [
        *slid(ExtractPatches2d(2), ExtractPatches2d((3, 2), 1, padding="same"), ExtractPatches2d(3, 2, 1, **FIRST)),
        case(lambda sizes: ExtractPatches2d(sizes["n"]), MAP),
    ],
    "ExtractPatches3d": slid(ExtractPatches3d((1, 2, 3)), ExtractPatches3d(2, 1, "same", **FIRST)),
    "Gather": [
        case(Gather(1), ROW, Shape("n")),
        case(Gather(-1), MAP, Shape("m", "n")),
        case(Gather(0), VECTOR, Shape("n")),
        case(Gather(3), ROW, Shape(3)),
    ],
    "Pad": [
        *(case(Pad(PADDED, mode), MAP) for mode in ("constant", "edge", "reflect", "symmetric", "wrap")),
        case(lambda sizes: Pad(((0, 0), (sizes["n"], 2), (0, 0)), "reflect"), ROW),
        case(Pad(((1, 0), (0, 3))), VECTOR),
        case(Pad(PADDED), VECTOR),
    ],
    "Repeat": [*everywhere(Repeat(2)), case(lambda sizes: Repeat(sizes["n"], 1), MAP), case(Repeat(2, 4), MAP)],
    "RepeatVector": [case(RepeatVector(3), VECTOR), case(lambda sizes: RepeatVector(sizes["n"]), VECTOR)],
    "Roll": [*everywhere(Roll(3), Roll((-3, 1), (0, 1))), case(Roll(1, 4), MAP)],
    "Slice": [
        *(case(Slice(index), MAP) for index in INDICES),
        case(Slice((0,)), Shape("b")),
        case(Slice(()), VOLUME),
        case(lambda sizes: Slice(((None, None), (sizes["n"], None), (None, sizes["n"]))), MAP),
        case(lambda sizes: Slice(("...", (0, sizes["n"], 2), sizes["n"])), MAP),
    ],
    "SpaceToDepth": [
        case(SpaceToDepth(2), MAP),
        case(SpaceToDepth(3), ROW),
        case(SpaceToDepth(2, **FIRST), SLID_FIRST[3]),
        case(lambda sizes: SpaceToDepth(sizes["n"]), MAP),
    ],
    "Split": [
        *(case(Split(3, part=part), MAP) for part in range(3)),
        case(Split(2, axis=1, part=1), MAP),
        case(Split((4, 8), part=1), VECTOR),
        case(lambda sizes: Split((sizes["n"], sizes["n"], 4), part=2), MAP),
        case(Split(2, axis=4), MAP),
    ],
    "Squeeze": [
        case(Squeeze((1, 2)), Shape("b", 1, 1, "c")),
        case(Squeeze((1,)), MAP),
        case(Squeeze(-1), Shape("b", "h", 1)),
        case(Squeeze(5), MAP),
        case(Squeeze(), Shape(1, 1, 7, 1, 3)),
    ],
    "Stack": [
        *(case(Stack(axis), MAP, MAP, MAP) for axis in (0, 1, -1, 4, 5)),
        case(Stack(), VECTOR, Shape("b", 4)),
        case(Stack(), VECTOR, ROW),
    ],
    "Tile": [
        *everywhere(Tile((1, 2, 3)), Tile((2,)), Tile((2, 1, 1, 3, 1))),
        case(lambda sizes: Tile((sizes["n"], 1)), VECTOR),
    ],
}

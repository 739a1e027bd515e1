"""Examples of the ops that give the same numbers another shape."""

from __future__ import annotations

from resnet_analyzer.ops.reshape import Flatten, Permute, Reshape
from resnet_analyzer.shape import Shape

from .case import ANY, MAP, ROW, VECTOR, VOLUME, Case, case, everywhere

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
}

"""Examples of every op: what `test_generic` runs as numbers, as numpy arrays and as symbols.

A new op needs an entry here, or in the table of its kind: `CASES["NewOp"] = [case(NewOp(...), Shape("b", ...)), ...]`.
"""

from __future__ import annotations

from resnet_analyzer.ops.base import Weight
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.dropout import Dropout, StochasticDepth
from resnet_analyzer.ops.group_norm import GroupNorm
from resnet_analyzer.ops.input import Input
from resnet_analyzer.ops.layer_norm import LayerNorm
from resnet_analyzer.ops.layer_scale import LayerScale
from resnet_analyzer.ops.local_response_norm import LocalResponseNorm
from resnet_analyzer.ops.normalization import Normalization
from resnet_analyzer.ops.opaque import Opaque
from resnet_analyzer.ops.prelu import PReLU
from resnet_analyzer.ops.rescale import Rescale
from resnet_analyzer.ops.zero_padding import ChannelPadding
from resnet_analyzer.shape import Shape

from .case import ANY, MAP, ROW, SIZES, SLID_FIRST, VECTOR, VOLUME, Case, case, everywhere
from .pick_cases import PICK_CASES
from .product_cases import PRODUCT_CASES
from .shape_cases import SHAPE_CASES
from .tensor_cases import TENSOR_CASES
from .time_cases import TIME_CASES
from .window_cases import WINDOW_CASES

__all__ = ["CASES", "SIZES", "Case", "case"]

OTHERS: dict[str, list[Case]] = {
    "BatchNorm": [
        *everywhere(BatchNorm(), BatchNorm(scale=False), BatchNorm(center=False), BatchNorm(False, False)),
        case(BatchNorm(axis=1), SLID_FIRST[2]),
        case(BatchNorm(axis=-2), VOLUME),
        case(BatchNorm(axis=4), MAP),
    ],
    "ChannelPadding": [*everywhere(ChannelPadding(), ChannelPadding(3, 4)), case(ChannelPadding(2, 1, axis=1), MAP)],
    "Concatenate": [
        *(case(Concatenate(), shape, shape, shape) for shape in ANY),
        case(Concatenate(), MAP, Shape("b", "h", "w", 5)),
        case(Concatenate(), MAP, Shape("b", 7, "w", 5)),
        case(Concatenate("height"), MAP, Shape("b", 3, "w", "c")),
        case(Concatenate("width"), MAP, Shape("b", "h", 3, "c")),
        case(Concatenate("length"), ROW, ROW),
        case(Concatenate("length"), ROW, Shape("b", "h", 8)),
        case(Concatenate(0), VOLUME, Shape(2, "d", "h", "w", "c")),
        case(Concatenate(), MAP, ROW),
    ],
    "Dense": [
        *everywhere(Dense(10), Dense(10, use_bias=False), Dense(10, activation="softmax")),
        case(lambda sizes: Dense(sizes["n"]), VECTOR),
        case(Dense(10), VOLUME),
    ],
    "Dropout": everywhere(Dropout(0.1)),
    "GroupNorm": [
        *everywhere(GroupNorm(1), GroupNorm(4), GroupNorm(3, scale=False), GroupNorm(2, center=False)),
        case(GroupNorm(4, axis=1), SLID_FIRST[2]),
    ],
    "Input": [case(lambda sizes, shape=shape: Input(case(Dense(1), shape).inputs(sizes)[0])) for shape in ANY],
    "LayerNorm": [
        *everywhere(LayerNorm(), LayerNorm("all"), LayerNorm(scale=False), LayerNorm("all", center=False)),
        case(LayerNorm((1, -1)), MAP),
        case(LayerNorm(1), VOLUME),
    ],
    "LayerScale": [*everywhere(LayerScale()), case(LayerScale(axis=1), SLID_FIRST[2])],
    "LocalResponseNorm": everywhere(LocalResponseNorm(), LocalResponseNorm(3)),
    "Normalization": [
        *everywhere(Normalization(), Normalization(stored=False)),
        case(Normalization(axis=(1, -1)), MAP),
        case(Normalization(axis=1), SLID_FIRST[2]),
    ],
    "Opaque": [
        case(Opaque("custom"), MAP),
        case(Opaque("custom", Shape(1, 10), (Weight("kernel", (3, 10)),)), MAP, ROW),
    ],
    "PReLU": [*everywhere(PReLU(), PReLU("positions"), PReLU("all")), case(PReLU((2, 3)), SLID_FIRST[2])],
    "Rescale": everywhere(Rescale(), Rescale(0.5), Rescale(1, -1), Rescale(2, 1)),
    "StochasticDepth": everywhere(StochasticDepth(0.2)),
}

CASES: dict[str, list[Case]] = {
    **WINDOW_CASES,
    **SHAPE_CASES,
    **TENSOR_CASES,
    **PICK_CASES,
    **PRODUCT_CASES,
    **TIME_CASES,
    **OTHERS,
}

"""What the residual builders differ in by style: strides, biases, padding layers, layer names.

A style changes no idea of a network, only how somebody wrote it down. Sources: He et al. 2015,
sec. 3.3 and Table 1 (paper); torchvision/models/resnet.py; keras/src/applications/resnet.py and
resnet_v2.py; the course's printed code (lecture).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..frozen import NamedTuple

# Names as templates over stage (s), block (b) and the block's letter (c); # stands for Keras' own numbering.
KERAS_NAMES = {
    "input": "input_layer",
    "stem/pad": "conv1_pad",
    "stem/conv": "conv1_conv",
    "stem/bn": "conv1_bn",
    "stem/relu": "conv1_relu",
    "stem/pool_pad": "pool1_pad",
    "stem/pool": "pool1_pool",
    **{f"conv{i}": f"conv{{s}}_block{{b}}_{i}_conv" for i in (1, 2, 3)},
    **{f"bn{i}": f"conv{{s}}_block{{b}}_{i}_bn" for i in (1, 2, 3)},
    **{f"relu{i}": f"conv{{s}}_block{{b}}_{i}_relu" for i in (1, 2)},
    "shortcut/conv": "conv{s}_block{b}_0_conv",
    "shortcut/bn": "conv{s}_block{b}_0_bn",
    "add": "conv{s}_block{b}_add",
    "relu": "conv{s}_block{b}_out",
    "head/pool": "avg_pool",
    "head/dense": "predictions",
}
KERAS_V2_NAMES = {
    **KERAS_NAMES,
    "bn0": "conv{s}_block{b}_preact_bn",
    "relu0": "conv{s}_block{b}_preact_relu",
    "pad2": "conv{s}_block{b}_2_pad",
    "shortcut/pool": "max_pooling2d#",
    "add": "conv{s}_block{b}_out",
    "head/bn": "post_bn",
    "head/relu": "post_relu",
}
LECTURE_NAMES = {
    "input": "input_layer",
    "stem/pad": "zero_padding2d",
    "stem/conv": "conv1",
    "stem/bn": "bn_conv1",
    "stem/pool": "max_pooling2d",
    **{f"conv{i}": f"res{{s}}{{c}}_branch2{'abc'[i - 1]}" for i in (1, 2, 3)},
    **{f"bn{i}": f"bn{{s}}{{c}}_branch2{'abc'[i - 1]}" for i in (1, 2, 3)},
    "relu1": "activation#",
    "relu2": "activation#",
    "shortcut/conv": "res{s}{c}_branch1",
    "shortcut/bn": "bn{s}{c}_branch1",
    "add": "add#",
    "relu": "activation#",
    "head/pool": "avg_pool",
    "head/flatten": "flatten",
    "head/dense": "fc{classes}",
}


class Style(NamedTuple):
    """How one source writes a residual network down.

    `says` is for people; `biases` are the roles of the convolutions that have one; `padding_layers` has
    zeros in layers of their own before valid windows; `same_padding` pads 3×3 convolutions by `same`;
    `keras_order` lists layers as Keras does; `stride_in_last_block` strides at a stage's end.
    """

    says: str = ""
    stride_at: str = "first"
    names: Mapping[str, str] = MappingProxyType({})
    biases: frozenset[str] = frozenset()
    padding_layers: bool = False
    same_padding: bool = False
    keras_order: bool = False
    shortcut_first: bool = False
    stride_in_last_block: bool = False
    softmax: bool = False
    lecture: bool = False
    stem_norm: bool = True


ALL = frozenset({"stem", "conv1", "conv2", "conv3", "shortcut"})

STYLES = {
    "paper": Style(),
    "torchvision": Style(stride_at="3x3"),
    "keras": Style(
        says="as keras.applications",
        names=KERAS_NAMES,
        biases=ALL,
        padding_layers=True,
        same_padding=True,
        keras_order=True,
        shortcut_first=True,
        softmax=True,
    ),
    "keras_v2": Style(
        says="as keras.applications",
        stride_at="3x3",
        names=KERAS_V2_NAMES,
        biases=frozenset({"stem", "conv3", "shortcut"}),
        padding_layers=True,
        keras_order=True,
        shortcut_first=True,
        stride_in_last_block=True,
        softmax=True,
        stem_norm=False,
    ),
    "course": Style(
        says="as printed",
        names=LECTURE_NAMES,
        biases=ALL,
        padding_layers=True,
        same_padding=True,
        keras_order=True,
        softmax=True,
        lecture=True,
    ),
}


class Variant(NamedTuple):
    """Where normalisation and ReLU stand in a residual block: He et al. 2016, Identity Mappings, Fig. 4.

    `before` the first convolution, `between` two, `behind` the last one, `after` the addition;
    `final` what the network still needs before its head.
    """

    before: tuple[str, ...] = ()
    between: tuple[str, ...] = ("bn", "relu")
    behind: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    final: tuple[str, ...] = ()


VARIANTS = {
    "original": Variant(behind=("bn",), after=("relu",)),
    "bn_after_addition": Variant(after=("bn", "relu")),
    "relu_before_addition": Variant(behind=("bn", "relu")),
    "relu_only_preactivation": Variant(before=("relu",), behind=("bn",), final=("relu",)),
    "full_preactivation": Variant(before=("bn", "relu"), final=("bn", "relu")),
}

SHORTCUT_VARIANTS = (
    "identity",
    "constant_scaling",
    "exclusive_gating",
    "shortcut_only_gating",
    "conv",
    "dropout",
)


def letter(block: int) -> str:
    """The course's name of a stage's block: a … z, then z1, z2 …

    >>> letter(1), letter(26), letter(27)
    ('a', 'z', 'z1')
    """
    return chr(ord("a") + block - 1) if block <= 26 else f"z{block - 26}"

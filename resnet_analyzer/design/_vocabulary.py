"""The words of design files for what is more than a layer: stages and blocks, dense blocks, transitions, groups."""

from __future__ import annotations

from fractions import Fraction

from ..architectures.residual import CHOICES
from ..architectures.residual_style import STYLES, Style
from ._entry import COMMON, Entry
from ._fields import Field


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
    Field("dilation_rate", "whole", default=1, least=1,
          says="of its 3×3: 2 in a stage without stride keeps the size and sees as far (DeepLab)"),
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


def style_of(style: str, variant: str) -> Style:
    """The style of that name; Keras writes pre-activation nets in another way."""
    return STYLES["keras_v2" if style == "keras" and variant == "full_preactivation" else style]

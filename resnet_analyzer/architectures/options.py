"""What the options of the families mean, and which values they take: for people, and checked against the builders."""

from __future__ import annotations

from typing import Any, NamedTuple

from .residual import CHOICES


class Option(NamedTuple):
    """An option: what it means, and the values that it takes, in words."""

    says: str
    takes: str


NUMBER, COUNTS, YES = "a whole number", "whole numbers, one per stage: 3,4,6,3", "yes, no"

OPTIONS = {
    "aux": Option("the two auxiliary classifiers of training", YES),
    "batch_norm": Option("batch normalisation after every convolution", YES),
    "block": Option("two 3×3 convolutions, or 1×1, 3×3, 1×1", ", ".join(CHOICES["block"])),
    "blocks": Option("blocks (of a DenseNet: layers) per stage", COUNTS),
    "bottleneck": Option("a 1×1 convolution of 4·growth_rate before each 3×3", YES),
    "bottleneck_width": Option("channels of each group of the 3×3; 0: width", NUMBER),
    "cardinality": Option("groups of the 3×3 (ResNeXt)", NUMBER),
    "compression": Option("share of the channels that a transition keeps", "a fraction above 0, up to 1: 1/2"),
    "dropout": Option("rate of dropout between the convolutions of a block", "a number from 0 to 1"),
    "filters": Option("outputs; 0: as many as inputs", NUMBER),
    "form": Option("ResNeXt's equivalent forms: added paths, concatenated paths, groups", ", ".join(CHOICES["form"])),
    "groups": Option("groups of the 2nd, 4th and 5th convolution; –: as the style has it", NUMBER),
    "growth_rate": Option("channels that each layer adds", NUMBER),
    "hidden": Option("units of the dense layers before the last", NUMBER),
    "reduction": Option("how many times fewer channels the inner 3×3 has", NUMBER),
    "se_ratio": Option("squeeze-and-excitation with this reduction; 0: none", NUMBER),
    "shortcut": Option(
        "zero padding (A), projections where the shape changes (B) or everywhere (C), no shortcuts",
        ", ".join(CHOICES["shortcut"]),
    ),
    "shortcut_pool": Option("average pooling before the projection (ResNet-D)", YES),
    "shortcut_variant": Option(
        "what is on the shortcut (He et al. 2016, Table 1)", ", ".join(CHOICES["shortcut_variant"])
    ),
    "small_input": Option("one 3×3 at the start, as for CIFAR", YES),
    "stages": Option("kernel sizes per stage", "whole numbers, a slash between stages: 3,3/3,3,3"),
    "stem": Option("the first layers: 7×7 and pooling, three 3×3 (ResNet-C), or one 3×3", ", ".join(CHOICES["stem"])),
    "stem_channels": Option("channels of the first convolution; –: 2·growth_rate", NUMBER),
    "stem_width": Option("channels of the first convolution; 0: width", NUMBER),
    "stride_at": Option("which convolution of a bottleneck has the stride", ", ".join(CHOICES["stride_at"])),
    "use_bias": Option("biases in the convolutions", YES),
    "variant": Option(
        "order of normalisation, ReLU and addition (He et al. 2016, Fig. 4)", ", ".join(CHOICES["variant"])
    ),
    "width": Option("channels of the first stage; doubled at each stage", NUMBER),
    "widths": Option("channels per stage; –: as the style has them", COUNTS),
}


def option(name: str, value: Any = None) -> Option:
    """What an option means and takes; one that is not described here takes what its `value` looks like."""
    return OPTIONS.get(name, Option("", type(value).__name__))

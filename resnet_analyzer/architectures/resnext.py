"""ResNeXt: Xie et al. 2016, Aggregated Residual Transformations (arXiv 1611.05431).

The 3×3 of a bottleneck is a grouped convolution of `cardinality` groups, `bottleneck_width` channels
each in the first stage. Its three equivalent forms (Fig. 3) are the option `form`: a adds the paths,
b concatenates them, c groups the convolution. The stride is in the 3×3.
"""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from .base import Architecture, Published, pattern, register
from .residual import residual_network
from .resnet import CIFAR_INPUT, HU_TABLE_2, NOTE_HU, TORCHVISION, XIE

PAPER = XIE
README = f"{PAPER}; README of facebookresearch/ResNeXt"
BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def _figure(figure: str, value: int, tolerance: int, table: str, note: str = "") -> Published:
    return Published(figure, value, f"{PAPER}, {table}", tolerance, note=note)


@pattern(r"resnext_?(\d+)_(\d+)x(\d+)d")
def resnext(depth: int, cardinality: int, width: int, *published: Published) -> Architecture:
    """ResNeXt-`depth` `cardinality`×`width`d: for ImageNet, or for CIFAR where depth is 9n + 2.

    >>> resnext(29, 8, 64).settings["blocks"]
    (3, 3, 3)
    """
    if cardinality < 1 or width < 1:
        raise UsageError(f"no ResNeXt is {cardinality}×{width}d: both numbers are at least 1, as in 32×4d")
    settings: dict[str, Any] = {"cardinality": cardinality, "bottleneck_width": width, "stride_at": "3x3"}
    if depth in BLOCKS:
        settings["blocks"], made_for, classes = BLOCKS[depth], (224, 224, 3), 1000
    elif depth > 2 and (depth - 2) % 9 == 0:
        settings |= {"blocks": ((depth - 2) // 9,) * 3, "stem": "cifar"}
        made_for, classes = CIFAR_INPUT, 10
    else:
        raise UsageError(f"no ResNeXt has {depth} layers: 50, 101, 152 for ImageNet, 9n+2 (20, 29, 38 …) for CIFAR")
    on_cifar = made_for == CIFAR_INPUT
    return Architecture(
        f"resnext{depth}_{cardinality}x{width}d",
        f"ResNeXt-{depth} {cardinality}×{width}d{' for CIFAR' if on_cifar else ''}",
        residual_network,
        settings,
        styles=("paper",) if on_cifar else ("paper", "torchvision"),
        input=made_for,
        classes=classes,
        source=f"{PAPER}, {'sec. 5.3' if on_cifar else 'Table 1'}",
        published=published,
    )


def _hu(value: int) -> Published:
    return Published("macs", value, HU_TABLE_2, 5_000_000, note=NOTE_HU)


def _torchvision(value: int) -> Published:
    return Published("params", value, TORCHVISION)


_NOMINAL = "the paper keeps complexity only roughly, and gives the nominal figure of ResNet-101"
register(
    resnext(
        50, 32, 4,
        _figure("macs", 4_200_000_000, 50_000_000, "Table 1"),
        _figure("params", 25_000_000, 50_000, "Table 1"),
        _hu(4_240_000_000),
        _torchvision(25_028_904),
    )
)  # fmt: skip
register(resnext(101, 32, 4, _figure("macs", 7_800_000_000, 50_000_000, "Table 3", _NOMINAL), _hu(7_990_000_000)))
register(resnext(101, 32, 8, _torchvision(88_791_336)))
register(
    resnext(
        101, 64, 4,
        Published("macs", 15_600_000_000, README, 50_000_000, note="15.460e9; the README's figure is nominal"),
        _torchvision(83_455_272),
    )
)  # fmt: skip
_STEM = "34.427e6 with batch norm behind the stem, which the table leaves open"
register(resnext(29, 8, 64, _figure("params", 34_400_000, 50_000, "Table 7", _STEM)))
register(resnext(29, 16, 64, _figure("params", 68_100_000, 50_000, "Table 7", "the paper truncates 68.155 to 68.1")))

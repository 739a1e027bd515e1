"""Squeeze-and-excitation networks: Hu, Shen, Sun 2017 (arXiv 1709.01507v4), reduction 16.

The paper's SE-ResNets stride in the first 1×1 (Table 2: ResNet-50 has 3.86e9), its SE-ResNeXts in the 3×3.
"""

from __future__ import annotations

from .base import Architecture, Published, register
from .residual import residual_network
from .resnet import HU_TABLE_2, NOTE_HU
from .resnext import resnext

PAPER = "Hu et al. 2017 (arXiv 1709.01507v4)"
RATIO = {"se_ratio": 16}  # sec. 4 and Table 10: r = 16


def _macs(value: int) -> tuple[Published, ...]:
    return (Published("macs", value, HU_TABLE_2, 5_000_000, note=NOTE_HU),)


for _depth, _blocks, _printed in (
    (18, (2, 2, 2, 2), ()),
    (34, (3, 4, 6, 3), ()),
    (50, (3, 4, 6, 3), _macs(3_870_000_000)),
    (101, (3, 4, 23, 3), _macs(7_600_000_000)),
    (152, (3, 8, 36, 3), _macs(11_320_000_000)),
):
    register(
        Architecture(
            f"seresnet{_depth}",
            f"SE-ResNet-{_depth}",
            residual_network,
            {"blocks": _blocks, "block": "basic" if _depth < 50 else "bottleneck", **RATIO},
            styles=("paper", "torchvision"),
            source=f"{PAPER}, Fig. 3",
            published=_printed,
        )
    )

for _depth, _printed in ((50, _macs(4_250_000_000)), (101, _macs(8_000_000_000))):
    _base = resnext(_depth, 32, 4)
    register(
        Architecture(
            f"seresnext{_depth}_32x4d",
            f"SE-ResNeXt-{_depth} 32×4d",
            residual_network,
            {**_base.settings, **RATIO},
            source=f"{PAPER}, Table 1",
            published=_printed,
        )
    )

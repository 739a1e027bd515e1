"""Wide residual networks: Zagoruyko & Komodakis 2016 (arXiv 1605.07146v4).

For CIFAR, WRN-d-k: pre-activation basic blocks, (d − 4)/6 in each of three stages of 16k, 32k, 64k
channels. For ImageNet: ResNets whose 3×3 are twice as wide.
"""

from __future__ import annotations

from ..errors import UsageError
from .base import Architecture, Published, pattern, register
from .residual import residual_network
from .resnet import CIFAR_INPUT, TORCHVISION, ZAGORUYKO

PAPER = ZAGORUYKO


@pattern(r"wrn_?(\d+)_(\d+)")
def wrn(depth: int, widen: int, *published: Published) -> Architecture:
    """WRN-`depth`-`widen` for CIFAR; UsageError unless depth is 6n + 4 and widen at least 1.

    >>> wrn(28, 10).settings["blocks"], wrn(28, 10).settings["width"]
    ((4, 4, 4), 160)
    """
    if depth < 10 or (depth - 4) % 6 or widen < 1:
        below = max(10, depth - (depth - 4) % 6)
        nearest = f"WRN-{below}-{max(widen, 1)}, WRN-{below + 6}-{max(widen, 1)}"
        raise UsageError(f"no wide ResNet is WRN-{depth}-{widen}: the depth is 6n+4. Nearest: {nearest}.")
    settings = {
        "blocks": ((depth - 4) // 6,) * 3,
        "block": "basic",
        "width": 16 * widen,
        "stem": "cifar",
        "stem_width": 16,
        "variant": "full_preactivation",
    }
    return Architecture(
        f"wrn{depth}_{widen}",
        f"WRN-{depth}-{widen} for CIFAR",
        residual_network,
        settings,
        input=CIFAR_INPUT,
        classes=10,
        source=f"{PAPER}, Table 1",
        published=published,
    )


for _depth, _widen, _printed in (
    (16, 8, 11_000_000),
    (16, 10, 17_100_000),
    (22, 8, 17_200_000),
    (28, 10, 36_500_000),
    (28, 12, 52_500_000),
    (40, 1, 600_000),
    (40, 2, 2_200_000),
    (40, 4, 8_900_000),
    (40, 8, 35_700_000),
):
    register(wrn(_depth, _widen, Published("params", _printed, f"{PAPER}, Table 4", 50_000)))

for _depth, _blocks, _params, _table in (
    (50, (3, 4, 6, 3), 68_883_240, (Published("params", 68_900_000, f"{PAPER}, Table 8", 50_000),)),
    (101, (3, 4, 23, 3), 126_886_696, ()),
):
    register(
        Architecture(
            f"wide_resnet{_depth}_2",
            f"Wide ResNet-{_depth}-2",
            residual_network,
            {"blocks": _blocks, "bottleneck_width": 128, "stride_at": "3x3"},
            styles=("paper", "torchvision"),
            source=f"{PAPER}, sec. 3.2; torchvision/models/resnet.py",
            published=(Published("params", _params, TORCHVISION), *_table),
        )
    )

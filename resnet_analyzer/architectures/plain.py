"""Plain networks: He et al. 2015, what a ResNet is without its shortcuts (Fig. 3; for CIFAR sec. 4.2)."""

from __future__ import annotations

from .base import Architecture, Published, pattern, register
from .residual import residual_network
from .resnet import CIFAR_INPUT, HE, TABLE_1, cifar_resnet

NO_SHORTCUT = {"shortcut": "none"}

for _depth, _blocks, _printed in ((18, (2, 2, 2, 2), 1_800_000_000), (34, (3, 4, 6, 3), 3_600_000_000)):
    register(
        Architecture(
            f"plain{_depth}",
            f"Plain-{_depth}",
            residual_network,
            {"blocks": _blocks, "block": "basic", **NO_SHORTCUT},
            source=f"{HE}, Fig. 3" if _depth == 34 else f"{HE}, Table 2",
            published=(Published("macs", _printed, TABLE_1, 50_000_000),),
        )
    )


def _cifar(depth: int) -> Architecture:
    settings = {**cifar_resnet(depth, "basic").settings, **NO_SHORTCUT}
    return Architecture(
        f"plain{depth}",
        f"Plain-{depth} for CIFAR",
        residual_network,
        settings,
        input=CIFAR_INPUT,
        classes=10,
        source=f"{HE}, sec. 4.2",
    )


for _depth in (20, 32, 44, 56):
    register(_cifar(_depth))


@pattern(r"plain_?(\d+)")
def any_depth(depth: int) -> Architecture:
    """`plain110` and the like: 6n+2 layers."""
    return _cifar(depth)

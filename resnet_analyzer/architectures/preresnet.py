"""Pre-activation ResNets: He, Zhang, Ren, Sun 2016, Identity Mappings in Deep Residual Networks (arXiv 1603.05027)."""

from __future__ import annotations

from .base import Architecture, Published, pattern, register
from .residual import residual_network
from .resnet import CIFAR_INPUT, ZAGORUYKO, cifar_resnet

PAPER = "He et al. 2016 (arXiv 1603.05027)"
FULL = {"variant": "full_preactivation"}
TRUNCATED = (
    "with batch norm and projections at the three stage starts it has 10,327,706; "
    "10.2M is what is left without the projections (10,285,722), truncated"
)


def _cifar(depth: int, *published: Published) -> Architecture:
    original = cifar_resnet(depth)
    return Architecture(
        f"preresnet{depth}",
        f"Pre-activation ResNet-{depth} for CIFAR",
        residual_network,
        {**original.settings, "shortcut": "B", **FULL},
        input=CIFAR_INPUT,
        classes=10,
        source=f"{PAPER}, Fig. 4(e)",
        published=published,
    )


def _table_4(value: int, note: str = "") -> Published:
    return Published("params", value, f"{PAPER}, Table 4", 50_000, note=note)


register(_cifar(110, _table_4(1_700_000)))
register(_cifar(164, _table_4(1_700_000)))
register(_cifar(1001, _table_4(10_200_000, TRUNCATED)))

for _depth, _blocks in (
    (18, (2, 2, 2, 2)),
    (34, (3, 4, 6, 3)),
    (50, (3, 4, 6, 3)),
    (101, (3, 4, 23, 3)),
    (152, (3, 8, 36, 3)),
    (200, (3, 24, 36, 3)),
):
    _zagoruyko = Published("params", 64_700_000, f"{ZAGORUYKO}, Table 8", 50_000)
    register(
        Architecture(
            f"preresnet{_depth}",
            f"Pre-activation ResNet-{_depth}",
            residual_network,
            {"blocks": _blocks, "block": "basic" if _depth < 50 else "bottleneck", **FULL},
            styles=("paper", "torchvision"),
            source=f"{PAPER}, Fig. 4(e) and appendix",
            published=(_zagoruyko,) if _depth == 200 else (),
        )
    )


@pattern(r"preresnet_?(\d+)")
def any_depth(depth: int) -> Architecture:
    """`preresnet38` and the like: a CIFAR net by the rules of He et al. 2015, section 4.2."""
    return _cifar(depth)

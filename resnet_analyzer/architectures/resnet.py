"""ResNet: He, Zhang, Ren, Sun 2015, Deep Residual Learning for Image Recognition (arXiv 1512.03385).

ImageNet nets in the styles of the paper (stride in the first 1×1), of torchvision ("v1.5", in the
3×3) and of Keras (biases, padding layers, its layer names), Keras' V2 nets, ResNet-C and -D, and the
CIFAR nets of section 4.2.
"""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from .base import ARCHITECTURES, Architecture, Published, pattern, register
from .residual import residual_network

HE = "He et al. 2015 (arXiv 1512.03385)"
TABLE_1, TABLE_6 = f"{HE}, Table 1", f"{HE}, Table 6"
TORCHVISION = "torchvision 0.29.1, models/resnet.py, num_params in the weights' meta data"
XIE = "Xie et al. 2016 (arXiv 1611.05431)"
ZAGORUYKO = "Zagoruyko & Komodakis 2016 (arXiv 1605.07146v4)"
HU_TABLE_2 = "Hu et al. 2017 (arXiv 1709.01507v4), Table 2"
KERAS = "keras 3.15.1, keras.applications, count_params()"
CIFAR_INPUT = (32, 32, 3)

NOTE_255 = "the paper truncates 25.557 to 25.5"
NOTE_HU = "convolutions and the dense layer have 0.1 to 0.4 % less: the table counts pooling and other small terms too"
NOTE_102 = "an error in that table: He et al. 2015, Table 6, print 19.4M for the same net; 10.2M is its ResNet-1001's"
NOTE_38 = "the paper truncates 3.858 to 3.8"


def _imagenet(depth: int, blocks: tuple[int, ...], *published: Published) -> None:
    basic = depth < 50
    register(
        Architecture(
            f"resnet{depth}",
            f"ResNet-{depth}",
            residual_network,
            {"blocks": blocks, "block": "basic" if basic else "bottleneck"},
            styles=("paper", "torchvision") if basic or depth > 152 else ("paper", "torchvision", "keras"),
            source=f"{HE}, Table 1" if depth <= 152 else f"{HE}; blocks of He et al. 2016 (arXiv 1603.05027)",
            published=published,
        )
    )


def _figure(figure: str, value: int, source: str, tolerance: int = 0, note: str = "", **settings: Any) -> Published:
    return Published(figure, value, source, tolerance, settings, note)


_imagenet(
    18,
    (2, 2, 2, 2),
    _figure("macs", 1_800_000_000, TABLE_1, 50_000_000, shortcut="A"),
    _figure("params", 11_689_512, TORCHVISION, style="torchvision"),
)
_imagenet(
    34,
    (3, 4, 6, 3),
    _figure("macs", 3_600_000_000, TABLE_1, 50_000_000, shortcut="A"),
    _figure("params", 21_797_672, TORCHVISION, style="torchvision"),
)
_imagenet(
    50,
    (3, 4, 6, 3),
    _figure("macs", 3_800_000_000, TABLE_1, 50_000_000, note=NOTE_38),
    _figure("macs", 3_860_000_000, HU_TABLE_2, 5_000_000),
    _figure("macs", 4_100_000_000, f"{XIE}, Table 1", 50_000_000, style="torchvision"),
    _figure("params", 25_500_000, f"{XIE}, Table 1", 50_000, note=NOTE_255),
    _figure("params", 25_600_000, f"{ZAGORUYKO}, Table 8", 50_000),
    _figure("params", 25_557_032, TORCHVISION, style="torchvision"),
    _figure("all_params", 25_636_712, KERAS, style="keras"),
)
_imagenet(
    101,
    (3, 4, 23, 3),
    _figure("macs", 7_600_000_000, TABLE_1, 50_000_000),
    _figure("macs", 7_580_000_000, HU_TABLE_2, 5_000_000, note=NOTE_HU),
    _figure("macs", 7_800_000_000, f"{XIE}, Table 3", 50_000_000, style="torchvision"),
    _figure("params", 44_500_000, f"{ZAGORUYKO}, Table 8", 50_000),
    _figure("params", 44_549_160, TORCHVISION, style="torchvision"),
    _figure("all_params", 44_707_176, KERAS, style="keras"),
)
_imagenet(
    152,
    (3, 8, 36, 3),
    _figure("macs", 11_300_000_000, TABLE_1, 50_000_000),
    _figure("macs", 11_300_000_000, HU_TABLE_2, 5_000_000, note=NOTE_HU),
    _figure("params", 60_200_000, f"{ZAGORUYKO}, Table 8", 50_000),
    _figure("params", 60_192_808, TORCHVISION, style="torchvision"),
    _figure("all_params", 60_419_944, KERAS, style="keras"),
)
_imagenet(
    200,
    (3, 24, 36, 3),
    _figure("macs", 15_000_000_000, f"{XIE}, Table 4", 500_000_000, style="torchvision"),
)

for _depth, _blocks, _params in (
    (50, (3, 4, 6, 3), 25_613_800),
    (101, (3, 4, 23, 3), 44_675_560),
    (152, (3, 8, 36, 3), 60_380_648),
):
    register(
        Architecture(
            f"resnet{_depth}v2",
            f"ResNet-{_depth} V2",
            residual_network,
            {"blocks": _blocks, "variant": "full_preactivation"},
            styles=("keras",),
            source="keras/src/applications/resnet_v2.py, after He et al. 2016 (arXiv 1603.05027)",
            remark="Keras strides at the end of a stage, with a 1×1 max pool on the shortcut; the paper at its start.",
            published=(_figure("all_params", _params, KERAS),),
        )
    )

_BAG = "He et al. 2019, Bag of Tricks (arXiv 1812.01187), Fig. 2"
_C: dict[str, Any] = {"stem": "deep", "stride_at": "3x3"}
for _depth, _blocks in ((18, (2, 2, 2, 2)), (34, (3, 4, 6, 3)), (50, (3, 4, 6, 3)), (101, (3, 4, 23, 3)), (152, (3, 8, 36, 3))):  # fmt: skip  # noqa: E501
    _base = {"blocks": _blocks, "block": "basic" if _depth < 50 else "bottleneck", **_C}
    register(Architecture(f"resnet{_depth}c", f"ResNet-{_depth}-C", residual_network, _base, source=_BAG))
    register(
        Architecture(
            f"resnet{_depth}d", f"ResNet-{_depth}-D", residual_network, {**_base, "shortcut_pool": True}, source=_BAG
        )
    )


def cifar_settings(depth: int, block: str = "") -> dict[str, Any] | None:
    """The settings of a CIFAR net of three stages: 6n+2 basic or 9n+2 bottleneck; None if depth is neither.

    Without `block`, 164 and 1001 are the bottleneck nets of He et al. 2016, all other 6n+2 basic.

    >>> cifar_settings(20)["blocks"], cifar_settings(164)["blocks"], cifar_settings(21)
    ((3, 3, 3), (18, 18, 18), None)
    """
    for kind, per_stage in (("basic", 6), ("bottleneck", 9)):
        wanted = block or ("bottleneck" if depth in (164, 1001) else "")
        if wanted in ("", kind) and depth > 2 and (depth - 2) % per_stage == 0:
            count = (depth - 2) // per_stage
            settings = {"blocks": (count,) * 3, "block": kind, "width": 16, "stem": "cifar"}
            # the paper leaves a bottleneck's stride open on CIFAR: as pytorchcv's resnet164bn_cifar10 has it
            return settings | ({"shortcut": "A"} if kind == "basic" else {"stride_at": "3x3"})
    return None


def cifar_resnet(depth: int, block: str = "", published: tuple[Published, ...] = ()) -> Architecture:
    """The CIFAR ResNet of that depth; UsageError with the nearest depths that fit where it does not."""
    settings = cifar_settings(depth, block)
    if settings is None:
        raise UsageError(_no_such_depth(depth, f"CIFAR ResNet{' of ' + block + ' blocks' if block else ''}", block))
    source = f"{HE}, sec. 4.2" if settings["block"] == "basic" else "He et al. 2016 (arXiv 1603.05027), sec. 5"
    return Architecture(
        f"resnet{depth}",
        f"ResNet-{depth} for CIFAR",
        residual_network,
        settings,
        input=CIFAR_INPUT,
        classes=10,
        source=source,
        published=published,
    )


def _no_such_depth(depth: int, what: str, block: str = "") -> str:
    fits = [other for other in range(max(3, depth - 9), depth + 10) if cifar_settings(other, block)]
    nearest = sorted(fits, key=lambda other: abs(other - depth))[:2]
    rules = {"basic": "6n+2", "bottleneck": "9n+2"}.get(block, "6n+2 (basic) or 9n+2 (bottleneck)")
    return f"no {what} has {depth} layers: the rule is {rules}. Nearest: {', '.join(map(str, sorted(nearest)))}."


_TABLE_5: dict[int, tuple[Published, ...]] = {
    110: (_figure("params", 1_700_000, f"{ZAGORUYKO}, Table 5", 50_000),),
    1202: (_figure("params", 10_200_000, f"{ZAGORUYKO}, Table 5", 50_000, note=NOTE_102),),
}
for _depth, _printed, _tolerance in (
    (20, 270_000, 5_000),
    (32, 460_000, 5_000),
    (44, 660_000, 5_000),
    (56, 850_000, 5_000),
    (110, 1_700_000, 50_000),
    (1202, 19_400_000, 50_000),
):
    _table_6 = _figure("params", _printed, TABLE_6, _tolerance)
    register(cifar_resnet(_depth, published=(_table_6, *_TABLE_5.get(_depth, ()))))
_IDENTITY = "He et al. 2016 (arXiv 1603.05027), Table 4"
_ORIGINAL = "the original (post-activation) net; the printed figure is the paper's for its pre-activation net"
register(cifar_resnet(164, published=(_figure("params", 1_700_000, _IDENTITY, 50_000),)))
register(cifar_resnet(1001, published=(_figure("params", 10_200_000, _IDENTITY, 50_000, note=_ORIGINAL),)))


@pattern(r"resnet_?(\d+)")
def any_depth(depth: int) -> Architecture:
    """`resnet38` and the like: a CIFAR net by the rules of section 4.2."""
    return by_depth(depth, "cifar" if cifar_settings(depth) else "imagenet")


def by_depth(depth: int, dataset: str = "imagenet", block: str = "") -> Architecture:
    """The ResNet of that depth; UsageError with the nearest depths that exist where there is none."""
    if dataset == "cifar":
        known = ARCHITECTURES.find(f"resnet{depth}")
        if known and known.input == CIFAR_INPUT and block in ("", known.settings["block"]):
            return known
        return cifar_resnet(depth, block)
    known = ARCHITECTURES.find(f"resnet{depth}")
    if known and known.input != CIFAR_INPUT:
        return known
    depths = [18, 34, 50, 101, 152, 200]
    nearest = " and ".join(map(str, sorted(sorted(depths, key=lambda other: abs(other - depth))[:2])))
    cifar = " As a CIFAR net it exists: add --dataset cifar." if cifar_settings(depth) else ""
    raise UsageError(
        f"no ImageNet ResNet has {depth} layers. Nearest: {nearest}; any other by --blocks 3,4,23,3.{cifar}"
    )


def by_blocks(blocks: tuple[int, ...], block: str = "", dataset: str = "imagenet", depth: int | None = None) -> Architecture:  # fmt: skip  # noqa: E501
    """The ResNet with these blocks per stage, and the depth that follows from them.

    UsageError if a `depth` is given and is another one.

    >>> by_blocks((3, 4, 23, 3)).title
    'ResNet-101'
    """
    kind = block or ("basic" if depth is not None and depth == 2 + 2 * sum(blocks) else "bottleneck")
    layers = 2 + (2 if kind == "basic" else 3) * sum(blocks)
    if depth is not None and depth != layers:
        spelled = ",".join(map(str, blocks))
        raise UsageError(f"--depth {depth} with --blocks {spelled}: {kind} blocks make that {layers} layers")
    settings: dict[str, Any] = {"blocks": blocks, "block": kind}
    on_cifar = dataset == "cifar"
    if on_cifar:
        settings |= {"width": 16, "stem": "cifar"} | ({"shortcut": "A"} if kind == "basic" else {"stride_at": "3x3"})
    return Architecture(
        f"resnet{layers}",
        f"ResNet-{layers}",
        residual_network,
        settings,
        styles=("paper",) if on_cifar else ("paper", "torchvision", "keras"),
        input=CIFAR_INPUT if on_cifar else (224, 224, 3),
        classes=10 if on_cifar else 1000,
        source=HE,
    )

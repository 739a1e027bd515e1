"""VGG: stages of 3×3 convolutions, each closed by a 2×2 pool."""

from __future__ import annotations

from ..dim import Dim, is_number
from ..errors import UsageError
from ..graph import Graph, GraphBuilder
from ..ops.activation import Activation
from ..ops.adaptive_pool import AdaptiveAveragePool2d
from ..ops.batch_norm import BatchNorm
from ..ops.conv import Conv2d
from ..ops.dense import Dense
from ..ops.dropout import Dropout
from ..ops.max_pool import MaxPool2d
from ..ops.reshape import Flatten
from ..shape import Shape
from .base import Architecture, Published, register

# Simonyan & Zisserman 2014, Table 1: the kernel of every convolution, by stage.
_STAGES = {
    "vgg11": ((3,), (3,), (3, 3), (3, 3), (3, 3)),
    "vgg13": ((3, 3),) * 5,
    "vgg16": ((3, 3), (3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3)),
    "vgg16_c": ((3, 3), (3, 3), (3, 3, 1), (3, 3, 1), (3, 3, 1)),
    "vgg19": ((3, 3), (3, 3), (3, 3, 3, 3), (3, 3, 3, 3), (3, 3, 3, 3)),
}


def vgg(
    name: str,
    shape: Shape,
    classes: Dim,
    *,
    style: str = "paper",
    stages: tuple[tuple[int, ...], ...] = _STAGES["vgg16"],
    widths: tuple[Dim, ...] = (64, 128, 256, 512, 512),
    hidden: Dim = 4096,
    batch_norm: bool = False,
    use_bias: bool = True,
) -> Graph:
    """VGG with the kernels of every stage, its width, and `hidden` units in the dense layers.

    `batch_norm` puts a normalisation after every convolution (torchvision's `_bn`); `use_bias` is about
    the convolutions (Simonyan & Zisserman 2014, arXiv 1409.1556, sec. 2.1 and Table 1).
    """
    keras = style == "keras"
    _require_stages(stages, widths)
    if keras and batch_norm:
        raise UsageError(f"{name}: keras.applications has no VGG with batch normalisation; use style torchvision")
    build = GraphBuilder(name)
    top = build.input(shape, "input_layer" if keras else "input")
    for number, (kernels, width) in enumerate(zip(stages, widths, strict=True), 1):
        with build.scope(f"stage{number}"):
            for place, kernel in enumerate(kernels, 1):
                if keras:
                    top = _keras_conv(build, top, f"block{number}_conv{place}", width, kernel, use_bias)
                else:
                    top = _conv(build, top, place, width, kernel, batch_norm, use_bias)
            top = build.add("pool", MaxPool2d(2, strides=2), top, full_name=f"block{number}_pool" if keras else None)
    with build.scope("head"):
        if keras:
            return _keras_head(build, top, hidden, classes)
        return _head(build, top, hidden, classes, adaptive=style == "torchvision")


def _require_stages(stages: tuple[tuple[int, ...], ...], widths: tuple[Dim, ...]) -> None:
    if len(stages) != len(widths):
        raise UsageError(f"vgg: {len(stages)} stages need as many widths, not {len(widths)}")
    for kernel in (kernel for kernels in stages for kernel in kernels):
        if not is_number(kernel) or kernel < 1 or kernel % 2 == 0:
            raise UsageError(f"vgg: kernels must be odd numbers, not {kernel!r}")


def _conv(build: GraphBuilder, top: str, place: int, width: Dim, kernel: int, batch_norm: bool, use_bias: bool) -> str:
    """A convolution that keeps the size (padding ⌊k/2⌋), its normalisation if any, and its ReLU."""
    top = build.add(f"conv{place}", Conv2d(width, kernel, padding=kernel // 2, use_bias=use_bias), top)
    if batch_norm:
        top = build.add(f"bn{place}", BatchNorm(), top)
    return build.add(f"relu{place}", Activation("relu"), top)


def _keras_conv(build: GraphBuilder, top: str, name: str, width: Dim, kernel: int, use_bias: bool) -> str:
    """The same as one layer under its name in keras.applications."""
    conv = Conv2d(width, kernel, padding="same", use_bias=use_bias, activation="relu")
    return build.add(name, conv, top, full_name=name)


def _head(build: GraphBuilder, top: str, hidden: Dim, classes: Dim, adaptive: bool) -> Graph:
    """Three dense layers, dropout after the first two (sec. 3.1); torchvision first pools any size to 7×7."""
    if adaptive:
        top = build.add("adaptive", AdaptiveAveragePool2d(7), top)
    top = build.add("flatten", Flatten(), top)
    for number in ("1", "2"):
        relu, dropout = (f"relu{number}", Activation("relu")), (f"dropout{number}", Dropout(0.5))
        top = build.chain(top, (f"dense{number}", Dense(hidden)), relu, dropout)
    build.add("dense3", Dense(classes), top)
    return build.graph()


def _keras_head(build: GraphBuilder, top: str, hidden: Dim, classes: Dim) -> Graph:
    """The same under the names of keras.applications, activations in the layers and no dropout."""
    steps = (
        ("flatten", Flatten()),
        ("fc1", Dense(hidden, activation="relu")),
        ("fc2", Dense(hidden, activation="relu")),
        ("predictions", Dense(classes, activation="softmax")),
    )
    for name, op in steps:
        top = build.add(name, op, top, full_name=name)
    return build.graph()


_PAPER = "Simonyan & Zisserman 2014, Very Deep Convolutional Networks (arXiv 1409.1556)"
_TORCHVISION = {"style": "torchvision"}


def _million(value: int) -> Published:
    return Published("params", value * 1_000_000, f"{_PAPER}, Table 2: {value} million", 500_000)


def _torchvision(params: int, mega_macs: int) -> tuple[Published, ...]:
    """What torchvision's weights documentation prints: exact parameters, GFLOPS (which are MACs) to the mega."""
    source = "torchvision, models/vgg.py, num_params and _ops"
    return (
        Published("params", params, source, settings=_TORCHVISION),
        Published("macs", mega_macs * 1_000_000, source, 500_000, settings=_TORCHVISION),
    )


def _keras(params: int) -> Published:
    return Published("all_params", params, "keras.io/api/applications, table", 50_000, settings={"style": "keras"})


_PUBLISHED = {
    "vgg11": (_million(133), *_torchvision(132_863_336, 7_609)),
    "vgg11_bn": _torchvision(132_868_840, 7_609),
    "vgg13": (_million(133), *_torchvision(133_047_848, 11_308)),
    "vgg13_bn": _torchvision(133_053_736, 11_308),
    "vgg16": (
        _million(138),
        Published(
            "macs",
            15_300_000_000,
            "He et al. 2015, Deep Residual Learning (arXiv 1512.03385), sec. 3.3",
            50_000_000,
            note="the convolutions alone, 15.347e9; the dense layers are 0.124e9 more",
        ),
        *_torchvision(138_357_544, 15_470),
        _keras(138_400_000),
    ),
    "vgg16_bn": (
        Published(
            "macs", 15_470_000_000, "Hu et al. 2017, Squeeze-and-Excitation (arXiv 1709.01507), Table 2", 5_000_000
        ),
        *_torchvision(138_365_992, 15_470),
    ),
    "vgg16_c": (_million(134),),
    "vgg19": (
        _million(144),
        Published(
            "macs", 19_600_000_000, "He et al. 2015, Deep Residual Learning (arXiv 1512.03385), sec. 3.3", 50_000_000
        ),
        *_torchvision(143_667_240, 19_632),
        _keras(143_700_000),
    ),
    "vgg19_bn": _torchvision(143_678_248, 19_632),
}


def _register(name: str, title: str, **settings: object) -> None:
    plain = "batch_norm" not in settings
    styles = ("paper", "torchvision", "keras") if name in ("vgg16", "vgg19") else ("paper", "torchvision")
    register(
        Architecture(
            name,
            title,
            vgg,
            settings=settings,
            styles=styles,
            source=_PAPER,
            remark="" if plain else "Batch normalisation came later (Ioffe & Szegedy 2015); as torchvision has it.",
            published=_PUBLISHED[name],
        )
    )


for _name, _title in (
    ("vgg11", "VGG-11 (A)"),
    ("vgg13", "VGG-13 (B)"),
    ("vgg16", "VGG-16 (D)"),
    ("vgg19", "VGG-19 (E)"),
):
    _register(_name, _title, stages=_STAGES[_name])
    _register(f"{_name}_bn", f"{_title[:6]} with batch normalisation", stages=_STAGES[_name], batch_norm=True)
_register("vgg16_c", "VGG-16 with three 1×1 convolutions (C)", stages=_STAGES["vgg16_c"])

"""Error rates that papers print, beside the networks that they print them for.

Every figure is typed in from the paper's own table, as it stands there; our parameters and MACs are measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

HE15 = "He et al. 2015 (arXiv 1512.03385)"
HE16 = "He et al. 2016 (arXiv 1603.05027)"
NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


class PrintedError(NamedTuple):
    """An error rate in percent as it is printed: of which network, under which options, and where."""

    network: str
    label: str
    error: str
    source: str
    options: Mapping[str, Any] = NO_OPTIONS
    note: str = ""

    @property
    def percent(self) -> float | None:
        """The figure as a number; None where training failed."""
        try:
            return float(self.error.split()[0])
        except ValueError:
            return None


A, C = MappingProxyType({"shortcut": "A"}), MappingProxyType({"shortcut": "C"})

# ImageNet validation, top-1, 10-crop testing.
PLAIN_AND_RESIDUAL = (
    PrintedError("plain18", "plain-18", "27.94", f"{HE15}, Table 2"),
    PrintedError("plain34", "plain-34", "28.54", f"{HE15}, Table 2"),
    PrintedError("resnet18", "ResNet-18", "27.88", f"{HE15}, Table 2", A),
    PrintedError("resnet34", "ResNet-34", "25.03", f"{HE15}, Table 2", A),
)
IMAGENET = (
    PrintedError("vgg16", "VGG-16", "28.07", f"{HE15}, Table 3", note="tested by the authors of ResNet"),
    PrintedError("plain34", "plain-34", "28.54", f"{HE15}, Table 3"),
    PrintedError("resnet34", "ResNet-34 A", "25.03", f"{HE15}, Table 3", A),
    PrintedError("resnet34", "ResNet-34 B", "24.52", f"{HE15}, Table 3"),
    PrintedError("resnet34", "ResNet-34 C", "24.19", f"{HE15}, Table 3", C),
    PrintedError("resnet50", "ResNet-50", "22.85", f"{HE15}, Table 3"),
    PrintedError("resnet101", "ResNet-101", "21.75", f"{HE15}, Table 3"),
    PrintedError("resnet152", "ResNet-152", "21.43", f"{HE15}, Table 3"),
)
# CIFAR-10 test.
CIFAR = (
    PrintedError("resnet20", "ResNet-20", "8.75", f"{HE15}, Table 6"),
    PrintedError("resnet32", "ResNet-32", "7.51", f"{HE15}, Table 6"),
    PrintedError("resnet44", "ResNet-44", "7.17", f"{HE15}, Table 6"),
    PrintedError("resnet56", "ResNet-56", "6.97", f"{HE15}, Table 6"),
    PrintedError("resnet110", "ResNet-110", "6.43", f"{HE15}, Table 6", note="best of 5; 6.61 ± 0.16"),
    PrintedError("resnet1202", "ResNet-1202", "7.93", f"{HE15}, Table 6", note="training error below 0.1 %"),
    PrintedError("preresnet164", "pre-activation ResNet-164", "5.46", f"{HE16}, Table 4"),
    PrintedError(
        "preresnet1001", "pre-activation ResNet-1001", "4.92", f"{HE16}, Table 4", note="4.62 with 64 images a step"
    ),
)
# CIFAR-10 test, ResNet-110, what stands on the shortcut.
SHORTCUTS = (
    PrintedError("resnet110", "original", "6.61", f"{HE16}, Table 1"),
    PrintedError(
        "resnet110_constant_scaling",
        "constant scaling",
        "12.35",
        f"{HE16}, Table 1",
        note="0.5 on both; fails with 0.5 or 0 on the shortcut alone",
    ),
    PrintedError(
        "resnet110_exclusive_gating",
        "exclusive gating",
        "8.70",
        f"{HE16}, Table 1",
        note="gate's bias −6; fails from 0 to −5",
    ),
    PrintedError(
        "resnet110_shortcut_only_gating",
        "shortcut-only gating",
        "6.91",
        f"{HE16}, Table 1",
        note="gate's bias −6; 12.86 with 0",
    ),
    PrintedError("resnet110_conv", "1×1 conv shortcut", "12.22", f"{HE16}, Table 1"),
    PrintedError("resnet110_dropout", "dropout shortcut", "fails", f"{HE16}, Table 1", note="above 20 %"),
)
# CIFAR-10 test, ResNet-110, the order inside the block.
ORDERS = (
    PrintedError("resnet110", "original", "6.61", f"{HE16}, Table 2"),
    PrintedError("resnet110_bn_after_addition", "BN after addition", "8.17", f"{HE16}, Table 2"),
    PrintedError("resnet110_relu_before_addition", "ReLU before addition", "7.84", f"{HE16}, Table 2"),
    PrintedError("resnet110_relu_only_preactivation", "ReLU-only pre-activation", "6.71", f"{HE16}, Table 2"),
    PrintedError("resnet110_full_preactivation", "full pre-activation", "6.37", f"{HE16}, Table 2"),
)
# ImageNet validation, top-1, a single crop of 320×320.
SINGLE_CROP = (
    PrintedError("resnet152", "ResNet-152", "21.3", f"{HE16}, Table 5", {"input": 320}),
    PrintedError("preresnet152", "pre-activation ResNet-152", "21.1", f"{HE16}, Table 5", {"input": 320}),
    PrintedError("resnet200", "ResNet-200", "21.8", f"{HE16}, Table 5", {"input": 320}),
    PrintedError("preresnet200", "pre-activation ResNet-200", "20.7", f"{HE16}, Table 5", {"input": 320}),
)
# What the papers draw but do not print: training errors of plain nets on CIFAR-10.
FIGURES = (
    ("Fig. 1", "20 and 56 plain layers on CIFAR-10: the deeper net has the higher training error, and test error"),
    (
        "Fig. 4",
        "18 and 34 layers on ImageNet: the deeper plain net has the higher training error, the residual one the lower",
    ),
    ("Fig. 6", "plain nets of 20 to 56 layers on CIFAR-10: the deeper, the higher; plain-110 above 60 %, not drawn"),
)
EVERY = (*PLAIN_AND_RESIDUAL, *IMAGENET, *CIFAR, *SHORTCUTS, *ORDERS, *SINGLE_CROP)

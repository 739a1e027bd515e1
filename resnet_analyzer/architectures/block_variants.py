"""The block and shortcut variants of He et al. 2016, Identity Mappings (arXiv 1603.05027), on ResNet-110.

Figure 4 moves batch norm and ReLU (option `variant`, on any residual net); Table 1 changes what the
shortcut carries (option `shortcut_variant`). The paper prints their errors, not their sizes.
"""

from __future__ import annotations

from .base import Architecture, register
from .residual import residual_network
from .residual_style import SHORTCUT_VARIANTS, VARIANTS
from .resnet import CIFAR_INPUT, cifar_resnet

PAPER = "He et al. 2016 (arXiv 1603.05027)"


def _variant(name: str, option: str, place: str) -> None:
    register(
        Architecture(
            f"resnet110_{name}",
            f"ResNet-110 for CIFAR, {name.replace('_', ' ')}",
            residual_network,
            {**cifar_resnet(110).settings, option: name},
            input=CIFAR_INPUT,
            classes=10,
            source=f"{PAPER}, {place}",
        )
    )


for _name in VARIANTS:
    if _name != "original":
        _variant(_name, "variant", "Fig. 4")
for _name in SHORTCUT_VARIANTS:
    if _name != "identity":
        _variant(_name, "shortcut_variant", "Table 1")

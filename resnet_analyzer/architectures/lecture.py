"""The course's own nets, exactly as its code prints them.

It departs from the paper: zeros around the input in a layer of their own and then *valid* windows,
so that 224 becomes 112, 55, 28, 14, 7; no ReLU behind the first batch norm; a bias in every
convolution, though a batch norm follows; 2×2 average pooling and a flatten instead of a global one.
"""

from __future__ import annotations

from typing import Any

from .base import Architecture, Published, register
from .residual import residual_network

COURSE = "the course's printed code, run as it stands in Keras 3.15.1: model.summary()"
SETTINGS: dict[str, Any] = {"block": "bottleneck", "stem": "imagenet", "stem_width": 64}
TINY = (
    "The course prints its ResNet-101 with filters [4, 4, 16], [8, 8, 32], [16, 16, 64], [32, 32, 128]; "
    "the paper has [64, 64, 256] … [512, 512, 2048]. It is reproduced as printed."
)


def _lecture(depth: int, blocks: tuple[int, ...], params: int, width: int = 64, remark: str = "") -> None:
    register(
        Architecture(
            f"lecture{depth}",
            f"ResNet-{depth} of the course",
            residual_network,
            {**SETTINGS, "blocks": blocks, "width": width},
            styles=("course",),
            input=(64, 64, 3),
            classes=6,
            source="the course's code",
            remark=remark,
            published=(Published("all_params", params, COURSE),),
        )
    )


_lecture(50, (3, 4, 6, 3), 23_600_006)
_lecture(101, (3, 4, 23, 3), 193_710, width=4, remark=TINY)
_lecture(152, (3, 8, 36, 3), 58_383_238)

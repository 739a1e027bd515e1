"""Parametric ReLU."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from ..errors import UsageError
from ..shape import Shape
from .base import Cost, Op, Spelling, Weight, Work


@dataclass(frozen=True, eq=False)
class PReLU(Op):
    """x if x > 0 else α·x with a trained α (He et al. 2015, Delving Deep into Rectifiers, eq. 1).

    One α per element (`none` shared: Keras' default), per channel (`positions` shared: the paper), or
    one in all (`all` shared: PyTorch's default).

    >>> from resnet_analyzer.shape import FeatureMap
    >>> PReLU("positions").apply(FeatureMap(7, 7, 64)).weights[0].shape
    (1, 1, 64)
    """

    shared: Literal["none", "positions", "all"] = "none"

    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling(
            "PReLU", {"shared": "shared_axes"}, {"shared": {"none": None, "positions": (1, 2), "all": (1, 2, 3)}}
        )
    }

    def __post_init__(self) -> None:
        if self.shared not in ("none", "positions", "all"):
            raise UsageError(f"PReLU: shared must be 'none', 'positions' or 'all', not {self.shared!r}")

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; `alpha` in as many axes, 1 where it is shared."""
        ones = (1,) * len(shape)
        sizes = {"none": tuple(shape), "positions": (*ones[:-1], shape.channels), "all": ones}
        work = Work(compares=shape.elements, multiplies=shape.elements)
        return Cost(shape, (Weight("alpha", sizes[self.shared]),), work)

"""Layer normalisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from ..errors import UsageError
from ..shape import Shape
from ._statistics import statistics_work
from .base import Cost, Op, Spelling, Weight, same_names


@dataclass(frozen=True, eq=False)
class LayerNorm(Op):
    """Normalisation of each position's channels (Keras, ConvNeXt), or of `all` axes (Ba et al. 2016, eq. 3).

    >>> from resnet_analyzer.shape import Vector
    >>> LayerNorm().apply(Vector(96)).weights[0]
    Weight(name='gamma', shape=(96,), trainable=True)
    """

    axes: Literal["channels", "all"] = "channels"
    scale: bool = True
    center: bool = True

    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling(
            "LayerNormalization",
            same_names("scale", "center") | {"axes": "axis"},
            {"axes": {"channels": -1, "all": (1, 2, 3)}},
        )
    }

    def __post_init__(self) -> None:
        if self.axes not in ("channels", "all"):
            raise UsageError(f"LayerNorm: axes must be 'channels' or 'all', not {self.axes!r}")

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; gamma and beta of the normalised axes."""
        size, groups = (tuple(shape), 1) if self.axes == "all" else ((shape.channels,), shape.positions)
        names = [name for name, used in (("gamma", self.scale), ("beta", self.center)) if used]
        work = statistics_work(shape.elements, groups, self.scale, self.center)
        return Cost(shape, tuple(Weight(name, size) for name in names), work)

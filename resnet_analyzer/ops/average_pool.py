"""Average pooling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, product
from ..shape import Shape
from ._pool import FIELDS, _Pool, read_onnx, read_torch
from .base import Cost, Operations, Spelling, Work
from .gradient import of_average_pool
from .spelling import Call, Reads

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_torch(call: Call) -> Reads | None:
    return read_torch(call, "AveragePool")


class _AveragePool(_Pool):
    """The mean of every window: taps − 1 additions and a division per output.

    `count_include_pad` tells whether zeros of the padding count in the divisor (PyTorch); it changes
    the numbers that come out, not their shape, and every window is counted whole either way.
    """

    count_include_pad: bool = True

    word: ClassVar[str] = "average pool"
    gradient = of_average_pool

    def window_work(self, outputs: Dim, taps: Dim) -> Work:
        """taps − 1 additions and one division per output."""
        return Work(adds=product(outputs, taps - 1), divisions=outputs)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Explicit padding is zeros, and each mean is corrected to the pixels that count."""
        from ._keras_windows import average_pool

        return average_pool(keras, self, name, cost.windows)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """All taps of all windows; what must be corrected for padding multiplies once more."""
        from ._keras_windows import is_dilated

        if not isinstance(self.padding, str) or self.ceil_mode or is_dilated(cost.windows):
            return None
        taps = product(cost.output.elements, *[window.size for window in cost.windows])  # type: ignore[union-attr]
        return [("AvgPool" if self.spatial_axes < 3 else "AvgPool3D", taps)]


class AveragePool1d(_AveragePool):
    """Average pooling over sequences.

    >>> from resnet_analyzer.shape import Shape
    >>> AveragePool1d(2).apply(Shape(1, 7, 8)).output
    Shape(1, 3, 8)
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("AveragePooling1D", FIELDS)}


class AveragePool2d(_AveragePool):
    """Average pooling over images.

    >>> from resnet_analyzer.shape import Shape
    >>> AveragePool2d(2).apply(Shape(1, 7, 7, 512)).output
    Shape(1, 3, 3, 512)
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("AveragePool", read=read_onnx),
        "torch": Spelling(
            "aten.avg_pool2d",
            also=("aten.avg_pool1d", "aten.avg_pool3d"),
            read=_read_torch,
        ),
        "keras": Spelling("AveragePooling2D", FIELDS, also=("ops.AveragePool",)),
    }


class AveragePool3d(_AveragePool):
    """Average pooling over volumes.

    >>> from resnet_analyzer.shape import Shape
    >>> AveragePool3d(2).apply(Shape(1, 4, 7, 7, 8)).output
    Shape(1, 2, 3, 3, 8)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("AveragePooling3D", FIELDS)}

"""Max pooling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, product
from ..shape import Shape
from ._pool import FIELDS, _Pool, read_onnx, read_torch
from .base import Cost, Operations, Spelling, Work
from .gradient import of_max_pool
from .spelling import Call, Reads

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_torch(call: Call) -> Reads | None:
    return read_torch(call, "MaxPool")


class _MaxPool(_Pool):
    """The largest number of every window: taps − 1 compares per output.

    With `ceil_mode` the last window may hang over the end (PyTorch).
    """

    word: ClassVar[str] = "max pool"
    gradient = of_max_pool

    def window_work(self, outputs: Dim, taps: Dim) -> Work:
        """taps − 1 compares per output."""
        return Work(compares=product(outputs, taps - 1))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Explicit padding is the smallest number."""
        from ._keras_windows import max_pool

        return max_pool(keras, self, name, cost.windows)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """All taps of all windows; a dilated pooling is written otherwise."""
        from ._keras_windows import is_dilated

        if is_dilated(cost.windows):
            return None
        taps = product(cost.output.elements, *[window.size for window in cost.windows])  # type: ignore[union-attr]
        return [("MaxPool" if self.spatial_axes < 3 else "MaxPool3D", taps)]


class MaxPool1d(_MaxPool):
    """Max pooling over sequences.

    >>> from resnet_analyzer.shape import Shape
    >>> MaxPool1d(2).apply(Shape(1, 9, 4)).output
    Shape(1, 4, 4)
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("MaxPooling1D", FIELDS)}


class MaxPool2d(_MaxPool):
    """Max pooling over images.

    >>> from resnet_analyzer.shape import Shape
    >>> cost = MaxPool2d(3, strides=2, padding=1).apply(Shape(1, 112, 112, 64))
    >>> cost.output, cost.work.compares
    (Shape(1, 56, 56, 64), 1605632)
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("MaxPool", read=read_onnx),
        "torch": Spelling(
            "aten.max_pool2d",
            also=("aten.max_pool1d", "aten.max_pool3d", "aten.max_pool2d_with_indices", "aten.max_pool3d_with_indices"),
            read=_read_torch,
        ),
        "keras": Spelling("MaxPooling2D", FIELDS, also=("ops.MaxPool",)),
    }


class MaxPool3d(_MaxPool):
    """Max pooling over volumes.

    >>> from resnet_analyzer.shape import Shape
    >>> MaxPool3d((1, 2, 2)).apply(Shape(1, 5, 8, 8, 3)).output
    Shape(1, 5, 4, 4, 3)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("MaxPooling3D", FIELDS)}

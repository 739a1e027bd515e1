"""What the layers that slide a window share: how it slides, and of those with weights the bias and the activation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, product
from ..reach import EVERYTHING, Along, Reaches, of_window, over_sides
from ..shape import Shape
from ..window import Padding, Window, slide, spread
from .activation import fused_work, require_activation, with_activation
from .base import CHANNELS_LAST, Check, Cost, Op, Operations, Weight, Work, arranged, sides

if TYPE_CHECKING:
    from .keras_steps import Steps


class _Windowed(Op):
    """A window over the sides. Fields tell its `strides`, `padding` and `dilation_rate`, and the `data_format`."""

    storage = "own"
    kernel: ClassVar[str] = "kernel_size"  # the field that holds the size of the window
    pads: ClassVar[tuple[str, ...]] = ("padding",)

    def slid(self, shape: Shape) -> tuple[Window, ...]:
        """The windows over a batch of maps, one for each side."""
        told = self.__dict__
        return slide(
            sides(shape, told["data_format"]),
            told[self.kernel],
            told["strides"],
            told["padding"],
            told["dilation_rate"],
            told.get("ceil_mode", False),
        )

    def taps(self) -> tuple[Dim, ...]:
        """The size of the window, axis by axis."""
        return spread(self.__dict__[self.kernel], self.spatial_axes)

    def mixes(self) -> Along:
        """How a channel depends on those that come in: by default on all of them."""
        return EVERYTHING

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """Windows over the sides, and of the channels those that are mixed."""
        return (over_sides(map(of_window, cost.windows), self.__dict__["data_format"], self.mixes()),)


class _Unweighted(_Windowed):
    """A window without weights: its stride is its size if nothing else is said."""

    def __post_init__(self) -> None:
        told = self.__dict__
        if told["strides"] is None:
            told["strides"] = told[self.kernel]
        super().__post_init__()


class _Filtered(_Windowed):
    """A window of weights, with a bias and an activation of its own."""

    kernel_size: Dim | tuple[Dim, ...] = 1
    strides: Dim | tuple[Dim, ...] = 1
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, ...] = 1
    use_bias: bool = True
    activation: str | None = None
    data_format: str = CHANNELS_LAST

    per_axis: ClassVar[tuple[str, ...]] = ("kernel_size", "strides", "dilation_rate")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.activation is not None:
            require_activation(self.activation)

    def mapped(self, shape: Shape, windows: tuple[Window, ...], filters: Dim) -> Shape:
        """The maps that come out of those windows."""
        return arranged(shape[0], [window.output for window in windows], filters, self.data_format)


class _Convolution(_Filtered):
    """A layer of convolutions alone: sums, to which the bias is added, and the activation of each."""

    kind = "convolution"

    def summed(
        self,
        output: Shape,
        kernel: tuple[Dim, ...],
        filters: Dim,
        macs: Dim,
        checks: tuple[Check, ...],
        windows: tuple[Window, ...] = (),
    ) -> Cost:
        """The cost of so many multiply-accumulates that end in `output`, and of what is done to each sum."""
        elements = output.elements
        weights: tuple[Weight, ...] = (Weight("kernel", kernel),)
        if self.use_bias:
            weights += (Weight("bias", (filters,)),)
        work = Work(macs, elements, adds=elements if self.use_bias else 0)
        if self.activation is not None:
            work += fused_work(self.activation, output)
        return Cost(output, weights, work, checks, windows)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """Explicit padding is a layer of zeros before a valid window."""
        from ._keras_windows import convolution

        return convolution(keras, self, name, cost.windows)

    def computed(self, inputs: tuple[Shape, ...], cost: Cost) -> Dim:
        """The multiply-accumulates of the first weight, as TensorFlow runs them: see `Window.computed`."""
        return product(inputs[0][0], *[window.computed for window in cost.windows], cost.weights[0].params)

    def operations(self, products: Operations, cost: Cost) -> Operations | None:
        """TensorFlow's operations: the products, the bias, and the activation, where it is known what runs."""
        elements = cost.output.elements  # type: ignore[union-attr]
        bias = [("BiasAdd", elements)] if self.use_bias else []
        return with_activation([*products, *bias], self.activation, elements)


class _Filters(Op):
    """A layer of so many filters: a base that goes last, so that their number comes first."""

    filters: Dim

    counts: ClassVar[tuple[str, ...]] = ("filters",)

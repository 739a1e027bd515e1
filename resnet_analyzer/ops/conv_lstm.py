"""LSTM whose products are convolutions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..dim import Dim, product
from ..shape import Shape, spell
from ..window import Padding, slide, spread
from .activation import activation_work, require_activation
from .base import (
    CHANNELS_LAST,
    Check,
    Cost,
    Op,
    Spelling,
    Weight,
    Work,
    arranged,
    channels,
    fit_checks,
    require_data_format,
    same_names,
    sides,
)

FIELDS = same_names(
    *("filters", "kernel_size", "strides", "padding", "dilation_rate", "activation", "recurrent_activation"),
    *("use_bias", "return_sequences", "data_format"),
)


@dataclass(frozen=True, eq=False)
class _ConvLSTM(Op):
    """i, f, o, g of x ∗ W + h ∗ U + b at every step of a film (Shi et al. 2015, eq. 3, without peepholes).

    The input's convolution has stride, padding and dilation; the state's keeps its size. One multiply-accumulate
    per tap, gate, output element, and input channel or filter; a unit's other arithmetic is the LSTM's.
    """

    filters: Dim
    kernel_size: Dim | tuple[Dim, ...] = 1
    strides: Dim | tuple[Dim, ...] = 1
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, ...] = 1
    activation: str | None = "tanh"
    recurrent_activation: str | None = "sigmoid"
    use_bias: bool = True
    return_sequences: bool = False
    data_format: str = CHANNELS_LAST

    kind = "recurrence"
    storage = "own"
    counts: ClassVar[tuple[str, ...]] = ("filters",)
    per_axis: ClassVar[tuple[str, ...]] = ("kernel_size", "strides", "dilation_rate")
    pads: ClassVar[tuple[str, ...]] = ("padding",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_data_format(type(self).__name__, self.data_format)
        require_activation(self.activation)
        require_activation(self.recurrent_activation)

    def apply(self, *inputs: Any) -> Cost:
        """The cost of one application: the input has a time axis behind the batch."""
        wanted = self.spatial_axes + 3
        if len(inputs[0]) != wanted:
            sentence = "needs a batch, steps, {} sides and channels, but gets {}."
            return Cost(None, checks=(Check(False, sentence, (self.spatial_axes, spell(inputs[0]))),))
        return self.rule(*inputs)

    def rule(self, film: Shape) -> Cost:  # type: ignore[override]
        """The map of the last step, or those of all with `return_sequences`."""
        batch, steps = film[:2]
        frame, layout = Shape(batch, *film[2:]), self.data_format
        windows = slide(sides(frame, layout), self.kernel_size, self.strides, self.padding, self.dilation_rate)
        made = arranged(batch, [window.output for window in windows], self.filters, layout)
        taps, rows = spread(self.kernel_size, self.spatial_axes), 4 * self.filters
        incoming = channels(frame, layout)
        weights = (
            Weight("kernel", (*taps, incoming, rows)),
            Weight("recurrent_kernel", (*taps, self.filters, rows)),
            *((Weight("bias", (rows,)),) if self.use_bias else ()),
        )
        cells = product(steps, made.elements)
        work = Work(product(4, cells, *taps, incoming) + product(4, cells, *taps, self.filters), 4 * cells)
        gates = activation_work(self.recurrent_activation, 3) + activation_work(self.activation, 2)
        work += (Work(adds=5 if self.use_bias else 1, multiplies=3) + gates).times(cells)
        output = Shape(batch, steps, *made[1:]) if self.return_sequences else made
        return Cost(output, weights, work, checks=fit_checks(windows))


class ConvLSTM1d(_ConvLSTM):
    """A convolutional LSTM over steps of sequences.

    >>> ConvLSTM1d(4, 3, return_sequences=True).apply(Shape(1, 5, 10, 2)).output
    Shape(1, 5, 8, 4)
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("ConvLSTM1D", FIELDS)}


class ConvLSTM2d(_ConvLSTM):
    """A convolutional LSTM over films.

    >>> cost = ConvLSTM2d(4, 3, padding="same").apply(Shape(1, 5, 8, 8, 2))
    >>> cost.output, cost.work.multiply_accumulates   # 5·8·8 · 4·4 · 9·(2 + 4)
    (Shape(1, 8, 8, 4), 276480)
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("ConvLSTM2D", FIELDS)}


class ConvLSTM3d(_ConvLSTM):
    """A convolutional LSTM over steps of volumes.

    >>> ConvLSTM3d(4, 1).apply(Shape(1, 5, 3, 4, 6, 2)).output
    Shape(1, 3, 4, 6, 4)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("ConvLSTM3D", FIELDS)}

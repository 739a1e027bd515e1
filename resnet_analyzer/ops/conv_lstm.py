"""LSTM whose products are convolutions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..dim import floor_div, product
from ..reach import EVERYTHING, Mixed, Reach, Reaches, of_window, over_sides
from ..shape import Shape, spell
from ._windowed import _Filtered, _Filters
from .activation import activation_work, require_activation
from .base import Check, Cost, Spelling, Weight, Work, channels, fit_checks, same_names

FIELDS = same_names(
    *("filters", "kernel_size", "strides", "padding", "dilation_rate", "activation", "recurrent_activation"),
    *("use_bias", "return_sequences", "data_format"),
)


class _ConvLSTM(_Filtered, _Filters):
    """i, f, o, g of x ∗ W + h ∗ U + b at every step of a film (Shi et al. 2015, eq. 3, without peepholes).

    The input's convolution has stride, padding and dilation; the state's keeps its size. One multiply-accumulate
    per tap, gate, output element, and input channel or filter; a unit's other arithmetic is the LSTM's.
    """

    activation: str | None = "tanh"
    recurrent_activation: str | None = "sigmoid"
    return_sequences: bool = False

    kind = "recurrence"

    def __post_init__(self) -> None:
        super().__post_init__()
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
        frame = Shape(batch, *film[2:])
        windows, incoming = self.slid(frame), channels(frame, self.data_format)
        made = self.mapped(frame, windows, self.filters)
        taps, rows = self.taps(), 4 * self.filters
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

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """All steps up to its own, or all; along the sides what the last step reads of the first.

        From step to step a state reads a `same` window of the one before, in the units of what comes out.
        """
        film = inputs[0]
        later, found = film[1] - 1, []
        for window, taps in zip(self.slid(Shape(film[0], *film[2:])), self.taps(), strict=True):
            before, own = floor_div(taps - 1, 2), of_window(window)
            low = own.low - product(later, before, window.stride)
            high = own.high + product(later, taps - 1 - before, window.stride)
            found.append(Reach(0, window.stride, low, high))
        image, *rest = over_sides(found, self.data_format)
        steps, moved = Mixed((1,)) if self.return_sequences else EVERYTHING, int(self.return_sequences)
        behind = [each._replace(axis=each.axis + moved) if isinstance(each, Reach) else each for each in rest]
        return ((image, steps, *behind),)


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

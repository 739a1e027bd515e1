"""Adaptive pooling: an output size is given, the windows follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, at_least, ceil_div, certain, floor_div, is_exactly, is_number, product, total
from ..errors import UsageError
from ..reach import EVERYTHING, Reach, Reaches, over_sides
from ..shape import Shape
from ..window import by, spread
from ._aten import spread as aten_spread
from .base import (
    CHANNELS_FIRST,
    CHANNELS_LAST,
    OPS,
    Cost,
    Op,
    Operations,
    Spelling,
    Work,
    arranged,
    channels,
    leaves,
    same_names,
    sides,
)
from .gradient import of_adaptive_average, of_max_pool
from .spelling import Call, Reads

if TYPE_CHECKING:
    from .keras_steps import Steps

FIELDS = same_names("output_size", "data_format")


MOST = 10_000  # places that a pooling leaves along an axis: each is worked out


def _read_torch(call: Call) -> Reads | None:
    """aten.adaptive_…_pool…(self, output_size), over as many sides as there are."""
    axes = call.rank - 2
    if not 1 <= axes <= 3:
        return None
    word = "Max" if "max" in call.kind else "Average"
    size = aten_spread(call.argument("output_size"), axes)
    if any(is_number(wanted) and wanted > MOST for wanted in size):
        return None
    kept = tuple([side if wanted is None else wanted for side, wanted in zip(call.shapes[0][2:], size, strict=True)])
    return call.reading(OPS[f"Adaptive{word}Pool{axes}d"](kept, CHANNELS_FIRST), places=("self",))  # type: ignore[call-arg]


class _AdaptivePool(Op):
    """Output i pools pixels ⌊i·n/o⌋ up to ⌈(i + 1)·n/o⌉ (PyTorch, aten/src/ATen/native/AdaptivePooling.h).

    `output_size` o is a plain number (or one for each axis); windows overlap where o does not divide n,
    and an input smaller than o is repeated.
    """

    output_size: int | tuple[int, ...] = 1
    data_format: str = CHANNELS_LAST

    kind = "pooling"
    storage = "own"
    per_axis: ClassVar[tuple[str, ...]] = ("output_size",)
    word: ClassVar[str] = "pool"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not all(map(is_number, leaves(self.output_size))):
            raise UsageError(f"{type(self).__name__}: output_size must be plain numbers, not {self.output_size!r}")

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `average pool to 7×7`."""
        return (f"{self.word} to {by(self.output_size, self.spatial_axes)}",)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The given size, whatever comes in."""
        sizes, count = spread(self.output_size, self.spatial_axes), channels(shape, self.data_format)
        output = arranged(shape[0], sizes, count, self.data_format)
        taps = product(shape[0], *map(_taps, sides(shape, self.data_format), sizes), count)
        return Cost(output, work=self.window_work(taps, output.elements))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Place i reads ⌊i·n/o⌋ to ⌈(i + 1)·n/o⌉ − 1, every channel by itself."""
        layout = self.data_format
        pooled = zip(sides(inputs[0], layout), spread(self.output_size, self.spatial_axes), strict=True)
        found = [EVERYTHING if is_exactly(size, 1) else Reach(0, n, 1 - size, n - 1, size) for n, size in pooled]
        return (over_sides(found, layout, Reach(0)),)

    def window_work(self, taps: Dim, outputs: Dim) -> Work:
        """The work of `outputs` windows that read `taps` numbers in all."""
        raise NotImplementedError


# The numbers of the windows: ⌊i·n/o⌋, ⌈(i + 1)·n/o⌉, kept inside, their difference, which of the two
_CHOICE = ("Mul", "RealDiv", "Mul", "RealDiv", "Minimum", "Minimum", "Sub", "Equal", "AddV2")


def _taps(length: Dim, output: int) -> Dim:
    """Pixels that the windows along one axis read, overlaps counted again.

    >>> _taps(8, 4), _taps(5, 2)   # 0–2 and 2–4: the middle one twice
    (8, 6)
    """
    ends = total(ceil_div((i + 1) * length, output) for i in range(output))
    return ends - total(floor_div(i * length, output) for i in range(output))


class _AdaptiveAveragePool(_AdaptivePool):
    """One addition per pixel but the first of every window, and one division."""

    word: ClassVar[str] = "average pool"
    gradient = of_adaptive_average

    def window_work(self, taps: Dim, outputs: Dim) -> Work:
        """Additions of all but the first pixel of each window; a division per output."""
        return Work(adds=taps - outputs, divisions=outputs)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """A layer of Keras where it works; of one place, global pooling."""
        from ._keras_windows import adaptive_pool

        whole = getattr(keras.layers, f"GlobalAveragePooling{self.spatial_axes}D")
        return adaptive_pool(keras, self, name, sides(inputs[0], self.data_format), whole, keras.ops.mean)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """Windows of ⌈n/o⌉ and of one more at every place along an axis, then a choice by their numbers.

        keras/src/backend/tensorflow/nn.py, adaptive_average_pool. Where no such window fits, it is written otherwise:
        Undecided where that depends on a symbol.
        """
        shape, sizes = inputs[0], spread(self.output_size, self.spatial_axes)
        lengths = sides(shape, self.data_format)
        if all(is_exactly(size, 1) for size in sizes):
            return [("Mean", shape.elements)]
        taps = [ceil_div(length, size) for length, size in zip(lengths, sizes, strict=True)]
        if len(sizes) > 2 or not all(certain(at_least(n, tap + 1)) for n, tap in zip(lengths, taps, strict=True)):
            return None
        found: list[tuple[str, Dim]] = []
        others = list(lengths)
        for axis, (length, tap, size) in enumerate(zip(lengths, taps, sizes, strict=True)):
            others[axis] = product(length - tap + 1, tap) + product(length - tap, tap + 1)
            found.append(("AvgPool", product(shape[0], *others, channels(shape, self.data_format))))
            others[axis] = size
            found += [(name, size) for name in _CHOICE]
        return found


class _AdaptiveMaxPool(_AdaptivePool):
    """One compare per pixel but the first of every window."""

    word: ClassVar[str] = "max pool"
    gradient = of_max_pool

    def window_work(self, taps: Dim, outputs: Dim) -> Work:
        """Compares of all but the first pixel of each window."""
        return Work(compares=taps - outputs)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """A layer of Keras where it works; of one place, global pooling."""
        from ._keras_windows import adaptive_pool

        whole = getattr(keras.layers, f"GlobalMaxPooling{self.spatial_axes}D")
        return adaptive_pool(keras, self, name, sides(inputs[0], self.data_format), whole, keras.ops.max)


class AdaptiveAveragePool1d(_AdaptiveAveragePool):
    """Averages of a sequence to a given length.

    >>> AdaptiveAveragePool1d(2).apply(Shape(1, 5, 3)).work.adds   # windows of 3 and 3, 3 channels
    12
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("AdaptiveAveragePooling1D", FIELDS)}


class AdaptiveAveragePool2d(_AdaptiveAveragePool):
    """Averages of an image to a given size.

    >>> cost = AdaptiveAveragePool2d(7).apply(Shape(1, 7, 7, 512))
    >>> cost.output, cost.work.adds, cost.work.divisions
    (Shape(1, 7, 7, 512), 0, 25088)
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("AdaptiveAveragePooling2D", FIELDS),
        "torch": Spelling(
            "aten.adaptive_avg_pool2d",
            also=(
                *("aten.adaptive_avg_pool1d", "aten.adaptive_avg_pool3d", "aten._adaptive_avg_pool2d"),
                *("aten.adaptive_max_pool1d", "aten.adaptive_max_pool2d", "aten.adaptive_max_pool3d"),
            ),
            read=_read_torch,
        ),
    }


class AdaptiveAveragePool3d(_AdaptiveAveragePool):
    """Averages of a volume to a given size.

    >>> AdaptiveAveragePool3d((1, 2, 2)).apply(Shape(1, 4, 4, 4, 3)).output
    Shape(1, 1, 2, 2, 3)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("AdaptiveAveragePooling3D", FIELDS)}


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """Maxima of a sequence to a given length.

    >>> AdaptiveMaxPool1d(2).apply(Shape(1, 4, 3)).work.compares   # 2 windows of 2, 3 channels
    6
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("AdaptiveMaxPooling1D", FIELDS)}


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """Maxima of an image to a given size.

    >>> AdaptiveMaxPool2d(1).apply(Shape(1, 7, 7, 8)).work.compares
    384
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("AdaptiveMaxPooling2D", FIELDS)}


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """Maxima of a volume to a given size.

    >>> AdaptiveMaxPool3d(1).apply(Shape(1, 2, 2, 2, 3)).output
    Shape(1, 1, 1, 1, 3)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("AdaptiveMaxPooling3D", FIELDS)}

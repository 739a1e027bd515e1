"""What a sliding window sees, laid into channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, product
from ..shape import Shape
from ..window import Padding, amounts, by, spread
from ._aten import spread as spread_out
from ._aten import window
from ._windowed import _Unweighted
from .base import CHANNELS_LAST, NO_WORK, OPS, Cost, Op, Work, arranged, channels, fit_checks
from .gradient import of_copies
from .spelling import Call, Reads, Spelling

FIELDS = ("size", "strides", "padding", "dilation_rate", "data_format")


def _read_keras(call: Call) -> list[Op] | None:
    """Keras' operation over images or volumes."""
    given = {name: call.settings[name] for name in FIELDS if call.settings.get(name) is not None}
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return [OPS[f"ExtractPatches{call.rank - 2}d"](**plain, one_hot=True)]  # type: ignore[call-arg]


def _read_torch(call: Call) -> Reads | None:
    """im2col (torch.nn.Unfold): channels times taps, and all positions along one axis."""
    size = spread_out(call.argument("kernel_size"), 2)
    words = window(call, 2)
    words["padding"] = ((0, 0), (0, 0)) if words["padding"] == "valid" else words["padding"]
    patches = OPS["ExtractPatches2d"](size, data_format="channels_first", **words)  # type: ignore[call-arg]
    return call.reading(patches, OPS["Reshape"]((0, 0, -1)), places=("self",))  # type: ignore[call-arg]


if TYPE_CHECKING:
    from .keras_steps import Steps


class _ExtractPatches(_Unweighted):
    """At every position the taps of a window with all their channels, as channels (im2col).

    `one_hot` counts it as what Keras runs: a convolution whose constant kernel picks one tap for each channel
    (keras/src/ops/image.py, _extract_patches_2d). Else it is copies, and no arithmetic.
    """

    size: Dim | tuple[Dim, ...] = 2
    strides: Dim | tuple[Dim, ...] | None = None
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, ...] = 1
    data_format: str = CHANNELS_LAST
    one_hot: bool = False

    kind = "shape"
    gradient = of_copies
    kernel = "size"
    per_axis: ClassVar[tuple[str, ...]] = ("size", "strides", "dilation_rate")

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `16×16 patches`."""
        return (f"{by(self.size, self.spatial_axes)} patches",)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Positions by the window formula, channels times taps."""
        layout = self.data_format
        windows, taps = self.slid(shape), product(channels(shape, layout), *self.taps())
        output = arranged(shape[0], [window.output for window in windows], taps, layout)
        work = Work(product(output.elements, taps), output.elements) if self.one_hot is True else NO_WORK
        return Cost(output, work=work, checks=fit_checks(windows), windows=windows)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        size, strides = spread(self.size, self.spatial_axes), spread(self.strides, self.spatial_axes)
        padding, dilation = self.padding, self.dilation_rate
        if not isinstance(padding, str):
            around = [(0, 0), *amounts(padding, self.spatial_axes)]
            around.insert(1 if self.data_format != CHANNELS_LAST else len(around), (0, 0))
            return by_ops(
                lambda x: _patches(keras, keras.ops.pad(x, around), size, strides, dilation, "valid", self.data_format)
            )
        return by_ops(lambda x: _patches(keras, x, size, strides, dilation, padding, self.data_format))


def _patches(keras: Any, x: Any, size: Any, strides: Any, dilation: Any, padding: str, layout: str) -> Any:
    """Channels last, as most back ends want it."""
    x = keras.ops.moveaxis(x, 1, -1) if layout != CHANNELS_LAST else x
    if len(size) == 1:  # Keras slides over two axes or three
        flat = _patches(keras, x[:, :, None], (*size, 1), (*strides, 1), dilation, padding, CHANNELS_LAST)
        out = keras.ops.squeeze(flat, 2)
    else:
        out = keras.ops.image.extract_patches(x, size, strides, dilation, padding=padding, data_format=CHANNELS_LAST)
    return keras.ops.moveaxis(out, -1, 1) if layout != CHANNELS_LAST else out


class ExtractPatches1d(_ExtractPatches):
    """Stretches of a sequence (by default side by side).

    >>> ExtractPatches1d(4, strides=2).apply(Shape(1, 10, 3)).output
    Shape(1, 4, 12)
    """

    spatial_axes: ClassVar[int] = 1


class ExtractPatches2d(_ExtractPatches):
    """Patches of an image (by default side by side): keras.ops.image.extract_patches, torch.nn.Unfold.

    >>> ExtractPatches2d(16).apply(Shape(1, 224, 224, 3)).output
    Shape(1, 14, 14, 768)
    >>> ExtractPatches2d(8, one_hot=True).apply(Shape(1, 64, 64, 3)).work.multiply_accumulates   # 8·8 · 192·192
    2359296
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "torch": Spelling("aten.im2col", read=_read_torch),
        "keras": Spelling("", also=("ops.ExtractPatches", "ops.ExtractPatches3D"), read=_read_keras),
    }


class ExtractPatches3d(_ExtractPatches):
    """Blocks of a volume or film (by default side by side).

    >>> ExtractPatches3d((2, 16, 16)).apply(Shape(1, 8, 224, 224, 3)).output
    Shape(1, 4, 14, 14, 1536)
    """

    spatial_axes: ClassVar[int] = 3

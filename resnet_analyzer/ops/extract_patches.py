"""What a sliding window sees, laid into channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, product
from ..shape import Shape
from ..window import Padding, by, slide, spread
from .base import CHANNELS_LAST, OPS, Cost, Op, arranged, channels, fit_checks, require_data_format, sides
from .spelling import Call, Spelling

FIELDS = ("size", "strides", "padding", "dilation_rate", "data_format")


def _read_keras(call: Call) -> list[Op] | None:
    """Keras' operation over images or volumes."""
    given = {name: call.settings[name] for name in FIELDS if call.settings.get(name) is not None}
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return [OPS[f"ExtractPatches{call.rank - 2}d"](**plain)]


@dataclass(frozen=True, eq=False)
class _ExtractPatches(Op):
    """At every position the taps of a window with all their channels, as channels (im2col)."""

    size: Dim | tuple[Dim, ...] = 2
    strides: Dim | tuple[Dim, ...] | None = None
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, ...] = 1
    data_format: str = CHANNELS_LAST

    per_axis: ClassVar[tuple[str, ...]] = ("size", "strides", "dilation_rate")
    pads: ClassVar[tuple[str, ...]] = ("padding",)

    def __post_init__(self) -> None:
        if self.strides is None:
            self.__dict__["strides"] = self.size
        super().__post_init__()
        require_data_format(type(self).__name__, self.data_format)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `16×16 patches`."""
        return (f"{by(self.size, self.spatial_axes)} patches",)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Positions by the window formula, channels times taps; copies are no arithmetic."""
        layout = self.data_format
        windows = slide(sides(shape, layout), self.size, self.strides, self.padding, self.dilation_rate)  # type: ignore[arg-type]
        taps = product(channels(shape, layout), *spread(self.size, self.spatial_axes))
        output = arranged(shape[0], [window.output for window in windows], taps, layout)
        return Cost(output, checks=fit_checks(windows), windows=windows)


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
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", also=("ops.ExtractPatches", "ops.ExtractPatches3D"), read=_read_keras)
    }


class ExtractPatches3d(_ExtractPatches):
    """Blocks of a volume or film (by default side by side).

    >>> ExtractPatches3d((2, 16, 16)).apply(Shape(1, 8, 224, 224, 3)).output
    Shape(1, 4, 14, 14, 1536)
    """

    spatial_axes: ClassVar[int] = 3

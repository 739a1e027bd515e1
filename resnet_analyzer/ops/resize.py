"""Resizing to a given size, or by an exact factor."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, at_least, equal, floor_div, total
from ..errors import UsageError
from ..reach import Mixed, Reach, Reaches, over_sides
from ..shape import Shape, spell
from .base import CHANNELS_LAST, Check, Cost, Op, Work, arranged, channels, require_whole, sides
from .gradient import of_copies
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps

TAPS = {"nearest": 1, "linear": 2, "cubic": 4, "lanczos3": 6, "lanczos5": 10}  # numbers read along one axis
WORDS = {"bilinear": "linear", "trilinear": "linear", "bicubic": "cubic"}


def _read_onnx(call: Call) -> Reads | None:
    """Resize (input, region, scales, sizes; opset 10: input, scales) and Upsample, of the sides alone."""
    old = call.kind == "Upsample" or call.settings["opset"] < 11
    scales = call.settings.get("scales") or call.numbers(1 if old else 2)
    sizes = None if old else call.numbers(3)
    words = {"nearest": "nearest", "linear": "linear", "cubic": "cubic"}
    mode, shape = words[call.settings.get("mode") or "nearest"], call.shapes[0]
    if call.settings.get("axes") or call.settings.get("antialias"):
        return None
    if sizes is not None:
        if any(equal(size, own) is not True for size, own in zip(sizes[:2], shape[:2], strict=True)):
            return None
        return call.reading(Resize(tuple(sizes[2:]), None, mode, data_format="channels_first"))
    if scales is None or len(scales) != call.rank or any(scale != 1 for scale in scales[:2]):
        return None
    return call.reading(Resize(None, tuple(map(Fraction, scales[2:])), mode, data_format="channels_first"))


def _read_torch(call: Call) -> Reads | None:
    """aten.upsample_…: by a size, or by factors, which are taken as the fractions that they are."""
    mode = next((mode for word, mode in _IN_TORCH.items() if word in call.kind), "")
    size = call.argument("output_size")
    scales = call.argument("scale_factors") or [call.argument(name) for name in ("scales_d", "scales_h", "scales_w")]
    antialias = call.kind.endswith("_aa")
    name = "self" if call.tensor("input") is None else "input"
    if size is not None and None not in size:
        return call.reading(Resize(tuple(size), None, mode, antialias, "channels_first"), places=(name,))
    factors = tuple([Fraction(scale) for scale in scales if scale is not None])
    return call.reading(Resize(None, factors, mode, antialias, "channels_first"), places=(name,)) if factors else None


_IN_TORCH = {"nearest": "nearest", "bicubic": "cubic", "linear": "linear"}  # bilinear and trilinear, too
UPSAMPLES = (
    "aten.upsample_nearest1d", "aten.upsample_nearest2d", "aten.upsample_nearest3d", "aten.upsample_linear1d",
    "aten.upsample_bilinear2d", "aten.upsample_trilinear3d", "aten.upsample_bicubic2d",
    "aten._upsample_nearest_exact1d", "aten._upsample_nearest_exact2d", "aten._upsample_nearest_exact3d",
    "aten._upsample_bilinear2d_aa", "aten._upsample_bicubic2d_aa",
)  # fmt: skip


def _read_keras(call: Call) -> list[Op] | None:
    """Keras' Resizing and its operation, where they neither crop nor pad to keep the sides' ratio."""
    settings = call.settings
    if settings.get("crop_to_aspect_ratio") or settings.get("pad_to_aspect_ratio") or call.rank != 4:
        return None
    size = settings["size"] if call.kind == "ops.Resize" else (settings["height"], settings["width"])
    layout = settings.get("data_format") or CHANNELS_LAST
    words = settings.get("interpolation", "bilinear"), bool(settings.get("antialias"))
    return [Resize(tuple(size), None, *words, layout)]


class Resize(Op):
    """Every side of a map to `size`, or (without it) to ⌊side·scale⌋ (ONNX Resize, torch.nn.Upsample, Keras' Resizing).

    `size` and `scale` are one for all sides or one for each; a scale is a fraction, or a number taken as it is
    written (0.1 is 1/10). One side after the other is interpolated, of k sides (t^k − 1)/(t − 1) times per
    output number with t taps: linear a + s·(b − a), a multiply and two additions; cubic (4 taps) and lanczos
    (6 or 10) t multiplies and t − 1 additions, with tabulated weights (Keys 1981); nearest copies. With
    `antialias` more is read where the map shrinks: the work is then a lower bound. `area` is an adaptive
    average pool.

    >>> cost = Resize(scale=(2, Fraction(3, 2)), interpolation="bilinear").apply(Shape(1, 7, 7, 64))
    >>> cost.output, cost.work.multiplies   # 3 interpolations of 14·10·64 numbers
    (Shape(1, 14, 10, 64), 26880)
    """

    size: Any = None
    scale: Any = 2
    interpolation: str = "nearest"
    antialias: bool = False
    data_format: str = CHANNELS_LAST

    kind = "shape"
    storage = "own"
    gradient = of_copies
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Resize", also=("Upsample",), read=_read_onnx),
        "torch": Spelling("", also=UPSAMPLES, read=_read_torch),
        "keras": Spelling("Resizing", also=("ops.Resize",), read=_read_keras),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        interpolation = WORDS.get(self.interpolation, self.interpolation)
        if interpolation not in TAPS:
            raise UsageError(f"Resize: interpolation must be {', '.join([*TAPS, *WORDS])}, not {self.interpolation!r}")
        if self.size is None and self.scale is None:
            raise UsageError("Resize: give size or scale")
        self.__dict__["interpolation"] = interpolation
        if self.size is not None:
            self.__dict__["scale"] = None
            self.__dict__["size"] = require_whole("Resize", "size", self.size, least=1)
        else:
            several = isinstance(self.scale, (tuple, list))
            self.__dict__["scale"] = tuple(map(_fraction, self.scale)) if several else _fraction(self.scale)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The given sides, or those by the factor."""
        before = sides(shape, self.data_format)
        given = self.scale if self.size is None else self.size
        each = given if isinstance(given, tuple) else (given,) * len(before)
        if len(shape) < 3 or len(each) != len(before):
            sentence = "needs a batch, {} sides and channels, but gets {}."
            return Cost(None, checks=(Check(False, sentence, (len(each), spell(shape))),))
        sizes = each if self.scale is None else [_scaled(*pair) for pair in zip(before, each, strict=True)]
        output = arranged(shape[0], sizes, channels(shape, self.data_format), self.data_format)
        taps = TAPS[self.interpolation]
        work = _interpolation(taps).times(total(taps**place for place in range(len(sizes)))).times(output.elements)
        sentence = "a side of {} scaled by {} has nothing left."
        checks = tuple(
            Check(at_least(size, 1), sentence, (side, factor))
            for size, side, factor in zip(sizes, before, each, strict=True)
        )
        return Cost(output, work=work, checks=checks, unknown=("work",) if self.antialias else ())

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Some places along every side."""
        found = [Mixed((place,)) for place in range(1, len(inputs[0]) - 1)]
        if self.data_format != CHANNELS_LAST:
            found = [Mixed((place,)) for place in range(2, len(inputs[0]))]
        return (over_sides(found, self.data_format, Reach(0)),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """By keras.ops, over images."""
        from .keras_steps import by_ops

        if len(inputs[0]) != 4 or self.antialias:
            return None
        size = sides(cost.output, self.data_format)  # type: ignore[arg-type]
        word = {"linear": "bilinear", "cubic": "bicubic"}.get(self.interpolation, self.interpolation)
        return by_ops(lambda x: keras.ops.image.resize(x, size, word, data_format=self.data_format))


def _scaled(side: Dim, factor: Fraction) -> Dim:
    return floor_div(side * factor.numerator, factor.denominator)


def _interpolation(taps: int) -> Work:
    """Of one number along one axis."""
    by_taps = {1: Work(), 2: Work(adds=2, multiplies=1)}
    return by_taps.get(taps, Work(adds=taps - 1, multiplies=taps))


def _fraction(value: Any) -> Fraction:
    try:
        found = Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"Resize: scale must be a fraction or a number, not {value!r}") from None
    if found <= 0:
        raise UsageError(f"Resize: scale must be more than 0, not {value}")
    return found

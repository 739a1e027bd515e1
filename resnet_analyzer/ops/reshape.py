"""Other shapes for the same numbers: flatten, reshape, transpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, divides, equal, floor_div, holds, is_exactly, product
from ..errors import UsageError
from ..reach import Reach, Reaches, regrouped
from ..shape import Shape, spell
from .base import Check, Cost, Op, axis_index, no_axis, require_whole
from .gradient import of_moves
from .spelling import Call, Reads, Spelling


def _read_flatten(call: Call) -> list[Op] | None:
    """A layer of channels first puts the channels last before it flattens (keras/src/layers/reshaping/flatten.py)."""
    if call.settings.get("data_format") == "channels_first" and call.rank > 2:
        return [Permute((0, *range(2, call.rank), 1)), Flatten()]
    return [Flatten()]


def _read_reshape(call: Call) -> list[Op] | None:
    """The layer's target leaves the batch out, which stays; the operation's holds it."""
    if call.kind == "Reshape":
        return [Reshape((0, *call.settings["target_shape"]))]
    if call.kind == "ops.Ravel":
        return [Reshape((-1,))]
    batch, *rest = call.argument("newshape", 1)
    if batch is None and -1 not in rest:  # a batch that Keras left open: all that the others leave
        batch = -1
    return None if batch is None or None in rest else [Reshape((batch, *rest))]


def _read_transpose(call: Call) -> list[Op] | None:
    """The layer's axes are counted from 1, and the batch stays; the operation's hold it."""
    if call.kind == "Permute":
        return [Permute((0, *call.settings["dims"]))]
    order = list(range(call.rank))
    if call.kind == "ops.Swapaxes":
        one, other = call.axes([call.argument("axis1", 1), call.argument("axis2", 2)])
        order[one], order[other] = other, one
        return [Permute(tuple(order))]
    if call.kind == "ops.Moveaxis":
        source, destination = (call.axes(call.argument(name, at)) for at, name in ((1, "source"), (2, "destination")))
        moved = dict(zip(destination, source, strict=True))
        rest = iter([axis for axis in order if axis not in source])
        return [Permute(tuple(moved[axis] if axis in moved else next(rest) for axis in order))]
    axes = call.argument("axes", 1)
    return [Permute(tuple(reversed(range(call.rank))) if axes is None else call.axes(axes))]


if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx_flatten(call: Call) -> Reads | None:
    """Flatten to two axes, cut at `axis`."""
    axis = call.settings.get("axis", 1)
    axis = axis + call.rank if axis < 0 else axis
    if axis == 1 and call.rank > 1:
        return call.reading(Flatten())
    shape = call.shapes[0]
    return call.reading(Reshape((product(*shape[:axis]), product(*shape[axis:]))))


def _read_onnx_reshape(call: Call) -> Reads | None:
    """Reshape to numbers that the file holds or computes from sizes; before opset 5 an attribute."""
    target = call.settings.get("shape") or call.numbers(1)
    if target is None or (call.settings.get("allowzero") and 0 in target):
        return None
    kept = len(target) > 1 and holds(equal(target[0], call.shapes[0][0])) is True  # the batch, as 0 says it
    return call.reading(Reshape((0, *target[1:]) if kept else tuple(target)))


def _read_onnx_transpose(call: Call) -> Reads | None:
    return call.reading(Permute(tuple(call.settings.get("perm") or reversed(range(call.rank)))))


def _read_torch_flatten(call: Call) -> Reads | None:
    first, last = call.argument("start_dim", default=0), call.argument("end_dim", default=-1)
    return call.reading(Flatten(first, last), places=("self",))


def _read_torch_reshape(call: Call) -> Reads | None:
    """view, reshape, unflatten; a size that is not known is none of ours."""
    shape = call.shapes[0]
    target = call.argument("size", default=call.argument("shape"))
    if call.kind == "aten.unflatten":
        (axis,) = call.axes(call.argument("dim"))
        target = [*[0] * axis, *call.argument("sizes"), *shape[axis + 1 :]]
    elif call.kind in ("aten.view_as", "aten.reshape_as"):
        target = list(call.shapes[1])
    return None if target is None or None in target else call.reading(Reshape(tuple(target)), places=("self",))


def _read_torch_transpose(call: Call) -> Reads | None:
    """permute, transpose, t, movedim and their likes."""
    order = list(range(call.rank))
    if call.kind in ("aten.t", "aten.numpy_T", "aten.T"):
        order.reverse()
    elif call.kind == "aten.permute":
        order = list(call.axes(call.argument("dims")))
    elif call.kind in ("aten.movedim", "aten.moveaxis"):
        source, destination = (call.axes(call.argument(name)) for name in ("source", "destination"))
        moved = dict(zip(destination, source, strict=True))
        rest = iter([axis for axis in order if axis not in source])
        order = [moved[axis] if axis in moved else next(rest) for axis in order]
    else:
        given = [call.argument(name, default=call.argument(other, default=axis)) for name, other, axis in _SWAPPED]
        one, other = call.axes(given)
        order[one], order[other] = other, one
    return call.reading(Permute(tuple(order)), places=("self",))


_SWAPPED = (("dim0", "axis0", -2), ("dim1", "axis1", -1))  # mT and adjoint take the last two


class Flatten(Op):
    """The axes `first` to `last` as one, by default all but the batch.

    >>> Flatten().apply(Shape(1, 7, 7, 512)).output, Flatten(1, 2).apply(Shape(1, 7, 7, 512)).output
    (Shape(1, 25088), Shape(1, 49, 512))
    """

    first: int = 1
    last: int = -1

    kind = "shape"
    word = "flatten"
    storage = "view"
    gradient = of_moves
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Flatten", read=_read_onnx_flatten),
        "torch": Spelling("aten.flatten", read=_read_torch_flatten),
        "keras": Spelling("Flatten", read=_read_flatten),
    }

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Axes that are kept keep their places."""
        return (regrouped(inputs[0], cost.output),)  # type: ignore[arg-type]

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """As many elements in fewer axes; a batch alone gets an axis of 1."""
        if len(shape) == 1 and is_exactly(self.first, 1):
            return Cost(Shape(shape[0], 1))
        first_axis, last_axis = axis_index(self.first, len(shape)), axis_index(self.last, len(shape))
        if first_axis is None or last_axis is None or last_axis < first_axis:
            return no_axis(f"range {self.first} to {self.last}", shape)
        end = last_axis + 1
        return Cost(Shape(*shape[:first_axis], product(*shape[first_axis:end]), *shape[end:]))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras flattens all axes but the batch; others are a reshape."""
        from .keras_steps import Steps, layer, operations

        if is_exactly(self.first, 1) and self.last in (-1, len(inputs[0]) - 1):
            return Steps(layer(keras, self, name))
        sizes = cost.output
        return operations(lambda x: keras.ops.reshape(x, sizes), "some axes flattened by keras.ops")


class Reshape(Op):
    """Another shape, batch first; one axis may be −1: what is left; 0 is the input's own size at that place.

    0 and −1 as in ONNX (Reshape, `allowzero` 0).

    >>> Reshape((0, 49, -1)).apply(Shape(1, 7, 7, 512)).output
    Shape(1, 49, 512)
    >>> Reshape((-1, 49, 96)).apply(Shape(1, 56, 56, 96)).output   # windows folded into the batch
    Shape(64, 49, 96)
    """

    target: tuple[Dim, ...] = (0, -1)

    kind = "shape"
    word = "reshape"
    storage = "view"
    gradient = of_moves
    batch_left_out: ClassVar[tuple[str, ...]] = ("target",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Reshape", read=_read_onnx_reshape),
        "torch": Spelling(
            "aten.reshape",
            also=("aten.view", "aten._unsafe_view", "aten.unflatten", "aten.view_as", "aten.reshape_as"),
            read=_read_torch_reshape,
        ),
        "keras": Spelling("Reshape", also=("ops.Reshape", "ops.Ravel"), read=_read_reshape),
    }

    def __post_init__(self) -> None:
        if not isinstance(self.target, (tuple, list)):
            raise UsageError(f"Reshape: target must be sizes, the batch first, not {self.target!r}")
        target = require_whole("Reshape", "target", tuple(self.target), least=-1)
        open_axes = [size for size in target if is_exactly(size, -1)]
        if len(open_axes) > 1:
            raise UsageError(f"Reshape: only one axis may be -1, not {len(open_axes)}")
        require_whole("Reshape", "target", tuple(size for size in target if not is_exactly(size, -1)), least=0)
        self.__dict__["target"] = target

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Axes that are kept keep their places."""
        return (regrouped(inputs[0], cost.output),)  # type: ignore[arg-type]

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The target; it must hold exactly as many numbers."""
        if any(is_exactly(size, 0) and place >= len(shape) for place, size in enumerate(self.target)):
            return Cost(None, checks=(Check(False, _mismatch, (shape, self.target)),))
        target = [shape[place] if is_exactly(size, 0) else size for place, size in enumerate(self.target)]
        known = product(*[size for size in target if not is_exactly(size, -1)])
        is_open = any(is_exactly(size, -1) for size in target)
        fits = divides(known, shape.elements) if is_open else equal(known, shape.elements)
        rest = floor_div(shape.elements, known) if is_open else 0
        output = Shape(*[rest if is_exactly(size, -1) else size for size in target])
        return Cost(output, checks=(Check(fits, _mismatch, (shape, self.target)),))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' word leaves the batch out."""
        from .keras_steps import Steps, operations

        sizes = tuple(cost.output[1:])  # type: ignore[index]
        if equal(cost.output[0], inputs[0][0]) is not True:  # type: ignore[index]
            return operations(lambda x: keras.ops.reshape(x, (-1, *sizes)), "a folded batch by keras.ops")
        return Steps(keras.layers.Reshape(sizes, name=name))


def _mismatch(shape: Shape, target: tuple[Dim, ...]) -> str:
    shown = target[1:] if len(target) > 1 and is_exactly(target[0], 0) else target
    return f"{spell(shape)} ({shape.elements} numbers) cannot be reshaped to {spell(shown)}."


class Permute(Op):
    """The axes in another order, counted from 0, the batch.

    >>> Permute((0, 3, 1, 2)).apply(Shape(1, 7, 8, 512)).output
    Shape(1, 512, 7, 8)
    """

    axes: tuple[int, ...] = (0, 3, 1, 2)

    kind = "shape"
    word = "permute"
    storage = "own"
    gradient = of_moves
    batch_left_out: ClassVar[tuple[str, ...]] = ("axes",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Transpose", read=_read_onnx_transpose),
        "torch": Spelling(
            "aten.permute",
            also=(
                *("aten.transpose", "aten.t", "aten.numpy_T", "aten.T", "aten.mT", "aten.adjoint", "aten.swapaxes"),
                *("aten.swapdims", "aten.movedim", "aten.moveaxis"),
            ),
            read=_read_torch_transpose,
        ),
        "keras": Spelling("Permute", also=("ops.Transpose", "ops.Swapaxes", "ops.Moveaxis"), read=_read_transpose),
    }

    def puts_channels_first(self, before: bool) -> bool | None:
        """The channels are the axis behind the batch, or the last one; None where they come between the sizes."""
        channels = 1 if before else len(self.axes) - 1
        place = self.axes.index(channels) if channels in self.axes else 0
        return place == 1 if place in (1, len(self.axes) - 1) else None

    def __post_init__(self) -> None:
        if not isinstance(self.axes, (tuple, list)):
            raise UsageError(f"Permute: axes must be all axes in some order, not {self.axes!r}")
        axes = require_whole("Permute", "axes", tuple(self.axes), least=0)
        self.__dict__["axes"] = axes
        if sorted(axes) != list(range(len(axes))):
            raise UsageError(f"Permute: axes must be 0 to {len(axes) - 1} in some order, not {axes!r}")

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Every axis where it went."""
        return (tuple([Reach(self.axes.index(axis)) for axis in range(len(self.axes))]),)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same numbers along other axes."""
        agrees = len(self.axes) == len(shape)
        check = Check(agrees, "cannot permute {} by {} axes.", (spell(shape), len(self.axes)))
        return Cost(Shape(*[shape[axis] for axis in self.axes]) if agrees else None, checks=(check,))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' axes are counted from 1, and the batch stays in front."""
        from .keras_steps import Steps, operations

        if not is_exactly(self.axes[0], 0):
            return operations(lambda x: keras.ops.transpose(x, self.axes), "a transposed batch by keras.ops")
        return Steps(keras.layers.Permute(self.axes[1:], name=name))

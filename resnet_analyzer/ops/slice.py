"""Part of a tensor: Python's own indexing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from ..dim import Dim, at_least, dimension, is_number, maximum, minimum
from ..errors import UsageError
from ..reach import Along, Reach, Reaches
from ..shape import Shape, spell
from ..window import Window
from .base import Check, Cost, Op
from .gradient import of_moves
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Reads | None:
    """Slice: starts, ends, axes and steps, by attributes before opset 10, by inputs after."""
    given = [
        call.settings.get(name) or call.numbers(at)
        for at, name in ((1, "starts"), (2, "ends"), (3, "axes"), (4, "steps"))
    ]
    starts, ends, axes, steps = given
    if starts is None or ends is None or (call.tensor(3) is not None and axes is None):
        return None
    axes = call.axes(list(axes or range(len(starts))))
    steps = steps or (1,) * len(starts)
    index: list[Any] = [(None, None)] * call.rank
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        last = is_number(end) and (end >= FAR if step > 0 else end <= -FAR)
        first = is_number(start) and (start >= FAR if step < 0 else start <= -FAR)
        index[axis] = (None if first else start, None if last else end, step)
    return call.reading(Slice(tuple(index)))


def _read_torch(call: Call) -> Reads | None:
    """slice, narrow, select (a place, which takes the axis away), flip."""
    if call.kind == "aten.flip":
        turned = call.axes(call.argument("dims"))
        return call.reading(
            Slice(tuple([(None, None, -1) if axis in turned else (None, None) for axis in range(call.rank)])),
            places=("self",),
        )
    (axis,) = call.axes(call.argument("dim", default=0))
    start, end = call.argument("start"), call.argument("end")
    if call.kind == "aten.select":
        entry: Any = call.argument("index")
    elif call.kind == "aten.narrow":
        entry = (start, start + call.argument("length"))
    else:
        last = end is None or (is_number(end) and end >= FAR)
        entry = (start, None if last else end, call.argument("step", default=1))
    return None if entry is None else call.reading(Slice((*((None, None),) * axis, entry)), places=("self",))


FAR = 2**31 - 1  # what files write for the very end


class _Place(NamedTuple):
    """A place along an axis: counted from its beginning, or back `from_end`."""

    value: Dim
    from_end: bool

    def within(self, length: Dim) -> Dim:
        return length - self.value if self.from_end else self.value


class _Range(NamedTuple):
    """Places from `start` to before `stop` (None: the very end), `step` apart, read `backward` or not."""

    start: _Place | None
    stop: _Place | None
    step: int
    backward: bool

    def ends(self, length: Dim) -> tuple[Dim, Dim]:
        """First and last place of it in reading order, the last one excluded, cut to what is there."""
        if self.backward:
            first = length - 1 if self.start is None else self._clipped(self.start, length, length - 1)
            return first, -1 if self.stop is None else maximum(self.stop.within(length), -1)
        start = 0 if self.start is None else self.start.within(length)
        if self.start is not None and self.start.from_end:
            start = maximum(start, 0)
        return start, length if self.stop is None else self._clipped(self.stop, length, length)

    def _clipped(self, place: _Place, length: Dim, most: Dim) -> Dim:
        return place.within(length) if place.from_end else minimum(place.value, most)

    def window(self, length: Dim) -> Window:
        """A window of 1 that slides over them."""
        first, last = self.ends(length)
        return Window(first - last if self.backward else last - first, 1, self.step)


def _read_keras(call: Call) -> list[Op] | None:
    """Indexing, and flipped axes; an index that is a tensor picks positions by their values, and is none of ours."""
    if call.kind == "ops.Flip":
        axes = range(call.rank) if call.argument("axis", 1) is None else call.axes(call.argument("axis", 1))
        return [Slice(tuple((None, None, -1) if place in axes else (None, None) for place in range(call.rank)))]
    if call.kind == "CenterCrop":
        return _read_crop(call)
    if call.kind == "ops.Slice":
        starts, sizes = call.argument("start_indices", 1), call.argument("shape")
        whole = all(type(each) is int for each in (*starts, *sizes))
        return [Slice(tuple(map(_part, starts, sizes)))] if whole and len(starts) == len(sizes) else None
    key = call.argument("key", 1)
    return [Slice(tuple(key) if isinstance(key, list) else (key,))]


def _read_crop(call: Call) -> list[Op] | None:
    """Keras' CenterCrop of larger images; smaller ones it enlarges, which is not read."""
    layout = call.settings.get("data_format") or "channels_last"
    wanted = call.settings["height"], call.settings["width"]
    first = call.rank - 3 if layout == "channels_last" else call.rank - 2
    lengths = call.shapes[0][first : first + 2]
    if not all(is_number(length) and length >= size for length, size in zip(lengths, wanted, strict=True)):
        return None
    parts = [_part((length - size) // 2, size) for length, size in zip(lengths, wanted, strict=True)]
    return [Slice((*[(None, None)] * first, *parts))]


def _part(start: int, size: int) -> tuple[int, int | None]:
    """So many places from there; -1: to the end."""
    return (start, None if size == -1 else start + size)


class Slice(Op):
    """Some positions along each axis, the batch first: x[index], as Python and numpy index.

    `index` holds for each axis a number (which takes the axis away), (start, stop) or (start, stop, step)
    with None for the ends, or a Python slice; "..." stands for all axes that are not named, "new" for a new
    axis of 1. Axes that are left out at the end stay whole. Numbers count from the end if negative.

    >>> Slice(((None, None), 0)).apply(Shape(1, 197, 768)).output   # the class token of a ViT
    Shape(1, 768)
    >>> Slice(("...", (0, None, 2), (1, -1))).apply(Shape(1, 3, 9, 8)).output
    Shape(1, 3, 5, 6)
    """

    index: tuple[Any, ...] = ("...",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Slice", read=_read_onnx),
        "torch": Spelling("aten.slice", also=("aten.select", "aten.narrow", "aten.flip"), read=_read_torch),
        "keras": Spelling("", also=("ops.GetItem", "ops.Flip", "ops.Slice", "CenterCrop"), read=_read_keras),
    }

    kind = "shape"
    storage = "view"
    gradient = of_moves

    def __post_init__(self) -> None:
        if not isinstance(self.index, (tuple, list)):
            raise UsageError(f"Slice: index must be a tuple with an entry for each axis, not {self.index!r}")
        self.__dict__["index"] = tuple(map(_plain, self.index))
        if self._entries.count("...") > 1:
            raise UsageError("Slice: only one '...' may stand in an index")

    @property
    def _entries(self) -> tuple[Any, ...]:
        """The index with places told from ranges; made when it is asked for, since a field may be replaced."""
        return tuple(map(_entry, self.index))

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """How many positions each range reaches, by the window formula; a view, no arithmetic."""
        entries = self._entries
        read_axes = [entry for entry in entries if type(entry) in (_Range, _Place)]
        if len(read_axes) > len(shape):
            sentence = "an index of {} axes does not fit {}."
            return Cost(None, checks=(Check(False, sentence, (len(read_axes), spell(shape))),))
        filled = _filled(entries, len(shape) - len(read_axes))
        sizes: list[Dim] = []
        checks: list[Check] = []
        lengths = iter(shape)
        for entry in filled:
            if type(entry) is _Place:
                length = next(lengths)
                inside = at_least(length, entry.value if entry.from_end else entry.value + 1)
                checks.append(Check(inside, "there is no position {} along an axis of {}.", (_shown(entry), length)))
            elif type(entry) is _Range:
                length = next(lengths)
                window = entry.window(length)
                checks.append(Check(window.fits, _empty, (entry, length)))
                sizes.append(window.output)
            else:
                sizes.append(1)
        return Cost(Shape(*sizes), checks=tuple(check for check in checks if check.condition is not True))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """Place o reads start + o·step; an axis that is taken away the one place."""
        filled = _filled(self._entries, len(inputs[0]) - len([e for e in self._entries if type(e) in (_Range, _Place)]))
        found: list[Along] = []
        lengths = iter(inputs[0])
        place = 0
        for entry in filled:
            if type(entry) is _Place:
                at = entry.within(next(lengths))
                found.append(Reach(0, stride=0, low=at, high=at))
                continue
            if type(entry) is _Range:
                start, _last = entry.ends(next(lengths))
                step = -entry.step if entry.backward else entry.step
                found.append(Reach(place, stride=step, low=start, high=start))
            place += 1
        return (tuple(found),) if place else None

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """As Python indexes."""
        from .keras_steps import by_ops

        picked = tuple(map(_python, self.index))
        return by_ops(lambda x: x[picked])


_WHOLE = _Range(None, None, 1, False)


def _filled(entries: tuple[Any, ...], missing: int) -> list[Any]:
    """The entries with whole ranges for '...' (at the end, where there is none)."""
    given = entries if "..." in entries else (*entries, "...")
    return [part for entry in given for part in ([_WHOLE] * missing if entry == "..." else [entry])]


def _entry(value: Any) -> Any:
    if value is Ellipsis or value is None or isinstance(value, str):
        word = _plain(value)
        if word not in ("...", "new"):
            raise UsageError(f"Slice: an entry is a number, a range, '...' or 'new', not {value!r}")
        return word
    if isinstance(value, slice):
        value = (value.start, value.stop, value.step)
    if not isinstance(value, (tuple, list)):
        return _place(value)
    if len(value) not in (2, 3):
        raise UsageError(f"Slice: a range is (start, stop) or (start, stop, step), not {value!r}")
    step = 1 if len(value) == 2 or value[2] is None else value[2]
    if type(step) is not int or step == 0:
        raise UsageError(f"Slice: a step must be a whole number, and not 0: not {step!r}")
    start, stop = (None if end is None else _place(end) for end in value[:2])
    return _Range(start, stop, abs(step), step < 0)


def _place(value: Any) -> _Place:
    number = dimension(value, "Slice: a place")
    from_end = is_number(number) and number < 0
    return _Place(-number if from_end else number, from_end)


def _plain(value: Any) -> Any:
    """An entry as it is kept: text, a number, or a tuple."""
    if value is Ellipsis:
        return "..."
    if value is None:
        return "new"
    if isinstance(value, slice):
        return (value.start, value.stop, value.step)
    return tuple(value) if isinstance(value, list) else value


def _shown(place: _Place | None) -> str:
    return "" if place is None else f"-{place.value}" if place.from_end else str(place.value)


def _empty(entry: _Range, length: Dim) -> str:
    step = f":{'-' if entry.backward else ''}{entry.step}"
    return f"the range {_shown(entry.start)}:{_shown(entry.stop)}{step} of an axis of {length} is empty."


def _python(value: Any) -> Any:
    """An entry as Python writes it."""
    if isinstance(value, tuple):
        return slice(*value)
    return {"...": Ellipsis, "new": None}.get(value, value) if isinstance(value, str) else value

"""What an op is: a frozen description of a layer with one method, `apply`, that tells the whole cost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from ..dim import Condition, Dim, at_least, dimension, is_array, is_exactly, is_symbol, product, suppose
from ..errors import UsageError
from ..frozen import Frozen, NamedTuple
from ..reach import Reaches, repeated
from ..registry import Registry
from ..shape import Shape, spell
from ..window import PADDINGS, Window
from .spelling import Spelling as Spelling
from .spelling import same_names as same_names
from .work import NO_WORK as NO_WORK
from .work import Work as Work

if TYPE_CHECKING:
    from .gradient import Gradient
    from .keras_steps import Steps

OPS: Registry[type[Op]] = Registry("op", __package__)


TRAINABLE, FROZEN, MOVING, UNTOLD = "trainable", "frozen", "moving statistic", "untold"


class Weight(NamedTuple):
    """A named weight: `kernel`, `bias`, `gamma`, `beta`, `moving_mean`, `moving_variance` …

    `role` is `trainable`, `frozen` (training could change it, and is told not to) or `moving statistic`
    (not trained in any layer: means and variances of the data, counts, seeds), or `untold`: a file holds it, and
    does not say which of those it is.

    >>> Weight("kernel", (7, 7, 3, 64)).params
    9408
    """

    name: str
    shape: tuple[Dim, ...]
    role: str = TRAINABLE

    @property
    def trainable(self) -> bool:
        """Whether training changes it."""
        return self.role == TRAINABLE

    @property
    def params(self) -> Dim:
        """Numbers in it: parameters are never a formula."""
        return product(*self.shape)


class Check(NamedTuple):
    """A condition with its sentence. Rules return checks; measuring settles them.

    `sentence` is a format string over `values`, or a function of them; what to do about it belongs in it.

    >>> Check(True, "{} channels", (64,)).text
    '64 channels'
    """

    condition: Condition
    sentence: str | Callable[..., str]
    values: tuple[Any, ...] = ()

    @property
    def text(self) -> str:
        """The sentence with its numbers."""
        return self.sentence(*self.values) if callable(self.sentence) else self.sentence.format(*self.values)


class Cost(NamedTuple):
    """Everything that one application of an op to given inputs costs, for the whole batch.

    `windows` are those of a layer that slides one, an axis each, in the order of the axes. `unknown`
    names what is unknown, of `work`, `weights` and `roles` (the weights' part in training): the totals that it
    touches are lower bounds.
    """

    output: Shape | None
    weights: tuple[Weight, ...] = ()
    work: Work = NO_WORK
    checks: tuple[Check, ...] = ()
    windows: tuple[Window, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the whole cost is known: else the row's status is `unknown`."""
        return not self.unknown


Operations: TypeAlias = Sequence[tuple[str, Dim]]
Kind: TypeAlias = Literal[
    "convolution", "dense", "normalisation", "activation", "pooling", "merge", "gate", "attention", "recurrence",
    "quantisation", "shape", "input", "unknown", "other",
]  # fmt: skip
Storage: TypeAlias = Literal["own", "view", "overwrites", "unknown"]


class Op(Frozen, ABC):
    """A frozen description of a layer. Ops compare by identity, since fields may be arrays.

    What stands here as class variables and small methods is all that the package knows of an op beside
    its cost: pictures, reports, memory and receptive field ask for it, and what an op does not say is unknown.
    """

    kind: ClassVar[Kind] = "other"  # what kind of thing it is
    word: ClassVar[str] = ""  # what people call it, where a paper's table leaves it out: as BN
    sign: ClassVar[str] = ""  # the sign that pictures draw where branches meet in it
    commutative: ClassVar[bool] = False  # whether the order of its inputs changes nothing
    keeps_places: ClassVar[bool] = False  # whether a number that comes out depends on those at its own place alone
    storage: ClassVar[Storage] = "unknown"  # its output has memory of its own, is a view of its input, or may be in it
    arity: ClassVar[int | None] = 1  # how many inputs; None: one or more
    spellings: ClassVar[Mapping[str, Any]] = MappingProxyType({})  # a Spelling, or several, by framework
    spatial_axes: ClassVar[int] = 0  # how many axes a window slides over: inputs then have a batch and channels besides
    counts: ClassVar[tuple[str, ...]] = ()  # fields that hold a whole number ≥ 1
    per_axis: ClassVar[tuple[str, ...]] = ()  # fields that hold a whole number ≥ 1, or one for each of these axes
    sizes: ClassVar[tuple[str, ...]] = ()  # fields that hold a whole number ≥ 0
    pads: ClassVar[tuple[str, ...]] = ()  # fields that hold a padding
    pad_words: ClassVar[tuple[str, ...]] = PADDINGS  # what a padding may be beside numbers
    per_call: ClassVar[bool] = False  # whether every call has work on the weights alone, whatever it reads
    tells_shape_alone: ClassVar[bool] = False  # whether it may know its output where an input's shape is unknown
    of_importers: ClassVar[tuple[str, ...]] = ()  # fields that only importers set: no word of designs
    batch_left_out: ClassVar[tuple[str, ...]] = ()  # fields that Keras and designs write without the batch in front

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__name__.startswith("_"):
            OPS.add(cls.__name__, cls)

    def __post_init__(self) -> None:
        """Check the fields, and keep them in plain spelling: numpy ints as int, lists as tuples."""
        values = self.__dict__
        layout = values.get("data_format", CHANNELS_LAST)
        if layout not in (CHANNELS_LAST, CHANNELS_FIRST):
            raise UsageError(
                f"{type(self).__name__}: data_format must be channels_last or channels_first, not {layout!r}"
            )
        for name in self.counts:
            value = values[name]
            if type(value) is not int or value < 1:
                values[name] = require_whole(type(self).__name__, name, value, least=1, axes=(0,))
        for name in self.per_axis:
            value = values[name]
            if type(value) is not int or value < 1:
                values[name] = require_whole(type(self).__name__, name, value, least=1, axes=(0, self.spatial_axes))
        for name in self.sizes:
            values[name] = require_whole(type(self).__name__, name, values[name], least=0, axes=(0,))
        for name in self.pads:
            value = values[name]
            if type(value) is not int or value < 0:
                values[name] = require_padding(type(self).__name__, name, value, self.spatial_axes, self.pad_words)

    def field_checks(self) -> tuple[Check, ...]:
        """What must hold of symbols in the fields: that they are whole numbers as large as the field wants."""
        least = {**dict.fromkeys((*self.counts, *self.per_axis), 1), **dict.fromkeys((*self.sizes, *self.pads), 0)}
        told = [(name, each) for name in least for each in leaves(self.__dict__[name]) if is_symbol(each)]
        sentence = "{} is {}, and must be at least {}."
        return tuple([Check(at_least(each, least[name]), sentence, (name, each, least[name])) for name, each in told])

    def apply(self, *inputs: Any) -> Cost:
        """The cost of one application to `inputs` (shapes, batch first), with what must hold as checks."""
        if self.spatial_axes:
            for shape in inputs:
                if len(shape) != self.spatial_axes + 2:
                    return Cost(None, checks=(Check(False, _wrong_rank, (self.spatial_axes, shape)),))
        return self.rule(*inputs)

    @abstractmethod
    def rule(self, *inputs: Any) -> Cost:
        """What `apply` tells, given inputs of the right kind: all that is known of the op stands here."""

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """What a paper's table calls the layer, in parts, its stride last if `strided`; () if nothing."""
        return ()

    def gradient(self, inputs: tuple[Shape, ...], cost: Cost) -> Gradient | None:
        """What the backward pass needs kept, and what it costs (`ops/gradient.py`); None if that is not told."""
        return None

    @property
    def fused(self) -> str:
        """The name under which another layer can carry this op as its activation; "" if none can."""
        return ""

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """How the output's places depend on those of every input, axis by axis; None if that is not told."""
        if not self.keeps_places or cost.output is None:
            return None
        return tuple([repeated(shape, cost.output) for shape in inputs])

    def puts_channels_first(self, before: bool) -> bool | None:
        """Whether its output has its channels in front of the sizes, its input having them so (`before`) or not.

        None where it puts them between the sizes.
        """
        layout = self.__dict__.get("data_format")
        return before if layout is None else layout == CHANNELS_FIRST

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """The Keras steps of one application, `keras` being the module; None where Keras has nothing for it."""
        from .keras_steps import Steps, layer

        return Steps(layer(keras, self, name)) if getattr(self.spellings.get("keras"), "layer", "") else None

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """The TensorFlow operations that Keras runs it as, by name, each with how often; None if that is not known.

        A convolution or matrix product counts by multiply-accumulates, a pooling by the taps of all its
        windows, a mean by what it reads, all others by the elements that come out.
        """
        return None

    def label(self) -> str:
        """What people call the layer where it stands alone, be it left out of papers' tables: as `BN`, `ReLU`."""
        return ", ".join(self.phrase(True)) or self.word or type(self).__name__

    @property
    def is_pointwise(self) -> bool:
        """Whether it slides a window of one position: a 1×1 convolution."""
        sizes = list(leaves(getattr(self, "kernel_size", ())))
        return bool(sizes) and all(is_exactly(size, 1) for size in sizes)

    def settings(self) -> dict[str, Any]:
        """The fields that differ from their defaults, by name."""
        values = {name: (getattr(self, name), default) for name, default in self.own_fields()}
        return {
            name: value
            for name, (value, default) in values.items()
            if any(map(is_array, leaves(value))) or value != default
        }

    @classmethod
    def own_fields(cls) -> list[tuple[str, Any]]:
        """The fields that describe the layer, each with its default: all but those that only importers set."""
        return [(name, default) for name, default in cls.defaults() if name not in cls.of_importers]


def require_whole(op: str, name: str, value: Any, least: int, axes: tuple[int, ...] = ()) -> Any:
    """`value` in plain spelling: a whole number, or a (nested) tuple of them, each at least `least`.

    UsageError otherwise. `axes` are the lengths that `value` may have (0: no tuple), at the outside.
    What a symbolic value must be for that is supposed (`dim.supposing`).

    >>> require_whole("Conv2d", "kernel_size", [3, 5], least=1, axes=(0, 2))
    (3, 5)
    """
    several = isinstance(value, (tuple, list))
    if axes and ((len(value) or -1) if several else 0) not in axes:
        wanted = {(0,): "one number", (0, 1): "a number", (0, 2): "a number or two", (0, 3): "a number or three"}.get(
            axes, f"{' or '.join(map(str, axes))} numbers"
        )
        raise UsageError(f"{op}: {name} must be {wanted}, not {value!r}")
    if several:
        if any(isinstance(part, (tuple, list)) and not part for part in value):
            raise UsageError(f"{op}: {name} must be numbers, not {value!r}")
        parts = [require_whole(op, name, part, least, (0,) if axes else ()) for part in value]
        return Shape(*parts) if type(value) is Shape else tuple(parts)
    number = dimension(value, f"{op}: {name}")
    if is_symbol(number) and not suppose(at_least(number, least)):
        raise UsageError(f"{op}: {name} must be at least {least}, not {number}")
    smallest = number.min() if is_array(number) and number.size else number
    if not is_symbol(number) and not is_array(smallest) and smallest < least:
        raise UsageError(f"{op}: {name} must be at least {least}, not {smallest}")
    return number


def leaves(value: Any) -> Iterator[Any]:
    """The parts of a possibly nested tuple or list that are neither.

    >>> list(leaves(((0, 1), 2)))
    [0, 1, 2]
    """
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from leaves(part)
    else:
        yield value


def require_padding(op: str, name: str, padding: Any, axes: int = 2, words: tuple[str, ...] = PADDINGS) -> Any:
    """`padding` in plain spelling: one of `words`, a number, one for each axis, or a pair of numbers ≥ 0 for each.

    `causal` is for one axis. UsageError otherwise.
    """
    known = [word for word in words if word != "causal" or axes == 1]
    if isinstance(padding, str):
        if padding in known:
            return padding
    elif _is_padding(padding, axes):
        return require_whole(op, name, padding, least=0)
    forms = {
        1: "a number or ((before, after),)",
        2: "a number, (vertical, horizontal) or ((top, bottom), (left, right))",
    }.get(axes, f"a number, one for each of {axes} axes or (before, after) for each")
    raise UsageError(f"{op}: {name} must be {''.join(f'{word!r}, ' for word in known)}{forms}, not {padding!r}")


def _is_padding(padding: Any, axes: int) -> bool:
    if not isinstance(padding, (tuple, list)):
        return True
    pairs = [part for part in padding if isinstance(part, (tuple, list))]
    flat = all(not isinstance(leaf, (tuple, list)) for part in pairs for leaf in part)
    return len(padding) == axes and flat and all(len(part) == 2 for part in pairs)


CHANNELS_LAST, CHANNELS_FIRST = "channels_last", "channels_first"


def sides(shape: Shape, data_format: str) -> tuple[Dim, ...]:
    """The sizes that a window slides over: all but batch and channels.

    >>> sides(Shape(1, 56, 48, 64), "channels_last"), sides(Shape(1, 64, 56), "channels_first")
    ((56, 48), (56,))
    """
    return shape[1:-1] if data_format == CHANNELS_LAST else shape[2:]


def channels(shape: Shape, data_format: str) -> Dim:
    """The size of the channels' axis.

    >>> channels(Shape(1, 56, 56, 64), "channels_last"), channels(Shape(1, 64, 56), "channels_first")
    (64, 64)
    """
    return shape[-1] if data_format == CHANNELS_LAST else shape[1]


def arranged(batch: Dim, sizes: Iterable[Dim], count: Dim, data_format: str) -> Shape:
    """The shape of a batch of maps of these sizes and so many channels.

    >>> arranged(1, (7, 7), 512, "channels_first")
    Shape(1, 512, 7, 7)
    """
    return Shape(batch, *sizes, count) if data_format == CHANNELS_LAST else Shape(batch, count, *sizes)


def axis_index(axis: int, rank: int) -> int | None:
    """An axis counted from 0, wherever it is counted from; None if there is no such axis.

    >>> axis_index(-1, 4), axis_index(1, 4), axis_index(4, 4)
    (3, 1, None)
    """
    return axis % rank if -rank <= axis < rank else None


def no_axis(axis: Any, shape: Shape) -> Cost:
    """The cost where an op's axis is none of its input's: a check that fails."""
    return Cost(None, checks=(Check(False, _no_axis, (axis, shape)),))


def _no_axis(axis: Any, shape: Shape) -> str:
    return f"there is no axis {axis} in {spell(shape)} (axes 0 to {len(shape) - 1}, the batch first)."


def _wrong_rank(axes: int, shape: Shape) -> str:
    kinds = {1: "a sequence (batch, length, channels)", 2: "a feature map", 3: "a volume (batch, 3 sides, channels)"}
    return f"needs {kinds.get(axes, f'{axes + 2} axes')}, but gets {spell(shape)}."


def fit_checks(windows: tuple[Window, ...]) -> tuple[Check, ...]:
    """One check per axis that the window fits the padded input: the cause, never the symptom."""
    return tuple([Check(window.fits, _misfit, windows) for window in windows])


def _misfit(*windows: Window) -> str:
    spans = [window.span for window in windows]
    dilated = "" if [window.size for window in windows] == spans else " dilated"
    padded = "×".join(str(window.length + sum(window.pads)) for window in windows)
    return (
        f"a{dilated} {'×'.join(map(str, spans))} kernel does not fit a padded input of "
        f"{padded} (n={_once([window.length for window in windows])}, "
        f"p={_once([_pads(window.pads) for window in windows])}). Use a larger input or a smaller kernel."
    )


def _pads(pads: tuple[Dim, Dim]) -> str:
    """A padding; one that differs before and after as `0+1`."""
    before, after = pads
    return f"{before}" if before == after else f"{before}+{after}"


def _once(values: list[Any]) -> str:
    """One spelling for all axes where they agree."""
    spelled = [str(value) for value in values]
    return spelled[0] if len(set(spelled)) == 1 else "×".join(spelled)

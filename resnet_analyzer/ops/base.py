"""What an op is: a frozen description of a layer with one method, `apply`, that tells the whole cost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from ..dim import Condition, Dim, at_least, dimension, is_array, is_exactly, is_symbol, product, suppose
from ..errors import UsageError
from ..registry import Registry
from ..shape import FeatureMap, Shape, spell
from ..window import Window

OPS: Registry[type[Op]] = Registry("op", __package__)


class Weight(NamedTuple):
    """A named weight: `kernel`, `bias`, `gamma`, `beta`, `moving_mean`, `moving_variance` …

    >>> Weight("kernel", (7, 7, 3, 64)).params
    9408
    """

    name: str
    shape: tuple[Dim, ...]
    trainable: bool = True

    @property
    def params(self) -> Dim:
        """Numbers in it: parameters are never a formula."""
        return product(*self.shape)


class Work(NamedTuple):
    """Counted primitives of one application. MACs, FLOPs and every peer's number are views on it.

    `multiply_accumulates` are those of convolutions and matrix products, `accumulators` the sums
    that they end in (the elements that such layers put out). The others are single operations.

    >>> Work(multiplies=2) + Work(multiplies=1, adds=5)
    Work(multiply_accumulates=0, accumulators=0, adds=5, multiplies=3, compares=0, exponentials=0, divisions=0, \
square_roots=0)
    """

    multiply_accumulates: Dim = 0
    accumulators: Dim = 0
    adds: Dim = 0
    multiplies: Dim = 0
    compares: Dim = 0
    exponentials: Dim = 0
    divisions: Dim = 0
    square_roots: Dim = 0

    def __add__(self, other: Work) -> Work:  # type: ignore[override]
        return Work(*[mine + theirs for mine, theirs in zip(self, other, strict=True)])

    def times(self, count: Dim) -> Work:
        """The same work `count` times.

        >>> Work(adds=1, exponentials=1).times(10).exponentials
        10
        """
        return Work(*[0 if is_exactly(each, 0) else product(each, count) for each in self])


NO_WORK = Work()


class Spelling(NamedTuple):
    """How a framework writes an op: its layer, and its argument for each field of ours.

    `words` translate a field's values where they are spelled otherwise, `fixed` are arguments that
    make that layer this op. An importer reads the map in one direction, a builder in the other.
    """

    layer: str
    fields: Mapping[str, str] = MappingProxyType({})
    words: Mapping[str, Mapping[Any, Any]] = MappingProxyType({})
    fixed: Mapping[str, Any] = MappingProxyType({})

    def arguments(self, op: Op) -> dict[str, Any]:
        """The framework's arguments for that op."""
        found = {theirs: self._theirs(ours, getattr(op, ours)) for ours, theirs in self.fields.items()}
        return {**found, **self.fixed}

    def _theirs(self, field: str, value: Any) -> Any:
        words = self.words.get(field)
        return value if words is None else words[value]

    def settings(self, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        """Our fields for the framework's arguments; None if a value has no word with us."""
        found = {}
        for ours, theirs in self.fields.items():
            if theirs in arguments:
                value = _tuples(arguments[theirs])
                words = self.words.get(ours)
                if words is not None:
                    known = [mine for mine, word in words.items() if _tuples(word) == value]
                    if not known:
                        return None
                    value = known[0]
                found[ours] = value
        return found


def same_names(*fields: str) -> dict[str, str]:
    """A field map for fields that the framework calls the same."""
    return {field: field for field in fields}


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, (list, tuple)) else value


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
    """Everything that one application of an op to given inputs costs, per image.

    `work_per_batch` is done once however many images there are (folding a batch norm's statistics).
    `windows` are the vertical and the horizontal window of a layer that slides one.
    `exact` is False where we cannot tell the cost: the row's status is then `unknown`.
    """

    output: Shape | None
    weights: tuple[Weight, ...] = ()
    work: Work = NO_WORK
    work_per_batch: Work = NO_WORK
    checks: tuple[Check, ...] = ()
    windows: tuple[Window, ...] = ()
    exact: bool = True


@dataclass(frozen=True, eq=False)
class Op(ABC):
    """A frozen description of a layer. Ops compare by identity, since fields may be arrays."""

    arity: ClassVar[int | None] = 1  # how many inputs; None: one or more
    spellings: ClassVar[Mapping[str, Spelling]] = MappingProxyType({})  # by framework; none: it has no such layer
    maps_only: ClassVar[bool] = False  # whether every input must be a feature map
    counts: ClassVar[tuple[str, ...]] = ()  # fields that hold a whole number ≥ 1
    pairs: ClassVar[tuple[str, ...]] = ()  # fields that hold a whole number ≥ 1, or two: (vertical, horizontal)
    sizes: ClassVar[tuple[str, ...]] = ()  # fields that hold a whole number ≥ 0
    pads: ClassVar[tuple[str, ...]] = ()  # fields that hold a padding

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__name__.startswith("_"):
            OPS.add(cls.__name__, cls)

    def __post_init__(self) -> None:
        """Check the fields, and keep them in plain spelling: numpy ints as int, lists as tuples."""
        values = self.__dict__
        for name in self.counts:
            value = values[name]
            if type(value) is not int or value < 1:
                values[name] = require_whole(type(self).__name__, name, value, least=1, axes=(0,))
        for name in self.pairs:
            value = values[name]
            if type(value) is not int or value < 1:
                values[name] = require_whole(type(self).__name__, name, value, least=1, axes=(0, 2))
        for name in self.sizes:
            values[name] = require_whole(type(self).__name__, name, values[name], least=0, axes=(0,))
        for name in self.pads:
            value = values[name]
            if type(value) is not int or value < 0:
                values[name] = require_padding(type(self).__name__, name, value)

    def apply(self, *inputs: Any) -> Cost:
        """The cost of one application to `inputs` (shapes of one image), with what must hold as checks."""
        if self.maps_only:
            for shape in inputs:
                if type(shape) is not FeatureMap:
                    return Cost(None, checks=(Check(False, "needs a feature map, but gets {}.", (spell(shape),)),))
        return self.rule(*inputs)

    @abstractmethod
    def rule(self, *inputs: Any) -> Cost:
        """What `apply` tells, given inputs of the right kind: all that is known of the op stands here."""

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """What a paper's table calls the layer, in parts, its stride last if `strided`; () if nothing."""
        return ()

    def settings(self) -> dict[str, Any]:
        """The fields that differ from their defaults, by name."""
        values = {field.name: (getattr(self, field.name), field.default) for field in fields(self)}
        return {
            name: value
            for name, (value, default) in values.items()
            if any(map(is_array, leaves(value))) or value != default
        }


def require_whole(op: str, name: str, value: Any, least: int, axes: tuple[int, ...] = ()) -> Any:
    """`value` in plain spelling: a whole number, or a (nested) tuple of them, each at least `least`.

    UsageError otherwise. `axes` are the lengths that `value` may have (0: no tuple), at the outside.
    What a symbolic value must be for that is supposed (`dim.supposing`).

    >>> require_whole("Conv2d", "kernel_size", [3, 5], least=1, axes=(0, 2))
    (3, 5)
    """
    if axes and (len(value) if isinstance(value, (tuple, list)) else 0) not in axes:
        wanted = {(0,): "one number", (0, 2): "a number or two"}.get(axes, f"{' or '.join(map(str, axes))} numbers")
        raise UsageError(f"{op}: {name} must be {wanted}, not {value!r}")
    if isinstance(value, (tuple, list)):
        parts = [require_whole(op, name, part, least) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
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


def require_padding(op: str, name: str, padding: Any, words: tuple[str, ...] = ("valid", "same")) -> Any:
    """`padding` in plain spelling: one of `words`, a number, two numbers, or two pairs of numbers ≥ 0.

    UsageError otherwise.
    """
    if isinstance(padding, str):
        if padding in words:
            return padding
    elif _is_padding(padding):
        return require_whole(op, name, padding, least=0)
    raise UsageError(
        f"{op}: {name} must be {''.join(f'{word!r}, ' for word in words)}a number, (vertical, horizontal) "
        f"or ((top, bottom), (left, right)), not {padding!r}"
    )


def _is_padding(padding: Any, depth: int = 0) -> bool:
    if isinstance(padding, (tuple, list)):
        return depth < 2 and len(padding) == 2 and all(_is_padding(part, depth + 1) for part in padding)
    return True


def fit_checks(windows: tuple[Window, ...]) -> tuple[Check, ...]:
    """One check per axis that the window fits the padded input: the cause, never the symptom."""
    return tuple(Check(window.fits, _misfit, windows) for window in windows)


def _misfit(vertical: Window, horizontal: Window) -> str:
    dilated = "" if (vertical.size, horizontal.size) == (vertical.span, horizontal.span) else " dilated"
    return (
        f"a{dilated} {vertical.span}×{horizontal.span} kernel does not fit a padded input of "
        f"{_padded(vertical)}×{_padded(horizontal)} (n={_one_or_both(vertical.length, horizontal.length)}, "
        f"p={_one_or_both(vertical.pads, horizontal.pads)}). Use a larger input or a smaller kernel."
    )


def _padded(window: Window) -> Dim:
    before, after = window.pads
    return window.length + before + after


def _one_or_both(vertical: Any, horizontal: Any) -> str:
    """One spelling for both axes where they agree; a padding that differs before and after as `0+1`."""
    spelled = [
        f"{value[0]}+{value[1]}" if isinstance(value, tuple) and value[0] != value[1] else str(leaf)
        for value in (vertical, horizontal)
        for leaf in [value[0] if isinstance(value, tuple) else value]
    ]
    return spelled[0] if spelled[0] == spelled[1] else "×".join(spelled)

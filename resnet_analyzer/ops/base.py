"""What an op is: a frozen description of a layer with one method, `apply`, that tells the whole cost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple

from ..dim import Condition, Dim, at_least, dimension, is_array, is_exactly, is_number, product
from ..errors import UsageError
from ..registry import Registry
from ..shapes import FeatureMap, Shape, spell
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
        return Work(*[mine + theirs for mine, theirs in zip(self, other)])

    def times(self, count: Dim) -> Work:
        """The same work `count` times.

        >>> Work(adds=1, exponentials=1).times(10).exponentials
        10
        """
        return Work(*[0 if is_exactly(each, 0) else product(each, count) for each in self])


NO_WORK = Work()


class Check(NamedTuple):
    """A condition with its sentence. Rules return checks; measuring settles them.

    `sentence` is a format string over `values`, or a function of them; what to do about it belongs in it.

    >>> Check(at_least(64, 1), "{} channels", (64,)).text
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
    maps_only: ClassVar[bool] = False  # whether every input must be a feature map
    counts: ClassVar[tuple[str, ...]] = ()  # fields that hold whole numbers ≥ 1, single or in pairs
    sizes: ClassVar[tuple[str, ...]] = ()  # fields that hold whole numbers ≥ 0

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__name__.startswith("_"):
            OPS.add(cls.__name__, cls)

    def __post_init__(self) -> None:
        for name in self.counts:
            value = getattr(self, name)
            if not (is_number(value) and value >= 1):
                require_whole(type(self).__name__, name, value, least=1)
        for name in self.sizes:
            require_whole(type(self).__name__, name, getattr(self, name), least=0)

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

    def settings(self) -> dict[str, Any]:
        """The fields that differ from their defaults, by name."""
        values = {field.name: (getattr(self, field.name), field.default) for field in fields(self)}
        return {name: value for name, (value, default) in values.items() if is_array(value) or value != default}


def require_whole(op: str, name: str, value: Any, least: int) -> None:
    """UsageError unless `value` is a whole number, or a tuple of them, each at least `least`.

    Symbols are positive by construction; arrays are left to the rules, which mask cells.
    """
    for part in leaves(value):
        number = dimension(part, f"{op}: {name}")
        if is_number(number) and number < least:
            raise UsageError(f"{op}: {name} must be at least {least}, not {number}")


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


def require_padding(op: str, padding: Any) -> None:
    """UsageError unless `padding` is `valid`, `same`, a number, two numbers, or two pairs of numbers ≥ 0."""
    if padding in ("valid", "same") if isinstance(padding, str) else _is_padding(padding):
        if not isinstance(padding, str):
            require_whole(op, "padding", padding, least=0)
        return
    raise UsageError(
        f"{op}: padding must be 'valid', 'same', a number, (vertical, horizontal) "
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
    vertical, horizontal = (
        value[0] if isinstance(value, tuple) and value[0] == value[1] else value for value in (vertical, horizontal)
    )
    return str(vertical) if vertical == horizontal else f"{vertical}×{horizontal}"

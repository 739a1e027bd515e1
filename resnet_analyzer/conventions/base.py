"""What a convention is: how one tool counts, as a function from a measured row to a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeAlias

from ..dim import Dim, floor_div, total
from ..frozen import NamedTuple
from ..ops.base import Cost
from ..registry import Registry


class MeasuredRow(Protocol):
    """What a convention may know of a layer: its node with the op, the shapes that it read, and the cost."""

    @property
    def node(self) -> Any:
        """The node, with its `op`."""

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The shapes that it read."""

    @property
    def cost(self) -> Cost:
        """Everything that it cost."""


class Part(NamedTuple):
    """A named item of what a tool counts for a layer: `batch norm`, `2 per element`, and how much that makes."""

    item: str
    each: str
    amount: Dim


Count: TypeAlias = Callable[[MeasuredRow], Dim]  # a dimension, or None: it does not see the layer
Parts: TypeAlias = tuple[Part, ...]
Figure: TypeAlias = Literal["work", "params", "activations"]


class Convention(NamedTuple):
    """How one tool counts: `count` turns a measured row into a number, or None for a layer that it does not see.

    `says` tells people what is in it, `tool` and `version` whose way it is, `source` where that stands,
    `faults` what it is known to get wrong. `calls` is the tool's own word for the figure (FLOPs for what
    are MACs, very often), `figure` what it is a count of, `prints` how the tool spells the number.
    `split` gives the named items that `count` is the sum of. A tool that looks at a layer's neighbours
    has `around`: it turns all rows of a network into those that `count` is to be asked. `fails` tells
    of a layer that the tool ends with an error on it, and why; "" of one that it takes.
    """

    name: str
    says: str
    source: str
    count: Count
    tool: str = "resnet-analyzer"
    version: str = ""
    faults: tuple[str, ...] = ()
    calls: str = ""
    figure: Figure = "work"
    prints: Callable[[int], str] = "{:,}".format
    split: Callable[[MeasuredRow], Parts | None] | None = None
    around: Callable[[Any], Any] | None = None
    fails: Callable[[MeasuredRow], str] | None = None

    @property
    def label(self) -> str:
        """Tool and version, as `fvcore 0.1.5`."""
        return f"{self.tool} {self.version}".strip()

    def parts(self, row: MeasuredRow) -> Parts | None:
        """The named items of one layer, which `count` is the sum of; None where it does not see the layer."""
        if self.split is not None:
            return self.split(row)
        amount = self.count(row)
        return None if amount is None else (Part(self.calls or self.name, "", amount),)


CONVENTIONS: Registry[Convention] = Registry("convention", __package__)


def convention(name: str, **about: Any) -> Callable[[Any], Any]:
    """Register the decorated function as the convention `name`; `about` are the other fields of `Convention`."""

    def register(count: Count) -> Count:
        CONVENTIONS.add(name, Convention(name, count=count, **about))
        return count

    return register


def itemised(name: str, **about: Any) -> Callable[[Any], Any]:
    """Register the decorated function, which splits a row into named items, as the convention `name`.

    Its count is their sum.
    """

    def register(split: Callable[[MeasuredRow], Parts | None]) -> Callable[[MeasuredRow], Parts | None]:
        def count(row: MeasuredRow) -> Dim | None:
            parts = split(row)
            return None if parts is None else total([part.amount for part in parts])

        CONVENTIONS.add(name, Convention(name, count=count, split=split, **about))
        return split

    return register


class Rounded(NamedTuple):
    """How a tool prints: so many digits behind the point, in units of `unit`, and a word; `cut` off or rounded."""

    unit: int
    digits: int
    word: str
    cut: bool = False

    def __call__(self, number: int) -> str:
        """A number as the tool prints it.

        >>> Rounded(10**9, 2, " GMac")(4089184256), Rounded(10**9, 1, " G", cut=True)(3857973248)
        ('4.09 GMac', '3.8 G')
        """
        whole, rest = divmod(self.scaled(number), 10**self.digits)
        return f"{whole}.{rest:0{self.digits}d}{self.word}" if self.digits else f"{whole}{self.word}"

    def scaled(self, number: Dim) -> Dim:
        """All the digits that are printed, as one number; over symbols, too."""
        twice = 2 * number * 10**self.digits
        return floor_div(twice if self.cut else twice + self.unit, 2 * self.unit)


def rounded(unit: int, digits: int, word: str) -> Rounded:
    """How a tool prints that rounds.

    >>> rounded(10**9, 2, " GMac")(4089184256)
    '4.09 GMac'
    """
    return Rounded(unit, digits, word)

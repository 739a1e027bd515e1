"""What a convention is: how one tool counts, as a function from a measured row to a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from ..dim import Dim
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


Count: TypeAlias = Callable[[MeasuredRow], Dim]  # a dimension, or None: it does not see the layer


class Convention(NamedTuple):
    """How one tool counts: `count` turns a measured row into a number, or None for a layer that it does not see.

    `says` tells people what is in it, `tool` and `version` whose way it is, `source` where that stands,
    `faults` what it is known to get wrong.
    """

    name: str
    says: str
    source: str
    count: Count
    tool: str = "resnet-analyzer"
    version: str = ""
    faults: tuple[str, ...] = ()


CONVENTIONS: Registry[Convention] = Registry("convention", __package__)


def convention(name: str, **about: Any) -> Callable[[Any], Any]:
    """Register the decorated function as the convention `name`; `about` are the other fields of `Convention`."""

    def register(count: Count) -> Count:
        CONVENTIONS.add(name, Convention(name, count=count, **about))
        return count

    return register

"""What a convention is: a name, a sentence, a source, and a function from counted work to a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..dim import Dim
from ..ops.base import Work
from ..registry import Registry


class Convention(NamedTuple):
    """A way of counting: `count` turns one layer's work into a number, `says` tells people what is in it."""

    name: str
    says: str
    source: str
    count: Callable[[Work], Dim]


CONVENTIONS: Registry[Convention] = Registry("convention", __package__)


def convention(name: str, says: str, source: str) -> Callable[[Callable[[Work], Dim]], Callable[[Work], Dim]]:
    """Register the decorated function as the convention `name`."""

    def register(count: Callable[[Work], Dim]) -> Callable[[Work], Dim]:
        CONVENTIONS.add(name, Convention(name, says, source, count))
        return count

    return register

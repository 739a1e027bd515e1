"""The graph of a design while it is written: nodes in order, so that they can be measured while more are written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from ..architectures.dense_block import DenseBuilder
from ..errors import UsageError
from ..graph import Node
from ..ops.base import Op

MOST_NODES = 12_000


class TooLarge(UsageError):
    """A design that grows beyond what is built."""


class Builder(DenseBuilder):
    """Keeps nodes in the order of writing, so that they can be measured while more are written."""

    def __init__(self, name: str, style: str) -> None:
        super().__init__(name, style)
        self.written: list[Node] = []

    @property
    def names(self) -> Collection[str]:
        """All names so far, in full."""
        return self._nodes

    @property
    def inside(self) -> str:
        """The groups that are open, as `stage1/block2`."""
        return self._scope

    def add(self, name: str, op: Op, *inputs: str, full_name: str | None = None) -> str:
        full = super().add(name, op, *inputs, full_name=full_name)
        if len(self.written) >= MOST_NODES:
            raise TooLarge(f"more than {MOST_NODES:,} layers, the most that a design may have")
        self.written.append(self._nodes[full])
        return full

    def flag(self, **flags: Any) -> None:
        """Change the node written last."""
        node = self.written[-1]._replace(**flags)
        self.written[-1] = self._nodes[node.name] = node


class Growing:
    """What `walk` takes for a graph: nodes that are still being written."""

    def __init__(self, written: list[Node]) -> None:
        self.written = written

    @property
    def nodes(self) -> Iterator[Node]:
        """The nodes so far, and later ones when they are asked for."""
        index = 0
        while True:
            yield self.written[index]
            index += 1

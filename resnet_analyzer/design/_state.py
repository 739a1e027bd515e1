"""A design that is being read: the graph as far as it is written, measured along the way."""

from __future__ import annotations

from typing import Any

from ..architectures.residual_builder import ResidualBuilder
from ..architectures.residual_style import STYLES
from ..frozen import NamedTuple
from ..measurement import Row, walk
from ..ops.base import Check
from ._builder import Builder, Growing
from ._entry import Entry, Problem
from ._header import Header, Overrides
from ._names import Names
from ._text import Text


class Failure(NamedTuple):
    """A layer's row and the rule that it breaks."""

    row: Row
    check: Check


class State:
    """What is known while a design is read; the builders of blocks and the notes on problems share it."""

    def __init__(self, source: Text, header: Header, problems: list[Problem], sizes: Overrides) -> None:
        self.source, self.header, self.problems, self.sizes = source, header, problems, sizes
        self.names: dict[str, Any] = dict(header.variables)
        self.style, self.defaults = header.style, header.defaults
        self.build = Builder(header.name, header.style)
        self.residual = ResidualBuilder(self.build, STYLES[header.style], header.classes)
        self.stage, self.keras_order = 1, False
        self.known = Names(self.build)
        self.origins: dict[str, Entry] = {}
        self.broken: set[str] = set()
        self.rows: dict[str, Row] = {}
        self.failures: list[Failure] = []
        self._walk = walk(Growing(self.build.written), self._failed)  # type: ignore[arg-type]
        self._steps = self._claimed = 0

    def _failed(self, row: Row, check: Check) -> None:
        self.failures.append(Failure(row, check))

    def _measure(self) -> None:
        while len(self.rows) < len(self.build.written):
            row = next(self._walk)
            self.rows[row.name] = row

    def channels(self, name: str, otherwise: int) -> int:
        """The channels that a node puts out, or `otherwise` where that cannot be known."""
        self._measure()
        output = self.rows[name].output if name in self.rows else None
        return otherwise if output is None else output[-1]

    def count(self, word: str) -> int:
        """1, 2, 3 … for each time that the word is asked for in this scope."""
        return self.known.count(word)

    def claim(self, entry: Entry) -> None:
        """Say that the nodes written since the last claim are the entry's."""
        for node in self.build.written[self._claimed :]:
            self.origins[node.name] = entry
        self._claimed = len(self.build.written)

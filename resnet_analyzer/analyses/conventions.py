"""What every tool counts for a network, as that tool would print it, and which layers it does not see."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from ..conventions.base import CONVENTIONS, Convention, Part
from ..dim import total
from ..measurement import Measurement


class Told(NamedTuple):
    """A tool's number for a network, the named items that it is the sum of, and what the tool does not see.

    `missed` are kinds of layers with how many of each. `fails` says why the tool prints no number, "" if it does.
    """

    convention: Convention
    number: Any
    parts: tuple[Part, ...]
    missed: tuple[tuple[str, int], ...]
    fails: str = ""

    def __repr__(self) -> str:
        return f"<Told by {self.convention.name}: {self.number}>"

    @property
    def printed(self) -> str:
        """The number as the tool spells it, or why it fails."""
        return f"fails: {self.fails}" if self.fails else self.convention.prints(self.number)


def rows_for(convention: Convention, measured: Measurement) -> Any:
    """The rows that a convention is asked for: those of the network, or what it makes of them all."""
    return measured.rows if convention.around is None else convention.around(measured.rows)


def counted(convention: Convention, measured: Measurement) -> Any:
    """A tool's number for a network.

    >>> import resnet_analyzer as ra
    >>> counted(CONVENTIONS["fvcore"], ra.measure("resnet50@torchvision"))
    4111512576
    """
    found = [convention.count(row) for row in rows_for(convention, measured)]
    return total([number for number in found if number is not None])


def failure(convention: Convention, measured: Measurement) -> str:
    """Why a tool ends with an error on a network, the first layer and its reason; "" where it does not."""
    if convention.fails is None:
        return ""
    found = ((row.node.name, convention.fails(row)) for row in measured.rows)
    return next((f"{why} ({name})" for name, why in found if why), "")


def told(convention: Convention, measured: Measurement) -> Told:
    """A tool's number with its items, the largest first."""
    amounts: dict[tuple[str, str], list[Any]] = {}
    missed: Counter[str] = Counter()
    for row in rows_for(convention, measured):
        parts = convention.parts(row)
        if parts is None:
            missed[row.node.op.label()] += 1
            continue
        for part in parts:
            amounts.setdefault((part.item, part.each), []).append(part.amount)
    items = [Part(item, each, total(found)) for (item, each), found in amounts.items()]
    items = [item for item in items if not (isinstance(item.amount, int) and item.amount == 0)]
    if all(isinstance(item.amount, int) for item in items):
        items.sort(key=lambda part: -part.amount)
    number, why = total([item.amount for item in items]), failure(convention, measured)
    return Told(convention, number, tuple(items), tuple(missed.most_common()), why)


def conventions(measured: Measurement) -> tuple[Told, ...]:
    """Every tool's number for a network: work first, then activations, then parameters."""
    order = {"work": 0, "activations": 1, "params": 2}
    found = sorted(
        (convention for _, convention in CONVENTIONS.items()), key=lambda each: (order[each.figure], each.name)
    )
    return tuple(told(each, measured) for each in found)


PRODUCTS, OTHER = "multiply-accumulates", "all else"
# The items that tools name, as pieces of one bar; an item that is not here is "all else"
PIECES = {
    PRODUCTS: PRODUCTS,
    "biases": "biases",
    "normalisation": "normalisation",
    "weights of normalisation": "normalisation",
    "activation functions": "activation functions",
    "max pool": "pooling",
    "average pool": "pooling",
    "additions": "additions and products of branches",
    "products of branches": "additions and products of branches",
}
# The same by kind of layer, for a tool whose number is not told by item
BY_KIND = {
    **dict.fromkeys(("convolution", "dense", "attention", "recurrence"), PRODUCTS),
    "normalisation": "normalisation",
    "activation": "activation functions",
    "pooling": "pooling",
    "merge": "additions and products of branches",
}


def pieces(convention: Convention, measured: Measurement) -> dict[str, int]:
    """A tool's number in the same few pieces for every tool, which add up to it.

    >>> import resnet_analyzer as ra
    >>> found = pieces(CONVENTIONS["fvcore"], ra.measure("resnet50@torchvision"))
    >>> found["multiply-accumulates"], found["normalisation"], found["pooling"]
    (4089184256, 22227968, 100352)
    """
    found = dict.fromkeys([*dict.fromkeys(PIECES.values()), OTHER], 0)
    for row in rows_for(convention, measured):
        for part in convention.parts(row) or ():
            named = PIECES if convention.split is not None else BY_KIND
            key = part.item if convention.split is not None else row.node.op.kind
            found[named.get(key, OTHER)] += part.amount
    return found

"""Why two tools print two numbers: which tool, style and unit give a number, and what lies between two of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ..architectures.base import ARCHITECTURES
from ..conventions.base import CONVENTIONS, Convention
from ..errors import AnalyzerError
from ..frozen import NamedTuple
from ..measurement import Measurement, as_html, as_table, measure
from ..numbers import signed
from ..ops.base import Op
from .amount import DECIMAL, UNITS, Amount, amount
from .conventions import counted, failure, told
from .variants import Variant, farther, variants

UNIVERSAL = ("macs", "flops", "params", "activations")  # counts that are nobody's in particular
NATIVE = {"keras_params": "keras", "tensorflow": "keras", "paper": "paper"}  # all other tools run on PyTorch's networks
ORDER = ("macs", "params", "paper", "keras_params", "fvcore", "thop", "ptflops", "calflops", "tensorflow", "torch_flop_counter", "onnx_tool", "flops")  # fmt: skip  # noqa: E501
PLAIN = 3  # how far-fetched an explanation may be before others are looked for


class Explanation(NamedTuple):
    """A tool's number for a network that is written like the given one; `written` says how, if not plainly.

    `far` ranks: the smaller, the simpler.
    """

    variant: Variant
    convention: Convention
    number: int
    written: str = ""
    far: tuple[int, ...] = ()


class Alike(NamedTuple):
    """Explanations that the given digits can't tell apart: one network, one way of writing, each tool's own extras.

    Several `variants` where all of it is the same for them: styles that differ in what no tool counts.
    """

    variants: tuple[Variant, ...]
    written: str
    explanations: tuple[Explanation, ...]

    @property
    def numbers(self) -> dict[int, tuple[Explanation, ...]]:
        """Each different number with the tools that have it, the simplest first."""
        found: dict[int, tuple[Explanation, ...]] = {}
        for each in self.explanations:
            found[each.number] = (*found.get(each.number, ()), each)
        return found


class Reconciled(NamedTuple):
    """A number with all its explanations, the simplest first; without one, the `closest` and what remains."""

    amount: Amount
    explanations: tuple[Explanation, ...]
    closest: Explanation

    @property
    def is_plain(self) -> bool:
        """Whether a tool on its own network prints it so."""
        return bool(self.explanations) and sum(self.explanations[0].far[:2]) < PLAIN

    @property
    def numbers(self) -> tuple[int, ...]:
        """The different numbers that it may be, the most plausible first."""
        return tuple(dict.fromkeys(each.number for each in self.explanations))

    @property
    def alike(self) -> tuple[Alike, ...]:
        """The explanations by network and way of writing, the most plausible first."""
        groups: dict[tuple[str, str], list[Explanation]] = {}
        for each in self.explanations:
            groups.setdefault((each.variant.label, each.written), []).append(each)
        found: dict[Any, Alike] = {}
        for several in groups.values():
            one = several[0]
            same = (one.written, frozenset((each.number, each.convention.name) for each in several))
            before = found.get(same, Alike((), one.written, tuple(several)))
            found[same] = before._replace(variants=(*before.variants, one.variant))
        return tuple(found.values())

    def joined(self, other: Reconciled) -> Reconciled:
        """With the explanations of less likely networks, but for those that are oddly written besides."""
        plain = (each for each in other.explanations if each.far[0] < UNITS[-1][1])
        found = sorted((*self.explanations, *plain), key=_simplest_for(self.amount))
        return Reconciled(self.amount, tuple(found), self.closest)


class Reconciliation(tuple[Reconciled, ...]):
    """Numbers reconciled, each with its explanations; printed or in a notebook, the tables of the command.

    `own` is the network that was asked for.
    """

    own: Variant

    def __new__(cls, found: Iterable[Reconciled], own: Variant) -> Reconciliation:
        """The numbers, said to be of the network `own`."""
        each = super().__new__(cls, found)
        each.own = own
        return each

    @property
    def name(self) -> str:
        """What the network is called."""
        graph = self.own.measured.graph
        return str(graph.about.get("title", graph.name))

    @property
    def pairs(self) -> tuple[tuple[Explanation, Explanation], ...]:
        """Each number that is explained beside the next that counts the same kind of thing; a lone one beside ours."""
        kinds: dict[str, list[Explanation]] = {}
        for each in self:
            if each.explanations:
                first = each.explanations[0]
                kinds.setdefault(first.convention.figure, []).append(first)
        for several in kinds.values():
            if len(several) == 1 and (ours := self.ours(several[0])):
                several.insert(0, ours)
        return tuple(pair for several in kinds.values() for pair in pairwise(several))

    def ours(self, other: Explanation) -> Explanation | None:
        """Our own figure of the same kind, the nearest one; None where it is not known."""
        universal = [each for each in map(CONVENTIONS.__getitem__, UNIVERSAL) if each.figure == other.convention.figure]
        alike = [Explanation(self.own, each, counted(each, self.own.measured)) for each in universal]
        return min(alike, key=lambda each: abs(each.number - other.number), default=None)

    def __repr__(self) -> str:
        return f"<Reconciliation of {self.name}: {', '.join(each.amount.text for each in self)}>"

    def __str__(self) -> str:
        return as_table("reconcile", self)

    def _repr_html_(self) -> str:
        return as_html("reconcile", self)


class Step(NamedTuple):
    """An item of a signed list: how much, and what it is of in words; `layers` are those that it lies in."""

    amount: int
    words: str
    layers: tuple[str, ...] = ()


def _far(each: Explanation, written: int, exact_print: bool, styles: Collection[str]) -> tuple[int, ...]:
    """How far-fetched: how it is written, how unusual the network is (a tool's own, where there is one), the tool."""
    variant, convention = each.variant, each.convention
    native = NATIVE.get(convention.name, "torchvision")
    strange = native in styles and convention.name not in UNIVERSAL and variant.style != native
    rank = ORDER.index(convention.name) if convention.name in ORDER else len(ORDER)
    return (0 if exact_print else written, 3 * strange + variant.far, rank)


def _simplest_for(given: Amount) -> Callable[[Explanation], Any]:
    """What explanations of a number are sorted by: the simplest first, then those that are nearest."""
    return lambda each: (sum(each.far[:2]), each.far, given.distance(each.number))


def _squeezed(text: str) -> str:
    return re.sub(r"[^0-9.a-z]", "", text.lower())


class Table(NamedTuple):
    """Every tool's number for every variant of a network."""

    candidates: tuple[Explanation, ...]

    @classmethod
    def of(cls, several: Sequence[Variant]) -> Table:
        """All conventions on all variants."""
        return cls(tuple(
            Explanation(variant, convention, number)
            for variant in several
            for _, convention in CONVENTIONS.items()
            for number in [counted(convention, variant.measured)]
            if not failure(convention, variant.measured)
        ))  # fmt: skip

    def reconcile(self, given: Amount) -> Reconciled:
        """One number explained."""
        found = []
        pool = [each for each in self.candidates if given.figure in ("", each.convention.figure)]
        styles = {each.variant.style for each in self.candidates}
        for each in pool:
            fit = given.fits(each.number)
            if fit is None:
                continue
            same = _squeezed(each.convention.prints(each.number)) == _squeezed(given.text)
            far = _far(each, fit[1], same, styles)
            found.append(each._replace(written=fit[0], far=far))
        found.sort(key=_simplest_for(given))
        closest = min(pool or self.candidates, key=lambda each: given.distance(each.number))
        return Reconciled(given, tuple(found), closest)


def reconcile(target: Any, numbers: Sequence[str]) -> Reconciliation:
    """Each number with the tools, styles and units that give it (`target` as `targets.resolve` gives it).

    Shortcuts, heads, classes and sizes that nobody named are tried for numbers that have no plain explanation.
    """
    given, near = [amount(text) for text in numbers], variants(target)
    return Reconciliation(_reconciled(target, given, near), near[0])


def _reconciled(target: Any, given: Sequence[Amount], near: Sequence[Variant]) -> tuple[Reconciled, ...]:
    found = tuple(map(Table.of(near).reconcile, given))
    open_ones = [each.amount for each in found if not each.is_plain]
    if not open_ones:
        return found
    far = [each for each in farther(target) if any(_may_fit(each.measured, [one], each.sized) for one in open_ones)]
    if not far:
        return found
    table = Table.of(far)
    return tuple(each if each.is_plain else each.joined(table.reconcile(each.amount)) for each in found)


def difference(first: Explanation, second: Explanation) -> tuple[Step, ...]:
    """What lies between two numbers, as signed items that add up exactly: first the network, then the counting."""
    steps: list[Step] = []
    if first.variant is not second.variant:
        steps += _between_networks(first.convention, first.variant, second.variant)
    if first.convention.name != second.convention.name:
        steps += _between_tools(second.variant, first.convention, second.convention)
    return tuple(step for step in steps if step.amount)


def _between_tools(variant: Variant, one: Convention, two: Convention) -> list[Step]:
    """Item by item: what the second counts more than the first, or less."""
    before, after = told(one, variant.measured).parts, told(two, variant.measured).parts
    amounts: dict[str, list[int]] = {}
    words: dict[str, tuple[str, str]] = {}
    for place, (parts, convention) in enumerate(((before, one), (after, two))):
        for part in parts:
            item = _item(part.item)
            amounts.setdefault(item, [0, 0])[place] += part.amount
            words[item] = ("" if part.each == "each" else part.each, convention.label)
    return [
        Step(
            new - old,
            f"{item} ({words[item][0]}, {words[item][1]})" if words[item][0] else f"{item} ({words[item][1]})",
        )
        for item, (old, new) in amounts.items()
    ]


def _item(item: str) -> str:
    return "multiply-accumulates" if item in ("MACs", "FLOPs") else item


def _between_networks(convention: Convention, one: Variant, two: Variant) -> list[Step]:
    """Layer by layer where both have the same names, equal amounts told together; else item by item."""
    before, after = (_by_layer(convention, each.measured) for each in (one, two))
    if set(before) != set(after) or _inputs(one) != _inputs(two):
        return _by_item(convention, one, two)
    groups: dict[tuple[int, str], list[str]] = {}
    ops = [{node.name: node.op for node in each.measured.graph} for each in (one, two)]
    for name, old in before.items():
        if after[name] != old:
            words = _change(ops[0][name], ops[1][name])
            groups.setdefault((after[name] - old, words), []).append(name)
    return [
        Step(each * len(names), _told_together(each, names, words, two.label), tuple(names))
        for (each, words), names in groups.items()
    ]


def _inputs(variant: Variant) -> list[Any]:
    return [node.op.shape for node in variant.measured.graph.inputs]  # type: ignore[attr-defined]


def _told_together(each: int, names: list[str], words: str, label: str) -> str:
    where = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    times = f"{len(names)} × {signed(each).removeprefix('+')}: " if len(names) > 1 else ""
    return f"{times}{words or 'another input'} in {where} ({label})"


def _change(old: Op, new: Op) -> str:
    """What differs in a layer's settings, in words: `stride 2 → 1`."""
    before, after = old.settings(), new.settings()
    names = [name for name in (*before, *after) if before.get(name) != after.get(name)]
    changed = [
        f"{name.replace('_', ' ').replace('strides', 'stride')} {getattr(old, name, None)} → {getattr(new, name, None)}"
        for name in dict.fromkeys(names)
    ]
    return ", ".join(changed)


def _by_layer(convention: Convention, measured: Measurement) -> dict[str, int]:
    from .conventions import rows_for

    return {row.node.name: convention.count(row) or 0 for row in rows_for(convention, measured)}


def _by_item(convention: Convention, one: Variant, two: Variant) -> list[Step]:
    amounts: Counter[tuple[str, str]] = Counter()
    for sign, each in ((-1, one), (1, two)):
        for part in told(convention, each.measured).parts:
            amounts[part.item, part.each] += sign * part.amount
    return [Step(number, f"{item} ({two.label} instead of {one.label})") for (item, _), number in amounts.items()]


class Fit(NamedTuple):
    """A registered network that fits several numbers, with the explanation of each."""

    name: str
    explanations: tuple[Explanation, ...]


def networks_that_fit(numbers: Sequence[str]) -> tuple[Fit, ...]:
    """Registered networks, as published, for which a tool gives each of the numbers; the simplest first."""
    given = [amount(text) for text in numbers]
    found = []
    for _, architecture in ARCHITECTURES.items():
        for style in architecture.styles:
            try:
                measured = measure(architecture.graph(None, None, style))
            except AnalyzerError:
                continue
            if not _may_fit(measured, given):
                continue
            label = f"{architecture.name}@{style}"
            table = Table.of((Variant(label, style, 0, measured),))
            reconciled = [table.reconcile(each) for each in given]
            if all(each.explanations for each in reconciled):
                found.append(Fit(label, tuple(each.explanations[0] for each in reconciled)))
    return tuple(sorted(found, key=lambda fit: sum(sum(each.far[:2]) for each in fit.explanations)))


def _may_fit(measured: Measurement, given: Sequence[Amount], work_alone: bool = False) -> bool:
    """Whether every number is within reach of a total: no tool prints 30 % more than its MACs, FLOPs or parameters."""
    totals = measured.totals
    work = (totals.macs, 2 * totals.macs, totals.flops, totals.activations)
    bases = [base for base in (*work, *(() if work_alone else (totals.params, totals.all_params))) if base]
    return all(
        any(Fraction(7, 10) * base <= each.digits * DECIMAL[each.unit] <= Fraction(13, 10) * base for base in bases)
        for each in given
    )

"""Budgets (at most 26M parameters) and expectations (exactly 25,557,032) that a network is checked against."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, NamedTuple

from ..design import (
    Field,
    FieldError,
    Items,
    Pairs,
    Place,
    Problem,
    Scalar,
    Value,
    kind_of,
    quoted,
    read_shape,
    whole_number,
)
from ..errors import UsageError
from ..measurement import Measurement, Row, Totals
from ..numbers import short
from ..shape import spell

FIGURES = Totals._fields
LIMITED = (*FIGURES, "memory")  # memory: bytes of weights and live activations, as `solve --max-memory`
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
BYTES = {**UNITS, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt, "==": operator.eq, "=": operator.eq,
}  # fmt: skip
LIMIT = re.compile(r"\s*(<=|>=|==|<|>|=|≤|≥)?\s*([0-9][0-9_,]{0,24}(?:\.[0-9]{1,12})?)\s*([kKmMgGtT]?[iI]?)([bB]?)\s*")


class Limit(NamedTuple):
    """A bound on a figure of the totals, where it was said."""

    figure: str
    sign: str
    value: Fraction
    text: str
    place: Place = Place()


class Verdict(NamedTuple):
    """Whether a limit or an expectation holds; None where the figure's lower bound does not decide it.

    `least` tells that only such a bound is known. `value` is the figure, `limit` what it is held to; a shape has none.
    """

    kind: str
    what: str
    wanted: str
    actual: str
    holds: bool | None
    place: Place = Place()
    least: bool = False
    value: int | None = None
    limit: Fraction | None = None

    @property
    def says(self) -> str:
        """The verdict as a sentence."""
        least = "at least " if self.least else ""
        return f"{self.what}: {least}{self.actual}, {self.kind} {self.wanted}"

    @property
    def word(self) -> str:
        """Whether it holds: `holds`, `fails` or `not known`."""
        return {True: "holds", None: "not known", False: "fails"}[self.holds]

    @property
    def missed(self) -> str:
        """By how much a figure fails: `9.501 M (3.3 %) over`; empty where it holds, or is no figure."""
        if self.holds is not False or self.value is None or self.limit is None:
            return ""
        missed = self.value - self.limit
        percent = float(abs(100 * missed / self.limit)) if self.limit else 0.0
        share = f" ({percent:,.{int(percent < 100)}f} %)" if percent >= 0.05 else ""
        return f"{short(round(abs(missed)))}{share} {'over' if missed >= 0 else 'below'}"

    @property
    def result(self) -> str:
        """The verdict as a sentence, with the result."""
        return f"{self.says}: {self.word}{' · ' * bool(self.missed)}{self.missed}"


def parse_limit(figure: str, text: str, place: Place = Place()) -> Limit:  # noqa: B008 (immutable)
    """A limit from its text; ValueError with a sentence if it is none.

    >>> parse_limit("params", "<= 26M").value, parse_limit("macs", "4.2G").sign
    (Fraction(26000000, 1), '<=')
    """
    if figure not in LIMITED:
        near = get_close_matches(figure, LIMITED, n=1)
        guess = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(LIMITED)}."
        raise ValueError(f"unknown figure {quoted(figure)}. {guess}")
    match = LIMIT.fullmatch(text)
    units = BYTES if figure == "memory" else UNITS
    if match is None or match[3].lower() not in units or (match[4] and units is UNITS):
        examples = "'<= 16M', '< 512MiB'" if units is BYTES else "'<= 26M', '< 4.2G' or '100000'"
        raise ValueError(f"{figure}: {text!r:.40} is not a limit; write it as {examples}")
    sign = {"≤": "<=", "≥": ">=", None: "<="}.get(match[1], match[1])
    value = Fraction(match[2].replace("_", "").replace(",", "")) * units[match[3].lower()]
    return Limit(figure, sign, value, f"{sign} {match[2]}{match[3]}{match[4]}", place)


def limits_of(most: Mapping[str, int | str]) -> list[Limit]:
    """The most that figures may be, by their names, as limits; UsageError for what is none.

    >>> limits_of({"macs": "300M", "memory": 16_000_000})[1].value
    Fraction(16000000, 1)
    """
    try:
        return [parse_limit(figure, str(value)) for figure, value in most.items()]
    except ValueError as error:
        raise UsageError(f"budgets: {error}") from None


def read_limits(node: Value | None) -> tuple[list[Limit], list[Problem]]:
    """The limits under `budgets`, and what is wrong with them."""
    limits: list[Limit] = []
    problems: list[Problem] = []
    if node is None:
        return limits, problems
    if not isinstance(node, Pairs):
        says = f"budgets must be a mapping, as {{params: '<= 26M'}}, not {kind_of(node)}"
        return [], [Problem("budget", says, node.place)]
    for key, value in node.pairs:
        texts = str(value.value).split(", ") if isinstance(value, Scalar) and value.value is not None else [""]
        for text in texts:
            try:
                limits.append(parse_limit(str(key.value), text, value.place))
            except ValueError as error:
                problems.append(Problem("budget", str(error), value.place))
    return limits, problems


def judged(limits: list[Limit], measurement: Measurement) -> list[Verdict]:
    """Whether each limit holds."""
    verdicts = []
    for limit in limits:
        actual, least, unit = figure_of(limit.figure, measurement)
        holds = _from_below(limit.sign, actual, limit.value) if least else COMPARE[limit.sign](actual, limit.value)
        told, value = f"{actual:,}{unit}", limit.value
        verdicts.append(Verdict("budget", limit.figure, limit.text, told, holds, limit.place, least, actual, value))
    return verdicts


def figure_of(figure: str, measurement: Measurement) -> tuple[int, bool, str]:
    """A figure that can be limited, whether it is only a lower bound, and its unit."""
    if figure != "memory":
        return getattr(measurement.totals, figure), figure in measurement.lower_bounds, ""
    from .memory import memory

    needed = memory(measurement)
    return needed.total, not needed.exact, " bytes"


def _from_below(sign: str, least: int, value: Fraction) -> bool | None:
    """Whether a limit holds for a figure known as a lower bound; None where that does not decide it.

    >>> [_from_below(sign, 1792, Fraction(100)) for sign in (">=", "<=", "==")], _from_below("<=", 50, Fraction(100))
    ([True, False, False], None)
    """
    if sign in (">=", ">"):
        return COMPARE[sign](least, value) or None
    broken = least >= value if sign == "<" else least > value
    return False if broken else None


def expected(node: Value | None, measurement: Measurement) -> tuple[list[Verdict], list[Problem]]:
    """Whether the exact figures and shapes under `expect` are those of the network."""
    if node is None:
        return [], []
    if not isinstance(node, Pairs):
        says = f"expect must be a mapping, as {{params: 25557032, conv1: 112x112x64}}, not {kind_of(node)}"
        return [], [Problem("expect", says, node.place)]
    verdicts: list[Verdict] = []
    problems: list[Problem] = []
    for key, value in node.pairs:
        try:
            verdicts += _expected(str(key.value), value, key.place, measurement)
        except FieldError as error:
            problems.append(Problem("expect", error.says, error.node.place))
    return verdicts, problems


def _expected(name: str, node: Value, place: Place, measurement: Measurement) -> list[Verdict]:
    if name in FIGURES:
        return [_exactly(name, name, node, getattr(measurement.totals, name), name in measurement.lower_bounds)]
    row = measurement.rows[-1] if name == "output" else measurement.by_name.get(name)
    if row is None:
        near = get_close_matches(name, list(measurement.by_name), n=1)
        guess = f" Did you mean {near[0]}?" if near else f" A figure ({', '.join(FIGURES)}), output, or a layer's name."
        raise FieldError(Scalar(place, name), f"expect: there is no layer or figure {quoted(name)}.{guess}")
    if isinstance(node, Pairs):
        return [_of_row(row, str(key.value), value, place) for key, value in node.pairs]
    return [_shape(row, node)]


def _of_row(row: Row, what: str, node: Value, place: Place) -> Verdict:
    if what == "output":
        return _shape(row, node)
    if what in ("params", "trainable_params"):
        return _exactly(f"{row.name}: {what}", what, node, getattr(row, what), row.cost.unknown not in ((), ("work",)))
    if what == "macs":
        return _exactly(f"{row.name}: macs", what, node, row.macs, "work" in row.cost.unknown)
    raise FieldError(Scalar(place, what), f"expect: {quoted(what)} is not known of a layer: output, params, macs")


def _exactly(name: str, figure: str, node: Value, actual: int, least: bool) -> Verdict:
    wanted = whole_number(Field(figure, "whole", least=0), node, {})
    holds = _from_below("==", actual, Fraction(wanted)) if least else wanted == actual
    return Verdict("expected", name, f"{wanted:,}", f"{actual:,}", holds, node.place, least, actual, Fraction(wanted))


def _shape(row: Row, node: Value) -> Verdict:
    if isinstance(node, (Items, Scalar)):
        wanted = read_shape(node, {}, "expect")
        return Verdict("expected", row.name, spell(wanted), spell(row.output), wanted == row.output, node.place)
    raise FieldError(node, "expect: a layer's output is written as 56x56x256")

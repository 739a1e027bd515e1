"""Einstein's summation as numpy writes it: `bij,bjk->bik`, with `...` for axes without names."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..dim import Condition, Dim, equal, product
from ..errors import UsageError
from ..reach import EVERYTHING, Along, Reach, Reaches
from ..shape import Shape, spell
from ._broadcast import broadcast, common_size, goes_with
from .base import Check, Work

ELLIPSIS = "..."


class Equation(NamedTuple):
    """The names of the axes of every operand, and of the output; `...` is one name among them."""

    operands: tuple[tuple[str, ...], ...]
    output: tuple[str, ...]


def parse(op: str, text: object) -> Equation:
    """An equation read; UsageError if it is none.

    Without an arrow the output has the letters that occur once, in alphabetic order, after `...`.

    >>> parse("Einsum", "b...i, ij -> b...j").output, parse("Einsum", "ba").output
    (('b', '...', 'j'), ('a', 'b'))
    """
    if not isinstance(text, str):
        raise UsageError(f"{op}: equation must be a text like 'bij,bjk->bik', not {text!r}")
    left, arrow, right = text.replace(" ", "").partition("->")
    operands = tuple(_names(op, part, text) for part in left.split(","))
    letters = [name for operand in operands for name in operand]
    if arrow:
        output = _names(op, right, text)
        if not set(output) <= set(letters) or len(set(output)) != len(output):
            raise UsageError(f"{op}: {text!r} has an output axis that no operand has, or one twice")
    else:
        twice = {name for place, name in enumerate(letters) if name in letters[:place]}
        output = (*([ELLIPSIS] if ELLIPSIS in letters else []), *sorted(set(letters) - twice - {ELLIPSIS}))
    return Equation(operands, output)


def _names(op: str, part: str, text: str) -> tuple[str, ...]:
    if re.fullmatch(r"[A-Za-z]*(\.\.\.)?[A-Za-z]*", part) is None:
        raise UsageError(f"{op}: {text!r} is no equation: axes are letters, operands parted by commas")
    before, dots, after = part.partition(ELLIPSIS)
    return (*before, *([dots] if dots else []), *after)


class Contraction(NamedTuple):
    """What an equation makes of shapes: the output, its work, and what must agree."""

    output: Shape | None
    work: Work
    checks: tuple[Check, ...]


def contract(equation: Equation, shapes: tuple[Shape, ...]) -> Contraction:
    """The equation carried out.

    Two operands at a time, from the left: a multiply-accumulate for every combination of the places along
    all axes of the two, summed to the axes that the output or a later operand still names. One operand
    alone is summed: an addition for every number but the first of each sum.
    """
    sizes, checks = _sizes(equation, shapes)
    if sizes is None:
        return Contraction(None, Work(), checks)
    remaining = list(map(frozenset, equation.operands))
    output = Shape(*[size for name in equation.output for size in sizes[name]])
    if len(remaining) == 1:  # one operand
        return Contraction(output, Work(adds=_elements(remaining[0], sizes) - output.elements), checks)
    work, held = Work(), remaining.pop(0)
    while len(remaining):
        both = held | remaining.pop(0)
        wanted = both & frozenset(equation.output).union(*remaining)
        work += Work(_elements(both, sizes), _elements(wanted, sizes))
        held = wanted
    return Contraction(output, work, checks)


def _elements(names: frozenset[str], sizes: dict[str, tuple[Dim, ...]]) -> Dim:
    return product(*[size for name in sorted(names) for size in sizes[name]])


def _sizes(
    equation: Equation, shapes: tuple[Shape, ...]
) -> tuple[dict[str, tuple[Dim, ...]] | None, tuple[Check, ...]]:
    """The sizes that each name stands for (several for `...`); None if the ranks do not fit."""
    by_name: dict[str, list[Dim]] = {}
    checks: list[Check] = []
    unnamed: list[Shape] = []
    for names, shape in zip(equation.operands, shapes, strict=False):
        rest_rank = len(shape) - len([name for name in names if name != ELLIPSIS])
        if rest_rank < 0 or (rest_rank > 0 and ELLIPSIS not in names):
            sentence = "{} lacks the axes {}."
            return None, (Check(False, sentence, (spell(shape), "".join(names))),)
        left = iter(shape)
        own: dict[str, Dim] = {}
        for name in names:
            if name == ELLIPSIS:
                unnamed.append(Shape(*[next(left) for _axis in range(rest_rank)]))
            elif name in own:  # a diagonal
                checks.append(_agreement(name, own[name], size := next(left), equal(own[name], size)))
            else:
                own[name] = next(left)
                by_name.setdefault(name, []).append(own[name])
    sizes = {name: (common_size(tuple(each)),) for name, each in by_name.items()}
    checks += [
        _agreement(name, size, sizes[name][0], goes_with(size, sizes[name][0]))
        for name, each in by_name.items()
        for size in each
    ]
    if len(unnamed):
        common, more = broadcast("sum over", tuple(unnamed))
        sizes[ELLIPSIS] = tuple(common)
        checks.extend(more)
    return sizes, tuple(check for check in checks if check.condition is not True)


def _agreement(name: str, size: Dim, other: Dim, condition: Condition) -> Check:
    return Check(condition, "the axes called {} disagree: {} and {}.", (name, size, other))


def reaches(equation: Equation, shapes: tuple[Shape, ...], output: Shape | None) -> tuple[Reaches, ...] | None:
    """How the output's places depend on those of every operand; None where the equation has no output.

    >>> [type(along).__name__ for along in reaches(parse("it", "ij,jk->ik"), (Shape(2, 3),), Shape(2, 4))[0]]
    ['Reach', 'Mixed']
    """
    if output is None:
        return None
    unnamed_rank = len(output) - len(equation.output) + 1
    places: dict[str, int] = {}
    place = 0
    for name in equation.output:
        places[name] = place
        place += unnamed_rank if name == ELLIPSIS else 1
    found: list[Reaches] = []
    for names, shape in zip(equation.operands, shapes, strict=False):
        rest_rank = len(shape) - len(names) + 1
        along: list[Along] = []
        for name in names:
            if name != ELLIPSIS:
                along.append(Reach(places[name]) if name in places else EVERYTHING)
            elif ELLIPSIS in places:
                last_place = places[name] + unnamed_rank
                along += [Reach(axis) for axis in range(last_place - rest_rank, last_place)]
            else:
                along += [EVERYTHING] * rest_rank
        found.append(tuple(along))
    return tuple(found)

"""How much a network may grow against an earlier version: limits in percent, each judged on both totals."""

from __future__ import annotations

import re
from difflib import get_close_matches
from fractions import Fraction
from typing import NamedTuple

from ..errors import UsageError
from ..measurement import Measurement
from .budgets import LIMITED, figure_of

PERCENT = re.compile(r"(?:([a-z_-]+)=)?([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*%?")
USUAL = ("params", "macs")  # what a limit without a name is on


class Growth(NamedTuple):
    """A figure before and after, against the most that it may be: `most`, rounded down, is `share` above `before`.

    `holds` is None where only a lower bound of the figure is known on either side and does not decide it.
    """

    figure: str
    share: Fraction
    before: int
    after: int
    most: int
    holds: bool | None

    @property
    def over(self) -> int:
        """By how much the limit is broken; 0 where it is not."""
        return max(self.after - self.most, 0)


def parse_growth(text: str) -> dict[str, Fraction]:
    """`1%` of parameters and of MACs, or `macs=1%` of one figure, as shares; UsageError for what is neither.

    >>> parse_growth("1%"), parse_growth("macs=0.5%")
    ({'params': Fraction(1, 100), 'macs': Fraction(1, 100)}, {'macs': Fraction(1, 200)})
    """
    match = PERCENT.fullmatch(text.strip().lower())
    if match is None:
        raise UsageError(f"{text!r:.40}: expected a percentage, as 1%, or FIGURE=1%, as macs=1%")
    figure = (match[1] or "").replace("-", "_")
    if figure and figure not in LIMITED:
        near = get_close_matches(figure, LIMITED, n=1)
        guess = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(LIMITED)}."
        raise UsageError(f"unknown figure {figure!r}. {guess}")
    return dict.fromkeys([figure] if figure else USUAL, Fraction(match[2]) / 100)


def grown(before: Measurement, after: Measurement, limits: dict[str, Fraction]) -> tuple[Growth, ...]:
    """Each limit judged.

    >>> import resnet_analyzer as ra
    >>> one, two = ra.measure("resnet50@paper"), ra.measure("resnet50@torchvision")
    >>> [(each.figure, each.over, each.holds) for each in grown(one, two, parse_growth("5%"))]
    [('params', 0, True), ('macs', 38312346, False)]
    """
    return tuple(_judged(figure, share, before, after) for figure, share in limits.items())


def _judged(figure: str, share: Fraction, before: Measurement, after: Measurement) -> Growth:
    (was, was_least, _), (now, now_least, _) = figure_of(figure, before), figure_of(figure, after)
    most = int(was * (1 + share))
    known = not was_least and (not now_least or now > most)
    return Growth(figure, share, was, now, most, now <= most if known else None)

"""`diff`: what changed between two networks, layer by layer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from ..measurement import measure
from . import _completion as completion
from ._network import TRUST, NetworkOptions, Word, network_options, resolve
from ._output import Destination, deliver, output_options

if TYPE_CHECKING:
    from fractions import Fraction

GROWTH = "Exit with 1 if parameters or MACs grew by more: 1%; or another figure: macs=1%, memory=0%."


@click.command(short_help="What changed between two networks, layer by layer.")
@click.argument("first", metavar="BEFORE", shell_complete=completion.networks)
@click.argument("second", metavar="AFTER", shell_complete=completion.networks)
@TRUST
@click.option("--by", type=Word(["change", "layer"]), default="change", help="A line per kind of change, or per layer.")
@click.option("--fail-over", metavar="[FIGURE=]PERCENT", multiple=True, help=GROWTH)
@network_options
@output_options
def command(
    first: str,
    second: str,
    trust: tuple[str, ...],
    by: str,
    fail_over: tuple[str, ...],
    asked: NetworkOptions,
    destination: Destination,
) -> None:
    """What changed between two networks; the effects add up to the difference.

    \b
    resnet-analyze diff resnet50@paper resnet50@torchvision
    resnet-analyze diff resnet50 resnext50_32x4d --fail-over macs=10% --format github
    resnet-analyze diff resnet50 resnext50_32x4d --format markdown
    """
    from ..analyses.diff import diff
    from ..analyses.growth import grown
    from ..report.diff import diff_report, holds, verdict

    limits = _limits(fail_over)
    one, two = [measure(resolve(target, asked, trust).graph) for target in (first, second)]
    found = diff(one, two)
    growths = grown(one, two, limits)
    report = diff_report(found, (first, second), by == "layer", growths)
    deliver(report, destination, f": {verdict(growths)}" if growths else "")
    if not holds(growths):
        sys.exit(1)


def _limits(texts: tuple[str, ...]) -> dict[str, Fraction]:
    """What `--fail-over` says, by the figure's name; of several limits on one figure the last."""
    from ..analyses.growth import parse_growth

    limits: dict[str, Fraction] = {}
    for text in texts:
        try:
            limits.update(parse_growth(text))
        except UsageError as error:
            raise UsageError(f"--fail-over {error}") from None
    return limits

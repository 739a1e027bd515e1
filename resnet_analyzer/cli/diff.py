"""`diff`: what changed between two networks, layer by layer."""

from __future__ import annotations

import re
import sys
from fractions import Fraction

import click

from ..errors import UsageError
from ..measurement import measure
from . import _completion as completion
from ._network import TRUST, NetworkOptions, Word, network_options, resolve
from ._output import Destination, deliver, output_options

LIMIT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*%")


@click.command(short_help="What changed between two networks, layer by layer.")
@click.argument("first", metavar="BEFORE", shell_complete=completion.networks)
@click.argument("second", metavar="AFTER", shell_complete=completion.networks)
@TRUST
@click.option("--by", type=Word(["change", "layer"]), default="change", help="A line per kind of change, or per layer.")
@click.option("--fail-over", metavar="PERCENT", help="Exit with 1 if parameters or MACs grew by more, as 1%.")
@network_options
@output_options
def command(
    first: str,
    second: str,
    trust: tuple[str, ...],
    by: str,
    fail_over: str | None,
    asked: NetworkOptions,
    destination: Destination,
) -> None:
    """What changed between two networks; the effects add up to the difference.

    \b
    resnet-analyze diff resnet50@paper resnet50@torchvision
    resnet-analyze diff resnet50 resnext50_32x4d --fail-over 10% --format markdown
    """
    from ..analyses.diff import diff
    from ..report.diff import diff_report

    limit = _limit(fail_over)
    one, two = [measure(resolve(target, asked, trust).graph) for target in (first, second)]
    found = diff(one, two)
    deliver(diff_report(found, (first, second), by == "layer"), destination)
    grown = [(found.params, one.totals.params), (found.macs, one.totals.macs)]
    if limit is not None and any(more > limit * whole for more, whole in grown):
        sys.exit(1)


def _limit(text: str | None) -> Fraction | None:
    """`1%` as a hundredth; UsageError for what is no percentage."""
    if text is None:
        return None
    match = LIMIT.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"--fail-over {text!r}: expected a percentage, as 1%")
    return Fraction(match[1]) / 100

"""`reconcile`: why two tools print two numbers."""

from __future__ import annotations

import click

from ..errors import AnalyzerError, UsageError
from . import _completion as completion
from ._network import TRUST, NetworkOptions, Word, network_options, resolve
from ._output import Destination, deliver, output_options


@click.command(short_help="Whose numbers these are, and what lies between them.")
@click.argument("words", nargs=-1, required=True, metavar="[TARGET] NUMBER...", shell_complete=completion.networks)
@TRUST
@click.option("--by", type=Word(["item", "layer"]), default="item", help="Differences by item, or down to layers.")
@network_options
@output_options
def command(
    words: tuple[str, ...], trust: tuple[str, ...], by: str, asked: NetworkOptions, destination: Destination
) -> None:
    """Whose numbers these are, and what lies between them; without a target, which networks fit all.

    \b
    resnet-analyze reconcile resnet50 4.11G 3.86G 25.6M
    resnet-analyze reconcile resnet50 3.8G 4.09G --by layer
    resnet-analyze reconcile 4.12G 25.56M
    """
    from ..analyses.reconcile import networks_that_fit, reconcile
    from ..report.reconcile import fitting_report, reconcile_report

    if _is_number(words[0]):
        deliver(fitting_report(words, networks_that_fit(words)), destination)
        return
    if len(words) < 2:
        raise UsageError(f"reconcile {words[0]}: give the numbers to explain, as 4.11G or 25,557,032")
    found = resolve(words[0], asked, trust)
    deliver(reconcile_report(reconcile(found, words[1:]), by == "layer"), destination)


def _is_number(word: str) -> bool:
    from ..analyses.amount import amount

    try:
        amount(word)
    except AnalyzerError:
        return False
    return True

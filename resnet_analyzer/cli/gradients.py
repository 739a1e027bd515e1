"""`gradients`: signal and gradient at initialisation, measured on real Keras models and predicted from the graph."""

from __future__ import annotations

import sys

import click

from ..analyses.signals import NetSignals, SignalStudy
from ..measurement import WRITERS
from ._network import Count, Word
from ._output import (
    PICTURES,
    Destination,
    deliver,
    deliver_picture,
    draw_quietly,
    format_for,
)
from ._study import depths_of, net_options, nets_of, result_options

OWN = {"picture": PICTURES}


@click.command(short_help="Signal and gradient at initialisation, layer by layer.")
@net_options("plain,resnet,preresnet", ": all")
@click.option("--dataset", default="cifar", type=Word(["cifar"]), help="Dataset of the nets: cifar.")
@click.option(
    "--norm", default="both", type=Word(["both", "with", "without"]), help="Batch norm: with, without, or both."
)
@click.option("--seeds", type=Count(1, 1000), default=5, metavar="N", help="Random initialisations; default 5.")
@click.option("--pairs", type=Count(1, 4096), default=8, metavar="N", help="Pairs of neighbouring images; default 8.")
@click.option("--by-layer", is_flag=True, help="A table per net, a line per layer.")
@result_options("Show the measurement that comes with the package; run nothing.", "run")
def command(
    net_names: str,
    dataset: str,
    depth_texts: str,
    norm: str,
    seeds: int,
    pairs: int,
    by_layer: bool,
    stored: bool,
    device_name: str,
    format_name: str | None,
    output: str | None,
) -> None:
    """Signal and gradient at initialisation, layer by layer, beside what theory says.

    \b
    resnet-analyze gradients --stored
    resnet-analyze gradients --net plain,resnet --depths 20 --seeds 2
    resnet-analyze gradients --net plain,resnet,preresnet --dataset cifar --depths 20,56,110 --seeds 1

    Real Keras models, one forward and one backward pass on drawn images; needs Keras, unless --stored.
    """
    from ..report.signals import signals_report

    file = None if output == "-" else output
    kind = format_for(format_name, file, OWN)
    if stored:
        from ..report.stored import signals

        study = signals()
    else:
        norms = {"both": (False, True), "with": (True,), "without": (False,)}[norm]
        asked = [(net, depth, each) for net in nets_of(net_names) for depth in depths_of(depth_texts) for each in norms]
        study = _measured(asked, seeds, pairs, device_name, dataset)
    if kind == "picture":
        from ..plots.signals import draw

        draw_quietly()
        deliver_picture(draw(study), str(file))
        return
    deliver(signals_report(study, by_layer), Destination(WRITERS[kind], file))


def _measured(
    asked: list[tuple[str, int, bool]], seeds: int, pairs: int, device_name: str, dataset: str
) -> SignalStudy:  # fmt: skip
    from ..crosscheck.framework import device, start_quietly
    from ..crosscheck.signals import measure_nets, network
    from ..crosscheck.training import versions

    for each in asked:
        network(*each, dataset)  # a net that is not there is told before anything runs
    start_quietly()
    on = device(device_name)
    found: list[NetSignals] = []
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=len(asked), label="gradients", file=sys.stderr, hidden=hidden) as bar:
        for net in measure_nets(asked, seeds, pairs):
            found.append(net)
            bar.update(1)
    return SignalStudy(seeds, pairs, on.text(), versions(), tuple(found))

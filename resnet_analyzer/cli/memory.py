"""`memory`: what a network needs while it runs, or while it is trained."""

from __future__ import annotations

from typing import Any

import click

from ._memory import model_options
from ._network import OneNetwork, Word, one_network
from ._output import Destination, deliver, deliver_drawn, picture_options
from ._recipe import names_of, resolve_recipe


@click.command(short_help="Bytes of weights and live activations; the least peak.")
@model_options
@click.option("--in", "variables", metavar="NAMES", help="Formulas in these instead of numbers: n, batch, n,batch ...")
@click.option("--by", type=Word(["stage", "block", "layer"]), default="stage", help="A line per stage, block or layer.")
@one_network
@picture_options("a picture of the bytes alive")
def command(
    model: Any,
    variables: str | None,
    by: str,
    network: OneNetwork,
    destination: Destination,
) -> None:
    """Bytes of weights and live activations, layer by layer; the least over all orders; training.

    \b
    resnet-analyze memory resnet50
    resnet-analyze memory resnet50 --in-place --fuse-bn
    resnet-analyze memory resnet50 --mode training --batch 32 --optimizer adam --dtype bfloat16
    resnet-analyze memory resnet50 --in n,batch
    """
    if variables is not None:
        from ..analyses.memory_model import memory_form
        from ..report.forms import memory_form_report

        form = memory_form(resolve_recipe(network.target, network.asked), names_of(variables), model)
        deliver(memory_form_report(form, model), destination)
        return
    measured = network.measured()
    if destination.is_picture:
        deliver_drawn("memory", measured, destination, model=model)
        return
    from ..report.memory import memory_report

    deliver(memory_report(measured, model, by), destination)

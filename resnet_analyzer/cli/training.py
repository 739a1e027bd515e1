"""`training`: what it costs to train a network."""

from __future__ import annotations

from typing import Any

import click

from ._memory import setting_options
from ._network import COUNT, OneNetwork, Word, one_network
from ._output import Destination, deliver, deliver_drawn, picture_options
from ._recipe import names_of, resolve_recipe


@click.command(short_help="The cost of training: per step, per epoch and in all.")
@click.option("--images", type=COUNT, default=1, metavar="N", help="Images of the training set: 1281167 for ImageNet.")
@click.option("--epochs", type=COUNT, default=1, metavar="N", help="How often each is seen; once if not given.")
@setting_options
@click.option("--in", "variables", metavar="NAMES", help="Formulas in these instead of numbers: n, batch, n,batch ...")
@click.option("--by", type=Word(["stage", "layer"]), default="stage", help="A line per stage, or per layer.")
@one_network
@picture_options("a picture of the passes")
def command(
    images: int,
    epochs: int,
    setting: Any,
    variables: str | None,
    by: str,
    network: OneNetwork,
    destination: Destination,
) -> None:
    """The cost of training: forward, gradients of inputs and of weights, per step, epoch and in all.

    \b
    resnet-analyze training resnet50 --batch 256 --images 1281167 --epochs 90
    resnet-analyze training resnext50_32x4d --batch 32 --by layer --format csv
    resnet-analyze training resnet50 --in n,batch
    """
    from ..analyses.training import training

    if variables is not None:
        from ..analyses.training_form import training_form
        from ..report.forms import training_form_report

        form = training_form(resolve_recipe(network.target, network.asked), names_of(variables), setting)
        deliver(training_form_report(form, setting), destination)
        return
    measured = network.measured()
    if destination.is_picture:
        deliver_drawn("training", measured, destination, setting=setting)
        return
    from ..report.training import training_report

    course = training(measured, images, epochs, setting)
    deliver(training_report(measured, course, setting, by), destination)

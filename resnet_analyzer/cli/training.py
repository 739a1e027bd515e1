"""`training`: what it costs to train a network."""

from __future__ import annotations

from typing import Any

import click

from ..measurement import WRITERS, measure
from . import _completion as completion
from ._memory import setting_options
from ._network import COUNT, NetworkOptions, Word, network_options, resolve
from ._output import (
    FORMATS,
    PICTURES,
    Destination,
    deliver,
    deliver_picture,
    draw_quietly,
    format_for,
    quiet_option,
)
from ._recipe import names_of, resolve_recipe

OWN = {"picture": PICTURES}


@click.command()
@click.argument("target", metavar="NETWORK[@STYLE]|FILE", shell_complete=completion.networks)
@click.option("--trust", multiple=True, metavar="PACKAGE", help="Allow a model file to run code of this package.")
@click.option("--images", type=COUNT, default=1, metavar="N", help="Images of the training set: 1281167 for ImageNet.")
@click.option("--epochs", type=COUNT, default=1, metavar="N", help="How often each is seen; once if not given.")
@setting_options
@click.option("--in", "variables", metavar="NAMES", help="Formulas in these instead of numbers: n, batch, n,batch ...")
@click.option("--by", type=Word(["stage", "layer"]), default="stage", help="A line per stage, or per layer.")
@network_options
@click.option("--format", "format_name", metavar="NAME", shell_complete=completion.formats, help=FORMATS)
@click.option("--output", "-o", metavar="FILE", help="Write to FILE; .png, .svg or .pdf: a picture of the passes.")
@quiet_option
def command(
    target: str,
    trust: tuple[str, ...],
    images: int,
    epochs: int,
    setting: Any,
    variables: str | None,
    by: str,
    asked: NetworkOptions,
    format_name: str | None,
    output: str | None,
) -> None:
    """The cost of training: forward, gradients of inputs and of weights, per step, epoch and in all.

    \b
    resnet-analyze training resnet50 --batch 256 --images 1281167 --epochs 90
    resnet-analyze training resnext50_32x4d --batch 32 --by layer --format csv
    resnet-analyze training resnet50 --in n,batch
    """
    from ..analyses.training import training

    file = None if output == "-" else output
    kind = format_for(format_name, file, OWN)
    if variables is not None:
        from ..analyses.training_form import training_form
        from ..report.forms import training_form_report

        form = training_form(resolve_recipe(target, asked), names_of(variables), setting)
        deliver(training_form_report(form, setting), Destination(WRITERS[kind], file))
        return
    measured = measure(resolve(target, asked, trust).graph)
    if kind == "picture":
        from ..plots.base import PLOTS

        draw_quietly()
        deliver_picture(PLOTS["training"].draw(measured, setting=setting), str(file))
        return
    from ..report.training import training_report

    course = training(measured, images, epochs, setting)
    deliver(training_report(measured, course, setting, by), Destination(WRITERS[kind], file))

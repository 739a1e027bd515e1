"""`memory`: what a network needs while it runs, or while it is trained."""

from __future__ import annotations

from typing import Any

import click

from ..measurement import WRITERS, measure
from . import _completion as completion
from ._memory import model_options
from ._network import NetworkOptions, Word, network_options, resolve
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
@model_options
@click.option("--in", "variables", metavar="NAMES", help="Formulas in these instead of numbers: n, batch, n,batch ...")
@click.option("--by", type=Word(["stage", "layer"]), default="stage", help="A line per stage, or per layer.")
@network_options
@click.option("--format", "format_name", metavar="NAME", shell_complete=completion.formats, help=FORMATS)
@click.option("--output", "-o", metavar="FILE", help="Write to FILE; .png, .svg or .pdf: a picture of the bytes alive.")
@quiet_option
def command(
    target: str,
    trust: tuple[str, ...],
    model: Any,
    variables: str | None,
    by: str,
    asked: NetworkOptions,
    format_name: str | None,
    output: str | None,
) -> None:
    """Bytes of weights and live activations, layer by layer; the least over all orders; training.

    \b
    resnet-analyze memory resnet50
    resnet-analyze memory resnet50 --in-place --fuse-bn
    resnet-analyze memory resnet50 --mode training --batch 32 --optimizer adam --dtype bfloat16
    resnet-analyze memory resnet50 --in n,batch
    """
    file = None if output == "-" else output
    kind = format_for(format_name, file, OWN)
    if variables is not None:
        from ..analyses.memory_model import memory_form
        from ..report.forms import memory_form_report

        form = memory_form(resolve_recipe(target, asked), names_of(variables), model)
        deliver(memory_form_report(form, model), Destination(WRITERS[kind], file))
        return
    measured = measure(resolve(target, asked, trust).graph)
    if kind == "picture":
        from ..plots.base import PLOTS

        draw_quietly()
        deliver_picture(PLOTS["memory"].draw(measured, model=model), str(file))
        return
    from ..report.memory import memory_report

    deliver(memory_report(measured, model, by), Destination(WRITERS[kind], file))

"""`formula`: exact closed forms of a network's figures."""

from __future__ import annotations

import click

from ..errors import AnalyzerError
from ..measurement import WRITERS
from . import _completion as completion
from ._network import NetworkOptions, network_options
from ._output import (
    PICTURES,
    Destination,
    announce,
    deliver,
    deliver_text_to,
    draw_quietly,
    format_for,
    quiet_option,
)
from ._recipe import names_of, resolve_recipe

OWN = {"latex": (".tex",), "python": (".py",), "picture": PICTURES}
FORMATS = "table, latex, python, json, markdown, csv or html; default: by FILE's ending, else table."


@click.command(short_help="Exact formulas of parameters, MACs, FLOPs, activations.")
@click.argument("target", metavar="NETWORK[@STYLE]|FILE", shell_complete=completion.networks)
@click.option("--in", "variables", default="n", metavar="NAMES", help="Variables: n, h,w, batch, classes, width, blocks, growth …; default n.")  # fmt: skip  # noqa: E501
@click.option("--prove", "proving", is_flag=True, help="Check the formulas layer by layer at about 270 points.")
@network_options
@click.option("--format", "format_name", metavar="NAME", help=FORMATS)
@click.option("--output", "-o", metavar="FILE", help="Write to FILE; .png, .svg or .pdf: a picture of the formula.")
@quiet_option
def command(
    target: str, variables: str, proving: bool, asked: NetworkOptions, format_name: str | None, output: str | None
) -> None:
    """Exact formulas of parameters, MACs, FLOPs and activations, for every size.

    \b
    resnet-analyze formula resnet50
    resnet-analyze formula resnet50@torchvision --in h,w,batch,classes --prove
    resnet-analyze formula densenet121 --in growth,blocks --format python
    """
    from ..analyses.formula.closed import closed_form
    from ..analyses.formula.prove import prove
    from ..report.formula import formula_report, latex_source, python_source, terms_table

    file = None if output == "-" else output
    kind = format_for(format_name, file, OWN)
    destination = Destination(None if kind in OWN else WRITERS[kind], file)
    recipe = resolve_recipe(target, asked)
    form = closed_form(recipe, names_of(variables))
    if kind == "picture":
        from ..plots.formula import save_formula

        draw_quietly()
        save_formula(form, str(file))
        announce(str(file))
        return
    if kind in OWN:
        text = latex_source(form) if kind == "latex" else python_source(form)
        deliver_text_to(file, text)
        return
    proof = prove(form) if proving else None
    also = []
    if form.variables == ("n",) and "width" in recipe.defaults:
        try:
            also = [("params", closed_form(recipe, ["width"]))]
        except AnalyzerError:  # the width is no variable here; the main formulas stand all the same
            also = []
    report = formula_report(form, also, proof)
    if kind == "csv":
        report = report._replace(tables=(terms_table(form),))
    deliver(report, destination)

"""`draw`: one picture of one or several networks, in a file."""

from __future__ import annotations

import click

from ..errors import UsageError
from ..measurement import PLOTS, measure
from . import _completion as completion
from ._network import TRUST, NetworkOptions, Word, network_options, resolve
from ._output import PICTURES, deliver_picture, draw_quietly, format_for, quiet_option, show

OWN = {"picture": PICTURES}


@click.command(short_help="One picture of a network, or of several side by side.")
@click.argument("targets", nargs=-1, metavar="[NETWORK[@STYLE] | FILE]…", shell_complete=completion.networks)
@click.option("--kind", default="architecture", metavar="NAME", shell_complete=completion.pictures, help="Kind of picture, see --list; default architecture.")  # fmt: skip  # noqa: E501
@click.option("--theme", type=Word(["light", "dark"]), default="light", help="Colours of PNG and PDF; SVG follows the reader's.")  # fmt: skip  # noqa: E501
@click.option("--list", "listing", is_flag=True, help="List the kinds of pictures.")
@TRUST
@network_options
@click.option("--output", "-o", metavar="FILE", help="Write to FILE, which ends in .svg, .png or .pdf.")
@quiet_option
def command(
    targets: tuple[str, ...],
    kind: str,
    theme: str,
    listing: bool,
    trust: tuple[str, ...],
    asked: NetworkOptions,
    output: str | None,
) -> None:
    """One picture of a network, or of several side by side.

    \b
    resnet-analyze draw resnet50 -o resnet50.svg
    resnet-analyze draw resnet50 --kind cost --theme dark -o cost.png
    resnet-analyze draw vgg19 plain34 resnet34 -o three.pdf
    resnet-analyze draw --list
    """
    if listing:
        width = max(map(len, PLOTS))
        show("".join(f"{name:{width}}  {each.says}\n" for name, each in PLOTS.items()))
        return
    if not targets:
        raise UsageError("draw: name a network or a file, or give --list")
    if output in (None, "-"):
        raise UsageError("draw: a picture needs the name of a file: -o FILE.svg, FILE.png or FILE.pdf")
    if format_for(None, str(output), OWN) != "picture":
        raise UsageError(f"{output}: draw writes {', '.join(PICTURES)}")
    draw_quietly()
    plot = PLOTS[kind]
    measured = [measure(resolve(target, asked, trust).graph) for target in targets]
    deliver_picture(plot.draw(measured, theme), str(output))

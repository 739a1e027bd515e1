"""`init`: a design file to begin with, which reproduces a registered network."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import click

from ..architectures.base import find
from ..errors import OutputError
from ..files import write_text
from ._network import COUNT, Wanted, parse_settings, parse_size, split_target


@click.command()
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--like", default="resnet50", metavar="NETWORK", help="The network to begin with.  [resnet50]")
@click.option("--input", "input_size", metavar="N|HxW|HxWxC", help="Input size: 224, 224x320 or 224x320x3.")
@click.option("--classes", type=COUNT, metavar="N", help="Number of classes.")
@click.option("--style", metavar="NAME", help="paper, torchvision, keras …: see `list`.")
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help="Any option of the family.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def command(
    file: str | None,
    like: str,
    input_size: str | None,
    classes: int | None,
    style: str | None,
    settings: tuple[str, ...],
    force: bool,
) -> None:
    """A design file with comments that reproduces a registered network; change it and `verify` it.

    \b
    resnet-analyze init my-design.yaml --like resnet50
    resnet-analyze init tiny.yaml --like resnet20 --input 32 --classes 10
    """
    from ..design import write_design

    name, chosen = split_target(like, style)
    architecture = find(name)
    options = parse_settings(architecture, Wanted(settings=settings))
    size = parse_size(input_size, None, architecture.input)
    graph = architecture.graph(size, classes, chosen, **options)
    told = replace(architecture, settings={**architecture.settings, **options})
    text = write_design(graph, told, file or "my-design.yaml")
    if file is None or file == "-":
        sys.stdout.write(text)
        return
    if os.path.exists(file) and not force:
        raise OutputError(f"{file} is there already; name another file, or say --force")
    write_text(file, text)
    click.echo(f"{file}: {architecture.title}, {len(graph)} layers. Next: resnet-analyze verify {file}", err=True)

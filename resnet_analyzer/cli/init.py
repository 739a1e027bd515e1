"""`init`: a design file to begin with, which reproduces any network that can be read."""

from __future__ import annotations

import os
from dataclasses import replace

import click

from ..errors import OutputError
from ..files import write_text
from ..numbers import many
from ._network import NetworkOptions, network_options, resolve
from ._output import announce, deliver_text_to, quiet_option


@click.command(short_help="Write a design file that reproduces a network.")
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--like", default="resnet50", metavar="TARGET", help="A name or a file to begin with.  [resnet50]")
@network_options
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@quiet_option
def command(
    file: str | None,
    like: str,
    asked: NetworkOptions,
    force: bool,
) -> None:
    """A design file with comments that reproduces a network; change it and `verify` it.

    \b
    resnet-analyze init my-design.yaml --like resnet50
    resnet-analyze init tiny.yaml --like resnet20 --input 32 --classes 10
    resnet-analyze init mine.yaml --like model.keras
    """
    from ..design import write_design

    found = resolve(like, asked)
    known = found.architecture
    told = known and replace(known, settings={**known.settings, **found.request.options})
    text = write_design(found.graph, told, file or "my-design.yaml")
    if file is None or file == "-":
        deliver_text_to(None, text)
        return
    if os.path.exists(file) and not force:
        raise OutputError(f"{file} exists already; name another file, or add --force")
    write_text(file, text)
    title = found.graph.about.get("title", found.graph.name)
    announce(file, f": {title}, {many(len(found.graph), 'layer')}. Next: resnet-analyze verify {file}")

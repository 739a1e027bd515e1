"""`schema`: the JSON Schema of design files."""

from __future__ import annotations

import json
import sys

import click

from ..files import write_text


@click.command()
@click.option("--output", "-o", metavar="FILE", help="Write to FILE (atomic).")
def command(output: str | None) -> None:
    """The JSON Schema of design files, for editors to complete and check.

    \b
    resnet-analyze schema --output design.schema.json
    """
    from ..design import schema

    text = json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
    if output is None or output == "-":
        sys.stdout.write(text)
    else:
        write_text(output, text)

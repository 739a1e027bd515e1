"""`schema`: the JSON Schema of design files."""

from __future__ import annotations

import json

import click

from ._output import deliver_text_to, quiet_option


@click.command()
@click.option("--output", "-o", metavar="FILE", help="Write to FILE (atomic).")
@quiet_option
def command(output: str | None) -> None:
    """The JSON Schema of design files, for editors to complete and check.

    \b
    resnet-analyze schema --output design.schema.json
    """
    from ..design import schema

    text = json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
    deliver_text_to(None if output == "-" else output, text)

"""`schema`: the JSON Schema of design files, or of a kind of document that `--format json` writes."""

from __future__ import annotations

import json

import click

from ._output import deliver_text_to, quiet_option


@click.command(short_help="The JSON Schema of designs and of JSON output.")
@click.argument("kind", default="design", metavar="[KIND]")
@click.option("--output", "-o", metavar="FILE", help="Write to FILE (atomic).")
@quiet_option
def command(kind: str, output: str | None) -> None:
    """The JSON Schema of design files, for editors to complete and check; or of a kind of JSON output.

    \b
    resnet-analyze schema --output design.schema.json
    resnet-analyze schema memory

    Kinds: design, conventions, reconciliation, difference, receptive_field,
    memory, memory_formula, training, training_formula, roofline.
    """
    from ..design import schema
    from ..report.schemas import schema_of

    found = schema() if kind == "design" else schema_of(kind)
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    deliver_text_to(None if output == "-" else output, text)

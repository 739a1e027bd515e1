"""`verify`: a network checked: errors and repairs of a design, budgets of any target."""

from __future__ import annotations

import logging
import os
from typing import Any

import click

from ..analyses.budgets import Limit, parse_limit
from ..errors import OutputError, UsageError
from ..files import write_text
from ..graph import Graph
from ..report.verify import verify_report
from ._network import parse_input
from ._output import Destination, deliver, output_options

MAXIMA = ("params", "trainable_params", "macs", "flops", "activations", "layers")


def _maxima(command):  # type: ignore[no-untyped-def]
    for name in reversed(MAXIMA):
        option = f"--max-{name.replace('_', '-')}"
        command = click.option(option, f"max_{name}", metavar="N", help=f"At most this many {name}: 26M, 4.2G.")(
            command
        )
    return command


@click.command()
@click.argument("file", metavar="DESIGN.yaml")
@click.option("--input", "input_size", metavar="SIZE", help="Another input: 224, 224x320 or 224x320x3.")
@click.option("--like", metavar="NETWORK[@STYLE]", help="Require that it equals this network.")
@_maxima
@click.option("--fix", metavar="OUT.yaml", help="Write the design with the cheapest repairs to this file.")
@click.option("--force", is_flag=True, help="Allow --fix to overwrite an existing file.")
@click.option("--crosscheck", is_flag=True, help="Build the real Keras model, run it, and compare.")
@output_options
def command(
    file: str,
    input_size: str | None,
    like: str | None,
    fix: str | None,
    force: bool,
    crosscheck: bool,
    destination: Destination,
    **maxima: str | None,
) -> None:
    """Check a design file: every error with its place, the smallest repairs (each tried), budgets, advice,
    and which published network it is.

    \b
    resnet-analyze verify my-design.yaml
    resnet-analyze verify my-design.yaml --max-params 26M --like resnet50
    resnet-analyze verify broken.yaml --fix mended.yaml

    Exit status: 0 valid, 1 a check or a budget failed, 2 not a design or model.
    """
    from ..analyses.verify import verify

    size = parse_input((input_size,) if input_size else ())
    if isinstance(size, dict):
        raise UsageError(f"--input {input_size}: a design has one input; give a size, as 224 or 224x320")
    _require_free(file, fix, force)
    verified = verify(file, size, _limits(maxima), like)
    if crosscheck and verified.measurement is not None:
        verified.crosscheck = _witness(verified.measurement.graph)
    deliver(verify_report(verified), destination)
    status = verified.exit_status
    if fix is not None:
        status = _fix(file, fix, size, status, bool(verified.findings))
    if status:
        raise click.exceptions.Exit(status)


def _witness(graph: Graph) -> dict[str, Any]:
    """What a real Keras model of the design says to our figures."""
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # its warnings are not about our question
    from ..crosscheck.compare import crosscheck
    from ..crosscheck.framework import device, start_quietly

    start_quietly()
    on = device()
    try:
        verdict = crosscheck(graph, on, runs=0)
    except UsageError as error:
        return {"agrees": False, "says": f"not built: {error}", "disagreements": []}
    wrong = verdict.disagreements
    layers = len(verdict.layers)
    says = f"{len(wrong)} disagreements: {wrong[0]}" if wrong else f"built, run, and all {layers} layers agree"
    return {"agrees": not wrong, "says": f"{says} · {on.text()}", "disagreements": wrong}


def _limits(maxima: dict[str, str | None]) -> list[Limit]:
    limits = []
    for name, text in maxima.items():
        if text is not None:
            try:
                limits.append(parse_limit(name.removeprefix("max_"), f"<= {text}"))
            except ValueError:
                option = name.replace("_", "-")
                raise UsageError(f"--{option} {text!r:.40}: expected a number with or without k, M, G: 26M") from None
    return limits


def _require_free(file: str, fix: str | None, force: bool) -> None:
    if fix is not None and os.path.exists(fix) and not force:
        same = os.path.exists(file) and os.path.samefile(file, fix)
        what = "is the design itself" if same else "exists already"
        raise OutputError(f"--fix {fix} {what}; name another file, or add --force")


def _fix(file: str, fix: str, size: tuple[int, ...] | None, status: int, broken: bool) -> int:
    """Write the mended design, if it verifies; the exit status of what was written."""
    if not broken:
        click.echo(f"{fix}: not written, there is nothing to repair", err=True)
        return status
    from ..analyses.diagnose import diagnose
    from ..analyses.repair import repaired
    from ..design import examine, examine_text

    try:
        text, done = repaired(examine(file, size))
    except UsageError:
        done, text = (), ""
    left = diagnose(examine_text(file, text, size)) if done else ()
    if not done or left:
        click.echo(f"{fix}: not written: no repair was found that makes the design verify", err=True)
        return status
    write_text(fix, text)
    click.echo(f"{fix}: {'; '.join(repair.says for repair in done)}", err=True)
    return 0

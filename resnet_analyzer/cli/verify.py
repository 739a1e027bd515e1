"""`verify`: a network checked: errors and repairs of a design, budgets of any target."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

import click

from ..analyses.budgets import Limit, parse_limit
from ..errors import AnalyzerError, OutputError, UsageError
from ..files import write_text
from ..graph import Graph
from ..numbers import many
from ..report.verify import verify_report
from . import _completion as completion
from ._network import TRUST, NetworkOptions, network_options, parse_input, parse_variables, requested
from ._output import Destination, announce, deliver, output_options

if TYPE_CHECKING:
    from ..analyses.verify import Other

HELP = {
    "params": "At most this many parameters: 26M.",
    "trainable_params": "At most this many trainable parameters: 26M.",
    "all_params": "At most this many parameters and moving statistics: 26M.",
    "macs": "At most this many multiply-accumulates: 4.2G.",
    "flops": "At most this many FLOPs (2 per MAC, 1 per other operation): 8.4G.",
    "activations": "At most this many numbers out of convolutions and dense layers: 12M.",
    "layers": "At most this many layers: 200.",
    "memory": "At most this many bytes of weights (float32) and live activations: 16M, 512MiB.",
}


def _maxima(command):  # type: ignore[no-untyped-def]
    for name, says in reversed(HELP.items()):
        option = click.option(f"--max-{name.replace('_', '-')}", f"max_{name}", metavar="N", help=says)
        command = option(command)
    return command


@click.command(short_help="Check a design or budgets; repairs that were tested.")
@click.argument("file", metavar="DESIGN.yaml|NETWORK[@STYLE]|FILE", shell_complete=completion.networks)
@click.option("--like", metavar="NETWORK[@STYLE]|FILE", help="Require that it equals this network.")
@_maxima
@click.option("--no-advice", is_flag=True, help="Leave the advice out.")
@click.option("--fix", metavar="OUT.yaml", help="Write the design with the cheapest repairs to this file.")
@click.option("--force", is_flag=True, help="Allow --fix to overwrite an existing file.")
@click.option("--crosscheck", is_flag=True, help="Build the real Keras model, run it, and compare.")
@TRUST
@network_options
@output_options
def command(
    file: str,
    asked: NetworkOptions,
    trust: tuple[str, ...],
    like: str | None,
    no_advice: bool,
    fix: str | None,
    force: bool,
    crosscheck: bool,
    destination: Destination,
    **maxima: str | None,
) -> None:
    """Check a design: every error with its place, the smallest repairs (each tested), budgets, advice,
    and which published network it is. Check any other target against budgets.

    \b
    resnet-analyze verify my-design.yaml
    resnet-analyze verify my-design.yaml --max-params 26M --like resnet50
    resnet-analyze verify broken.yaml --fix repaired.yaml
    resnet-analyze verify resnet50 --max-macs 4G --max-memory 128MiB --format github

    Exit status: 0 valid, 1 a check or a budget failed, 2 not a design or model; of what was given, with --fix too.
    """
    from ..analyses.verify import is_design, verify, verify_target

    limits, other = _limits(maxima), _other(like)
    size: tuple[int, ...] | None = None
    variables: dict[str, Any] = {}
    if is_design(file):
        size, variables = _of_design(file, asked, trust)
        _require_free(file, fix, force)
        verified = verify(file, size, limits, other, variables=variables)
    elif fix is not None:
        raise UsageError(f"{file}: --fix repairs design files only")
    else:
        verified = verify_target(file, requested(file, asked, trust), limits, other)
    if crosscheck and verified.measurement is not None:
        verified.crosscheck = _witness(verified.measurement.graph)
    if no_advice:
        verified.advice = ()
    report = verify_report(verified)
    deliver(report, destination, f": {dict(report.notes)['result']}")
    status = verified.exit_status
    if fix is not None:
        _fix(file, fix, (size, None, variables), bool(verified.findings))
    if status:
        raise click.exceptions.Exit(status)


def _other(like: str | None) -> str | Other | None:
    """What it must equal; UsageError that names the option where there is no such network."""
    from ..analyses.verify import other

    try:
        return None if like is None else other(like)
    except AnalyzerError as error:
        raise UsageError(f"--like: {error}") from None


def _of_design(
    file: str, asked: NetworkOptions, trust: tuple[str, ...]
) -> tuple[tuple[int, ...] | None, dict[str, Any]]:
    """The input and the variables that replace a design's own; UsageError for options that are not for designs."""
    size = parse_input(asked.input_texts)
    if isinstance(size, dict):
        raise UsageError(f"--input {asked.input_texts[0]}: a design has one input; give a size, as 224 or 224x320")
    if asked._replace(input_texts=(), settings=()) != NetworkOptions() or trust:
        raise UsageError(f"{file}: verify takes --input of a design, and --set; its other settings are in the file")
    return size, parse_variables(asked.settings)


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
    says = f"{many(len(wrong), 'disagreement')}: {wrong[0]}" if wrong else f"built, run, and all {layers} layers agree"
    return {"agrees": not wrong, "says": f"{says} · {on.text()}", "disagreements": wrong}


def _limits(maxima: dict[str, str | None]) -> list[Limit]:
    limits = []
    for name, text in maxima.items():
        if text is not None:
            try:
                limits.append(parse_limit(name.removeprefix("max_"), f"<= {text}"))
            except ValueError:
                option, units = name.replace("_", "-"), "KiB, MiB, M: 16M" if name == "max_memory" else "k, M, G: 26M"
                raise UsageError(f"--{option} {text!r:.40}: expected a number with or without {units}") from None
    return limits


def _require_free(file: str, fix: str | None, force: bool) -> None:
    if fix is not None and os.path.exists(fix) and not force:
        same = os.path.exists(file) and os.path.samefile(file, fix)
        what = "is the design itself" if same else "exists already"
        raise OutputError(f"--fix {fix} {what}; name another file, or add --force")


def _fix(file: str, fix: str, sizes: tuple[Any, ...], broken: bool) -> None:
    """Write the mended design, if it verifies. The exit status stays that of the design that was checked."""
    if not broken:
        click.echo(f"{fix}: not written, there is nothing to repair", err=True)
        return
    from ..analyses.diagnose import diagnose
    from ..analyses.repair import repaired
    from ..design import examine, examine_text

    try:
        text, done = repaired(examine(file, *sizes))
    except UsageError:
        done, text = (), ""
    left = diagnose(examine_text(file, text, *sizes)) if done else ()
    if not done or left:
        why = "no repair was found that makes the design verify and keeps all its layers in use"
        click.echo(f"{fix}: not written: {why}", err=True)
        return
    write_text(fix, text)
    announce(fix, f": {'; '.join(repair.says for repair in done)}")

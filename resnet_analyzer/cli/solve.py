"""`solve`: the largest sizes within a budget, or the settings that give a asked figure."""

from __future__ import annotations

import re
from typing import Any

import click

from ..errors import UsageError
from . import _completion as completion
from ._memory import model_options
from ._network import Count, NetworkOptions, network_options
from ._output import Destination, deliver, output_options
from ._quantity import quantity
from ._recipe import names_of, resolve_recipe

LIMITS = {
    "max_macs": "macs",
    "max_params": "params",
    "max_all_params": "all_params",
    "max_flops": "flops",
    "max_activations": "activations",
    "max_memory": "memory",
}
RANGE = re.compile(
    r"(?P<name>[\w-]+)(?:=(?P<start>\d{1,12}):(?P<stop>\d{0,12})(?::(?P<step>[1-9]\d{0,8}))?)?", re.ASCII
)
LINES = 24  # of a Pareto set in a terminal


@click.command(short_help="The largest input, width or depth within a budget.")
@click.argument("target", required=False, metavar="[NETWORK[@STYLE]|FILE]", shell_complete=completion.networks)
@click.option("--for", "variables", metavar="NAMES", help="Variables to maximise: n, width, blocks, growth …; n=32:512:32 is a range in steps; default n.")  # fmt: skip  # noqa: E501
@click.option("--max-macs", metavar="SIZE", help="At most this many multiply-accumulates: 4.1G.")
@click.option("--max-params", metavar="SIZE", help="At most this many parameters: 26M.")
@click.option("--max-all-params", metavar="SIZE", help="The same, including moving statistics.")
@click.option("--max-flops", metavar="SIZE", help="At most this many FLOPs (2 per MAC, 1 per other operation).")
@click.option("--max-activations", metavar="SIZE", help="At most this many activations.")
@click.option("--max-memory", metavar="SIZE", help="At most this many bytes of weights and live activations: 512MiB.")
@click.option("--bytes", "itemsize", type=Count(1, 16), metavar="N", help="Bytes per number at inference, for --max-memory; default: those of --dtype.")  # fmt: skip  # noqa: E501
@click.option("--match", nargs=2, metavar="NUMBER FIGURE", help="Settings with exactly this many params, macs, flops or activations.")  # fmt: skip  # noqa: E501
@model_options
@network_options
@output_options
def command(
    target: str | None,
    variables: str | None,
    match: tuple[str, str] | None,
    itemsize: int | None,
    model: Any,
    asked: NetworkOptions,
    destination: Destination,
    **limits: str | None,
) -> None:
    """The largest input, width or depth within a budget; or which settings give a figure exactly.

    \b
    resnet-analyze solve resnet50 --max-macs 4.1G
    resnet-analyze solve resnet50 --max-macs 4.1G --max-params 30M --for n=32::32,width=16::16
    resnet-analyze solve resnet50 --max-memory 8G --for batch --mode training --optimizer adam
    resnet-analyze solve --match 25557032 params
    """
    if match is not None:
        _match(target, match, variables, asked, destination, any(limits.values()))
        return
    budgets = _budgets(limits)
    if target is None or not budgets:
        raise UsageError("a network and a budget are needed, as: solve resnet50 --max-macs 4.1G --for n")
    from ..analyses.solve.counted import search_of
    from ..report.solve import answer_report, front_report

    search = search_of(resolve_recipe(target, asked), _ranges(variables or "n"), budgets, _sized(model, itemsize))
    if len(search.ranges) == 1:
        deliver(answer_report(search, search.answer()), destination)
        return
    points = search.pareto()
    short = destination.output is None and destination.writer.name == "table"
    found = [(point, search.figures(point)) for point in points]
    deliver(front_report(search, _checked(search, found, short), LINES if short else None), destination)


def _sized(model: Any, itemsize: int | None) -> Any:
    """The model of memory, with other bytes per number if those are given."""
    if itemsize is None:
        return model
    if model.mode == "training":
        raise UsageError("--bytes is for inference: training takes --dtype float32, bfloat16 or float16")
    return model._replace(bytes_given=itemsize)


def _checked(search: Any, found: list[Any], short: bool) -> list[Any]:
    """Every line that is shown is measured layer by layer, at the point and one step beyond."""
    from ..analyses.solve.budget import verified

    first = search.budgets[0].figure
    best = sorted(found, key=lambda pair: -pair[1].get(first, 0))[: LINES if short else None]
    for point, _ in best:
        verified(search, point)
    return found


def _budgets(limits: dict[str, str | None]) -> list[Any]:
    from ..analyses.solve.budget import Budget

    return [
        Budget(figure, quantity(text, f"--{option.replace('_', '-')}", in_bytes=figure == "memory"))
        for option, figure in LIMITS.items()
        if (text := limits[option]) is not None
    ]


def _ranges(text: str) -> list[Any]:
    """`n,width` or `n=32:512:32` as ranges of variables; UsageError for anything else."""
    from ..analyses.solve.budget import Range

    ranges = []
    for part in names_of(text):
        found = RANGE.fullmatch(part)
        if found is None:
            raise UsageError(f"--for {part!r}: expected a name, or a range as n=32:512 or n=32::32")
        start, stop, step = (int(found[key]) if found[key] else None for key in ("start", "stop", "step"))
        if stop is not None and start is not None and stop < start:
            raise UsageError(f"--for {part}: the range ends before it begins")
        ranges.append(Range(found["name"], start, stop, step or 1))
    names = [each.name for each in ranges]
    if len(set(names)) < len(names):
        raise UsageError(f"--for {text}: a name appears twice")
    return ranges


def _match(
    target: str | None,
    match: tuple[str, str],
    variables: str | None,
    asked: NetworkOptions,
    destination: Destination,
    limited: bool,
) -> None:
    from ..analyses.solve.match import figures_named, matches, matches_among
    from ..architectures.base import ARCHITECTURES
    from ..report.solve import match_report

    if limited:
        raise UsageError("--match asks for an exact figure, a --max-… for a budget: give one of them")
    amount, figures = quantity(match[0], "--match"), figures_named(match[1])
    if target is None:
        found = list(matches_among([each for _, each in ARCHITECTURES.items()], amount, figures))
        where = "among the known networks, in any number of classes"
    else:
        recipe = resolve_recipe(target, asked)
        found = list(matches(recipe, amount, figures, names_of(variables) if variables else ()))
        where = f"for {recipe.name}"
    most = LINES if destination.output is None and destination.writer.name == "table" else None
    deliver(match_report(amount, match[1], found, where, most), destination)
    if not found:
        raise click.exceptions.Exit(1)

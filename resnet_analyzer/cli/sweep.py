"""`sweep`: grids and random samples of designs, constraints, the Pareto front."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click

from ..errors import UsageError
from ..files import writing, writing_text
from ..measurement import WRITERS
from ._network import Count, NetworkOptions
from ._output import (
    PICTURES,
    Destination,
    announce,
    deliver,
    deliver_picture,
    draw_quietly,
    format_for,
    quiet_option,
    standard_output,
)
from ._quantity import quantity
from ._recipe import names_of, resolve_recipe

FIGURES = ("params", "macs", "flops", "activations")
LINES = 40  # of a table in a terminal
LARGE = 10**9  # designs from which on a warning comes first: millions are done in a second
SAMPLE = 100_000
MOST = 100_000  # rows that a report or a picture holds
OWN = {"csv": (".csv",), "raw-csv": (), "parquet": (".parquet",), "picture": PICTURES}
FORMATS = "table, csv, raw-csv, parquet, markdown, json, latex or html; default: by FILE's ending, else table."
BOUNDS = [f"{way}_{word}" for way in ("max", "min") for word in ("macs", "params", "flops", "activations")]


def _bounds(command: Any) -> Any:
    for name in reversed(BOUNDS):
        way, word = name.split("_")
        text = f"Keep designs with at {'most' if way == 'max' else 'least'} this many {word}: 4G."
        command = click.option(f"--{way}-{word}", metavar="SIZE", help=text)(command)
    return command


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    short_help="Figures of every design in a grid, or of a sample.",
)
@click.option("--net", "networks", required=True, metavar="NAMES", help="Networks by commas, each NAME or NAME@STYLE.")
@_bounds
@click.option("--pareto", metavar="NAMES", help="Keep the Pareto front of these: figures minimised, variables maximised; -name minimises, +name maximises.")  # fmt: skip  # noqa: E501
@click.option("--figures", default="params,macs,flops,activations", metavar="NAMES", help="Columns to print.")  # fmt: skip  # noqa: E501
@click.option("--sample", type=Count(1, 10**12 - 1), metavar="N", help="N random designs instead of all.")
@click.option("--seed", type=Count(0), default=0, metavar="N", help="Seed of the random sample; default 0.")
@click.option("--threads", type=Count(1, 1024), metavar="N", help="Number of threads; default: one per core.")
@click.option("--scheduler", metavar="ADDRESS", help="Work on the Dask cluster of this scheduler: tcp://host:8786.")
@click.option("--x", "across", metavar="NAME", help="Horizontal axis of a picture; default: the first variable.")
@click.option("--y", "up", default="macs", metavar="NAME", help="Vertical axis of a picture; default: macs.")
@click.option("--format", "format_name", metavar="NAME", help=FORMATS)
@click.option("--output", "-o", metavar="FILE", help="Write to FILE; .png, .svg or .pdf: a picture.")
@quiet_option
@click.pass_context
def command(context: click.Context, networks: str, **given: Any) -> None:
    """Figures of every design in a grid, or of a random sample: exact, millions a second.

    Any whole-number option of the networks, and any variable of a design (also as --set width=32,64), is given
    by its name, as values or ranges with both ends included:

    \b
    resnet-analyze sweep --net resnet50,resnext50_32x4d --input 32:512:32 --width 32,64,96
    resnet-analyze sweep --net resnet50,densenet121 --input 128:320:32 --pareto macs,params,n
    resnet-analyze sweep --net densenet121 --input 64:999 --growth 8:64 --sample 9000 -o some.csv
    """
    from ..analyses.sweep.designs import space_of

    figures, pareto, constraints = _wishes(given)
    values, words = _values(context.args)
    recipes = [each for name in names_of(networks) for each in _recipes(name, words)]
    needed = [*figures, *(each.figure for each in constraints), *(name for name, _ in pareto if name in _known())]
    space = space_of(recipes, values, tuple(dict.fromkeys(needed)))
    job = _job(space, constraints, given)
    _warn(job.designs)
    _write(job, _progress(job, given), pareto, given)


def _warn(designs: int) -> None:
    """Say beforehand that a grid cannot end soon; where it ends nobody can say, since machines differ."""
    if designs >= LARGE and sys.stderr is not None:
        says = f"sweep: {designs:,} designs take minutes to hours; narrow the ranges, or give --sample {SAMPLE:,}"
        click.echo(says, err=True)


def _known() -> tuple[str, ...]:
    from ..analyses.formula.closed import FIGURES as known

    return known


def _figure(name: str) -> str:
    return name.strip().replace("-", "_")


def _wishes(given: dict[str, Any]) -> tuple[list[str], list[tuple[str, int]], list[Any]]:
    """The figures to print, the Pareto goals with their signs, the constraints."""
    from ..analyses.sweep.designs import checked_figures
    from ..analyses.sweep.work import Constraint

    figures = list(checked_figures([_figure(name) for name in names_of(given["figures"])]))
    constraints = [
        Constraint(_figure(name[4:]), quantity(given[name], f"--{name.replace('_', '-')}"), name.startswith("min"))
        for name in BOUNDS
        if given[name] is not None
    ]
    pareto = []
    for text in names_of(given["pareto"]) if given["pareto"] else []:
        name = _figure(text.lstrip("+-"))
        usual = 1 if name in _known() else -1  # figures small, variables large
        pareto.append((name, {"-": 1, "+": -1}.get(text[0], usual)))
    return figures, pareto, constraints


def _values(arguments: list[str]) -> tuple[dict[str, list[int]], dict[str, list[str]]]:
    """`--name values` pairs: numbers to sweep over, and words to take one by one; UsageError for anything else."""
    from ..analyses.formula.recipe import variable_name
    from ..analyses.sweep.ranges import values_of

    numbers: dict[str, list[int]] = {}
    words: dict[str, list[str]] = {}
    rest = list(arguments)
    while rest:
        option, equals, text = rest.pop(0).partition("=")
        if not option.startswith("--") or (not equals and not rest):
            raise UsageError(f"{option!r}: expected an option with values, as --width 32,64,96")
        text = text if equals else rest.pop(0)
        name = option[2:].replace("-", "_")
        name = "n" if name == "input" else name
        if name == "set":
            option, equals, text = text.partition("=")
            if not equals:
                raise UsageError(f"--set {option}: expected NAME=VALUES, as --set width=32,64,96")
            name = option if not text[:1].isdigit() or ";" in text else variable_name(option)
        if name in numbers or name in words:
            raise UsageError(f"{option} is given twice")
        if ";" in text or not (text[:1].isascii() and text[:1].isdigit()):
            words[name] = [part.strip() for part in text.split(";" if ";" in text else ",")]
        else:
            numbers[name] = values_of(text, option)
    return numbers, words


def _recipes(target: str, words: dict[str, list[str]]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """A network in every combination of the options that are words."""
    combinations: list[dict[str, str]] = [{}]
    for name, choices in words.items():
        combinations = [{**each, name: choice} for each in combinations for choice in choices]
    for chosen in combinations:
        style = chosen.pop("style", None)
        settings = tuple(f"{name}={value}" for name, value in chosen.items())
        recipe = resolve_recipe(target, NetworkOptions(style=style, settings=settings))
        label = f"{recipe.name}{' ' if settings else ''}{' '.join(settings)}"
        yield (label, recipe.style), recipe


def _job(space: Any, constraints: list[Any], given: dict[str, Any]) -> Any:
    from ..analyses.sweep.work import Job, Sampling

    if not space.structures:
        raise UsageError(f"none of the {space.impossible:,} designs is possible: the inputs are too small")
    sampling = Sampling(given["sample"], given["seed"]) if given["sample"] else None
    return Job(space, tuple(constraints), sampling)


def _progress(job: Any, given: dict[str, Any]) -> Iterator[Any]:
    """The tables of the job, with a progress bar where a person watches."""
    from ..analyses.sweep.backends import tables

    found = tables(job, given["threads"] or 0, given["scheduler"])
    if job.chunks < 4 or not sys.stderr.isatty():
        yield from found
        return
    with click.progressbar(found, length=job.chunks, label="sweep", file=sys.stderr) as bar:
        yield from bar


def _write(job: Any, tables: Iterator[Any], pareto: list[tuple[str, int]], given: dict[str, Any]) -> None:
    from ..analyses.sweep.files import header, rows_of, write_csv, write_parquet

    output = None if given["output"] in (None, "-") else given["output"]
    kind = format_for(given["format_name"], output, OWN)
    destination = None if kind in OWN else Destination(WRITERS[kind], output)
    if pareto:
        tables = _front(job, tables, pareto)
    if kind.endswith("csv"):
        with standard_output() if output is None else writing_text(output) as file:
            write_csv(job.space, tables, file, raw=kind == "raw-csv")
        announce(output) if output else None
    elif kind == "parquet":
        if output is None:
            raise UsageError("a Parquet file needs a name: --output designs.parquet")
        with writing(output) as binary:
            write_parquet(job.space, tables, binary)
        announce(output)
    else:
        limit = LINES if output is None and kind == "table" else MOST
        rows, kept = _collected(job, tables, limit, rows_of)
        if kind == "picture":
            from ..plots.sweep import sweep_picture

            draw_quietly()
            names = header(job.space)
            across = _figure(given["across"]) if given["across"] else (*job.space.variables, "params")[0]
            for name in (across, _figure(given["up"])):
                if name not in names:
                    raise UsageError(f"the picture has no {name!r}. Known: {', '.join(names[2:])}.")
            deliver_picture(sweep_picture(names, rows, across, _figure(given["up"])), str(output))
            return
        from ..report.sweep import sweep_report

        assert destination is not None
        deliver(sweep_report(job, rows, kept, _wish(given)), destination)


def _collected(job: Any, tables: Iterator[Any], limit: int, rows_of: Any) -> tuple[list[Any], int]:
    """The first rows, and how many there are; UsageError where a report would have to hold too many."""
    rows: list[Any] = []
    kept = 0
    for table in tables:
        kept += len(table)
        if kept > limit == MOST:
            raise UsageError(f"more than {MOST:,} designs: constrain them, or write .csv or .parquet")
        rows += list(rows_of(job.space, table[: limit - len(rows)]))
    return rows, kept


def _front(job: Any, tables: Iterator[Any], pareto: list[tuple[str, int]]) -> Iterator[Any]:
    from ..analyses.sweep.pareto import Front

    names = ["", *job.space.variables, *job.space.figures]
    goals = []
    for name, sign in pareto:
        found = [place for place, each in enumerate(names) if each == name or each.rstrip("0123456789") == name]
        if not found:
            raise UsageError(f"--pareto {name}: expected a figure or a variable of this sweep: {', '.join(names[1:])}")
        goals += [(place, sign) for place in found]
    front = Front(goals)
    for table in tables:
        front.add(table)
    yield front.table


def _wish(given: dict[str, Any]) -> str:
    words = [
        f"{'at most' if name.startswith('max') else 'at least'} {given[name]} {name[4:]}"
        for name in BOUNDS
        if given[name]
    ]
    text = f"with {', '.join(words)}" if words else ""
    return f"{text}{', ' if text else ''}on the Pareto front of {given['pareto']}" if given["pareto"] else text

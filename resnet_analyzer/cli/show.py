"""`show`: one network, its layers and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ..architectures.base import ARCHITECTURES, Architecture, find
from ..errors import UsageError
from ..frozen import NamedTuple
from ..measurement import Measurement, measure
from ..report.measured import VIEWS, measured_report
from ..report.published import notes_for
from ..targets import Target, is_source, registered, split_target
from . import _completion as completion
from ._network import COUNT, TRUST, NetworkOptions, Word, network_options, parse_settings, request_of, resolve, typed
from ._output import Destination, deliver, output_options

BLOCKS = ("basic", "bottleneck")
DATASETS = ("imagenet", "cifar")


@click.command()
@click.argument("target", required=False, metavar="[NETWORK[@STYLE]|FILE]", shell_complete=completion.networks)
@click.option("--depth", type=COUNT, metavar="N", help="Depth of a ResNet: 18, 34, 50, 101, 152, ...")
@click.option("--blocks", metavar="A,B,...", help="Blocks per stage, for any depth: 3,4,23,3.")
@click.option("--block", metavar="KIND", shell_complete=completion.words(*BLOCKS), help="basic or bottleneck.")
@click.option("--dataset", type=Word(DATASETS), help="Depths of ImageNet's ResNets (default) or CIFAR's.")
@click.option(
    "--shortcut",
    metavar="A|B|C",
    shell_complete=completion.words("A", "B", "C"),
    help="Zero-padding (A), projections where needed (B) or everywhere (C).",
)
@TRUST
@network_options
@click.option("--by", type=Word(VIEWS), help="One row per stage (default), block or layer.")
@click.option("--how", is_flag=True, help="Every layer with the window formula and its numbers.")
@click.option("--strict", is_flag=True, help="Exit with 1 if the cost of any layer is unknown.")
@output_options
def command(
    target: str | None,
    depth: int | None,
    blocks: str | None,
    block: str | None,
    dataset: str | None,
    shortcut: str | None,
    by: str | None,
    how: bool,
    strict: bool,
    trust: tuple[str, ...],
    asked: NetworkOptions,
    destination: Destination,
) -> None:
    """Shapes, parameters and cost of a network (the default).

    \b
    resnet-analyze --depth 50 --input 224
    resnet-analyze resnext50_32x4d --input 224x320 --by layer
    resnet-analyze --depth 50 --style keras --format json
    resnet-analyze design.yaml | model.keras | package.module:factory
    """
    if how and by not in (None, "layer"):
        raise UsageError(f"--how and --by {by} do not agree: the formulas are those of layers")
    found = _resolved(target, asked, trust, _Residual(depth, blocks, block, dataset, shortcut))
    measurement = measure(found.graph)
    more = [way for way in ("--by layer", "--how") if not how and way != f"--by {by}"]
    deliver(measured_report(measurement, by or "stage", how, _notes(found, measurement, target, more)), destination)
    if strict and measurement.unknown:
        raise click.exceptions.Exit(1)


class _Residual(NamedTuple):
    """The options that choose a residual network without its name."""

    depth: int | None = None
    blocks: str | None = None
    block: str | None = None
    dataset: str | None = None
    shortcut: str | None = None


def _resolved(target: str | None, asked: NetworkOptions, trust: tuple[str, ...], chosen: _Residual) -> Target:
    """The network that a name, or these options alone, stand for; UsageError where they do not go together."""
    if target is not None and is_source(target):
        if any(each is not None for each in chosen):
            raise UsageError(f"{target}: --depth, --blocks, --block, --dataset and --shortcut are not for files")
        return resolve(target, asked, trust)
    name, style = split_target(target, asked.style) if target is not None else ("", asked.style)
    architecture = _architecture(name, chosen.depth, chosen.blocks, chosen.block, chosen.dataset)
    told = {"blocks": chosen.blocks, "block": chosen.block, "shortcut": chosen.shortcut}
    return registered(
        architecture, request_of(asked._replace(style=style), _settings(architecture, asked, told), trust)
    )


def _notes(found: Target, measurement: Measurement, target: str | None, more: Sequence[str]) -> list[tuple[str, str]]:
    """What is worth saying below the table: published numbers, what else can be asked."""
    known = found.architecture
    if known is None:
        return [("more", " · ".join([*more, f"crosscheck {target}"]))]
    notes = notes_for(known, measurement.totals, found.style, found.as_published)
    if ARCHITECTURES.find(known.name) is known:
        notes.append(("more", " · ".join([*more, f"list {known.name}", f"compare {known.name} …"])))
    return notes


def _settings(architecture: Architecture, asked: NetworkOptions, given: dict[str, str | None]) -> dict[str, Any]:
    """The settings by --set and by options of their own; UsageError where both set the same."""
    settings = parse_settings(architecture, asked.settings)
    for name, text in given.items():
        if text is not None and name in settings:
            raise UsageError(f"--{name} {text} and --set {name}: give one of them")
        if text is not None:
            settings[name] = typed(name, text, (3, 4, 6, 3) if name == "blocks" else "")
    return settings


def _architecture(
    name: str, depth: int | None, blocks: str | None, block: str | None, dataset: str | None
) -> Architecture:
    """The network meant by a name, a depth, or blocks alone; UsageError where that is not one network."""
    if name and depth is not None:
        raise UsageError(f"{name} and --depth {depth}: give a network's name or a depth, not both")
    if name and dataset is not None:
        raise UsageError(f"{name} --dataset {dataset}: --dataset goes with --depth; name the network that you mean")
    if name:
        return find(name)
    if depth is None and blocks is None:
        raise UsageError("which network? Give a name (see: resnet-analyze list), --depth 50, or --blocks 3,4,6,3")
    return _residual(depth, blocks, block, dataset or "imagenet")


def _residual(depth: int | None, blocks: str | None, block: str | None, dataset: str) -> Architecture:
    from ..architectures.resnet import by_blocks, by_depth

    if block not in (None, *BLOCKS):
        raise UsageError(f"--block {block}: expected {' or '.join(BLOCKS)}")
    if blocks is not None or depth is None:
        return by_blocks(typed("blocks", blocks or "", (3,)), block or "", dataset, depth)
    found = by_depth(depth, dataset, block or "")
    kind = found.settings["block"]
    if block not in (None, kind):
        raise UsageError(f"--depth {depth} with --block {block}: {found.title} is made of {kind} blocks")
    return found

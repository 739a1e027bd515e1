"""`show`: one network, its layers and what they cost."""

from __future__ import annotations

from typing import Any

import click

from ..architectures.base import Architecture, find
from ..errors import UsageError
from ..measure import measure
from ..report.measured import measured_report
from ..report.published import notes_for
from ._network import build, network_options, parse_settings, typed
from ._output import deliver, output_options


@click.command()
@click.argument("target", required=False, metavar="[NETWORK]")
@click.option("--depth", type=click.IntRange(1), help="Depth of a ResNet: 18, 34, 50, 101, 152 …")
@click.option("--blocks", metavar="A,B,…", help="Blocks per stage, for any depth: 3,4,23,3.")
@click.option("--block", "block_kind", metavar="KIND", help="basic or bottleneck.")
@click.option("--dataset", type=click.Choice(["imagenet", "cifar"]), help="Which rule of depths: imagenet or cifar.")
@click.option("--shortcut", metavar="A|B|C", help="Shortcuts: zero-padding, projections where needed, or everywhere.")
@network_options
@click.option("--by", type=click.Choice(["stage", "block", "layer"]), default="stage", help="What a line is.  [stage]")
@click.option("--how", is_flag=True, help="Show every layer with the window formula and its numbers.")
@click.option("--strict", is_flag=True, help="End with 1 if the cost of some layer is not known.")
@output_options
def command(
    target: str | None,
    depth: int | None,
    blocks: str | None,
    block_kind: str | None,
    dataset: str | None,
    shortcut: str | None,
    input_size: str | None,
    channels: int | None,
    classes: int | None,
    batch: int,
    style: str | None,
    settings: tuple[str, ...],
    by: str,
    how: bool,
    strict: bool,
    format_name: str | None,
    output: str | None,
) -> None:
    """Shapes, parameters and cost of a network (the default command).

    \b
    resnet-analyze --depth 50 --input 224
    resnet-analyze resnext50_32x4d --input 224x320 --by layer
    resnet-analyze --depth 50 --style keras --format json
    """
    name, _, own_style = (target or "").partition("@")
    architecture = _architecture(name, depth, blocks, block_kind, dataset)
    options = parse_settings(architecture, settings) | _given(blocks=blocks, block=block_kind, shortcut=shortcut)
    network = build(architecture, input_size, channels, classes, own_style or style, options)
    measurement = measure(network.graph, batch)
    notes = notes_for(architecture, measurement.totals, network.style, network.as_published and batch == 1)
    notes.append(("more", f"--by layer   --how   list {architecture.name}   compare {architecture.name} …"))
    deliver(measured_report(measurement, by, how, notes), format_name, output)
    if strict and measurement.unknown:
        raise click.exceptions.Exit(1)


def _given(**texts: str | None) -> dict[str, Any]:
    """The options that were given, `blocks` as numbers."""
    example = {"blocks": (3, 4, 6, 3)}
    return {name: typed(name, text, example.get(name, "")) for name, text in texts.items() if text is not None}


def _architecture(
    name: str, depth: int | None, blocks: str | None, block: str | None, dataset: str | None
) -> Architecture:
    """The network meant by a name, a depth, or blocks alone; UsageError where that is not one network."""
    if name and depth is not None:
        raise UsageError(f"{name} and --depth {depth}: give a network's name or a depth, not both")
    if name:
        if dataset is not None:
            raise UsageError(f"{name} --dataset {dataset}: --dataset goes with --depth; name the network that you mean")
        return find(name)
    from ..architectures.resnet import by_blocks, by_depth

    if blocks is not None:
        return by_blocks(typed("blocks", blocks, (3,)), block or "", dataset or "imagenet", depth)
    if depth is None:
        raise UsageError("which network? Give a name (see: resnet-analyze list), --depth 50, or --blocks 3,4,6,3")
    return by_depth(depth, dataset or "imagenet", block or "")

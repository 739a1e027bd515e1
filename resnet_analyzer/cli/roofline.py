"""`roofline`: bounds on the time of a network on a device."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import click

from ..errors import UsageError
from ..measurement import WRITERS, measure
from . import _completion as completion
from ._network import NetworkOptions, Word, network_options, resolve
from ._output import (
    FORMATS,
    PICTURES,
    Destination,
    deliver,
    deliver_picture,
    draw_quietly,
    format_for,
    quiet_option,
)

OWN = {"picture": PICTURES}
LONGEST = 10**6  # seconds
PLAIN = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,15})?(e-?[0-9]{1,2})?", re.IGNORECASE)


@click.command()
@click.argument("target", metavar="NETWORK[@STYLE]|FILE", shell_complete=completion.networks)
@click.option("--trust", multiple=True, metavar="PACKAGE", help="Allow a model file to run code of this package.")
@click.option("--device", "device_name", required=True, metavar="NAME|FILE", help="a100, cpu, h100, m2, rpi5, rtx4090, t4, or a JSON file with rates, bandwidth and their sources.")  # fmt: skip  # noqa: E501
@click.option("--dtype", default="float32", metavar="TYPE", help="float32, tf32, bfloat16, float16 or int8, as far as the device has it.")  # fmt: skip  # noqa: E501
@click.option("--by", type=Word(["layer", "fused"]), default="layer", help="A line per layer, or per group of fused ones.")  # fmt: skip  # noqa: E501
@click.option("--measured", metavar="SECONDS|FILE", help="What a run took: seconds, or the JSON that `crosscheck` wrote.")  # fmt: skip  # noqa: E501
@network_options
@click.option("--format", "format_name", metavar="NAME", shell_complete=completion.formats, help=FORMATS)
@click.option("--output", "-o", metavar="FILE", help="Write to FILE; .png, .svg or .pdf: the layers under the roof.")
@quiet_option
def command(
    target: str,
    trust: tuple[str, ...],
    device_name: str,
    dtype: str,
    by: str,
    measured: str | None,
    asked: NetworkOptions,
    format_name: str | None,
    output: str | None,
) -> None:
    """Lower bounds on time, layer by layer: bound by arithmetic or by memory, and where fusing helps.

    \b
    resnet-analyze roofline resnet50 --device h100 --dtype bfloat16 --batch 32
    resnet-analyze roofline resnet50 --device rpi5 --by fused
    """
    from ..analyses.device import device
    from ..analyses.roofline import roofline

    file = None if output == "-" else output
    kind = format_for(format_name, file, OWN)
    measurement = measure(resolve(target, asked, trust).graph)
    found = roofline(measurement, device(device_name), dtype)
    seconds = None if measured is None else _seconds(measured, measurement.graph.name, asked.batch)
    if kind == "picture":
        from ..plots.base import PLOTS

        draw_quietly()
        deliver_picture(PLOTS["roofline"].draw(measurement, found=found, seconds=seconds), str(file))
        return
    from ..report.roofline import roofline_report

    deliver(roofline_report(measurement, found, by, seconds), Destination(WRITERS[kind], file))


def _seconds(text: str, model: str, batch: int) -> Fraction:
    """A measured time: a number, or that of the model in a report of `crosscheck`; UsageError for anything else."""
    seconds = Fraction(text if PLAIN.fullmatch(text) else str(_from_file(text, model, batch)))
    if not 0 < seconds <= LONGEST:
        raise UsageError(f"--measured {text!r:.60}: expected seconds, as 0.0123, or a JSON file of crosscheck")
    return seconds


def _from_file(file: str, model: str, batch: int) -> float:
    try:
        with open(file, encoding="utf-8") as stream:
            data = json.load(stream)
    except OSError as error:
        raise UsageError(f"--measured {file}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--measured {file}: is no JSON file of crosscheck") from error
    models = data.get("models") if isinstance(data, dict) else None
    for each in models if isinstance(models, list) else ():
        if isinstance(each, dict) and each.get("model") == model and each.get("batch") == batch:
            seconds = each.get("seconds")
            if isinstance(seconds, (int, float)) and not isinstance(seconds, bool):
                return seconds
    raise UsageError(f"--measured {file}: has no time of {model} at batch {batch}: run crosscheck with them, to JSON")

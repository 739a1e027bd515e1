"""`roofline`: bounds on the time of a network on a device."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import click

from ..errors import UsageError, unreadable
from ._network import OneNetwork, Word, one_network
from ._output import Destination, deliver, deliver_drawn, picture_options

LONGEST = 10**6  # seconds
PLAIN = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,15})?(e-?[0-9]{1,2})?", re.IGNORECASE)


@click.command(short_help="Lower bounds on time, layer by layer.")
@click.option("--device", "device_name", required=True, metavar="NAME|FILE", help="a100, cpu, h100, m2, rpi5, rtx4090, t4, or a JSON file with rates, bandwidth and their sources.")  # fmt: skip  # noqa: E501
@click.option("--dtype", default="float32", metavar="TYPE", help="float32, tf32, bfloat16, float16 or int8, as far as the device has it.")  # fmt: skip  # noqa: E501
@click.option("--by", type=Word(["layer", "fused"]), default="layer", help="A line per layer, or per group of fused ones.")  # fmt: skip  # noqa: E501
@click.option("--measured", metavar="SECONDS|FILE", help="What a run took: seconds, or the JSON that `crosscheck` wrote.")  # fmt: skip  # noqa: E501
@one_network
@picture_options("the layers under the roof")
def command(
    device_name: str,
    dtype: str,
    by: str,
    measured: str | None,
    network: OneNetwork,
    destination: Destination,
) -> None:
    """Lower bounds on time, layer by layer: bound by arithmetic or by memory, and where fusing helps.

    \b
    resnet-analyze roofline resnet50 --device h100 --dtype bfloat16 --batch 32
    resnet-analyze roofline resnet50 --device rpi5 --by fused
    """
    from ..analyses.device import device
    from ..analyses.roofline import roofline

    measurement = network.measured()
    found = roofline(measurement, device(device_name), dtype)
    seconds = None if measured is None else _seconds(measured, measurement.graph.name, network.asked.batch)
    if destination.is_picture:
        deliver_drawn("roofline", measurement, destination, found=found, seconds=seconds)
        return
    from ..report.roofline import roofline_report

    deliver(roofline_report(measurement, found, by, seconds), destination)


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
        raise unreadable(f"--measured {file}", error) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--measured {file}: is no JSON file of crosscheck") from error
    models = data.get("models") if isinstance(data, dict) else None
    for each in models if isinstance(models, list) else ():
        if isinstance(each, dict) and each.get("model") == model and each.get("batch") == batch:
            seconds = each.get("seconds")
            if isinstance(seconds, (int, float)) and not isinstance(seconds, bool):
                return seconds
    raise UsageError(f"--measured {file}: has no time of {model} at batch {batch}: run crosscheck with them, to JSON")

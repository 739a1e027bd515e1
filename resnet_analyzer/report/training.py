"""What a training costs: forward, gradients of inputs and weights, layer by layer, per step, epoch and in all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from ..analyses.training import Course, Step, Trained, flops_of, training_step
from ..analyses.training_memory import PLAIN, Setting
from ..measurement import Measurement
from ..numbers import many
from .model import Column, Report, Section, Table

UNITS = ((10**18, "exaFLOPs"), (10**15, "petaFLOPs"), (10**12, "teraFLOPs"), (10**9, "GFLOPs"), (1, "FLOPs"))
LAYERS = (
    Column("layer", wrapped=True),
    Column("forward", "count"),
    Column("inputs' gradients", "count"),
    Column("weights' gradients", "count"),
    Column("again", "count", drop=2),
    Column("FLOPs in all", "short", drop=1),
)
PASSES = ("forward", "gradients of inputs", "gradients of weights", "forward again (checkpoints)", "optimizer")
TOTALS = (Column("pass"), Column("MACs", "count"), Column("FLOPs", "count"))
COURSE = (Column("what"), Column("MACs", "count"), Column("FLOPs", "count"), Column("rounded", "shape", drop=1))
COUNTED = (
    "no gradient of the input, none through frozen layers; a weight's gradient takes as many MACs as its forward pass, "
    "groups or not; batch norm by the batch's statistics; FLOPs: 2 per MAC and 1 for all other arithmetic, the update "
    "included"
)


def training_report(measurement: Measurement, course: Course, setting: Setting = PLAIN, by: str = "stage") -> Report:
    """The report on a course of training."""
    title = f"{measurement.graph.about.get('title', measurement.graph.name)} · training, batch {course.batch}"
    tables = (step_table(course.step), layer_table(course.step, by), course_table(course))
    notes = [("counted", COUNTED)]
    if course.step.unknown:
        names = course.step.unknown
        notes.insert(
            0, ("unknown", f"{many(len(names), 'layer')}, figures are at least so much: {', '.join(names[:5])}")
        )
    return Report(title, tables, tuple(notes), lambda: _data(measurement, course, setting))


def in_flops(number: int) -> str:
    """FLOPs of a long training, in the unit that fits.

    >>> in_flops(2831155200000000000)
    '2.831 exaFLOPs'
    """
    size, unit = next(pair for pair in UNITS if number >= pair[0] or pair[0] == 1)
    return f"{number / size:.4g} {unit}"


def step_table(step: Step) -> Table:
    """The passes of one step."""
    macs = (*step.by_pass(lambda work: work.multiply_accumulates), 0)
    flops = (*step.by_pass(flops_of), step.update)
    rows = [row for row in zip(PASSES, macs, flops, strict=True) if row[1] or row[2]]
    return Table(TOTALS, (*rows, ("one step", step.macs, step.flops)))


def layer_table(step: Step, by: str = "stage") -> Table:
    """MACs of each pass, a line per layer that has any, or per stage."""
    worked = [layer for layer in step.layers if flops_of(layer.work) or not layer.known]
    if by == "layer":
        return Table(LAYERS, tuple(_line(layer.name, [layer]) for layer in worked))
    groups = groupby(worked, key=lambda layer: layer.row.node.scope.split("/")[0] or layer.name)
    return Table(LAYERS, tuple(_line(name, list(members)) for name, members in groups))


def _line(name: str, layers: Sequence[Trained]) -> tuple[Any, ...]:
    macs = [sum(each) for each in zip(*[layer.macs() for layer in layers], strict=True)]  # type: ignore[arg-type]
    return (name, *macs, sum(flops_of(layer.work) for layer in layers))  # type: ignore[misc]


def course_table(course: Course) -> Table:
    """A step, an epoch, the whole training."""
    step = course.step
    each = [
        ("one step", step.macs, step.flops),
        (f"one epoch: {many(course.steps, 'step')}", _epoch(course, "macs"), _epoch(course, "flops")),
        (f"{many(course.epochs, 'epoch')} of {many(course.images, 'image')}", course.macs, course.flops),
    ]
    sign = "≥ " if step.unknown else ""
    return Table(COURSE, tuple((*row, f"{sign}{in_flops(row[2])}") for row in each))  # type: ignore[arg-type]


def _epoch(course: Course, figure: str) -> int:
    return course.per_epoch(lambda step: getattr(step, figure))


def training_section(measurement: Measurement, figures: tuple[Any, ...] = ()) -> Section:
    """One step of training as a part of a long report."""
    step = training_step(measurement)
    asked = "What does one step of training cost, and how much more than running the network?"
    whole, forward = step.macs, step.by_pass(lambda work: work.multiply_accumulates)[0]
    see = [f"A step has {whole / forward:.2f} times the MACs of the forward pass."] if forward else []  # type: ignore[operator]
    see.append(f"Counted: {COUNTED}.")
    title = f"One step on a batch of {measurement.batch}, with momentum"
    return Section(
        "Training",
        (asked,),
        (step_table(step)._replace(title=title, live="step"),),
        figures,
        tuple(see),
        live="training",
    )


def _data(measurement: Measurement, course: Course, setting: Setting) -> dict[str, Any]:
    step = course.step
    names = ("forward", "input_gradients", "weight_gradients", "again")
    return {
        "schema": 2,
        "kind": "training",
        "model": measurement.graph.name,
        "batch": course.batch,
        "images": course.images,
        "epochs": course.epochs,
        "optimizer": setting.optimizer,
        "checkpoint": setting.checkpoint,
        "status": "lower_bound" if step.unknown else "complete",
        "steps_per_epoch": course.steps,
        "step": {
            "macs": dict(zip(names, step.by_pass(lambda work: work.multiply_accumulates), strict=True)),
            "flops": dict(zip(names, step.by_pass(flops_of), strict=True)) | {"update": step.update},
            "total_macs": step.macs,
            "total_flops": step.flops,
        },
        "epoch": {"macs": _epoch(course, "macs"), "flops": _epoch(course, "flops")},
        "whole": {"macs": course.macs, "flops": course.flops},
        "layers": [
            {
                "name": layer.name,
                "op": layer.row.op,
                "macs": dict(zip(names, layer.macs(), strict=True)),
                "flops": dict(zip(names, layer.flops(), strict=True)),
                "known": layer.known,
            }
            for layer in step.layers
        ],
        "unknown": list(step.unknown),
    }

"""Memory of a network: weights, what is alive at the fullest moment and where, and what other orders would need."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from ..analyses.memory import Live, least_memory, live_bytes, memory, require_numbers
from ..analyses.memory_model import INFERENCE, Model
from ..analyses.order import Least
from ..analyses.training_memory import TrainingMemory, training_memory
from ..measurement import Measurement
from ..numbers import many, short
from .model import Column, Report, Section, Table
from .stages import blocks, stage_names

FIGURES = (Column("what"), Column("bytes", "count"), Column("rounded", "shape", drop=2), Column("where it comes from", wrapped=True))  # fmt: skip  # noqa: E501
ALIVE = (Column("alive at most", "count"), Column("while", drop=1, wrapped=True))
COUNTED = {
    "inference": "an output lives from its layer to its last reader; views cost nothing; no work space inside layers",
    "training": "weights, gradients and optimizer's state in float32; kept: what each backward pass needs, once; "
    "gradients of activations live until their layer has run backward; no work space inside layers",
}


def memory_report(measurement: Measurement, model: Model = INFERENCE, by: str = "stage") -> Report:
    """The report on the memory of one network under a model; UsageError for sizes that are no numbers."""
    title = f"{_name(measurement)} · memory of {model.mode} at batch {measurement.batch}"
    require_numbers(measurement)
    if model.mode == "training":
        trained = training_memory(measurement, model.setting)
        tables = (training_table(trained), _by(trained.lives, measurement, by))
        return Report(title, tables, (*_training_notes(trained), *stated(model)), lambda: _training_data(measurement, model, trained))  # fmt: skip  # noqa: E501
    lives = live_bytes(measurement, model.itemsize, model.setting.in_place, model.fuse_bn)
    least = least_memory(measurement, model.itemsize, model.setting.in_place, model.fuse_bn)
    tables = (inference_table(measurement, model, least), _by(lives, measurement, by))
    return Report(title, tables, stated(model), lambda: _inference_data(measurement, model, lives, least))


def _name(measurement: Measurement) -> str:
    return str(measurement.graph.about.get("title", measurement.graph.name))


def stated(model: Model) -> tuple[tuple[str, str], ...]:
    """The model in words, and what is counted."""
    return (("model", model.says()), ("counted", COUNTED[model.mode]))


def _line(what: str, size: int, says: str, least: str = "") -> tuple[Any, ...]:
    return (what, size, f"{least}{short(size, 'B')}", says)


def inference_table(measurement: Measurement, model: Model, least: Least) -> Table:
    """The figures of inference, in the given order and in the best."""
    found = memory(measurement, model.itemsize, model.setting.in_place, model.fuse_bn)
    sign = "" if found.exact else "≥ "
    numbers = many(measurement.totals.all_params, "number")
    return Table(
        FIGURES,
        (
            _line(
                "weights",
                found.weights,
                f"{numbers} of {many(model.itemsize, 'byte')}",
                measurement.least("all_params"),
            ),
            _line("alive at the peak", found.peak, f"while {found.at} runs, in the given order", sign),
            _line("least peak", least.peak, order_in_words(least, found.peak), sign),
            _line("total", found.total, "weights and the peak of the given order", sign),
        ),
    )


def order_in_words(least: Least, given: int) -> str:
    """What is known of other orders of the layers."""
    if not least.certain:
        return f"the best order known; none has less than {short(least.bound, 'B')}"
    if least.peak == given:
        return "no order of the layers has less"
    return f"in the best order, {short(given - least.peak, 'B')} less; no order has less"


def training_table(found: TrainingMemory) -> Table:
    """The figures of one step of training."""
    sign = "" if found.exact else "≥ "
    return Table(
        FIGURES,
        (
            _line("weights", found.weights, "moving statistics included, and the copy in a small type"),  # type: ignore[arg-type]
            _line("gradients", found.gradients, "of the trained weights"),  # type: ignore[arg-type]
            _line("optimizer's state", found.state, "numbers that it keeps for each trained weight"),  # type: ignore[arg-type]
            _line(
                "kept for the backward pass",
                found.kept,
                "every tensor, mask and statistic once, without checkpoints",
                sign,
            ),  # type: ignore[arg-type]
            _line("alive at the peak", found.peak, f"activations and their gradients, at {found.at}", sign),  # type: ignore[arg-type]
            _line("total", found.total, "weights, gradients, state and the peak", sign),  # type: ignore[arg-type]
        ),
    )


def _training_notes(found: TrainingMemory) -> tuple[tuple[str, str], ...]:
    notes = []
    if found.cuts:
        notes.append(("checkpoints", ", ".join(found.cuts)))
    if found.unknown:
        names = ", ".join(found.unknown[:5]) + (" …" if len(found.unknown) > 5 else "")
        need = "needs" if len(found.unknown) == 1 else "need"
        notes.append(("unknown", f"what {many(len(found.unknown), 'layer')} {need} kept: {names}"))
    return tuple(notes)


def _by(lives: Sequence[Live], measurement: Measurement, by: str) -> Table:
    """The bytes alive, a line per layer that runs, or per stage or block: its fullest moment."""
    if by == "layer":
        return Table((Column("layer", wrapped=True), ALIVE[0]), tuple((live.name, live.bytes) for live in lives))
    first = measurement.graph.channels_first()
    if by == "stage":
        groups = stage_names(measurement.rows, first)
    else:
        groups = {row.name: name for name, members in blocks(measurement.rows, first) for row in members}

    def group(live: Live) -> str:
        name = live.name.removesuffix(" backward")
        return groups.get(name, name) + live.name.removeprefix(name)

    rows = []
    for name, members in groupby(lives, key=group):
        fullest = max(members, key=lambda live: live.bytes)  # type: ignore[arg-type, return-value]
        rows.append((name, fullest.bytes, fullest.name))
    return Table((Column(by, wrapped=True), *ALIVE), tuple(rows))


def model_data(model: Model) -> dict[str, Any]:
    """The model as documents have it."""
    return {
        "mode": model.mode,
        "dtype": model.setting.dtype,
        "in_place": model.setting.in_place,
        "fuse_bn": model.fuse_bn,
        "optimizer": model.setting.optimizer if model.mode == "training" else None,
        "checkpoint": model.setting.checkpoint if model.mode == "training" else None,
    }


def _head(measurement: Measurement, model: Model, exact: bool) -> dict[str, Any]:
    return {
        "schema": 2,
        "kind": "memory",
        "model": measurement.graph.name,
        "batch": measurement.batch,
        **model_data(model),
        "status": "complete" if exact else "lower_bound",
    }


def _inference_data(measurement: Measurement, model: Model, lives: Sequence[Live], least: Least) -> dict[str, Any]:
    found = memory(measurement, model.itemsize, model.setting.in_place, model.fuse_bn)
    return {
        **_head(measurement, model, found.exact),
        "weights": found.weights,
        "peak": found.peak,
        "at": found.at,
        "total": found.total,
        "least_peak": {"peak": least.peak, "lower_bound": least.bound, "certain": least.certain},
        "live": [{"name": live.name, "bytes": live.bytes} for live in lives],
    }


def _training_data(measurement: Measurement, model: Model, found: TrainingMemory) -> dict[str, Any]:
    return {
        **_head(measurement, model, found.exact),
        "weights": found.weights,
        "gradients": found.gradients,
        "state": found.state,
        "kept": found.kept,
        "peak": found.peak,
        "at": found.at,
        "total": found.total,
        "checkpoints": list(found.cuts),
        "unknown": list(found.unknown),
        "live": [{"name": live.name, "bytes": live.bytes} for live in found.lives],
    }


def memory_section(measurement: Measurement, figures: tuple[Any, ...] = ()) -> Section:
    """Inference at the measured batch, and one step of training, as a part of a long report."""
    asked = "Will it fit? Bytes in float32, under the model that the notes below state."
    least = least_memory(measurement)
    tables = (
        inference_table(measurement, INFERENCE, least)._replace(
            title=f"Inference, batch {measurement.batch}", live="memory"
        ),
        training_table(training_memory(measurement))._replace(
            title=f"Training with momentum, batch {measurement.batch}", live="training-memory"
        ),
    )
    see = tuple(f"{mode}: {words}." for mode, words in COUNTED.items())
    return Section("Memory", (asked,), tables, figures, see)

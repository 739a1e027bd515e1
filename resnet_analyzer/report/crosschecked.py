"""What the running models said, as a report: a line per model, a summary, and every disagreement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..crosscheck.compare import AGREES, NO_WITNESS, NOTHING, LayerVerdict, ModelVerdict
from ..crosscheck.equivalence import Equivalence
from ..crosscheck.framework import Device
from ..numbers import grouped, many
from .model import Column, Report, Section, Table

MODELS = (
    Column("model", flexible=True),
    Column("verdict"),
    Column("input", "shape", drop=3),
    Column("layers", "count", drop=5),
    Column("shapes", "shape"),
    Column("weights", "shape"),
    Column("FLOPs", "shape"),
    Column("unchecked", "count", drop=2),
    Column("ms", "shape", drop=1),
    Column("GMAC/s", "shape", drop=4),
)
LAYERS = (
    Column("layer", wrapped=True),
    Column("op", drop=1),
    Column("shape"),
    Column("weights"),
    Column("FLOPs"),
)
WITNESSES = (
    "shapes: of the arrays that came out of the running layers; weights: the model's own, by name, shape and "
    "whether trained; FLOPs: TensorFlow's profiler, where it has a rule (it has none for ReLU and sigmoid, for "
    "global maxima, nor for a grouped convolution on a CPU)"
)


def crosschecked_report(
    verdicts: Sequence[ModelVerdict], on: Device, equivalences: Sequence[Equivalence] = (), by_layer: bool = False
) -> Report:
    """The report on models that were built, run and compared on a device."""
    tables = [Table(MODELS, tuple(map(_model_row, verdicts)))]
    if by_layer:
        tables += [Table(LAYERS, tuple(map(_layer_row, each.layers)), each.model) for each in verdicts]
    notes = [("result", summary(verdicts))]
    notes += [("DISAGREES", f"{each.model}: {text}") for each in verdicts for text in each.disagreements]
    notes += [("arithmetic", each.text()) for each in equivalences]
    notes += [("device", on.text()), ("witnesses", WITNESSES), *_remarks(verdicts)]
    title = f"Crosscheck of {len(verdicts)} models" if len(verdicts) != 1 else f"Crosscheck of {_name(verdicts[0])}"
    return Report(title, tuple(tables), tuple(notes), lambda: _data(verdicts, on, equivalences))


def crosschecked_section(verdicts: Sequence[ModelVerdict], on: Device) -> Section:
    """What the running models said, as a part of a longer report."""
    report = crosschecked_report(verdicts, on)
    asked = "The network, built as a real Keras model and run, beside our figures."
    see = tuple(f"{label}: {text}" for label, text in report.notes)
    return Section("Checked against a running model", (asked,), report.tables, see=see)


def summary(verdicts: Sequence[ModelVerdict]) -> str:
    """The line that counts: layers, models, and each witness's agreements of those that it saw."""
    layers = sum(len(each.layers) for each in verdicts)
    parts = [f"{word} {_ratio(_seen(verdicts, key))}" for word, key in (("shapes", "shape"), ("weights", "weights"), ("FLOPs", "flops"))]  # fmt: skip  # noqa: E501
    silent = sum(each.how_many("flops", NO_WITNESS) for each in verdicts)
    wrong = sum(len(each.disagreements) for each in verdicts)
    models = f"{grouped(len(verdicts))} model{'s' * (len(verdicts) != 1)}"
    verdict = many(wrong, "disagreement") if wrong else "no disagreement"
    parts.append(f"not checked by a reference {grouped(silent)}")
    return f"{many(layers, 'layer')} of {models}: {', '.join(parts)}; {verdict}"


def _seen(verdicts: Sequence[ModelVerdict], witness: str) -> tuple[int, int]:
    """Layers that agree, and layers that the witness says something of."""
    agree = sum(each.how_many(witness, AGREES) for each in verdicts)
    silent = sum(each.how_many(witness, word) for each in verdicts for word in (NO_WITNESS, NOTHING))
    return agree, sum(len(each.layers) for each in verdicts) - silent


def _ratio(pair: tuple[int, int]) -> str:
    return f"{grouped(pair[0])}/{grouped(pair[1])}"


def _name(each: ModelVerdict) -> str:
    return each.model if each.style in ("", "paper") else f"{each.model} ({each.style})"


def _model_row(each: ModelVerdict) -> tuple[Any, ...]:
    timing = each.timing
    return (
        _name(each),
        f"{grouped(wrong)} disagree{'s' * (wrong == 1)}" if (wrong := len(each.disagreements)) else AGREES,
        each.input if each.batch == 1 else f"{each.batch}×({each.input})",
        len(each.layers),
        *[_ratio(_seen([each], witness)) for witness in ("shape", "weights", "flops")],
        each.how_many("flops", NO_WITNESS),
        f"{timing.seconds * 1e3:.1f}" if timing else None,
        f"{each.macs / timing.seconds / 1e9:.1f}" if timing else None,
    )


def _layer_row(layer: LayerVerdict) -> tuple[Any, ...]:
    return tuple(layer)


def _remarks(verdicts: Sequence[ModelVerdict]) -> list[tuple[str, str]]:
    """What Keras lacks, and how it was written instead, with how often."""
    counted: dict[str, int] = {}
    for each in verdicts:
        for text, times in each.remarks:
            counted[text] = counted.get(text, 0) + times
    texts = [f"{text} ({times}×)" for text, times in counted.items()]
    return [("in Keras", "; ".join(texts))] if texts else []


def _data(verdicts: Sequence[ModelVerdict], on: Device, equivalences: Sequence[Equivalence]) -> dict[str, Any]:
    return {
        "schema": 2,
        "kind": "crosscheck",
        "device": {"kind": on.kind, "name": on.name, "backend": on.backend, "versions": dict(on.versions)},
        "summary": summary(verdicts),
        "disagreements": sum(len(each.disagreements) for each in verdicts),
        "models": [_model_data(each) for each in verdicts],
        "arithmetic": [each._asdict() | {"agrees": each.agrees} for each in equivalences],
    }


def _model_data(each: ModelVerdict) -> dict[str, Any]:
    return {
        "model": each.model,
        "style": each.style or None,
        "input": each.input,
        "batch": each.batch,
        "macs": each.macs,
        "seconds": each.timing.seconds if each.timing else None,
        "runs": each.timing.runs if each.timing else 0,
        "remarks": dict(each.remarks),
        "disagreements": each.disagreements,
        "layers": [layer._asdict() for layer in each.layers],
    }

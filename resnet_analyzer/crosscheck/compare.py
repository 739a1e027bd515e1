"""Our figures against the running model's, witness by witness, layer by layer."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from ..conventions.base import CONVENTIONS
from ..errors import AnalyzerError
from ..graph import Graph
from ..importers.framework import keras as import_keras
from ..measurement import Row, measure
from ..shape import spell
from .builder import Built, build, deep_recursion
from .framework import Device, tensorflow
from .profiler import profiled_float_ops
from .witness import Seen, Timing, run_layers, time_model

AGREES, NO_WITNESS, NOTHING = "agrees", "unchecked", "nothing to count"


class LayerVerdict(NamedTuple):
    """One layer: what each witness says: `agrees`, `unchecked`, `nothing to count`, or the two figures."""

    name: str
    op: str
    shape: str
    weights: str
    flops: str

    @property
    def disagreements(self) -> list[str]:
        """Sentences on every witness that says otherwise."""
        found = (("shape", self.shape), ("weights", self.weights), ("FLOPs", self.flops))
        return [f"{self.name}: {word}: {text}" for word, text in found if text not in (AGREES, NO_WITNESS, NOTHING)]


class ModelVerdict(NamedTuple):
    """A model checked: every layer's verdict, what Keras lacked, and the time of a run.

    `failure` tells why nothing could be seen, if Keras fails on it: that is no agreement.
    """

    model: str
    style: str
    input: str
    batch: int
    layers: tuple[LayerVerdict, ...]
    remarks: tuple[tuple[str, int], ...]
    macs: int
    timing: Timing | None
    failure: str = ""

    @property
    def disagreements(self) -> list[str]:
        """Every disagreement of every layer, and the failure."""
        found = [text for layer in self.layers for text in layer.disagreements]
        return [self.failure, *found] if self.failure else found

    def how_many(self, witness: str, verdict: str) -> int:
        """How many layers have that verdict from that witness (`shape`, `weights`, `flops`)."""
        return sum(getattr(layer, witness) == verdict for layer in self.layers)


def crosscheck(graph: Graph, on: Device, batch: int = 1, runs: int = 5) -> ModelVerdict:
    """Build the graph as a Keras model, run it on `on`, and compare every layer with our figures.

    `runs` timed runs (0: none). CheckFailed where a rule does not hold, NoSuchLayer where Keras has
    nothing for an op, UsageError for a layer of unknown cost. Where Keras itself fails, that is the verdict.
    """
    try:
        return compare(graph, build(graph), on, batch, runs)
    except AnalyzerError:
        raise
    except Exception as error:  # Keras and its back ends raise whatever they like: no memory, no such kernel
        if _is_ours(error):
            raise
        reason = " ".join(str(error).split())[:300]
        return _about(graph, batch)._replace(failure=f"Keras cannot run it: {type(error).__name__}: {reason}")


def _is_ours(error: Exception) -> bool:
    """Whether our own code raised it: that is a fault of ours, and no verdict on Keras."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    home = trace.tb_frame.f_globals.get("__name__", "") if trace is not None else ""
    return home.partition(".")[0] == __package__.partition(".")[0] and not isinstance(error, MemoryError)


def _about(graph: Graph, batch: int) -> ModelVerdict:
    """A verdict with nothing seen yet."""
    shape = ", ".join(spell(node.op.shape) for node in graph.inputs)  # type: ignore[attr-defined]
    macs = measure(graph, batch).totals.macs
    return ModelVerdict(graph.name, str(graph.about.get("style", "")), shape, batch, (), (), macs, None)


def compare(graph: Graph, built: Built, on: Device, batch: int = 1, runs: int = 5) -> ModelVerdict:
    """Compare the figures of `graph` with a built model, which may be another one's (to see it caught)."""
    measured = measure(graph)
    with _place(on), deep_recursion(len(built.rows)):
        seen = run_layers(built)
        counted = _profiled(built, seen)
        timing = time_model(built, batch, runs) if runs else None
    ours = measured.by_name
    layers = [_verdict(row, seen.get(row.name), counted.get(row.name)) for row in measured.rows]
    layers += [_strange(row, seen[row.name]) for row in built.rows if row.name not in ours]
    remarks = Counter(remark for texts in built.remarks.values() for remark in texts)
    return _about(graph, batch)._replace(layers=tuple(layers), remarks=tuple(remarks.items()), timing=timing)


def _place(on: Device) -> Any:
    return import_keras().device(f"{on.kind}:0")


def _profiled(built: Built, seen: dict[str, Seen]) -> dict[str, int]:
    """What the profiler counts for each layer; nothing on other back ends than TensorFlow's."""
    module = tensorflow()
    if module is None:
        return {}
    shapes = {name: each.shape for name, each in seen.items()}
    return profiled_float_ops(module, built, shapes)


def _verdict(row: Row, seen: Seen | None, counted: int | None) -> LayerVerdict:
    if seen is None:
        return LayerVerdict(row.name, row.op, f"ours {spell(row.output)}, Keras has no such layer", NOTHING, NO_WITNESS)
    shape = (
        AGREES if tuple(row.output or ()) == seen.shape else f"ours {spell(row.output)}, Keras has {spell(seen.shape)}"
    )
    return LayerVerdict(row.name, row.op, shape, _weights_verdict(row, seen), _flops_verdict(row, counted))


def _strange(row: Row, seen: Seen) -> LayerVerdict:
    """A layer that runs and that our graph does not know."""
    return LayerVerdict(row.name, row.op, f"ours no such layer, Keras has {spell(seen.shape)}", NOTHING, NO_WITNESS)


def _weights_verdict(row: Row, seen: Seen) -> str:
    if row.node.weights_of != seen.weights_of:
        return f"ours {_owner_text(row.node.weights_of)}, Keras has {_owner_text(seen.weights_of)}"
    if row.node.weights_of:
        return NOTHING  # they are compared where they are counted
    ours = {weight.name: (tuple(weight.shape), weight.trainable) for weight in row.weights}
    theirs = {name: tuple(weight) for name, weight in seen.weights.items()}
    if ours == theirs:
        return AGREES if ours else NOTHING
    names = [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
    texts = [
        f"{name} ours {_weight_text(ours.get(name))}, Keras has {_weight_text(theirs.get(name))}" for name in names
    ]
    return "; ".join(texts)


def _owner_text(owner: str) -> str:
    return f"those of {owner}, shared" if owner else "its own weights"


def _weight_text(weight: tuple[Any, ...] | None) -> str:
    if weight is None:
        return "none"
    return f"{spell(weight[0])}{'' if weight[1] else ' (not trained)'}"


def _flops_verdict(row: Row, counted: int | None) -> str:
    # what only training runs has no work in our totals, but the layer itself is here and runs
    if row.node.training_only:
        row = Row(row.node._replace(training_only=False), row.inputs, row.node.op.apply(*row.inputs))
    expected = CONVENTIONS["tensorflow"].count(row)
    idle = not any(row.cost.work)
    if idle and not counted:
        return NOTHING
    if not counted or expected is None:
        return NO_WITNESS  # 0 is its word for what it cannot see: a shape that it does not know
    return AGREES if expected == counted else f"ours {expected:,}, TensorFlow's profiler {counted:,}"

"""Memory of one step of training: weights, gradients, the optimizer's state, and what is alive at the fullest moment.

The model: the layers run forward in the graph's order, then backward in the opposite one. An activation lives until
the last layer has run, forward or backward, that needs it (`backward.py`); so does what is kept beside. The
gradient of a tensor is a buffer from its first contribution until the layer that made the tensor has run backward;
further contributions are added in place, and views share the gradient's buffer too. Gradients of weights live all
the time. Mixed precision (float16, bfloat16): weights, their gradients and the optimizer's state are float32 numbers,
beside a copy of the weights in the small type, which activations and their gradients have (Micikevicius et al. 2018).

Checkpoints (Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost): the network is cut where a single
tensor passes; forward, only those tensors are kept, and every segment but the last runs forward a second time before
it runs backward. `stages` cuts between stages, `sqrt` into about as many segments as the root of the possible ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isqrt
from typing import NamedTuple, TypeAlias

from ..dim import Dim
from ..errors import UnknownName, UsageError
from ..measurement import Measurement, Row
from .backward import Backward, backward_of, beside_bytes
from .memory import Live, peak_of

ITEMSIZE = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}
STATES = {"sgd": 0, "momentum": 1, "adam": 2}  # numbers that an optimizer keeps for each trained one
CHECKPOINTS = ("none", "sqrt", "stages")
MASTER = 4  # bytes of the numbers that are trained
Buffer: TypeAlias = tuple[str, int]


class Setting(NamedTuple):
    """How a network is trained: the type of activations, the optimizer, checkpoints, writing in place."""

    dtype: str = "float32"
    optimizer: str = "momentum"
    checkpoint: str = "none"
    in_place: bool = False


PLAIN = Setting()


class TrainingMemory(NamedTuple):
    """Bytes of one step of training; `peak` is of activations, what is kept beside, and their gradients.

    `kept` is what the whole backward pass needs kept, without checkpoints: every tensor once. `at` is the layer that
    runs at the peak, `lives` what is alive at each moment, `cuts` the tensors kept by checkpoints. `unknown` names
    layers that do not tell what they need: the figures are lower bounds.
    """

    weights: Dim
    gradients: Dim
    state: Dim
    kept: Dim
    peak: Dim
    at: str
    lives: tuple[Live, ...]
    cuts: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<TrainingMemory {self.total} bytes, of them {self.peak} at {self.at}>"[:100]

    @property
    def total(self) -> Dim:
        """Everything together at the peak."""
        return self.weights + self.gradients + self.state + self.peak

    @property
    def exact(self) -> bool:
        """Whether every layer tells what it needs."""
        return not self.unknown


def training_memory(measurement: Measurement, setting: Setting = PLAIN) -> TrainingMemory:
    """The memory of one step of training on the measured batch; over symbols as polynomials.

    UnknownName for an unknown type, optimizer or checkpoint; UsageError for int8, which nobody trains in.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> found = training_memory(measure(architecture("resnet18")))
    >>> found.weights == found.gradients + 4 * 9600, found.state == found.gradients   # 9,600 moving statistics
    (True, True)
    """
    _require(setting)
    small, totals = ITEMSIZE[setting.dtype], measurement.totals
    layers = backward_of(measurement.rows)
    program = _Program(layers, small, setting)
    lives = tuple(program.lives())
    peak = peak_of(list(lives))
    at = next((live.name for live in lives if live.bytes is peak or live.bytes == peak), "")
    unknown = tuple(layer.name for layer in layers if not layer.known or layer.row.output is None)
    return TrainingMemory(
        totals.all_params * MASTER + (totals.params * small if small != MASTER else 0),
        totals.trainable_params * MASTER,
        totals.trainable_params * (MASTER * STATES[setting.optimizer]),
        kept_bytes(layers, small),
        peak,
        at,
        lives,
        tuple(layers[each].name for each in program.cuts),
        unknown,
    )


def repeated(measurement: Measurement, setting: Setting) -> set[int]:
    """The places of the layers that run forward twice under these checkpoints.

    Those of every segment but the last, without inputs, and checkpoints of which nothing else is kept.
    """
    _require(setting)
    layers = backward_of(measurement.rows)
    cuts = _Program(layers, ITEMSIZE[setting.dtype], setting).cuts
    last = cuts[-1] + 1 if cuts else 0
    return {
        place for place in range(last) if layers[place].row.node.inputs and (place not in cuts or layers[place].beside)
    }


def _require(setting: Setting) -> None:
    for what, value, known in (
        ("type", setting.dtype, ITEMSIZE),
        ("optimizer", setting.optimizer, STATES),
        ("checkpoint", setting.checkpoint, CHECKPOINTS),
    ):
        if value not in known:
            raise UnknownName(what, value, known)
    if setting.dtype == "int8":
        raise UsageError("int8: networks are trained in float32, bfloat16 or float16; int8 is for inference")


def kept_bytes(layers: Sequence[Backward], itemsize: int) -> Dim:
    """All that the backward pass needs kept: each tensor once, and what is kept beside."""
    roots = roots_of([layer.row for layer in layers])
    kept = {roots[place if each < 0 else each] for place, layer in enumerate(layers) for each in layer.keeps}
    size: Dim = 0
    for place in sorted(kept):
        size = size + elements(layers[place].row) * itemsize
    for layer in layers:
        size = size + beside_bytes(layer, itemsize)
    return size


def roots_of(rows: Sequence[Row]) -> list[int]:
    """For each layer the one whose buffer its output is in: views are in their input's; in training dropout is none."""
    place = {row.name: number for number, row in enumerate(rows)}
    roots: list[int] = []
    for number, row in enumerate(rows):
        view = row.node.op.storage == "view" and bool(row.node.inputs) and not _masks(row)
        roots.append(roots[place[row.node.inputs[0]]] if view else number)
    return roots


def _masks(row: Row) -> bool:
    """Whether a layer that passes its input on at inference makes something new in training."""
    told = None if None in row.inputs else row.node.op.gradient(row.inputs, row.cost)
    return told is not None and told.forward is not None


def elements(row: Row) -> Dim:
    """The numbers of an output; 0 where they are not known."""
    return 0 if row.output is None or row.node.op.storage == "unknown" else row.output.elements


class _Event(NamedTuple):
    """A layer runs: it writes some buffers (with their bytes), and needs some."""

    name: str
    writes: tuple[tuple[Buffer, Dim], ...]
    needs: tuple[Buffer, ...]
    over: tuple[Buffer, ...] = ()


class _Program:
    """One step of training as a list of events on buffers."""

    def __init__(self, layers: Sequence[Backward], itemsize: int, setting: Setting) -> None:
        rows = [layer.row for layer in layers]
        self.layers, self.itemsize, self.setting = layers, itemsize, setting
        self.roots = roots_of(rows)
        place = {row.name: number for number, row in enumerate(rows)}
        self.before = [[place[name] for name in dict.fromkeys(row.node.inputs)] for row in rows]
        self.cuts = self._cuts()

    def lives(self) -> Iterator[Live]:
        """The bytes alive at every event."""
        events = list(self._events())
        last: dict[Buffer, int] = {}
        for number, event in enumerate(events):
            for buffer in (*event.needs, *[buffer for buffer, _ in event.writes]):
                last[buffer] = number
        ending: dict[int, list[Buffer]] = {}
        for buffer, number in last.items():
            ending.setdefault(number, []).append(buffer)
        sizes: dict[Buffer, Dim] = {}
        live: Dim = 0
        for number, event in enumerate(events):
            for buffer, size in event.writes:
                if buffer not in sizes:
                    sizes[buffer] = size
                    live = live + size
            over = next((each for each in event.over if last[each] == number and each in sizes), None)
            yield Live(event.name, live if over is None else live - sizes[over])
            for buffer in ending.get(number, ()):
                live = live - sizes.pop(buffer)

    def _events(self) -> Iterator[_Event]:
        ends = [*self.cuts, len(self.layers) - 1]
        start = 0
        parts = []
        for end in ends:
            parts.append(range(start, end + 1))
            start = end + 1
        for part in parts:
            yield from self._forward(part, "a", keeping=part is parts[-1] or len(parts) == 1)
        for part in reversed(parts):
            again = part is not parts[-1]
            if again:
                yield from self._forward(part, "r", keeping=True)
            yield from self._backward(part, "r" if again else "a")

    def _buffer(self, place: int, part: range, tag: str) -> Buffer:
        """The buffer of an activation: of this run of its segment, or that of a checkpoint or input, which stays."""
        root = self.roots[place]
        inside = root in part and root not in self.cuts and bool(self.before[root])
        return (tag if inside else "a", root)

    def _forward(self, part: range, tag: str, keeping: bool) -> Iterator[_Event]:
        for place in part:
            layer, root = self.layers[place], self.roots[place]
            if tag == "r" and not self.before[place]:
                continue
            own = self._buffer(place, part, tag)
            needs = tuple(self._buffer(each, part, tag) for each in self.before[place])
            size = elements(layer.row) * self.itemsize if root == place else 0
            writes: list[tuple[Buffer, Dim]] = [] if root != place or (tag == "r" and own[0] == "a") else [(own, size)]
            if keeping and layer.beside:
                writes.append(((f"beside {tag}", place), beside_bytes(layer, self.itemsize)))
            yield _Event(layer.name, tuple(writes), needs, self._over(place, needs))

    def _over(self, place: int, needs: tuple[Buffer, ...]) -> tuple[Buffer, ...]:
        """The buffers that a layer may write over."""
        row = self.layers[place].row
        if not self.setting.in_place or row.node.op.storage != "overwrites":
            return ()
        same = [shape == row.output for shape in dict(zip(row.node.inputs, row.inputs, strict=True)).values()]
        return tuple(
            need for need, each, fits in zip(needs, self.before[place], same, strict=True)
            if fits and self.roots[each] == each
        )  # fmt: skip

    def _backward(self, part: range, tag: str) -> Iterator[_Event]:
        for place in reversed(part):
            layer = self.layers[place]
            if not (layer.flows or layer.trains):
                continue
            needs = [self._buffer(place if each < 0 else each, part, tag) for each in layer.keeps]
            needs += [(f"beside {tag}", place)] if layer.beside else []
            gradient: Buffer = ("gradient", self.roots[place])
            writes = [(gradient, elements(self.layers[self.roots[place]].row) * self.itemsize)]
            for each in self.before[place]:
                if self.layers[each].flows or self.layers[each].trains:
                    root = self.roots[each]
                    writes.append((("gradient", root), elements(self.layers[root].row) * self.itemsize))
            yield _Event(f"{layer.name} backward", tuple(writes), tuple(needs))

    def _cuts(self) -> tuple[int, ...]:
        """The layers whose outputs are kept as checkpoints."""
        if self.setting.checkpoint == "none":
            return ()
        possible = self._passages()
        if self.setting.checkpoint == "stages":
            return tuple(each for each in possible if self._ends_a_stage(each))
        count = isqrt(len(possible))
        return tuple(dict.fromkeys(possible[len(possible) * part // (count + 1)] for part in range(1, count + 1)))

    def _ends_a_stage(self, place: int) -> bool:
        here, there = [self.layers[each].row.node.scope.split("/")[0] for each in (place, place + 1)]
        return here != there

    def _passages(self) -> list[int]:
        """The layers behind which a single tensor, their own output, is all that the rest of the network reads."""
        furthest = list(range(len(self.layers)))
        for place, before in enumerate(self.before):
            for each in before:
                furthest[each] = max(furthest[each], place)
        found, reach = [], -1
        for place in range(len(self.layers) - 1):
            if reach <= place and furthest[place] > place and self.before[place]:
                found.append(place)
            reach = max(reach, furthest[place])
        return [each for each in found if self.roots[each] == each]

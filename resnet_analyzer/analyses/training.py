"""What training costs: forward, gradients of the inputs, gradients of the weights, layer by layer.

Gradients of inputs are worked out only where they are needed: none for the image, none through frozen layers. Groups
count as they work: the gradient of a weight has as many multiply-accumulates as the weight's forward pass.
Batch normalisation runs by the batch's own statistics, dropout draws its masks. With checkpoints every segment but
the last runs forward twice. The optimizer's update counts per trained number: sgd w − η·g 2, momentum
v ← μ·v + g, w − η·v 4, adam (Kingma & Ba 2015, alg. 1, corrections in η) 12 operations.
"""

from __future__ import annotations

from collections.abc import Callable

from ..conventions.base import CONVENTIONS
from ..dim import Dim, total
from ..errors import UsageError
from ..frozen import NamedTuple
from ..measurement import Measurement, Row, measure
from ..ops.base import NO_WORK, Cost, Work
from .backward import backward_of
from .memory import require_numbers
from .training_memory import PLAIN, Setting, repeated

UPDATE = {"sgd": 2, "momentum": 4, "adam": 12}  # operations for each trained number


class Trained(NamedTuple):
    """One layer in one step of training: the work of its passes; `again` is the forward pass that is repeated."""

    row: Row
    forward: Work
    to_inputs: Work
    to_weights: Work
    again: Work = NO_WORK
    known: bool = True

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.row.name

    @property
    def work(self) -> Work:
        """All passes together."""
        return self.forward + self.to_inputs + self.to_weights + self.again

    def macs(self) -> tuple[Dim, Dim, Dim, Dim]:
        """Multiply-accumulates forward, of the inputs' gradients, of the weights', and repeated."""
        return tuple(each.multiply_accumulates for each in self._passes())  # type: ignore[return-value]

    def flops(self) -> tuple[Dim, Dim, Dim, Dim]:
        """FLOPs in the same order: 2 per multiply-accumulate and 1 for all other arithmetic."""
        return tuple(map(flops_of, self._passes()))  # type: ignore[return-value]

    def _passes(self) -> tuple[Work, Work, Work, Work]:
        return self.forward, self.to_inputs, self.to_weights, self.again


class Step(NamedTuple):
    """One step of training on the measured batch; `update` are the optimizer's operations.

    `unknown` names layers whose backward pass is not told, or whose work is not known: figures are lower bounds.
    """

    layers: tuple[Trained, ...]
    update: Dim
    unknown: tuple[str, ...] = ()

    @property
    def macs(self) -> Dim:
        """Multiply-accumulates of all passes."""
        return total(layer.work.multiply_accumulates for layer in self.layers)

    @property
    def flops(self) -> Dim:
        """All operations of all passes, and the optimizer's."""
        return total(flops_of(layer.work) for layer in self.layers) + self.update

    def by_pass(self, count: Callable[[Work], Dim]) -> tuple[Dim, Dim, Dim, Dim]:
        """A figure forward, of the inputs' gradients, of the weights', and repeated."""
        return (
            total(count(layer.forward) for layer in self.layers),
            total(count(layer.to_inputs) for layer in self.layers),
            total(count(layer.to_weights) for layer in self.layers),
            total(count(layer.again) for layer in self.layers),
        )


class Course(NamedTuple):
    """A whole training: so many images, each seen `epochs` times, in steps of a batch; the last of an epoch is smaller.

    `rest` is the step on what is left over (None: nothing is).
    """

    step: Step
    batch: int
    images: int
    epochs: int
    rest: Step | None = None

    def __repr__(self) -> str:
        return f"<Course of {self.epochs} epochs, {self.images} images each, batch {self.batch}>"

    @property
    def steps(self) -> int:
        """Steps of one epoch, the smaller last one counted."""
        return -(-self.images // self.batch)

    def per_epoch(self, figure: Callable[[Step], int]) -> int:
        """A figure of a step, summed over an epoch."""
        whole = self.images // self.batch * figure(self.step)
        return whole + (figure(self.rest) if self.rest is not None else 0)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the whole training."""
        return self.epochs * self.per_epoch(lambda step: step.macs)  # type: ignore[arg-type, return-value]

    @property
    def flops(self) -> int:
        """All operations of the whole training."""
        return self.epochs * self.per_epoch(lambda step: step.flops)  # type: ignore[arg-type, return-value]


class _Counted(NamedTuple):
    """Work as conventions read it."""

    node: None
    inputs: tuple[()]
    cost: Cost


def flops_of(work: Work) -> Dim:
    """Work as FLOPs: 2 per multiply-accumulate and 1 for all other arithmetic.

    >>> flops_of(Work(multiply_accumulates=10, adds=3))
    23
    """
    return CONVENTIONS["flops"].count(_Counted(None, (), Cost(None, work=work)))


def training_step(measurement: Measurement, setting: Setting = PLAIN) -> Step:
    """What one step of training costs on the measured batch; over symbols as polynomials.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> step = training_step(measure(architecture("resnet18"), 2))
    >>> 2 * step.macs   # 6 · 2 · forward, less the image's gradient 2 · 2 · 118,013,952 (torch counts 21,296,824,320)
    21296824320
    """
    again = repeated(measurement, setting)
    layers = tuple(
        Trained(
            each.row, each.forward, each.to_inputs, each.to_weights, each.forward if place in again else NO_WORK,
            each.known and "work" not in each.row.cost.unknown,
        )
        for place, each in enumerate(backward_of(measurement.rows))
    )  # fmt: skip
    update = measurement.totals.trainable_params * UPDATE[setting.optimizer]
    return Step(layers, update, tuple(each.name for each in layers if not each.known))


def training(measurement: Measurement, images: int, epochs: int = 1, setting: Setting = PLAIN) -> Course:
    """What a whole training costs: `images` in batches as measured, `epochs` times.

    UsageError for a measurement over a grid or symbols, or fewer than one image or epoch.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> course = training(measure(architecture("resnet50", style="torchvision"), 256), images=1281167, epochs=90)
    >>> course.steps, round(course.flops / 10**18, 2)
    (5005, 2.83)
    """
    require_numbers(measurement)
    batch = int(measurement.batch)  # type: ignore[arg-type]
    if images < 1 or epochs < 1:
        raise UsageError("a training needs at least one image and one epoch")
    left = images % batch
    rest = training_step(measure(measurement.graph.with_batch(left)), setting) if left else None
    return Course(training_step(measurement, setting), batch, images, epochs, rest)

"""Group normalisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..dim import Dim, divides, product
from ..shape import Shape
from ._statistics import statistics_work
from .base import Check, Cost, Op, Operations, Weight, axis_index, no_axis
from .gradient import of_own_statistics
from .spelling import Call, Reads, Spelling, same_names


def _read_keras(call: Call) -> list[Op] | None:
    """Keras' −1 stands for as many groups as channels, and is not read."""
    settings = call.settings
    return [GroupNorm(settings["groups"], settings["scale"], settings["center"], settings["axis"])]


def _read_onnx(call: Call) -> Reads | None:
    """GroupNormalization; InstanceNormalization has a group for each channel."""
    groups = call.settings["num_groups"] if call.kind == "GroupNormalization" else call.shapes[0][1]
    return call.reading(GroupNorm(groups, axis=1), gamma=1, beta=2)


def _read_torch(call: Call) -> Reads | None:
    """group_norm(input, num_groups, weight, bias); instance_norm has a group for each channel."""
    groups = call.argument("num_groups") if call.kind == "aten.group_norm" else call.shapes[0][1]
    op = GroupNorm(groups, call.tensor("weight") is not None, call.tensor("bias") is not None, axis=1)
    return call.reading(op, places=("input",), gamma="weight", beta="bias")


class GroupNorm(Op):
    """Normalisation of `groups` groups of channels (along `axis`) over all positions (Wu & He 2018, eq. 7).

    >>> from resnet_analyzer.shape import Shape
    >>> GroupNorm(32).apply(Shape(1, 7, 7, 64)).work.square_roots
    32
    """

    groups: Dim = 32
    scale: bool = True
    center: bool = True
    axis: int = -1

    kind = "normalisation"
    word = "GN"
    keeps_places = True
    storage = "own"
    gradient = of_own_statistics
    counts: ClassVar[tuple[str, ...]] = ("groups",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("GroupNormalization", also=("InstanceNormalization",), read=_read_onnx),
        "torch": Spelling("aten.group_norm", also=("aten.instance_norm",), read=_read_torch),
        "keras": Spelling("GroupNormalization", same_names("groups", "scale", "center", "axis"), read=_read_keras),
    }

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; gamma and beta per channel."""
        axis = axis_index(self.axis, len(shape))
        if axis is None:
            return no_axis(self.axis, shape)
        channels = shape[axis]
        names = [name for name, used in (("gamma", self.scale), ("beta", self.center)) if used]
        sentence = "{} groups do not divide {} channels. Use a number of groups that divides the channels."
        checks = (Check(divides(self.groups, channels), sentence, (self.groups, channels)),)
        work = statistics_work(shape.elements, product(shape[0], self.groups), self.scale, self.center)
        return Cost(shape, tuple(Weight(name, (channels,)) for name in names), work, checks=checks)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """The same as layer normalisation, with γ and β per channel (keras' group_normalization.py)."""
        shape = inputs[0]
        elements, batch, channels = shape.elements, shape[0], shape[self.axis]
        groups = product(batch, self.groups)
        statistics = [("Mean", elements), ("SquaredDifference", elements), ("Mean", elements)]
        each = [("AddV2", groups), ("Rsqrt", groups), ("Neg", groups)]
        spread = product(batch, channels)
        scaled = [("Mul", spread), ("Mul", spread)] if self.scale else [("Mul", groups)]
        centred = [("AddV2", spread)] if self.center else []
        return [*statistics, *each, *scaled, *centred, ("Mul", elements), ("AddV2", elements)]

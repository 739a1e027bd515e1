"""What DenseNets repeat: the layer that reads all before it, and the transition between two blocks."""

from __future__ import annotations

from ..dim import Dim
from ..graph import GraphBuilder
from ..ops.activation import Activation
from ..ops.average_pool import AveragePool2d
from ..ops.base import Op
from ..ops.batch_norm import BatchNorm
from ..ops.concatenate import Concatenate
from ..ops.conv import Conv2d


class DenseBuilder(GraphBuilder):
    """Is given every node's name twice, ours and Keras', and takes the one of its style."""

    def __init__(self, name: str, style: str) -> None:
        super().__init__(name)
        self.keras = style == "keras"

    def put(self, name: str, keras_name: str, op: Op, *inputs: str) -> str:
        """Add a node under the name of the style."""
        return self.add(name, op, *inputs, full_name=keras_name if self.keras else None)

    def steps(self, top: str, *steps: tuple[str, str, Op]) -> str:
        """Add one node after another."""
        for name, keras_name, op in steps:
            top = self.put(name, keras_name, op, top)
        return top


def dense_layer(build: DenseBuilder, top: str, prefix: str, growth_rate: Dim, bottleneck: bool) -> str:
    """BN, ReLU, 1×1 if bottleneck, BN, ReLU, 3×3; then the input and the new channels side by side."""
    convs = [Conv2d(4 * growth_rate, 1, use_bias=False)] if bottleneck else []
    convs.append(Conv2d(growth_rate, 3, padding="same" if build.keras else 1, use_bias=False))
    new = top
    for number, conv in enumerate(convs, 1):
        new = build.steps(
            new,
            (f"bn{number}", f"{prefix}_{number - 1}_bn", BatchNorm()),
            (f"relu{number}", f"{prefix}_{number - 1}_relu", Activation("relu")),
            (f"conv{number}", f"{prefix}_{number}_conv", conv),
        )
    return build.put("concat", f"{prefix}_concat", Concatenate(), top, new)


def transition(build: DenseBuilder, top: str, prefix: str, channels: Dim) -> str:
    """BN, ReLU, 1×1, and a 2×2 average pool between two blocks."""
    with build.scope("transition"):
        return build.steps(
            top,
            ("bn", f"{prefix}_bn", BatchNorm()),
            ("relu", f"{prefix}_relu", Activation("relu")),
            ("conv", f"{prefix}_conv", Conv2d(channels, 1, use_bias=False)),
            ("pool", f"{prefix}_pool", AveragePool2d(2, strides=2)),
        )

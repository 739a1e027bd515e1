"""Graph to Keras, written anew for tests: nothing of our measuring or of our Keras builder is used.

A graph that cannot exist is handed to Keras as it is, to see whether Keras refuses it.
"""

from __future__ import annotations

from typing import Any

from resnet_analyzer.graph import Graph


class Refused(Exception):
    """Keras raised, or gave a layer without a single number."""


def build(graph: Graph) -> dict[str, tuple[int, ...]]:
    """The output shape of every node as Keras has it, for a batch of one; Refused where Keras says no."""
    import keras

    tensors: dict[str, Any] = {}
    for node in graph:
        op = node.op
        if type(op).__name__ == "Input":
            tensors[node.name] = keras.Input(tuple(op.shape[1:]))
            continue
        inputs = [tensors[name] for name in node.inputs]
        try:
            out = LAYERS[type(op).__name__](keras.layers, op, inputs)
        except (ValueError, TypeError, IndexError) as error:
            raise Refused(f"{node.name}: {error}") from error
        if any(size is not None and size < 1 for size in out.shape[1:]):
            raise Refused(f"{node.name}: {out.shape}")
        tensors[node.name] = out
    return {name: (1, *tensor.shape[1:]) for name, tensor in tensors.items()}


def padded(layers: Any, op: Any, x: Any) -> tuple[Any, str]:
    """Numbers become a padding layer and `valid`, as one does by hand in Keras."""
    if isinstance(op.padding, str):
        return x, op.padding
    padding = op.padding
    return (layers.ZeroPadding2D(padding)(x) if padding not in (0, (0, 0)) else x), "valid"


def conv(layers: Any, op: Any, inputs: list[Any]) -> Any:
    x, padding = padded(layers, op, inputs[0])
    return layers.Conv2D(
        op.filters, op.kernel_size, op.strides, padding, dilation_rate=op.dilation_rate, groups=op.groups,
        use_bias=op.use_bias, activation=op.activation,
    )(x)  # fmt: skip


def depthwise(layers: Any, op: Any, inputs: list[Any]) -> Any:
    x, padding = padded(layers, op, inputs[0])
    return layers.DepthwiseConv2D(op.kernel_size, op.strides, padding, depth_multiplier=op.depth_multiplier)(x)


def transposed(layers: Any, op: Any, inputs: list[Any]) -> Any:
    return layers.Conv2DTranspose(op.filters, op.kernel_size, op.strides, output_padding=op.output_padding)(inputs[0])


def pool(name: str) -> Any:
    def write(layers: Any, op: Any, inputs: list[Any]) -> Any:
        x, padding = padded(layers, op, inputs[0])
        return getattr(layers, name)(op.pool_size, op.strides, padding)(x)

    return write


def one(make: Any) -> Any:
    return lambda layers, op, inputs: make(layers, op)(inputs[0])


LAYERS = {
    "Conv2d": conv,
    "DepthwiseConv2d": depthwise,
    "TransposedConv2d": transposed,
    "MaxPool2d": pool("MaxPooling2D"),
    "AveragePool2d": pool("AveragePooling2D"),
    "Activation": one(lambda layers, op: layers.Activation(op.function)),
    "BatchNorm": one(lambda layers, op: layers.BatchNormalization()),
    "GroupNorm": one(lambda layers, op: layers.GroupNormalization(op.groups)),
    "Cropping2d": one(lambda layers, op: layers.Cropping2D(op.cropping)),
    "ZeroPadding2d": one(lambda layers, op: layers.ZeroPadding2D(op.padding)),
    "Upsampling2d": one(lambda layers, op: layers.UpSampling2D(op.size)),
    "Dense": one(lambda layers, op: layers.Dense(op.units, op.activation, op.use_bias)),
    "Dropout": one(lambda layers, op: layers.Dropout(op.rate)),
    "Flatten": one(lambda layers, op: layers.Flatten()),
    "GlobalAveragePool2d": one(lambda layers, op: layers.GlobalAveragePooling2D(keepdims=op.keepdims)),
    "Permute": one(lambda layers, op: layers.Permute(op.axes[1:])),
    "Reshape": one(lambda layers, op: layers.Reshape(op.target[1:])),
    "Add": lambda layers, op, inputs: layers.Add()(inputs) if len(inputs) > 1 else inputs[0],
    "Subtract": lambda layers, op, inputs: layers.Subtract()(inputs),
    "Multiply": lambda layers, op, inputs: layers.Multiply()(inputs),
    "Concatenate": lambda layers, op, inputs: layers.Concatenate()(inputs),
}

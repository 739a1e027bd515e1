"""Layers that Keras does not have, as small Keras layers of our own (made when Keras is imported)."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def layer_scale_class(keras: Any) -> Any:
    """γ·x with one trained γ per channel."""

    class LayerScale(keras.layers.Layer):  # type: ignore[misc, name-defined]
        """Multiplies every channel by a factor of its own."""

        def build(self, shape: Any) -> None:
            self.gamma = self.add_weight(name="gamma", shape=(shape[-1],), initializer="ones")

        def call(self, x: Any) -> Any:
            return x * self.gamma

        def compute_output_shape(self, shape: Any) -> Any:
            return shape

    return LayerScale


@cache
def grouped_transposed_class(keras: Any) -> Any:
    """A transposed convolution in groups: each part of the channels makes its part of the filters."""

    class GroupedConv2DTranspose(keras.layers.Conv2DTranspose):  # type: ignore[misc, name-defined]
        """Conv2DTranspose with a kernel of (height, width, filters/groups, channels)."""

        def __init__(self, groups: int, **arguments: Any) -> None:
            super().__init__(**arguments)
            self.parts = groups

        def build(self, shape: Any) -> None:
            width = self.filters // self.parts
            self._kernel = self.add_weight(
                name="kernel", shape=(*self.kernel_size, width, shape[-1]), initializer="glorot_uniform"
            )
            self.bias = self.add_weight(name="bias", shape=(self.filters,)) if self.use_bias else None
            self.built = True

        def call(self, x: Any) -> Any:
            ops, depth = keras.ops, x.shape[-1] // self.parts
            made = [
                ops.conv_transpose(
                    x[..., start : start + depth],
                    self._kernel[..., start : start + depth],
                    self.strides,
                    padding=self.padding,
                    output_padding=self.output_padding,
                    dilation_rate=self.dilation_rate,
                )
                for start in range(0, x.shape[-1], depth)
            ]
            out = ops.concatenate(made, axis=-1)
            return self.activation(out if self.bias is None else out + self.bias)

    return GroupedConv2DTranspose

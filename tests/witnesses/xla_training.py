"""What XLA says of compiled models: memory of inference, operations of the forward pass and of the gradient.

Development only: needs jax and keras (KERAS_BACKEND=jax). Writes `tests/data/xla_training.json`:

    KERAS_BACKEND=jax python -m tests.witnesses.xla_training

`inference` is XLA's own memory analysis of the compiled forward pass on the CPU: bytes of arguments, of outputs and of
temporary buffers. `chains` are plain networks of valid convolutions and dense layers without biases, whose
operations XLA counts without padding: the forward pass, and the gradient of the sum of all outputs by the weights.
"""

from __future__ import annotations

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import keras

from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.crosscheck.builder import build_model

NETWORKS = ("resnet18", "resnet50", "vgg16", "googlenet", "densenet121")
CHAINS = [  # (kernel, stride, filters) of each convolution, of an image of 33 pixels and 3 channels
    [(3, 1, 8), (3, 2, 16), (1, 1, 32)],
    [(5, 2, 4), (3, 1, 4), (2, 2, 8), (3, 1, 8)],
    [(1, 1, 16), (1, 1, 16)],
    [(7, 3, 6)],
]
BATCH, SIDE, CLASSES = 2, 33, 10


def inference(name: str) -> dict[str, int]:
    model = build_model(architecture(name, 224))
    variables = [variable.value for variable in model.variables]
    trainable = len(model.trainable_variables)

    def run(values: list[jax.Array], image: jax.Array) -> jax.Array:
        outputs, _ = model.stateless_call(values[:trainable], values[trainable:], image, training=False)
        return outputs

    ordered = [v.value for v in model.trainable_variables] + [v.value for v in model.non_trainable_variables]
    assert len(ordered) == len(variables)
    found = jax.jit(run).lower(ordered, jnp.zeros((1, *model.input_shape[1:]))).compile().memory_analysis()
    return {
        "arguments": found.argument_size_in_bytes,
        "output": found.output_size_in_bytes,
        "temporary": found.temp_size_in_bytes,
    }


def chain(layers: list[tuple[int, int, int]]) -> dict[str, object]:
    channels, kernels = 3, []
    for size, _, filters in layers:
        kernels.append(jnp.ones((size, size, channels, filters)))
        channels = filters

    def run(weights: list[jax.Array], image: jax.Array) -> jax.Array:
        for weight, (_, stride, _) in zip(weights[:-1], layers, strict=True):
            image = jax.lax.conv_general_dilated(
                image, weight, (stride, stride), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
        return image.mean(axis=(1, 2)) @ weights[-1]

    weights = [*kernels, jnp.ones((channels, CLASSES))]
    image = jnp.ones((BATCH, SIDE, SIDE, 3))
    forward = jax.jit(run).lower(weights, image).cost_analysis()["flops"]
    gradient = jax.jit(jax.grad(lambda w, x: run(w, x).sum())).lower(weights, image).cost_analysis()["flops"]
    return {"layers": layers, "forward": int(forward), "gradient": int(gradient)}


def main() -> None:
    found = {
        "jax": jax.__version__, "keras": keras.__version__, "device": "cpu", "batch": BATCH, "side": SIDE,
        "classes": CLASSES, "chains": [chain(layers) for layers in CHAINS],
        "inference": {name: inference(name) for name in NETWORKS},
    }  # fmt: skip
    print(json.dumps(found, indent=1))
    target = Path(__file__).parent.parent / "data" / "xla_training.json"
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Make small.keras, small_wide.keras and small.onnx: development only; needs Keras, TensorFlow and tf2onnx.

    python -m tests.data.keras_files.make

A residual block with a head: once as it is, once with 24 filters in place of 16, and once as Keras' own
`model.export(format="onnx")` writes it (Keras 3.15.1, tf2onnx 1.17.0), with
random weights, since zero biases would be left out.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def small(filters=16):
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    image = layers.Input((32, 32, 3), name="image")
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="stem")(image)
    x = layers.BatchNormalization(name="stem_bn")(x)
    x = y = layers.Activation("relu", name="stem_relu")(x)
    y = layers.Conv2D(filters, 3, padding="same", name="wide")(y)
    y = layers.Activation("relu", name="wide_relu")(y)
    y = layers.Conv2D(8, 1, name="narrow")(y)
    x = layers.Add(name="sum")([x, y])
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, layers.Dense(10, activation="softmax", name="top")(x), name="small")


def main():
    import numpy

    from tests.peers.tensorflow import without_weights

    model = small()
    draw = numpy.random.default_rng(1)
    model.set_weights([draw.uniform(0.1, 1, each.shape) for each in model.get_weights()])
    model(numpy.zeros((1, 32, 32, 3), "float32"))
    model.export(HERE / "small.onnx", format="onnx", verbose=False)
    without_weights(model, HERE / "small.keras")
    without_weights(small(24), HERE / "small_wide.keras")


if __name__ == "__main__":
    main()

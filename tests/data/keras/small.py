"""Small Keras models with what is seldom met, and what Keras says of them: makes small.zip. Development only.

    pip install keras==3.15.1 tensorflow==2.21.0
    python tests/data/keras/small.py

small.zip holds each model as `.keras` and `.h5` with its weights, and small.csv with Keras' own count_params(),
trainable parameters and the shapes of the outputs at batch 1.
"""

from __future__ import annotations

import csv
import io
import math
import tempfile
import zipfile
from pathlib import Path

import keras

layers, ops, Input, Model = keras.layers, keras.ops, keras.Input, keras.Model
MODELS = {}


def model(make):
    """A factory by its name."""
    MODELS[make.__name__] = make
    return make


@keras.saving.register_keras_serializable("own")
class Gated(layers.Layer):
    """Somebody's own layer: two kernels, and a count that nobody trains."""

    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")
        self.gate = self.add_weight(shape=(shape[-1], self.units), name="gate")
        self.steps = self.add_weight(shape=(), name="steps", trainable=False)

    def call(self, x):
        return ops.matmul(x, self.kernel) * ops.sigmoid(ops.matmul(x, self.gate))

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("own")
class Nested(layers.Layer):
    """Somebody's own layer around others, one of which is known by two names, and a seed."""

    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = units
        self.dense, self.norm = layers.Dense(units), layers.BatchNormalization()
        self.parts = [layers.Dense(3), Gated(4)]
        self.drop = layers.Dropout(0.1)

    def build(self, shape):
        self.dense.build(shape)
        self.again = self.dense.kernel
        self.built = True

    def call(self, x):
        x = self.drop(self.norm(self.dense(x)))
        for part in self.parts:
            x = part(x)
        return x

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@model
def own_layers():
    x = Input((12,), name="x")
    y = Gated(5, name="second")(Gated(5, name="first")(layers.Dense(7)(x)))
    return Model(x, layers.Dense(2)(Nested(6, name="nested")(y)))


@model
def own_layer_twice():
    x, gated = Input((5,), name="x"), Gated(5, name="gated")
    return Model(x, layers.Dense(2)(gated(gated(x))))


@model
def own_layer_in_nested_models():
    inner = keras.Sequential([Input((12,)), layers.Dense(7), Gated(5, name="gated"), layers.Dense(2)], name="inner")
    x = Input((12,))
    return Model(x, layers.Dense(3)(inner(x)))


@model
def states():
    x = Input((10, 4), name="x")
    y, hidden, cell = layers.LSTM(6, return_sequences=True, return_state=True)(x)
    z = layers.LSTM(6)(y, initial_state=[hidden, cell])
    last, state = layers.GRU(6, return_state=True)(y)
    return Model(x, [z, layers.Add()([last, state]), *layers.Bidirectional(layers.LSTM(3, return_state=True))(x)])


@model
def masks():
    x, mask = Input((10, 4), name="x"), Input((10,), dtype="bool", name="mask")
    y = layers.LSTM(6, return_sequences=True)(layers.Masking()(x), mask=mask)
    y = layers.MultiHeadAttention(2, 3)(y, y, attention_mask=ops.expand_dims(mask, 1))
    return Model([x, mask], layers.GlobalAveragePooling1D()(y, mask=mask))


@model
def mask_of_an_embedding():
    tokens = Input((None,), dtype="int32", name="tokens")
    x = layers.LSTM(8, return_sequences=True)(layers.Embedding(100, 16, mask_zero=True)(tokens))
    return Model(tokens, layers.Dense(2)(layers.GlobalMaxPooling1D()(layers.Conv1D(4, 3, padding="causal")(x))))


@model
def two_open_inputs():
    image, meta = Input((None, None, 3), name="image"), Input((5,), name="meta")
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(image))
    return Model([image, meta], layers.Dense(3)(layers.Concatenate()([x, layers.Dense(6)(meta)])))


@model
def dictionaries():
    image, meta = Input((8, 8, 3), name="image"), Input((5,), name="meta")
    x = layers.Concatenate()([layers.Flatten()(layers.Conv2D(4, 3)(image)), meta])
    inner = Model({"image": image, "meta": meta}, {"one": layers.Dense(3)(x), "other": layers.Dense(2)(x)}, name="in")
    a, b = Input((8, 8, 3), name="a"), Input((5,), name="b")
    made = inner({"image": a, "meta": b})
    return Model({"a": a, "b": b}, layers.Add()([layers.Dense(4)(made["one"]), layers.Dense(4)(made["other"])]))


@model
def shared():
    x, conv, dense = Input((8, 8, 3), name="x"), layers.Conv2D(3, 3, padding="same"), layers.Dense(4)
    y = conv(conv(conv(x)))
    return Model(x, layers.Add()([dense(y), dense(conv(y))]))


@model
def siamese():
    inner = keras.Sequential([Input((8,)), layers.Dense(8), layers.BatchNormalization()], name="inner")
    a, b = Input((8,)), Input((8,))
    return Model([a, b], layers.Subtract()([inner(a), inner(b)]))


@model
def tied():
    tokens, embedding = Input((6,), dtype="int32", name="tokens"), layers.ReversibleEmbedding(50, 8)
    return Model(tokens, embedding(embedding(tokens), reverse=True))


@model
def low_rank():
    x = Input((16,), name="x")
    y = layers.Dense(8, activation="relu", lora_rank=2)(x)
    return Model(x, layers.EinsumDense("ab,bc->ac", 6, bias_axes="c", lora_rank=3)(y))


@model
def eight_bits():
    net = keras.Sequential([Input((16,)), layers.Dense(8, activation="relu"), layers.Dense(4, use_bias=False)])
    net.quantize("int8")
    return net


@model
def four_bits():
    net = keras.Sequential([Input((16,)), layers.Dense(8), layers.Dense(4)])
    net.quantize("int4")
    return net


@model
def functions():
    x = Input((8, 8, 3), name="x")
    y = layers.Lambda(lambda each: each * 2, name="own")(x)
    return Model(x, layers.Dense(2)(layers.Flatten()(y)))


@model
def wrapped():
    x = Input((8, 8, 3), name="x")
    y = layers.TimeDistributed(layers.Dense(5))(layers.Reshape((36, 4))(layers.Conv2D(4, 3)(x)))
    return Model(x, layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)])(y))


@model
def normalised():
    x = Input((8, 8, 3), name="x")
    return Model(x, layers.SpectralNormalization(layers.Conv2D(4, 3))(layers.Normalization()(layers.RandomFlip()(x))))


@model
def patches():
    x = Input((32, 32, 3), name="x")
    return Model(x, layers.Dense(5)(layers.Reshape((16, 192))(ops.image.extract_patches(x, 8))))


@model
def frozen():
    net = keras.Sequential([Input((8, 8, 3)), layers.Conv2D(4, 3), layers.BatchNormalization(), layers.Dense(2)])
    net.layers[0].trainable = net.layers[1].trainable = False
    return net


def numbers(weights):
    """How many numbers there are in them."""
    return sum(math.prod(weight.shape) for weight in weights)


def shapes(net):
    """The outputs' shapes at batch 1; ? for a side that is open."""
    return " ".join("x".join("?" if side is None else str(side) for side in (1, *out.shape[1:])) for out in net.outputs)


def main() -> None:
    """Build and save all of them."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("model", "all_params", "trainable_params", "outputs"))
    with (
        zipfile.ZipFile(Path(__file__).with_name("small.zip"), "w", zipfile.ZIP_DEFLATED, compresslevel=9) as kept,
        tempfile.TemporaryDirectory() as away,
    ):
        for name, make in MODELS.items():
            keras.backend.clear_session()
            keras.utils.set_random_seed(1)
            net = make()
            table.writerow((name, net.count_params(), numbers(net.trainable_weights), shapes(net)))
            for ending in ("keras", "h5"):
                path = Path(away) / f"{name}.{ending}"
                net.save(path)
                kept.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)
        kept.writestr(zipfile.ZipInfo("small.csv"), text.getvalue(), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()

"""What somebody's own layers call, seen by running their code on symbolic tensors: against TensorFlow's graph.

The multiply-accumulates are those of the graph that TensorFlow traces of the model (`tests/data/keras/graph_macs.py`);
parameters and shapes are Keras' own. One layer for each way in which layers of public collections are written.
"""

from __future__ import annotations

import math

import pytest

keras = pytest.importorskip("keras")
layers, ops = keras.layers, keras.ops

import resnet_analyzer as ra  # noqa: E402
from resnet_analyzer.ops.lookup import spelled  # noqa: E402
from tests.data.keras.graph_macs import macs_of  # noqa: E402


class Own(layers.Layer):
    """Somebody's own layer: weights of these shapes, layers, and a function of the input, the layer and those."""

    def __init__(self, code, *shapes, **inside):
        super().__init__()
        self.code, self.shapes, self.inside = code, shapes, inside
        for name, layer in inside.items():
            setattr(self, name, layer)

    def build(self, shape):
        self.first, self.second = (
            self.add_weight(shape=each, name=name)
            for each, name in zip([*self.shapes, (1,), (1,)][:2], ("first", "second"), strict=True)
        )

    def call(self, x):
        return self.code(x, self)


def rotated(x, own):
    """Rotary positions (Su et al. 2021), as language models of keras-hub have them: positions by frequencies."""
    positions, steps = ops.arange(x.shape[1], dtype="float32"), ops.arange(0, x.shape[-1], 2, dtype="float32")
    angles = ops.einsum("i,j->ij", positions, 10000.0 ** (-steps / x.shape[-1]))
    angles = ops.concatenate([angles, angles], -1)
    return x * ops.cos(angles) + ops.roll(x, 1, -1) * ops.sin(angles)


def attended(x, own):
    """Attention that looks at what came before, and tells its scores."""
    made, scores = own.up(own.down(x, x, use_causal_mask=True), x, return_attention_scores=True)
    return made + ops.sum(scores, axis=(1, 3))[..., None]


def standardised(x, own):
    """Weight standardisation (Qiao et al. 2019), then a depthwise convolution by a weight."""
    kernel = own.first - ops.mean(own.first, axis=(0, 1, 2), keepdims=True)
    return ops.depthwise_conv(ops.conv(x, kernel, strides=2, padding="same"), own.second)


def mixed(x, own):
    """Fourier transforms in place of attention (Lee-Thorp et al. 2021)."""
    return ops.fft2((x, ops.zeros_like(x)))[0] + x


def picked(x, own):
    """The vectors at the places of the largest numbers."""
    places = ops.argmax(x, axis=1, keepdims=True)
    return ops.take_along_axis(x, places, axis=1) @ own.first


CODE = {
    "rotary": ((6, 8), lambda: Own(rotated)),
    "standardised": ((16, 16, 3), lambda: Own(standardised, (3, 3, 3, 8), (3, 3, 8, 2))),
    "attended": (
        (6, 8),
        lambda: Own(attended, up=layers.MultiHeadAttention(2, 3), down=layers.GroupQueryAttention(4, 4, 2)),
    ),
    "fourier": ((6, 8), lambda: Own(mixed)),
    "picked": ((6, 8), lambda: Own(picked, (8, 3))),
    "tensordot": ((4, 6), lambda: Own(lambda x, own: ops.tensordot(x, own.first, axes=[[1, 2], [0, 1]]), (4, 6, 7))),
    "tensordot of some": ((4, 6), lambda: Own(lambda x, own: ops.tensordot(x, own.first, axes=1), (6, 7))),
    "dot": ((4, 6), lambda: Own(lambda x, own: ops.dot(x, own.first), (6, 7))),
    "sliced": ((4, 6), lambda: Own(lambda x, own: x + ops.slice(own.first, (0, 0), (4, 6)), (9, 6))),
    "one-hot": ((4, 6), lambda: Own(lambda x, own: ops.matmul(ops.one_hot(ops.argmax(x, -1), 5), own.first), (5, 3))),
    "masked softmax": (
        (6, 6),
        lambda: Own(lambda x, own: layers.Softmax()(x, mask=ops.tril(ops.ones_like(x)) > 0) @ x),
    ),
    "own activation": ((6,), lambda: layers.Dense(4, activation=lambda x: ops.relu(x) ** 2)),
    "activation inside": ((6,), lambda: Own(lambda x, own: own.up(x), up=layers.Dense(4, activation=lambda x: x * 2))),
    "called thrice": ((6,), lambda: Own(lambda x, own: own.up(own.up(own.up(x))), up=layers.Dense(6))),
    "in low rank": ((6,), lambda: Own(lambda x, own: own.up(x), up=layers.Dense(6, lora_rank=2))),
    "cropped": ((9, 8, 3), lambda: layers.CenterCrop(6, 5)),
    "normalised": ((9, 8, 3), lambda: layers.SpectralNormalization(layers.Conv2DTranspose(4, 3))),
}


@pytest.mark.parametrize("name", CODE)
def test_code_is_what_tensorflow_runs(name):
    shape, factory = CODE[name]
    start, layer = keras.Input(shape), factory()
    model = keras.Model(start, layer(start))
    names = [each.name for each in model.weights]
    measured = ra.measure(ra.from_keras(model))
    assert measured.status == "complete"
    assert measured.totals.macs == macs_of(model, [(1, *shape)])
    assert measured.totals.all_params == model.count_params()
    ends = [row.output for row in measured.rows if row.output is not None and not row.name.endswith("/unused")]
    assert tuple(ends[-1])[1:] == tuple(model.output.shape)[1:]
    assert [each.name for each in model.weights] == names


def test_a_transform_is_counted_as_cooley_and_tukey_do():
    """Real and imaginary part; 16 steps of 8 numbers: 5·n·log2(n) for each transform of a power of two."""
    start = keras.Input((16, 8))
    model = keras.Model(start, Own(mixed)(start))
    (row,) = [row for row in ra.measure(ra.from_keras(model)).rows if row.op == "FourierTransform"]
    assert row.flops == 16 * 5 * 8 * math.log2(8) + 8 * 5 * 16 * math.log2(16)


class Misspoken(layers.Layer):
    """A layer that declares a step more than its code gives, as one of keras-hub does."""

    def call(self, x):
        return ops.reshape(x, (-1, 16, 3))

    def compute_output_shape(self, shape):
        return (shape[0], 17, 3)


def test_where_a_layer_misspeaks_its_code_holds():
    start = keras.Input((4, 4, 3))
    model = keras.Model(start, layers.Dense(5)(layers.Dense(2)(Misspoken()(start))))
    measured = ra.measure(ra.from_keras(model))
    assert measured.status == "complete"
    assert tuple(measured.rows[-1].output) == (1, 16, 5)
    assert measured.totals.macs == macs_of(model, [(1, 4, 4, 3)]) == 16 * (3 * 2 + 2 * 5)


class Written(keras.Model):
    """A model of code with a dictionary in and one out."""

    def __init__(self):
        super().__init__()
        self.up, self.down = layers.Dense(4), layers.Dense(3)

    def call(self, inputs):
        first = self.up(inputs["image"])
        return {"both": self.down(first + self.up(inputs["depth"])), "first": first}


def test_a_model_of_code_has_its_inputs_names_and_one_image():
    model = Written()
    model({"image": ops.zeros((2, 5)), "depth": ops.zeros((2, 5))})
    measured = ra.measure(ra.from_keras(model))
    assert {row.name: tuple(row.output) for row in measured.rows[:2]} == {"image": (1, 5), "depth": (1, 5)}
    assert (measured.status, measured.totals.macs) == ("complete", 2 * 5 * 4 + 4 * 3)
    assert measured.totals.all_params == model.count_params()


# layers of Keras that no op is, and why: from a file they are named rows with the shape and weights that it tells
NO_OP = {
    "looked into where the model is live": "GRUCell LSTMCell SimpleRNNCell StackedRNNCells Lambda Layer Wrapper "
    "Pipeline",
    "look-ups of words, numbers and classes before a network": "CategoryEncoding Discretization HashedCrossing Hashing "
    "IntegerLookup StringLookup TextVectorization MaxNumBoundingBoxes",
    "work on images that depends on their numbers": "AutoContrast RandomCrop "
    "ContrastLimitedAdaptiveHistogramEqualization",
    "spectra of sound, by constant kernels that Keras holds as weights": "MelSpectrogram STFTSpectrogram",
    "models of other frameworks": "FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper",
    "an input": "InputLayer",
}


def test_every_layer_of_keras_is_an_op_or_has_its_reason():
    public = {
        each.__name__ for each in vars(layers).values() if isinstance(each, type) and issubclass(each, layers.Layer)
    }
    told = {name for names in NO_OP.values() for name in names.split()}
    known = {name for name in public if any(not spelling.fallback for _, spelling in spelled("keras", name))}
    assert public - known - told == set()
    assert told & known == set()

"""Keras models in memory: every way to build one is read, nothing is run, nothing is changed."""

from __future__ import annotations

import numpy
import pytest

import resnet_analyzer as ra
from resnet_analyzer.dim import ceil_div, symbol
from resnet_analyzer.errors import UsageError
from resnet_analyzer.shape import Shape

keras = pytest.importorskip("keras")
layers = keras.layers


def image(*shape, name=None):
    return keras.Input(shape or (16, 16, 3), name=name)


def read(inputs, outputs, **options):
    return ra.measure(ra.from_keras(keras.Model(inputs, outputs), **options))


def agrees(model):
    """The model's measurement, every layer's parameters and shape the same as Keras'."""
    measured = ra.measure(ra.from_keras(model))
    assert measured.totals.all_params == model.count_params()
    trained = sum(weight.shape.num_elements() for weight in model.trainable_weights)
    assert measured.totals.trainable_params == trained
    for layer in model.layers:
        if layer.name in measured.by_name:
            row = measured.by_name[layer.name]
            assert (None, *row.output[1:]) == tuple(layer.output.shape), layer.name
            assert row.output[0] == 1
            assert row.all_params == layer.count_params(), layer.name
    return measured


def test_functional():
    start = image()
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu", name="conv")(start)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    measured = agrees(keras.Model(start, layers.Dense(5, activation="softmax", name="dense")(x), name="small"))
    assert measured.status == "complete"
    assert measured.graph.name == "small"
    assert measured.totals.macs == 3 * 3 * 3 * 8 * 8 * 8 + 8 * 5
    assert measured.by_name["conv"].output == Shape(1, 8, 8, 8)
    assert {weight.name: weight.shape for weight in measured.by_name["norm"].weights} == {
        "gamma": (8,), "beta": (8,), "moving_mean": (8,), "moving_variance": (8,),
    }  # fmt: skip


def test_sequential():
    model = keras.Sequential([image(), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)])
    measured = agrees(model)
    assert measured.status == "complete"
    assert measured.rows[-1].output == Shape(1, 2)


def test_a_sequential_that_knows_no_input_says_so():
    model = keras.Sequential([layers.Conv2D(4, 3)], name="bare")
    with pytest.raises(UsageError, match="bare: this Sequential does not know its input yet: give one of HEIGHTx"):
        ra.from_keras(model)
    with pytest.raises(UsageError, match="does not know its input"):
        ra.from_keras(model, input=16)


def test_a_sequential_is_read_on_a_given_input_and_stays_unbuilt():
    model = keras.Sequential([layers.Conv2D(4, 3), layers.GlobalMaxPooling2D()])
    measured = ra.measure(ra.from_keras(model, input=(10, 12, 3)))
    assert measured.rows[1].output == Shape(1, 8, 10, 4)
    assert not model.built
    assert not model.layers[0].weights


def test_nested_two_levels():
    inner = keras.Sequential([image(16, 16, 3), layers.Conv2D(4, 3, padding="same", name="conv")], name="inner")
    middle_in = image()
    middle = keras.Model(middle_in, layers.ReLU(name="relu")(inner(middle_in)), name="middle")
    start = image()
    measured = agrees(keras.Model(start, layers.Conv2D(2, 1, name="last")(middle(start))))
    assert [row.name for row in measured.rows[1:]] == ["middle/inner/conv", "middle/relu", "last"]
    assert measured.by_name["middle/inner/conv"].node.scope == "middle/inner"
    assert measured.by_name["last"].node.inputs == ("middle/relu",)


def test_a_nested_model_called_twice_is_two_runs_of_one_set_of_weights():
    inner = keras.Sequential([image(16, 16, 3), layers.Conv2D(4, 3, name="conv"), layers.ReLU(name="relu")], name="in")
    one, two = image(name="one"), image(name="two")
    measured = agrees(keras.Model([one, two], layers.Subtract(name="minus")([inner(one), inner(two)])))
    assert measured.by_name["in/conv#2"].node.weights_of == "in/conv"
    assert measured.by_name["in/conv#2"].node.inputs == ("two",)
    assert measured.by_name["minus"].node.inputs == ("in/relu", "in/relu#2")
    assert measured.totals.macs == 2 * 14 * 14 * 4 * 27


def test_a_shared_layer_has_one_set_of_weights_and_a_shape_per_call():
    conv = layers.Conv2D(4, 3, name="conv")
    large, small = image(20, 20, 3), image(9, 9, 3)
    model = keras.Model([large, small], [conv(large), conv(small)])
    measured = ra.measure(ra.from_keras(model))
    assert measured.by_name["conv"].output == Shape(1, 18, 18, 4)
    assert measured.by_name["conv#2"].output == Shape(1, 7, 7, 4)
    assert measured.totals.all_params == model.count_params() == 112
    assert measured.totals.macs == (18 * 18 + 7 * 7) * 4 * 27


def test_several_inputs_and_outputs():
    one, two = image(16, 16, 3, name="one"), keras.Input((7,), name="two")
    flat = layers.Flatten()(layers.MaxPooling2D(4)(one))
    both = layers.Concatenate(name="both")([flat, two])
    model = keras.Model([one, two], [layers.Dense(2, name="a")(both), layers.Dense(3, name="b")(both)])
    measured = agrees(model)
    assert [node.name for node in measured.graph.inputs] == ["one", "two"]
    assert [node.name for node in measured.graph.outputs] == ["a", "b"]
    assert measured.by_name["both"].output == Shape(1, 4 * 4 * 3 + 7)


def test_open_sizes_are_symbols():
    start = image(None, None, 3)
    model = keras.Model(start, layers.Conv2D(8, 3, strides=2, padding="same", name="conv")(start))
    measured = ra.measure(ra.from_keras(model))
    h, w = symbol("h"), symbol("w")
    assert measured.by_name["conv"].output == Shape(1, ceil_div(h, 2), ceil_div(w, 2), 8)
    assert measured.totals.macs.at(h=9, w=6) == 5 * 3 * 8 * 27
    given = ra.measure(ra.from_keras(model, input=(9, 6)))
    assert given.totals.macs == 5 * 3 * 8 * 27
    assert type(given.totals.macs) is int


def test_a_size_may_be_given_where_the_model_has_another():
    start = image(32, 32, 3)
    pooled = layers.GlobalAveragePooling2D()(layers.Conv2D(8, 3, name="conv")(start))
    model = keras.Model(start, layers.Dense(2)(pooled))
    assert ra.measure(ra.from_keras(model, input=10)).by_name["conv"].output == Shape(1, 8, 8, 8)


def test_a_size_that_the_weights_do_not_fit_is_refused():
    model = keras.Sequential([image(8, 8, 3, name="image"), layers.Flatten(), layers.Dense(2, name="dense")])
    with pytest.raises(UsageError, match="dense: its weights are those for an input of 192, but --input makes it 300"):
        ra.from_keras(model, input={"image": (1, 10, 10, 3)})
    with pytest.raises(UsageError, match=r"no layer tells which axes are height and width.* as image=1x8x8x3"):
        ra.from_keras(model, input=10)


def test_open_sizes_of_two_inputs_are_taken_to_be_the_same_as_an_assumption():
    one, two = image(None, None, 3), image(None, None, 3)
    measured = read([one, two], layers.Add()([one, two]))
    assert len(measured.assumptions) == 2
    assert measured.status == "complete"


def test_channels_first():
    start = keras.Input((3, 20, 16))
    x = layers.Conv2D(8, 3, data_format="channels_first", name="conv")(start)
    x = layers.BatchNormalization(axis=1, name="norm")(x)
    x = layers.Concatenate(axis=1, name="both")([x, x])
    x = layers.GlobalAveragePooling2D(data_format="channels_first", name="pool")(x)
    model = keras.Model(start, layers.Dense(2)(x))
    measured = ra.measure(ra.from_keras(model))
    assert measured.status == "complete"
    assert measured.by_name["conv"].output == Shape(1, 8, 18, 14)
    assert measured.by_name["both"].output == Shape(1, 16, 18, 14)
    assert measured.totals.all_params == model.count_params()


@pytest.mark.parametrize(
    "layer",
    [
        layers.Permute((1, 3, 2)),
        layers.Reshape((9, 14, 16)),
        layers.Dense(5),
        layers.MaxPooling2D(2, data_format="channels_last"),
        layers.Softmax(),
    ],
    ids=lambda layer: layer.name,
)
def test_a_layer_of_the_other_layout_is_read_in_the_models_own_axes(layer):
    start = keras.Input((3, 20, 16))
    made = layer(layers.Conv2D(8, 3, data_format="channels_first", name="conv")(start))
    measured = ra.measure(ra.from_keras(keras.Model(start, made)))
    assert measured.unknown == ()
    assert measured.rows[-1].output == (1, *made.shape[1:])
    assert measured.rows[-1].all_params == layer.count_params()


@pytest.mark.parametrize("frozen", ["whole", "nested", "layer"])
def test_frozen_layers(frozen):
    base = keras.Sequential([image(), layers.Conv2D(4, 3, name="conv"), layers.BatchNormalization()], name="base")
    start = image()
    model = keras.Model(start, layers.Dense(2)(layers.Flatten()(base(start))))
    {"whole": model, "nested": base, "layer": base.layers[0]}[frozen].trainable = False
    measured = agrees(model)
    assert measured.by_name["base/conv"].trainable_params == 0
    assert measured.by_name["base/conv"].params == 112
    assert measured.totals.moving_statistics == 8


def test_operators_and_operations():
    ops, start = keras.ops, image(8, 8, 4, name="x")
    x = start + layers.Conv2D(4, 1, name="conv")(start)
    for step in (
        lambda x: x * 2.0,
        lambda x: 1.0 - x,
        lambda x: x - 1,
        lambda x: x / 4,
        ops.relu,
        lambda x: ops.concatenate([x, x], axis=-1),
        lambda x: ops.mean(x, axis=(1, 2)),
        lambda x: ops.reshape(x, (-1, 2, 4)),
        ops.softmax,
    ):
        x = step(x)
    measured = read(start, x)
    assert measured.status == "complete"
    told = [(row.op, row.node.op.settings()) for row in measured.rows[2:]]
    assert told == [
        ("Add", {}),
        ("Rescale", {"scale": 2.0}),
        ("Rescale", {"scale": -1, "offset": 1.0}),
        ("Rescale", {"offset": -1}),
        ("Divide", {"constants": 1}),
        ("Activation", {}),
        ("Concatenate", {}),
        ("Mean", {"axes": (1, 2)}),
        ("Reshape", {"target": (-1, 2, 4)}),
        ("Activation", {"function": "softmax"}),
    ]
    assert measured.rows[-1].output == Shape(1, 2, 4)


@pytest.mark.parametrize(
    "step",
    [
        lambda x: keras.ops.arctan(x),
        lambda x: keras.ops.median(x, axis=1),
        lambda x: keras.ops.cumprod(x, axis=1),
        lambda x: layers.Conv2D(2, 1, activation=keras.ops.cos)(x),
        lambda x: layers.RandomCrop(4, 4)(x),
    ],
)
def test_what_we_have_no_word_for_is_unknown_with_its_shape_and_weights(step):
    start = image(8, 6, 3)
    made = step(start)
    model = keras.Model(start, made)
    measured = ra.measure(ra.from_keras(model))
    assert measured.status == "lower_bound"
    assert tuple(measured.rows[-1].output) == (1, *made.shape[1:])
    assert measured.totals.all_params == model.count_params()


@pytest.mark.parametrize(
    "step",
    [
        lambda x: x * numpy.ones(3, "float32"),
        lambda x: keras.ops.subtract(numpy.ones((6, 1), "float32"), x),
        lambda x: layers.Softmax(axis=1)(x),
        lambda x: layers.BatchNormalization(axis=1)(x),
        lambda x: layers.LayerNormalization(axis=1)(x),
        lambda x: layers.PReLU(shared_axes=[2])(x),
        lambda x: layers.Flatten(data_format="channels_first")(x),
        lambda x: keras.ops.transpose(x, (0, 3, 1, 2)),
        lambda x: layers.Reshape((4, 2, 2, 9))(x),
        lambda x: keras.ops.reshape(x, (-1, 4, 3)),
        lambda x: layers.Conv2D(2, 1, activation=layers.LeakyReLU(negative_slope=0.1))(x),
        lambda x: layers.Conv2D(2, 1, activation=keras.ops.relu)(x),
        lambda x: layers.Activation("mish")(x),
        lambda x: layers.ReLU(threshold=0.5)(x),
        lambda x: 1.0 / x,
        lambda x: x**2,
        lambda x: x[:, ::2, 1:-1, None, ..., 0],
        lambda x: x[..., ::-1],
        lambda x: keras.ops.sum(x, axis=1),
        lambda x: keras.ops.mean(x, axis=-1, keepdims=True),
        lambda x: keras.ops.max(x, axis=(1, 2)),
        lambda x: keras.ops.var(x, axis=[1, 2]),
        lambda x: keras.ops.norm(x, axis=-1),
        lambda x: keras.ops.logsumexp(x, axis=-1),
        lambda x: keras.ops.argmax(x, axis=-1),
        lambda x: keras.ops.maximum(x, 0.0),
        lambda x: keras.ops.where(x > 0, x, 0.0),
        lambda x: keras.ops.pad(x, ((0, 0), (1, 2), (0, 3), (0, 0))),
        lambda x: keras.ops.stack([x, x], axis=-1),
        lambda x: keras.ops.expand_dims(x, 1),
        lambda x: keras.ops.squeeze(keras.ops.expand_dims(x, 1), 1),
        lambda x: keras.ops.split(x, [2, 3], axis=1)[2],
        lambda x: keras.ops.unstack(x, axis=2)[5],
        lambda x: keras.ops.tile(x, (1, 2, 1, 3)),
        lambda x: keras.ops.repeat(x, 2, axis=1),
        lambda x: keras.ops.roll(x, 2, axis=1),
        lambda x: keras.ops.flip(x, axis=1),
        lambda x: keras.ops.take(x, numpy.array([0, 2]), axis=1),
        lambda x: keras.ops.swapaxes(x, 1, -1),
        lambda x: keras.ops.moveaxis(x, 1, -1),
        lambda x: keras.ops.cumsum(x, axis=1),
        lambda x: keras.ops.clip(x, 0.0, 6.0),
        lambda x: keras.ops.log_softmax(x, axis=1),
        lambda x: keras.ops.gelu(x, approximate=False),
        lambda x: keras.ops.normalize(x, axis=-1),
        lambda x: keras.ops.max_pool(x, 2, 2),
        lambda x: keras.ops.image.extract_patches(x, (2, 2)),
        lambda x: layers.UnitNormalization()(x),
        lambda x: layers.Maximum()([x, x]),
        lambda x: layers.Average()([x, x]),
    ],
)
def test_any_axis_and_constant_arrays_are_read_in_the_models_own_order(step):
    start = image(8, 6, 3)
    made = step(start)
    model = keras.Model(start, made)
    measured = ra.measure(ra.from_keras(model))
    assert measured.status == "complete"
    assert tuple(measured.rows[-1].output)[1:] == tuple(made.shape[1:])
    assert measured.totals.all_params == model.count_params()


@pytest.mark.parametrize(
    "step",
    [
        lambda x: layers.LSTM(5)(x),
        lambda x: layers.GRU(5, return_sequences=True)(x),
        lambda x: layers.SimpleRNN(4, activation=None)(x),
        lambda x: layers.Bidirectional(layers.LSTM(6, return_sequences=True))(x),
        lambda x: layers.Bidirectional(
            layers.GRU(6), merge_mode="sum", backward_layer=layers.GRU(6, go_backwards=True)
        )(x),
        lambda x: layers.TimeDistributed(layers.Dense(4, activation="relu"))(x),
        lambda x: layers.TimeDistributed(layers.BatchNormalization())(x),
        lambda x: layers.EinsumDense("abc,cd->abd", output_shape=(10, 6), bias_axes="d")(x),
        lambda x: layers.Attention(use_scale=True)([x, x]),
        lambda x: layers.AdditiveAttention()([x, x]),
        lambda x: layers.Dot(axes=(2, 2))([x, x]),
        lambda x: keras.ops.matmul(x, keras.ops.transpose(x, (0, 2, 1))),
        lambda x: keras.ops.einsum("bij,bkj->bik", x, x),
        lambda x: keras.ops.nn.dot_product_attention(*[keras.ops.reshape(x, (-1, 5, 2, 8))] * 3),
        lambda x: layers.Embedding(50, 7)(x),
        lambda x: layers.RepeatVector(3)(layers.Flatten()(x)),
        lambda x: layers.Resizing(5, 6)(layers.Reshape((10, 4, 2))(x)),
        lambda x: layers.ConvLSTM2D(4, 2)(layers.Reshape((2, 5, 4, 2))(x)),
    ],
)
def test_sequences(step):
    start = keras.Input((10, 8))
    made = step(start)
    model = keras.Model(start, made)
    measured = ra.measure(ra.from_keras(model))
    assert measured.status == "complete"
    assert tuple(measured.rows[-1].output)[1:] == tuple(made.shape[1:])
    assert measured.totals.all_params == model.count_params()


def test_a_recurrent_layer_that_gives_its_states_too():
    start = keras.Input((10, 8))
    made, state, _ = layers.LSTM(8, return_state=True)(start)
    measured = read(start, layers.Add()([made, state]))
    assert measured.status == "complete"
    assert measured.totals.params == 4 * 8 * (8 + 8 + 1)
    assert measured.totals.macs == 10 * 4 * 8 * (8 + 8)  # ten steps


def test_low_rank_additions_are_multiplied_out_at_every_call():
    start, dense = keras.Input((6,)), layers.Dense(4)
    model = keras.Model(start, dense(start))
    dense.enable_lora(2)
    measured = ra.measure(ra.from_keras(model))
    assert measured.status == "complete"
    assert measured.totals.macs == 6 * 4 + 6 * 2 * 4
    assert measured.totals.all_params == model.count_params()
    assert measured.totals.frozen_params == 6 * 4


class Doubled(layers.Layer):
    """Somebody's own layer, with a weight."""

    def build(self, shape):
        self.factor = self.add_weight(name="factor", shape=(shape[-1],))

    def call(self, x):
        return x * self.factor * 2


class Extended(layers.Conv2D):
    """A convolution with one weight more."""

    def build(self, shape):
        super().build(shape)
        self.extra = self.add_weight(name="extra", shape=(5,), trainable=False)


def test_a_subclass_with_a_weight_more_is_looked_into():
    start = image(8, 8, 3)
    layer = Extended(2, 3)
    model = keras.Model(start, layers.Conv2D(4, 3, name="conv")(layer(start)))
    measured = ra.measure(ra.from_keras(model))
    assert measured.status == "complete"
    assert [weight.shape for weight in measured.by_name[f"{layer.name}/unused"].weights] == [(5,)]
    assert measured.totals.all_params == model.count_params()
    assert measured.totals.macs == 6 * 6 * 27 * 2 + 4 * 4 * 18 * 4


def test_somebodys_own_layer_is_opened():
    """What its call does with its weight: two products of 192 numbers."""
    start = image(8, 8, 3)
    model = keras.Model(start, layers.Conv2D(4, 3, name="conv")(Doubled(name="own")(start)))
    before = [weight.path for weight in model.weights], vars(model.get_layer("own")).copy()
    measured = ra.measure(ra.from_keras(model))
    assert measured.status == "complete"
    assert [row.name for row in measured.rows[1:]] == ["own/factor", "own/multiply", "own/multiply_1", "conv"]
    assert measured.by_name["own/factor"].params == 3
    assert measured.totals.flops - measured.by_name["conv"].flops == 2 * 192
    assert measured.totals.all_params == model.count_params()
    assert ([weight.path for weight in model.weights], vars(model.get_layer("own"))) == before


class Block(layers.Layer):
    """A residual block, as people write them: layers, a weight, and a size in the code."""

    def __init__(self, units, **options):
        super().__init__(**options)
        self.first, self.norm, self.last = layers.Dense(units), layers.LayerNormalization(), layers.Dense(units)
        self.drop, self.add = layers.Dropout(0.1), layers.Add()

    def build(self, shape):
        self.gain = self.add_weight(name="gain", shape=(shape[-1],))
        self.unused = self.add_weight(name="unused", shape=(5,))
        for layer in (self.first, self.norm, self.last):
            layer.build(shape)

    def call(self, x, training=None):
        batch, length = keras.ops.shape(x)[0], x.shape[1]
        inner = keras.ops.reshape(self.last(self.norm(self.first(x))), (batch, length, -1))
        return self.add([x, self.drop(inner * self.gain, training=training)])


class Stack(layers.Layer):
    """Blocks within a layer, one of them twice; it gives None too."""

    def __init__(self, **options):
        super().__init__(**options)
        self.blocks = [Block(8, name="a"), Block(8, name="b")]

    def build(self, shape):
        for block in self.blocks:
            block.build(shape)

    def call(self, x, training=None):
        for block in (*self.blocks, self.blocks[0]):
            x = block(x, training=training)
        return x


def test_layers_of_layers_are_opened_and_nothing_changes():
    start = keras.Input((10, 8), name="steps")
    model = keras.Model(start, layers.Dense(2)(Stack(name="stack")(start)))
    state = [(each.name, len(each._inbound_nodes), sorted(vars(each))) for each in model._flatten_layers()]
    measured = ra.measure(ra.from_keras(model))
    assert measured.status == "complete"
    assert measured.totals.all_params == model.count_params()
    assert measured.totals.macs == 10 * (3 * 2 * 8 * 8 + 8 * 2)
    assert [(each.name, len(each._inbound_nodes), sorted(vars(each))) for each in model._flatten_layers()] == state
    assert measured.by_name["stack/b/gain"].params == 8
    assert measured.by_name["stack/a/unused"].params == 5
    twice = [row for row in measured.rows if row.node.weights_of or row.node.shared_weights]
    assert [row.name for row in twice] == [f"{row.node.weights_of}#2" for row in twice]
    assert len(twice) == 4
    larger = ra.measure(ra.from_keras(model, input={"steps": (3, 6, 8)}))
    assert larger.totals.macs == 3 * 6 * (3 * 2 * 8 * 8 + 8 * 2)


def test_a_layer_that_would_make_its_weights_is_not_opened():
    class Late(layers.Layer):
        """It makes a layer that it builds when it is called the second time."""

        def __init__(self, **options):
            super().__init__(**options)
            self.dense, self.calls = layers.Dense(3), 0

        def call(self, x):
            self.calls += 1
            return self.dense(x) if self.calls > 2 else x

    start = keras.Input((3,))
    late = Late(name="late")
    model = keras.Model(start, late(start))
    late.calls = 2
    measured = ra.measure(ra.from_keras(model))
    assert measured.unknown == ("late",)
    assert not late.dense.built
    assert late.calls == 2
    assert not model.weights


def test_an_operation_of_several_outputs_is_a_node_for_each():
    start = image(8, 8, 4)
    left, right = keras.ops.split(start, 2, axis=-1)
    measured = read(start, layers.Add()([left, layers.Conv2D(2, 1)(right)]))
    assert measured.status == "complete"
    assert measured.rows[1].output == measured.rows[2].output == Shape(1, 8, 8, 2)
    assert measured.rows[-1].node.inputs == (measured.rows[1].name, measured.rows[3].name)
    assert measured.rows[3].node.inputs == (measured.rows[2].name,)


def test_a_layer_of_several_outputs_is_opened():
    class Halves(layers.Layer):
        def call(self, x):
            return x[..., :2], x[..., 2:]

        def compute_output_shape(self, shape):
            return (*shape[:-1], 2), (*shape[:-1], 2)

    start = image(8, 8, 4)
    left, right = Halves()(start)
    measured = read(start, layers.Add()([left, layers.Conv2D(2, 1)(right)]))
    assert measured.status == "complete"
    assert measured.rows[1].output == measured.rows[2].output == Shape(1, 8, 8, 2)
    assert measured.rows[-1].node.inputs == (measured.rows[1].name, measured.rows[3].name)
    assert measured.rows[3].node.inputs == (measured.rows[2].name,)


@pytest.mark.parametrize("options", [{}, {"value_dim": 3, "use_bias": False}, {"output_shape": 5}])
def test_attention(options):
    query, value = keras.Input((10, 8)), keras.Input((6, 4))
    attention = layers.MultiHeadAttention(2, 4, name="attention", **options)
    measured = agrees(keras.Model([query, value], attention(query, value)))
    assert measured.status == "complete"
    value_dim, units = options.get("value_dim", 4), options.get("output_shape", 8)
    macs = 10 * 8 * 8 + 6 * 4 * 8 + 6 * 4 * 2 * value_dim + 10 * 2 * value_dim * units
    assert measured.totals.macs == macs + 2 * 10 * 6 * (4 + value_dim)


def test_attention_takes_its_inputs_by_name():
    query, key, value = keras.Input((10, 8), name="q"), keras.Input((6, 4), name="k"), keras.Input((6, 3), name="v")
    model = keras.Model([query, key, value], layers.MultiHeadAttention(2, 4, name="mha")(query, key=key, value=value))
    measured = agrees(model)
    assert measured.by_name["mha"].node.inputs == ("q", "v", "k")


def test_attention_with_a_mask_adds_it_to_every_score():
    query, mask = keras.Input((10, 8)), keras.Input((10, 10), dtype="bool")
    attention = layers.MultiHeadAttention(2, 4)
    masked = read([query, mask], attention(query, query, attention_mask=mask)).totals
    plain = read(query, attention(query, query)).totals
    assert masked.macs == plain.macs
    assert masked.flops - plain.flops == 2 * 10 * 10


def test_attention_that_gives_its_scores_too_is_looked_into():
    query = keras.Input((10, 8))
    made = layers.MultiHeadAttention(2, 4)(query, query, return_attention_scores=True)
    measured = read(query, made)
    assert measured.status == "complete"
    assert measured.totals.macs == 4 * 10 * 8 * 8 + 2 * 10 * 10 * 8


def test_nothing_of_the_model_is_changed():
    model = keras.Sequential([image(), layers.Conv2D(4, 3), layers.BatchNormalization(), layers.Flatten()])
    model.add(layers.Dense(2))
    model.layers[0].trainable = False
    model.compile("adam", "mse")

    def state():
        flags = [(layer.name, layer.trainable, layer.built) for layer in model.layers]
        weights = [(weight.path, weight.trainable, weight.numpy().tolist()) for weight in model.weights]
        slots = [(slot.path, slot.numpy().tolist()) for slot in model.optimizer.variables]
        return model.get_config(), flags, weights, slots, keras.backend.image_data_format()

    before = state()
    ra.from_keras(model)
    ra.from_keras(model, input=16)
    assert state() == before


class Written(keras.Model):
    def call(self, x):
        return x


def test_a_subclassed_model_says_what_to_do():
    with pytest.raises(UsageError, match="a subclassed model is code, not a graph of layers"):
        ra.from_keras(Written())


def test_inside_another_model_it_is_traced():
    start = image()
    measured = read(start, layers.Conv2D(2, 3)(Written()(start)))
    assert measured.status == "complete"
    assert [row.op for row in measured.rows] == ["Input", "Conv2d"]


@pytest.mark.parametrize("thing", [3, "resnet50", None])
def test_no_model_is_refused(thing):
    with pytest.raises(UsageError, match="is no Keras model"):
        ra.from_keras(thing)

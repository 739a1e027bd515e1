"""Small models that went wrong with some tool and were reported in public: the right answer for each.

Every model is rebuilt here from its report; the figures come from the built Keras model (its `count_params`,
the shapes that it infers) and from counting kernel × positions by hand.
"""

from __future__ import annotations

import math
import re

import numpy
import pytest

import resnet_analyzer as ra
from resnet_analyzer.dim import symbol
from resnet_analyzer.errors import UsageError
from resnet_analyzer.shape import Shape

keras = pytest.importorskip("keras")
L = keras.layers
pytestmark = pytest.mark.filterwarnings("ignore")


def measured(model, **options):
    """The model's measurement, from memory; a file says the same, where nothing has to be asked."""
    found = ra.measure(ra.from_keras(model, **options))
    if not options:
        assert found.totals.all_params == model.count_params()
    return found


def frozen_resnet():
    """keras-team/keras#13235: transfer learning behind preprocess_input (`x[..., ::-1] - mean`)."""
    base = keras.applications.ResNet50(weights=None, include_top=False, input_shape=(160, 160, 3))
    base.trainable = False
    start = keras.Input((160, 160, 3))
    x = base(keras.applications.resnet50.preprocess_input(start), training=False)
    return keras.Model(start, L.Dense(1)(L.Dropout(0.2)(L.GlobalAveragePooling2D()(x))))


@pytest.fixture(scope="module")
def transfer():
    return frozen_resnet()


def test_what_is_frozen_is_no_moving_statistic(transfer):
    totals = measured(transfer).totals
    assert totals.macs == 1_967_310_848
    assert (totals.trainable_params, totals.moving_statistics) == (2_049, 53_120)
    assert totals.frozen_params == 23_587_712 - 53_120


def test_layers_behind_preprocessing_follow_the_size(transfer):
    own, double = measured(transfer), measured(transfer, input=320)
    assert own.status == double.status == "complete"
    assert double.by_name["resnet50/conv1_conv"].output == (1, 160, 160, 64)
    assert double.totals.macs - 2_048 == 4 * (own.totals.macs - 2_048)
    n = symbol("n")
    assert ra.measure(ra.from_keras(transfer).with_input(Shape(1, n, n, 3))).totals.macs.at(n=320) == double.totals.macs


def groups_by_lambda():
    """Keras-ResNeXt#3: a grouped convolution by Lambda layers."""
    start = keras.Input((32, 32, 64))
    parts = [
        L.Conv2D(16, 3, padding="same", use_bias=False)(
            L.Lambda(lambda z, g=g: z[:, :, :, g * 16 : (g + 1) * 16])(start)
        )
        for g in range(4)
    ]
    return keras.Model(start, L.ReLU()(L.BatchNormalization()(L.Concatenate()(parts))))


def test_a_live_lambda_is_opened_and_so_exact_at_another_size():
    model = groups_by_lambda()
    own, small = measured(model), measured(model, input=16)
    assert own.status == small.status == "complete"
    assert (own.totals.macs, small.totals.macs) == (9_437_184, 9_437_184 // 4)
    at_one = ra.measure(ra.from_keras(model).with_input(Shape(1, 1, 1, 64)))
    assert at_one.totals.macs == 9_216


def test_in_a_file_it_is_unknown_at_another_size(tmp_path):
    path = tmp_path / "x.keras"
    groups_by_lambda().save(path)
    assert ra.measure(ra.load(str(path))).totals.macs == 9_437_184
    other = ra.measure(ra.load(str(path), input=16))
    assert other.totals.macs == 0
    assert other.totals.params == 9_216 + 128  # the convolutions' weights are known all the same
    assert ra.measure(ra.load(str(path)), batch=3).totals.macs == 3 * 9_437_184


@pytest.mark.parametrize("cut", ["slices", "split"])
def test_groups_by_slices_and_split_are_known(cut):
    start = keras.Input((32, 32, 64))
    pieces = (
        keras.ops.split(start, 4, axis=-1) if cut == "split" else [start[..., g * 16 : g * 16 + 16] for g in range(4)]
    )
    made = L.Concatenate()([L.Conv2D(16, 3, padding="same", use_bias=False)(piece) for piece in pieces])
    found = measured(keras.Model(start, made))
    assert (found.status, found.totals.macs) == ("complete", 9_437_184)


def test_activations_that_are_objects_leave_their_convolutions_counted():
    """Convolutions of YOLO and GAN models carry layers and functions as their activation."""
    start = x = keras.Input((64, 64, 3))
    x = L.Conv2D(32, 3, padding="same", activation=L.LeakyReLU(negative_slope=0.1))(x)
    x = L.Conv2D(64, 3, padding="same", activation=keras.activations.mish)(x)
    assert (
        measured(keras.Model(start, L.Conv2D(64, 3, padding="same", activation="softplus")(x))).totals.macs
        == 230_031_360
    )

    def own(z):
        return keras.ops.tanh(z) + z

    found = measured(keras.Model(start, L.Conv2D(32, 3, activation=own, name="conv")(start)))
    assert found.unknown == ()
    assert found.totals.macs == 62 * 62 * 32 * 27
    assert [(row.name, row.flops) for row in found.rows[2:]] == [
        ("conv:activation/tanh", 62 * 62 * 32 * 5), ("conv:activation/add", 62 * 62 * 32)
    ]  # fmt: skip


def test_a_pool_that_forgot_the_layout():
    """keras#14095: channels first, but for one pooling."""
    start = keras.Input((4, 64, 96))
    x = L.Conv2D(16, 3, padding="same", data_format="channels_first")(start)
    pooled = L.MaxPooling2D(2, data_format="channels_last", name="pool")(x)
    model = keras.Model(start, L.Conv2D(8, 3, padding="same", data_format="channels_first")(pooled))
    assert measured(model).by_name["pool"].output == (1, 8, 32, 96) == (1, *pooled.shape[1:])


def test_a_permutation_into_channels_first():
    start = keras.Input((48, 32, 3))
    x = L.Permute((3, 1, 2))(L.Rescaling(1 / 255.0)(start))
    x = L.BatchNormalization(axis=1)(L.Conv2D(16, 3, data_format="channels_first", padding="same", name="conv")(x))
    model = keras.Model(start, L.Dense(10)(L.GlobalAveragePooling2D(data_format="channels_first")(x)))
    found = measured(model)
    assert found.rows[0].output == (1, 48, 32, 3)
    assert (found.status, found.totals.macs) == ("complete", 663_712)
    assert measured(model, input=(24, 64)).by_name["conv"].output == (
        1,
        16,
        24,
        64,
    )  # height and width, wherever they stand


def test_a_flatten_of_channels_first_says_nothing_of_the_input():
    start = keras.Input((8, 6, 3), name="image")
    x = L.Conv2D(4, 3, name="conv")(start)
    model = keras.Model(start, L.Dense(2)(L.Flatten(data_format="channels_first")(x)))
    found = measured(model)
    assert (found.status, found.by_name["conv"].output) == ("complete", (1, 6, 4, 4))


def test_a_reshape_of_channels_first():
    start = keras.Input((3, 20, 16))
    x = L.Conv2D(8, 3, data_format="channels_first")(start)
    model = keras.Model(start, L.Dense(4)(L.Reshape((8, 252))(x)))
    assert measured(model).totals.params == 224 + 1_012


def test_windows_folded_into_the_batch_count_every_window():
    """Swin's windows: 56×56 positions in 64 windows of 49."""
    start = keras.Input((56, 56, 96))
    windows = keras.ops.reshape(start, (-1, 8, 7, 8, 7, 96))
    windows = keras.ops.reshape(keras.ops.transpose(windows, (0, 1, 3, 2, 4, 5)), (-1, 49, 96))
    found = measured(keras.Model(start, L.Dense(96, use_bias=False, name="dense")(windows)))
    assert found.by_name["dense"].output == (64, 49, 96)
    assert found.totals.macs == 56 * 56 * 96 * 96


def test_two_inputs_of_two_sizes():
    a, b = keras.Input((128, 128, 3), name="a"), keras.Input((64, 64, 3), name="b")
    x, y = L.Conv2D(16, 3, strides=2, padding="same")(a), L.Conv2D(16, 3, padding="same")(b)
    model = keras.Model([a, b], L.Dense(10)(L.GlobalAveragePooling2D()(L.Add()([x, y]))))
    assert measured(model).totals.macs == 3_539_104
    larger = measured(model, input={"a": (1, 256, 256, 3), "b": (1, 128, 128, 3)})
    assert larger.totals.macs - 160 == 4 * (3_539_104 - 160)
    with pytest.raises(
        UsageError, match=r"a \(128×128×3\), b \(64×64×3\): give the whole shape by name.* a=1x128x128x3"
    ):
        ra.from_keras(model, input=256)
    with pytest.raises(UsageError, match=r"there is no input 'c'; the inputs are a \(128×128×3\), b"):
        ra.from_keras(model, input={"c": (1, 8, 8, 3)})
    with pytest.raises(UsageError, match="input a has 4 axes, the batch first, as a=1x128x128x3; not 3"):
        ra.from_keras(model, input={"a": (8, 8, 3)})


def test_sequences_and_vectors_are_given_by_name():
    tokens = keras.Input((None, 8), name="tokens")
    model = keras.Model(tokens, L.Conv1D(4, 3, name="conv")(tokens))
    assert measured(model, input={"tokens": (2, 100, 8)}).by_name["conv"].output == (2, 98, 4)
    with pytest.raises(UsageError, match=r"tokens=1x1x8"):
        ra.from_keras(model, input=100)


def test_another_number_of_channels_than_the_kernels_have_is_one_line():
    model = keras.Sequential(
        [keras.Input((8, 8, 3), name="image"), L.Conv2D(4, 3, name="conv"), L.GlobalMaxPooling2D()]
    )
    with pytest.raises(
        UsageError, match="conv: its weights are those for an input of 8×8×3, but --input makes it 8×8×4"
    ):
        ra.from_keras(model, input=(8, 8, 4))


def test_the_same_variables_in_two_layers_are_counted_once():
    dense, start = L.Dense(4), keras.Input((5, 4))
    model = keras.Model(start, L.Add()([L.TimeDistributed(dense)(start), dense(start)]))
    assert measured(model).totals.params == 20


def test_the_same_object_in_two_layers_of_a_file_is_counted_once(tmp_path):
    dense, start = L.Dense(4), keras.Input((5, 4))
    model = keras.Model(start, L.Add()([dense(start), L.Softmax()(dense(start))]))
    path = tmp_path / "x.keras"
    model.save(path)
    assert ra.measure(ra.load(str(path))).totals.params == 20


class Twice(keras.Sequential):
    """A sequence that runs twice."""

    def call(self, x, **options):
        return super().call(super().call(x, **options), **options)


def test_a_call_of_ones_own_is_what_runs():
    model = Twice([keras.Input((8, 8, 3)), L.Conv2D(3, 3, padding="same", use_bias=False)])
    found = measured(model)
    assert found.totals.macs == 2 * 8 * 8 * 3 * 27
    assert found.totals.params == 81


def test_in_a_file_a_call_of_ones_own_is_unknown(tmp_path):
    path = tmp_path / "x.keras"
    Twice([keras.Input((8, 8, 3)), L.Conv2D(3, 3)]).save(path)
    found = ra.measure(ra.load(str(path)))
    assert found.status == "lower_bound"
    assert [row.op for row in found.rows] == ["Input", "Opaque"]


def test_weights_that_no_layer_uses_have_a_row_of_their_own():
    class Spare(keras.Model):
        def __init__(self):
            super().__init__()
            self.used, self.spare = L.Dense(3), L.Dense(5)

        def call(self, x):
            return self.used(x)

    start = keras.Input((4,))
    model = Spare()
    model.spare.build((None, 4))
    found = measured(keras.Model(start, model(start)))
    assert found.totals.params == 15 + 25
    assert found.totals.macs == 12
    assert found.status == "complete"


def test_a_layer_whose_shape_differs_from_the_declared_one_is_named_with_both(tmp_path):
    """A file that lies about a tensor, or a rule of ours that errs: never a silent number."""
    start = keras.Input((8, 8, 3))
    model = keras.Model(start, L.ReLU(name="last")(L.Conv2D(4, 3, name="conv")(start)))
    text = model.to_json().replace("[null, 6, 6, 4]", "[null, 7, 7, 4]")
    path = tmp_path / "x.json"
    path.write_text(text, "utf-8")
    graph = ra.load(str(path))
    found = ra.measure(graph)
    assert "conv" in found.unknown
    assert found.by_name["conv"].why == "a Keras Conv2D: we find 6×6×4, it declares 7×7×4"
    assert re.search(r"2 operations read from Keras, \d of \d tensor shapes as declared there", graph.about["says"])


@pytest.mark.parametrize(
    "model",
    [
        lambda: keras.Sequential(
            [keras.Input((100, 8)), L.Conv1D(16, 5, padding="causal"), L.GlobalAveragePooling1D()]
        ),
        lambda: keras.Sequential(
            [keras.Input((8, 16, 16, 3)), L.Conv3D(4, 3), L.MaxPooling3D(), L.Flatten(), L.Dense(2)]
        ),
        lambda: keras.Sequential([keras.Input((10,)), L.Embedding(100, 16), L.Conv1D(4, 3), L.Dense(2)]),
    ],
)
def test_sequences_volumes_and_embeddings_are_complete(model):
    made = model()
    found = measured(made)
    assert found.status == "complete"
    assert found.rows[-1].output == (1, *made.output_shape[1:])
    kernels = [numpy.prod(w.shape) for w in made.weights if len(w.shape) > 1 and "embedding" not in w.path]
    assert found.totals.macs >= sum(map(int, kernels))
    assert math.prod(found.rows[0].output) > 0

"""Layers of Keras with low-rank additions or weights of few bits: its own counts, and TensorFlow's graph of each.

Live, and through a file that is read as data. The multiply-accumulates are those of the graph that TensorFlow
traces of the model (`tests/data/keras/graph_macs.py`).
"""

from __future__ import annotations

import warnings

import pytest

keras = pytest.importorskip("keras")
layers = keras.layers

import resnet_analyzer as ra  # noqa: E402
from resnet_analyzer.ops.adapted import Adapted  # noqa: E402
from resnet_analyzer.ops.dense import Dense  # noqa: E402
from resnet_analyzer.shape import Shape  # noqa: E402
from tests.data.keras.graph_macs import macs_of  # noqa: E402

LAYERS = {
    "dense": ((5, 12), "float32", lambda: layers.Dense(7, activation="relu")),
    "table": ((5,), "int32", lambda: layers.Embedding(11, 6)),
    "heads": ((5, 12), "float32", lambda: layers.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de")),
    "crossed": ((5, 3, 4), "float32", lambda: layers.EinsumDense("aecd,bcd->abce", (6, 3, 5))),
}
MODES = ["", "int8", "int4", "int4/4", "float8"]
CASES = [
    *[(name, mode, 2) for name in LAYERS for mode in MODES if mode != "float8"],  # which takes no low-rank addition
    *[("dense", mode, 0) for mode in MODES],
    *[("heads", mode, 0) for mode in ("int8", "float8")],
    *[("crossed", mode, 0) for mode in ("int8", "int4/4")],
]
NOT_IN_KERAS = [("crossed", mode, 2) for mode in ("int8", "int4", "int4/4")]  # its call fails


def made(name, mode, rank):
    """A model of one layer, quantised, then with a low-rank addition."""
    shape, dtype, factory = LAYERS[name]
    start, layer = keras.Input(shape, dtype=dtype), factory()
    model = keras.Model(start, layer(start))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that an input layer has nothing to quantise
        if mode == "int4/4":
            model.quantize(config=keras.quantizers.Int4QuantizationConfig(block_size=4))
        elif mode:
            model.quantize(mode)
    if rank:
        layer.enable_lora(rank)
    return model


def numbers(weights):
    return sum(int(keras.ops.size(each)) for each in weights)


@pytest.mark.parametrize(("name", "mode", "rank"), CASES)
def test_a_layer_is_what_keras_runs(name, mode, rank, tmp_path):
    model = made(name, mode, rank)
    live = ra.measure(ra.from_keras(model))
    if (name, mode, rank) in NOT_IN_KERAS:
        assert live.status == "lower_bound"
        return
    assert live.status == "complete"
    assert live.totals.all_params == model.count_params()
    assert live.totals.trainable_params == numbers(model.trainable_weights)
    assert live.totals.macs == macs_of(model, [(1, *LAYERS[name][0])])
    model.save(tmp_path / "net.keras")
    assert ra.measure(ra.load(str(tmp_path / "net.keras"))).totals == live.totals


@pytest.mark.parametrize("policy", ["int8_from_float32", "int4/-1_from_float32", "int4/4_from_float32"])
def test_a_layer_built_so_by_its_policy_of_types(policy, tmp_path):
    start = keras.Input((5, 12))
    model = keras.Model(start, layers.Dense(7, dtype=keras.dtype_policies.get(policy))(start))
    model.save(tmp_path / "net.keras")
    for graph in (ra.from_keras(model), ra.load(str(tmp_path / "net.keras"))):
        measured = ra.measure(graph)
        assert measured.status == "complete"
        assert measured.totals.all_params == model.count_params()
        assert measured.totals.macs == 5 * 12 * 7


def test_quantised_attention_is_looked_into():
    start = keras.Input((9, 8))
    attention = layers.MultiHeadAttention(2, 3)
    model = keras.Model(start, attention(start, start))
    for change in (
        lambda: model.quantize("int8"), lambda: [attention._query_dense.enable_lora(2)]
    ):  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            change()
        measured = ra.measure(ra.from_keras(model))
        assert measured.status == "complete"
        assert measured.totals.all_params == model.count_params()
        assert measured.totals.trainable_params == numbers(model.trainable_weights)
        assert measured.totals.macs == macs_of(model, [(1, 9, 8)])


def test_over_time_keras_multiplies_small_matrices_at_every_step():
    start = keras.Input((4, 8))
    model = keras.Model(start, layers.TimeDistributed(layers.Dense(3, lora_rank=2))(start))
    assert ra.measure(ra.from_keras(model)).totals.macs == macs_of(model, [(1, 4, 8)]) == 4 * (8 * 3 + 8 * 2 * 3)


def test_what_keras_keeps_in_few_bits_is_held_still():
    """No training changes it; indices of groups are no parameters."""
    found = Adapted(Dense(7), "int4", block=4).apply(Shape(1, 12)).weights
    assert {weight.name: (weight.shape, weight.role) for weight in found} == {
        "kernel": ((12, 4), "frozen"),
        "bias": ((7,), "trainable"),
        "kernel_scale": ((3, 7), "frozen"),
        "kernel_zero": ((3, 7), "frozen"),
        "g_idx": ((12,), "moving statistic"),
    }

"""The JSON contract, schema 2, to the letter."""

import json

import pytest

KEYS = [
    *("schema", "kind", "model", "style", "data_format", "inputs", "batch", "classes", "status", "totals"),
    *("lower_bounds", "layers", "unknown"),
]
TOTALS = [
    *("layers", "params", "trainable_params", "frozen_params", "moving_statistics", "all_params"),
    *("macs", "flops", "activations"),
]
LAYER = {
    *("name", "op", "inputs", "output_shape", "params", "trainable_params", "moving_statistics"),
    *("macs", "flops", "activations", "weights", "status"),
}


@pytest.fixture
def loaded(run):
    return lambda *arguments: json.loads(run(*arguments, "--format", "json").out, parse_float=pytest.fail)


def test_the_contract(loaded):
    data = loaded("--depth", "50", "--input", "224")
    assert list(data) == KEYS
    assert {key: data[key] for key in KEYS[:9]} == {
        "schema": 2,
        "kind": "measurement",
        "model": "resnet50",
        "style": "paper",
        "data_format": "channels_last",
        "inputs": [{"name": "input", "shape": [1, 224, 224, 3]}],
        "batch": 1,
        "classes": 1000,
        "status": "complete",
    }
    assert list(data["totals"]) == TOTALS
    assert data["unknown"] == []
    assert all(set(layer) == LAYER for layer in data["layers"])
    assert data["layers"][1] == {
        "name": "stage1/conv",
        "op": "Conv2d",
        "inputs": ["input"],
        "output_shape": [1, 112, 112, 64],
        "params": 9408,
        "trainable_params": 9408,
        "moving_statistics": 0,
        "macs": 118013952,
        "flops": 236027904,
        "activations": 802816,
        "weights": {"kernel": [7, 7, 3, 64]},
        "status": "exact",
    }


def test_the_totals(loaded):
    totals = loaded("--depth", "50")["totals"]
    assert totals["params"] == totals["trainable_params"] == 25557032
    assert (totals["frozen_params"], totals["moving_statistics"]) == (0, 53120)
    assert totals["all_params"] == 25557032 + 53120
    assert totals["macs"] == 3857973248
    assert totals["activations"] == 10588136


@pytest.mark.parametrize(
    ("style", "params", "macs"), [("keras", 25636712, 3857973248), ("torchvision", 25610152, 4089184256)]
)
def test_styles(loaded, style, params, macs):
    data = loaded("--depth", "50", "--style", style)
    assert (data["style"], data["totals"]["all_params"], data["totals"]["macs"]) == (style, params, macs)


def test_layers_sum_to_the_totals(loaded):
    data = loaded("densenet121")
    assert data["totals"]["layers"] == len(data["layers"])
    for figure in ("params", "trainable_params", "moving_statistics", "macs", "flops", "activations"):
        assert data["totals"][figure] == sum(layer[figure] for layer in data["layers"])
    sizes = [_size(shape) for layer in data["layers"] for shape in layer["weights"].values()]
    assert data["totals"]["all_params"] == sum(sizes)


def _size(shape):
    size = 1
    for length in shape:
        size *= length
    return size


def test_numbers_beyond_64_bits_are_exact(loaded):
    data = loaded("bottleneck", "--input", "999999999999", "--channels", "256")
    assert data["totals"]["macs"] == 69632 * 999999999999**2


def test_a_batch_multiplies_work_but_not_parameters(loaded):
    one, eight = loaded("resnet18")["totals"], loaded("resnet18", "--batch", "8")["totals"]
    assert eight["macs"] == 8 * one["macs"]
    assert eight["activations"] == 8 * one["activations"]
    assert eight["params"] == one["params"]


def test_ascii_alone(run):
    assert run("list", "--format", "json").out.isascii()


def test_list_and_compare_have_a_schema_too(run, loaded):
    listed = json.loads(run("list", "resnet50", "--format", "json").out)
    assert (listed["schema"], listed["kind"]) == (2, "list")
    assert listed["architectures"][0]["styles"] == ["paper", "torchvision", "keras"]
    assert listed["architectures"][0]["options"]["blocks"] == [3, 4, 6, 3]
    models = loaded("compare", "resnet18", "resnet34")["models"]
    assert [model["model"] for model in models] == ["resnet18", "resnet34"]
    assert models[0]["totals"]["trainable_params"] == 11689512

"""Every model of keras.applications: read, the same as Keras in every layer, and built again.

`tests/data/keras_models.csv` holds what Keras and TensorFlow's profiler say of them, asked with no code of ours.
"""

from __future__ import annotations

import csv
import math
import re
import zipfile
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.conventions.tensorflow import tensorflow_float_ops
from resnet_analyzer.errors import CheckFailed, UsageError
from resnet_analyzer.ops.rescale import Rescale

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.slow

from resnet_analyzer.crosscheck.builder import build, layer_names  # noqa: E402
from resnet_analyzer.crosscheck.compare import AGREES, crosscheck  # noqa: E402
from resnet_analyzer.crosscheck.framework import device  # noqa: E402

TRUTH = list(
    csv.DictReader(Path(__file__).parents[1].joinpath("data/keras_models.csv").read_text("utf-8").splitlines())
)
NAMES = [name for name in dir(keras.applications) if name[0].isupper() and callable(getattr(keras.applications, name))]
FLATTENED = ("VGG16", "VGG19")  # their first dense layer reads 7×7×512 numbers: no other size goes in
ODD = (97, 131), (141, 75)


@pytest.fixture(scope="module", autouse=True)
def zeros():
    """Weights without random numbers: nobody looks at their values here, and building is twice as fast."""
    with pytest.MonkeyPatch.context() as patch:
        initializer = keras.initializers.VarianceScaling
        patch.setattr(initializer, "__call__", lambda self, shape, dtype=None: keras.ops.zeros(shape, dtype))
        patch.setattr(
            keras.initializers.TruncatedNormal,
            "__call__",
            lambda self, shape, dtype=None: keras.ops.zeros(shape, dtype),
        )
        yield


@pytest.fixture(scope="module", params=NAMES)
def model(request):
    keras.backend.clear_session(free_memory=True)
    return request.param, getattr(keras.applications, request.param)(weights=None)


@pytest.fixture(scope="module")
def size(model):
    """What the model's own size is; MobileNetV3 leaves it open, and is taken at 224."""
    return tuple(224 if each is None else each for each in model[1].inputs[0].shape[1:3])


@pytest.fixture(scope="module")
def measured(model, size):
    return ra.measure(ra.from_keras(model[1], input=size))


def leaves(model):
    """Every layer of a model and of the models inside it."""
    return [each for each in model._flatten_layers(include_self=False) if not isinstance(each, keras.Model)]


def rows_by_layer(measured):
    """Rows by the name of the Keras layer; of several ops the last."""
    return {name.rpartition("/")[2].partition(":")[0]: row for name, row in measured.by_name.items()}


def params(weights):
    return sum(math.prod(weight.shape) for weight in weights)


def keras_shapes(model, size):
    """The shape that Keras infers for every layer at a size, nested models opened; nothing is built."""
    found = {}

    def step(operation):
        def inferred(*arguments, **options):
            if isinstance(operation, keras.Model):
                inner = operation._functional if isinstance(operation, keras.Sequential) else operation
                return inner._run_through_graph(arguments[0], step)
            found[operation.name] = operation.compute_output_spec(*arguments, **options)
            return found[operation.name]

        return inferred

    model._run_through_graph(keras.KerasTensor((None, *size, 3)), step)
    return {name: tuple(made.shape[1:]) for name, made in found.items()}


def test_all_of_them():
    assert len(NAMES) >= 40
    assert {row["model"] for row in TRUTH} == set(NAMES)


def test_a_file_says_the_same(model, measured, size, tmp_path):
    """Read as data: the same rows, and every tensor's shape as the file declares it."""
    path = tmp_path / "x.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", model[1].to_json())
    graph = ra.load(str(path), input=size)
    again = ra.measure(graph)
    assert again.totals == measured.totals
    assert [row.cost for row in again.rows] == [row.cost for row in measured.rows]
    confirmed, all_ = re.search(r"(\d+) of (\d+) tensor shapes", graph.about["says"]).groups()
    assert confirmed == all_


def test_status_and_totals(model, measured):
    totals = measured.totals
    assert measured.status == "complete"
    assert totals.all_params == model[1].count_params()
    assert totals.trainable_params == params(model[1].trainable_weights)


def test_every_layer(model, measured, size):
    rows = rows_by_layer(measured)
    shapes = keras_shapes(model[1], size)
    seen = 0
    for layer in leaves(model[1]):
        if layer.name not in rows:  # a nested model's input is what it is called on
            assert isinstance(layer, keras.layers.InputLayer), layer.name
            continue
        seen += 1
        row = rows[layer.name]
        assert row.all_params == params(layer.weights), layer.name
        assert row.trainable_params == params(layer.trainable_weights), layer.name
        if layer.name in shapes:
            assert tuple(row.output)[1:] == shapes[layer.name], layer.name
    assert seen > 20


@pytest.mark.parametrize("odd", ODD)
def test_every_shape_at_odd_sizes(model, odd):
    name, found = model
    if name in FLATTENED:
        with pytest.raises(UsageError, match="its weights are those for an input of 25088"):
            ra.from_keras(found, input=odd)
        return
    try:
        shapes = keras_shapes(found, odd)
    except ValueError:  # NASNet's cells are cut for the size that it was built for: so they are with us
        with pytest.raises(CheckFailed, match="cannot add"):
            ra.measure(ra.from_keras(found, input=odd))
        found = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=(*odd, 3))
        shapes = keras_shapes(found, odd)
    measured = ra.measure(ra.from_keras(found, input=odd))
    rows = rows_by_layer(measured)
    assert measured.status == "complete"
    for layer, shape in shapes.items():
        assert tuple(rows[layer].output)[1:] == shape, layer


def truth_of(name):
    rows = [row for row in TRUTH if row["model"] == name and row["classes"] == "1000"]
    return [row for row in rows if row["tag"] == "default" or name not in FLATTENED]


def test_work(model):
    """Multiply-accumulates at every size that there is a truth of."""
    name, found = model
    for row in truth_of(name):
        measured = ra.measure(ra.from_keras(found, input=(int(row["height"]), int(row["width"]))))
        assert measured.totals.macs == int(row["total_macs"]), row["tag"]
        assert measured.totals.all_params == int(row["total_params"])
        assert measured.totals.trainable_params == int(row["trainable_params"])


def test_the_profiler(model):
    """What TensorFlow's profiler counted of the whole model is our count of what it has rules for."""
    name, found = model
    for row in truth_of(name):
        if row["profiler_complete"] != "True":
            continue  # it is blind on grouped convolutions (ConvNeXt), and says 0
        rows = ra.measure(ra.from_keras(found, input=(int(row["height"]), int(row["width"])))).rows
        layers = {layer.name for layer in leaves(found) if isinstance(layer, keras.layers.Rescaling)}
        assert sum(counted(each, layers) for each in rows) == int(row["tf_float_ops"]), row["tag"]


def counted(row, rescaling):
    """What the profiler counts; `x + 3` and `1.0 * x` are one operation, where a Rescaling layer always has two."""
    if isinstance(row.node.op, Rescale) and row.name not in rescaling:
        return row.inputs[0].elements
    return tensorflow_float_ops(row) or 0


def test_built_again(model, measured):
    """The model built of the graph has the same weights, layer by layer and in their order, and the same shapes."""
    original = {layer.name: layer for layer in leaves(model[1])}
    built = build(measured.graph)
    names = layer_names([row.name for row in built.rows])
    for key, row in rows_by_layer(measured).items():
        if row.name not in built.steps or key not in original:  # inputs, and operators: x + y
            continue
        layer = built.steps[row.name].layer
        again = [(tuple(weight.shape), weight.trainable) for weight in getattr(layer, "weights", ())]
        first = [(tuple(weight.shape), weight.trainable) for weight in original[key].weights]
        assert again == first, key
        assert layer is None or layer.name == names[row.name]
    assert built.model.count_params() == model[1].count_params()
    assert [out.shape[1:] for out in built.model.outputs] == [out.shape[1:] for out in model[1].outputs]


@pytest.mark.parametrize("name", ["MobileNetV2", "EfficientNetB0", "ConvNeXtTiny", "InceptionV3"])
def test_crosschecked(name):
    keras.backend.clear_session(free_memory=True)
    graph = ra.from_keras(getattr(keras.applications, name)(weights=None), input=96)
    verdict = crosscheck(graph, device("cpu"), runs=1)
    assert verdict.disagreements == []
    assert verdict.how_many("shape", AGREES) == len(graph)
    assert verdict.how_many("flops", AGREES) > 60

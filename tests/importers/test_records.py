"""Keras models as records: what a file says is what the live model says, and both say what Keras says."""

from __future__ import annotations

import io
import json
import math
import subprocess
import sys
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.errors import UsageError
from resnet_analyzer.importers._keras_config import read_description
from resnet_analyzer.importers._keras_text import describe
from resnet_analyzer.importers.records import INSIDE, Argument, Record, Ref
from resnet_analyzer.ops.base import FROZEN, MOVING, TRAINABLE
from resnet_analyzer.ops.spelling import Array, Part

DATA = Path(__file__).parents[1] / "data"


def read(stream, name="x"):
    found = describe(name, stream)
    return read_description(found.model, says=found.says)


def read_file(path):
    with open(path, "rb") as stream:
        return read(stream, str(path))


def entry(kind, /, **config):
    return {"class_name": kind, "module": "keras.layers", "config": {"name": kind.lower(), **config}}


def sequential(*layers, **more):
    return {"class_name": "Sequential", "module": "keras", "config": {"name": "net", "layers": list(layers), **more}}


START = entry("InputLayer", batch_shape=[None, 8, 8, 3])


def test_a_sequential_of_json():
    made = read_description(sequential(START, entry("Conv2D", filters=4, kernel_size=[3, 3])))
    assert [record.name for record in made.records] == ["inputlayer", "conv2d"]
    assert made.records[1].inputs == (Ref("inputlayer", 0, (None, 8, 8, 3)),)
    assert made.records[1].settings == {"filters": 4, "kernel_size": [3, 3]}
    assert made.inputs == ("inputlayer",)


def test_an_unknown_input_is_open():
    made = read_description(sequential(entry("Dense", units=3)))
    assert made.records[0].kind == "InputLayer"
    assert made.records[0].outputs == (None,)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"class_name": "__numpy__", "config": {"value": [[1.0, 2.0]], "dtype": "float32"}}, Array((1, 2), "float32")),
        ({"class_name": "__tensor__", "config": {"value": 3, "dtype": "int32"}}, 3),
        ({"class_name": "__slice__", "config": {"start": 1, "stop": None, "step": 2}}, slice(1, None, 2)),
        ({"class_name": "__ellipsis__", "config": {}}, Ellipsis),
        ({"module": "keras", "class_name": "DTypePolicy", "config": {"name": "int8"}}, "int8"),
        (
            {"module": "keras.layers", "class_name": "LeakyReLU", "config": {"negative_slope": 0.1}},
            Part("LeakyReLU", "keras.layers", {"negative_slope": 0.1}),
        ),
        ({"module": "my", "class_name": "Mish", "config": {}, "registered_name": "my>Mish"}, Part("Mish", "")),
        ({"a": 1}, {"a": 1}),
        ("\x1b[31m", "\\x1b[31m"),
    ],
    ids=str,
)
def test_a_setting(value, expected):
    made = read_description(sequential(START, entry("Thing", setting=value)))
    assert made.records[1].settings["setting"] == expected


@pytest.mark.parametrize("kind", ["Conv2D", "Mine"])
def test_a_class_of_the_script_that_saved_the_model_is_nobodys_word(kind):
    layer = {**entry(kind), "module": None, "registered_name": kind}
    assert read_description(sequential(START, layer)).records[1].namespace == ""


def node(*reads):
    return {"args": [tensor(each) for each in reads], "kwargs": {}}


def tensor(name, call=0, output=0, shape=(None, 4)):
    config = {"shape": list(shape), "keras_history": [name, call, output]}
    return {"class_name": "__keras_tensor__", "config": config}


def functional(*layers, inputs="a", outputs="b"):
    config = {"name": "f", "layers": list(layers), "input_layers": [inputs, 0, 0], "output_layers": [outputs, 0, 0]}
    return {"class_name": "Functional", "module": "keras.src.models.functional", "config": config}


def named(name, kind, *nodes, **config):
    return {**entry(kind, **config), "name": name, "inbound_nodes": list(nodes)}


A = named("a", "InputLayer", batch_shape=[None, 4])


def test_layers_come_after_what_they_read_however_they_are_described():
    made = read_description(functional(named("b", "ReLU", node("c")), named("c", "ReLU", node("a")), A))
    assert [record.name for record in made.records] == ["a", "c", "b"]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (functional(A, named("b", "ReLU", node("z"))), "b: reads z, which is not there"),
        (functional(A, named("b", "ReLU", node("a"), {"args": [tensor("a", 3)]})), "b: reads a, which is not there"),
        (functional(A, named("b", "ReLU", node("b"))), "b: reads what is made of its own output"),
        (functional(A, named("b", "ReLU", node("a")), outputs="z"), "z: is read, but not there"),
        (functional(A, named("b", "ReLU", 3)), "b: its calls are not described as Keras does"),
        (functional(A, 3), "its layers are not described as Keras does"),
        (functional({"name": "a"}), "its layers are not described as Keras does"),
        ([], "it describes no layers"),
        ({"class_name": "Net", "module": "my", "config": {}}, "it describes Net, whose call is code"),
    ],
    ids=str,
)
def test_what_makes_no_graph_is_one_error(model, words):
    with pytest.raises(UsageError, match=words):
        read_description(model)


def test_a_model_class_of_somebodys_own_is_one_unknown_layer():
    model = functional(A, named("b", "ReLU", node("a")))
    model |= {"class_name": "Twice", "module": "my", "registered_name": "my>Twice"}
    made = read_description(model)
    assert [(record.name, record.kind, record.namespace) for record in made.records] == [
        ("input_1", "InputLayer", "keras.layers"),
        ("f", "Twice", ""),
    ]
    assert made.records[0].outputs == ((None, 4),)


def test_an_argument_by_name_and_by_place():
    record = Record("x", "Take", "keras.ops", arguments=(Argument("", Ref("a")), Argument("", 3), Argument("axis", 1)))
    assert record.constants == (3,)
    assert record.argument("axis") == 1
    assert record.argument("indices", 1) == 3
    assert record.argument("other", 5, "none") == "none"
    assert record.roles == ("",)


# Files of Keras 2


def test_a_functional_model_of_keras_2():
    """Saved with TF-Keras 2.21.0: nested and shared models, TensorFlow functions as layers, two inputs."""
    legacy, text = (read_file(DATA / "keras2" / name) for name in ("functional.h5", "functional.json"))
    assert legacy.says == "Keras 2.21.0"
    told = [(record.name, record.kind, record.namespace) for record in legacy.records]
    assert told == [(record.name, record.kind, record.namespace) for record in text.records]
    assert told[2:6] == [
        ("tf.__operators__.add", "Add", "keras.ops"),
        ("tf.math.multiply", "Multiply", "keras.ops"),
        ("tf.math.subtract", "Subtract", "keras.ops"),
        ("tf.nn.relu", "Relu", "keras.ops"),
    ]
    by_name = {record.name: record for record in text.records}
    assert by_name["tf.math.multiply"].constants == (2.0,)
    assert by_name["tf.math.subtract"].arguments[0].value == 1.0
    assert [ref.record for ref in by_name["fm/f#2"].inputs] == ["fm/f"]
    assert [ref.key for ref in by_name["tf.concat"].inputs] == [("tf.split", 0), ("tf.split", 1)]
    assert by_name["tf.reshape"].settings == {"newshape": [-1, 196, 4]}
    assert by_name["tf.math.reduce_mean"].settings == {"axis": [1, 2], "keepdims": False}
    assert by_name["tf.compat.v1.transpose"].settings["axes"] == [0, 2, 1]
    assert by_name["tf.__operators__.getitem"].constants == ([slice(None), slice(None, None, 2), slice(1, -1)],)
    assert by_name["mha"].roles == ("", "value")
    assert by_name["dw"].outputs == ((None, 14, 14, 8),)
    assert {ref.record for ref in text.outputs} == {"out", "lam", "tf.__operators__.getitem"}


def test_a_sequential_of_keras_2():
    made = read_file(DATA / "keras2" / "sequential.h5")
    assert [record.kind for record in made.records] == ["InputLayer", "Conv2D", "Flatten", "Dropout", "Dense"]
    assert made.records[0].outputs == ((None, 8, 8, 3),)


# Hostile files


def written(text, name="config.json", kind=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as made:
        made.writestr(name, text)
    stream.seek(0)
    return stream


def nested(depth):
    """Models that each call the next one twice: 2 to the power of `depth` layers in a short text."""
    inner = json.dumps(sequential(entry("Dense", units=2)))
    for _ in range(depth):
        calls = '"name": "m", "inbound_nodes": [[["a", 0, 0, {}]], [["m", 0, 0, {}]]]'
        layers = f"{json.dumps(A)}, {inner[:-1]}, {calls}}}"
        config = f'"name": "f", "layers": [{layers}], "input_layers": [["a", 0, 0]], "output_layers": [["m", 1, 0]]'
        inner = f'{{"class_name": "Functional", "config": {{{config}}}}}'
    return inner.encode()


HOSTILE = {
    "brackets": (lambda: written("[" + "{}," * 20_000_000 + "]"), "60,000,002 bytes, more than any model's"),
    "parts": (lambda: written("[" + "{}," * 2_000_000 + "{}]"), "1,000,000 parts, more than any model's"),
    "values": (lambda: written("[" + "1," * 4_000_001 + "1]"), "more than any model's"),
    "deep": (lambda: written("[" * 100_000), "nested deeper than 100 levels"),
    "deeper": (lambda: written('{"a":[' * 400_000), "nested deeper than 100 levels"),
    "text": (lambda: written('{"a": "' + "\\" * 1_000_000), "its description is no JSON"),
    "open texts": (lambda: written('[[],"' + "a" * 40 + '\\"a"' * 500_000 + "[]" * 200), "its description is no JSON"),
    "digits": (lambda: written('{"class_name": ' + "9" * 100_000 + "}"), "its description is no JSON"),
    "calls": (lambda: io.BytesIO(nested(20)), "more than 50,000 tensors, more than any model"),
    "lzma": (lambda: written("{}", kind=zipfile.ZIP_LZMA), "packed in a way that Keras does not use"),
    "empty": (lambda: io.BytesIO(b""), "neither a .keras archive nor a readable HDF5 file"),
    "outputs": (
        lambda: io.BytesIO(
            json.dumps(functional(A, named("b", "X", {"args": [tensor("a", 0, 9_999)]}, node("a")))).encode()
        ),
        "a: its output 9999 is read, but it has 1",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_one_line_quickly_and_with_little_memory(name):
    make, words = HOSTILE[name]
    stream = make()
    started = time.process_time()
    with pytest.raises(UsageError, match=words) as error:
        read(stream)
    assert time.process_time() - started < 10
    assert "\n" not in str(error.value)


def test_a_bomb_takes_no_memory():
    stream = HOSTILE["brackets"][0]()
    tracemalloc.start()
    with pytest.raises(UsageError):
        read(stream)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150 * 2**20


@pytest.mark.parametrize("path", sorted((DATA / "hostile").iterdir()), ids=lambda path: path.name)
def test_hostile_files_that_were_met(path):
    """What made an earlier reader print a traceback, fill the memory, or hand control signs to the terminal."""
    try:
        made = read_file(path)
    except UsageError as error:
        texts = [str(error)]
    else:
        texts = [text for record in made.records for text in (record.name, record.kind, record.scope)]
        assert len(made.records) == 2
    assert all(text.isprintable() for text in texts)


# Live models, with Keras as the witness

keras = pytest.importorskip("keras")
layers, ops = keras.layers, keras.ops
from resnet_analyzer.importers._keras_live import record_model  # noqa: E402


class Scaled(layers.Layer):
    """Somebody's own layer: a weight, one that nobody trains, and a layer inside."""

    def __init__(self, **options):
        super().__init__(**options)
        self.inner = layers.Dense(3)

    def build(self, shape):
        self.factor = self.add_weight(name="factor", shape=(shape[-1],))
        self.seen = self.add_weight(name="seen", shape=(2,), trainable=False)
        self.inner.build(shape)

    def call(self, x):
        return self.inner(x * self.factor)


def two_inputs():
    image, vector = keras.Input((16, 16, 4), name="image"), keras.Input((7,), name="vector")
    x = layers.Conv2D(8, 3, activation="relu", name="conv")(image)
    x = (1.0 - (x + 2.0)) * ops.convert_to_tensor([1.0] * 8)
    cut = x[:, ::2, 1:-1, None, ..., 0]
    left, right = ops.split(x, 2, axis=-1)
    inner = keras.Sequential([keras.Input((14, 14, 4)), layers.Conv2D(4, 3), layers.BatchNormalization()], name="in")
    both = ops.reshape(inner(left) + inner(right), (-1, 144, 4))
    flat = layers.Flatten()(layers.MultiHeadAttention(2, 4)(both, value=both, key=both))
    made = layers.Dense(3, activation="gelu")(layers.Concatenate()([flat, vector]))
    mean = ops.mean(x, axis=(1, 2))
    outputs = {"class": made, "mean": ops.where(mean > 0, mean, 0.0), "cut": cut}
    return keras.Model({"image": image, "vector": vector}, outputs)


def nested_functional():
    start = keras.Input((8, 8, 3))
    inner_in = [keras.Input((8, 8, 3), name="p"), keras.Input((8, 8, 3), name="q")]
    inner = keras.Model(inner_in, [layers.Add()(inner_in), layers.Conv2D(2, 3)(inner_in[0])], name="pair")
    total, conv = inner([start, layers.ReLU()(start)])
    again, _ = inner([total, start])
    return keras.Model(start, [layers.Subtract()([again, total]), layers.Conv2D(3, 1)(conv)])


def nested_dict():
    p, q = keras.Input((4,), name="p"), keras.Input((5,), name="q")
    inner = keras.Model({"q": q, "p": p}, {"sum": layers.Dense(5)(p) + q, "p": p}, name="inner")
    a, b = keras.Input((4,), name="a"), keras.Input((5,), name="b")
    made = inner({"p": a, "q": b})
    return keras.Model([b, a], layers.Concatenate()([made["sum"], made["p"]]))


def shared():
    conv = layers.Conv2D(4, 3, name="conv")
    one, two = keras.Input((20, 20, 3)), keras.Input((9, 9, 3))
    return keras.Model([one, two], [conv(one), conv(two)])


def one_variable_twice():
    dense, start = layers.Dense(4), keras.Input((5, 4))
    return keras.Model(start, layers.Add()([layers.TimeDistributed(dense)(start), dense(start)]))


def open_sizes():
    start = keras.Input((None, None, 3))
    inner = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(4, 3), layers.ReLU()])
    return keras.Model(start, layers.GlobalAveragePooling2D()(inner(start)))


def own_layer():
    start = keras.Input((8, 8, 3))
    return keras.Model(start, layers.Lambda(lambda x: x * 2)(Scaled(name="own")(layers.Conv2D(4, 3)(start))))


def recurrent():
    start = keras.Input((8, 16, 16, 3))
    x = layers.TimeDistributed(layers.Conv2D(4, 3))(start)
    x = layers.TimeDistributed(layers.GlobalAveragePooling2D())(x)
    return keras.Model(start, layers.Bidirectional(layers.LSTM(6))(x))


def nested_sequential():
    block = keras.Sequential([layers.Conv2D(4, 3), layers.ReLU()], name="block")
    return keras.Sequential([keras.Input((12, 12, 3)), block, layers.Flatten(), layers.Dense(2)])


MODELS = [
    two_inputs, nested_functional, nested_dict, shared, one_variable_twice, open_sizes, own_layer, recurrent,
    nested_sequential,
]  # fmt: skip


def saved(model, path):
    if path.suffix == ".json":
        path.write_text(model.to_json(), "utf-8")
    else:
        model.save(path)
    return read_file(path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("ending", [".keras", ".h5", ".json"])
def test_a_file_says_what_the_live_model_says(make, ending, tmp_path):
    model = make()
    live, file = record_model(model), saved(model, tmp_path / f"x{ending}")
    assert [record.kind for record in live.records] == [record.kind for record in file.records]
    assert live.inputs == file.inputs
    assert [ref.key for ref in live.outputs] == [ref.key for ref in file.outputs]
    for ours, theirs in zip(live.records, file.records, strict=True):
        assert [ref.key for ref in ours.inputs] == [ref.key for ref in theirs.inputs]
        assert (ours.kind, ours.scope) == (theirs.kind, theirs.scope)
        if ending != ".h5" or ours.kind != "Scaled":  # .h5 files name no modules
            assert ours.namespace == theirs.namespace
        assert ours.constants == theirs.constants
        if ours.kind not in ("Lambda", "TimeDistributed", "Bidirectional"):
            assert ours.settings == theirs.settings
        for told, also in zip(theirs.outputs, ours.outputs, strict=False):
            assert told in (None, also), ours.name
    said = f"Keras {keras.__version__}"
    assert live.says == said
    assert file.says in (said, "Keras")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_live_records_have_keras_own_shapes_and_weights(make):
    model = make()
    made = record_model(model)
    unique = {slot.identity: slot for record in made.records for slot in record.weights or ()}
    assert made.unused == ()
    assert sum(math.prod(slot.shape) for slot in unique.values()) == model.count_params()
    trained = sum(math.prod(slot.shape) for slot in unique.values() if slot.role == TRAINABLE)
    assert trained == sum(math.prod(weight.shape) for weight in model.trainable_weights)
    shapes = {ref.key: ref.shape for record in made.records for ref in record.inputs}
    for record in made.records:
        assert None not in record.outputs
        for index, shape in enumerate(record.outputs):
            assert shapes.get((record.name, index), shape) == shape
    assert [ref.shape for ref in made.outputs] == [tuple(each.shape) for each in model.outputs]
    for layer in model.layers:
        found = [record for record in made.records if record.name == layer.name]
        if found and layer.name not in ("conv", "pair"):
            assert found[0].outputs[0] == tuple(layer.output.shape)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_a_live_layer_is_asked_for_its_shape_at_other_sizes(make):
    for record in record_model(make()).records:
        if record.ask is not None:
            assert record.ask([ref.shape for ref in record.inputs]) == record.outputs, record.name
    conv = next(record for record in record_model(shared()).records if record.kind == "Conv2D")
    assert conv.ask([(None, 31, 30, 3)]) == ((None, 29, 28, 4),)
    assert conv.ask([(None, 1, 1, 3)]) is None


def test_frozen_is_not_moving():
    base = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(4, 3, name="c"), layers.BatchNormalization()], name="base"
    )
    start = keras.Input((8, 8, 3))
    model = keras.Model(start, layers.Dense(2)(base(start)))
    base.trainable = False
    roles = {slot.name: slot.role for record in record_model(model).records for slot in record.weights}
    assert roles["moving_mean"] == roles["moving_variance"] == MOVING
    assert roles["gamma"] == roles["beta"] == FROZEN
    assert {record.name: record.trainable for record in record_model(model).records}["base/c"] is False


def test_a_layer_that_cannot_tell_its_settings_is_read_all_the_same():
    class Mute(layers.Layer):
        def get_config(self):
            raise NotImplementedError("no settings")

        def call(self, x):
            return x

    start = keras.Input((8, 3))
    model = keras.Model(start, layers.Dense(2)(Mute(name="mute")(start)))
    made = record_model(model)
    assert [record.kind for record in made.records] == ["InputLayer", "Mute", "Dense"]
    assert "get_config" not in vars(model.get_layer("mute"))


class Twice(keras.Sequential):
    """A sequence that runs twice."""

    def call(self, x, **options):
        return super().call(super().call(x, **options), **options)


class Net(keras.Model):
    """A model written as code."""

    def __init__(self):
        super().__init__()
        self.conv, self.dense = layers.Conv2D(16, 3, name="c"), layers.Dense(5, name="d")

    def call(self, x):
        return self.dense(self.conv(x))


def test_a_call_of_ones_own_is_traced_and_leaves_the_model_as_it_was():
    model = Twice([keras.Input((8, 8, 3)), layers.Conv2D(3, 3, padding="same", name="conv")])
    conv = model.layers[0]
    before = len(conv._inbound_nodes), len(conv._outbound_nodes), [weight.path for weight in model.weights]
    made = record_model(model)
    called = [record.name for record in made.records if record.kind == "Conv2D"]
    assert [name.partition(INSIDE)[0] for name in called] == ["conv", "conv"]
    assert [ref.record for ref in made.outputs] == called[1:]
    assert (len(conv._inbound_nodes), len(conv._outbound_nodes), [weight.path for weight in model.weights]) == before
    keras.backend.clear_session()
    assert layers.InputLayer((1,)).name == "input_layer"
    record_model(model)
    assert layers.InputLayer((1,)).name == "input_layer_1"  # tracing took no name


def test_a_subclassed_model_that_was_called_is_traced():
    """keras-team/keras#13782: a subclassed model, called on an input."""
    start = keras.Input((32, 32, 3))
    measured = ra.measure(ra.from_keras(keras.Model(start, Net()(start))))
    assert [(row.name.partition("/")[2], tuple(row.output)) for row in measured.rows][1:] == [
        ("c", (1, 30, 30, 16)),
        ("d", (1, 30, 30, 5)),
    ]
    whole = Net()
    whole(start)
    assert ra.measure(ra.from_keras(whole)).totals.macs == measured.totals.macs == 900 * (27 * 16 + 16 * 5)


def test_a_subclassed_model_that_was_not_built_says_what_to_do():
    model = Net()
    with pytest.raises(UsageError, match="a subclassed model is code, not a graph of layers"):
        record_model(model)
    assert not model.conv.built


@pytest.mark.parametrize("name", ["ResNet50", "MobileNetV3Small", "ConvNeXtTiny", "EfficientNetB0"])
def test_an_application(name, tmp_path):
    model = getattr(keras.applications, name)(weights=None)
    live, file = record_model(model), saved(model, tmp_path / "x.json")
    assert len(live.records) == len(file.records) > 80
    assert all(shape is not None for record in live.records for shape in record.outputs)
    missing = [record.name for record in file.records if None in record.outputs]
    assert missing == [ref.record for ref in live.outputs]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("ending", [".keras", ".h5", ".json"])
def test_a_file_does_not_tell_the_weights_of_somebodys_own_layer(ending, tmp_path):
    """Which of them are moving statistics stands in no file: its parameters are at least those of the known layers."""
    model = own_layer()
    live = ra.measure(ra.from_keras(model))
    assert live.totals.all_params == model.count_params()
    assert live.lower_bounds == ()
    path = tmp_path / f"x{ending}"
    saved(model, path)
    file = ra.measure(ra.load(str(path)))
    assert "params" in file.lower_bounds
    assert file.totals.params == 112 < live.totals.params
    start = keras.Input((8, 8, 3))
    known = keras.Model(start, layers.Lambda(lambda x: x * 2)(layers.Conv2D(4, 3)(start)))
    saved(known, path)
    assert ra.measure(ra.load(str(path))).lower_bounds == ("macs", "flops", "activations")


ALONE = """
import sys
import resnet_analyzer as ra
for path in sys.argv[1:]:
    ra.measure(ra.load(path))
print(sorted(name for name in ("keras", "tensorflow", "torch", "onnx", "h5py", "numpy") if name in sys.modules))
"""


def test_files_are_read_without_any_framework(tmp_path):
    paths = [DATA / "keras2" / name for name in ("functional.h5", "functional.json", "sequential.h5")]
    nested_sequential().save(tmp_path / "x.keras")
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *map(str, paths), str(tmp_path / "x.keras")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"

"""Keras files and factories: read as data; no code in a file runs unless its package is trusted."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from contextlib import suppress

import pytest

import resnet_analyzer as ra
from resnet_analyzer.errors import UsageError
from resnet_analyzer.importers.base import load_with
from resnet_analyzer.request import Request
from resnet_analyzer.targets import load

keras = pytest.importorskip("keras")
layers = keras.layers


def small(*more):
    return keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3, name="conv"), *more], name="small")


@pytest.fixture
def saved(tmp_path):
    """Save a model under a name; the path."""

    def saved(model, name="small.keras"):
        path = tmp_path / name
        model.save(path)
        return str(path)

    return saved


@pytest.fixture
def refused():
    """Load a source that must be refused with one line that names it: the line."""

    def refused(source, **options):
        with pytest.raises(UsageError) as error:
            load(str(source), **options)
        assert str(error.value).startswith(str(source))
        assert len(str(error.value)) < 600
        return str(error.value)

    return refused


def rows(graph):
    return [(row.name, row.op, tuple(row.output), row.params, row.work) for row in ra.measure(graph).rows]


@pytest.mark.parametrize("name", ["small.keras", "small.h5", "SMALL.KERAS"])
def test_what_was_saved_is_read(saved, name):
    model = small(layers.BatchNormalization(), layers.ReLU(max_value=6), layers.Flatten(), layers.Dense(5, "softmax"))
    path = saved(model, name.lower())
    os.rename(path, path := path.replace(name.lower(), name))
    graph = load(path)
    assert rows(graph) == rows(ra.from_keras(model))
    assert graph.about["source"] == path
    assert ra.measure(graph).status == "complete"


def test_another_size_is_asked_for(saved):
    path = saved(small(layers.GlobalAveragePooling2D()))
    assert ra.measure(load(path, input=10)).rows[1].output == (1, 8, 8, 4)
    assert ra.measure(load(path, input=(10, 12))).rows[1].output == (1, 8, 10, 4)


def test_classes_are_the_model_s_own(saved):
    path = saved(small())
    with pytest.raises(UsageError, match="keeps its number of classes"):
        load_with(path, Request(classes=7))


def written(path, content):
    path.write_bytes(content)
    return path


def archive(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name, text)
    return path


def test_no_such_file(refused, tmp_path):
    assert refused(tmp_path / "gone.keras").endswith("there is no such file")
    assert refused(tmp_path / "gone.h5").endswith("there is no such file")
    (tmp_path / "folder.keras").mkdir()
    assert refused(tmp_path / "folder.keras").endswith("there is no such file")


@pytest.mark.parametrize("name", ["x.keras", "x.h5"])
@pytest.mark.parametrize(
    "content", [b"", b"layers: [conv]\n", b"PK\x03\x04 not really", b"\x89HDF\r\n\x1a\n", bytes(99)]
)
def test_a_file_that_is_no_model(refused, tmp_path, name, content):
    assert "neither a .keras archive nor a readable HDF5 file" in refused(written(tmp_path / name, content))


def test_a_zip_that_is_no_model(refused, tmp_path):
    assert "the archive has no config.json" in refused(archive(tmp_path / "x.keras", {"readme.txt": "hello"}))


@pytest.mark.parametrize("text", ["", "{", "[]]", "\udcff".encode("utf-8", "surrogatepass")])
def test_a_description_that_is_no_json(refused, tmp_path, text):
    assert "not a readable .keras file" in refused(archive(tmp_path / "x.keras", {"config.json": text}))


@pytest.mark.parametrize("text", ["[" * 101, "[" * 100_000, '{"a": [' * 51, "[" * 101 + "]" * 101])
def test_a_description_nested_deeper_than_any_model_s(refused, saved, tmp_path, text):
    import h5py

    assert "nested deeper than 100 levels" in refused(archive(tmp_path / "x.keras", {"config.json": text}))
    with h5py.File(saved(small(), "x.h5"), "r+") as file:
        file.attrs["model_config"] = text[:10_000]
    assert "nested deeper than 100 levels" in refused(tmp_path / "x.h5")


@pytest.mark.parametrize("text", ["[" * 100 + "]" * 100, '["' + "[" * 5_000 + '\\"["]'])
def test_brackets_that_nest_no_deeper(refused, tmp_path, text):
    assert "nested deeper" not in refused(archive(tmp_path / "x.keras", {"config.json": text}))


@pytest.mark.parametrize("text", ["3", '"conv"', "[]", "{}", '{"class_name": "Dense"}', "null"])
def test_a_description_of_something_else(refused, tmp_path, text):
    line = refused(archive(tmp_path / "x.keras", {"config.json": text}))
    assert "no Keras model: it describes no layers" in line or "no Keras model: it describes a Dense" in line


def test_a_description_as_large_as_no_model_s(refused, tmp_path):
    bomb = archive(tmp_path / "x.keras", {"config.json": " " * (64 * 2**20 + 1)})
    assert bomb.stat().st_size < 100_000
    assert "67,108,865 bytes, more than any model's" in refused(bomb)


def test_every_damage_is_one_line(saved, tmp_path):
    whole = (tmp_path / saved(small())).read_bytes()
    for place in range(0, len(whole), len(whole) // 60):
        for damaged in (whole[:place], whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]):
            with suppress(UsageError):
                load(str(written(tmp_path / "damaged.keras", damaged)))


def test_a_damaged_h5_file(saved, refused, tmp_path):
    whole = (tmp_path / saved(small(), "small.h5")).read_bytes()
    refused(written(tmp_path / "start.h5", whole[:500]))
    half = load(str(written(tmp_path / "half.h5", whole[: len(whole) * 2 // 3])))  # weights' bytes may be missing
    assert rows(half)[1:] == rows(ra.from_keras(small()))[1:]


def test_weights_alone(refused, tmp_path):
    small().save_weights(tmp_path / "x.weights.h5")
    assert "the weights of a Keras model, without its layers" in refused(tmp_path / "x.weights.h5")


@pytest.mark.parametrize("name", ["x.keras", "x.h5"])
def test_a_lambda_is_unknown_and_does_not_run(saved, refused, tmp_path, name):
    marker = tmp_path / "ran"
    double = layers.Lambda(lambda x, at=str(marker): (open(at, "w").close(), x)[1], name="double")
    path = saved(small(double, layers.Conv2D(2, 1, name="last")), name)
    marker.unlink()
    measured = ra.measure(load(path))
    assert measured.unknown[0] == "double"
    assert measured.totals.macs >= 6 * 6 * 4 * 27
    if name == "x.keras":  # which tells what every layer was built on
        assert measured.unknown == ("double",)
        assert measured.by_name["last"].output == (1, 6, 6, 2)
    assert "holds a Lambda layer, which is code in the file; it is not run" in refused(path, trust=("keras",))
    assert not marker.exists()


def test_a_lambda_as_an_activation_is_unknown_and_its_convolution_is_not(saved, tmp_path):
    path = saved(small())
    with zipfile.ZipFile(path) as made:
        config = json.loads(made.read("config.json"))
    conv = config["config"]["layers"][1]
    conv["config"]["activation"] = {"class_name": "__lambda__", "config": {"value": ["4w==", None, None]}}
    measured = ra.measure(load(str(archive(tmp_path / "y.keras", {"config.json": json.dumps(config)}))))
    assert measured.unknown == ("conv:2",)
    assert measured.by_name["conv"].params == 112


PACKAGE = """
import keras, pathlib
pathlib.Path({marker!r}).touch()

@keras.saving.register_keras_serializable({registered!r})
class Doubled(keras.layers.Layer):
    def call(self, x):
        return x * 2
"""


@pytest.fixture(params=["Custom", "theirs"])
def custom(saved, tmp_path, monkeypatch, request):
    """A package that leaves a mark when it is imported, and saved models with a layer of it."""
    marker = tmp_path / "ran"
    (tmp_path / "their_package.py").write_text(PACKAGE.format(marker=str(marker), registered=request.param))
    monkeypatch.syspath_prepend(tmp_path)
    import their_package

    model = small(their_package.Doubled(name="doubled"), layers.Conv2D(2, 1))
    paths = saved(model, "x.keras"), saved(model, "x.h5")
    del sys.modules["their_package"]
    keras.saving.get_custom_objects().clear()
    marker.unlink()
    yield paths, marker
    sys.modules.pop("their_package", None)
    keras.saving.get_custom_objects().clear()


def test_a_custom_object_is_unknown_and_does_not_run(custom, refused):
    paths, marker = custom
    for path in paths:
        measured = ra.measure(load(path))
        assert measured.unknown[0] == "doubled"
        assert measured.status == "lower_bound"
        assert measured.by_name["conv"].params == 112
    assert "holds Doubled" in refused(paths[0], trust=("json",))
    assert not marker.exists()
    assert "their_package" not in sys.modules


@pytest.mark.parametrize("which", [0, 1])
def test_a_custom_object_is_read_if_its_package_is_trusted(custom, which):
    paths, marker = custom
    measured = ra.measure(load(paths[which], trust=("their_package",)))
    assert marker.exists()
    assert measured.status == "complete"
    assert "doubled/multiply" in measured.by_name
    assert measured.rows[-1].params == 4 * 2 + 2


def test_a_trusted_package_that_is_not_there(saved, refused):
    with pytest.raises(UsageError, match="--trust not_there: it cannot be imported: ModuleNotFoundError"):
        load(saved(small()), trust=("not_there",))


@pytest.mark.parametrize(
    "module", ["os", "keras.utils", "keras.src.utils.file_utils", "kerasx", "keras_x.layers", "builtins"]
)
def test_only_keras_own_layers_are_keras_own(saved, refused, tmp_path, module):
    path = saved(small())
    with zipfile.ZipFile(path) as made:
        config = json.loads(made.read("config.json"))
    config["config"]["layers"][1] |= {"module": module, "class_name": "get_file", "registered_name": None}
    bad = archive(tmp_path / "y.keras", {"config.json": json.dumps(config)})
    assert ra.measure(load(str(bad))).unknown == ("conv",)
    assert "holds get_file" in refused(bad, trust=("json",))


FACTORIES = """
import keras
import resnet_analyzer as ra

def make():
    return keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(4, 3)], name="made")

graph = ra.architecture("resnet18", input=32)
ready = make()

class Space:
    make = staticmethod(make)

def broken():
    raise RuntimeError("first\\nsecond")

def leaves():
    raise SystemExit(3)

def needs(something): ...

def nothing(): ...

class Written(keras.Model): ...
"""


@pytest.fixture
def factories(tmp_path, monkeypatch):
    (tmp_path / "my_models.py").write_text(FACTORIES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    sys.modules.pop("my_models", None)


@pytest.mark.usefixtures("factories")
@pytest.mark.parametrize("name", ["make", "ready", "Space.make"])
def test_a_factory(name):
    graph = load(f"my_models:{name}", input=(8, 9))
    assert ra.measure(graph).rows[-1].output == (1, 6, 7, 4)
    assert graph.about["source"] == f"my_models:{name}"


@pytest.mark.usefixtures("factories")
def test_a_graph_of_ours():
    assert ra.measure(load("my_models:graph")).totals.macs == ra.measure(ra.architecture("resnet18", 32)).totals.macs
    assert ra.measure(load("my_models:graph", input=64)).rows[0].output == (1, 64, 64, 3)


@pytest.mark.usefixtures("factories")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("my_models:broken", "RuntimeError: first"),
        ("my_models:leaves", "SystemExit: 3"),
        ("my_models:needs", "TypeError: needs.*something"),
        ("my_models:nothing", "NoneType is no Keras model"),
        ("my_models:Written", "a subclassed model is code"),
        ("my_models:gone", "unknown name of my_models 'gone'"),
        ("no_module_of_this_name:make", "ModuleNotFoundError"),
    ],
)
def test_a_factory_that_fails_is_one_error(name, words):
    with pytest.raises(UsageError, match=words) as error:
        load(name)
    assert str(error.value).startswith(f"{name}: ")

"""A design reproduces any network that can be read: `init --like FILE`, of all files here, and of live models."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.cli.main import main
from resnet_analyzer.design import examine_text, write_design
from resnet_analyzer.errors import UsageError
from resnet_analyzer.importers.onnx import read_stream
from resnet_analyzer.request import Request

DATA = Path(__file__).parents[1] / "data"
EXPORTED = sorted((DATA / "torch").glob("*.pt2"))
OF_KERAS = sorted((DATA / "keras2").iterdir())
QUICK = ("resnet18", "convnext_tiny", "googlenet", "shufflenet_v2_x0_5")


def require_reproduced(graph):
    """The design's text reads back with the same rows and totals, layer by layer."""
    read = examine_text("mine.yaml", write_design(graph))
    assert read.problems == []
    ours, theirs = ra.measure(graph), ra.measure(read.graph)
    assert theirs.totals == ours.totals
    assert theirs.status == ours.status
    assert [described(row) for row in theirs.rows] == [described(row) for row in ours.rows]


def described(row):
    return (
        row.name, row.op, row.node.inputs, row.output, row.params, row.all_params, row.trainable_params, row.work,
        row.cost.unknown,
    )  # fmt: skip


def closed(read):
    """A graph with numbers for all sizes: at the file's own, else at 224."""
    graph = read(None)
    return read((224, 224)) if graph.is_open else graph


@pytest.mark.parametrize("path", [*EXPORTED, *OF_KERAS], ids=lambda path: path.name)
def test_a_file_is_reproduced(path):
    name = str(path)
    require_reproduced(ra.load(name, input=32) if path.name == "even.pt2" else closed(lambda size: ra.load(name, size)))


def held(archive):
    with zipfile.ZipFile(DATA / "onnx" / archive) as files:
        return {name: files.read(name) for name in files.namelist()}


def read(data, name, size):
    return read_stream(io.BytesIO(data), name, Request(size) if size else Request())


@pytest.mark.parametrize("archive", ["small.zip", "operators.zip"])
def test_onnx_files_are_reproduced(archive):
    found = held(archive)
    for name, data in found.items():
        require_reproduced(closed(lambda size, data=data, name=name: read(data, name, size)))
    assert len(found) > 5


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) for name in ("rest",)] + list(QUICK))
def test_torchvision_in_onnx_is_reproduced(name):
    for file, data in held("torchvision.zip").items():
        model = file.partition(".")[0]
        if model == name or (name == "rest" and model not in QUICK):
            require_reproduced(closed(lambda size, data=data, file=file: read(data, file, size)))


def test_of_open_sizes_it_asks_for_one():
    graph = ra.load(str(DATA / "torch" / "open.pt2"))
    assert graph.is_open
    with pytest.raises(UsageError, match="leaves sizes of its inputs open"):
        write_design(graph)


def written(layers):
    return f"layers:\n- input: {{shape: [6, 8]}}\n{layers}"


def measured(text):
    read = examine_text("mine.yaml", text)
    assert [problem.says for problem in read.problems] == []
    return ra.measure(read.graph)


def test_a_list_of_all_axes():
    """`whole` says the batch, too: by hand, 6·8 numbers as 2 images of 24."""
    rows = measured(written("- reshape: {target: {whole: [2, 24]}}\n- permute: {axes: {whole: [1, 0]}}\n")).rows
    assert [tuple(row.output) for row in rows[1:]] == [(2, 24), (24, 2)]


def test_a_layer_inside_a_layer():
    """Both directions of an LSTM of 4: 2·(4·4·(8 + 4) + 4·4) weights."""
    (row,) = measured(
        written("- bidirectional: {inputs: previous, layer: {lstm: {units: 4, return_sequences: true}}}\n")
    ).rows[1:]
    assert tuple(row.output) == (1, 6, 8)
    assert row.params == 2 * (4 * 4 * (8 + 4) + 4 * 4)


def test_single_weights_that_are_counted_elsewhere():
    two = "- dense: {name: one, units: 8}\n- dense: {name: two, units: 8, shared_weights: [kernel]}\n"
    assert [row.params for row in measured(written(two)).rows[1:]] == [8 * 8 + 8, 8]


def test_weights_of_an_opaque_layer_may_be_frozen_or_moving():
    text = "- opaque: {output: [6, 8], weights: {a: [2], b: {frozen: [3]}, c: {moving: [4]}, d: {untold: [5]}}}\n"
    found = measured(written(text))
    row = found.rows[1]
    assert (row.trainable_params, row.params, row.all_params) == (2, 5, 14)
    assert "params" in found.lower_bounds
    assert "all_params" not in found.lower_bounds


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        ("bidirectional: {inputs: previous, layer: 3}", "layer must be a layer"),
        ("bidirectional: {inputs: previous, layer: {lstm: {unit: 3}}}", "unknown setting 'unit'"),
        ("bidirectional: {inputs: previous, layer: lstm}", "needs units"),
        ("opaque: {weights: {a: {cold: [3]}}}", "frozen, moving or untold"),
        ("dense: {units: 3, shared_weights: {a: 1}}", "a list of names"),
        ("reshape: {target: [[[[[1]]]]]}", "cannot be a list"),
    ],
)
def test_what_cannot_be(layer, says):
    (problem,) = examine_text("mine.yaml", written(f"- {layer}\n")).problems[:1]
    assert says in problem.says


@pytest.mark.slow
@pytest.mark.parametrize("name", ["MobileNetV2", "EfficientNetB0", "ConvNeXtTiny", "NASNetMobile", "InceptionV3"])
def test_live_keras_models_are_reproduced(name):
    keras = pytest.importorskip("keras")
    keras.backend.clear_session(free_memory=True)
    require_reproduced(ra.from_keras(getattr(keras.applications, name)(weights=None)))


def test_live_sequences_are_reproduced():
    keras = pytest.importorskip("keras")
    layers = keras.layers
    tokens = keras.Input((12,), dtype="int32", name="tokens")
    x = layers.Embedding(50, 8)(tokens)
    x = layers.Bidirectional(layers.GRU(6, return_sequences=True), merge_mode="sum")(x)
    x = layers.MultiHeadAttention(2, 4)(x, x)
    x = layers.TimeDistributed(layers.Dense(3))(x)
    x = layers.Lambda(lambda each: each[:, ::2] + 1, name="own")(x)
    require_reproduced(ra.from_keras(keras.Model(tokens, keras.ops.mean(x, axis=1))))


def test_on_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for arguments in (
        ["init", "mine.yaml", "--like", str(DATA / "onnx" / "resnet50.onnx"), "--input", "224"],
        ["verify", "mine.yaml"],
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
    assert "25,557,032 parameters" in capsys.readouterr().out  # torchvision's own

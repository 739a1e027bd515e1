"""Design files read and written: every registered network comes back as the very same graph."""

from __future__ import annotations

import json

import pytest

from resnet_analyzer.architectures.base import ARCHITECTURES
from resnet_analyzer.design import examine_text, op_fields, schema, write_design
from resnet_analyzer.errors import UsageError
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.importers.base import importer_for
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.base import OPS
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.shape import Shape
from resnet_analyzer.targets import load

ALL = [(name, style) for name, each in ARCHITECTURES.items() for style in each.styles]


def rows(graph):
    """All that a design holds: which of PyTorch's modules made a layer is not a thing of designs."""
    return [
        (
            row.node._replace(op=None, made_by=""),
            type(row.node.op),
            row.node.op.settings(),
            row.output,
            row.weights,
            row.work,
        )
        for row in measure(graph).rows
    ]


def read(text, **request):
    reading = examine_text("mine.yaml", text, **request)
    assert [problem.says for problem in reading.problems] == []
    return reading.graph


@pytest.mark.parametrize(("name", "style"), ALL)
def test_every_network_comes_back_as_it_was(name, style):
    graph = ARCHITECTURES[name].graph(style=style)
    text = write_design(graph, ARCHITECTURES[name])
    again = read(text)
    assert rows(again) == rows(graph)
    assert (again.name, again.about) == (graph.name, graph.about)


@pytest.mark.parametrize("name", ["resnet50", "googlenet", "densenet121", "alexnet"])
def test_layer_by_layer_it_comes_back_too(name):
    graph = ARCHITECTURES[name].graph()
    assert rows(read(write_design(graph))) == rows(graph)


def test_stages_make_a_file_short():
    text = write_design(ARCHITECTURES["resnet1202"].graph(), ARCHITECTURES["resnet1202"])
    assert len(text.splitlines()) < 30
    assert "- stage: {width: 32, blocks: 200, stride: 2}" in text


def test_auxiliary_heads_stay_training_only():
    graph = ARCHITECTURES["googlenet"].graph(aux=True)
    again = read(write_design(graph))
    assert rows(again) == rows(graph)
    assert any(node.training_only for node in again)


def test_several_inputs():
    build = GraphBuilder("two")
    left = build.input(Shape(1, 8, 8, 3), "left")
    right = build.input(Shape(1, 8, 8, 4), "right")
    build.add("join", Concatenate(), left, build.add("conv", Conv2d(5), right))
    graph = build.graph()
    assert rows(read(write_design(graph))) == rows(graph)


TINY = """
input: 32
classes: 10
variables: {width: 16, half: 0.5*width}
layers:
- conv2d: {filters: "{width}*2", kernel_size: 3, padding: same, use_bias: false}
- relu
- group:
    name: block
    repeat: 2
    layers:
    - conv2d: {filters: 2*width, kernel_size: 3, padding: 1, name: conv}
    - add: [previous, start]
- conv2d: {filters: {half}, name: last}
- global_average_pool2d
- dense: classes
"""


def test_words_variables_groups_and_inputs():
    graph = read(TINY)
    assert [(node.name, node.inputs) for node in graph][3:8] == [
        ("block1/conv", ("relu",)),
        ("block1/add", ("block1/conv", "relu")),
        ("block2/conv", ("block1/add",)),
        ("block2/add", ("block2/conv", "block1/add")),
        ("last", ("block2/add",)),
    ]
    shapes = {row.name: row.output for row in measure(graph).rows}
    assert shapes["conv2d"] == Shape(1, 32, 32, 32)
    assert shapes["last"] == Shape(1, 32, 32, 8)
    assert shapes["dense"] == Shape(1, 10)


def test_json_is_read_too():
    text = json.dumps({"input": [8, 8, 3], "layers": [{"conv2d": {"filters": 4}}, "relu"]})
    assert [node.name for node in read(text)] == ["input", "conv2d", "relu"]


def test_a_caller_may_ask_for_another_size():
    assert read(TINY, input=(64, 48)).inputs[0].op.shape == Shape(1, 64, 48, 3)
    assert measure(read(TINY, classes=7)).rows[-1].output == Shape(1, 7)


HOLD_AN_OP = {
    "Adapted",
    "Bidirectional",
    "RecurrentLayer",
    "SpectralNorm",
    "TimeDistributed",
}  # a design has no words for a layer inside of a layer


@pytest.mark.parametrize("name", sorted(set(OPS) - HOLD_AN_OP))
def test_every_op_is_a_word(name):
    op = OPS[name]
    values = {"equation": "abcd,de->abce"}
    known = {key: values.get(key, 4) for key, field in op_fields(op).items() if field.required}
    inputs = {} if op.arity in (0, 1) else {"inputs": ["input"] * (op.arity or 2)}
    text = json.dumps({"input": [8, 8, 4], "layers": [{name: known | inputs}]})
    assert type(read(text).nodes[-1].op).__name__ == name


def test_files_are_found_by_their_ending(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(TINY, encoding="utf-8")
    assert importer_for(str(file)).name == "design"
    assert len(load(str(file))) == 10
    assert load(str(file), input=64).inputs[0].op.shape == Shape(1, 64, 64, 3)


def test_load_names_the_first_problem(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("layers:\n- conv2d: {filtres: 3}\n- rleu\n", encoding="utf-8")
    with pytest.raises(
        UsageError, match=r"mine.yaml:2:12: conv2d: unknown setting 'filtres'. Did you mean filters\? \(1 more"
    ):
        load(str(file))


def test_the_schema_accepts_what_init_writes_and_refuses_a_typing_error():
    jsonschema = pytest.importorskip("jsonschema")
    yaml = pytest.importorskip("yaml")
    rules = schema()
    jsonschema.Draft202012Validator.check_schema(rules)
    check = jsonschema.Draft202012Validator(rules)
    for name in ("resnet50", "googlenet", "densenet121", "alexnet", "resnext50_32x4d"):
        text = write_design(ARCHITECTURES[name].graph(), ARCHITECTURES[name])
        assert list(check.iter_errors(yaml.safe_load(text))) == []
    assert list(check.iter_errors({"layers": [{"conv2d": {"filtres": 3}}]})) != []
    assert list(check.iter_errors({"layers": ["rleu"]})) != []

"""The library's functions: whatever stands for a network is taken, and what does not is told in one line."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
import sympy

import resnet_analyzer as ra
from resnet_analyzer.errors import AnalyzerError, GraphError, UsageError
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.input import Input

WRONG = {
    "input of one size in a tuple": (lambda: ra.architecture("resnet18", input=(64,)), "input must be a size"),
    "input as text": (lambda: ra.architecture("resnet18", input="224"), "height must be a whole number, not '224'"),
    "an infinite input": (lambda: ra.architecture("resnet18", input=float("inf")), "not inf"),
    "sympy's infinity": (lambda: ra.architecture("resnet18", input=sympy.oo), "not oo"),
    "an infinite width": (lambda: ra.architecture("resnet18", width=float("inf")), "must be a whole number, not inf"),
    "classes as text": (lambda: ra.architecture("resnet18", classes="ten"), "must be a whole number, not 'ten'"),
    "a number for a name": (lambda: ra.architecture(50), "a network is given by its name, as resnet50, not 50"),
    "classes of a block": (lambda: ra.architecture("basic", classes=10), "basic is a block without a classifier"),
    "loading a number": (lambda: ra.load(3), "load takes a name or a path, not 3"),
    "measuring nothing": (lambda: ra.measure(None), "load takes a name or a path, not None"),
    "a batch that is no number": (lambda: ra.measure("resnet18", batch=float("nan")), "a whole number, not nan"),
    "a graph with a style": (lambda: ra.measure(ra.architecture("resnet18"), style="keras"), "goes with a network's"),
    "an input's shape as a number": (lambda: Input(224), "shape must be sizes, the batch first"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_one_line(name):
    call, words = WRONG[name]
    with pytest.raises(AnalyzerError) as caught:
        call()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_sizes_may_be_lists_and_classes_arrays():
    assert ra.architecture("resnet18", input=[224, 320]).inputs[0].op.shape == ra.Shape(1, 224, 320, 3)
    params = ra.measure(ra.architecture("resnet18", classes=numpy.array([10, 1000]))).totals.params
    assert params.tolist() == [11_181_642, 11_689_512]  # torchvision: 11,689,512; less 990 · (512 + 1)


def test_a_path_is_loaded(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(ra.write_design("resnet20"), encoding="utf-8")
    assert ra.measure(Path(path)).totals.params == 269_722  # pytorchcv, CIFAR ResNet-20 option A
    assert ra.verify(path).valid


def test_names_graphs_and_measurements_stand_for_the_same():
    graph = ra.load("resnet50@torchvision", input=(64, 96), batch=2)
    assert graph.inputs[0].op.shape == ra.Shape(2, 64, 96, 3)
    measured = ra.measure(graph)
    assert ra.measure(measured) is measured
    assert ra.measure("resnet50@torchvision", input=(64, 96), batch=2).totals == measured.totals
    assert ra.memory(measured) == ra.memory("resnet50@torchvision", input=(64, 96), batch=2)
    assert ra.formula("resnet50@torchvision").at(n=224)["macs"] == 4_089_184_256  # torchvision, halved FLOPs of torch


def test_inputs_by_their_names():
    graph = ra.load("resnet18", input={"input": (3, 64, 96, 3)})
    assert graph.inputs[0].op.shape == ra.Shape(3, 64, 96, 3)
    with pytest.raises(UsageError, match=r"there is no input .x.\. Its inputs: input\."):
        ra.load("resnet18", input={"x": (1, 64, 64, 3)})
    with pytest.raises(UsageError, match="input input has 4 axes, the batch first"):
        ra.load("resnet18", input={"input": (1, 64, 64)})


def test_weights_of_a_layer_that_is_not_there():
    nodes = (ra.Node("x", Input(ra.Shape(1, 4))), ra.Node("fc", Dense(3), ("x",), weights_of="gone"))
    with pytest.raises(GraphError, match="fc: uses the weights of 'gone', which is not defined before it"):
        ra.measure(ra.Graph("tied", nodes))


def test_what_was_measured_does_not_change_any_more():
    sizes = numpy.array([64, 96])
    measured = ra.measure(ra.architecture("resnet18", input=sizes))
    before, output = measured.totals.macs.tolist(), measured.rows[1].output[1].tolist()
    sizes[:] = 7
    with pytest.raises(ValueError, match="read-only"):
        measured.totals.macs[:] = 0
    with pytest.raises(TypeError):
        measured.by_name["stage1/conv"] = None
    assert (measured.totals.macs.tolist(), measured.rows[1].output[1].tolist()) == (before, output)
    assert measured.graph.inputs[0].op.shape[1].tolist() == [64, 96]


@pytest.mark.parametrize("size", [numpy.array([64, 96]), ra.symbol("n")])
def test_a_grid_and_a_formula_can_be_printed(size):
    measured = ra.measure(ra.architecture("resnet18", input=size))
    assert "resnet18, complete" in str(measured)
    assert "params" in str(measured)
    assert repr(measured) == "<Measurement of resnet18: 69 layers, complete>"
    assert measured._repr_html_() is None


def test_memory_and_views_of_a_large_grid_say_why_not():
    measured = ra.measure(ra.architecture("resnet18", input=numpy.arange(32, 32 + 20_000)))
    for ask in (ra.memory, ra.receptive_fields):
        with pytest.raises(UsageError, match="a grid of more than 16,384 cells keeps only its totals"):
            ask(measured)


@pytest.mark.parametrize(
    ("result", "word"),
    [
        (lambda: ra.reconcile("resnet18", "1.82G"), "1 number reconciled"),
        (lambda: ra.diff("resnet18@paper", "resnet18@torchvision"), "same"),
        (lambda: ra.formula("resnet18"), "MACs(n)"),
    ],
)
def test_results_print_the_tables_of_their_command(result, word):
    found = result()
    assert word in str(found)
    assert "<" not in str(found)
    assert found._repr_html_().startswith("<")
    assert len(repr(found)) < 100


def test_numbers_may_be_whole_ones():
    assert ra.reconcile("resnet50", 25_636_712)[0].explanations[0].convention.name == "keras_params"
    with pytest.raises(ra.errors.UsageError, match="expected a number"):
        ra.reconcile("resnet50", [1, 2])


def test_solve_is_the_commands_answer():
    found = ra.solve("resnet18", {"macs": "2G", "params": "12M"})
    (side,) = found.values.values()
    assert (
        ra.measure("resnet18", input=side).totals.macs <= 2 * 10**9 < ra.measure("resnet18", input=side + 1).totals.macs
    )
    assert found.figures["macs"] == ra.measure("resnet18", input=side).totals.macs
    stepped = ra.solve("resnet18", {"macs": 2 * 10**9}, start=32, step=32)
    assert stepped.values == {"n": side // 32 * 32}
    memory = ra.solve("resnet18", {"memory": "128MiB"}, "batch", input=224).values["batch"]
    assert ra.memory("resnet18", input=224, batch=memory).total <= 2**27
    with pytest.raises(UsageError, match=r"budgets are of macs, .* not of layers"):
        ra.solve("resnet18", {"layers": 3})
    with pytest.raises(UsageError, match="unknown figure"):
        ra.solve("resnet18", {"mcs": 3})
    with pytest.raises(AnalyzerError, match=r"the smallest, n = 1, takes .* MACs, more than 1"):
        ra.solve("resnet18", {"macs": 1})


def test_variables_are_told_once(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("input: 8x8x3\nclasses: 2\nlayers:\n- conv2d: {filters: 4, kernel_size: 3}\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        ra.solve(path, {"macs": 100}, "width")
    assert str(caught.value).count("channels") == 1

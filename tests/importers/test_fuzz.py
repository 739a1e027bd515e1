"""Mutated model files: some hundreds in the suite, more in its slow part; python -m tests.importers.fuzz h5 100000."""

from __future__ import annotations

import contextlib
import io
import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

import resnet_analyzer as ra
from resnet_analyzer.errors import AnalyzerError, UsageError
from resnet_analyzer.importers.onnx import read_stream

from .fuzz import DATA, FORMATS, chunk
from .onnx_bytes import graph, model, node, value


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("number", [0, *(pytest.param(number, marks=pytest.mark.slow) for number in range(1, 26))])
def test_no_traceback_no_hang_little_memory_nothing_run(kind, number):
    """In a process of its own: what other tests left behind is not charged to a file."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        found = pool.submit(chunk, kind, number).result()
    assert [(result.failure, data) for result, data in found if result.failure] == []
    ends = {result.ended for result, _ in found}
    assert ends == {"complete", "bound", "refused"}  # the mutations are of every kind


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"slice_spec": [', '"slice_spec": true, "other": ['),
        ('"kernel_size": [3, 3]', '"kernel_size": [3, []]'),
        ('"kernel_size": [3, 3]', '"kernel_size": [3, [3, 3]]'),
        ('["out", 0, 0], ["lam"', '["nowhere", 3, 0], ["lam"'),
    ],
)
def test_what_mutations_found(old, new, tmp_path):
    """Each of these once ended in a traceback: a line, or a model with an unknown row."""
    text = json.loads((DATA / "keras2" / "functional.json").read_text("utf-8"))
    written = json.dumps(text)
    assert old in written
    path = tmp_path / "x.json"
    path.write_text(written.replace(old, new, 1), "utf-8")
    with contextlib.suppress(AnalyzerError):
        assert ra.measure(ra.load(str(path))).status == "lower_bound"


def branches(*gives):
    """An `If` of two outputs, whose branches give so many."""
    names = ("y", "z", "u")
    made = [
        graph(
            [node("Relu", "x", f"{name}_") for name in names], [], [], [value(f"{name}_", None) for name in names[:n]]
        )
        for n in gives
    ]
    nodes = [node("If", "flag", "y z", then_branch=made[0], else_branch=made[1]), node("Add", "y z", "end")]
    return model(graph(nodes, [], [value("x", (1, 3)), value("flag", ())], [value("end", None)]))


@pytest.mark.parametrize("gives", [(1, 2), (2, 1), (1, 1), (0, 2), (3, 3)])
def test_branches_that_give_another_number_of_tensors_end_in_a_line(gives):
    with pytest.raises(UsageError, match=r"If_1 makes 2 tensors, its \w+_branch [013]"):
        read_stream(io.BytesIO(branches(*gives)), "net.onnx")
    assert ra.measure(read_stream(io.BytesIO(branches(2, 2)), "net.onnx")).totals.params == 0


def test_a_model_without_layers_has_no_head(tmp_path):
    path = tmp_path / "x.json"
    config = {"name": "empty", "layers": [], "input_layers": [], "output_layers": []}
    path.write_text(json.dumps({"class_name": "Functional", "module": "keras", "config": config}), "utf-8")
    with contextlib.suppress(AnalyzerError):
        assert ra.measure(ra.load(str(path))).totals.layers == 0

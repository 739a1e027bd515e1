"""Mutated model files: some hundreds in the suite, more in its slow part; python -m tests.importers.fuzz h5 100000."""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

import resnet_analyzer as ra
from resnet_analyzer.errors import AnalyzerError

from .fuzz import DATA, FORMATS, chunk


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


def test_a_model_without_layers_has_no_head(tmp_path):
    path = tmp_path / "x.json"
    config = {"name": "empty", "layers": [], "input_layers": [], "output_layers": []}
    path.write_text(json.dumps({"class_name": "Functional", "module": "keras", "config": config}), "utf-8")
    with contextlib.suppress(AnalyzerError):
        assert ra.measure(ra.load(str(path))).totals.layers == 0

"""The example notebook runs from top to bottom, and shows what it shows."""

import json

import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.errors import UsageError

from .runner import NOTEBOOK, executed


def test_the_notebook_runs_and_its_outputs_are_current():
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    ran = 0
    for cell, outputs in executed(notebook["cells"]):
        if outputs is not None:
            ran += 1
            kept = [{key: value for key, value in each.items() if key != "execution_count"} for each in cell["outputs"]]
            assert kept == outputs, "".join(cell["source"])
    assert ran >= 5


def test_a_measurement_shows_itself():
    shown = measure(architecture("resnet18"))._repr_html_()
    assert "<table>" in shown
    assert "11,689,512" in shown
    assert "<script" not in shown


def test_to_dataframe():
    pandas = pytest.importorskip("pandas")
    measured = measure(architecture("resnet18"))
    frame = measured.to_dataframe()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.index) == [row.name for row in measured.rows]
    assert frame["macs"].sum() == measured.totals.macs
    assert frame["trainable_params"].sum() == measured.totals.trainable_params


def test_to_dataframe_without_pandas_says_what_to_do(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match="pip install pandas"):
        measure(architecture("resnet18")).to_dataframe()

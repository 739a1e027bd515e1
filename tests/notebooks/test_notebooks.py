"""The example notebook runs from top to bottom, and shows what it shows."""

import json
import re

import pytest

import resnet_analyzer as ra
from resnet_analyzer import architecture, measure
from resnet_analyzer.errors import UsageError

from .runner import NOTEBOOK, executed


def in_words(output):
    """An output whose pictures are what they say of themselves: another matplotlib draws a hair otherwise."""
    data = output.get("data", {})
    if "image/svg+xml" not in data:
        return output
    return re.search(r"<desc>.*?</desc>", "".join(data["image/svg+xml"]), re.DOTALL)[0]


def test_the_notebook_runs_and_its_outputs_are_current():
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    ran = 0
    for cell, outputs in executed(notebook["cells"]):
        if outputs is not None:
            ran += 1
            kept = [{key: value for key, value in each.items() if key != "execution_count"} for each in cell["outputs"]]
            assert list(map(in_words, kept)) == list(map(in_words, outputs)), "".join(cell["source"])
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
    assert frame.loc["stage1/conv", "how"] == "(224 + 2·3 − 7)/2 + 1 = 112"
    assert frame.loc["stage1/conv", "macs_by_hand"] == "7·7·3·64 · 112·112 = 118,013,952"
    assert frame.loc["stage5/block2/relu", "receptive_field"] == (435, 435)  # Araujo et al. 2019, Distill: 435
    assert frame.groupby("stage")["macs"].sum()["head"] == 512 * 1000
    assert frame["live_bytes"].max() == max(frame["live_bytes"])
    assert frame.loc["stage1/conv", "live_bytes"] == 4 * (224 * 224 * 3 + 112 * 112 * 64)
    assert frame["activations"].sum() == measured.totals.activations


def test_a_measurement_draws_itself():
    measured = measure(architecture("resnet18"))
    picture = measured.plot("cost")
    assert picture._repr_svg_().startswith("<svg")
    figure = picture.figure()
    figure.set_size_inches(3, 3)  # a figure of matplotlib's own, to be changed
    assert len(figure.axes) >= 1
    assert measured.plot().name == "architecture"
    with pytest.raises(UsageError, match="unknown picture 'cake'"):
        measured.plot("cake")


def test_the_short_form_of_everything_is_short():
    measured = measure(architecture("resnet152"))
    for each in (measured, measured.graph, measured.rows[3], measured.plot("cost")):
        assert len(repr(each)) < 100
    answers = (
        ra.diff(measured, measure(architecture("resnet101"))),
        ra.training_memory(measured),
        ra.training(measured, 1000),
        ra.roofline(measured, "t4"),
        ra.formula("resnet152"),
        *ra.tool_numbers(measured).values(),
    )
    for each in answers:
        assert len(repr(each)) <= 100
        assert "\n" not in repr(each)


def test_to_dataframe_without_pandas_says_what_to_do(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match="pip install pandas"):
        measure(architecture("resnet18")).to_dataframe()

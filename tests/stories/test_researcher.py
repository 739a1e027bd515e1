"""The researcher's story: a block of four branches as a design, three mistakes, a table for the paper, a drawing."""

from __future__ import annotations

import json
import shutil

import pytest

from resnet_analyzer import load, measure

from ..writers.test_latex_compiles import compiled

BLOCK = """\
input: 56x56x256
classes: 10
layers:
- group:
    name: quad
    layers:
    - conv2d: {name: a, filters: 64, kernel_size: 1, use_bias: false}
    - conv2d: {name: b1, filters: 64, kernel_size: 1, use_bias: false, inputs: start}
    - conv2d: {name: b2, filters: 64, kernel_size: 3, padding: 1, use_bias: false}
    - conv2d: {name: c1, fliters: 64, kernel_size: 1, use_bias: false, inputs: start}
    - conv2d: {name: c2, filters: 64, kernel_size: 3, padding: 1, dilation_rate: 2, use_bias: false}
    - max_pool2d: {name: d1, pool_size: 3, strides: 1, padding: 1, inputs: start}
    - conv2d: {name: d2, filters: 64, kernel_size: 1, use_bias: false}
    - concatenate: {name: join, inputs: [a, b2, c2, d2]}
    - batch_norm
    - global_average_pool2d: {name: squeeze, keepdims: true}
    - conv2d: {name: fewer, filters: 16, kernel_size: 1, activation: relu}
    - conv2d: {name: gate, filters: 128, kernel_size: 1, activation: sigmoid}
    - multiply: [join, gate]
    - add: {name: out, inputs: [previous, start]}
    - relu
- global_average_pool2d
- dense: classes
"""
# By hand: 1×1 of 256 to 64 four times, 3×3 of 64 to 64 twice, batch norm 2·256, 256·16 + 16, 16·256 + 256, 256·10 + 10.
PARAMS = 4 * 256 * 64 + 2 * 9 * 64 * 64 + 512 + 4112 + 4352 + 2570


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quad.yaml").write_text(BLOCK, encoding="utf-8")
    return tmp_path


@pytest.fixture
def repaired(run, folder):
    ended = run("verify", "quad.yaml", "--fix", "right.yaml")
    assert ended.status == 2  # of the design that was given
    assert ended.err == "wrote right.yaml: filters for fliters; padding: 2; filters: 256\n"
    return folder / "right.yaml"


def test_three_mistakes_are_found_with_their_places(run, folder):
    text = " ".join(run("verify", "quad.yaml").out.split())
    assert "quad.yaml:10:26 conv2d: unknown setting 'fliters'. Did you mean filters?" in text
    (folder / "quad.yaml").write_text(BLOCK.replace("fliters", "filters"), encoding="utf-8")
    data = json.loads(run("verify", "quad.yaml", "--format", "json").out)
    assert [(each["node"], each["line"]) for each in data["findings"]] == [
        ("quad/join", 14),
        ("quad/multiply", 19),
    ] or [each["node"] for each in data["findings"]] == ["quad/join"]
    assert all(each["repairs"] for each in data["findings"])


def test_the_repaired_block_has_the_parameters_worked_out_by_hand(run, repaired):
    data = json.loads(run("show", str(repaired), "--format", "json").out)
    assert data["totals"]["params"] == PARAMS
    rows = {row["name"]: row for row in data["layers"]}
    assert rows["quad/join"]["output_shape"] == [1, 56, 56, 256]
    assert rows["quad/c2"]["macs"] == 9 * 64 * 64 * 56 * 56


def test_it_is_drawn_with_four_branches_a_gate_and_its_dilation(run, repaired, folder):
    assert run("draw", "right.yaml", "-o", "quad.svg", "-q").status == 0
    assert "1 block with a shortcut at 56×56" in (folder / "quad.svg").read_text(encoding="utf-8")
    figure = measure(load(str(repaired))).plot().figure()
    words = {text.get_text() for axes in figure.axes for text in axes.texts}
    branches = {"1×1, 64", "3×3, 64", "3×3, 64, dilated 2", "3×3 max pool", "concatenation"}  # boxes side by side
    assert branches <= words
    assert "gate → 1×1, 16 → 1×1, 256" in words


def test_it_is_compared_with_resnet50(run, repaired):
    text = run("compare", "right.yaml", "resnet50", columns=120).out
    assert f"{PARAMS:,}" in text
    assert "25,557,032" in text


@pytest.mark.tex
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_its_table_is_compiled(run, repaired, folder):
    assert run("show", "right.yaml", "--by", "layer", "-o", "table.tex", "-q").status == 0
    compiled(folder, (folder / "table.tex").read_text(encoding="utf-8"))

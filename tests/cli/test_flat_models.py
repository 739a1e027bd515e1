"""Models without scopes, as Keras' own: blocks are those that layers' names tell of, in every command.

MobileNetV2's lines are Table 2 of Sandler et al. 2018 (arXiv 1801.04381): t, c, n, s of its bottlenecks.
"""

from __future__ import annotations

import json
import re

import pytest

BOTTLENECKS = [(6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


@pytest.fixture(scope="module")
def mobile(tmp_path_factory):
    keras = pytest.importorskip("keras")
    folder = tmp_path_factory.mktemp("mobile")
    base = keras.applications.MobileNetV2((224, 224, 3), include_top=False, weights=None, pooling="avg")
    keras.Model(base.input, keras.layers.Dense(5, name="head")(base.output)).save(folder / "mine.keras")
    return str(folder / "mine.keras")


def blocks_of_the_paper():
    """What each bottleneck is made of, in order: `1×1 96, 3×3 depthwise /2, 1×1 24`."""
    channels = 16
    for expansion, out, count, stride in BOTTLENECKS:
        for number in range(count):
            step = f" /{stride}" if number == 0 and stride > 1 else ""
            yield f"1×1 {expansion * channels}, 3×3 depthwise{step}, 1×1 {out}"
            channels = out


def unfolded(lines):
    """Each block on a line of its own: `(…) ×2` twice."""
    for line in lines:
        found = re.fullmatch(r"\((.*)\) ×(\d+)", line)
        yield from [found[1]] * int(found[2]) if found else [line]


def test_the_stages_are_the_papers_blocks_folded(run, mobile):
    lines = run("show", mobile, "--format", "csv").out.splitlines()
    import csv

    what = [row["what"] for row in csv.DictReader(lines)]
    assert list(unfolded(what))[1:-2] == list(blocks_of_the_paper())
    assert any(" ×3" in line for line in what)
    text = run("show", mobile).out
    assert not re.search(r"^stage ", text, re.MULTILINE)  # a column of nothing
    assert "…" not in text.partition("total")[0]


def test_blocks_have_names(run, mobile):
    names = [line.split("  ")[0] for line in run("show", mobile, "--by", "block").out.splitlines()[3:24]]
    assert "–" not in names
    assert any(name.startswith("Conv1 … ") for name in names)
    assert {f"block_{number}" for number in range(1, 17)} <= set(names)


@pytest.mark.parametrize("by", ["stage", "block"])
def test_memory_has_a_line_per_block_and_no_cut_answer(run, mobile, by):
    text = run("memory", mobile, "--by", by).out
    lines = text.splitlines()
    assert len(lines) < 40
    assert "while block_1_pad runs, in the given" in text
    layers = json.loads(run("memory", mobile, "--format", "json").out)["live"]
    most = max(each["bytes"] for each in layers)
    (line,) = [line for line in lines if line.startswith("block_1 ")]
    assert f"{most:,}" in line
    assert "…" not in text.replace(" … ", " ")


def test_memory_of_scopes_by_block(run):
    lines = run("memory", "resnet18", "--by", "block").out.splitlines()
    assert any(line.startswith("stage2/block1 ") for line in lines)


def test_receptive_fields_have_a_line_per_block(run, mobile):
    lines = run("receptive", mobile).out.splitlines()
    assert len([line for line in lines if line.startswith("block_")]) == 16


def test_a_model_without_a_name_goes_by_its_files(run, mobile):
    """Keras calls it functional, functional_1 …; README's reader has model.keras."""
    title = " ".join(run("show", mobile).out.partition("\n\n")[0].split())
    assert re.match(
        r"mine\.keras · 15\d operations read from Keras [\d.]+, (\d+) of \1 tensor shapes as declared", title
    )
    assert run("report", mobile).out.splitlines()[2].startswith("mine.keras turns an image of 224×224×3 into")
    assert json.loads(run("show", mobile, "--format", "json").out)["model"] == "mine.keras"


@pytest.mark.parametrize("options", [["--how"], ["--by", "layer"]])
@pytest.mark.parametrize("columns", [60, 80])
def test_no_name_of_a_layer_is_cut(run, mobile, options, columns):
    """`expanded_conv_…` was the name of eight layers."""
    out = run("show", mobile, *options, columns=columns).out
    assert max(map(len, out.splitlines())) <= columns
    assert "…" not in out

"""The engineer's story, by README's commands: a Keras file, its cost on the device, a gate for pull requests."""

from __future__ import annotations

import json
import re

import pytest

PAPER_160, PAPER_224 = (
    154_000_000,
    300_000_000,
)  # Sandler et al. 2018 (arXiv 1801.04381), Table 4 and the models' README


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """MobileNetV2 with a head of its own, and a wider one that somebody proposes."""
    keras = pytest.importorskip("keras")
    folder = tmp_path_factory.mktemp("models")
    for name, alpha in (("old", 1.0), ("new", 1.4)):
        base = keras.applications.MobileNetV2((160, 160, 3), alpha, include_top=False, weights=None, pooling="avg")
        head = keras.layers.Dense(5, activation="softmax", name="head")(base.output)
        keras.Model(base.input, head, name="mobile").save(folder / f"{name}.keras")
    return folder


@pytest.fixture(autouse=True)
def inside(models, monkeypatch):
    monkeypatch.chdir(models)


def figures(run, *arguments):
    return json.loads(run("show", *arguments, "--format", "json").out)["totals"]


def test_macs_at_160_are_those_of_the_paper(run):
    macs = figures(run, "old.keras", "--input", "160")["macs"]
    assert macs == pytest.approx(PAPER_160, rel=0.01)


def test_blocks_are_those_that_the_layers_names_tell_of(run):
    """keras/src/applications/mobilenet_v2.py: block_1_expand to block_16_project_BN, expanded_conv before them."""
    lines = run("show", "old.keras", "--by", "block").out.splitlines()
    names = [line.split()[0] for line in lines if line.startswith("block_")]
    assert names == [f"block_{number}" for number in range(1, 17)]


def test_peak_memory(run):
    data = json.loads(run("memory", "old.keras", "--format", "json").out)
    assert "peak" in json.dumps(data)
    assert run("verify", "old.keras", "--max-memory", "16M").status == 0
    assert run("verify", "old.keras", "--max-memory", "8M").status == 1  # 2.3 M weights of 4 bytes alone are more


def test_the_largest_input_under_300_million(run):
    answer = re.search(r"n = (\d+) is the largest", run("solve", "old.keras", "--max-macs", "300M").out)
    assert figures(run, "old.keras", "--input", answer[1])["macs"] <= PAPER_224
    assert figures(run, "old.keras", "--input", str(int(answer[1]) + 1))["macs"] > PAPER_224
    assert 220 <= int(answer[1]) <= 230  # the paper: 300 M at 224


def test_a_report_for_a_pull_request(run, models):
    text = run("compare", "old.keras", "new.keras", "--format", "markdown").out
    assert "| old.keras" in text
    assert "new.keras has" in text
    assert run("report", "new.keras", "-o", "report.html", "-q").status == 0
    assert (models / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_gate_that_fails_when_macs_grow(run):
    assert run("verify", "old.keras", "--max-macs", "154M", "--max-memory", "16M").status == 0
    ended = run("verify", "new.keras", "--max-macs", "154M", "--format", "github")
    assert ended.status == 1
    assert ended.out.startswith("::error file=new.keras::macs: ")


def test_what_changed_layer_by_layer(run):
    old, new = (figures(run, f"{name}.keras") for name in ("old", "new"))
    ended = run("diff", "old.keras", "new.keras")
    assert ended.status == 0
    assert f"{old['params']:,} → {new['params']:,}" in ended.out
    assert f"{old['macs']:,} → {new['macs']:,}" in ended.out
    told = json.loads(run("diff", "old.keras", "new.keras", "--format", "json").out)
    for figure in ("params", "macs"):
        assert sum(each[figure] for each in told["changes"]) == new[figure] - old[figure]
    stem = next(each for each in told["changes"] if each["after"] == "Conv1")
    assert stem["params"] == 3 * 3 * 3 * (48 - 32)  # 32 · 1.4 = 44.8, to the nearest multiple of 8: 48
    assert stem["macs"] == 3 * 3 * 3 * (48 - 32) * 80 * 80


def test_the_diff_gates_a_pull_request_and_stands_in_its_report(run, models):
    assert run("diff", "old.keras", "new.keras", "--fail-over", "5%").status == 1
    assert run("diff", "old.keras", "old.keras", "--fail-over", "5%").status == 0
    assert run("report", "new.keras", "--since", "old.keras", "--conventions", "-o", "change.html", "-q").status == 0
    page = (models / "change.html").read_text(encoding="utf-8")
    assert "<h2>What changed</h2>" in page
    assert "<h2>What other tools print</h2>" in page

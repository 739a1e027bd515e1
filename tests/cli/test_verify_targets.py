"""`verify` of any target: budgets as a gate, one meaning of params, memory, annotations."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[1] / "data"


def test_params_of_a_budget_are_those_of_the_table(run):
    """25,557,032 is torchvision's count of ResNet-50; 25.58M lies below it with moving statistics (25,610,152)."""
    assert run("verify", "resnet50", "--max-params", "25.56M").status == 0
    assert run("verify", "resnet50", "--max-params", "25.55M").status == 1
    assert run("verify", "resnet50", "--max-all-params", "25.6M").status == 1


def test_a_design_and_its_network_are_judged_alike(run, tmp_path):
    file = str(tmp_path / "mine.yaml")
    assert run("init", file, "--like", "resnet50", "-q").status == 0
    for target in (file, "resnet50", "resnet50@paper"):
        assert run("verify", target, "--max-params", "25.58M").status == 0
        assert run("verify", target, "--max-macs", "3.85G").status == 1


def test_memory_is_weights_and_live_activations(run):
    """Weights 25,610,152 · 4 bytes, and three maps of 56·56·256 numbers alive at once."""
    needed = 25_610_152 * 4 + 3 * 56 * 56 * 256 * 4
    assert run("verify", "resnet50", "--max-memory", f"{needed}").status == 0
    ended = run("verify", "resnet50", "--max-memory", f"{needed - 1}B")
    assert ended.status == 1
    assert f"memory: {needed:,} bytes, budget <= {needed - 1}B: fails" in " ".join(ended.out.split())
    assert run("verify", "resnet50", "--max-memory", "107MiB").status == 0  # 112,197,632


def test_annotations_of_what_has_no_lines(run):
    out = run("verify", "resnet50", "--max-macs", "300M", "--format", "github").out.splitlines()
    assert out[0] == "::error::macs: 3,857,973,248, budget <= 300M: fails · 3.558 G (1,186 %25) over"
    assert out[-1].startswith("::notice::resnet50 · not within budget · 224×224×3 → 1000 classes%0Atotal: ")


def test_a_keras_file(run, tmp_path):
    pytest.importorskip("h5py")
    file = tmp_path / "model.h5"
    shutil.copy(DATA / "keras2" / "sequential.h5", file)
    ended = run("verify", str(file), "--max-macs", "1", "--format", "github")
    assert ended.status == 1
    assert ended.out.splitlines()[0].startswith(f"::error file={file}::macs: ")
    data = json.loads(run("verify", str(file), "--format", "json").out)
    assert (data["kind"], data["valid"], data["file"]) == ("verification", True, str(file))


def test_like_of_a_registered_network(run):
    assert run("verify", "resnet50@torchvision", "--like", "resnet50@torchvision").status == 0
    assert run("verify", "resnet50@torchvision", "--like", "resnet50@paper").status == 1


def test_what_cannot_be_asked(complain, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("layers: [relu]\n", encoding="utf-8")
    assert "verify takes --input of a design" in complain("verify", str(file), "--classes", "7")
    assert "--fix repairs design files only" in complain("verify", "resnet50", "--fix", "x.yaml")
    assert "Did you mean resnet" in complain("verify", "resnet5o")
    assert "expected a number" in complain("verify", "resnet50", "--max-memory", "lots")
    assert "KiB" in complain("verify", "resnet50", "--max-memory", "5X")

"""The command `formula`: its screens, formats, and what it refuses."""

import json
import subprocess
import sys

import pytest

MACS = "= 9,408·⌈n/2⌉² + 212,992·⌈n/4⌉² + 1,212,416·⌈n/8⌉² + 7,077,888·⌈n/16⌉² + 14,942,208·⌈n/32⌉² + 2,048,000"


def test_the_formula_of_resnet50(run):
    ended = run("formula", "resnet50", columns=130)
    lines = [" ".join(line.split()) for line in ended.out.splitlines()]
    assert f"MACs(n) {MACS}" in lines
    assert "n = 32·k: 78,692,352·k² + 2,048,000; n = 224 (k = 7): 3,857,973,248" in lines
    assert "params = 25,557,032, whatever n" in lines
    assert "in width w (64): 5,724·w² + 32,977·w + 1,000" in lines
    assert "holds for every n ≥ 1, exactly" in lines


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("network", ["resnet50", "alexnet", "densenet_bc100_k12", "vgg16@torchvision"])
def test_no_line_is_longer_than_the_terminal(run, network, columns):
    out = run("formula", network, "--in", "h,w,batch,classes", columns=columns).out
    assert max(map(len, out.splitlines())) <= columns


def test_python_source_runs_on_its_own(run, tmp_path):
    file = tmp_path / "resnet50.py"
    assert run("formula", "resnet50", "--output", str(file)).status == 0
    code = "import resnet50 as net; print(net.macs(224), net.holds(0), net.params(1), net.trainable_params(1))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout == "3857973248 False 25557032 25557032\n"


def test_latex_holds_every_figure(run):
    out = run("formula", "resnet50", "--format", "latex").out
    assert r"\mathrm{MACs}(n) &= 9{,}408 \left\lceil \frac{n}{2} \right\rceil^{2} + 212{,}992" in out
    assert out.count(r"\\") == 4


def test_json_holds_terms_and_spellings(run):
    data = json.loads(run("formula", "resnet50", "--in", "width", "--format", "json").out)
    assert data["spelled"]["params"]["text"] == "5,724·w² + 32,977·w + 1,000"
    assert sorted(data["figures"]["params"]) == [[1000, []], [5724, [["width", 2]]], [32977, [["width", 1]]]]
    assert data["variables"] == {"width": {"value": 64, "least": 1}}


def test_csv_holds_one_term_a_line(run):
    out = run("formula", "resnet50", "--format", "csv").out.splitlines()
    assert out[0] == "figure,coefficient,of"
    assert "MACs,9408,⌈n/2⌉²" in out


def test_a_picture(run, tmp_path):
    pytest.importorskip("matplotlib")
    file = tmp_path / "formula.png"
    assert run("formula", "resnet50", "-o", str(file)).status == 0
    assert file.read_bytes().startswith(b"\x89PNG")


def test_a_proof_says_how_many_points(run):
    out = run("formula", "alexnet", "--prove").out
    assert "200 random and 71 boundary points; it refuses 1 outside" in " ".join(out.split())


def test_what_means_nothing_is_refused(complain, tmp_path):
    assert "Did you mean width?" in complain("formula", "resnet50", "--in", "widht")
    assert "n is both sides" in complain("formula", "resnet50", "--in", "n,h")
    assert "which variables?" in complain("formula", "resnet50", "--in", ",")
    assert "do not agree" in complain("formula", "resnet50", "--format", "json", "-o", str(tmp_path / "x.png"))
    assert "cannot write" in complain("formula", "resnet50", "-o", str(tmp_path / "no" / "x.png"))

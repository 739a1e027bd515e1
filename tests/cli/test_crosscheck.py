"""`crosscheck`: our figures beside a running Keras model's, on the command line."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

import resnet_analyzer as ra
from resnet_analyzer.architectures.base import ARCHITECTURES

keras = pytest.importorskip("keras")

TINY = ("bottleneck", "--input", "8x8x16", "--runs", "1")


@pytest.mark.parametrize("columns", [64, 80, 120])
def test_a_report_that_fits(run, columns):
    ended = run("crosscheck", *TINY, columns=columns)
    assert ended.status == 0
    assert ended.err == ""
    assert max(map(len, ended.out.splitlines())) <= columns
    assert ended.out.startswith("Crosscheck of bottleneck\n")
    assert "no disagreement" in ended.out
    assert "CPU (" in ended.out
    assert "keras 3." in ended.out


def test_every_layer(run):
    ended = run("crosscheck", *TINY, "--by-layer", columns=120)
    rows = {line.split()[0]: line.split()[1:] for line in ended.out.splitlines() if line.strip()}
    assert rows["block/conv1"] == ["Conv2d", "agrees", "agrees", "agrees"]
    assert rows["block/relu1"] == ["Activation", "agrees", "nothing", "to", "count", "unchecked"]


def test_json_says_it_all(run):
    ended = run("crosscheck", "bottleneck", "basic", "--input", "8x8x16", "--format", "json", "--batch", "2")
    data = json.loads(ended.out)
    assert ended.status == 0
    assert (data["schema"], data["kind"]) == (2, "crosscheck")
    assert data["disagreements"] == 0
    assert data["device"]["kind"] == "cpu"
    assert data["device"]["backend"] == keras.backend.backend()
    assert data["device"]["versions"]["keras"] == keras.__version__
    assert [model["model"] for model in data["models"]] == ["bottleneck", "basic"]
    first = data["models"][0]
    assert first["batch"] == 2
    assert first["macs"] == 2 * ra.measure(ra.architecture("bottleneck", (8, 8, 16))).totals.macs
    assert first["seconds"] > 0
    assert first["runs"] == 5
    assert first["layers"][1] == {
        "name": "block/conv1", "op": "Conv2d", "shape": "agrees", "weights": "agrees", "flops": "agrees",
    }  # fmt: skip


def test_markdown_in_a_file(run, tmp_path):
    path = tmp_path / "report.md"
    ended = run("crosscheck", *TINY, "--output", str(path))
    assert (ended.status, ended.out, ended.err) == (0, "", f"wrote {path}\n")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Crosscheck of bottleneck")
    assert "| bottleneck " in text


def wrong(graph, on, batch, runs):
    """The figures of one network beside the model of another."""
    from resnet_analyzer.crosscheck.builder import build
    from resnet_analyzer.crosscheck.compare import compare

    return compare(graph, build(ra.architecture("bottleneck", input=(9, 9, 16))), on, batch, runs)


def test_a_disagreement_ends_with_1_and_is_named(run, monkeypatch, tmp_path):
    monkeypatch.setattr("resnet_analyzer.crosscheck.compare.crosscheck", wrong)
    ended = run("crosscheck", *TINY, columns=120)
    assert ended.status == 1
    assert "DISAGREES  bottleneck: input: shape: ours 8×8×16, Keras has 9×9×16" in ended.out
    assert "no disagreement" not in ended.out
    row = next(line for line in ended.out.splitlines() if line.startswith("bottleneck"))
    assert "disagree" in row
    ended = run("crosscheck", *TINY, "--format", "json")
    data = json.loads(ended.out)
    assert ended.status == 1
    assert data["disagreements"] == len(data["models"][0]["disagreements"]) > 1
    assert run("crosscheck", *TINY, "--output", str(tmp_path / "x.md")).status == 1
    assert "DISAGREES" in (tmp_path / "x.md").read_text(encoding="utf-8")


def test_a_model_that_keras_cannot_run_is_no_agreement(run, monkeypatch):
    def fails(*_):
        raise MemoryError("no\nmemory")

    monkeypatch.setattr("resnet_analyzer.crosscheck.compare.run_layers", fails)
    ended = run("crosscheck", *TINY, "basic", columns=120)
    assert ended.status == 1
    assert "DISAGREES  bottleneck: Keras cannot run it: MemoryError: no memory" in ended.out
    assert ended.out.count("1 disagrees") == 2


@pytest.mark.parametrize("arguments", [(), ("resnet20", "--all")])
def test_networks_or_all(complain, arguments):
    assert "name networks or files, or give --all" in complain("crosscheck", *arguments)


def test_no_gpu_is_one_line_and_never_a_cpu_run(complain):
    from resnet_analyzer.crosscheck.framework import device

    if device("auto").kind == "gpu":
        pytest.skip("there is a GPU")
    assert "sees no GPU on this machine" in complain("crosscheck", "resnet20", "--device", "gpu")


def test_a_gpu_is_taken_where_there_is_one(monkeypatch):
    from resnet_analyzer.crosscheck import framework

    monkeypatch.setattr(framework, "_gpu_names", lambda backend: ["Some GPU"])
    assert framework.device("auto")[:2] == framework.device("gpu")[:2] == ("gpu", "Some GPU")
    assert framework.device("cpu").kind == "cpu"


@pytest.mark.parametrize("networks", [1, 2])
@pytest.mark.parametrize("terminal", [True, False])
def test_a_progress_bar_on_long_runs_only_on_a_terminal(run, monkeypatch, networks, terminal):
    class Screen(io.StringIO):
        def isatty(self):
            return terminal

    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    assert run("crosscheck", *["bottleneck"] * networks, "--input", "8x8x16", "--runs", "0").status == 0
    assert ("100%" in screen.getvalue()) == (terminal and networks == 2)
    assert screen.getvalue() == "" or terminal


@pytest.mark.slow
def test_all_is_affordable():
    from resnet_analyzer.cli.crosscheck import AFFORDABLE_MACS, affordable

    for _, each in ARCHITECTURES.items():
        macs = ra.measure(affordable(each, each.styles[0])).totals.macs
        assert macs <= AFFORDABLE_MACS or macs < ra.measure(each.graph()).totals.macs or each.input[0] <= 32


def test_all_runs_them_and_the_arithmetic(run, monkeypatch):
    from resnet_analyzer.cli import crosscheck
    from resnet_analyzer.crosscheck.equivalence import Equivalence

    monkeypatch.setattr(crosscheck, "_every_graph", lambda: iter([ra.architecture("basic", (8, 8, 4))]))
    pairs = [Equivalence("a", "b", 1e-7), Equivalence("c", "d", 1e-6)]
    monkeypatch.setattr("resnet_analyzer.crosscheck.equivalence.equivalences", lambda: tuple(pairs))
    ended = run("crosscheck", "--all", "--runs", "0", columns=120)
    assert ended.status == 0
    assert "a and b, same weights: the same numbers (largest relative difference 1.0e-07)" in ended.out
    pairs.append(Equivalence("e", "f", 0.1))
    ended = run("crosscheck", "--all", "--runs", "0", "--format", "json")
    assert ended.status == 1
    assert [each["agrees"] for each in json.loads(ended.out)["arithmetic"]] == [True, True, False]


def test_all_is_every_network_in_every_style(monkeypatch):
    from resnet_analyzer.cli import crosscheck

    monkeypatch.setattr(crosscheck, "affordable", lambda each, style: (each.name, style))
    every = list(crosscheck._every_graph())
    assert len(every) == len(set(every)) == sum(len(each.styles) for _, each in ARCHITECTURES.items())


class Own(keras.layers.Layer):
    def call(self, x):
        return x


def test_a_model_file(run, complain, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    start = keras.Input((12, 12, 3))
    x = keras.layers.SeparableConv2D(4, 3, activation="silu")(start)
    keras.Model(start, keras.layers.LayerNormalization()(x), name="theirs").save("theirs.keras")
    ended = run("crosscheck", "theirs.keras", "--runs", "0")
    assert (ended.status, ended.err) == (0, "")
    assert "shapes 3/3, weights 2/2, FLOPs 2/2, not checked by a reference 0; no disagreement" in " ".join(
        ended.out.split()
    )
    assert run("crosscheck", "theirs.keras", "--input", "9x20", "--runs", "0").status == 0
    assert "--style and --set are for registered networks" in complain("crosscheck", "theirs.keras", "--style", "keras")
    assert "neither a .keras archive" in complain("crosscheck", written(tmp_path / "x.keras", "text"))


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path.name


def test_a_layer_of_unknown_cost_is_no_agreement(complain, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    written(
        tmp_path / "their_models.py",
        "import keras\n\nclass Own(keras.layers.Layer):\n    def call(self, x):\n        return keras.ops.erfinv(x)\n\n"
        "def make():\n    return keras.Sequential([keras.Input((8, 8, 3)), Own(name='own')])\n",
    )
    assert "own/erfinv: its cost is not known" in complain("crosscheck", "their_models:make")


REPRESENTATIVE = (
    "resnet18@torchvision", "resnet50", "resnet50@torchvision", "resnet50@keras", "resnet56", "resnet50v2@keras",
    "preresnet110", "resnext50_32x4d", "wrn28_10", "vgg16", "densenet121", "googlenet", "googlenet@torchvision",
    "alexnet", "lecture50", "seresnet50",
)  # fmt: skip


@pytest.mark.slow
def test_representative_networks_agree(run):
    known = [name for name in REPRESENTATIVE if name.partition("@")[0] in ARCHITECTURES]
    assert len(known) > 12
    ended = run("crosscheck", *known, "--input", "64", "--runs", "1", "--format", "json")
    data = json.loads(ended.out)
    assert ended.status == 0
    assert data["disagreements"] == 0
    seen = [layer["flops"] for model in data["models"] for layer in model["layers"]]
    assert seen.count("agrees") > 1000


@pytest.mark.slow
def test_the_deepest_network_agrees(run):
    ended = run("crosscheck", "resnet1202", "--runs", "1")
    assert ended.status == 0
    assert "no disagreement" in ended.out


@pytest.mark.parametrize(
    "backend", [pytest.param("jax", marks=pytest.mark.slow), pytest.param("torch", marks=pytest.mark.torch)]
)
def test_other_back_ends(environment, backend):
    """Shapes, weights and time; there is no profiler of floating-point operations, and no FLOPs are claimed."""
    pytest.importorskip(backend)
    command = ["-m", "resnet_analyzer", "crosscheck", "resnext50_32x4d", "--input", "32", "--runs", "1"]
    compiled = {"PYTHONPYCACHEPREFIX": "", "PYTHONDONTWRITEBYTECODE": "1"}  # theirs, which takes long to make again
    ended = subprocess.run(
        [sys.executable, *command, "--format", "json"],
        env={**environment, **compiled, "KERAS_BACKEND": backend},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    data = json.loads(ended.stdout)
    assert data["device"]["backend"] == backend
    assert data["disagreements"] == 0
    assert {layer["shape"] for layer in data["models"][0]["layers"]} == {"agrees"}
    assert "agrees" not in {layer["flops"] for layer in data["models"][0]["layers"]}
    assert data["models"][0]["seconds"] > 0

"""What people see at the terminal, in reports and pictures: what was missed once, each as a person meets it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from resnet_analyzer.analyses.verify import verify_text
from resnet_analyzer.measurement import measure
from resnet_analyzer.plots.base import PLOTS
from resnet_analyzer.targets import load

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"


def test_a_table_by_layer_shows_what_each_layer_reads(run):
    """A branch is told from the main path: the block's addition reads both."""
    lines = [line.split() for line in run("resnet18", "--by", "layer", columns=200).out.splitlines()]
    assert lines[2][:3] == ["layer", "op", "reads"]
    reads = [(words[0], words[1], " ".join(words[2:4])) for words in lines if len(words) > 4]
    assert next(read for name, _, read in reads if name == "conv").startswith("input")
    added = [read for name, op, read in reads if (name, op) == ("add", "Add")]
    assert added[:3] == ["bn2, stage1/pool", "bn2, stage2/block1/relu", "bn2, shortcut/bn"]


@pytest.mark.parametrize("second", ["previous", "b"])
def test_adding_a_layer_to_itself_is_warned_of(run, tmp_path, monkeypatch, second):
    monkeypatch.chdir(tmp_path)
    layers = "- conv2d: {name: a, filters: 3, kernel_size: 1}\n- conv2d: {name: b, filters: 3, kernel_size: 1}\n"
    Path("mine.yaml").write_text(f"input: 8\nlayers:\n{layers}- add: {{inputs: [b, {second}]}}\n", encoding="utf-8")
    said = " ".join(run("verify", "mine.yaml").out.split())
    assert "add: reads b twice; `previous` is the layer before it, `start` what came in" in said
    Path("mine.yaml").write_text(f"input: 8\nlayers:\n{layers}- add: {{inputs: [a, previous]}}\n", encoding="utf-8")
    assert "twice" not in run("verify", "mine.yaml").out


NOISY = """design: small
input: 8
layers:
- conv2d: {filters: 2, kernel_size: 3}
- global_average_pool2d
- dense: 3
"""
FACTORY = """
def make():
    import keras
    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(2, 3)(image)
    return keras.Model(image, keras.layers.Dense(3)(keras.layers.GlobalAveragePooling2D()(x)))
"""


@pytest.mark.parametrize("arguments", [("crosscheck", "mine.yaml"), ("factory:make",)])
def test_tensorflow_says_nothing(tmp_path, arguments):
    """Its log of CPU features, CUDA and oneDNN, which it writes past Python, is nobody's."""
    pytest.importorskip("tensorflow")
    (tmp_path / "mine.yaml").write_text(NOISY, encoding="utf-8")
    (tmp_path / "factory.py").write_text(FACTORY, encoding="utf-8")
    command = [sys.executable, "-m", "resnet_analyzer", *arguments]
    ended = subprocess.run(
        command, cwd=tmp_path, env=_environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert not re.search(r"oneDNN|CUDA|cuda|WARNING|TF_|\bI0000|\bE0000", ended.stdout)


def _environment(folder):
    import os

    kept = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    return kept | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


def test_the_index_of_reports_has_thumbnails():
    """It was 23,000 pixels tall: now no picture of it is taller than 220."""
    text = (ROOT / "reports" / "index.md").read_text(encoding="utf-8")
    pictures = re.findall(r"<img [^>]*>", text)
    assert len(pictures) > 20
    assert {re.search(r'height="(\d+)"', each)[1] for each in pictures} == {"220"}
    assert "![" not in text
    assert 220 * len(pictures) + 60 * text.count("\n## ") < 12_000


def test_the_papers_unet_gets_its_own_crop():
    """Ronneberger et al. 2015, Fig. 1: 64×64 meets 56×56; 4 pixels are cropped on every side."""
    found = verify_text("unet.yaml", (DATA / "unet_paper_572.yaml").read_text(encoding="utf-8"), identity=False)
    says = [repair.says for repair in found.repairs[0] if repair.rest == 0]
    assert "crop d4 to 56×56" in says
    mended = verify_text("m.yaml", (DATA / "unet_paper_572_mended.yaml").read_text(encoding="utf-8"), identity=False)
    assert mended.valid
    (crop,) = [repair for repair in found.repairs[0] if repair.says == "crop d4 to 56×56"]
    ours = verify_text("c.yaml", crop.text, identity=False).measurement
    assert ours.totals == mended.measurement.totals


def test_a_size_that_four_poolings_do_not_divide_gets_several_repairs():
    """602 → 301 → 150 → 75 → 37, doubled 74: a column too few. Cropped, padded, or another input."""
    found = verify_text("unet.yaml", (DATA / "unet_902x602.yaml").read_text(encoding="utf-8"), identity=False)
    says = [repair.says for repair in found.repairs[0] if repair.rest == 0]
    for kind in ("crop ", "pad ", "input: "):
        assert any(each.startswith(kind) for each in says), (kind, says)
    for repair in found.repairs[0]:
        assert verify_text("unet.yaml", repair.text, identity=False, repair=False).valid


STALE = (  # phrases that read oddly, and were rewritten
    "ends in this table", "whole, or not at all.", "MACs over the fewest", "2 per MAC + all else",
    "cut off, not rounded",
    "in a wider terminal", "that the design has not", "tried: mends this", "told as papers tell",
    "What is told of every", "kept until the way back", "no witness", "left over: for nothing",
)  # fmt: skip


@pytest.mark.parametrize("phrase", STALE)
def test_phrases_that_read_oddly_are_gone(phrase):
    """From what the program and its documentation say; comments and the history may tell of them."""
    places = [*(ROOT / "resnet_analyzer").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("README*.md")]
    places += [*(ROOT / "reports").glob("*.md"), *(ROOT / "resnet_analyzer").rglob("*.po")]
    said = [each for each in places if phrase in each.read_text(encoding="utf-8")]
    assert said == []


def test_shares_stand_beside_the_bars_of_a_1x1_convolution():
    """Long numbers overran the margin: the whole is told in the title, the bars' shares beside them."""
    found = PLOTS["cost"].draw([measure(load(name)) for name in ("conv1x1", "dense")])
    assert found.svg
    assert max(len(word) for word in re.findall(r"\d[\d,.]* ?[kMG]?", found.alt)) <= 13


def test_the_path_of_a_network_of_branches_is_said():
    picture = PLOTS["resolution"].draw(measure(load("googlenet")))
    assert "deepest path" in PLOTS["resolution"].says
    assert "deepest" in picture.alt or "depth" in picture.alt


def test_only_pictures_that_are_not_to_scale_say_so():
    """The architecture's boxes; a chart's bars are to scale."""
    assert "not to scale" in _words("architecture", "resnet18")
    for kind in ("cost", "resolution", "memory", "receptive"):
        assert "scale" not in _words(kind, "resnet18")


def _words(kind, name):
    figure = PLOTS[kind].draw(measure(load(name))).figure()
    return " ".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))


def test_the_forms_of_a_block_are_explained_where_they_are_drawn():
    text = (ROOT / "reports" / "resnext_densenet.md").read_text(encoding="utf-8")
    section = text.partition("## Three forms of one block")[2].partition("\n## ")[0]
    assert "resnext_densenet-block.svg" in section
    for words in ("a, every path with its own three layers", "b, the paths joined side by side", "c, one convolution"):
        assert words in section

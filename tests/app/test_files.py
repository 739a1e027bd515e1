"""Files of all kinds, dropped on the page: every figure is the command line's, hostile ones are told in one line."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from resnet_analyzer.cli.main import main

pytestmark = pytest.mark.node
DATA = Path(__file__).parents[1] / "data"
DESIGNS = Path(__file__).parents[1] / "designs"
VIEWS = {"table": "show", "memory": "memory", "receptive": "receptive", "conventions": "conventions"}
FILES = [
    "onnx/resnet50.onnx",
    "onnx/sizes.onnx",
    "keras2/functional.h5",
    "keras2/sequential.h5",
    "keras2/functional.json",
    *(
        f"torch/{name}.pt2"
        for name in (
            "open", "even", "small-attention", "small-multihead", "pytorchcv-nasnet_4a1056", "timm-convnext_atto",
            "timm-resnest14d", "torchvision-alexnet", "torchvision-densenet121", "torchvision-googlenet",
        )
    ),
    "keras_files/MobileNetV2-224.keras",
    "applications.zip/ResNet50.keras",
    "applications.zip/EfficientNetB0.keras",
    "small.zip/own_layers.keras",
    "small.zip/own_layers.h5",
    "small.zip/states.keras",
    "small.zip/shared.h5",
    "design.yaml",
    "wide.json",
    "named 网络.yaml",
]  # fmt: skip


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A file of that name in a folder of its own, where the command line runs, too."""
    monkeypatch.chdir(tmp_path)

    def written(name):
        folder, _, own = name.rpartition("/")
        file = tmp_path / own
        if folder.endswith(".zip"):  # what Keras 3 wrote: whole files, or of its applications their descriptions
            with zipfile.ZipFile(DATA / "keras" / folder) as kept:
                if own in kept.namelist():
                    file.write_bytes(kept.read(own))
                else:
                    with zipfile.ZipFile(file, "w") as archive:
                        archive.writestr("config.json", kept.read(f"{file.stem}.json"))
        elif folder:
            shutil.copyfile(DATA / name, file)
        else:
            text = "input: 64\nclasses: 7\nlayers:\n- conv2d: {filters: 8, kernel_size: 3}\n- relu\n- global_average_pool2d\n- dense: classes\n"  # noqa: E501
            design = {"input": 96, "layers": [{"conv2d": {"filters": 24, "kernel_size": 5, "strides": 2}}]}
            file.write_text(json.dumps(design) if name.endswith(".json") else text, encoding="utf-8")
        return file

    return written


def said(capsys, *arguments):
    """What the command line prints, and the line that it complains with."""
    with pytest.raises(SystemExit):
        main(list(arguments))
    return capsys.readouterr()


@pytest.mark.parametrize("name", FILES)
def test_every_figure_is_the_command_lines(page, written, capsys, name):
    file = written(name)
    page.show("table")
    page.choose(file)
    assert page.problem == ""
    for kind, command in VIEWS.items():
        page.show(kind)
        words = page.run("document.querySelector('#command code').textContent").split()
        sizes = [
            word for place, word in enumerate(words) if word.startswith("--input") or words[place - 1] == "--input"
        ]
        ours = json.loads(page.save("json"))
        theirs = json.loads(said(capsys, command, file.name, *sizes, "--format", "json").out)
        assert ours == theirs, kind
        if kind == "table":
            assert {key: value for key, value in theirs["totals"].items() if key in page.totals} == page.totals
    assert page.problem == ""


HOSTILE = sorted([*(DATA / "hostile").iterdir(), *(DATA / "hostile_designs").iterdir()])


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.name)
def test_a_hostile_file_gets_what_the_command_line_says(page, path, capsys, monkeypatch):
    monkeypatch.chdir(path.parent)
    page.show("table")
    page.choose(path)
    error = said(capsys, "show", path.name).err
    if error:
        assert page.problem == error.removeprefix("resnet-analyze: ").strip()
    else:
        assert page.problem == ""
        assert page.save("json")
    assert "\n" not in page.problem


def test_names_of_files_are_text(page, tmp_path):
    """Neither markup nor a Python factory."""
    file = tmp_path / "<img src=x onerror=alert(1)>.yaml"
    file.write_text("input: 8\nlayers:\n- relu\n", encoding="utf-8")
    page.choose(file)
    assert page.problem == ""
    assert page.run("document.querySelectorAll('img[src=x]').length") == 0
    factory = tmp_path / "os:getcwd"
    factory.write_text("no model", encoding="utf-8")
    page.choose(factory)
    assert "this kind of file is not supported" in page.problem


def test_two_files_are_compared(page, written, capsys):
    first, second = written("onnx/resnet50.onnx"), written("torch/torchvision-resnet18.pt2")
    page.choose(first, second)
    ours = json.loads(page.save("json"))
    assert ours == json.loads(said(capsys, "diff", first.name, second.name, "--input", "224", "--format", "json").out)
    page.show("table")


def test_dropped_by_hand(page, written):
    """A real drag with the mouse's events, not the field for files."""
    page.show("table")
    page.after(lambda: page.browser.drop(100, 120, written("torch/torchvision-alexnet.pt2")))
    assert page.totals["params"] == 61_100_840  # torchvision's own number

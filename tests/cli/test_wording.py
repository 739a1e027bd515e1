"""What commands say where a person is at a loss: variables, options, grids that cannot end soon, harmless cells."""

from __future__ import annotations

import csv
import io
import re
import sys
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from resnet_analyzer.architectures.base import ARCHITECTURES, find
from resnet_analyzer.architectures.options import OPTIONS
from resnet_analyzer.architectures.residual import CHOICES
from resnet_analyzer.errors import UsageError
from resnet_analyzer.importers.framework import called


def test_formula_lists_the_variables(complain):
    said = complain("formula", "resnet50", "--in", "foo")
    assert said.endswith("Variables: n, h, w, channels, classes, batch, width, stem_width, cardinality, bottleneck_width, se_ratio, blocks.")  # fmt: skip  # noqa: E501
    assert "Did you mean width?" in complain("formula", "resnet50", "--in", "widht")


@pytest.mark.parametrize("name", [*ARCHITECTURES, "wrn28_10", "densenet_bc100_k12", "resnext29_8x64d"])
def test_every_option_is_described(name):
    for option in find(name).options:
        assert OPTIONS[option].says
        assert OPTIONS[option].takes


def test_list_says_what_an_option_means_and_takes(run):
    text = " ".join(run("list", "resnet50", columns=200).out.split())
    assert "option value meaning takes" in text
    assert "stride_at style which convolution of a bottleneck has the stride style, first, 3x3" in text
    for choices in CHOICES.values():
        for word in choices:
            assert word in text


@pytest.mark.parametrize("option", CHOICES)
def test_the_values_listed_are_those_that_the_builder_takes(option, run):
    for word in CHOICES[option]:
        assert word in OPTIONS[option].takes.split(", ")
        extra = ("--set", "shortcut=B") if option == "shortcut_variant" else ()
        assert run("resnet50", "--set", f"{option}={word}", *extra).status in (0, 2)


def test_the_example_of_a_pareto_front_leaves_something_out(run):
    text = run("sweep", "--net", "resnet50,densenet121", "--input", "128:320:32", "--pareto", "macs,params,n").out  # fmt: skip  # noqa: E501
    assert "14 evaluated; 7 on the Pareto front" in text
    assert "--input 128:320:32 --pareto macs,params,n" in run("sweep", "--help").out


def test_a_grid_that_cannot_end_soon_is_announced(run, monkeypatch):
    from resnet_analyzer.cli import sweep

    monkeypatch.setattr(sweep, "LARGE", 9)
    assert run("sweep", "--net", "resnet18", "--input", "32:320:32").err == (
        "sweep: 10 designs take minutes to hours; narrow the ranges, or give --sample 100,000\n"
    )
    assert run("sweep", "--net", "resnet18", "--input", "32:256:32").err == ""


def test_csv_holds_no_formula(run, tmp_path, monkeypatch):
    """A design's own name may begin with =, which a spreadsheet would run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil.yaml").write_text(
        'design: "=cmd|x"\ninput: 8\nlayers: [{conv2d: {filters: 1, name: "@SUM(1)"}}]\n'
    )
    for command in (("show", "evil.yaml", "--by", "layer"), ("sweep", "--net", "evil.yaml", "--input", "8:16:8")):
        safe = run(*command, "--format", "csv").out
        assert not [
            cell for row in csv.reader(io.StringIO(safe)) for cell in row if cell[:1] in tuple("=+-@\t\r") and cell
        ]
        raw = run(*command, "--format", "raw-csv").out
        assert [cell for row in csv.reader(io.StringIO(raw)) for cell in row if cell[:1] in ("=", "@")]
    assert run("sweep", "--net", "evil.yaml", "--input", "8:16:8", "--format", "raw-csv", "-o", "a.csv").status == 0
    assert (tmp_path / "a.csv").read_text().splitlines()[1].startswith("=cmd|x")


SEVERAL = (
    "bytes",
    "findings",
    "layers",
    "errors",
    "images",
    "epochs",
    "budgets",
    "repairs",
    "matches",
    "exact matches",
)


def test_one_thing_is_not_several(run, tmp_path):
    """`2,264,389 numbers of 1 bytes`, `1 findings`, `unknown cost of 1 layers`."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("input: 8x8x3\nlayers:\n- rleu\n", encoding="utf-8")
    commands = [
        ("memory", "resnet18", "--dtype", "int8"),
        ("training", "resnet18", "--images", "1", "--batch", "1"),
        ("verify", "resnet18", "--max-macs", "1"),
        ("verify", str(wrong)),
        ("diff", "resnet18", "resnet18"),
        ("solve", "--match", "25557032", "params"),
    ]
    for command in commands:
        out = run(*command, columns=400).out
        said = [each for each in SEVERAL if re.search(rf"(?<![\d.,×])1 {each}", out)]
        assert said == [], out


def test_every_budget_has_an_example_of_its_own(run):
    said = " ".join(run("verify", "--help", columns=200).out.split())
    assert "At most this many layers: 200." in said
    assert "At most this many multiply-accumulates: 4.2G." in said
    assert "trainable_params" not in said


def test_a_factory_that_fetches_weights_says_one_line(monkeypatch, capfd):
    """PyTorch's hub tells of the address before it fetches, which is refused: that is one error, and no address."""

    def fetch(*_arguments):
        raise AssertionError("nothing is fetched")

    hub = SimpleNamespace(download_url_to_file=fetch)
    torch = SimpleNamespace(hub=hub, device=lambda name: nullcontext())
    monkeypatch.setitem(sys.modules, "torch", torch)

    def factory():
        print("Downloading: an address")
        torch.hub.download_url_to_file("an address", "a file")

    with pytest.raises(UsageError, match="nothing is downloaded"):
        called(factory, {})
    assert capfd.readouterr() == ("", "")

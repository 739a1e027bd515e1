"""Whatever the arguments: never a traceback, an exit status of 0, 1 or 2, one line of complaint."""

import contextlib
import io
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from resnet_analyzer.architectures.base import ARCHITECTURES
from resnet_analyzer.cli.main import main

SMALL = ["resnet18", "resnet20", "resnet50", "alexnet", "vgg11", "googlenet", "lecture50", "densenet40_k12", "basic"]
SMALL += ["bottleneck", "conv1x1", "dense", "seresnet18", "resnext29_8x64d", "plain20", "wrn16_8", "preresnet18"]
NUMBERS = st.one_of(
    st.integers(-3, 400).map(str), st.sampled_from(["1e3", "", "²", "٣", "9" * 12, "9" * 30, "0x1", "nan"])
)
SIZES = st.one_of(NUMBERS, st.lists(NUMBERS, min_size=2, max_size=4).map("x".join))
LISTS = st.lists(st.integers(-1, 4).map(str), max_size=5).map(",".join)
TEXT = st.text(st.characters(exclude_characters="\0"), max_size=8).filter(lambda text: text != "-o")
OPTIONS = sorted({option for _, each in ARCHITECTURES.items() for option in each.options})
WORDS = ["A", "B", "C", "none", "yes", "no", "basic", "bottleneck", "a", "b", "c", "deep", "cifar", "first", "3x3"]
WORDS += ["full_preactivation", "exclusive_gating", "conv", "dropout", "inf", "-1", "1.5", "3,4", "3,3/3", "/", ","]
VALUES = st.one_of(NUMBERS, LISTS, st.sampled_from(WORDS), TEXT)


def option(name, values):
    return values.map(lambda value: [name, value])


NETWORKS = st.one_of(
    st.sampled_from(SMALL).map(lambda name: [name]),
    st.sampled_from([f"{name}@{style}" for name in SMALL for style in ("paper", "keras", "course", "")]).map(
        lambda name: [name]
    ),
    TEXT.map(lambda name: [name]),
    option("--depth", NUMBERS),
    option("--blocks", LISTS),
)
CHOICES = st.one_of(
    option("--input", SIZES),
    option("--channels", NUMBERS),
    option("--classes", NUMBERS),
    option("--batch", NUMBERS),
    option("--style", st.sampled_from(["paper", "keras", "torchvision", "course", "x"])),
    option("--block", st.sampled_from(WORDS)),
    option("--shortcut", st.sampled_from(WORDS)),
    option("--dataset", st.sampled_from(["cifar", "imagenet", "x"])),
    option("--by", st.sampled_from(["stage", "block", "layer", "x"])),
    option("--format", st.sampled_from(["table", "csv", "json", "markdown", "latex", "html", "x"])),
    option("--set", st.tuples(st.sampled_from(OPTIONS), VALUES).map("=".join)),
    st.sampled_from([["--how"], ["--strict"], ["--help"], ["--"], ["--inp"], ["-x"]]),
    TEXT.map(lambda text: [text]),
)
COMMANDS = st.sampled_from([[], [], ["show"], ["compare"], ["list"]])


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def ended(arguments):
    """Status, output and complaints of a run in this process; whatever else it raises goes on."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        patch("resnet_analyzer.architectures.residual.MAX_BLOCKS", 40),
        pytest.raises(SystemExit) as raised,
    ):
        main(arguments)
    return raised.value.code, out.getvalue(), err.getvalue()


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(COMMANDS, st.lists(NETWORKS, max_size=2), st.lists(CHOICES, max_size=4))
@example([], [["resnet50"]], [["--set", "cardinality=0"]])
@example([], [["resnext29_8x64d"]], [["--set", "form=b"], ["--set", "cardinality=0"]])
@example([], [["resnet50"]], [["--set", "se_ratio=-1"]])
@example(["compare"], [["resnet18"], ["resnet18"]], [])
@example(["compare"], [["dense"], ["dense"]], [["--batch", "0"]])
@example([], [["bottleneck"]], [["--channels", "2"]])
@example([], [["bottleneck"]], [["--set", "reduction=0"]])
def test_never_a_traceback(command, networks, choices):
    arguments = [*command, *(word for part in (*networks, *choices) for word in part)]
    status, out, err = ended(arguments)
    assert status in (0, 1, 2)
    if err:
        assert (status, out) in ((1, ""), (2, ""))
        assert err.startswith("resnet-analyze: ")
        assert err.count("\n") == 1
    else:
        assert out
        assert status == 0 or (status == 1 and "--strict" in arguments)

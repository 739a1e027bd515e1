"""`receptive`, `memory`, `training`, `roofline`: reports, formats, pictures, bad input."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import jsonschema
import pytest

from resnet_analyzer.report.schemas import SCHEMAS, schema_of

COMMANDS = {
    "receptive_field": ("receptive", "resnet18"),
    "memory": ("memory", "resnet18"),
    "training": ("training", "resnet18", "--batch", "2", "--images", "7"),
    "roofline": ("roofline", "resnet18", "--device", "t4"),
    "conventions": ("conventions", "resnet18"),
    "difference": ("diff", "resnet18", "resnet34"),
    "reconciliation": ("reconcile", "resnet18", "1.8G"),
    "training_formula": ("training", "resnet18", "--in", "n,batch"),
    "memory_formula": ("memory", "resnet18", "--in", "n,batch", "--mode", "training"),
}


def test_every_document_follows_its_schema(run):
    assert set(COMMANDS) == set(SCHEMAS)
    more = [("memory", ("memory", "resnet18", "--mode", "training", "--checkpoint", "stages"))]
    for kind, command in [*COMMANDS.items(), *more]:
        data = json.loads(run(*command, "--format", "json").out)
        jsonschema.validate(data, schema_of(kind))
        assert json.loads(run("schema", kind).out) == schema_of(kind)
        jsonschema.Draft202012Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize("form", ["markdown", "csv", "latex", "html", "table"])
@pytest.mark.parametrize("kind", ["receptive_field", "memory", "training", "roofline"])
def test_every_format(kind, form, run):
    assert run(*COMMANDS[kind], "--format", form).out


@pytest.mark.parametrize("kind", ["receptive_field", "memory", "training", "roofline"])
def test_a_picture(kind, tmp_path, run):
    file = tmp_path / "it.svg"
    run(*COMMANDS[kind], "-o", str(file))
    assert file.read_bytes().startswith(b"<svg")


def test_known_receptive_fields(run):
    lines = run("receptive", "resnet50").out.splitlines()
    fields = {line.split()[0]: line.split()[1] for line in lines if line.startswith("stage")}
    assert fields["stage2/block3/relu"] == "35"
    assert fields["stage3/block4/relu"] == "99"
    assert fields["stage4/block6/relu"] == "291"
    assert fields["stage5/block3/relu"] == "483"


def test_the_known_peaks_of_resnet50(run):
    assert "9,633,792" in run("memory", "resnet50", "--fuse-bn").out
    assert "7,225,344" in run("memory", "resnet50", "--fuse-bn", "--in-place").out


def test_a_peak_is_a_maximum_of_polynomials(run):
    said = " ".join(run("memory", "vgg16", "--in", "n").out.split())
    assert "peak = max(" in said
    assert "512·n²" in said
    assert "n = 224: 25,690,112 bytes" in said  # 2 · 224·224·64 · 4


def by_hand(text):
    """A printed line worked out: max(2·MACs/rate, bytes·(a + b + c)/bandwidth), in seconds."""
    number = "([0-9,]+)"
    found = re.fullmatch(
        rf"max\(2·{number}/{number}, {number}·\({number} \+ {number} \+ {number}\)/{number}\) = (\S+) (s|ms|µs|ns)",
        text,
    )
    macs, rate, size, read, weights, written, bandwidth = [int(each.replace(",", "")) for each in found.groups()[:7]]
    seconds = max(Fraction(2 * macs, rate), Fraction(size * (read + weights + written), bandwidth))
    return seconds, Fraction(found[8]) * {"s": 1, "ms": Fraction(1, 10**3), "µs": Fraction(1, 10**6), "ns": Fraction(1, 10**9)}[found[9]]  # fmt: skip  # noqa: E501


@pytest.mark.parametrize("by", ["layer", "fused"])
def test_every_bound_can_be_followed_by_hand(by, run):
    """Every line says how it comes about, multiplied out here; and the lines add up to what is said of the whole."""
    command = ("roofline", "resnet50", "--device", "h100", "--dtype", "bfloat16", "--batch", "8", "--by", by)
    lines = [
        line
        for line in run(*command, "--format", "markdown").out.splitlines()
        if line.startswith("|") and "max(" in line
    ]
    total = Fraction(0)
    for line in lines:
        seconds, printed = by_hand(line.split("|")[-2].strip().strip("`"))
        assert abs(seconds - printed) <= printed / 1000
        total += seconds
    data = json.loads(run(*command, "--format", "json").out)
    assert int(total * 10**12) == data["picoseconds"]["layers" if by == "layer" else "fused"]
    assert len(lines) == len(data["layers" if by == "layer" else "groups"])


def test_bounds_of_the_whole_fall_with_what_is_assumed(run):
    data = json.loads(run("roofline", "resnet50", "--device", "rpi5", "--format", "json").out)["picoseconds"]
    assert data["layers"] > data["fused"] > data["cached"] > 0


def test_a_measured_time_is_set_beside_the_bound(tmp_path, run):
    said = " ".join(run("roofline", "resnet18", "--device", "t4", "--measured", "0.01").out.split())
    assert "measured 10 ms a run" in said
    file = tmp_path / "crosscheck.json"
    file.write_text(json.dumps({"models": [{"model": "resnet18", "batch": 1, "seconds": 0.02}]}), encoding="utf-8")
    assert "20 ms a run" in run("roofline", "resnet18", "--device", "t4", "--measured", str(file)).out
    picture = tmp_path / "it.png"
    run("roofline", "resnet18", "--device", "t4", "--measured", str(file), "-o", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")


def device_file(tmp_path, **changed):
    data = {
        "name": "mine",
        "rates": {"float32": {"operations_per_second": 10**9, "source": "a calculation"}},
        "bandwidth": {"bytes_per_second": 10**9, "source": "another"},
        **changed,
    }
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return str(file)


def test_a_device_of_ones_own(tmp_path, run):
    said = run("roofline", "resnet18", "--device", device_file(tmp_path)).out
    assert "a calculation" in said


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"rates": {}}, "needs rates by type"),
        ({"rates": {"float8": {"operations_per_second": 1, "source": "x"}}}, "float8"),
        ({"rates": {"float32": {"operations_per_second": -1, "source": "x"}}}, "a whole number from 1"),
        ({"rates": {"float32": {"operations_per_second": 5}}}, "needs a source"),
        ({"bandwidth": 7}, "needs rates by type"),
    ],
)
def test_a_device_that_is_none(tmp_path, changed, says, complain):
    assert says in complain("roofline", "resnet18", "--device", device_file(tmp_path, **changed))


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("roofline", "resnet18"), "--device"),
        (("roofline", "resnet18", "--device", "h200"), "h100"),
        (("roofline", "resnet18", "--device", "m2", "--dtype", "int8"), "float32"),
        (("roofline", "resnet18", "--device", "nowhere.json"), "there is no such file"),
        (("roofline", "resnet18", "--device", "t4", "--measured", "-1"), "expected seconds"),
        (("roofline", "resnet18", "--device", "t4", "--measured", "soon"), "there is no such file"),
        (("memory", "resnet18", "--dtype", "float8"), "expected float32"),
        (("memory", "resnet18", "--mode", "training", "--dtype", "int8"), "int8"),
        (("memory", "resnet18", "--in", "nothing"), "nothing"),
        (("training", "resnet18", "--epochs", "0"), "at least 1"),
        (("receptive", "resnet18", "--layer", "stage9/conv", "-o", "it.png"), "stage9/conv"),
        (("schema", "memories"), "memory"),
        (("solve", "resnet18", "--max-memory", "8G", "--mode", "training", "--bytes", "2"), "--bytes is for inference"),
    ],
)
def test_bad_input_is_one_line(command, says, complain):
    assert says in complain(*command)


@pytest.mark.parametrize("kind", ["memory_formula", "training_formula"])
def test_formulas_are_no_picture(kind, complain, tmp_path):
    file = tmp_path / "net.png"
    assert "no picture shows this" in complain(*COMMANDS[kind], "-o", str(file))
    assert not file.exists()

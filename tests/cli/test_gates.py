"""Gates that a pull request passes or not: `diff --fail-over` and `verify --max-…` say the verdict in every format.

ResNet-50's 4,089,184,256 MACs in torchvision's style are 6.0 % above the 3,857,973,248 of He et al. 2015's.
"""

from __future__ import annotations

import json
import os

import pytest

import resnet_analyzer as ra
from resnet_analyzer.analyses.growth import grown, parse_growth
from resnet_analyzer.ops.opaque import Opaque

GROWN = ("diff", "resnet50@paper", "resnet50@torchvision")


def test_a_gate_says_that_it_fails_which_figure_and_by_how_much(run):
    ended = run(*GROWN, "--fail-over", "1%")
    assert ended.status == 1
    assert "not within its limits" in ended.out
    over = 4_089_184_256 - 3_857_973_248 * 101 // 100
    assert over == 192_631_276
    assert "macs +6.0 % · at most +1 % · fails · 192.6 MMACs over" in ended.out
    assert "params ±0 % · at most +1 % · holds" in ended.out
    assert ended.out.splitlines()[-1].split() == ["result", "fails:", "macs"]


def test_a_gate_says_that_it_holds(run):
    ended = run(*GROWN, "--fail-over", "10%")
    assert ended.status == 0
    assert "within its limits" in ended.out.splitlines()[0]
    assert "macs +6.0 % · at most +10 % · holds" in ended.out
    assert "limit" not in run(*GROWN).out


def test_a_gate_of_one_figure(run, complain):
    assert run(*GROWN, "--fail-over", "params=0%").status == 0
    assert run(*GROWN, "--fail-over", "macs=1%").status == 1
    assert run(*GROWN, "--fail-over", "params=0%", "--fail-over", "macs=6").status == 0
    assert run("diff", "resnet18", "resnet34", "--fail-over", "memory=1%").status == 1
    assert run("diff", "resnet18", "resnet18", "--fail-over", "memory=0%").status == 0
    assert "Did you mean macs?" in complain(*GROWN, "--fail-over", "mac=1%")
    assert "--fail-over 'macs=': expected a percentage, as 1%" in complain(*GROWN, "--fail-over", "macs=")


def test_a_limit_is_exact(run):
    """231,211,008 of 3,857,973,248 are 5.99307… %."""
    assert run(*GROWN, "--fail-over", "macs=5.993%").status == 1
    assert run(*GROWN, "--fail-over", "macs=5.994%").status == 0


def test_annotations_of_a_gate(run):
    lines = run(*GROWN, "--fail-over", "1%", "--format", "github").out.splitlines()
    assert lines[0] == "::error::macs +6.0 %25 · at most +1 %25 · fails · 192.6 MMACs over"
    assert lines[-1].startswith("::notice::resnet50@paper → resnet50@torchvision · 6 layers changed · not within")
    assert "%0AMACs: 3,857,973,248 → 4,089,184,256" in lines[-1]


def test_annotations_stand_at_the_file_that_grew(run, tmp_path):
    file = str(tmp_path / "net.yaml")
    assert run("init", file, "--like", "resnet34", "-q").status == 0
    first = run("diff", "resnet18", file, "--fail-over", "1%", "--format", "github").out.splitlines()[0]
    assert first.startswith(f"::error file={file}::params +86.5 %25")


def test_a_verdict_for_machines(run):
    data = json.loads(run(*GROWN, "--fail-over", "macs=1%", "--format", "json").out)
    assert (data["valid"], data["exit_status"]) == (False, 1)
    (limit,) = data["limits"]
    assert limit["figure"] == "macs"
    assert (limit["before"], limit["after"]) == (3_857_973_248, 4_089_184_256)
    assert (limit["limit_millionths"], limit["over"], limit["holds"]) == (10_000, 192_631_276, False)
    data = json.loads(run(*GROWN, "--format", "json").out)
    assert (data["valid"], data["exit_status"], data["limits"]) == (True, 0, [])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((*GROWN, "--fail-over", "1%"), "fails: macs"),
        ((*GROWN, "--fail-over", "10%"), "holds"),
        (("verify", "resnet50", "--max-macs", "3.8G"), "1 of 1 budget or expectation fails · not within budget"),
        (("verify", "resnet50", "--max-macs", "4G"), "valid"),
    ],
)
def test_a_verdict_is_said_where_the_report_goes_to_a_file(run, tmp_path, arguments, says):
    file = str(tmp_path / "verdict.md")
    assert run(*arguments, "-o", file).err == f"wrote {file}: {says}\n"
    assert run(*arguments, "-o", file, "-q").err == ""


def test_an_unknown_cost_passes_no_gate(run, tmp_path):
    file = tmp_path / "net.yaml"
    file.write_text("input: 8x8x3\nlayers:\n- conv2d: {filters: 4, kernel_size: 3}\n", encoding="utf-8")
    build = ra.GraphBuilder("unknown")
    build.add("private", Opaque("private"), build.input(ra.Shape(1, 8, 8, 3)))
    before, after = ra.measure(str(file)), ra.measure(build.graph())
    assert [each.holds for each in grown(before, after, parse_growth("macs=1%"))] == [None]
    assert [each.holds for each in grown(before, before, parse_growth("0%"))] == [True, True]


def test_a_budget_says_by_how_much_it_is_broken(run):
    """57,973,248 above 3.8 G are 1.5 %."""
    ended = run("verify", "resnet50", "--max-macs", "3.8G", "--max-params", "26M")
    assert "macs: 3,857,973,248, budget <= 3.8G: fails · 57.97 M (1.5 %) over" in ended.out
    assert "not valid" not in ended.out  # the network is sound
    assert ended.out.splitlines()[0].startswith("resnet50 · not within budget · ")
    assert "met " in ended.out
    assert "1 of 2: params 25,557,032" in ended.out


def test_budgets_for_machines_are_numbers(run):
    data = json.loads(run("verify", "resnet50", "--max-macs", "3.8G", "--format", "json").out)
    (budget,) = data["budgets"]
    assert (budget["actual"], budget["limit"], budget["wanted"]) == (3_857_973_248, 3_800_000_000, "<= 3.8G")


def test_annotations_of_what_holds_tell_what_was_measured(run):
    lines = run("verify", "resnet50", "--max-macs", "4G", "--format", "github", "--no-advice").out.splitlines()
    (notice,) = lines
    assert notice.startswith("::notice::resnet50 · valid")
    assert notice.endswith("%0Amet: 1 of 1: macs 3,857,973,248")


def test_an_error_is_an_annotation_too(run):
    for option in (("--format", "github"), ("--format=github",)):
        ended = run("verify", "nope.keras", "--max-macs", "1", *option)
        assert ended.status == 2
        assert ended.out == f"::error::{ended.err.removeprefix('resnet-analyze: ')}"
        assert "nope.keras" in ended.out
    assert run("verify", "resnet50", "--max-mcs", "1", "--format", "github").out.startswith("::error::unknown option")


def test_a_pipe_is_told_to_be_written_to_a_file(complain):
    reader, writer = os.pipe()
    try:
        assert "write it to a file, as base.keras" in complain("diff", f"/dev/fd/{reader}", "resnet18")
    finally:
        os.close(reader)
        os.close(writer)


def test_budgets_in_python():
    assert ra.verify("resnet50", budgets={"macs": "4G", "memory": "128MiB"}).valid
    assert not ra.verify("resnet50", budgets={"macs": 3_857_973_247}).valid
    assert ra.verify("resnet50", budgets={"macs": "1G"}, input=96).valid
    assert ra.verify("resnet50", like="resnet50@paper", style="paper").valid
    with pytest.raises(ra.errors.UsageError, match=r"budgets: unknown figure 'mac'\. Did you mean macs"):
        ra.verify("resnet50", budgets={"mac": 1})

"""`draw`: every kind from the command line, whatever the target, in the format of the ending."""

from __future__ import annotations

import pytest

from resnet_analyzer.measurement import PLOTS

TARGETS = {"bottleneck": ["bottleneck", "basic"], "growth": ["densenet121"], "cardinality": ["resnext50_32x4d"], "block": ["resnet18"]}  # fmt: skip  # noqa: E501


@pytest.mark.parametrize("kind", list(PLOTS))
def test_every_kind_is_drawn_and_listed(run, tmp_path, kind):
    file = tmp_path / "it.svg"
    ended = run("draw", *TARGETS.get(kind, ["resnet18"]), "--kind", kind, "-o", str(file))
    assert ended == (0, "", f"wrote {file}\n")
    assert file.read_bytes().startswith(b"<svg")
    assert any(line.startswith(f"{kind} ") for line in run("draw", "--list").out.splitlines())


@pytest.mark.parametrize(("ending", "begins"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".SVG", b"<svg")])
def test_the_ending_picks_the_format(run, tmp_path, ending, begins):
    assert run("draw", "resnet18", "-o", str(tmp_path / f"a{ending}")).status == 0
    assert (tmp_path / f"a{ending}").read_bytes().startswith(begins)


def test_dark_is_another_picture(run, tmp_path):
    for theme in ("light", "dark"):
        assert (
            run("draw", "resnet18", "--kind", "cost", "--theme", theme, "-o", str(tmp_path / f"{theme}.png"), "-q").err
            == ""
        )
    assert (tmp_path / "light.png").read_bytes() != (tmp_path / "dark.png").read_bytes()


def test_a_design_is_a_target(run, tmp_path):
    design = tmp_path / "mine.yaml"
    assert run("init", str(design), "--like", "resnet20", "-q").status == 0
    assert run("draw", str(design), "resnet20", "-o", str(tmp_path / "two.svg")).status == 0


def test_what_means_nothing(complain, tmp_path):
    assert complain("draw") == "draw: name a network or a file, or give --list"
    assert complain("draw", "resnet18").startswith("draw: a picture needs the name of a file")
    assert complain("draw", "resnet18", "-o", "x.md") == "x.md: draw writes .png, .svg, .pdf"
    assert "cannot write .docx files" in complain("draw", "resnet18", "-o", "x.docx")
    assert "unknown picture 'cake'" in complain("draw", "resnet18", "--kind", "cake", "-o", str(tmp_path / "x.svg"))
    assert "Did you mean" in complain("draw", "resnet5o", "-o", "x.svg")

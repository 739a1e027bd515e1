"""LaTeX output is compiled by LaTeX itself: every command's tables, long reports with their pictures."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from resnet_analyzer.analyses.verify import verify_text
from resnet_analyzer.measurement import WRITERS
from resnet_analyzer.report.measured import measured_report

pytestmark = [pytest.mark.tex, pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")]

COMMANDS = [
    ("resnet50",), ("resnext50_32x4d", "--how"), ("resnet152", "--by", "layer"), ("compare", "resnet50", "vgg16"),
    ("list",), ("list", "resnet50"), ("formula", "resnet50", "--format", "markdown"), ("paths", "resnet110"),
    ("solve", "resnet50", "--max-macs", "4.1G"), ("verify", "resnet50", "--max-macs", "3G"), ("receptive", "resnet18"),
    ("sweep", "--net", "resnet18", "--input", "32:64:8"), ("gradients", "--stored"), ("degradation", "--stored"),
]  # fmt: skip
DILATED = """\
input: 64
layers:
- conv2d: {name: a_b, filters: 8, kernel_size: 3, padding: 2, dilation_rate: 2}
- conv2d: {filters: 8, kernel_size: 3, padding: 1}
"""


def compiled(folder, body):
    """What LaTeX says of a document with this body; AssertionError if it does not compile."""
    document = [
        r"\documentclass{article}", r"\usepackage[utf8]{inputenc}", r"\usepackage[T1]{fontenc}",
        r"\usepackage{booktabs,longtable,graphicx,amsmath}", r"\begin{document}", body, r"\end{document}",
    ]  # fmt: skip
    (folder / "it.tex").write_text("\n".join(document), encoding="utf-8")
    for _ in range(2):
        ended = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "it.tex"], cwd=folder, capture_output=True, check=False)  # fmt: skip  # noqa: E501
        assert ended.returncode == 0, ended.stdout.decode(errors="replace")[-2000:]
    assert (folder / "it.pdf").stat().st_size > 1000
    return ended.stdout.decode(errors="replace")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_every_command(tmp_path, capsys, monkeypatch, arguments):
    from resnet_analyzer.cli.main import main

    arguments = [each for each in arguments if each not in ("--format", "markdown")]
    with pytest.raises(SystemExit):
        main([*arguments, "--format", "latex"])
    compiled(tmp_path, capsys.readouterr().out)


@pytest.mark.parametrize("name", ["alexnet", "densenet121"])
def test_a_long_report_with_its_pictures(tmp_path, name):
    from resnet_analyzer.cli.main import main

    with pytest.raises(SystemExit):
        main(["report", name, "-o", str(tmp_path / "report.tex"), "-q"])
    text = (tmp_path / "report.tex").read_text(encoding="utf-8")
    compiled(tmp_path, text)


def test_the_totals_and_the_dilation_are_there(tmp_path):
    measured = verify_text("x.yaml", DILATED, identity=False).measurement
    text = WRITERS["latex"].render(measured_report(measured), 80, False)
    rows = [line for line in text.splitlines() if line.endswith(r" \\")]
    assert "dilated 2" in rows[1]
    assert rows[-1].startswith(("total", " total")) or rows[-1].split("&")[0].strip() == "total"
    assert re.search(rf"{measured.totals.params:,}", rows[-1])
    assert r"\toprule" in text
    assert r"\bottomrule" in text
    compiled(tmp_path, text)

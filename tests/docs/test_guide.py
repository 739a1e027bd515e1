"""Every command of the guide to the course is typed as it stands there, and works."""

import pytest

from resnet_analyzer.report.lessons.guide import PARTS, PROGRAM

from .sessions import ROOT, run


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.place)
def test_command_works(part):
    result = run(f"{PROGRAM} {part.command}")
    assert result.returncode == 0, result.stdout
    assert "Traceback" not in result.stdout
    assert len(result.stdout.splitlines()) > 3


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.place)
def test_report_is_there(part):
    assert (ROOT / "reports" / f"{part.report}.md").exists()

"""The workflow and the hook of docs/recipes.md: their commands are run, on a design that passes and one that fails."""

from __future__ import annotations

import re
import shlex

import pytest
import yaml

from resnet_analyzer.cli.main import main

from .sessions import ROOT

TEXT = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]


def commands():
    """The commands of the workflow's steps and of the hooks."""
    for block in BLOCKS:
        for job in block.get("jobs", {}).values():
            yield from (step["run"] for step in job["steps"] if "resnet-analyze" in step.get("run", "") and "pip" not in step["run"])  # fmt: skip  # noqa: E501
        for repository in block.get("repos", ()):
            yield from (hook["entry"] for hook in repository["hooks"])


@pytest.mark.parametrize("command", list(commands()))
@pytest.mark.parametrize(("like", "status"), [("resnet18", 0), ("resnet50", 1)])
def test_it_passes_and_fails(command, like, status, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["init", "net.yaml", "--like", like, "-q"])
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(command)[1:])
    assert ended.value.code == status
    if "github" in command and status:
        assert "::error file=net.yaml," in capsys.readouterr().out


def test_there_are_a_workflow_and_a_hook():
    assert len(list(commands())) == 2
    (hook,) = [hook for block in BLOCKS for each in block.get("repos", ()) for hook in each["hooks"]]
    assert re.search(hook["files"], "net.yaml")
    assert not re.search(hook["files"], "other.yaml")

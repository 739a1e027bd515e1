"""Workflows and hooks of docs/recipes.md: run in a repository of git, on a change that passes and one that fails."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from .sessions import ROOT, SHIM

TEXT = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]
HOOKS = [hook for block in BLOCKS for each in block.get("repos", ()) for hook in each["hooks"]]
JOBS = {name: job for block in BLOCKS for name, job in block.get("jobs", {}).items()}


def scripts():
    """By name, what a workflow runs behind its installation, and what a hook runs."""
    for name, job in JOBS.items():
        steps = [step["run"] for step in job["steps"] if "run" in step and "pip install" not in step["run"]]
        yield f"workflow-{name}", "\n".join(steps)
    for hook in HOOKS:
        yield f"hook-{hook['id']}", hook["entry"]


@pytest.fixture
def repository(tmp_path):
    """A repository whose last commit, and origin's, holds ResNet-18 as net.yaml; runs a script in it."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    place = tmp_path / "bin"
    place.mkdir()
    shim = place / "resnet-analyze"
    shim.write_text(SHIM.format(python=sys.executable, arguments="-m resnet_analyzer "), encoding="utf-8")
    shim.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    own = {"HOME": str(tmp_path), "PATH": f"{place}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    author = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **own, **author, "GITHUB_BASE_REF": "main"}

    def sh(script):
        words = ["sh", "-e", "-c", script]
        return subprocess.run(words, cwd=work, env=environment, capture_output=True, text=True, check=False)

    made = sh(
        "git init -q && resnet-analyze init net.yaml --like resnet18 -q && git add net.yaml && git commit -qm first"
        " && git update-ref refs/remotes/origin/main HEAD"
    )
    assert made.returncode == 0, made.stderr
    return sh


@pytest.mark.parametrize(("name", "script"), list(scripts()), ids=[name for name, _ in scripts()])
def test_it_passes_and_fails(name, script, repository, tmp_path):
    """A design in place of the Keras file, which needs Keras to be made; the way of either is the same."""
    script = (
        script.replace("model.keras", "net.yaml").replace("base.keras", "base.yaml").replace("/tmp/", f"{tmp_path}/")
    )
    assert repository(script).returncode == 0
    assert repository("resnet-analyze init net.yaml --like resnet50 --force -q").returncode == 0
    ended = repository(script)
    assert ended.returncode == 1, ended.stderr
    if "github" in script:
        assert re.search(r"^::error file=net\.yaml(,line=\d+,col=\d+)?::", ended.stdout, re.MULTILINE)


def test_there_are_workflows_and_hooks_for_budgets_and_growth():
    assert list(JOBS) == ["budget", "growth"]
    assert [hook["id"] for hook in HOOKS] == ["budget", "growth"]
    for hook in HOOKS:
        assert re.search(hook["files"], "model.keras")
        assert not re.search(hook["files"], "other.keras")


def test_a_workflow_of_another_repository_fetches_the_package():
    """It is on no index: what `pip install ./resnet-analyzer` reads must have been checked out."""
    for job in JOBS.values():
        paths = [step.get("with", {}).get("path") for step in job["steps"]]
        assert "resnet-analyzer" in paths
        install = next(step["run"] for step in job["steps"] if "pip install" in step.get("run", ""))
        assert install == "pip install ./resnet-analyzer"

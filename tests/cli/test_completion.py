"""What the shell offers after TAB."""

import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete

from resnet_analyzer.cli.main import program


@pytest.fixture
def offered():
    """The words offered for the last one of a line."""

    def offered(*words):
        *before, incomplete = words
        complete = ShellComplete(program, {}, "resnet-analyze", "_RESNET_ANALYZE_COMPLETE")
        return [item.value for item in complete.get_completions(before, incomplete)]

    return offered


@pytest.mark.parametrize("before", [[], ["show"], ["list"], ["compare"], ["compare", "resnet50"]])
def test_networks(offered, before):
    found = offered(*before, "resnext")
    assert found[0] == "resnext50_32x4d"
    assert "resnext29_8x64d" in found
    assert all(name.startswith("resnext") for name in found)


def test_commands_and_networks_where_both_may_stand(offered):
    assert {"compare", "list", "show", "resnet50"} <= set(offered(""))
    assert offered("comp") == ["compare"]
    assert offered("li") == ["list"]


def test_styles_of_the_network_in_the_line(offered):
    assert offered("resnet50", "--style", "") == ["keras", "paper", "torchvision"]
    assert offered("resnet18", "--style", "") == ["paper", "torchvision"]
    assert offered("compare", "lecture50", "--style", "") == ["course"]
    assert set(offered("--style", "")) >= {"course", "keras", "paper", "torchvision"}
    assert offered("resnet50@") == ["resnet50@paper", "resnet50@torchvision", "resnet50@keras"]
    assert offered("resnet50@k") == ["resnet50@keras"]


def test_settings_of_the_network_in_the_line(offered):
    assert offered("resnet50", "--set", "shortcut") == ["shortcut=", "shortcut_pool=", "shortcut_variant="]
    assert offered("densenet121", "--set", "") == sorted(offered("densenet121", "--set", ""))
    assert "shortcut=" not in offered("densenet121", "--set", "")


def test_formats_views_and_words(offered):
    assert {"csv", "html", "json", "latex", "markdown", "table"} <= set(offered("resnet50", "--format", ""))
    assert offered("resnet50", "--format", "m") == ["markdown"]
    assert offered("resnet50", "--by", "") == ["stage", "block", "layer"]
    assert offered("--dataset", "c") == ["cifar"]
    assert offered("--block", "") == ["basic", "bottleneck"]
    assert offered("--shortcut", "") == ["A", "B", "C"]


def test_options_of_show_without_its_name(offered):
    assert {"--depth", "--input", "--how", "--help", "--version"} <= set(offered("--"))
    assert offered("--dep") == ["--depth"]
    assert offered("--depth", "50", "--ho") == ["--how"]
    assert len(offered("--")) == len(set(offered("--")))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell(process, shell):
    ended = process(env={"_RESNET_ANALYZE_COMPLETE": f"{shell}_source"})
    assert ended.returncode == 0
    assert b"_RESNET_ANALYZE_COMPLETE" in ended.stdout


def test_as_bash_asks(process):
    asked = {"_RESNET_ANALYZE_COMPLETE": "bash_complete", "COMP_WORDS": "resnet-analyze densenet12", "COMP_CWORD": "1"}
    assert process(env=asked).stdout == b"plain,densenet121\n"


def test_bash_itself(environment, tmp_path):
    script = tmp_path / "resnet-analyze"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m resnet_analyzer "$@"\n')
    script.chmod(0o755)
    lines = f"""
        PATH={tmp_path}:$PATH
        eval "$(_RESNET_ANALYZE_COMPLETE=bash_source resnet-analyze)"
        COMP_WORDS=(resnet-analyze compare resnet1)
        COMP_CWORD=2
        _resnet_analyze_completion resnet-analyze
        echo "${{COMPREPLY[@]}}"
    """
    ended = subprocess.run(["bash", "-c", lines], capture_output=True, env=environment, check=False, timeout=60)
    assert "resnet18" in ended.stdout.decode().split()
    assert ended.stderr == b""

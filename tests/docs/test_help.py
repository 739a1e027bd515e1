"""Every command has a help page: a sentence, an example that works, a word on every option, 80 columns."""

from __future__ import annotations

import re
import shlex
import sys

import click
import pytest

from resnet_analyzer.cli.main import program

from .sessions import ROOT, run

CONTEXT = click.Context(program, info_name="resnet-analyze")
COMMANDS = {name: program.get_command(CONTEXT, name) for name in program.list_commands(CONTEXT)}
LONG = re.compile(r" --all\b| --runs\b")  # what takes many minutes: every network, every run of a study

# Writes model.keras: MobileNetV2 as Keras writes it, but for the weights
A_MODEL = f"""
from zipfile import ZipFile
config = ZipFile({str(ROOT / "tests/data/keras/applications.zip")!r}).read("MobileNetV2.json")
with ZipFile("model.keras", "w") as file:
    file.writestr("metadata.json", "{{}}")
    file.writestr("config.json", config)
"""


def runs_models(name: str, line: str) -> bool:
    """Whether a command builds and runs real models."""
    return name == "crosscheck" or (name in ("gradients", "degradation") and "--stored" not in line)


EXAMPLES = [
    pytest.param(line.strip(), marks=[pytest.mark.slow] if runs_models(name, line) else [])
    for name, command in COMMANDS.items()
    for line in (command.help or "").splitlines()
    if line.strip().startswith("resnet-analyze ") and not LONG.search(line) and " | " not in line
]


def test_the_first_page_is_whole():
    page = run("resnet-analyze --help").stdout
    assert all(name in page for name in COMMANDS)
    assert "..." not in page.partition("Commands:")[2]  # a sentence that does not fit is cut


@pytest.mark.parametrize("name", COMMANDS)
def test_page(name):
    page = run(f"resnet-analyze {name} --help")
    assert page.returncode == 0
    assert max(map(len, page.stdout.splitlines())) <= 100  # examples are not wrapped; all else fits 80
    assert all(len(line) <= 80 for line in page.stdout.splitlines() if "resnet-analyze" not in line)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name):
    silent = [each.name for each in COMMANDS[name].params if isinstance(each, click.Option) and not each.help]
    assert not silent


@pytest.mark.parametrize("name", COMMANDS)
def test_first_sentence(name):
    first = (COMMANDS[name].help or "").split("\n\n")[0]
    assert re.search(r"[.)]$", first.strip()), f"{name}: its help begins with no sentence"


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_works(example):
    """In a folder that holds the design files that it reads; a cross-check runs where Keras is installed."""
    if runs_models(example.split()[1], example):
        pytest.importorskip("keras")
    if " degradation " in example and "--stored" not in example:
        pytest.importorskip("sklearn")
    read = [] if " init " in example else re.findall(r"(?<!--fix )\b[\w-]+\.yaml", example)
    made = [f"resnet-analyze init {file} >/dev/null" for file in read]
    made += [f"{sys.executable} -c {shlex.quote(A_MODEL)}"] if "model.keras" in example else []
    result = run(" && ".join([*made, example]))
    assert result.returncode == 0, result.stdout
    assert "Traceback" not in result.stdout

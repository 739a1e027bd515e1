"""docs/python.md tells of every command what it is in Python, or that it is a command alone."""

from __future__ import annotations

import re

import click

import resnet_analyzer as ra
from resnet_analyzer.cli.main import program

from .sessions import ROOT

ROWS = re.findall(
    r"^\| (`.*?) \| (.*?) \|$", (ROOT / "docs" / "python.md").read_text("utf-8").partition("<!-- gen")[0], re.M
)


def test_every_command_is_told():
    told = [name for first, _ in ROWS for name in re.findall(r"`(\w+)`", first)]
    assert sorted(told) == sorted(program.list_commands(click.Context(program)))


def test_every_function_that_is_told_exists():
    for _, second in ROWS:
        for name in re.findall(r"`(\w+)(?:\(.*?)?`", second):
            assert hasattr(ra, name), name

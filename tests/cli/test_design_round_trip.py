"""`init --like X`, `verify`, `show`: the same rows as X itself has, for every registered network."""

from __future__ import annotations

import json

import pytest

from resnet_analyzer.architectures.base import ARCHITECTURES

ALL = [(name, style) for name, each in ARCHITECTURES.items() for style in each.styles]
QUICK = {("resnet50", "paper"), ("resnet50", "keras"), ("googlenet", "torchvision"), ("densenet121", "keras")}


@pytest.mark.parametrize(
    ("name", "style"),
    [pytest.param(*each, marks=[] if each in QUICK else [pytest.mark.slow]) for each in ALL],
)
def test_init_verify_show(run, tmp_path, monkeypatch, name, style):
    monkeypatch.chdir(tmp_path)
    assert run("init", "mine.yaml", "--like", f"{name}@{style}").status == 0
    assert run("verify", "mine.yaml", "--like", f"{name}@{style}").status == 0
    own = json.loads(run("show", "mine.yaml", "--format", "json").out)
    theirs = json.loads(run("show", f"{name}@{style}", "--format", "json").out)
    assert own == theirs

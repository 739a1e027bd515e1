"""The references tell of everything that the registries hold: a thing added is told of, or its test fails."""

from __future__ import annotations

import inspect
import re

import click
import pytest

import resnet_analyzer as ra
from resnet_analyzer.conventions.base import CONVENTIONS
from resnet_analyzer.design import schema
from resnet_analyzer.ops.base import OPS

from ..ops.cases import CASES
from .pages import DOCS
from .written.api import error_names
from .written.commands import all_commands


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def headings(text: str, level: int) -> list[str]:
    lines = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE).splitlines()
    return [line[level + 1 :].replace("\\", "") for line in lines if line.startswith("#" * level + " ")]


@pytest.mark.parametrize("name", all_commands())
def test_command(name):
    text = page(f"commands/{name}.md")
    each = all_commands()[name]
    assert headings(text, 1) == [name]
    for option in each.params:
        if isinstance(option, click.Option) and not option.hidden:
            for spelled in (*option.opts, *option.secondary_opts):
                assert re.search(rf"^\|[^|]*`{re.escape(spelled)}`", text, re.MULTILINE), spelled
    assert "## Exit status" in text
    assert f"]({name}.md)" in page("commands/index.md")
    for line in (each.help or "").splitlines():
        if line.strip().startswith("resnet-analyze "):
            assert line.strip() in text


def test_no_page_of_a_command_that_is_gone():
    assert {file.stem for file in (DOCS / "commands").glob("*.md")} == {"index", *all_commands()}


def test_design_words():
    found = set(headings(page("design_file.md"), 3))
    words = schema()["$defs"]["layer"]["anyOf"][0]["enum"]
    kinds = set(schema()["properties"]) | set(schema()["$defs"]["plain"]["properties"])
    functions = {word for word in words if schema()["$defs"]["layer"]["anyOf"][1]["properties"][word].get("$ref")}
    assert found >= kinds | (set(words) - functions)
    assert not found - kinds - set(words), "words that designs do not know"
    for word in functions:
        assert f"`{word}`" in page("design_file.md")


def test_design_examples_are_whole_designs(tmp_path):
    """As the page says; one that has an unknown layer is still one."""
    blocks = re.findall(r"```yaml\n(.*?)```", page("design_file.md"), flags=re.DOTALL)
    path = tmp_path / "example.yaml"
    for block in blocks:
        path.write_text(block, encoding="utf-8")
        found = ra.verify(path)
        assert not found.findings, block
        assert found.valid or found.measurement.unknown, block
    assert len(blocks) > 150


@pytest.mark.parametrize("name", OPS)
def test_op(name):
    text = page("rules.md")
    assert any(name in heading.split(", ") for heading in headings(text, 3))
    entry = re.search(rf"^\*\*{name}\*\*: (.+)$", text, re.MULTILINE)
    assert entry, name
    assert len(entry[1]) > 20
    worked = re.search(rf"^\| `{name}\(.*\)` \|", text, re.MULTILINE)
    assert worked or name not in CASES, f"{name}: no example is worked out"  # tests/ops demands that it has cases


@pytest.mark.parametrize("name", CONVENTIONS)
def test_convention(name):
    text = page("conventions.md")
    assert name in headings(text, 2)
    said = text[text.index(f"## {name}".replace("_", "\\_")) :].split("\n## ")[0]
    assert "**source**" in said
    assert "**whose**" in said


@pytest.mark.parametrize("name", [each for each in ra.__all__ if each not in ("__version__", "errors", "ops")])
def test_public_name(name):
    text = page("python.md")
    assert re.search(rf"^\| \[`{name}`\]\(#{name.lower()}\) \| .{{10,}} \|$", text, re.MULTILINE)
    entry = text[text.index(f"\n### `{name}`\n") :].split("\n### ")[1]
    value = getattr(ra, name)
    if not (inspect.isclass(value) and issubclass(value, Exception)):
        for parameter in set(inspect.signature(value).parameters) - {"values", "named"}:  # those of frozen classes
            assert re.search(rf"\b{parameter}\b", entry), parameter
    assert ("```python" in entry) == (">>> " in (value.__doc__ or ""))


def test_python_page_reads_as_plain_markdown():
    """Every link on it leads to a heading of it, by the name that GitHub gives the heading; nothing is left to fill."""
    text = page("python.md")
    places = {
        re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
        for level in (2, 3)
        for heading in headings(text, level)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= places
    assert ":::" not in text


@pytest.mark.parametrize("name", error_names())
def test_error(name):
    assert f"\n### `{name}`\n\nA kind of `" in page("python.md")

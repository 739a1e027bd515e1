"""Every page below docs/: outputs and generated parts are current, blocks work or are marked, links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from resnet_analyzer.design import examine_text

from .pages import DOCS, name_of, pages, should_be
from .sessions import README, ROOT, Block, Reader, blocks_of, commands

PAGES = [page for page in pages() if page != README]
TEXTS = {name_of(page): page.read_text(encoding="utf-8") if page.exists() else "" for page in PAGES}
KINDS = {"console", "python", "sh", "yaml", "text"}
MOST = {"not run": 20, "text": 40}  # blocks that are marked, and those of text (the usage of every command is one)
LINK = re.compile(r"(?<!\\)\]\((?!\w+:)([^)#\s]*)(#[^)\s]+)?\)")


def name(page):
    return name_of(page)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_is_current(page):
    assert page.exists(), f"{name(page)} is missing: run `python -m tests.docs`"
    text = TEXTS[name(page)]
    assert should_be(text) == text, "stale: run `python -m tests.docs`"


NEED_MORE = [page for page in PAGES if re.search(r"^<!-- needs: (torch|onnx)", TEXTS[name(page)], re.MULTILINE)]


@pytest.mark.torch
@pytest.mark.parametrize("page", NEED_MORE, ids=name)
def test_is_current_with_pytorch(page):
    """The sessions that stay as they are where PyTorch (or onnx) is not installed."""
    test_is_current(page)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_output_is_an_accident(page):
    text = TEXTS[name(page)]
    assert "Traceback" not in text
    for word in ("command not found", "No such file", "resnet-analyze: "):
        assert word not in text, word


PYTHON = [
    pytest.param(page, block, id=f"{name(page)}-{block.title or block.content[4:40]}")
    for page in PAGES
    for block in blocks_of(TEXTS[name(page)])
    if block.kind == "python" and block.is_run
]


@pytest.mark.parametrize(("page", "block"), PYTHON)
def test_python_block(page, block, tmp_path):
    """A file that sessions run, or a doctest that passes in a Python of its own, beside the page's files."""
    if block.title:
        compile(block.content, block.title, "exec")
        return
    assert block.content.startswith(">>> "), "neither a file (title=…) nor a doctest"
    if not block.at_hand:
        pytest.skip(f"needs {block.why}")
    with Reader() as reader:
        for each in blocks_of(TEXTS[name(page)]):
            reader.keep(each)
        (tmp_path / "session.txt").write_text(block.content, encoding="utf-8")
        python = [sys.executable, "-X", "utf8", "-m", "doctest", str(tmp_path / "session.txt")]
        # `-m` puts the folder that it runs in first: there, the package is the checkout's
        result = subprocess.run(python, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_work(page):
    for block in blocks_of(TEXTS[name(page)]):
        if block.kind == "sh" and block.at_hand:
            with Reader() as reader:
                for command in commands(block.content):
                    result = reader.run(command)
                    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_designs_are_sound(page):
    """But for those that have a name: sessions show what is wrong with them."""
    for block in blocks_of(TEXTS[name(page)]):
        if block.kind == "yaml" and block.is_run and not block.title:
            assert not examine_text("design", block.content).problems, block.content


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_is_run_or_says_why_not(page):
    text = TEXTS[name(page)]
    found = blocks_of(text)
    assert len(found) == text.count("\n```") // 2, "a fence that no rule knows"
    assert {block.kind for block in found} <= KINDS
    assert all(block.why for block in found if block.mark)


def test_few_blocks_are_not_run():
    found = [block for text in [*TEXTS.values(), README.read_text(encoding="utf-8")] for block in blocks_of(text)]
    left = {"not run": [], "text": []}
    for block in found:
        if not block.is_run:
            left["not run" if block.mark else "text"].append(block)
    assert {kind: len(blocks) for kind, blocks in left.items() if len(blocks) > MOST[kind]} == {}
    assert len(found) > 10 * len(left["not run"])


@pytest.mark.parametrize("page", [README, *PAGES], ids=name)
def test_links_lead_somewhere(page):
    """In the repository; that they do in the site, `mkdocs build --strict` and the browser see."""
    text = page.read_text(encoding="utf-8")
    for link, _place in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        assert not link or (page.parent / link).exists(), link


def test_a_reader_finds_his_files_and_commands():
    with Reader() as reader:
        reader.keep(Block("yaml", "layers:\n- relu\n", "mine.yaml"))
        assert reader.run("cat mine.yaml && python -c 'print(1)'").stdout == "layers:\n- relu\n1\n"


def test_all_pages_are_in_a_language():
    assert {page.parent.name for page in DOCS.rglob("*.md")} == {"docs", "commands", "zh"}

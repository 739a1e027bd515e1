"""Chinese pages keep step with the English ones, and speak the field's language."""

from __future__ import annotations

import re

import pytest

from resnet_analyzer.report.lessons.guide import PARTS, PROGRAM

from . import translated
from .pages import DOCS, name_of
from .sessions import README, ROOT, blocks_of

PAGES = translated.chinese()
TERMS = (
    "残差块", "恒等映射", "瓶颈", "感受野", "参数量", "计算量", "步幅", "填充", "通道数",
    "全局平均池化", "特征图", "卷积核",
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_is_in_step(page):
    source, known = translated.source_of(page)
    assert known == translated.digest(source), (
        f"{name_of(source)} has changed since {name_of(page)} was translated: translate what is new, then run "
        f"`python -m tests.docs --translated {name_of(page)}`"
    )


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_types_what_the_english_page_types(page):
    """Same sections, same commands."""
    source, _ = translated.source_of(page)
    ours, theirs = (each.read_text(encoding="utf-8") for each in (page, source))
    assert [len(each) for each in re.findall(r"^(#+) ", ours, re.M)] == [
        len(each) for each in re.findall(r"^(#+) ", theirs, re.M)
    ]
    assert [_typed(each) for each in blocks_of(ours)] == [_typed(each) for each in blocks_of(theirs)]


def _typed(block):
    typed = [line for line in block.content.splitlines() if line.startswith("$ ")]
    typed = [line.replace(" --lang zh", "") for line in typed]
    return (block.kind, typed if block.kind == "console" else block.title or block.kind)


def test_the_guide_has_every_section_of_the_course():
    text = (DOCS / "zh" / "lecture_guide.md").read_text(encoding="utf-8")
    for part in PARTS:
        row = next(line for line in text.splitlines() if line.startswith(f"| {part.place} |"))
        assert f"`{PROGRAM} {part.command}`" in row
        assert part.chinese.replace("*", "\\*") in row
        assert part.report == "lecture_guide" or f"reports/{part.report}.md" in row


def test_the_terms_are_there():
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [term for term in TERMS if term not in text] == []


def test_the_pages_that_are_promised():
    assert {name_of(page) for page in PAGES} == {
        "README.zh-CN.md",
        *(f"docs/zh/{name}.md" for name in ("start", "lessons", "lecture_guide")),
    }


def test_a_change_in_english_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A\n\nOne.\n\n```console\n$ ls\nold\n```\n", encoding="utf-8")
    before = translated.digest(page)
    page.write_text("# A\n\nOne.\n\n```console\n$ ls\nnew\n```\n", encoding="utf-8")
    assert translated.digest(page) == before  # an output alone needs no translator
    page.write_text("# A\n\nTwo.\n\n```console\n$ ls\nnew\n```\n", encoding="utf-8")
    assert translated.digest(page) != before
    assert README.exists()
    assert DOCS.parent == ROOT

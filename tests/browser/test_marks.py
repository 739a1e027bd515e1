"""Boxes of the drawing and rows of the table mark each other, by pointer and by keys, at every width and theme."""

from __future__ import annotations

import pytest

from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.measurement import WRITERS, measure
from resnet_analyzer.report.language import translated
from resnet_analyzer.report.network import network_report
from resnet_analyzer.report.several import several_report

MARKED = "[...document.querySelectorAll('tr.marked')].map(row => row.cells[0].textContent)"
BOXES = "[...document.querySelectorAll('.mark.marked')].map(each => each.getAttribute('aria-label'))"
NOTE = "document.querySelector('.note').innerText"
BOX = "[...document.querySelectorAll('.mark')].find(each => each.getAttribute('aria-label') === '{}')"
ROW = "[...document.querySelectorAll('.table[data-live=layers] tr[data-row]')].find(row => row.cells[0].textContent === '{}')"  # noqa: E501
CONV = ["stage3/block1/conv2"]
FACTS = ("output: 28×28×128", "how: 28 + 2·1 − 3 + 1 = 28", "params: 3·3·128·128 = 147,456", "MACs: 3·3·128·128 · 28·28 = 115,605,504")  # fmt: skip  # noqa: E501


def centre(browser, script):
    browser.run(f"{script}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
    x, y = browser.run(f"(() => {{ const b = {script}.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }})()")  # fmt: skip  # noqa: E501
    return {"x": x, "y": y}


@pytest.mark.parametrize(("width", "dark"), [(390, True), (768, False), (1280, True), (1920, False)])
def test_pointing_at_a_box_marks_its_row_and_back(browse, width, dark):
    browser = browse("resnet50", width=width, dark=dark)
    place = centre(browser, BOX.format(*CONV))
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", **place)
    assert browser.run(MARKED) == CONV == browser.run(BOXES)
    assert browser.run(NOTE).splitlines() == [*CONV, *FACTS]
    note = "(() => { const n = document.querySelector('.note').getBoundingClientRect(); return [n.left, n.right, n.bottom]; })()"  # noqa: E501
    left, right, bottom = browser.run(note)
    assert left >= 0
    assert right <= width
    assert bottom <= 900
    assert browser.run("document.documentElement.scrollWidth") <= width
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=2, y=2)
    assert browser.run(MARKED) == [] == browser.run(BOXES)
    assert browser.run(NOTE) == ""


def test_pointing_at_a_row_marks_its_box(browse):
    browser = browse("resnet50", width=1280)
    place = centre(browser, ROW.format(*CONV) + ".cells[1]")
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", **place)
    assert browser.run(BOXES) == CONV
    assert browser.run(NOTE).splitlines() == [*CONV, *FACTS]
    box = browser.run(
        f"(() => {{ const b = {BOX.format(*CONV)}.getBoundingClientRect(); return [b.top, b.bottom]; }})()"
    )
    assert 0 < box[0] < box[1] < 900  # brought into view beside the table


def test_keys_alone(browse):
    browser = browse("resnet50", width=1280)
    browser.run("document.querySelector('figure[data-picture=architecture] .scroll').focus()")
    browser.press("Tab", 9)
    assert browser.run(MARKED) == ["stage1/conv"]
    for _ in range(3):
        browser.press("ArrowDown", 40)
    assert browser.run(MARKED) == ["stage2/block1/conv2"]
    browser.press("Enter", 13, "\r")
    assert browser.run("document.activeElement.cells[0].textContent") == "stage2/block1/conv2"
    assert browser.run(BOXES) == ["stage2/block1/conv2"]
    for _ in range(3):
        browser.press("ArrowDown", 40)
    assert browser.run(BOXES) == ["stage2/block1/conv3"]
    browser.press("Enter", 13, "\r")
    assert browser.run("document.activeElement.getAttribute('aria-label')") == "stage2/block1/conv3"
    assert browser.run("document.querySelectorAll('.mark[tabindex=\"0\"]').length") == 1


def test_a_folded_box_marks_all_of_its_rows_and_opens_what_is_folded(browse):
    browser = browse("resnet50", width=1280)
    alike = [f"stage4/block{block}/conv2" for block in range(2, 7)]
    browser.run("document.querySelectorAll('[data-fold=all]').forEach(each => each.click())")
    browser.run(f"{BOX.format(', '.join(alike))}.focus()")
    assert browser.run(MARKED) == alike
    assert "(5×)" in browser.run(NOTE)
    browser.press("Enter", 13, "\r")
    assert browser.run("document.activeElement.cells[0].textContent") == alike[0]
    assert browser.run("document.activeElement.offsetParent !== null")


def test_the_note_follows_the_slider(browse):
    browser = browse("resnet50", width=1280)
    browser.run(f"{BOX.format(*CONV)}.focus()")
    browser.run("(() => { const i = document.getElementById('live-n'); i.value = 448; i.dispatchEvent(new Event('input')); })()")  # fmt: skip  # noqa: E501
    browser.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert "MACs: 3·3·128·128 · 56·56 = 462,422,016" in browser.run(NOTE)


def test_several_networks_side_by_side(browse, tmp_path):
    file = tmp_path / "several.html"
    measured = [measure(architecture(name)) for name in ("resnet18", "resnet34", "plain34")]
    file.write_text(WRITERS["html"].render(several_report(measured, "x"), 80, False), encoding="utf-8")
    for width in (390, 768, 1280, 1920):
        browser = browse(file, width=width)
        assert browser.run("document.documentElement.scrollWidth") <= width
        assert browser.complaints == []
    for network, table in enumerate(("layers", "layers1", "layers2")):
        marks = f"[...document.querySelectorAll('.mark')].filter(each => each.id.includes('-layers{network}-'))"
        browser.run(f"{marks}[0].focus()")
        assert browser.run("document.querySelector('tr.marked').closest('.table').dataset.live") == table


def test_a_chinese_page_stays_chinese(browse, tmp_path):
    from resnet_analyzer.analyses.formula.recipe import recipe_of
    from resnet_analyzer.architectures.base import find

    file, known = tmp_path / "zh.html", find("resnet50")
    report = translated(network_report(measure(known.graph()), "resnet50", known, recipe_of(known)), "zh")
    file.write_text(WRITERS["html"].render(report, 80, False), encoding="utf-8")
    browser = browse(file)
    assert browser.run("document.documentElement.lang") == "zh-CN"
    first = browser.run("document.body.innerText")
    browser.run("(() => { const i = document.getElementById('live-n'); i.value = 320; i.dispatchEvent(new Event('input')); })()")  # fmt: skip  # noqa: E501
    browser.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    lead = browser.run("document.querySelector('p.lead').textContent")
    assert "320×320×3" in lead
    assert "7.871 G" in lead
    assert "参数" in lead
    assert "主要在 stage5" in browser.run("document.querySelector('section[data-live=places] > p.see').textContent")
    assert browser.run("document.querySelector('#totals').textContent").startswith("25,557,032 参数量")
    assert browser.run("[...document.querySelectorAll('#panel button')].at(-1).textContent") == "重置"
    browser.run("[...document.querySelectorAll('#panel button')].at(-1).click()")
    assert browser.run("document.body.innerText") == first
    assert browser.complaints == []


def test_a_drawing_made_without_matplotlib_follows_too(browse, tmp_path):
    from resnet_analyzer.analyses.formula.recipe import recipe_of
    from resnet_analyzer.architectures.base import find

    file, known = tmp_path / "light.html", find("resnet50")
    report = network_report(measure(known.graph()), "resnet50", known, recipe_of(known))
    drawing = next(each.drawing for each in report.figures if each.drawing.name == "architecture")
    drawing.__dict__["svg"] = drawing.light_svg
    file.write_text(WRITERS["html"].render(report, 80, False), encoding="utf-8")
    browser = browse(file, width=1280)
    place = centre(browser, BOX.format(*CONV))
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", **place)
    assert browser.run(MARKED) == CONV == browser.run(BOXES)
    words = "[...document.querySelectorAll('figure[data-picture=architecture] text')].map(each => each.textContent)"
    home = browser.run(words)
    browser.run("(() => { const i = document.getElementById('live-n'); i.value = 448; i.dispatchEvent(new Event('input')); })()")  # fmt: skip  # noqa: E501
    browser.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert {"224×224", "112×112", "56×56", "28×28", "14×14"} <= set(browser.run(words)) != set(home)
    browser.run("(() => { const i = document.getElementById('live-n'); i.value = 224; i.dispatchEvent(new Event('input')); })()")  # fmt: skip  # noqa: E501
    browser.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert browser.run(words) == home
    assert browser.complaints == []

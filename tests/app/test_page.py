"""The page in a real Chromium: live sizes, designs, links, saving, keyboard, languages, no network, large files."""

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import resnet_analyzer as ra

from ..browser.chromium import Chromium
from .conftest import Page, Served

pytestmark = pytest.mark.node
GIB = 2**30
BROKEN = """input: 224
classes: 10
layers:
- conv2d: {filters: 64, kernel_size: 7, strides: 2, padding: 3, use_bias: false}
- batch_norm
- relu
- max_pool2d: {pool_size: 3, strides: 2, padding: 1}
- stage: {width: 64, blocks: 3}
- stage: {width: 128, blocks: 4, stride: 2, projection: false}
- global_average_pool2d
- dense: classes
"""
VIEWS = ("table", "drawing", "cost", "memory", "receptive", "conventions", "formula")


def name_it(page, name):
    page.after(lambda: page.run(f"network.value = '{name}'; pick.requestSubmit()"))
    assert page.problem == ""


def test_a_known_network(page):
    """Parameters of torchvision's resnet50: 25,557,032 (its documentation)."""
    page.show("table")
    name_it(page, "resnet50")
    assert page.totals["params"] == 25_557_032
    assert page.run("document.querySelector('#view table').rows.length") == 8


@pytest.mark.parametrize("kind", VIEWS)
def test_every_view_has_something_to_see(page, kind):
    name_it(page, "resnet18")
    page.show(kind)
    assert page.problem == ""
    if kind in ("drawing", "cost"):
        assert page.wait("view.querySelector('img')?.naturalWidth") >= 390
        assert "ResNet-18" in page.run("view.querySelector('img').alt")
    else:
        assert page.run("view.textContent.length") > 300
    page.show("table")


def test_each_change_measures_anew(page):
    page.show("table")
    name_it(page, "resnet152")
    for name, value, asked in (
        ("control-sizes-h", 225, {"input": (225, 224)}),
        ("control-sizes-w", 97, {"input": (225, 97)}),
        ("control--batch", 3, {"input": (225, 97), "batch": 3}),
        ("control-options-width", 96, {"input": (225, 97), "batch": 3, "width": 96}),
    ):
        page.set(name, value)
        totals = ra.measure("resnet152", **asked).totals
        assert page.totals == {key: getattr(totals, key) for key in page.totals}
    page.set("control--style", "torchvision", "change")
    totals = ra.measure("resnet152@torchvision", **asked).totals
    assert page.totals["macs"] == totals.macs
    page.after(lambda: page.run("reset.click()"))
    assert page.totals["macs"] == ra.measure("resnet152").totals.macs


def test_what_cannot_be_leaves_what_is_shown(page):
    name_it(page, "densenet121")
    before = page.totals
    page.set("control-sizes-h", 3)
    assert page.problem.count("\n") == 0 < len(page.problem)
    assert page.totals == before
    page.set("control-sizes-h", 224)
    assert page.problem == ""


def test_a_design_is_checked_as_it_is_written(page):
    page.run("write.click()")
    page.wait("editor.dataset.valid === 'true' && document.getElementById('design-drawing').naturalWidth")
    number = page.run("editor.dataset.checked")
    page.run(f"text.value = {json.dumps(BROKEN)}; text.dispatchEvent(new Event('input'))")
    page.wait(f"editor.dataset.checked !== '{number}' && editor.dataset.valid === 'false'")
    assert page.run("[...document.querySelectorAll('#lines .wrong')].map(each => each.textContent.trim())") == ["9"]
    page.run("document.querySelector('#findings .line').click()")
    assert page.run("text.value.slice(text.selectionStart, text.selectionEnd)") == BROKEN.splitlines()[8]
    page.run("document.querySelector('#findings .repair').click()")
    page.wait("editor.dataset.valid === 'true'")
    mended = page.run("text.value")
    assert mended != BROKEN
    page.run("undo.click()")
    page.wait("editor.dataset.valid === 'false'")
    assert page.run("text.value") == BROKEN
    page.run("redo.click()")
    page.wait("editor.dataset.valid === 'true'")
    page.after(lambda: page.run("document.getElementById('show-design').click()"))
    assert page.totals["params"] > 0
    page.run("write.click()")


def test_a_number_is_explained(page):
    """4.11 G are fvcore's FLOPs of torchvision's resnet50, which counts multiply-accumulates."""
    name_it(page, "resnet50")
    page.show("reconcile")
    page.set("option-numbers", "4.11G", "change")
    assert page.problem == ""
    assert "fvcore" in page.run("view.textContent")
    page.show("table")


@pytest.mark.parametrize("name", ["markdown", "csv", "json", "latex", "html", "svg"])
def test_everything_is_saved(page, name):
    name_it(page, "resnet18")
    page.show("table")
    text = page.save(name)
    assert any(each in text for each in ("11,689,512", "11689512", "11.69 M", "512,000", "512000", "513000")), text[
        :500
    ]
    if name == "svg":
        ElementTree.fromstring(text)
    if name == "html":
        assert text.startswith("<!doctype html>")
        assert "What other tools print" in text


def test_a_link_brings_everything_back(page):
    name_it(page, "resnet34")
    page.set("control-sizes-h", 97)
    page.set("control-options-width", 32)
    page.show("memory")
    address = page.run("location.href")
    assert "resnet34" in address
    totals = page.totals
    name_it(page, "vgg16")
    page.after(lambda: page.run(f"location.href = {json.dumps(address)}"))
    assert page.totals == totals
    assert page.run("document.querySelector('[aria-selected=true]').dataset.kind") == "memory"
    page.show("table")


def test_in_chinese(page):
    name_it(page, "resnet18")
    page.after(lambda: page.run("document.getElementById('language').click()"))
    assert page.run("document.documentElement.lang") == "zh"
    assert "参数" in page.run("result.textContent")
    own = "document.querySelectorAll('[data-t], [role=tab], label, summary, #totals dt')"
    words = " ".join(page.run(f"[...{own}].map(each => each.textContent)"))
    english = re.findall(r"\b(?:Table|Drawing|Save|Open|height|batch|layers|stage)\b", words)
    assert english == []
    page.after(lambda: page.run("document.getElementById('language').click()"))


LATIN = r"(?<![\w/.@=-])[a-z]{3,} [a-z]{3,}(?![\w/-])"  # two words in a row
NAMES = r"torchvision, papers|back end|cost analysis jax|[A-Z][\w ]*(?:et al\.|\(arXiv)[^·；：]*|resnet-analyze .*"


@pytest.mark.parametrize("kind", [*VIEWS, "diff", "reconcile"])
def test_no_sentence_of_a_chinese_page_is_english(page, kind):
    """But for names: of tools, layers, sources, commands."""
    name_it(page, "resnet50")
    page.after(lambda: page.run("document.getElementById('language').click()"))
    try:
        page.show(kind)
        if kind == "reconcile":
            page.set("option-numbers", "3.8G 24.37M 999", "change")
        if kind == "diff":
            page.set("option-other", "resnet34", "change")
        words = page.run("""[...document.querySelectorAll('body *')].filter(each => each.checkVisibility()
            && !['SCRIPT', 'STYLE', 'CODE', 'OPTION'].includes(each.tagName)).flatMap(each => [...each.childNodes]
            .filter(node => node.nodeType === 3).map(node => node.data))""")
        words += page.run("[...document.querySelectorAll('#view img')].map(each => each.alt)")
        assert [text for text in words if re.search(LATIN, re.sub(NAMES, "", text))] == []
    finally:
        page.after(lambda: page.run("document.getElementById('language').click()"))
        page.show("table")


def test_a_chinese_editor_complains_and_repairs_in_chinese(page):
    page.run("document.getElementById('language').click(); write.click()")
    number = page.run("editor.dataset.checked")
    page.run(f"text.value = {json.dumps(BROKEN)}; text.dispatchEvent(new Event('input'))")
    page.wait(f"editor.dataset.checked !== '{number}' && editor.dataset.valid === 'false'")
    said = page.run("""[...document.querySelectorAll('#findings li, #findings button, #verified dd')]
        .flatMap(each => [...each.childNodes].filter(node => node.nodeType === 3).map(node => node.data))""")
    assert any("不能相加" in each for each in said)
    assert [each for each in said if re.search(LATIN, each)] == []
    page.run("write.click(); document.getElementById('language').click()")


def test_by_keyboard_alone(page):
    browser = page.browser
    page.run("network.value = ''; document.querySelector('.skip').focus()")
    reached = []
    for _ in range(12):
        browser.press("Tab", 9)
        reached.append(page.run("document.activeElement.id"))
        if reached[-1] == "network":
            break
    assert reached[-1] == "network", reached
    browser.call("Input.insertText", text="resnet34")
    page.after(lambda: browser.press("Enter", 13, "\r"))
    assert page.totals["params"] == 21_797_672  # torchvision's documentation
    while page.run("document.activeElement.id") != "tab-table":
        browser.press("Tab", 9)
    page.after(lambda: browser.press("ArrowRight", 39))
    assert page.run("document.activeElement.id") == "tab-drawing"
    page.after(lambda: browser.press("ArrowLeft", 37))


def test_everything_has_a_name_and_fits_a_phone(page):
    name_it(page, "resnet50")
    nameless = """[...document.querySelectorAll('button, input, select, textarea, img')]
        .filter(each => each.checkVisibility())
        .filter(each => !(each.labels?.length || each.ariaLabel || each.alt || each.getAttribute('aria-labelledby')
            || (each.tagName === 'BUTTON' && each.textContent.trim()))).map(each => each.outerHTML)"""
    assert page.run(nameless) == []
    page.browser.look(width=375, height=700)
    try:
        for kind in ("table", "drawing", "conventions"):
            page.show(kind)
            assert page.run("document.documentElement.scrollWidth") <= 375, kind
    finally:
        page.browser.look()
    page.show("table")


def varint(number):
    found = b""
    while number > 127:
        found, number = found + bytes([number & 127 | 128]), number >> 7
    return found + bytes([number])


def field(number, content):
    """A field of a protocol buffer: bytes, or a whole number."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def value_info(name, sizes):
    dimensions = b"".join(field(1, field(1, size)) for size in sizes)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dimensions)))


@pytest.fixture
def gigabytes(tmp_path):
    """An ONNX model (onnx.proto: ModelProto 7, GraphProto 5, TensorProto 9) of one product by 3 GiB of zeros."""
    sizes = (32_768, 24_576)
    weight = b"".join(field(1, size) for size in sizes) + field(2, 1) + field(8, b"w")
    raw = varint(9 << 3 | 2) + varint(3 * GIB)
    node = field(1, field(1, b"x") + field(1, b"w") + field(2, b"y") + field(4, b"MatMul"))
    rest = field(11, value_info(b"x", (1, sizes[0]))) + field(12, value_info(b"y", (1, sizes[1])))
    tensor = varint(5 << 3 | 2) + varint(len(weight + raw) + 3 * GIB) + weight + raw
    graph = varint(7 << 3 | 2) + varint(len(node + rest + tensor) + 3 * GIB) + node + rest + tensor
    path = tmp_path / "large.onnx"
    path.write_bytes(field(1, 8) + field(8, field(2, 13)) + graph)
    os.truncate(path, path.stat().st_size + 3 * GIB)
    yield path
    path.unlink()


def peak_of_renderers(browser):
    """The most memory that any process of a page had, in bytes, as the system counts it."""
    peaks = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode("utf-8", "replace")
            if browser.profile in command and "--type=renderer" in command:
                peaks.append(int(re.search(r"VmHWM:\s+(\d+)", (process / "status").read_text())[1]) * 1024)
        except OSError:
            continue
    return max(peaks)


def test_three_gigabytes_take_no_memory(script, folder, gigabytes):
    """Python's memory, and all of the page's process beside what it had before."""
    served = Served(script, folder)
    with Chromium() as browser:
        page = Page(browser, served.url)
        page.open("#net=resnet18")
        page.wait("document.documentElement.dataset.shown")
        before = peak_of_renderers(browser)
        page.choose(gigabytes)
        assert page.problem == ""
        assert page.totals["params"] == 32_768 * 24_576
        assert int(page.run("document.documentElement.dataset.heap")) < 300 * 2**20
        assert peak_of_renderers(browser) - before < 100 * 2**20
        assert browser.complaints == []
    served.stop()


def test_a_second_visit_needs_no_network(script, folder):
    served = Served(script, folder)
    with Chromium() as browser:
        page = Page(browser, served.url)
        page.open()
        page.wait("navigator.serviceWorker.getRegistration().then(found => found?.active?.state === 'activated')")
        served.stop()
        page.open("#net=resnet50")
        page.wait("document.documentElement.dataset.shown")
        assert page.totals["params"] == 25_557_032
        assert browser.complaints == []


def test_the_worker_can_reach_no_other_host(script, folder):
    """Its own policy is the page's: what Python could ask for goes nowhere."""
    served, other = Served(script, folder), Served(script, folder)
    with Chromium() as browser:
        page = Page(browser, served.url)
        page.open()
        ask = f"""new Promise(done => {{
            const source = `fetch('{other.url}engine.zip')
                .then(() => postMessage('reached'), () => postMessage('refused'))`;
            const worker = new Worker(URL.createObjectURL(new Blob([source], {{ type: 'text/javascript' }})));
            worker.onmessage = event => done(event.data);
        }})"""
        assert page.run(ask) == "refused"
        assert page.run(f"fetch('{other.url}engine.zip').then(() => 'reached', () => 'refused')") == "refused"
    served.stop()
    other.stop()


def test_opened_from_disk_it_says_how_to_serve_it(chromium_alone, folder):
    chromium_alone.open(folder / "index.html")
    assert "python3 docs/app/build.py --serve" in chromium_alone.run("document.body.innerText")


@pytest.fixture
def chromium_alone():
    with Chromium() as browser:
        browser.look()
        yield browser

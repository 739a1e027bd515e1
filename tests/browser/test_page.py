"""The HTML report in a real browser: sorting, filtering, folding, themes, keys, hostile names, and no connections."""

import json

import pytest

from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import WRITERS, measure
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.report.language import translated
from resnet_analyzer.report.measured import measured_report
from resnet_analyzer.report.network import network_report
from resnet_analyzer.report.several import several_report
from resnet_analyzer.shape import Shape

LAYERS = '[...document.querySelectorAll("section")].at(-1)'
SHOWN = f'[...{LAYERS}.querySelectorAll("tr[data-row]")].filter(row => row.offsetParent !== null)'
NAMES = f'{SHOWN}.map(row => row.querySelector("th").textContent)'
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<script>window.hit = 1</script>",
    "</script><script>window.hit = 2</script>",
    "\"><svg onload='window.hit = 3'>",
    "javascript:alert(4)",
    "</table></main><h1>5</h1>",
    "{{7*7}} ${7*7} &lt;b&gt;",
)


def click(browser, selector):
    browser.run(f"{LAYERS}.querySelector({json.dumps(selector)}).click()")


def type_into_filter(browser, text):
    browser.run(f"{LAYERS}.querySelector('input[type=search]').focus()")
    browser.run("document.activeElement.select()")
    browser.call("Input.insertText", text=text)


@pytest.mark.parametrize("name", ["alexnet", "resnet50", "resnet152", "densenet121"])
def test_no_complaint_and_no_connection(browse, name):
    browser = browse(name)
    browser.run("new Promise(done => setTimeout(done, 50))")
    assert browser.complaints == []
    assert browser.requests == [browser.url]
    assert browser.run("performance.getEntriesByType('resource').length") == 0


def test_size(written):
    assert written("resnet152").stat().st_size < 2_000_000


def test_sorts_by_number_then_back(browse):
    browser, rows = browse("resnet50"), measure(architecture("resnet50")).rows
    in_order = [row.name for row in rows]
    spent = {row.name: row.macs for row in rows}
    head = "thead th:nth-child(6)"
    assert browser.run(NAMES) == in_order
    for wanted, sign in (("descending", -1), ("ascending", 1)):
        click(browser, f"{head} button")
        assert browser.run(f"{LAYERS}.querySelector('{head}').getAttribute('aria-sort')") == wanted
        having = sorted((name for name in in_order if spent[name]), key=lambda name: sign * spent[name])
        assert browser.run(NAMES) == having + [name for name in in_order if not spent[name]]
    click(browser, f"{head} button")
    assert browser.run(f"{LAYERS}.querySelector('{head}').getAttribute('aria-sort')") == "none"
    assert browser.run(NAMES) == in_order


def test_sorts_by_name_with_numbers_as_numbers(browse):
    browser = browse("resnet50")
    click(browser, "thead th button")
    names = browser.run(NAMES)
    assert sorted(names) == sorted(row.name for row in measure(architecture("resnet50")).rows)
    assert names.index("stage4/block2/conv1") < names.index("stage4/block6/conv1") < names.index("stage5/block1/conv1")


def test_filters(browse):
    browser = browse("resnet50")
    type_into_filter(browser, "CONV 512")
    rows = measure(architecture("resnet50")).rows
    wanted = [row.name for row in rows if row.op == "Conv2d" and 512 in row.output]
    assert browser.run(NAMES) == wanted
    assert browser.run(f"{LAYERS}.querySelector('.tools output').textContent") == f"{len(wanted)} of {len(rows)} rows"
    type_into_filter(browser, "nothing like it")
    assert browser.run(NAMES) == []
    browser.run("document.activeElement.value = ''; document.activeElement.dispatchEvent(new Event('input'))")
    assert browser.run(NAMES) == [row.name for row in rows]


def test_folds_blocks_stages_and_all(browse):
    browser = browse("resnet50")
    names = [row.name for row in measure(architecture("resnet50")).rows]
    button = f"[...{LAYERS}.querySelectorAll('button[data-fold]')].find(each => each.textContent === '{{}}')"
    for group in ("stage2/block1", "stage3"):
        each = button.format(group)
        assert browser.run(f"{each}.getAttribute('aria-expanded')") == "true"
        browser.run(f"{each}.click()")
        assert browser.run(f"{each}.getAttribute('aria-expanded')") == "false"
        assert browser.run(NAMES) == [name for name in names if not name.startswith(f"{group}/")]
        browser.run(f"{each}.click()")
        assert browser.run(NAMES) == names
    click(browser, "[data-fold=all]")
    assert browser.run(NAMES) == ["input"]
    click(browser, "[data-fold=all]")
    assert browser.run(NAMES) == names


def test_a_filter_finds_what_is_folded_and_sorting_shows_all(browse):
    browser = browse("resnet50")
    click(browser, "[data-fold=all]")
    type_into_filter(browser, "shortcut/conv")
    assert browser.run(NAMES) == [f"stage{stage}/block1/shortcut/conv" for stage in (2, 3, 4, 5)]
    type_into_filter(browser, " ")
    click(browser, "thead th:nth-child(4) button")
    assert len(browser.run(NAMES)) == len(architecture("resnet50"))


def test_works_with_keys_alone(browse):
    browser = browse("resnet50")
    browser.run(f"{LAYERS}.querySelector('input[type=search]').focus()")
    browser.press("Tab", 9)
    assert browser.run("document.activeElement.textContent") == "Fold all"
    browser.press("Enter", 13, "\r")
    assert browser.run(NAMES) == ["input"]
    for _ in range(3):
        browser.press("Tab", 9)  # the table that can be scrolled, then its first two titles
    assert browser.run("document.activeElement.closest('th').cellIndex") == 1
    browser.press(" ", 32, " ")
    assert browser.run("document.activeElement.closest('th').getAttribute('aria-sort')") == "ascending"


@pytest.mark.parametrize("dark", [False, True])
def test_follows_the_reader_and_his_button(browse, dark):
    browser = browse("resnet50", dark=dark)
    background = "getComputedStyle(document.body).backgroundColor"
    ink = "getComputedStyle(document.querySelector('svg [fill=\"#1f2328\"]')).fill"
    light, night = ("rgb(255, 255, 255)", "rgb(31, 35, 40)"), ("rgb(13, 17, 23)", "rgb(230, 237, 243)")
    first, second = (night, light) if dark else (light, night)
    assert (browser.run(background), browser.run(ink)) == first
    browser.run("document.getElementById('theme').click()")
    assert (browser.run(background), browser.run(ink)) == second


@pytest.mark.parametrize("name", ["alexnet", "resnet152", "densenet121"])
def test_fits_a_phone(browse, name):
    browser = browse(name, width=390, height=844)
    assert browser.run("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("width", [390, 768, 1280, 1440, 1920])
@pytest.mark.parametrize("dark", [False, True])
def test_what_is_cut_fades_at_that_edge(browse, width, dark):
    """Whatever can be scrolled sideways says so, until it has been."""
    browser = browse("resnet50", width=width, dark=dark)
    cut = "[...document.querySelectorAll('.scroll')].filter(each => each.scrollWidth > each.clientWidth + 1)"
    fades = f"{cut}.map(each => getComputedStyle(each).maskImage !== 'none')"
    settle = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    browser.run(settle)
    assert browser.run(fades)
    assert set(browser.run(fades)) == {True}
    browser.run(f"{cut}.forEach(each => each.scrollTo(each.scrollWidth, 0))")
    browser.run(settle)
    assert set(browser.run(fades)) == {False}


@pytest.mark.parametrize("width", [1280, 1440, 1920])
@pytest.mark.parametrize("name", ["resnet50", "alexnet"])
def test_tables_of_stages_fit_beside_the_drawing(browse, width, name):
    browser = browse(name, width=width)
    for table in ("glance", "stages", "kinds", "most-params", "most-macs", "sizes", "receptive", "memory", "roofline"):
        place = f"document.querySelector('.table[data-live={table}] > .scroll')"
        assert browser.run(f"{place}.scrollWidth <= {place}.clientWidth + 1"), table


def test_a_print_has_no_buttons_and_cuts_nothing(browse):
    browser = browse("resnet50")
    seen = "[...document.querySelectorAll('.tools, #panel, #theme, nav')].filter(each => each.checkVisibility()).length"
    cut = "[...document.querySelectorAll('.table > .scroll')].filter(e => e.scrollHeight > e.clientHeight + 1).length"
    assert browser.run(seen) > 3
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        assert (browser.run(seen), browser.run(cut)) == (0, 0)
        assert browser.run("getComputedStyle(document.querySelector('thead th')).position") == "static"
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_names_its_language(browse, tmp_path, language):
    """So that a screen reader speaks it, and a browser picks its letters."""
    file = tmp_path / "page.html"
    report = network_report(measure(architecture("alexnet")), "x")
    file.write_text(WRITERS["html"].render(translated(report, language), 80, False), encoding="utf-8")
    browser = browse(file)
    assert browser.run("document.documentElement.lang").partition("-")[0] == language
    assert ("感受野" in browser.run("document.body.textContent")) == (language == "zh")


def test_says_what_everything_is(browse):
    browser = browse("resnet50")
    assert browser.run("[...document.querySelectorAll('th')].every(each => each.scope)")
    assert browser.run("[...document.querySelectorAll('tbody tr')].every(row => row.cells[0].tagName === 'TH')")
    assert browser.run("[...document.querySelectorAll('button')].every(each => each.textContent.trim())")
    assert browser.run("[...document.querySelectorAll('input')].every(each => each.labels.length || each.ariaLabel)")
    assert browser.run("[...document.querySelectorAll('figure svg')].every(each => each.ariaLabel.length > 20)")
    pictures = len(network_report(measure(architecture("resnet50")), "resnet50").figures)
    assert browser.run("document.querySelectorAll('svg[role=img]').length") == pictures - 1 >= 3
    assert browser.run("document.querySelectorAll('svg[role=group] [role=button][aria-label]').length") > 20
    assert browser.run("new Set([...document.querySelectorAll('[id]')].map(each => each.id)).size") == browser.run(
        "document.querySelectorAll('[id]').length"
    )
    assert browser.run("document.documentElement.lang") == "en"
    assert browser.run("document.title").startswith("ResNet-50")


def hostile():
    build = GraphBuilder("<b onclick=alert(0)>", title=HOSTILE[0], source=HOSTILE[1], remark=HOSTILE[2])
    x = build.input(Shape(1, 16, 16, 3))
    for scope in HOSTILE:
        with build.scope(scope.replace("/", "")):
            for name in HOSTILE:
                x = build.add(name, Conv2d(4, 3, padding=1), x)
    return measure(build.graph())


@pytest.mark.parametrize("kind", ["long", "short", "several"])
def test_hostile_names_stay_text(browse, tmp_path, kind):
    measured = hostile()
    report = {
        "long": lambda: network_report(measured, "x"),
        "short": lambda: measured_report(measured, "layer"),
        "several": lambda: several_report([measured, measured], "x"),
    }[kind]()
    file = tmp_path / "hostile.html"
    file.write_text(WRITERS["html"].render(report, 80, False), encoding="utf-8")
    browser = browse(file)
    browser.run("new Promise(done => setTimeout(done, 50))")
    assert browser.run("window.hit") is None
    assert browser.complaints == []
    assert browser.requests == [browser.url]
    assert browser.run("document.querySelectorAll('img, iframe, object, h1 + h1, [onclick], [onload]').length") == 0
    if kind != "several":
        heads = browser.run("[...document.querySelectorAll('tr[data-row] > th')].map(each => each.textContent)")
        assert {row.name for row in measured.rows} <= set(heads)


def test_nothing_else_may_run(browse):
    browser = browse("alexnet")
    browser.run(
        "const foreign = document.createElement('script'); foreign.textContent = 'window.hit = 1';"
        "document.body.append(foreign); const picture = new Image(); picture.src = 'https://example.org/x.png'"
    )
    browser.run("new Promise(done => setTimeout(done, 50))")
    assert browser.run("window.hit") is None
    assert len(browser.complaints) == 2
    assert all("Content Security Policy" in each["text"] for each in browser.complaints)


def test_readable_without_a_script(browse, chromium):
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    browse("alexnet")
    text = json.dumps(chromium.call("DOMSnapshot.captureSnapshot", computedStyles=[])["strings"])
    for row in measure(architecture("alexnet")).rows:
        assert row.name.rpartition("/")[2] in text

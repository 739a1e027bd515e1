"""The sliders: every cell that the page works out anew is what Python measures at that size."""

import json
from itertools import pairwise
from math import log

import pytest
from click.testing import CliRunner

from resnet_analyzer.analyses.conventions import conventions
from resnet_analyzer.analyses.formula.recipe import recipe_of
from resnet_analyzer.analyses.memory import memory
from resnet_analyzer.analyses.training import training_step
from resnet_analyzer.architectures.base import architecture, find
from resnet_analyzer.cli.main import program
from resnet_analyzer.measurement import measure
from resnet_analyzer.numbers import counted, decimal, short
from resnet_analyzer.plots.base import PLOTS
from resnet_analyzer.report.columns import decimals_for, spell_column
from resnet_analyzer.report.measured import measured_report
from resnet_analyzer.report.network import network_report

SIZES = {
    "resnet50": [{"n": n, "width": width} for n, width in (
        (1, 64), (2, 64), (31, 64), (32, 64), (33, 1), (64, 2), (97, 33), (100, 64), (128, 64), (160, 96), (192, 64),
        (223, 64), (224, 64), (225, 64), (224, 128), (256, 65), (299, 64), (320, 17), (384, 64), (511, 63),
    )],
    "densenet121": [{"n": n} for n in (29, 30, 31, 32, 33, 63, 64, 65, 97, 100, 128, 160, 223, 224, 225, 256, 299, 384, 500, 512)],  # noqa: E501
    "googlenet": [{"n": n} for n in (31, 32, 33, 64, 65, 97, 128, 160, 223, 224, 225, 256, 299, 300, 320, 384, 448, 500, 511, 512)],  # noqa: E501
    "lecture50": [{"n": n} for n in (37, 38, 39, 40, 47, 48, 63, 64, 65, 70, 96, 97, 128, 130, 160, 200, 224, 256, 300, 512)],  # noqa: E501
}  # fmt: skip
FURTHER, SLOW = ("googlenet", "lecture50"), [pytest.mark.slow]
READ = """[...document.querySelectorAll('.table[data-live=NAME] tr[data-row]')].map(row =>
    [...row.cells].map(cell => [cell.textContent, cell.dataset.v || null]))"""


def set_to(browser, point):
    for name, value in point.items():
        browser.run(
            f"(() => {{ const input = document.getElementById('live-{name}'); input.value = {value};"
            "input.dispatchEvent(new Event('input')); })()"
        )
    browser.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def expected(measurement, home, how):
    """What the table says at this size, in the units that it has at home."""
    table, own = (measured_report(each, how=how).tables[0] for each in (measurement, home))
    columns = []
    for index, column in enumerate(table.columns):
        values = [row[index] for row in table.rows]
        if column.kind == "scaled":
            unit, _ = spell_column(column, [row[index] for row in own.rows])
            size = {"k": 10**3, "M": 10**6, "G": 10**9}.get(unit.removesuffix(column.title), 1)
            places = decimals_for([row[index] for row in own.rows])
            columns.append([_scaled(value, size, places) for value in values])
        else:
            columns.append(spell_column(column, values)[1])
    return table, [list(cells) for cells in zip(*columns, strict=True)]


def _scaled(value, size, places):
    if value is None:
        return "–"
    if size == 1:
        return f"{value:,}"
    return decimal(value, size, places)


@pytest.mark.parametrize("name", [pytest.param(name, marks=SLOW if name in FURTHER else []) for name in SIZES])
def test_every_cell_is_what_python_measures(browse, name):
    browser = browse(name)
    recipe = recipe_of(find(name))
    home = recipe.measured({})
    assert len(SIZES[name]) == 20
    for point in SIZES[name]:
        set_to(browser, point)
        measured = recipe.measured(point)
        table, texts = expected(measured, home, how=True)
        shown = browser.run(READ.replace("NAME", "layers"))
        for row, line, cells in zip(table.rows, texts, shown, strict=True):
            assert [text for text, _ in cells] == line[1:], point
            raw = [int(value) for _, value in cells if value is not None]
            assert raw == [value for value in row[1:] if type(value) is int], point
        stages, lines = expected(measured, home, how=False)
        seen = browser.run(READ.replace("NAME", "stages"))
        if len(lines) == len(seen):  # a stage is cut where the size changes, and a map of 1×1 changes no more
            assert [[text for text, _ in cells[1:]] for cells in seen] == [line[1:] for line in lines], point
        else:
            assert max(point["n"], len(stages.rows)) < len(seen)
        totals = browser.run("document.getElementById('totals').textContent")
        assert totals == (
            f"{measured.totals.trainable_params:,} parameters · {measured.totals.macs:,} MACs · "
            f"{measured.totals.flops:,} FLOPs · {measured.totals.activations:,} activations"
        )
    assert browser.complaints == []


def test_reset_and_home(browse):
    browser = browse("resnet50")
    before = browser.run(READ.replace("NAME", "layers"))
    set_to(browser, {"n": 97})
    assert browser.run("document.querySelectorAll('.changed').length") > 100
    browser.run("[...document.querySelectorAll('#panel button')].find(each => each.textContent === 'Reset').click()")
    assert browser.run(READ.replace("NAME", "layers")) == before
    assert browser.run("document.querySelectorAll('.changed').length") == 0


@pytest.mark.parametrize("text", ["0", "-5", "28", "1.5", "", "1e3", "99999999999"])
def test_sizes_that_cannot_be_change_nothing(browse, text):
    browser = browse("densenet121")
    before = browser.run(READ.replace("NAME", "layers"))
    set_to(browser, {"n": json.dumps(text)})
    assert browser.run(READ.replace("NAME", "layers")) == before


def test_the_range_moves_the_number_and_back(browse):
    browser = browse("resnet50")
    range_of = "document.querySelector('#panel input[type=range]')"
    browser.run(f"{range_of}.value = 128; {range_of}.dispatchEvent(new Event('input'))")
    assert browser.run("document.getElementById('live-n').value") == "128"
    set_to(browser, {"n": 300})
    assert browser.run(f"{range_of}.value") == "300"


def test_a_sorted_table_is_sorted_anew(browse):
    browser = browse("resnet50")
    rows = "[...document.querySelectorAll('.table[data-live=layers] tr[data-row]')]"
    browser.run("document.querySelector('.table[data-live=layers] thead th:nth-child(5) button').click()")
    set_to(browser, {"n": 64})
    values = browser.run(f"{rows}.map(row => row.cells[4].dataset.v).filter(Boolean).map(Number)")
    assert values == sorted(values, reverse=True)


def test_no_panel_where_there_is_no_formula(browse, tmp_path):
    from resnet_analyzer import architecture, measure
    from resnet_analyzer.measurement import WRITERS
    from resnet_analyzer.report.network import network_report

    file = tmp_path / "page.html"
    file.write_text(WRITERS["html"].render(network_report(measure(architecture("alexnet")), "x"), 80, False))
    assert browse(file).run("document.getElementById('panel')") is None


def test_title_lead_and_glance_follow_and_come_back(browse):
    """Nothing on the page stands for another size: what is not recomputed says so, and is back at once."""
    browser = browse("resnet50")
    home = browser.run("document.body.innerText")
    set_to(browser, {"n": 320})
    each = measure(architecture("resnet50", input=320))
    report = network_report(each, "resnet50")
    assert browser.run("document.querySelector('h1 span').textContent") == report.title.partition(" · ")[2]
    assert browser.run("document.querySelector('p.lead').textContent") == report.lead[0]
    rows = browser.run(READ.replace("NAME", "glance"))
    for row, (name, value, _) in zip(rows, report.sections[0].tables[0].rows, strict=True):
        assert (row[0][0], row[1][0]) == (name, f"{value:,}")
    fixed = "[...document.querySelectorAll('figcaption')].filter(each => each.offsetParent).map(each => each.innerText)"
    assert browser.run(fixed) == ["Its words follow the size chosen above; its boxes keep their sizes."]
    set_to(browser, {"n": 224})
    assert browser.run("document.body.innerText") == home


TABLES = (
    "glance", "kinds", "most-params", "most-macs", "sizes", "memory", "training-memory", "step", "receptive",
    "roofline",
)  # fmt: skip
POINTS = {
    "resnet50": [{"n": 97}, {"n": 320}, {"n": 500, "width": 33}, {"n": 224, "width": 128}],
    "resnet20": [{"n": 16}, {"n": 48, "width": 17}],
    "alexnet": [{"n": 99}, {"n": 448}],
    "googlenet": [{"n": 33}, {"n": 448}],
    "densenet121": [{"n": 65}, {"n": 320}],
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=SLOW if name != "resnet50" else []) for name in POINTS])
def test_tables_and_sentences_of_all_sections_follow(browse, name):
    browser, recipe = browse(name), recipe_of(find(name))
    for point in POINTS[name]:
        set_to(browser, point)
        report = network_report(recipe.measured(point), name)
        for table in (each for each in report.all_tables if each.live in TABLES):
            shown = browser.run(READ.replace("NAME", table.live))
            known = {cells[0][0]: cells for cells in shown}
            assert len(known) == len(table.rows)
            for row in table.rows:
                if row[0] != "layers":
                    cells = known[row[0]]
                    told = [value for value, column in zip(row, table.columns, strict=True) if column.kind == "count"]
                    raw = [int(value) for _, value in cells if value is not None]
                    assert set(filter(None, told)) <= set(raw), (table.live, row, point)
                    words = [i for i, column in enumerate(table.columns) if column.kind in ("text", "shape")]
                    assert [cells[i][0] for i in words] == [row[i] or "–" for i in words], (table.live, point)
                    shares = [i for i, column in enumerate(table.columns) if column.kind == "share"]
                    told = [spell_column(table.columns[i], [row[i]])[1][0] for i in shares]
                    assert [cells[i][0] for i in shares] == told, (table.live, row, point)
        for section in (each for each in report.sections if each.live):
            read = (
                f"[...document.querySelectorAll('section[data-live={section.live}] > p.see')].map(p => p.textContent)"
                ".filter(Boolean)"
            )
            assert browser.run(read) == list(section.see), point
    assert browser.complaints == []


def test_words_of_the_drawing_follow(browse):
    browser = browse("resnet50")
    words = "[...document.querySelectorAll('figure[data-picture=architecture] text')].filter(t => t.style.display !== 'none').map(t => t.textContent)"  # noqa: E501
    assert browser.run(words) == []
    set_to(browser, {"n": 160, "width": 32})
    told = browser.run(words)
    totals = recipe_of(find("resnet50")).measured({"n": 160, "width": 32}).totals
    assert f"160×160×3 · {short(totals.params)} parameters · {short(totals.macs)}MACs" in told
    assert {"80×80", "40×40", "20×20", "10×10", "5×5", "7×7, 32, /2", "1×1, 1024", "1×1, 256, /2"} <= set(told)
    set_to(browser, {"n": 224, "width": 64})
    assert browser.run(words) == []


def test_charts_are_drawn_anew(browse):
    browser = browse("resnet50")
    chart = "document.querySelector('figure[data-picture={}] svg.live')"
    assert browser.run("document.querySelector('svg.live')") is None
    set_to(browser, {"n": 96})
    measured = recipe_of(find("resnet50")).measured({"n": 96})
    texts = "[...%s.querySelectorAll('text')].map(t => t.textContent)"
    spent = [sum(row.macs for row in measured.rows if row.node.scope.startswith(f"stage{s}")) for s in range(1, 6)]
    assert set(map(counted, spent)) <= set(browser.run(texts % chart.format("cost")))
    assert {"96", "48", "24", "12", "6", "3"} <= set(browser.run(texts % chart.format("resolution")))
    assert short(memory(measured).peak) in browser.run(texts % chart.format("memory"))
    step = training_step(measured)
    assert "MACs of one step" in browser.run(texts % chart.format("training"))
    assert step.macs
    widths = f"[...{chart.format('training')}.querySelectorAll('rect > title')].map(t => t.textContent)"
    first = [layer.macs() for layer in step.layers if layer.row.node.scope.startswith("stage2")]
    assert f"stage2, forward: {sum(each[0] for each in first):,}" in browser.run(widths)
    set_to(browser, {"n": 224})
    assert browser.run("document.querySelector('svg.live')") is None


def test_what_a_unit_sees_is_drawn_anew(browse):
    """The boxes of the middle units, to scale, as the picture of that size has them."""
    browser = browse("resnet50")
    set_to(browser, {"n": 96})
    read = "[...document.querySelectorAll('figure[data-picture=receptive] svg.live rect')].map(r => [r.x, r.y, r.width, r.height].map(a => a.baseVal.value))"  # noqa: E501
    image, *boxes = browser.run(read)
    shown = PLOTS["receptive"].draw(recipe_of(find("resnet50")).measured({"n": 96})).data
    pixel = image[2] / 96
    low, high = -2 * 96, max(each.box[1][1] for each in shown) + 1  # up to two images before the edge are drawn
    ends = [[max(each.box[1][0], low), min(each.box[1][1] + 1, high)] for each in shown]
    ends.insert(0, [0, 96])  # the part of the last that lies on the image
    wanted = [((last - first) * pixel, (first - ends[-1][0]) * pixel) for first, last in ends]
    assert [(width, x - boxes[-1][0]) for x, _, width, _ in boxes] == [pytest.approx(each, abs=0.01) for each in wanted]


def test_layers_under_the_roof_are_drawn_anew(browse):
    """Each layer at its operations a byte and a second; those of the same place lie on one another."""
    browser = browse("resnet50")
    set_to(browser, {"n": 320})
    read = "[...document.querySelectorAll('figure[data-picture=roofline] svg.live circle')].map(c => [c.cx.baseVal.value, c.cy.baseVal.value])"  # noqa: E501
    points = PLOTS["roofline"].draw(recipe_of(find("resnet50")).measured({"n": 320})).data.points
    drawn = browser.run(read)[len({kind for kind, *_ in points}) :]
    assert len(drawn) == len(points)
    places = sorted(zip(drawn, points, strict=True), key=lambda pair: pair[1][1])
    for (one, (_, x1, y1)), (two, (_, x2, y2)) in pairwise(places[:: len(places) // 5]):
        steps = [log(x2 / x1) / (two[0] - one[0])] if x2 > x1 else []
        assert all(
            step == pytest.approx(log(points[0][1] / points[-1][1]) / (drawn[0][0] - drawn[-1][0])) for step in steps
        )
        assert (y2 > y1) == (two[1] < one[1])


def test_two_columns_from_1100_pixels(browse):
    place = "document.querySelector('SELECTOR').getBoundingClientRect().left"
    for width, beside in ((1280, True), (1920, True), (1000, False), (390, False)):
        browser = browse("resnet50", width=width)
        drawing, glance = (browser.run(place.replace("SELECTOR", each)) for each in (".drawing", "#s1"))
        assert (glance > drawing + 200) == beside
        assert browser.run("document.documentElement.scrollWidth") <= width
    browser = browse("resnet50", width=1280)
    browser.run("scrollTo(0, 3000)")
    assert browser.run("document.querySelector('.drawing').getBoundingClientRect().top") >= 0  # it stays in view


@pytest.mark.parametrize("command", [("conventions",), ("report", "--conventions")])
def test_what_other_tools_print_follows_the_slider(command, browse, tmp_path):
    """As the command line counts it at that size; "–" where a tool's rule has no formula."""
    page = tmp_path / "page.html"
    assert CliRunner().invoke(program, [command[0], "alexnet", *command[1:], "-o", str(page)]).exit_code == 0
    browser = browse(page)
    set_to(browser, {"n": 193})
    shown = browser.run(READ.replace("NAME", "tools"))
    found = conventions(recipe_of(find("alexnet")).measured({"n": 193}))
    assert [cells[0][0] for cells in shown] == [each.convention.label for each in found]
    numbers = [cells[2][0] for cells in shown]
    assert sum(number != "–" for number in numbers) >= 20
    assert all(
        number in ("–", f"{each.number:,}") for number, each in zip(numbers, found, strict=True) if not each.fails
    )
    assert "193×193" in browser.run("document.querySelector('h1').textContent")
    assert browser.complaints == []

"""The closed forms that go with a page, read by an evaluator of the tests' own: every cell of every network."""

import json

import pytest

from resnet_analyzer.analyses.formula.recipe import recipe_of, recipe_of_graph
from resnet_analyzer.architectures.base import ARCHITECTURES, find
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import WRITERS, measure
from resnet_analyzer.numbers import share, short
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.report.live import live_data
from resnet_analyzer.report.measured import measured_report
from resnet_analyzer.report.network import network_report
from resnet_analyzer.shape import Shape, spell
from tests.analyses.evaluate_data import evaluate

FEW = ("resnet50", "resnet20", "densenet121", "googlenet", "alexnet", "lecture101", "seresnet50")


class Evaluator:
    """Cells of exported data at a point."""

    def __init__(self, data, point):
        self.data, self.point = data, point

    def number(self, index):
        return evaluate(self.data, self.data["formulas"][index], self.point)

    def cell(self, cell, kept):
        if cell is None:
            return kept
        if isinstance(cell, int):
            return self.number(cell)
        if "shape" in cell:
            return spell(tuple(map(self.number, cell["shape"])))
        if "share" in cell:
            return share(*map(self.number, cell["share"]))
        return "".join(map(self.piece, cell["text"]))

    def piece(self, piece):
        if isinstance(piece, dict):
            ((how, index),) = piece.items()
            return {"grouped": "{:,}".format, "short": short}[how](self.number(index))
        return piece if isinstance(piece, str) else str(self.number(piece))


def cells_agree(data, recipe, point):
    measured = recipe.measured(point)
    own = Evaluator(data, {each["name"]: each["value"] for each in data["variables"]} | point)
    for name, how in (("layers", True), ("stages", False)):
        rows = measured_report(measured, how=how).tables[0].rows
        if name in data["tables"] and len(rows) == len(data["tables"][name]):
            for row, cells in zip(rows, data["tables"][name], strict=True):
                assert [own.cell(cell, kept) for cell, kept in zip(cells, row, strict=True)] == list(row)
    assert all(own.number(index) == getattr(measured.totals, name) for name, index in data["totals"].items())
    assert "layers" in data["tables"]


def points_of(data, n):
    yield {}
    yield {"n": n + 1}
    yield {"n": 2 * n + 3}
    if any(each["name"] == "width" for each in data["variables"]):
        (width,) = [each["value"] for each in data["variables"] if each["name"] == "width"]
        yield {"n": n + 7, "width": width + 1}


@pytest.mark.parametrize("name", FEW)
def test_every_cell(name):
    recipe = recipe_of(find(name))
    data = json.loads(json.dumps(live_data(recipe.measured({}), recipe)))
    for point in points_of(data, find(name).input[0]):
        cells_agree(data, recipe, point)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if name not in FEW])
def test_every_cell_of_every_network_and_its_pages(name):
    known = find(name)
    recipe = recipe_of(known)
    data = live_data(recipe.measured({}), recipe)
    assert data is not None
    for point in points_of(data, known.input[0]):
        cells_agree(data, recipe, point)
    report = network_report(measure(known.graph()), name, known, recipe)._replace(live=lambda: data)
    for format_name in ("markdown", "html", "latex", "json", "csv", "table"):
        assert WRITERS[format_name].render(report, 120, False)


def two_inputs():
    from resnet_analyzer.ops.elementwise import Add

    build = GraphBuilder("two")
    a, b = build.input(Shape(1, 8, 8, 3), "left"), build.input(Shape(1, 8, 8, 3), "right")
    build.add("add", Add(), a, b)
    return build.graph()


def no_weights():
    build = GraphBuilder("pool")
    build.add("pool", MaxPool2d(2, 2), build.input(Shape(1, 8, 8, 3)))
    return build.graph()


def not_square():
    build = GraphBuilder("wide")
    build.add("conv", Conv2d(4, (3, 5), 2), build.input(Shape(1, 32, 48, 3)))
    return build.graph()


@pytest.mark.parametrize("make", [two_inputs, no_weights, not_square])
def test_unusual_graphs_have_a_report_too(make):
    measured = measure(make())
    try:
        recipe = recipe_of_graph(measured.graph)
    except Exception:
        recipe = None
    report = network_report(measured, "x", None, recipe)
    for format_name in ("markdown", "html", "latex", "json", "csv", "table"):
        assert WRITERS[format_name].render(report, 80, False)
    data = report.live()
    names = [each["name"] for each in data["variables"]] if data else []
    assert names == {two_inputs: [], no_weights: ["n"], not_square: ["h", "w"]}[make]

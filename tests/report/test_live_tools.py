"""What other tools print, on a page with sliders: its formulas give every tool's own number at other sizes."""

from __future__ import annotations

import pytest

from resnet_analyzer.analyses.conventions import conventions
from resnet_analyzer.analyses.formula.recipe import recipe_of
from resnet_analyzer.architectures.base import find
from resnet_analyzer.report.conventions import conventions_report
from resnet_analyzer.report.live import tools_data

from ..analyses.evaluate_data import evaluate


@pytest.mark.parametrize("name", ["resnet50", "alexnet", "vgg16", "googlenet", "densenet121"])
def test_every_number_is_the_tools_own(name):
    recipe = recipe_of(find(name))
    home = recipe.measured({})
    data = tools_data(home, recipe)
    rows = data["tables"]["tools"]
    table = conventions_report(home).tables[0]
    assert table.live == "tools"
    assert len(rows) == len(table.rows)
    assert all(len(row) == len(table.columns) for row in rows)
    told = [row[2] for row in rows if isinstance(row[2], int)]
    assert len(told) >= 20  # most tools' rules have a formula
    for size in (97, 160, 193, 225, 320):
        values = {each["name"]: each["value"] for each in data["variables"]} | {"n": size}
        for row, each in zip(rows, conventions(recipe.measured({"n": size})), strict=True):
            if isinstance(row[2], int):
                number = evaluate(data, data["formulas"][row[2]], values)
                assert number == each.number, (each.convention.name, size)

"""Exported closed forms, read by an evaluator of the tests' own."""

import json

import pytest

from resnet_analyzer.analyses.formula.closed import closed_form
from resnet_analyzer.analyses.formula.data import as_data
from resnet_analyzer.analyses.formula.recipe import recipe_of
from resnet_analyzer.architectures.base import find

from .evaluate_data import evaluate


@pytest.mark.parametrize(
    ("name", "variables", "points"),
    [
        ("resnet50", ["n"], [{"n": 224}, {"n": 97}]),
        (
            "densenet121",
            ["growth", "blocks"],
            [{"growth_rate": 32, "blocks1": 6, "blocks2": 12, "blocks3": 24, "blocks4": 16}],
        ),
        ("seresnet18", ["width"], [{"width": 2}, {"width": 64}]),
        ("vgg11", ["h", "w"], [{"h": 40, "w": 64}]),
    ],
)
def test_exported_forms_give_the_integer_paths_figures(name, variables, points):
    recipe = recipe_of(find(name))
    data = json.loads(json.dumps(as_data(closed_form(recipe, variables))))
    for point in points:
        totals = recipe.measured(point).totals
        for figure, formula in data["figures"].items():
            assert evaluate(data, formula, point) == getattr(totals, figure)

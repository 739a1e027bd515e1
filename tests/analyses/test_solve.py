"""`solve` answers are the largest: brute force over all values, and budgets on both sides, by the integer path."""

import random

import pytest

from resnet_analyzer.analyses.formula.closed import closed_form
from resnet_analyzer.analyses.formula.recipe import recipe_of
from resnet_analyzer.analyses.memory import memory
from resnet_analyzer.analyses.solve.budget import Budget, Range, Search, front, largest
from resnet_analyzer.analyses.solve.growth import never_falls
from resnet_analyzer.analyses.solve.match import figures_named, matches, matches_among
from resnet_analyzer.architectures.base import find
from resnet_analyzer.dim.polynomial import floor_of, polynomial, variable
from resnet_analyzer.errors import AnalyzerError, CheckFailed, UsageError

CASES = [
    ("resnet50", "n", "macs"), ("resnet50", "width", "trainable_params"), ("resnet50", "blocks3", "flops"),
    ("densenet121", "growth_rate", "macs"), ("alexnet", "n", "flops"), ("vgg11", "n", "activations"),
    ("googlenet", "n", "macs"), ("wrn16_8", "width", "params"), ("resnext50_32x4d", "bottleneck_width", "macs"),
    ("resnet50", "batch", "macs"),
]  # fmt: skip
RECIPES = {name: recipe_of(find(name)) for name, _, _ in CASES}


def solved(name, budgets, *ranges, style=None):
    return Search(recipe_of(find(name), style=style), ranges, budgets)


@pytest.mark.parametrize("seed", range(50))
def test_random_budgets_are_met_and_one_more_is_over(seed):
    """The integer path alone judges: it shares no code with closed forms and bisection."""
    chance = random.Random(seed)
    name, along, figure = CASES[seed % len(CASES)]
    recipe = RECIPES[name]
    start = {"n": 64, "width": 20}.get(along, 1)
    low = getattr(recipe.measured({along: start}).totals, figure)
    amount = low + chance.randrange(1, 40 * low)
    value = largest(Search(recipe, [Range(along)], [Budget(figure, amount)])).values[along]
    assert getattr(recipe.measured({along: value}).totals, figure) <= amount
    assert getattr(recipe.measured({along: value + 1}).totals, figure) > amount


def test_the_largest_input_of_resnet50_for_4_1_giga():
    answer = largest(solved("resnet50", [Budget("macs", 4_100_000_000)], Range("n")))
    assert answer.values == {"n": 224}
    assert answer.figures["macs"] == 3_857_973_248


def test_a_budget_that_is_met_exactly_is_met():
    assert largest(solved("resnet50", [Budget("macs", 3_857_973_248)], Range("n"))).values == {"n": 224}
    assert largest(solved("resnet50", [Budget("macs", 3_857_973_247)], Range("n"))).values == {
        "n": 222
    }  # 223 costs as 224


def test_steps_and_ends_of_a_range():
    budget = [Budget("macs", 4_100_000_000)]
    assert largest(solved("resnet50", budget, Range("n", 32, None, 48))).values == {"n": 224}
    assert largest(solved("resnet50", budget, Range("n", 32, 100, 48))).values == {"n": 80}
    assert largest(solved("alexnet", [Budget("macs", 10**9)], Range("n", 1, None, 7))).values["n"] % 7 == 1


def test_memory_is_met_and_one_more_is_over():
    problem = solved("resnet50", [Budget("memory", 150_000_000)], Range("n"))
    value = largest(problem).values["n"]
    totals = [memory(problem.recipe.measured({"n": n})).total for n in (value, value + 1)]
    assert totals[0] <= 150_000_000 < totals[1]


def test_where_only_divisors_are_possible():
    answer = largest(solved("resnet18", [Budget("trainable_params", 12_000_000)], Range("cardinality")))
    assert answer.values == {"cardinality": 64}
    assert answer.beyond == {"cardinality": None}


@pytest.mark.parametrize(
    ("names", "amount"), [(("n", "width"), 30_000_000), (("blocks1", "blocks2", "batch"), 90_000_000)]
)
def test_the_pareto_set_is_that_of_brute_force(names, amount):
    problem = solved("resnet20", [Budget("macs", amount)], *map(Range, names))
    found = {tuple(point.values()) for point in front(problem)}
    limits = {name: max(point[i] for point in found) + 1 for i, name in enumerate(names)}
    limits |= {"n": min(limits.get("n", 0), 40)}
    cells = [()]
    for name in names:
        cells = [(*cell, value) for cell in cells for value in range(1, limits[name] + 1)]
    fit = {cell for cell in cells if problem.form.at(dict(zip(names, cell, strict=True)))["macs"] <= amount}
    grown = [[(*cell[:i], cell[i] + 1, *cell[i + 1 :]) for i in range(len(cell))] for cell in sorted(fit)]
    maximal = {cell for cell, more in zip(sorted(fit), grown, strict=True) if not any(each in fit for each in more)}
    inner = {cell for cell in maximal if all(value < limits[name] for name, value in zip(names, cell, strict=True))}
    assert inner
    assert inner == {cell for cell in found if all(value < limits[n] for n, value in zip(names, cell, strict=True))}


def test_budgets_that_cannot_be_are_refused():
    with pytest.raises(CheckFailed, match="the smallest, n = 1, takes 25,502,912 MACs, more than 1,000,000"):
        largest(solved("resnet50", [Budget("macs", 10**6)], Range("n")))
    with pytest.raises(UsageError, match="do not depend on it"):
        largest(solved("resnet50", [Budget("trainable_params", 10**9)], Range("n")))


def test_growth_is_proved_not_assumed():
    n = variable("n")
    assert never_falls(floor_of(n + 3, 8) ** 2 - 2 * floor_of(n + 3, 8), "n", 13)  # from ⌊16/8⌋ = 2 on
    assert not never_falls(floor_of(n + 3, 8) ** 2 - 2 * floor_of(n + 3, 8), "n", 1)
    assert not never_falls(n - floor_of(n, 3) * 4, "n", 1)
    assert not never_falls(polynomial(5) - n, "n", 1)


@pytest.mark.parametrize("name", ["alexnet", "vgg11", "googlenet", "lecture50"])
def test_growth_that_is_proved_is_true(name):
    form = Search(recipe_of(find(name)), [Range("n")], []).form
    for figure in ("macs", "flops", "activations"):
        assert never_falls(form.figures[figure], "n", form.least["n"])
        values = [form.figures[figure].at(n=n) for n in range(form.least["n"], 300)]
        assert values == sorted(values)


def test_what_has_25557032_parameters():
    found = list(
        matches_among([find("resnet50"), find("resnet34"), find("vgg16")], 25_557_032, figures_named("params"))
    )
    assert [(each.network, each.style, each.values) for each in found] == [
        ("resnet50", "paper", {}),
        ("resnet50", "torchvision", {}),
    ]


def test_a_number_of_classes_is_found():
    found = list(matches_among([find("resnet50")], 23_528_522, ["trainable_params"]))  # torchvision's with 10 classes
    assert found[0].values == {"classes": 10}


def test_a_block_without_a_classifier_is_found_as_it_stands():
    found = list(matches_among([find("bottleneck"), find("basic")], 2 * 256 * 64 + 9 * 64 * 64, ["params"]))
    assert [(each.network, each.values) for each in found] == [("bottleneck", {})]
    with pytest.raises(UsageError, match="unknown variable of basic 'classes'"):
        closed_form(recipe_of(find("basic")), ["classes"])


@pytest.mark.parametrize(
    ("name", "amount", "names", "values"),
    [
        ("resnet50", 44_549_160, (), {"blocks3": 23}),  # torchvision's ResNet-101
        ("resnet50", 60_192_808, ("blocks",), {"blocks1": 3, "blocks2": 8, "blocks3": 36, "blocks4": 3}),  # ResNet-152
        ("densenet121", 20_013_928, ("blocks3", "blocks4"), {"blocks3": 48, "blocks4": 32}),  # DenseNet-201
        ("resnet18", 21_797_672, ("blocks",), {"blocks1": 3, "blocks2": 4, "blocks3": 6, "blocks4": 3}),  # ResNet-34
        ("wide_resnet50_2", 25_557_032, (), {"bottleneck_width": 64}),
    ],
)
def test_published_relatives_are_found(name, amount, names, values):
    found = list(matches(recipe_of(find(name)), amount, ["trainable_params"], names))
    assert values in [each.values for each in found]
    for each in found:
        assert recipe_of(find(name)).measured(each.values).totals.trainable_params == amount


def test_unknown_figures_are_refused():
    with pytest.raises(AnalyzerError, match="expected params, macs"):
        figures_named("weights")


def test_a_width_that_the_closed_form_excepts_is_found():
    """At the stem's own 16 channels WRN-16-8 needs no projection: fewer weights than the formula beside it tells."""
    recipe = recipe_of(find("wrn16_8"))
    amount = recipe.measured({"width": 9}).totals.macs
    assert largest(Search(recipe, [Range("width")], [Budget("macs", amount)])).values == {"width": 9}
    assert [each.values for each in matches(recipe, amount, ["macs"], ["width"])] == [{"width": 9}]
    with pytest.raises(CheckFailed, match="no value meets the budget"):
        largest(Search(recipe, [Range("width", 10)], [Budget("macs", amount)]))
    assert largest(Search(recipe, [Range("width", 3, None, 5)], [Budget("macs", amount)])).values == {"width": 8}
    stem = recipe.measured({"width": 16}).totals.params
    assert stem < Search(recipe, [Range("width")], [Budget("params", stem)]).form.figures["params"].at(width=16)
    assert largest(Search(recipe, [Range("width")], [Budget("params", stem)])).values == {"width": 16}
    assert largest(Search(recipe, [Range("width")], [Budget("params", stem - 1)])).values == {"width": 15}
    assert [each.values for each in matches(recipe, stem, ["params"], ["width"])] == [{"width": 16}]

"""Memory as closed forms, and the largest batch within a budget."""

from __future__ import annotations

import random

import pytest

from resnet_analyzer.analyses.formula.recipe import recipe_of
from resnet_analyzer.analyses.memory import memory
from resnet_analyzer.analyses.memory_model import Model, memory_form
from resnet_analyzer.analyses.solve.budget import Budget, Range, Search, largest
from resnet_analyzer.analyses.training_memory import CHECKPOINTS, Setting, training_memory
from resnet_analyzer.architectures.base import architecture, find
from resnet_analyzer.errors import UnknownName
from resnet_analyzer.measurement import measure


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "vgg11", "googlenet", "densenet121"])
def test_closed_forms_of_inference_are_the_integer_path(name):
    """At 100 random points in all, in place or not, folded or not."""
    chance = random.Random(name)
    for in_place, fuse_bn in ((False, False), (True, True)):
        model = Model("inference", Setting(in_place=in_place), fuse_bn)
        form = memory_form(recipe_of(find(name)), ["h", "w", "batch"], model)
        for _ in range(10):
            point = {"h": chance.randint(64, 500), "w": chance.randint(64, 500), "batch": chance.randint(1, 64)}
            plain = measure(architecture(name, (point["h"], point["w"], 3)), point["batch"])
            found, figures = memory(plain, 4, in_place, fuse_bn), form.at(point)
            assert (figures["weights"], figures["peak"], figures["total"]) == (found.weights, found.peak, found.total)


def test_closed_forms_in_the_width():
    form = memory_form(recipe_of(find("resnet50")), ["width", "classes"], Model("training"))
    for width, classes in ((32, 10), (64, 1000), (96, 7)):
        plain = measure(architecture("resnet50", width=width, classes=classes))
        found = training_memory(plain)
        assert form.at(width=width, classes=classes)["total"] == found.total
        assert form.at(width=width, classes=classes)["kept"] == found.kept


@pytest.mark.parametrize("seed", range(20))
def test_the_largest_batch_within_a_random_budget(seed):
    """Maximal: it fits, and one more image does not, both worked out layer by layer."""
    chance = random.Random(seed)
    name = chance.choice(["resnet18", "resnet20", "googlenet", "vgg11"])
    setting = Setting(
        chance.choice(["float32", "bfloat16"]), chance.choice(["sgd", "momentum", "adam"]), chance.choice(CHECKPOINTS)
    )
    model = Model(chance.choice(["inference", "training"]), setting)
    one, two = (model.total(measure(architecture(name), batch)) for batch in (1, 2))
    budget = one + (two - one) * chance.randint(0, 3_000) + chance.randint(0, two - one)
    found = largest(Search(recipe_of(find(name)), [Range("batch")], [Budget("memory", budget)], model)).values["batch"]
    assert model.total(measure(architecture(name), found)) <= budget
    assert model.total(measure(architecture(name), found + 1)) > budget


def test_what_is_no_type_is_one_clear_error():
    with pytest.raises(UnknownName):
        Model("inference", Setting("float8")).total(measure(architecture("resnet18")))

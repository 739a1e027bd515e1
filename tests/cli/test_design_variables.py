"""A design's own variables: set, symbols of formulas, unknowns of solve, axes of sweeps; held against whole numbers."""

import csv
import io
import random
from fractions import Fraction

import pytest

import resnet_analyzer as ra
from resnet_analyzer.design import evaluate
from resnet_analyzer.design._ratio import Ratio
from resnet_analyzer.dim import symbol
from resnet_analyzer.errors import CheckFailed, NeedsNumbers, UnknownName, UsageError

FIGURES = ("params", "all_params", "macs", "flops", "activations")
NET = """design: mine
input: 64
classes: 10
variables: {width: 64, depth: 2, w: 3, half: width//2}
layers:
- conv2d: {name: stem, filters: width, kernel_size: w, padding: same}
- group: {name: block, repeat: depth}
  layers:
  - conv2d: {name: left, filters: 2*width//8, kernel_size: 1}
  - conv2d: {name: right, filters: 0.5*width, kernel_size: 3, padding: same, inputs: start}
  - concatenate: [left, right]
  - relu
- conv2d: {filters: half + 1, kernel_size: 1}
- global_average_pool2d
- dense: classes
"""
RESNET18 = """design: r18
input: 224
classes: 1000
variables: {width: 64}
layers:
- conv2d: {filters: width, kernel_size: 7, strides: 2, padding: 3, use_bias: false}
- batch_norm
- relu
- max_pool2d: {pool_size: 3, strides: 2, padding: 1}
- stage: {width: width, blocks: 2, block: basic, stride: 1}
- stage: {width: 2*width, blocks: 2, block: basic, stride: 2}
- stage: {width: 4*width, blocks: 2, block: basic, stride: 2}
- stage: {width: 8*width, blocks: 2, block: basic, stride: 2}
- global_average_pool2d
- dense: classes
"""


@pytest.fixture
def net(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(NET)
    return path


def written(tmp_path, **values):
    """The figures of a file in which other values are written: what setting them must give."""
    text = NET
    for name, value in values.items():
        text = text.replace({"width": "width: 64", "depth": "depth: 2", "w": " w: 3", "classes": "classes: 10"}[name],
                            f" {name}: {value}" if name == "w" else f"{name}: {value}")  # fmt: skip
    path = tmp_path / "written.yaml"
    path.write_text(text)
    return figures(ra.measure(path))


def figures(measurement):
    return {name: getattr(measurement.totals, name) for name in FIGURES}


def only(found):
    return {name: found[name] for name in FIGURES}


@pytest.mark.parametrize("values", [{"width": 32}, {"depth": 5}, {"w": 5}, {"classes": 7},
                                    {"width": 8, "depth": 1, "w": 1, "classes": 2}])  # fmt: skip
def test_a_value_that_is_set_is_one_that_is_written(net, tmp_path, values):
    assert figures(ra.measure(net, **values)) == written(tmp_path, **values)


def test_formulas_are_what_the_file_with_those_numbers_measures(net, tmp_path):
    form = ra.formula(net, "width,classes,variable_w")
    chance = random.Random(1)
    for _ in range(12):
        width, classes, kernel = chance.randrange(4, 400), chance.randrange(1, 99), chance.randrange(1, 9)
        if width % 2:
            with pytest.raises(CheckFailed, match="2 divides width"):  # 0.5*width channels
                form.at(width=width, classes=classes, variable_w=kernel)
            continue
        found = form.at(width=width, classes=classes, variable_w=kernel)
        assert only(found) == written(tmp_path, width=width, classes=classes, w=kernel)


def test_a_size_and_a_variable_of_its_name_are_two(net, tmp_path):
    form = ra.formula(net, "w,variable_w")
    assert only(form.at(w=20, variable_w=5)) == figures(ra.measure(net, input=(64, 20), w=5))
    assert only(form.at(w=20, variable_w=5)) != figures(ra.measure(net, input=(64, 20)))


def test_a_design_of_resnet18_has_the_formulas_of_resnet18(tmp_path):
    path = tmp_path / "r18.yaml"
    path.write_text(RESNET18)
    for names in ("width", "n,width,classes"):
        mine, known = ra.formula(path, names), ra.formula("resnet18", names)
        assert {name: mine.figures[name] for name in FIGURES} == {name: known.figures[name] for name in FIGURES}
    assert str(known.figures["params"]) != str(ra.formula("resnet18").figures["params"])


def test_what_decides_the_layers_has_no_formula(net):
    with pytest.raises(NeedsNumbers, match=r"net.yaml:7:32: repeat: depth decides what the layers are"):
        ra.formula(net, "depth")
    with pytest.raises(NeedsNumbers, match="depth"):
        ra.formula(net, "width,depth")


def test_derived_variables_follow_and_are_none_of_their_own(net):
    with pytest.raises(UnknownName, match="half"):
        ra.formula(net, "half")
    wide, narrow = ra.measure(net), ra.measure(net, half=5)
    assert [each.rows[-3].output[-1] for each in (wide, narrow)] == [33, 6]
    assert ra.formula(net, "half", half=5).at(half=32)["params"] == wide.totals.params


def test_solving_is_the_largest_that_measures_within(net):
    for name, step in (("width", 2), ("depth", 1), ("classes", 1)):
        budget = ra.measure(net, **{name: 23 * step}).totals.params
        for amount, expected in ((budget, 23 * step), (budget - 1, 22 * step)):
            found = ra.solve(net, {"params": amount}, name)
            assert found.values == {name: expected}
            assert found.figures["params"] == ra.measure(net, **{name: expected}).totals.params


def test_solving_for_a_count_and_a_width_is_the_pareto_set(net, run):
    budget = 30_000
    text = run("solve", str(net), "--max-params", str(budget), "--for", "depth=1:3,width", "--format", "csv").out
    found = {(int(row["depth"]), int(row["width"])) for row in csv.DictReader(io.StringIO(text))}
    for depth in (1, 2, 3):
        form = ra.formula(net, "width", depth=depth)
        fitting = [
            width for width in range(4, 240, 2) if ra.measure(net, width=width, depth=depth).totals.params <= budget
        ]
        assert (depth, max(fitting)) in found
        assert form.at(width=max(fitting) + 2)["params"] > budget


def test_sweeping_is_measuring_every_design(net, run):
    text = run("sweep", "--net", str(net), "--set", "width=8,9,16", "--depth", "1:3", "--set", "w=1,3",
               "--format", "csv").out  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 12  # 9 is no width: 0.5*9 is not whole
    for row in rows:
        found = ra.measure(net, width=int(row["width"]), depth=int(row["depth"]), w=int(row["variable_w"])).totals
        assert [int(row[name]) for name in ("params", "macs", "flops")] == [found.params, found.macs, found.flops]


def test_every_command_takes_the_setting(net, run, complain, tmp_path):
    params = f"{ra.measure(net, width=8).totals.params:,}"
    for command in (("show",), ("verify",), ("compare",)):
        assert params in run(*command, str(net), "--set", "width=8").out
    run("draw", str(net), "--set", "width=8", "-o", str(tmp_path / "net.svg"))
    assert "Did you mean width?" in complain("show", str(net), "--set", "widht=8")
    assert "width must be a number, not 'wide'" in complain("show", str(net), "--set", "width=wide")
    assert "expected NAME=VALUE" in complain("show", str(net), "--set", "width")
    assert "width is given twice" in complain("show", str(net), "--set", "width=8", "--set", "width=9")
    assert "filters must be a whole number" in complain("show", str(net), "--set", "width=9")
    assert "classes is given twice" in complain("show", str(net), "--classes", "8", "--set", "classes=9")
    assert [ra.verify(net, width=width).valid for width in (9, 10)] == [False, True]


@pytest.mark.parametrize("text", ["2*width//8", "width//3 + 1", "-width + 500", "(width - 7)//4*4", "width*width//5",
                                  "0.75*width", "width/6*3", "-(-width//8)", "width//-3 + 200", "1.5*width - width/2",
                                  "width + half", "7 - width/4", "64*width/width"])  # fmt: skip
def test_expressions_over_a_symbol_are_those_over_its_numbers(text):
    half = {"half": Ratio(symbol("width"), 2)}
    try:
        found = evaluate(text, {"width": symbol("width"), **half})
    except NeedsNumbers:
        assert "/width" in text
        return
    assert isinstance(found, Ratio)
    for width in (*range(1, 50), 997):
        expected = evaluate(text, {"width": width, "half": Fraction(width, 2)})
        assert Fraction(found.top.at(width=width), found.bottom) == expected


def test_values_that_are_none(net):
    for value in ("8", True, float("inf"), 10**18, None):
        with pytest.raises(UsageError, match="must be a number"):
            ra.load(net, width=value)
    assert ra.load(net, width=8.0).nodes


def test_an_expression_over_the_channels_is_a_formula_in_them(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: 16x16x3\nvariables: {growth: 8}\nlayers:\n- conv2d: {filters: channels*growth, kernel_size: 3}\n"
    )
    form = ra.formula(path, "channels,growth")
    assert only(form.at(channels=5, growth=3)) == figures(ra.measure(path, input=(16, 16, 5), growth=3))

"""Measuring: totals, failed checks, grids, symbols, unknown layers, long chains, and the JSON contract."""

from __future__ import annotations

import json
import re
import time
import tracemalloc
from fractions import Fraction
from typing import ClassVar

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_analyzer.dim import symbol
from resnet_analyzer.dim.polynomial import polynomial
from resnet_analyzer.errors import CheckFailed, DimensionOverflow, UsageError
from resnet_analyzer.graph import Graph, GraphBuilder, Node
from resnet_analyzer.measurement import CHUNK_CELLS, Totals, measure, walk
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.base import Cost, Op, Weight, Work
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.cropping import Cropping2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.global_pool import GlobalAveragePool2d
from resnet_analyzer.ops.group_norm import GroupNorm
from resnet_analyzer.ops.input import Input
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.opaque import Opaque
from resnet_analyzer.ops.reshape import Permute, Reshape
from resnet_analyzer.ops.separable_conv import SeparableConv2d
from resnet_analyzer.ops.transposed_conv import TransposedConv2d
from resnet_analyzer.shape import Shape


class _Counted(Op):
    """An op that tells how often its rule is asked."""

    turns: int = 1
    asked: ClassVar[list[int]] = []

    def rule(self, shape):
        self.asked.append(self.turns)
        return Cost(shape, work=Work(adds=shape.elements * self.turns))


@pytest.mark.parametrize("size", [8, symbol("n")])
def test_equal_layers_on_equal_shapes_are_worked_out_once(size):
    build = GraphBuilder("net")
    ops = [(f"layer{index}", _Counted(index // 50 + 1)) for index in range(100)]
    build.chain(build.input(Shape(1, size, 3)), *ops)
    _Counted.asked.clear()
    found = measure(build.graph())
    assert _Counted.asked == [1, 2]
    assert found.totals.flops == size * 3 * (50 * 1 + 50 * 2)


def test_layers_on_arrays_are_worked_out_one_by_one():
    build = GraphBuilder("net")
    build.chain(build.input(Shape(1, numpy.array([8, 9]), 3)), *[(f"layer{index}", _Counted()) for index in range(4)])
    assert list(measure(build.graph()).totals.flops) == [8 * 3 * 4, 9 * 3 * 4]


def stem(height, width, channels=3, filters=8, groups=1) -> Graph:
    """Conv 7×7/2 without padding, batch norm, ReLU, pooling, a grouped conv and its residual, a classifier."""
    build = GraphBuilder("stem", style="paper", classes=10)
    end = build.chain(
        build.input(Shape(1, height, width, channels)),
        ("conv", Conv2d(filters, 7, strides=2, use_bias=False)),
        ("bn", BatchNorm()),
        ("relu", Activation()),
        ("pool", MaxPool2d(3, 2, padding=1)),
    )
    branch = build.add("grouped", Conv2d(filters, 3, padding=1, groups=groups), end)
    end = build.add("add", Add(), branch, end)
    build.chain(end, ("mean", GlobalAveragePool2d()), ("fc", Dense(10)))
    return build.graph()


def small(op: Op, *shapes) -> Graph:
    build = GraphBuilder("small")
    inputs = [build.input(shape, f"input{number}") for number, shape in enumerate(shapes)]
    build.add("op", op, *inputs)
    return build.graph()


def test_totals_by_hand():
    """32×32×3: conv (32 − 7)//2 + 1 = 13; pool (13 + 2 − 3)//2 + 1 = 7."""
    result = measure(stem(32, 32))
    conv, grouped, fc = 7 * 7 * 3 * 8, 3 * 3 * 8 * 8, 8 * 10
    assert result.totals.layers == 9
    assert result.totals.params == result.totals.trainable_params == conv + 2 * 8 + grouped + 8 + fc + 10
    assert result.totals.moving_statistics == 2 * 8
    assert result.totals.all_params == result.totals.params + 2 * 8
    assert result.totals.macs == conv * 169 + grouped * 49 + fc
    assert result.totals.activations == 8 * 169 + 8 * 49 + 10
    normalise, relu, pool = 2 * 8 * 169 + 6 * 8, 8 * 169, 8 * 8 * 49
    bias, add, mean = 8 * 49, 8 * 49, 8 * 49
    assert result.totals.flops == 2 * result.totals.macs + normalise + relu + pool + bias + add + mean + 10
    assert result.status == "complete"
    assert result.valid is True
    assert result.by_name["conv"].how() == "(32 − 7)/2 + 1 = 13"
    assert result.by_name["relu"].how() == ""


def test_a_batch_multiplies_work_but_not_what_is_done_once():
    one, eight = measure(stem(32, 32)), measure(stem(32, 32), batch=8)
    once = 6 * 8  # the batch norm's factor and summand per channel
    assert eight.totals.macs == 8 * one.totals.macs
    assert eight.totals.flops - once == 8 * (one.totals.flops - once)
    assert eight.totals.activations == 8 * one.totals.activations
    assert eight.totals.params == one.totals.params
    assert one.by_name["bn"].work.square_roots == eight.by_name["bn"].work.square_roots == 8
    assert [row.output for row in eight.rows] == [Shape(8, *row.output[1:]) for row in one.rows]
    assert (one.batch, eight.batch) == (1, 8)


@pytest.mark.parametrize("batch", [0, -1, 1.5, True, (2, 2)])
def test_a_batch_is_a_number(batch):
    with pytest.raises(UsageError, match="measure: batch must be"):
        measure(stem(32, 32), batch)


class TestChecks:
    def test_the_message_is_exact(self):
        build = GraphBuilder("x")
        start = build.input(Shape(1, 3, 3, 4))
        with build.scope("stage3"), build.scope("block1"):
            build.add("conv2", Conv2d(8, 7, padding=1), start)
        sentence = (
            "stage3/block1/conv2: a 7×7 kernel does not fit a padded input of 5×5 (n=3, p=1). "
            "Use a larger input or a smaller kernel."
        )
        with pytest.raises(CheckFailed, match=f"^{re.escape(sentence)}$") as caught:
            measure(build.graph())
        assert caught.value.node == "stage3/block1/conv2"
        assert caught.value.exit_status == 1

    @pytest.mark.parametrize(
        ("op", "shapes", "words"),
        [
            (Conv2d(8, 3, dilation_rate=4), [Shape(1, 5, 5, 3)], "a dilated 9×9 kernel does not fit"),
            (Conv2d(8, (3, 7)), [Shape(1, 5, 6, 3)], "a 3×7 kernel does not fit a padded input of 5×6 (n=5×6, p=0)"),
            (Conv2d(9, 3, groups=2), [Shape(1, 5, 5, 4)], "2 groups do not divide 9 filters"),
            (Conv2d(8, 3, groups=2), [Shape(1, 5, 5, 3)], "2 groups do not divide 3 input channels"),
            (
                MaxPool2d(2, padding=2),
                [Shape(1, 5, 5, 3)],
                "a padding of 2 is more than half the pooling window of 2",
            ),
            (Add(), [Shape(1, 28, 28, 512), Shape(1, 56, 56, 256)], "cannot add 28×28×512 and 56×56×256"),
            (Conv2d(8, 3), [Shape(1, 5)], "needs a feature map, but gets 5."),
            (SeparableConv2d(8, 5, 2), [Shape(1, 3, 3, 4)], "a 5×5 kernel does not fit a padded input of 3×3"),
            (Cropping2d((1, 0)), [Shape(1, 2, 2, 4)], "cropping leaves 0×2 of 2×2 pixels. Crop less"),
            (TransposedConv2d(8, 1, padding=1), [Shape(1, 2, 2, 4)], "the padding leaves an output of 0 pixels."),
            (Reshape((0, 7, -1)), [Shape(1, 8)], "8 (8 numbers) cannot be reshaped to 7×-1."),
            (Permute((0, 2, 1)), [Shape(1, 8)], "cannot permute 8 by 3 axes."),
            (GroupNorm(3), [Shape(1, 8)], "3 groups do not divide 8 channels."),
            (Concatenate("height"), [Shape(1, 8), Shape(1, 6, 8)], "cannot concatenate 8 and 6×8 along the channels"),
        ],
    )
    def test_each_names_the_numbers(self, op, shapes, words):
        with pytest.raises(CheckFailed, match=re.escape(f"op: {words}")):
            measure(small(op, *shapes))

    def test_walk_stops_at_the_first(self):
        rows = walk(stem(6, 6))
        assert next(rows).name == "input"
        with pytest.raises(CheckFailed, match=r"^conv: "):
            next(rows)


class TestGrids:
    @given(
        sizes=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=6),
        filters=st.sampled_from([4, 6, 8]),
        batch=st.integers(1, 4),
    )
    @settings(max_examples=25, deadline=None)
    def test_every_cell_is_the_plain_measurement(self, sizes, filters, batch):
        heights, widths = (numpy.array(axis) for axis in zip(*sizes, strict=True))
        grid = measure(stem(heights, widths, filters=numpy.array([filters])), batch)
        valid = numpy.broadcast_to(grid.valid, len(sizes))
        for position, (height, width) in enumerate(sizes):
            try:
                plain = measure(stem(height, width, filters=filters), batch)
            except CheckFailed:
                assert not valid[position]
            else:
                assert valid[position]
                assert [numpy.broadcast_to(each, len(sizes))[position] for each in grid.totals] == list(plain.totals)

    def test_cells_that_fail_are_masked(self):
        grid = measure(stem(numpy.array([5, 6, 7, 32]), 32))
        assert grid.valid.tolist() == [False, False, True, True]
        assert measure(stem(numpy.array([7, 8]), 32)).valid is True
        assert grid.totals.macs[3] == measure(stem(32, 32)).totals.macs
        assert len(grid.rows) == 9

    def test_a_million_cells(self):
        rng = numpy.random.default_rng(0)
        heights, filters = rng.integers(1, 300, 10**6), 2 * rng.integers(1, 40, 10**6)
        graph = stem(heights, 64, filters=filters, groups=2)
        tracemalloc.start()
        grid = measure(graph, batch=2)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        with pytest.raises(UsageError, match="a grid of more than 16,384 cells keeps only its totals"):
            grid.rows  # noqa: B018
        batch, height, *others = grid.graph.inputs[0].op.shape
        assert (batch, numpy.array_equal(height, heights), others) == (2, True, [64, 3])
        assert peak < 200e6  # 8 columns of 8 MB, twice while they are joined; all rows would be over a gigabyte
        assert grid.valid.shape == grid.totals.macs.shape == (10**6,)
        assert grid.totals.layers == 9
        for cell in [0, CHUNK_CELLS - 1, CHUNK_CELLS, 999_999, *rng.integers(0, 10**6, 40).tolist()]:
            try:
                plain = measure(stem(int(heights[cell]), 64, filters=int(filters[cell]), groups=2), 2)
            except CheckFailed:
                assert not grid.valid[cell]
                continue
            assert grid.valid[cell]
            assert [numpy.broadcast_to(each, 10**6)[cell] for each in grid.totals] == list(plain.totals)

    def test_axes_that_broadcast(self):
        heights, filters = numpy.arange(7, 7 + 300)[:, None], numpy.arange(2, 102)[None, :]
        grid = measure(stem(heights, 32, filters=filters))
        assert grid.totals.macs.shape == (300, 100)
        assert grid.totals.macs.size > CHUNK_CELLS
        assert grid.totals.macs[123, 45] == measure(stem(130, 32, filters=47)).totals.macs
        assert measure(stem(heights[:9], 32, filters=filters)).totals.macs.shape == (9, 100)

    def test_a_grid_of_batches(self):
        batches = numpy.arange(1, CHUNK_CELLS + 3)
        grid = measure(stem(32, 32), batches)
        assert grid.totals.macs[-1] == batches[-1] * measure(stem(32, 32)).totals.macs
        assert grid.totals.params == measure(stem(32, 32)).totals.params

    def test_arrays_that_make_no_grid(self):
        with pytest.raises(UsageError, match="arrays of 3 and 4 cells do not make one grid"):
            measure(stem(numpy.arange(7, 10), numpy.arange(7, 11)))

    def test_figures_that_would_wrap(self):
        with pytest.raises(DimensionOverflow, match="exceeds"):
            measure(stem(numpy.array([32, 2**40]), 2**20))
        assert measure(stem(2**40, 2**20)).totals.macs > 2**63

    @pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32"])
    def test_narrow_integers_are_widened(self, dtype):
        grid = measure(stem(numpy.array([100, 120], dtype=dtype), 100, filters=numpy.array([60, 80], dtype=dtype)))
        assert grid.totals.macs.tolist() == [
            measure(stem(height, 100, filters=filters)).totals.macs for height, filters in ((100, 60), (120, 80))
        ]


class TestSymbols:
    def test_one_formula_for_every_size(self):
        n = symbol("n")
        formula = measure(stem(n, n))
        assert [str(check.condition) for check in formula.assumptions] == ["n ≥ 7"]
        assert "7×7 kernel does not fit a padded input of n×n" in formula.assumptions[0].text
        for size in (7, 8, 31, 32, 33, 224):
            plain = measure(stem(size, size)).totals
            assert [polynomial(each).at(n=size) for each in formula.totals] == list(plain)

    def test_channels_batch_and_groups(self):
        c, b = symbol("c"), symbol("b")
        formula = measure(small(Conv2d(4 * c, 3, padding=1, groups=c, use_bias=False), Shape(1, 8, 8, 2 * c)), b)
        assert formula.totals.macs == 4 * c * 2 * 9 * 64 * b
        assert formula.totals.params == 72 * c
        assert formula.assumptions == ()

    def test_what_fields_must_be_is_listed(self):
        width = symbol("w")
        formula = measure(small(Conv2d(width - 3, 3, padding=width - 5), Shape(1, 8, 8, 3)))
        listed = {str(check.condition): check.text for check in formula.assumptions}
        assert listed["w ≥ 4"] == "filters is w − 3, and must be at least 1."
        assert listed["w ≥ 5"] == "padding is w − 5, and must be at least 0."
        with pytest.raises(UsageError, match="filters must be at least 1"):
            Conv2d(3 - 3)


class TestUnknown:
    def test_work_alone_unknown_leaves_parameters_exact(self):
        result = measure(small(Opaque("custom", Shape(1, 7), (Weight("kernel", (2, 7)),)), Shape(1, 2)))
        assert result.lower_bounds == ("macs", "flops", "activations")
        assert result.totals.params == 14

    @pytest.mark.parametrize(("side", "output"), [(8, Shape(1, 4, 4, 3)), (9, None)])
    def test_a_shape_seen_at_one_size_says_nothing_of_another(self, side, output):
        op = Opaque("custom", Shape(1, 4, 4, 3), seen=(Shape(1, 8, 8, 3),))
        assert measure(small(op, Shape(1, side, side, 3))).rows[-1].output == output

    def test_a_shape_seen_in_one_batch_holds_in_another(self):
        op = Opaque("custom", Shape(1, 4), seen=(Shape(1, 8),))
        assert measure(small(op, Shape(1, 8)), batch=5).rows[-1].output == Shape(5, 4)
        assert measure(small(op, Shape(1, symbol("n")))).rows[-1].output is None

    def test_a_total_becomes_a_lower_bound(self):
        build = GraphBuilder("x")
        start = build.input(Shape(1, 8, 8, 3))
        shaped = build.add("attention", Opaque("custom", Shape(1, 8, 8, 3), (Weight("kernel", (3, 5)),)), start)
        build.add("conv", Conv2d(4, use_bias=False), shaped)
        lost = build.add("lost", Opaque(), start)
        end = build.chain(lost, ("behind", Conv2d(4)), ("after", Activation()))
        known = build.add("known", Opaque("custom", Shape(1, 7), (Weight("kernel", (2,)),)), end)
        build.add("fc", Dense(2), known)
        build.add("join", Add(), end, shaped)
        result = measure(build.graph())
        assert result.status == "lower_bound"
        assert result.unknown == ("attention", "lost", "behind", "after", "known", "join")
        assert result.totals.params == 15 + 12 + 2 + 16
        assert result.totals.macs == 3 * 4 * 64 + 14
        assert result.by_name["conv"].status == "exact"
        assert result.by_name["behind"].output is None
        data = json.loads(result.to_json())
        assert data["status"] == "lower_bound"
        assert [each["name"] for each in data["unknown"]] == list(result.unknown)
        assert data["unknown"][0]["why"] == "custom"
        assert data["unknown"][2]["why"] == "what it reads has no known shape"
        weights = ("params", "trainable_params", "frozen_params", "moving_statistics", "all_params")
        assert result.lower_bounds == (*weights, "macs", "flops", "activations")
        assert data["layers"][4]["status"] == "unknown"
        assert data["layers"][4]["output_shape"] is None

    def test_a_grid_keeps_the_names(self):
        build = GraphBuilder("x")
        build.add("lost", Opaque(), build.input(Shape(1, numpy.arange(1, CHUNK_CELLS + 9), 8, 3)))
        assert measure(build.graph()).unknown == ("lost",)


def test_training_only_layers_have_weights_and_no_work():
    build = GraphBuilder("x")
    start = build.input(Shape(1, 8, 8, 3))
    with build.scope("aux", training_only=True):
        build.chain(start, ("conv", Conv2d(4)), ("bn", BatchNorm()))
    result = measure(build.graph(), batch=3)
    assert result.totals == Totals(3, 16 + 8, 16 + 8, 0, 8, 16 + 16, 0, 0, 0)
    assert result.by_name["aux/conv"].output == Shape(3, 8, 8, 4)


def test_weights_used_again_are_counted_once_and_frozen_ones_are_not_trained():
    op = Conv2d(3, 3, padding=1)
    nodes = (
        Node("input", Input(Shape(1, 8, 8, 3))),
        Node("conv", op, ("input",)),
        Node("again", op, ("conv",), weights_of="conv"),
        Node("frozen", op, ("again",), frozen=True),
    )
    result = measure(Graph("shared", nodes))
    assert (result.totals.params, result.totals.trainable_params, result.totals.frozen_params) == (2 * 84, 84, 84)
    assert (result.totals.moving_statistics, result.totals.all_params) == (0, 2 * 84)
    assert result.totals.macs == 3 * 81 * 64
    assert [row.params for row in result.rows] == [0, 84, 0, 84]


@pytest.mark.parametrize("width", [3, symbol("w"), numpy.array([3, 4])])
def test_a_walk_may_go_on_behind_a_broken_rule(width):
    """A kernel that does not fit leaves no shape; groups that do not divide leave one."""
    build = GraphBuilder("x")
    end = build.input(Shape(1, 3, width, 4))
    build.chain(
        end, ("groups", Conv2d(9, groups=2)), ("relu", Activation()), ("big", Conv2d(8, 7)), ("end", Activation())
    )
    said: list[str] = []
    rows = list(walk(build.graph(), failed=lambda row, check: said.append(f"{row.name}: {check.text}")))
    assert [text.partition(" ")[0] for text in said] == ["groups:", "big:"]
    assert [row.output is None for row in rows] == [False, False, False, True, True]
    assert rows[2].output[-1] == 9


def test_a_hundred_thousand_layers():
    build = GraphBuilder("deep")
    end = build.input(Shape(1, 8, 8, 4))
    start = time.process_time()
    for number in range(50_000):
        end = build.add(f"relu{number}", Activation(), end)
        end = build.add(f"conv{number}", Conv2d(4, 3, padding=1, use_bias=False), end)
    graph = build.graph()
    result = measure(graph)
    assert len(graph.by_depth()) == 100_001
    assert result.totals.macs == 50_000 * 9 * 4 * 4 * 64
    assert result.rows[-1].output == Shape(1, 8, 8, 4)
    assert time.process_time() - start < 15


class TestJson:
    def test_the_contract(self):
        result = measure(stem(32, 48), batch=2)
        data = json.loads(result.to_json())
        assert list(data) == [
            *("schema", "kind", "model", "style", "data_format", "inputs", "batch", "classes", "status", "totals"),
            *("lower_bounds", "layers", "unknown"),
        ]
        assert (data["schema"], data["kind"], data["data_format"]) == (2, "measurement", "channels_last")
        assert (data["model"], data["style"], data["batch"], data["classes"]) == ("stem", "paper", 2, 10)
        assert data["inputs"] == [{"name": "input", "shape": [2, 32, 48, 3]}]
        assert data["lower_bounds"] == []
        assert data["status"] == "complete"
        assert data["unknown"] == []
        assert list(data["totals"]) == [
            *("layers", "params", "trainable_params", "frozen_params", "moving_statistics", "all_params"),
            *("macs", "flops", "activations"),
        ]
        assert data["totals"] == result.totals._asdict()
        assert data["layers"][1] == {
            "name": "conv",
            "op": "Conv2d",
            "inputs": ["input"],
            "output_shape": [2, 13, 21, 8],
            "params": 1176,
            "trainable_params": 1176,
            "moving_statistics": 0,
            "macs": 2 * 1176 * 13 * 21,
            "flops": 4 * 1176 * 13 * 21,
            "activations": 2 * 8 * 13 * 21,
            "weights": {"kernel": [7, 7, 3, 8]},
            "status": "exact",
        }
        assert [layer["name"] for layer in data["layers"]] == [row.name for row in result.rows]
        for figure in ("params", "trainable_params", "moving_statistics", "macs", "flops", "activations"):
            assert sum(layer[figure] for layer in data["layers"]) == data["totals"][figure]

    def test_several_inputs(self):
        data = measure(small(Add(), Shape(1, 3), Shape(1, 3))).to_dict()
        assert data["inputs"] == [{"name": "input0", "shape": [1, 3]}, {"name": "input1", "shape": [1, 3]}]
        assert data["data_format"] is None

    @pytest.mark.parametrize("whole", [numpy.int64, numpy.int32, numpy.uint16, lambda number: numpy.array(number)])
    def test_numpy_ints_do_not_leak(self, whole):
        build = GraphBuilder("stem", style="paper", classes=whole(10))
        end = build.input(Shape(1, whole(32), whole(32), whole(3)))
        end = build.add("conv", Conv2d(whole(8), (whole(7), whole(7)), whole(2), whole(3)), end)
        end = build.add("opaque", Opaque("custom", Shape(1, whole(9), 9, 3), (Weight("kernel", (whole(2),)),)), end)
        build.add("pool", MaxPool2d(whole(3), whole(2), padding=((whole(1), 1), (1, 1))), end)
        text = measure(build.graph(), batch=whole(2)).to_json()
        build = GraphBuilder("stem", style="paper", classes=10)
        end = build.input(Shape(1, 32, 32, 3))
        end = build.add("conv", Conv2d(8, 7, 2, 3), end)
        end = build.add("opaque", Opaque("custom", Shape(1, 9, 9, 3), (Weight("kernel", (2,)),)), end)
        build.add("pool", MaxPool2d(3, 2, padding=1), end)
        assert text == measure(build.graph(), batch=2).to_json()

    def test_grids_and_symbols_are_refused(self):
        for size in (symbol("n"), numpy.array([32, 33])):
            with pytest.raises(UsageError, match="JSON holds plain numbers"):
                measure(stem(size, 32)).to_json()


def test_fractions_are_refused_where_they_enter():
    with pytest.raises(UsageError, match=r"Conv2d: filters must be a whole number, not Fraction\(3, 2\)"):
        Conv2d(Fraction(3, 2))

"""Positions folded into the batch (Liu et al. 2021, Swin, sec. 3.2: windows of 7×7) are worked on, all of them."""

from __future__ import annotations

import numpy
import pytest

from resnet_analyzer.dim import product, symbol
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.multi_head_attention import MultiHeadAttention
from resnet_analyzer.ops.reshape import Permute, Reshape
from resnet_analyzer.shape import Shape


def swin_windows(batch=1):
    """56×56×96 cut into 64 windows of 7×7, each a sequence of 49; a Dense and attention; and put together again."""
    build = GraphBuilder("windows")
    end = build.chain(
        build.input(Shape(batch, 56, 56, 96)),
        ("cut", Reshape((0, 8, 7, 8, 7, 96))),
        ("beside", Permute((0, 1, 3, 2, 4, 5))),
        ("folded", Reshape((-1, 49, 96))),
        ("dense", Dense(288)),
        ("attention", MultiHeadAttention(3, 32, units=96)),
        ("unfolded", Reshape((-1, 8, 8, 7, 7, 96))),
        ("back", Permute((0, 1, 3, 2, 4, 5))),
        ("map", Reshape((-1, 56, 56, 96))),
    )
    assert end == "map"
    return build.graph()


def expected_macs(batch):
    """64 windows of 49 positions: a projection 96 → 288, three 288 → 96, q·k and ·v of 49·49·96, and 96 → 96."""
    return batch * 64 * (49 * 96 * 288 + 3 * 49 * 288 * 96 + 2 * 49 * 49 * 96 + 49 * 96 * 96)


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_every_window_counts(batch):
    rows = measure(swin_windows(batch))
    assert rows.by_name["folded"].output == Shape(64 * batch, 49, 96)
    assert rows.by_name["map"].output == Shape(batch, 56, 56, 96)
    assert rows.totals.macs == expected_macs(batch)
    assert measure(swin_windows(), batch=batch).totals == rows.totals


def test_the_batch_is_a_dimension_like_any_other():
    batches = numpy.array([1, 2, 7])
    grid = measure(swin_windows(), batch=batches)
    assert grid.totals.macs.tolist() == [expected_macs(int(batch)) for batch in batches]
    b = symbol("b")
    open_batch = measure(swin_windows(), batch=b)
    assert not open_batch.assumptions
    assert open_batch.by_name["folded"].output == Shape(64 * b, 49, 96)
    assert open_batch.by_name["map"].output == Shape(b, 56, 56, 96)
    assert open_batch.totals.macs == expected_macs(b)


def test_a_reshape_divides_symbols_exactly():
    b, h, w, c = map(symbol, "bhwc")
    shape = Shape(b, h, w, c)
    for target, output in (
        ((0, -1), (b, h * w * c)),
        ((-1, c), (b * h * w, c)),
        ((b * h, -1, c), (b * h, w, c)),
        ((0, -1, h, c), (b, w, h, c)),
        ((-1, product(h, w, c)), (b, h * w * c)),
    ):
        cost = Reshape(target).apply(shape)
        assert cost.output == Shape(*output)
        assert [check.condition for check in cost.checks] == [True]
    uneven = Reshape((0, 7, -1)).apply(Shape(1, h, 5))
    assert [check.condition is True for check in uneven.checks] == [False]

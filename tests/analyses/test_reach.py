"""What units see, against sets of pixels that every op's own definition gives, unit by unit."""

from __future__ import annotations

import random

import pytest

from resnet_analyzer.analyses.receptive_field import receptive_fields
from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.dim import symbol
from resnet_analyzer.errors import CheckFailed, UsageError
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.adaptive_pool import AdaptiveAveragePool1d, AdaptiveMaxPool2d
from resnet_analyzer.ops.average_pool import AveragePool1d
from resnet_analyzer.ops.base import Cost, Op
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv1d, Conv2d, Conv3d
from resnet_analyzer.ops.cropping import Cropping1d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.elementwise import Add, Multiply
from resnet_analyzer.ops.global_pool import GlobalAveragePool2d
from resnet_analyzer.ops.max_pool import MaxPool1d
from resnet_analyzer.ops.multi_head_attention import MultiHeadAttention
from resnet_analyzer.ops.opaque import Opaque
from resnet_analyzer.ops.reshape import Flatten, Permute, Reshape
from resnet_analyzer.ops.transposed_conv import TransposedConv1d, TransposedConv2d
from resnet_analyzer.ops.upsampling import Upsampling1d, Upsampling2d
from resnet_analyzer.ops.zero_padding import ZeroPadding1d
from resnet_analyzer.shape import Shape

FAR = 60  # pixels before and behind, so that no edge is met
LENGTH = 40


def taps(row, unit):
    """The places along axis 1 that one unit reads, beyond the edges too: each op by its definition."""
    op, n, out = row.node.op, row.inputs[0][1], row.output[1]
    name = type(op).__name__
    if name in ("Conv1d", "MaxPool1d", "AveragePool1d"):
        size = op.kernel_size if name == "Conv1d" else op.pool_size
        if op.padding == "same":
            total = max((out - 1) * op.strides + op.dilation_rate * (size - 1) + 1 - n, 0)
            before = total // 2
        else:
            before = {"valid": 0, "causal": op.dilation_rate * (size - 1)}.get(op.padding, op.padding)
        return {unit * op.strides - before + tap * op.dilation_rate for tap in range(size)}
    if name == "TransposedConv1d":
        before = op.padding if isinstance(op.padding, int) else 0
        patches = [(i, i * op.strides - before + t * op.dilation_rate) for i in range(-FAR, FAR + n) for t in range(op.kernel_size)]  # fmt: skip  # noqa: E501
        return {i for i, place in patches if place == unit}
    if name == "Upsampling1d":
        return {i for i in range(-FAR, FAR + n) if unit in range(i * op.size, (i + 1) * op.size)}
    if name == "AdaptiveAveragePool1d":
        size = op.output_size
        return set(range(unit * n // size, -(-(unit + 1) * n // size)))
    return {unit - op.padding[0][0]} if name == "ZeroPadding1d" else {unit + op.cropping[0][0]}


def pixels(rows, name, unit):
    row = rows[name]
    return (
        {unit} if not row.node.inputs else set().union(*[pixels(rows, row.node.inputs[0], i) for i in taps(row, unit)])
    )


def layer(chance):
    return chance.choice(
        [
            Conv1d(2, chance.randint(1, 4), chance.randint(1, 3), chance.choice([0, 1, "same", "causal"])),
            Conv1d(2, 3, padding=chance.randint(0, 2), dilation_rate=2),
            TransposedConv1d(2, chance.randint(1, 4), chance.randint(1, 3), chance.choice(["valid", 0, 1])),
            TransposedConv1d(2, 2, 3),  # some units read nothing
            MaxPool1d(2, 2),
            AveragePool1d(3, 2, padding=1),
            Upsampling1d(chance.randint(2, 3)),
            AdaptiveAveragePool1d(chance.choice([2, 5, 7])),
            ZeroPadding1d(((chance.randint(0, 2), 1),)),
            Cropping1d(((chance.randint(0, 2), 1),)),
        ]
    )


@pytest.mark.parametrize("seed", range(150))
def test_chains_unit_by_unit(seed):
    chance = random.Random(seed)
    build = GraphBuilder("chain")
    end = build.input(Shape(1, LENGTH, 2))
    for number in range(chance.randint(1, 4)):
        end = build.add(f"l{number}", layer(chance), end)
    try:
        measured = measure(build.graph())
    except CheckFailed:
        return
    ops = [row.node.op for row in measured.rows]
    gaps = any(getattr(op, "dilation_rate", 1) > 1 for op in ops)
    gaps &= any(isinstance(op, TransposedConv1d) and op.kernel_size < op.strides for op in ops)
    axis = receptive_fields(measured.rows)[end].sides[0]
    rows = measured.by_name
    sizes = []
    for unit in range(rows[end].output[1]):
        seen = pixels(rows, end, unit)
        first, last = axis.sees(unit)
        sizes.append(len(range(min(seen), max(seen) + 1)) if seen else 0)
        if gaps:  # a tap may meet units that see nothing: no less than what is seen
            assert not seen or first <= min(seen) <= max(seen) <= last
        else:
            assert not seen or (first, last) == (min(seen), max(seen))
    assert max(sizes) <= axis.size
    assert gaps or rows[end].output[1] < axis.period or max(sizes) == axis.size


IMAGE = Shape(1, 20, 24, 4)


def view_of(*steps, shape=IMAGE):
    build = GraphBuilder("chain")
    end = build.chain(build.input(shape), *[(f"l{number}", op) for number, op in enumerate(steps)])
    return receptive_fields(measure(build.graph()).rows)[end]


def test_a_transposed_convolution_sees_as_far_as_a_convolution():
    assert view_of(Conv2d(4, 3), TransposedConv2d(4, 3, padding=1), Conv2d(4, 3)).size == (7, 7)


def test_any_rank_and_layout():
    assert view_of(Conv3d(4, 3), Conv3d(4, (1, 3, 5)), shape=Shape(1, 9, 9, 9, 2)).size == (3, 5, 7)
    assert view_of(Conv1d(4, 3), Conv1d(4, 3, 2), shape=Shape(1, 30, 2)).size == (5,)
    first = {"data_format": "channels_first"}
    assert view_of(Conv2d(4, (3, 5), **first), Conv2d(4, 3, **first), shape=Shape(1, 4, 20, 24)).size == (5, 7)


def test_moved_axes_keep_their_views():
    assert view_of(Conv2d(4, (3, 5)), Permute((0, 2, 1, 3)), Conv2d(4, (3, 1))).size == (3, 7)
    assert view_of(Conv2d(6, 3), Reshape((0, 0, 0, 2, 3)), Permute((0, 1, 2, 4, 3)), Reshape((0, 0, 0, 6))).size == (
        3,
        3,
    )


def test_one_side_alone_may_be_whole():
    assert view_of(Conv2d(4, 3), AdaptiveMaxPool2d((1, 22))).size == (None, 3)


def test_what_mixes_places_is_not_told_until_everything_is_seen():
    tokens = [Conv2d(8, 4, 4), Reshape((0, -1, 8))]
    assert view_of(*tokens) is None
    assert view_of(*tokens, MultiHeadAttention(2, 4)).whole
    assert view_of(Conv2d(8, 4, 4), Flatten()) is None
    assert view_of(Conv2d(8, 4, 4), Flatten(), Dense(10)).whole
    assert view_of(Conv2d(8, 4, 4), GlobalAveragePool2d(), Dense(10)).whole


def test_bilinear_enlarging_reads_both_neighbours():
    """o = 0 … 3 at ×2: centres −¼, ¼, ¾, 5/4 read the pixels −1 and 0, 0 and 1, 0 and 1, 1 and 2."""
    axis = view_of(Upsampling2d(2, interpolation="bilinear")).height
    assert [axis.sees(unit) for unit in range(4)] == [(-1, 0), (0, 1), (0, 1), (1, 2)]


def test_softmax_over_positions_reaches_all_of_them():
    assert view_of(Conv2d(4, 3), Activation("softmax", axis=1)).size == (None, 3)
    assert view_of(Conv2d(4, 3), Activation("softmax")).size == (3, 3)


def branches(join, *ends):
    build = GraphBuilder("branches")
    image = build.input(Shape(1, 20, 20, 4))
    names = [build.chain(image, *[(f"b{index}_{n}", op) for n, op in enumerate(ops)]) for index, ops in enumerate(ends)]
    build.add("join", join, *names)
    return receptive_fields(measure(build.graph()).rows)["join"]


def test_gates_and_branches():
    gate = [GlobalAveragePool2d(keepdims=True), Conv2d(4, 1)]
    assert branches(Multiply(), [Conv2d(4, 3, padding=1)], gate).whole
    assert branches(Add(), [Conv2d(4, 3, padding=1)], [Conv2d(4, 5, padding=2)]).size == (5, 5)
    assert branches(Concatenate("height"), [Conv2d(4, 3)], [Conv2d(4, 3)]) is None
    assert branches(Add(), [Conv2d(4, 3, 2, padding=1), Upsampling2d(2)], [Conv2d(4, 3, padding=1)]).size == (4, 4)


class _Silent(Op):
    """An op that does not say how it reaches."""

    def rule(self, shape):
        return Cost(shape)


def test_what_an_op_does_not_say_is_unknown_behind_it_too():
    assert view_of(_Silent()) is None
    assert view_of(Conv2d(4, 3), _Silent(), Conv2d(4, 3), GlobalAveragePool2d()) is None
    assert view_of(Opaque("x", Shape(1, 20, 24, 4))) is None
    assert view_of(Conv2d(4, 3), Opaque("mish", elementwise=True)).size == (3, 3)


def test_sizes_that_are_no_numbers():
    graph = architecture("resnet18").with_input(Shape(1, symbol("n"), 64, 3))
    views = receptive_fields(measure(graph).rows)  # explicit padding: the size plays no part
    assert views["stage2/block1/add"].size is not None
    build = GraphBuilder("open")
    build.add("conv", Conv2d(4, 3, 2, padding="same"), build.input(Shape(1, symbol("n"), symbol("n"), 3)))
    with pytest.raises(UsageError, match="conv: its receptive field depends on sizes that are no numbers"):
        receptive_fields(measure(build.graph()).rows)

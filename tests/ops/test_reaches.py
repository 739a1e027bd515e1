"""What ops say of how far they reach, against which inputs change an output: every number is changed, one by one."""

from __future__ import annotations

import itertools

import numpy
import pytest

from resnet_analyzer.ops.conv import Conv1d
from resnet_analyzer.ops.conv_lstm import ConvLSTM1d
from resnet_analyzer.ops.dot import Dot
from resnet_analyzer.ops.recurrent import RecurrentState
from resnet_analyzer.ops.scaled_dot_product_attention import ScaledDotProductAttention
from resnet_analyzer.ops.time_distributed import TimeDistributed
from resnet_analyzer.reach import Reach
from resnet_analyzer.shape import Shape


def dot(op, left, right):
    one, two = (axis % each.ndim for axis, each in zip(op.axes, (left, right), strict=True))
    images = [numpy.tensordot(a, b, (one - 1, two - 1)) for a, b in zip(left, right, strict=True)]
    return numpy.stack(images).reshape(op.apply(Shape(*left.shape), Shape(*right.shape)).output)


def attention(op, query, key, value):
    if op.heads_last:
        query, key, value = (each.swapaxes(-2, -3) for each in (query, key, value))
    if query.ndim > 2:
        times = query.shape[-3] // key.shape[-3]
        key, value = (each.repeat(times, -3) for each in (key, value))
    scores = query @ key.swapaxes(-1, -2)
    if op.causal:
        scores = numpy.where(numpy.tri(*scores.shape[-2:], dtype=bool), scores, -numpy.inf)
    weights = numpy.exp(scores - scores.max(-1, keepdims=True))
    out = weights / weights.sum(-1, keepdims=True) @ value
    return out.swapaxes(-2, -3) if op.heads_last else out


def slide(row, kernel, stride, before, after):
    """Every filter's sum over a window, with zeros around: (length, in) by (taps, in, out)."""
    row = numpy.pad(row, ((before, after), (0, 0)))
    starts = range(0, len(row) - len(kernel) + 1, stride)
    return numpy.stack([numpy.tensordot(row[start : start + len(kernel)], kernel, 2) for start in starts])


def each_step(op, film):
    kernel = numpy.random.default_rng(1).random((op.layer.kernel_size, film.shape[-1], op.layer.filters))
    return numpy.stack([[slide(row, kernel, op.layer.strides, 0, 0) for row in image] for image in film])


def convolved_state(op, film):
    """h ← tanh(x ∗ W + h ∗ U): which numbers it reads are those that an LSTM's gates read."""
    chance, size = numpy.random.default_rng(2), op.kernel_size
    own = chance.random((size, film.shape[-1], op.filters))
    again = chance.random((size, op.filters, op.filters))
    images = []
    for image in film:
        state, states = 0, []
        for row in image:
            new = slide(row, own, op.strides, 0, 0)
            if len(states):
                new = new + slide(state, again, 1, (size - 1) // 2, size - 1 - (size - 1) // 2)
            state = numpy.tanh(new / 50)
            states.append(state)
        images.append(numpy.stack(states) if op.return_sequences else state)
    return numpy.stack(images)


ATTENTION = ScaledDotProductAttention
CASES = [
    (Dot((2, 1)), dot, [(2, 3, 4), (2, 4, 2)]),
    (Dot((1, -1)), dot, [(2, 3, 4), (2, 2, 3)]),
    (Dot(-1), dot, [(2, 3), (2, 3)]),
    (ATTENTION(), attention, [(2, 4, 3, 2), (2, 2, 5, 2), (2, 2, 5, 3)]),
    (ATTENTION(causal=True), attention, [(1, 2, 3, 2)] * 3),
    (ATTENTION(heads_last=True), attention, [(2, 3, 4, 2), (2, 5, 2, 2), (2, 5, 2, 3)]),
    (ATTENTION(), attention, [(3, 2), (4, 2), (4, 2)]),
    (TimeDistributed(Conv1d(2, 3, strides=2, use_bias=False)), each_step, [(2, 2, 8, 2)]),
    (ConvLSTM1d(2, 3), convolved_state, [(1, 3, 12, 2)]),
    (ConvLSTM1d(2, 2, strides=2, return_sequences=True), convolved_state, [(2, 2, 9, 1)]),
]


@pytest.mark.parametrize(("op", "run", "shapes"), CASES, ids=lambda each: type(each).__name__)
def test_every_number_that_changes_an_output_is_told(op, run, shapes):
    chance = numpy.random.default_rng(0)
    tensors = [chance.random(shape) for shape in shapes]
    inputs = tuple(Shape(*shape) for shape in shapes)
    cost = op.apply(*inputs)
    reaches = op.reach(inputs, cost)
    before = run(op, *tensors)
    assert before.shape == cost.output
    for number, (tensor, along) in enumerate(zip(tensors, reaches, strict=True)):
        read = {}  # by an output's place: all that changes it
        for place in itertools.product(*map(range, tensor.shape)):
            changed = tensor.copy()
            changed[place] += 0.5
            after = run(op, *tensors[:number], changed, *tensors[number + 1 :])
            for out in zip(*numpy.nonzero(numpy.abs(after - before) > 1e-12), strict=True):
                read.setdefault(out, set()).add(place)
        assert read
        for axis, each in enumerate(along):
            if isinstance(each, Reach):
                assert_told(each, axis, tensor.shape[axis], read, whole=type(op) is not ConvLSTM1d)


def assert_told(reach, axis, length, read, whole):
    """The places along the axis are those that are told, where all are read; none besides at any rate."""
    for out, places in read.items():
        at = int(out[reach.axis]) * reach.stride
        told = range(-(-(at + reach.low) // reach.divisor), (at + reach.high) // reach.divisor + 1)
        found = {place[axis] for place in places}
        assert found <= set(told)
        assert not whole or found == set(told) & set(range(length))


def test_a_state_sees_all_that_comes_in_at_its_last_step():
    """Of a film of 4 steps, windows of 3: the first step is read 3 places further at either side."""
    film = (Shape(1, 4, 30, 1),)
    op = ConvLSTM1d(2, 3)
    _image, steps, side, _channels = op.reach(film, op.apply(*film))[0]
    assert (side.low, side.high, side.axis) == (-3, 5, 1)
    assert steps.axes == ()


def test_a_last_state_depends_on_all_steps():
    assert all(not isinstance(each, Reach) for each in RecurrentState(8).reach((Shape(1, 10, 8),), None)[0][1:])

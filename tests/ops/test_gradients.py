"""What ops say of their backward pass: the same with numbers and symbols, and some worked out by hand."""

from __future__ import annotations

import random

import pytest

from resnet_analyzer.dim import holds, symbol
from resnet_analyzer.dim.polynomial import Polynomial
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.base import OPS, Op
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.dropout import Dropout, StochasticDepth
from resnet_analyzer.ops.elementwise import Add, Multiply
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.multi_head_attention import MultiHeadAttention
from resnet_analyzer.ops.separable_conv import SeparableConv2d
from resnet_analyzer.shape import Shape

from .case import SIZES
from .cases import CASES

SYMBOLS = {name: symbol(name) for name in SIZES}
TOLD = [
    pytest.param(case, id=f"{name}-{number}")
    for name, cases in sorted(CASES.items())
    for number, case in enumerate(cases)
    if OPS[name].gradient is not Op.gradient
]


def flat(found):
    """All figures of a gradient in one row."""
    figures = [each for work in (*found.to_inputs, found.to_weights) for each in work]
    figures += [kept.elements for kept in found.beside]
    return figures + ([] if found.forward is None else list(found.forward))


def gradient(case, sizes):
    op, inputs = case.make(sizes), case.inputs(sizes)
    cost = op.apply(*inputs)
    broken = cost.output is None or any(holds(check.condition) is False for check in cost.checks)
    return None if broken else op.gradient(inputs, cost)


@pytest.mark.parametrize("case", TOLD)
def test_numbers_and_symbols_say_the_same(case):
    formula = gradient(case, SYMBOLS)
    chance = random.Random(str(case))
    for _ in range(4):
        point = {name: chance.randint(max(largest // 2, 2), largest) for name, largest in SIZES.items()}
        plain = gradient(case, point)
        if plain is None or formula is None:
            continue
        values = [each.at(**point) if isinstance(each, Polynomial) else each for each in flat(formula)]
        assert values == flat(plain)
        assert all(type(each) is int and each >= 0 for each in flat(plain))
        assert (formula.inputs, formula.read, formula.output) == (plain.inputs, plain.read, plain.output)


@pytest.mark.parametrize("case", TOLD)
def test_there_is_a_gradient_for_every_input(case):
    found, inputs = gradient(case, SIZES), case.inputs(SIZES)
    if found is not None:
        assert len(found.to_inputs) == len(inputs)
        assert all(place < len(inputs) for place in (*found.inputs, *found.read))


def told(op, *inputs):
    return op.gradient(inputs, op.apply(*inputs))


MAP = Shape(2, 4, 4, 8)  # 256 numbers


def test_products_by_hand():
    """dx and dW as many as the product: 256 · 8 · 16/8; the bias' gradient sums 512 numbers to 16."""
    found = told(Conv2d(16, 1), MAP)
    assert found.to_inputs[0].multiply_accumulates == found.to_weights.multiply_accumulates == 32 * 8 * 16
    assert found.to_weights.adds == 512 - 16
    assert (found.inputs, found.read, found.output, found.beside) == ((), (0,), False, ())


@pytest.mark.parametrize(("name", "output", "beside"), [("relu", True, 0), ("silu", False, 512), (None, False, 0)])
def test_an_activation_that_a_layer_carries(name, output, beside):
    """Of relu the output is kept; what goes into silu is nobody's output, and is kept beside."""
    found = told(Conv2d(16, 1, activation=name), MAP)
    assert found.output is output
    assert sum(kept.elements for kept in found.beside) == beside


def test_a_separable_convolution_keeps_what_lies_between():
    assert told(SeparableConv2d(16, 3, padding="same", depth_multiplier=2), MAP).beside[0].elements == 32 * 16


def test_normalisation_by_hand():
    """Of 8 channels: mean and deviation of each are kept; γ needs x too."""
    found = told(BatchNorm(), MAP)
    assert (found.beside[0].elements, found.beside[0].itemsize) == (16, 4)
    assert (found.inputs, found.read) == ((0,), (0,))
    # x̂ and dy·x̂: 2·256; m·dy, x̂·dγ, the factor: 3·256; a factor per channel: 8
    assert found.to_inputs[0].multiplies == 5 * 256 + 8


def test_masks_places_and_nothing():
    assert [(kept.elements, kept.itemsize) for kept in told(Dropout(0.5), MAP).beside] == [(256, 1)]
    assert told(Dropout(0), MAP).beside == ()
    assert [kept.elements for kept in told(StochasticDepth(0.1), MAP).beside] == [2]
    assert [(kept.elements, kept.itemsize) for kept in told(MaxPool2d(2), MAP).beside] == [(64, 8)]
    assert told(Add(), MAP, MAP).inputs == ()
    assert told(Activation("linear"), MAP).inputs == ()


def test_branches_that_are_repeated_are_summed():
    """A gate of one number a channel: its gradient sums 16 places for each image and channel."""
    wide, gate = told(Multiply(), MAP, Shape(2, 1, 1, 8)).to_inputs
    assert (wide.adds, gate.adds) == (0, 256 - 16)
    assert (wide.multiplies, gate.multiplies) == (256, 256)


def test_attention_by_hand():
    """10 tokens of 16, one head of 16: projections 4 · 10·16·16 once each way, products 2 · 10·10·16 twice."""
    found = told(MultiHeadAttention(1, 16, use_bias=False), Shape(1, 10, 16))
    assert found.to_inputs[0].multiply_accumulates == 4 * 2560 + 2 * 2 * 1600
    assert found.to_weights.multiply_accumulates == 4 * 2560
    assert [kept.elements for kept in found.beside] == [3 * 160, 100, 160]


def test_what_is_not_told_is_unknown():
    assert told(Dense(3), Shape(1, 4)) is not None
    assert OPS["Opaque"].gradient is Op.gradient

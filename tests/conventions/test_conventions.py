"""How work becomes a number: every convention is linear, named and sourced."""

from __future__ import annotations

import numpy
import pytest

from resnet_analyzer.conventions.base import CONVENTIONS
from resnet_analyzer.dim import symbol
from resnet_analyzer.ops.base import NO_WORK, Work

PRIMES = Work(2, 3, 5, 7, 11, 13, 17, 19)


@pytest.mark.parametrize("name", sorted(CONVENTIONS))
def test_every_convention(name):
    convention = CONVENTIONS[name]
    assert convention.name == name
    assert convention.says
    assert convention.source
    count = convention.count
    assert count(NO_WORK) == 0
    assert type(count(PRIMES)) is int
    assert count(PRIMES + PRIMES) == 2 * count(PRIMES)
    assert count(PRIMES.times(numpy.array([1, 10]))).tolist() == [count(PRIMES), 10 * count(PRIMES)]
    assert count(PRIMES.times(symbol("b"))) == count(PRIMES) * symbol("b")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("macs", 2), ("activations", 3), ("flops", 2 * 2 + 5 + 7 + 11 + 13 + 17 + 19)],
)
def test_by_hand(name, expected):
    assert CONVENTIONS[name].count(PRIMES) == expected

"""How a measured row becomes a number: every convention is named and sourced; those of work alone are linear."""

from __future__ import annotations

from collections import namedtuple

import numpy
import pytest

import resnet_analyzer as ra
from resnet_analyzer.conventions.base import CONVENTIONS
from resnet_analyzer.dim import symbol
from resnet_analyzer.graph import Node
from resnet_analyzer.ops.base import NO_WORK, Cost, Work
from resnet_analyzer.ops.rescale import Rescale

PRIMES = Work(2, 3, 5, 7, 11, 13, 17, 19)
Row = namedtuple("Row", "node inputs cost")


def row(work):
    return Row(Node("it", Rescale(), ("x",)), (), Cost(None, work=work))


@pytest.mark.parametrize("name", sorted(CONVENTIONS))
def test_every_convention(name):
    convention = CONVENTIONS[name]
    assert convention.name == name
    assert convention.says
    assert convention.source
    assert convention.tool
    assert all(convention.faults)
    for each in ra.measure(ra.architecture("resnet18")).rows:
        counted = convention.count(each)
        assert counted is None or type(counted) is int


@pytest.mark.parametrize("name", ["macs", "flops", "activations"])
def test_what_counts_work_is_linear(name):
    def count(work):
        return CONVENTIONS[name].count(row(work))

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
    assert CONVENTIONS[name].count(row(PRIMES)) == expected


def test_totals_are_what_the_registry_counts():
    measured = ra.measure(ra.architecture("resnet18"))
    for name in ("macs", "flops", "activations"):
        assert getattr(measured.totals, name) == sum(map(CONVENTIONS[name].count, measured.rows))

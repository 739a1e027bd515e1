"""How a measured row becomes a number: every convention is named and sourced; those of work alone are linear."""

from __future__ import annotations

from collections import namedtuple

import numpy
import pytest

import resnet_analyzer as ra
from resnet_analyzer.analyses.conventions import counted
from resnet_analyzer.conventions.base import CONVENTIONS
from resnet_analyzer.dim import symbol
from resnet_analyzer.dim.polynomial import polynomial
from resnet_analyzer.errors import Undecided
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


NETWORKS_OF_FORMULAS = ["alexnet", "vgg16", "googlenet", "resnet18", "densenet121"]


@pytest.mark.parametrize("name", sorted(set(CONVENTIONS) - {"xla"}))
@pytest.mark.parametrize("network", NETWORKS_OF_FORMULAS)
def test_over_a_symbol_it_is_what_it_is_at_sizes_or_undecided(name, network):
    """A closed form at three sizes: the plain count, or the convention says that it depends on the size."""
    least = 64 if network == "alexnet" else 33
    over = ra.measure(ra.architecture(network, input=symbol("n", least), style="torchvision"))
    try:
        formula = polynomial(counted(CONVENTIONS[name], over))
    except Undecided:
        assert name == "tensorflow"
        assert network in ("alexnet", "vgg16")  # adaptive pools: one way from a size on, another below
        return
    for size in (225, 256, 291):
        plain = ra.measure(ra.architecture(network, input=size, style="torchvision"))
        assert formula.at(n=size) == counted(CONVENTIONS[name], plain)

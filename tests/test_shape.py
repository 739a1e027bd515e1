"""Shapes: named axes with elements and positions."""

from __future__ import annotations

import numpy
import pytest

from resnet_analyzer.dim import symbol
from resnet_analyzer.errors import DimensionOverflow
from resnet_analyzer.shape import FeatureMap, Sequence, Vector, identical, shape_of, spell


@pytest.mark.parametrize(
    ("shape", "elements", "positions"),
    [(FeatureMap(2, 3, 5), 30, 6), (Sequence(4, 5), 20, 4), (Vector(5), 5, 1)],
)
def test_elements(shape, elements, positions):
    assert shape.elements == elements
    assert shape.positions == positions
    assert shape.positions * shape.channels == elements
    assert shape.with_channels(7).channels == 7
    assert shape.with_channels(7).positions == positions
    assert shape_of(*shape) == shape
    assert type(shape_of(*shape)) is type(shape)


def test_symbols_and_arrays():
    n = symbol("n")
    assert FeatureMap(n, n, 3).elements == 3 * n**2
    assert FeatureMap(numpy.array([2, 3]), 2, 3).elements.tolist() == [12, 18]
    with pytest.raises(DimensionOverflow, match="passes"):
        _ = FeatureMap(numpy.array([2**40]), 2**40, 3).elements


def test_spell():
    assert spell(FeatureMap(symbol("n"), 2, 3)) == "n×2×3"
    assert spell(Vector(10)) == "10"
    assert spell(None) == "?"


def test_identical_is_never_true_of_what_is_not_plain():
    n, cells = symbol("n"), numpy.array([1, 2])
    assert identical((Vector(1), Vector(1)))
    assert not identical((Vector(1), Vector(2)))
    assert not identical((Vector(n), Vector(n)))
    assert not identical((Vector(cells), Vector(cells)))

"""Shapes: named axes with elements and positions."""

from __future__ import annotations

import numpy
import pytest

from resnet_analyzer.dim import symbol
from resnet_analyzer.errors import DimensionOverflow
from resnet_analyzer.shape import Shape, identical, spell


@pytest.mark.parametrize(
    ("shape", "elements", "positions"),
    [(Shape(1, 2, 3, 5), 30, 6), (Shape(1, 4, 5), 20, 4), (Shape(1, 5), 5, 1)],
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
    assert Shape(1, n, n, 3).elements == 3 * n**2
    assert Shape(1, numpy.array([2, 3]), 2, 3).elements.tolist() == [12, 18]
    with pytest.raises(DimensionOverflow, match="passes"):
        _ = Shape(1, numpy.array([2**40]), 2**40, 3).elements


def test_spell():
    assert spell(Shape(1, symbol("n"), 2, 3)) == "n×2×3"
    assert spell(Shape(1, 10)) == "10"
    assert spell(None) == "?"


def test_identical_is_never_true_of_what_is_not_plain():
    n, cells = symbol("n"), numpy.array([1, 2])
    assert identical((Shape(1, 1), Shape(1, 1)))
    assert not identical((Shape(1, 1), Shape(1, 2)))
    assert not identical((Shape(1, n), Shape(1, n)))
    assert not identical((Shape(1, cells), Shape(1, cells)))

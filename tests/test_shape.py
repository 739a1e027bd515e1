"""Shapes: dimensions of any rank, batch first."""

from __future__ import annotations

import copy
import pickle

import numpy
import pytest

from resnet_analyzer.dim import symbol
from resnet_analyzer.errors import DimensionOverflow
from resnet_analyzer.shape import Shape, identical, is_map, spell


@pytest.mark.parametrize(
    ("sizes", "elements"),
    [((1, 2, 3, 5), 30), ((2, 4, 5), 40), ((3, 5), 15), ((7,), 7), ((), 1), ((2, 3, 4, 5, 6, 7), 5040)],
)
def test_elements(sizes, elements):
    shape = Shape(*sizes)
    assert shape.elements == elements == numpy.zeros(sizes).size
    assert tuple(shape) == sizes
    assert len(shape) == len(sizes)
    for place in range(len(sizes)):
        for axis in (place, place - len(sizes)):
            other = shape.with_size(axis, 11)
            assert type(other) is Shape
            assert other == (*sizes[:place], 11, *sizes[place + 1 :])


def test_copies_and_pickles_are_shapes():
    shape = Shape(1, symbol("n"), 3)
    for twin in (copy.copy(shape), copy.deepcopy(shape), pickle.loads(pickle.dumps(shape))):
        assert twin == shape
        assert type(twin) is Shape
    assert repr(Shape(1, 2, 3)) == "Shape(1, 2, 3)"


@pytest.mark.parametrize("shape", [Shape(1, 3), Shape(1, 2, 3), Shape(1, 2, 3, 4, 5), (1, 2, 3, 4), None])
def test_a_map_has_four_axes(shape):
    assert is_map(Shape(1, 2, 3, 4))
    assert not is_map(shape)


def test_symbols_and_arrays():
    n = symbol("n")
    assert Shape(1, n, n, 3).elements == 3 * n**2
    assert Shape(1, numpy.array([2, 3]), 2, 3).elements.tolist() == [12, 18]
    with pytest.raises(DimensionOverflow, match="exceeds"):
        _ = Shape(1, numpy.array([2**40]), 2**40, 3).elements


def test_spell():
    assert spell(Shape(1, symbol("n"), 2, 3)) == "n×2×3"
    assert spell(Shape(1, 10)) == "10"
    assert spell(Shape(8, 10)) == "8×10"  # only a batch of one is left out
    assert spell(Shape(symbol("b"), 1, 10)) == "b×1×10"
    assert spell(Shape(1)) == "1"
    assert spell(Shape()) == "one number"
    assert spell(None) == "?"


def test_identical_is_true_only_of_what_is_the_same_whatever_the_values():
    n, cells = symbol("n"), numpy.array([1, 2])
    assert identical((Shape(1, 1), Shape(1, 1)))
    assert not identical((Shape(1, 1), Shape(1, 2)))
    assert not identical((Shape(1, 1), Shape(1, 1, 1)))
    assert identical((Shape(1, n), Shape(1, n)))
    assert not identical((Shape(1, n), Shape(1, symbol("m"))))
    assert not identical((Shape(1, n), Shape(1, n + 1)))
    assert not identical((Shape(1, cells), Shape(1, cells)))

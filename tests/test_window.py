"""The window formula, against people's worked examples, TensorFlow's rule and counting."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet_analyzer.dim import symbol
from resnet_analyzer.window import Window, amounts, inverse, pair, slide

SMALL = st.integers(1, 12)


@pytest.mark.parametrize(
    ("window", "output"),
    [
        (Window(224, 7, 2, 3, 3), 112),  # He et al. 2015, Table 1: conv1
        (Window(112, 3, 2, 1, 1), 56),  # and its pooling
        (Window(227, 11, 4), 55),  # Krizhevsky et al. 2012: AlexNet
        (Window(32, 5), 28),  # LeCun et al. 1998: C1
        (Window(7, 3, 1, dilation=2), 3),  # Dumoulin & Visin 2016, figure 5.1
        (Window(5, 3, 2, 1, 1), 3),  # the same, figure 2.6
        (Window(6, 3, 2, 1, 1), 3),  # the same, figure 2.7
    ],
)
def test_worked_examples(window, output):
    assert window.output == output
    assert window.fits is True


def tensorflow_same(n: int, f: int, s: int) -> tuple[int, int, int]:
    """Output and padding as the documentation of tf.nn ("Notes on padding") words it."""
    output = -(-n // s)
    along = max(f - s, 0) if n % s == 0 else max(f - n % s, 0)
    return output, along // 2, along - along // 2


@given(n=st.integers(1, 40), f=SMALL, s=SMALL, d=st.integers(1, 3))
def test_same_is_tensorflows(n, f, s, d):
    window = Window(n, f, s, dilation=d, same=True)
    assert (window.output, *window.pads) == tensorflow_same(n, d * (f - 1) + 1, s)
    assert window.fits is True


@given(n=st.integers(1, 40), f=SMALL, s=SMALL, d=st.integers(1, 3), before=st.integers(0, 4), after=st.integers(0, 4))
def test_counted(n, f, s, d, before, after):
    window = Window(n, f, s, before, after, d)
    starts = [start for start in range(0, n + before + after, s) if start + (f - 1) * d < n + before + after]
    assert window.fits is bool(starts)
    if starts:
        assert window.output == len(starts)
        assert window.dropped == n + before + after - 1 - (starts[-1] + (f - 1) * d)
        assert 0 <= window.dropped < s


def test_the_cause_is_tested_not_the_symptom():
    """(5 − 7)//2 + 1 = 0 and (5 − 7)//3 + 1 = 0 look like an empty output; (6 − 7)//1 + 1 = 0 too."""
    for stride in range(1, 9):
        assert Window(5, 7, stride).fits is False
    assert Window(5, 7, 2, 1, 1).fits is True


@given(positions=st.integers(1, 20), f=SMALL, s=SMALL, d=st.integers(1, 3), p=st.integers(0, 2))
def test_inverse(positions, f, s, d, p):
    window = Window(0, f, s, p, p, d)
    length = inverse(positions, window)
    assert window._replace(length=length).output == positions
    assert window._replace(length=length - 1).output == positions - 1


def test_symbols_and_arrays():
    n = symbol("n")
    window = Window(n, 7, 2, 3, 3)
    assert str(window.output) == "⌈n/2⌉"
    assert window.fits is True
    assert str(Window(n, 7, 2).fits) == "n ≥ 7"
    cells = Window(numpy.array([5, 7, 9]), 7, 2)
    assert cells.fits.tolist() == [False, True, True]
    assert cells.output.tolist()[1:] == [1, 2]
    before, after = Window(n, 3, 2, same=True).pads
    assert after == 1
    for size in range(1, 12):
        assert (before.at(n=size), after) == tensorflow_same(size, 3, 2)[1:]


@pytest.mark.parametrize(
    ("window", "text"),
    [
        (Window(224, 7, 2, 3, 3), "(224 + 2·3 − 7)/2 + 1 = 112"),
        (Window(8, 3, 1, 1, 1), "8 + 2·1 − 3 + 1 = 8"),
        (Window(5, 3), "5 − 3 + 1 = 3"),
        (Window(6, 3, 2, 0, 1), "(6 + 0 + 1 − 3)/2 + 1 = 3"),
        (Window(9, 3, 1, dilation=2), "9 − (2·2 + 1) + 1 = 5"),
        (Window(224, 7, 2, same=True), "(224 + 2 + 3 − 7)/2 + 1 = 112"),
    ],
)
def test_how(window, text):
    assert window.how() == text


@given(n=st.integers(1, 30), f=st.integers(1, 5), s=st.integers(1, 5), same=st.booleans(), p=st.integers(0, 2))
def test_the_text_computes(n, f, s, same, p):
    """The sentence in the "how" column is itself true, read as Python with a whole division."""
    window = Window(n, f, s, 0 if same else p, 0 if same else p, same=same)
    if window.fits:
        left, right = window.how().replace("·", "*").replace("−", "-").replace("/", "//").split(" = ")
        assert eval(left) == int(right) == window.output


def test_padding_in_every_spelling():
    assert amounts(2) == amounts((2, 2)) == amounts(((2, 2), (2, 2))) == ((2, 2), (2, 2))
    assert amounts((1, (0, 3))) == ((1, 1), (0, 3))
    assert pair((1, 2)) == (1, 2)
    vertical, horizontal = slide((10, 20), (3, 5), (1, 2), ((1, 2), (3, 4)), (1, 2))
    assert vertical == Window(10, 3, 1, 1, 2, 1)
    assert horizontal == Window(20, 5, 2, 3, 4, 2)
    assert slide((8, 8), 3, padding="same")[0].same
    assert slide((8, 8), 3, padding="valid")[0] == Window(8, 3)


def test_a_padding_may_vary():
    window, _ = slide((8, 8), 3, padding=numpy.array([0, 1]))
    assert window.output.tolist() == [6, 8]
    assert slide((8, 8), 3, padding=symbol("p"))[0].output == 2 * symbol("p") + 6


def test_netscopes_clipped_window():
    """Pool 2/2 padding 1 over 5 pixels in ceil mode: 3 positions; netscope says 4, a window of padding only."""
    assert slide((5, 5), 2, 2, 1, ceil_mode=True)[0].output == 3


def test_a_same_window_smaller_than_its_stride_is_never_padded():
    """tf.nn: max(f − s, 0) or max(f − n mod s, 0) missing: nothing, unless the last stride is cut short."""
    n = symbol("n")
    lengths = numpy.arange(1, 30)
    for f, s in ((1, 2), (2, 3), (2, 5), (3, 4)):
        cells = Window(lengths, f, s, same=True)
        for length in lengths.tolist():
            window = Window(length, f, s, same=True)
            output, before, after = tensorflow_same(length, f, s)
            assert (window.output, *window.pads) == (output, before, after)
            assert cells.output[length - 1] == output
            assert tuple(pad[length - 1] for pad in cells.pads) == (before, after)
            reached = [i * s - before + j for i in range(output) for j in range(f)]
            assert window.dropped == max(length - 1 - max(reached), 0)
            assert min(reached) <= 0
        assert Window(n, f, s, same=True).fits is True

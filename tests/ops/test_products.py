"""Matrix products, einsum and attention, multiplied out one by one, against numpy's own numbers and our counts."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_analyzer.dim import holds
from resnet_analyzer.errors import UsageError
from resnet_analyzer.ops.attention import AdditiveAttention, Attention
from resnet_analyzer.ops.base import Cost
from resnet_analyzer.ops.dot import Dot
from resnet_analyzer.ops.einsum import Einsum, EinsumDense
from resnet_analyzer.ops.embedding import Embedding
from resnet_analyzer.ops.matmul import MatMul
from resnet_analyzer.ops.multi_head_attention import GroupQueryAttention, MultiHeadAttention
from resnet_analyzer.ops.scaled_dot_product_attention import ScaledDotProductAttention
from resnet_analyzer.shape import Shape

from .counting import counted, done, exp, largest, numbers, smaller, summed

RANDOM = numpy.random.default_rng(7)


def fine(cost: Cost) -> bool:
    return all(holds(check.condition) for check in cost.checks)


def array(*sizes: int) -> Any:
    return RANDOM.integers(-9, 10, sizes)


def multiplied_out(inputs: list[str], output: str, arrays: list[Any]) -> tuple[Any, int]:
    """The sum of products by plain loops over every axis, and how many products were made."""
    letters = sorted(set("".join(inputs)))
    sizes = {letter: arr.shape[i] for names, arr in zip(inputs, arrays, strict=True) for i, letter in enumerate(names)}
    result = numpy.zeros([sizes[letter] for letter in output], int)
    products = 0
    for places in product(*[range(sizes[letter]) for letter in letters]):
        at = dict(zip(letters, places, strict=True))
        one, other = (arr[tuple(at[letter] for letter in names)] for names, arr in zip(inputs, arrays, strict=True))
        result[tuple(at[letter] for letter in output)] += one * other
        products += 1
    return result, products


@st.composite
def equations(draw: Any) -> tuple[list[str], str]:
    letters = "abcde"[: draw(st.integers(1, 4))]
    names = st.lists(st.sampled_from(letters), min_size=1, max_size=3, unique=True).map("".join)
    inputs = [draw(names), draw(names)]
    used = sorted(set("".join(inputs)))
    output = draw(st.lists(st.sampled_from(used), max_size=len(used), unique=True).map("".join))
    return inputs, output


@given(equation=equations(), sizes=st.tuples(*[st.integers(2, 4)] * 5))
@settings(max_examples=200, deadline=None)
def test_einsum_of_two(equation, sizes):
    inputs, output = equation
    size = dict(zip("abcde", sizes, strict=True))
    arrays = [array(*[size[letter] for letter in names]) for names in inputs]
    text = f"{','.join(inputs)}->{output}"
    expected = numpy.einsum(text, *arrays)
    result, products = multiplied_out(inputs, output, arrays)
    assert (result == expected).all()
    cost = Einsum(text).apply(*[Shape(*arr.shape) for arr in arrays])
    assert fine(cost)
    assert cost.output == expected.shape
    assert cost.work.multiply_accumulates == products
    assert cost.work.accumulators == expected.size


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]),
        ("bij,bjk", [(2, 3, 4), (2, 4, 5)]),
        ("zc,ca", [(3, 4), (4, 5)]),
        ("...ij,...jk->...ik", [(2, 1, 3, 4), (6, 4, 5)]),
        ("...ij,...jk", [(2, 6, 3, 4), (4, 5)]),
        ("i...,j...->ij...", [(2, 3, 1), (5, 4)]),
        ("ij,ij->ij", [(3, 1), (3, 5)]),
        ("ii->i", [(4, 4)]),
        ("ii", [(4, 4)]),
        ("bijc->cb", [(2, 3, 4, 5)]),
        ("b...c->...", [(2, 3, 4, 5)]),
        ("ab,bc,cd->ad", [(2, 3), (3, 4), (4, 5)]),
        ("abc,cd,de->abe", [(2, 3, 4), (4, 5), (5, 6)]),
        ("a,b,c->abc", [(2,), (3,), (4,)]),
        ("a,ab,b->", [(2,), (2, 3), (3,)]),
        (" b i , i -> b ", [(2, 3), (3,)]),
        (",a->a", [(), (3,)]),
    ],
)
def test_einsum_puts_out_numpys_shape(equation, shapes):
    arrays = [array(*sizes) for sizes in shapes]
    expected = numpy.einsum(equation.replace(" ", ""), *arrays)
    cost = Einsum(equation).apply(*[Shape(*sizes) for sizes in shapes])
    assert fine(cost)
    assert cost.output == expected.shape


def test_einsum_of_one_adds_and_of_several_takes_two_at_a_time():
    assert counted(Einsum("bhc->c").apply(Shape(2, 3, 4)).work) == done(lambda: [summed(numbers(6)) for _ in range(4)])
    assert counted(Einsum("ii").apply(Shape(5, 5)).work) == done(lambda: summed(numbers(5)))
    assert not counted(Einsum("abc->cba").apply(Shape(2, 3, 4)).work)
    a, b, c = array(2, 3), array(3, 4), array(4, 5)
    first, products = multiplied_out(["ab", "bc"], "ac", [a, b])
    second, more = multiplied_out(["ac", "cd"], "ad", [first, c])
    assert (second == numpy.einsum("ab,bc,cd->ad", a, b, c)).all()
    cost = Einsum("ab,bc,cd->ad").apply(Shape(2, 3), Shape(3, 4), Shape(4, 5))
    assert cost.work.multiply_accumulates == products + more
    assert cost.work.accumulators == first.size + second.size


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("ij,jk->ix", "has an output axis that no operand has"),
        ("ij->ii", "or one twice"),
        ("i1,jk->ik", "is no equation"),
        ("i....j->ij", "is no equation"),
        (7, "equation must be a text"),
    ],
)
def test_what_is_no_equation(equation, message):
    with pytest.raises(UsageError, match=message):
        Einsum(equation)


def test_shapes_that_an_equation_does_not_take():
    for equation, shapes, message in (
        ("ij,jk->ik", [(2, 3), (4, 5)], "the axes called j disagree: 4 and 3."),
        ("ij,jk->ik", [(2, 3, 4), (4, 5)], "2×3×4 lacks the axes ij."),
        ("ijk,jk->ik", [(2, 3), (4, 5)], "2×3 lacks the axes ijk."),
        ("ij,jk->ik", [(2, 3)], "ij,jk->ik has 2 operands, and gets 1."),
        ("ii->i", [(1, 3)], "the axes called i disagree: 1 and 3."),
        ("...i,...i->...", [(2, 3, 4), (5, 4)], "cannot sum over 2×3 and 5"),
    ):
        cost = Einsum(equation).apply(*[Shape(*sizes) for sizes in shapes])
        broken = [check.text for check in cost.checks if holds(check.condition) is False]
        assert broken, equation
        assert message in broken[0]


SIDES = st.integers(1, 4)


@given(
    data=st.data(), flip=st.tuples(st.booleans(), st.booleans()), batch=st.lists(SIDES, max_size=2), n=SIDES, k=SIDES
)
@settings(max_examples=150, deadline=None)
def test_matrix_product(data, flip, batch, n, k):
    """Matrices with leading axes that broadcast, or vectors, on either side."""
    left = data.draw(st.sampled_from([(k,), (n, k), (*batch, n, k), (1, *batch[1:], n, k)]))
    right = data.draw(st.sampled_from([(k,), (k, 3), (*batch, k, 3), (*batch[-1:], k, 3)]))
    a, b = array(*left), array(*right)
    given_a = a.swapaxes(-1, -2) if flip[0] and a.ndim > 1 else a
    given_b = b.swapaxes(-1, -2) if flip[1] and b.ndim > 1 else b
    try:
        expected = a @ b
    except ValueError:
        expected = None
    cost = MatMul(*flip).apply(Shape(*given_a.shape), Shape(*given_b.shape))
    assert fine(cost) == (expected is not None)
    if expected is not None:
        assert cost.output == numpy.shape(expected)
        assert cost.work.multiply_accumulates == sum(1 for _ in product(range(numpy.size(expected)), range(k)))
        assert cost.work.accumulators == numpy.size(expected)


def test_a_matrix_product_that_cannot_be():
    cost = MatMul().apply(Shape(2, 3, 4), Shape(2, 5, 6))
    assert [check.text for check in cost.checks if holds(check.condition) is False] == [
        "cannot multiply 2×3×4 by 2×5×6: 4 columns meet 5 rows."
    ]


def test_keras_dot():
    a, b = array(2, 3, 4), array(2, 4, 5)
    result, products = multiplied_out(["bij", "bjk"], "bik", [a, b])
    assert (result == a @ b).all()
    cost = Dot((2, 1)).apply(Shape(2, 3, 4), Shape(2, 4, 5))
    assert cost.output == result.shape
    assert cost.work.multiply_accumulates == products

    def unit(row):
        inverse = smaller(1 / summed([x * x for x in row]).sqrt(), 1e12)
        return [x * inverse for x in row]

    cosine = Dot(-1, normalize=True).apply(Shape(2, 6), Shape(2, 6))
    expected = done(lambda: [unit(numbers(6)) for _vector in range(4)])
    assert counted(cosine.work) == expected
    assert cosine.work.multiply_accumulates == 2 * 6
    assert cosine.output == Shape(2, 1)


def softmax_of(row):
    top = largest(row)
    raised = [exp(x - top) for x in row]
    below = summed(raised)
    return [x / below for x in raised]


@given(
    batch=st.integers(1, 2),
    heads=st.integers(1, 2),
    shared=st.integers(1, 2),
    queries=SIDES,
    keys=SIDES,
    widths=st.tuples(SIDES, SIDES),
    masked=st.booleans(),
    heads_last=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_scaled_dot_product_attention(batch, heads, shared, queries, keys, widths, masked, heads_last):
    """Each of `heads · shared` heads of queries by itself; keys and values have `heads`."""
    width, value_width = widths
    q, k = array(batch, heads * shared, queries, width), array(batch, heads, keys, width)
    v = array(batch, heads, keys, value_width)
    repeated = numpy.einsum("bhqd,bhkd->bhqk", q, k.repeat(shared, 1))
    expected = numpy.einsum("bhqk,bhkd->bhqd", repeated, v.repeat(shared, 1))
    products = 0
    for image, head, i, j in product(range(batch), range(heads * shared), range(queries), range(keys)):
        total = 0
        for d in range(width):
            total += q[image, head, i, d] * k[image, head // shared, j, d]
            products += 1
        assert total == repeated[image, head, i, j]
        products += sum(1 for _d in range(value_width))
    around = done(lambda: [softmax_of(numbers(keys)) for _ in range(batch * heads * shared * queries)])
    around["multiplies"] += repeated.size
    around["adds"] += repeated.size if masked else 0
    shapes = [Shape(*each.shape) for each in (q, k, v)]
    if heads_last:
        shapes = [Shape(b, length, many, wide) for b, many, length, wide in shapes]
        expected = expected.swapaxes(1, 2)
    cost = ScaledDotProductAttention(causal=masked, heads_last=heads_last).apply(*shapes)
    assert fine(cost)
    assert cost.output == expected.shape
    assert cost.work.multiply_accumulates == products
    assert cost.work.accumulators == repeated.size + expected.size
    assert counted(cost.work) == +around
    with_mask = ScaledDotProductAttention(heads_last=heads_last).apply(*shapes, Shape(queries, keys))
    assert with_mask.work.adds == cost.work.adds + (0 if masked else repeated.size)


def test_heads_that_do_not_divide():
    cost = ScaledDotProductAttention().apply(Shape(1, 8, 5, 4), Shape(1, 3, 6, 4), Shape(1, 3, 6, 4))
    assert not fine(cost)
    assert not fine(GroupQueryAttention(8, 4, num_key_value_heads=3).apply(Shape(1, 5, 6), Shape(1, 5, 6)))


def test_keras_attention():
    """Luong's scores are products; Bahdanau's are sums of tanh, which count no multiply-accumulates."""
    batch, queries, keys, width, value_width = 2, 3, 4, 5, 6
    shapes = (Shape(batch, queries, width), Shape(batch, keys, value_width), Shape(batch, keys, width))
    mixture = sum(1 for _ in product(*map(range, (batch, queries, keys, value_width))))
    scored = sum(1 for _ in product(*map(range, (batch, queries, keys, width))))
    softmaxes = done(lambda: [softmax_of(numbers(keys)) for _ in range(batch * queries)])
    dot = Attention().apply(*shapes)
    assert dot.work.multiply_accumulates == scored + mixture
    assert counted(dot.work) == softmaxes
    assert dot.output == Shape(batch, queries, value_width)
    scores = batch * queries * keys
    scaled = Attention(use_scale=True).apply(*shapes)
    assert scaled.work.multiplies == scores

    def tanh(x):
        y = exp(x * -2)
        return (1 - y) / (1 + y)

    def additive(scale):
        q, k = numbers(width), numbers(width)
        terms = [tanh(a + b) for a, b in zip(q, k, strict=True)]
        return summed([x * 2.0 for x in terms] if scale else terms)

    for use_scale in (False, True):
        expected = done(lambda use_scale=use_scale: [additive(use_scale) for _ in range(scores)]) + softmaxes
        cost = AdditiveAttention(use_scale).apply(*shapes)
        assert cost.work.multiply_accumulates == mixture
        assert counted(cost.work) == expected

    def concatenated(scale):
        q, k = numbers(width), numbers(width)
        sums = [a + b for a, b in zip(q, k, strict=True)]
        return 1.5 * summed([tanh(x * 2.0 if scale else x) for x in sums])

    for use_scale in (False, True):
        expected = done(lambda use_scale=use_scale: [concatenated(use_scale) for _ in range(scores)]) + softmaxes
        cost = Attention(use_scale, "concat").apply(*shapes)
        assert cost.work.multiply_accumulates == mixture
        assert counted(cost.work) == expected


def test_one_attention_row_holds_the_products_inside():
    """Multi-head attention is three dense layers, the attention, and a dense layer: as many multiply-accumulates."""
    heads, width, value_width = 2, 3, 4
    query, value, key = array(2, 5, 6), array(2, 7, 8), array(2, 7, 9)
    q = numpy.einsum("btc,chd->bthd", query, array(6, heads, width))
    k = numpy.einsum("btc,chd->bthd", key, array(9, heads, width))
    v = numpy.einsum("btc,chd->bthd", value, array(8, heads, value_width))
    parts = [
        EinsumDense("btc,chd->bthd", (0, heads, width), "hd").apply(Shape(*query.shape)),
        EinsumDense("btc,chd->bthd", (0, heads, width), "hd").apply(Shape(*key.shape)),
        EinsumDense("btc,chd->bthd", (0, heads, value_width), "hd").apply(Shape(*value.shape)),
        ScaledDotProductAttention(heads_last=True).apply(*[Shape(*each.shape) for each in (q, k, v)]),
        EinsumDense("bthd,hdc->btc", (0, 6), "c").apply(Shape(2, 5, heads, value_width)),
    ]
    whole = MultiHeadAttention(heads, width, value_width).apply(*[Shape(*each.shape) for each in (query, value, key)])
    macs, sums = (sum(part.work[i] for part in parts) for i in (0, 1))
    assert (whole.work.multiply_accumulates, whole.work.accumulators) == (macs, sums)
    assert whole.work.adds == sum(part.work.adds for part in parts)
    assert whole.work.exponentials == sum(part.work.exponentials for part in parts)
    shared = GroupQueryAttention(4, 3, num_key_value_heads=2, use_bias=False).apply(Shape(1, 5, 6), Shape(1, 7, 6))
    assert shared.work.multiply_accumulates == 5 * 6 * 12 + 2 * 7 * 6 * 6 + 2 * 4 * 5 * 7 * 3 + 5 * 12 * 6


def test_a_mask_is_an_addition_to_every_score():
    shapes = (Shape(2, 5, 6), Shape(2, 7, 6))
    plain = MultiHeadAttention(3, 4).apply(*shapes)
    masked = MultiHeadAttention(3, 4, roles=("query", "value", "attention_mask")).apply(*shapes, Shape(2, 5, 7))
    assert masked.work.adds - plain.work.adds == sum(1 for _ in product(range(2), range(3), range(5), range(7)))
    assert masked.output == plain.output
    assert masked.weights == plain.weights


def test_embedding_and_back():
    table, numbers_ = array(11, 4), RANDOM.integers(0, 11, (2, 5))
    forth = Embedding(11, 4).apply(Shape(2, 5))
    assert forth.output == table[numbers_].shape
    assert not any(forth.work)
    assert forth.weights[0].shape == table.shape
    back = Embedding(11, 4, reverse=True).apply(forth.output)
    result, products = multiplied_out(["btc", "vc"], "btv", [table[numbers_], table])
    assert (result == table[numbers_] @ table.T).all()
    assert back.output == result.shape
    assert back.work.multiply_accumulates == products


@pytest.mark.parametrize("axes", ["x", "dx", "", ["d"]])
def test_bias_axes_that_the_output_lacks_are_told(axes):
    """Keras raises for them too; a mutated file once ended in StopIteration."""
    with pytest.raises(UsageError, match="bias_axes must be axes of the output of abc,cde->abde, not"):
        EinsumDense("abc,cde->abde", (0, 8, 64), axes)

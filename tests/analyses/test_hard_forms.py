"""What is hard for formulas: conditions of divisibility, folded batches, paddings and choices that depend on a size."""

from itertools import product

import pytest

from resnet_analyzer.analyses.formula.closed import closed_form
from resnet_analyzer.analyses.formula.recipe import recipe_of_graph
from resnet_analyzer.dim import at_least, divides, equal, maximum, symbol, where
from resnet_analyzer.dim.polynomial import polynomial
from resnet_analyzer.errors import AnalyzerError, CheckFailed
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.multi_head_attention import MultiHeadAttention
from resnet_analyzer.ops.reshape import Permute, Reshape
from resnet_analyzer.ops.upsampling import Upsampling2d
from resnet_analyzer.shape import Shape
from resnet_analyzer.window import Window, slide

N, M = symbol("n"), symbol("m")


def unet(height, width, levels=3):
    """Down by 2×2 pools, up by doubling, each level joined with what had its size (Ronneberger et al. 2015)."""
    build = GraphBuilder("unet")
    top, kept = build.input(Shape(1, height, width, 3)), []
    for level in range(levels):
        kept.append(build.add(f"down{level}", Conv2d(8 << level, 3, padding=1), top))
        top = build.add(f"pool{level}", MaxPool2d(2), kept[-1])
    top = build.add("bottom", Conv2d(8 << levels, 3, padding=1), top)
    for level in reversed(range(levels)):
        top = build.add(f"double{level}", Upsampling2d(2), top)
        top = build.add(f"join{level}", Concatenate(), kept[level], top)
        top = build.add(f"up{level}", Conv2d(8 << level, 3, padding=1), top)
    return build.graph()


def test_one_level_of_a_unet_needs_an_even_size():
    assumptions = {str(check.condition): check.text for check in measure(unet(N, N, levels=1)).assumptions}
    assert list(assumptions) == ["n ≥ 2", "2 divides n"]
    assert "cannot concatenate n×n×8 and 2·⌊n/2⌋×2·⌊n/2⌋×16" in assumptions["2 divides n"]


def test_a_unet_needs_multiples_of_its_stride():
    form = closed_form(recipe_of_graph(unet(64, 64)), ["h", "w"])
    assert list(map(str, form.conditions)) == ["8 divides h", "8 divides w"]
    assert form.least == {"h": 8, "w": 8}
    for height, width in product((8, 16, 40, 64), (24, 33)):
        point = {"h": height, "w": width}
        if width == 33:
            with pytest.raises(CheckFailed, match="8 divides w"):
                form.at(point)
            with pytest.raises(CheckFailed, match="cannot concatenate"):
                measure(unet(height, width))
        else:
            totals = measure(unet(height, width)).totals
            assert form.at(point) == {name: getattr(totals, name) for name in form.figures}


def swin_block(batch, height, width, channels, heads=3, side=7):
    """Windows of 7×7 folded into the batch, attention within, and back (Liu et al. 2021, sec. 3.2)."""
    build = GraphBuilder("swin")
    image = build.input(Shape(batch, height, width, channels))
    rows, columns = height // side, width // side
    top = build.add("split", Reshape((0, rows, side, columns, side, channels)), image)
    top = build.add("group", Permute((0, 1, 3, 2, 4, 5)), top)
    top = build.add("fold", Reshape((-1, side * side, channels)), top)
    top = build.add("attention", MultiHeadAttention(heads, channels // heads), top)
    top = build.add("unfold", Reshape((-1, rows, columns, side, side, channels)), top)
    top = build.add("sort", Permute((0, 1, 3, 2, 4, 5)), top)
    top = build.add("whole", Reshape((0, rows * side, columns * side, channels)), top)
    top = build.add("add", Add(), image, top)
    top = build.add("mlp", Dense(4 * channels), top)
    build.add("out", Dense(channels), top)
    return build.graph()


def test_a_swin_blocks_windows_are_folded_into_the_batch():
    b, h, w, c = map(symbol, "bhwc")
    measured = measure(swin_block(b, h, w, 96))
    rows = measured.by_name
    assert rows["fold"].output == Shape(b * (h // 7) * (w // 7), 49, 96)
    assert rows["unfold"].output[0] == b
    conditions = {str(check.condition) for check in measured.assumptions}
    assert conditions == {"7 divides h and 7 divides w", "7 divides h", "7 divides w"}
    for point in ({"b": 1, "h": 56, "w": 56}, {"b": 3, "h": 14, "w": 21}):
        plain = measure(swin_block(point["b"], point["h"], point["w"], 96)).totals
        for name in ("params", "macs", "flops", "activations"):
            assert polynomial(getattr(measured.totals, name)).at(point) == getattr(plain, name)
    # 4·C² per position for the projections and 2·49·C for the products, 8·C² for the two dense layers
    at_multiples = polynomial(measured.totals.macs).replaced({"h": 7 * h, "w": 7 * w})
    assert at_multiples == 49 * b * h * w * (12 * 96 * 96 + 2 * 49 * 96)
    assert divides(49 * c, b * h * w * c) == divides(49, b * h * w)


def test_a_swin_block_of_any_width():
    c = symbol("c")
    measured = measure(swin_block(2, 14, 14, 3 * c))
    assert measured.assumptions == ()
    assert measured.totals.macs == 2 * 196 * (12 * 9 * c * c + 2 * 49 * 3 * c)


@pytest.mark.parametrize(("window", "stride"), [(1, 3), (2, 3), (2, 5), (3, 2), (7, 4)])
def test_same_padding_where_the_window_may_be_smaller_than_its_stride(window, stride):
    """TensorFlow's rule: outputs ⌈n/s⌉, padding max((⌈n/s⌉ − 1)·s + f − n, 0)."""
    formula = Window(N, window, stride, same=True)
    sizes = [polynomial(each) for each in (formula.output, *formula.pads)]
    cost = MaxPool2d(window, stride, padding="same").apply(Shape(1, N, N, 4))
    for n in range(1, 60):
        outputs = -(-n // stride)
        missing = max((outputs - 1) * stride + window - n, 0)
        assert [each.at(n=n) for each in sizes] == [outputs, missing // 2, missing - missing // 2]
        plain = MaxPool2d(window, stride, padding="same").apply(Shape(1, n, n, 4))
        assert tuple(polynomial(size).at(n=n) for size in cost.output) == plain.output


@pytest.mark.parametrize(("window", "stride", "pad"), [(3, 2, 0), (3, 2, 1), (2, 2, 1), (2, 3, 0), (5, 3, 2)])
def test_a_pool_in_ceil_mode(window, stride, pad):
    cost = MaxPool2d(window, stride, padding=pad, ceil_mode=True).apply(Shape(1, N, N, 4))
    for n in range(window, 60):
        outputs = polynomial(cost.output[1]).at(n=n)
        assert outputs == MaxPool2d(window, stride, padding=pad, ceil_mode=True).apply(Shape(1, n, n, 4)).output[1]
        assert outputs == torch_ceil(n, window, stride, pad)


def torch_ceil(n, window, stride, pad):
    """PyTorch, aten/src/ATen/native/Pool.h, pooling_output_shape_pad_lr."""
    outputs = -(-(n + 2 * pad - window) // stride) + 1
    return outputs - 1 if (outputs - 1) * stride >= n + pad else outputs


def test_ceil_mode_over_a_window_and_stride_that_are_symbols():
    k, s = symbol("k"), symbol("s")
    (formula,) = slide((N,), (k,), (s,), 1, ceil_mode=True)
    for n, window, stride in product((5, 9, 16), (2, 3, 5), (1, 2, 3)):
        (plain,) = slide((n,), (window,), (stride,), 1, ceil_mode=True)
        assert polynomial(formula.output).at(n=n, k=window, s=stride) == plain.output


def broadcast(left, right):
    """The common size of two axes, one of which may be 1; and whether they go together."""
    common = where(equal(left, 1), right, left)
    return common, equal(left, right) | equal(left, 1) | equal(right, 1)


def test_broadcasting_of_a_one():
    common, agree = broadcast(N, M)
    for n, m in product(range(1, 6), repeat=2):
        assert agree.holds({"n": n, "m": m}) == (n == m or 1 in (n, m))
        if n == m or 1 in (n, m):
            assert polynomial(common).at(n=n, m=m) == max(n, m)
    assert broadcast(N, N)[1] is True
    assert broadcast(1, N) == (N, True)
    assert str(agree) == "m = n or n = 1 or m = 1"


def test_choices_combine():
    size = maximum(where(divides(2, N), N // 2, 3 * N + 1), where(at_least(N, M), M, 7))
    for n, m in product(range(1, 20), repeat=2):
        assert size.at(n=n, m=m) == max(n // 2 if n % 2 == 0 else 3 * n + 1, m if n >= m else 7)


def test_what_is_no_one_formula_says_so_and_is_never_silently_true():
    form = closed_form(recipe_of_graph(unet(64, 64, levels=1)), ["h"])
    assert list(map(str, form.conditions)) == ["2 divides h"]
    with pytest.raises(AnalyzerError):
        form.at(h=7)

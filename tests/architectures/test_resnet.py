"""ResNet by hand: Table 1 of He et al. 2015, strides, stems, shortcuts, the rules of depth."""

import re
from collections import Counter

import numpy
import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.architectures.base import ARCHITECTURES, find
from resnet_analyzer.architectures.resnet import by_blocks, by_depth, cifar_resnet
from resnet_analyzer.dim import ceil_div, symbol
from resnet_analyzer.errors import UnknownName, UsageError

# He et al. 2015, Table 1: blocks of conv2_x … conv5_x
TABLE_1 = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
CIFAR = {20: 3, 32: 5, 44: 7, 56: 9, 110: 18, 1202: 200}
STYLES = [(depth, style) for depth in TABLE_1 for style in ARCHITECTURES[f"resnet{depth}"].styles]


def convolutions(graph, shortcuts=False):
    """The convolutions' rows, the shortcuts' own or all others."""
    rows = [row for row in measure(graph).rows if row.op == "Conv2d"]
    return [row for row in rows if ("shortcut" in row.name or "_0_conv" in row.name) == shortcuts]


def block_params(channels, inner, outer, groups=1):
    """A bottleneck's kernels and batch norms, by hand."""
    kernels = channels * inner + 9 * inner * inner // groups + inner * outer
    return kernels + 2 * (inner + inner + outer)


def basic_params(channels, outer):
    return 9 * channels * outer + 9 * outer * outer + 4 * outer


@pytest.mark.parametrize(("depth", "style"), STYLES)
def test_table_1(depth, style):
    """Output sizes, numbers of blocks and filters of every stage."""
    rows = measure(architecture(f"resnet{depth}", style=style)).rows
    convs = [row for row in rows if row.op == "Conv2d"]
    assert tuple(convs[0].output) == (1, 112, 112, 64)
    bottleneck = depth >= 50
    branch = convolutions(architecture(f"resnet{depth}", style=style))[1:]
    per_block = 3 if bottleneck else 2
    blocks = [branch[start : start + per_block] for start in range(0, len(branch), per_block)]
    assert len(blocks) == sum(TABLE_1[depth])
    wanted = []
    for count, size, width in zip(TABLE_1[depth], (56, 28, 14, 7), (64, 128, 256, 512), strict=True):
        filters = [width, width, 4 * width] if bottleneck else [width, width]
        wanted += [(size, filters)] * count
    assert [(block[-1].output[1], [row.output[-1] for row in block]) for block in blocks] == wanted
    kernels = [row.weights[0].shape[:2] for row in branch]
    assert kernels == ([(1, 1), (3, 3), (1, 1)] if bottleneck else [(3, 3), (3, 3)]) * sum(TABLE_1[depth])


@pytest.mark.parametrize("depth", [*TABLE_1, 200, *CIFAR, 164, 1001])
def test_depth_counts_convolutions_and_the_dense_layer(depth):
    assert len(convolutions(architecture(f"resnet{depth}"))) + 1 == depth


@pytest.mark.parametrize("depth", TABLE_1)
def test_parameters_by_the_formula(depth):
    """Kernels, batch norms, three or four projections, the dense layer."""
    total = 7 * 7 * 3 * 64 + 2 * 64
    channels = 64
    for count, width in zip(TABLE_1[depth], (64, 128, 256, 512), strict=True):
        outer = 4 * width if depth >= 50 else width
        for block in range(count):
            if channels != outer:
                assert block == 0
                total += channels * outer + 2 * outer
            total += block_params(channels, width, outer) if depth >= 50 else basic_params(channels, width)
            channels = outer
    total += channels * 1000 + 1000
    for style in ("paper", "torchvision"):
        assert measure(architecture(f"resnet{depth}", style=style)).totals.trainable_params == total


def test_a_bottleneck_block_by_hand():
    """The first block of conv2_x: 256 channels out of 64, at 56×56."""
    rows = measure(architecture("resnet50")).by_name
    kernels = [64 * 64, 9 * 64 * 64, 64 * 256, 64 * 256]
    names = [f"stage2/block1/{each}" for each in ("conv1", "conv2", "conv3", "shortcut/conv")]
    assert [rows[name].params for name in names] == kernels
    assert [rows[name].work.multiply_accumulates for name in names] == [each * 56 * 56 for each in kernels]


def test_where_the_stride_costs():
    """v1.5 runs the first 1×1 of three blocks on the larger map: 3 × 77,070,336 multiply-accumulates more.

    256→128 on 56² instead of 28², 512→256 on 28² instead of 14², 1024→512 on 14² instead of 7²: each the same.
    """
    extra = [256 * 128 * (56**2 - 28**2), 512 * 256 * (28**2 - 14**2), 1024 * 512 * (14**2 - 7**2)]
    assert extra == [77_070_336] * 3
    for depth in (50, 101, 152):
        first, third = (measure(architecture(f"resnet{depth}", style=style)) for style in ("paper", "torchvision"))
        assert third.totals.macs - first.totals.macs == sum(extra) == 231_211_008
        assert third.totals.all_params == first.totals.all_params
        work = [{row.name: row.work.multiply_accumulates for row in each.rows} for each in (first, third)]
        assert [name for name in work[0] if work[0][name] != work[1][name]] == [
            f"stage{stage}/block1/conv1" for stage in (3, 4, 5)
        ]


def test_why_keras_has_more_parameters():
    """25,636,712 = 25,557,032 + 26,560 biases of convolutions + 53,120 moving statistics, from the named weights."""
    keras, torch = (measure(architecture("resnet50", style=style)) for style in ("keras", "torchvision"))
    counts = Counter()
    for row in keras.rows:
        for weight in row.weights:
            counts[row.op, weight.name] += weight.params
    biases = counts["Conv2d", "bias"]
    moving = counts["BatchNorm", "moving_mean"] + counts["BatchNorm", "moving_variance"]
    assert (biases, moving) == (26_560, 53_120)
    assert torch.totals.trainable_params == 25_557_032
    assert keras.totals.all_params == 25_557_032 + biases + moving == 25_636_712
    assert keras.totals.moving_statistics == moving
    assert keras.totals.trainable_params == 25_557_032 + biases
    filters = [weight.shape[-1] for row in torch.rows if row.op == "Conv2d" for weight in row.weights]
    assert sum(filters) == biases  # one for every filter


@pytest.mark.parametrize(
    ("name", "style", "strided"),
    [
        ("resnet50", "paper", {"conv1", "shortcut/conv"}),
        ("resnet50", "torchvision", {"conv2", "shortcut/conv"}),
        ("resnet18", "paper", {"conv1", "shortcut/conv"}),
        ("resnet18", "torchvision", {"conv1", "shortcut/conv"}),
        ("preresnet50", "paper", {"conv1", "shortcut/conv"}),
        ("preresnet50", "torchvision", {"conv2", "shortcut/conv"}),
        ("wide_resnet50_2", "paper", {"conv2", "shortcut/conv"}),
        ("resnext50_32x4d", "paper", {"conv2", "shortcut/conv"}),
        ("seresnet50", "paper", {"conv1", "shortcut/conv"}),
        ("resnet50d", "paper", {"conv2", "shortcut/pool"}),
    ],
)
def test_strides(name, style, strided):
    """Stages 3 to 5 halve the map in their first block, and nowhere else."""
    found = Counter()
    for node in architecture(name, style=style):
        strides = getattr(node.op, "strides", 1)
        if strides == 2 and node.scope.startswith("stage") and not node.scope.startswith("stage1"):
            stage, block = node.scope.split("/")[:2]
            assert block == "block1"
            found[node.name.removeprefix(f"{stage}/block1/")] += 1
    assert found == dict.fromkeys(strided, 3)


def test_keras_v2_strides_at_the_end_of_a_stage():
    """The last block of stages 2 to 4 halves the map, with a 1×1 max pool on the shortcut."""
    strided = [node.name for node in architecture("resnet50v2") if getattr(node.op, "strides", 1) == 2]
    assert strided[:2] == ["conv1_conv", "pool1_pool"]
    pools = {"max_pooling2d", "max_pooling2d_1", "max_pooling2d_2"}
    assert set(strided[2:]) == {"conv2_block3_2_conv", "conv3_block4_2_conv", "conv4_block6_2_conv"} | pools


def test_stride_as_an_option():
    assert measure(architecture("resnet50", stride_at="3x3")).totals == (
        measure(architecture("resnet50", style="torchvision")).totals
    )


def test_stems():
    """7×7/2 and a pool; three 3×3 in its place (ResNet-C); one 3×3 on CIFAR."""

    def stem(name):
        return [
            (row.name.removeprefix("stage1/"), row.weights[0].shape if row.op == "Conv2d" else (), row.output[1])
            for row in measure(architecture(name)).rows
            if row.op in ("Conv2d", "MaxPool2d") and row.name.startswith("stage1/")
        ]

    assert stem("resnet50") == [("conv", (7, 7, 3, 64), 112), ("pool", (), 56)]
    assert stem("resnet50c") == stem("resnet50d")
    assert stem("resnet50c") == [
        ("conv1", (3, 3, 3, 32), 112),
        ("conv2", (3, 3, 32, 32), 112),
        ("conv3", (3, 3, 32, 64), 112),
        ("pool", (), 56),
    ]
    assert stem("resnet20") == [("conv", (3, 3, 3, 16), 32)]


def test_resnet_c_and_d_by_hand():
    """He et al. 2019, Fig. 2: C changes the stem; D also averages before projecting, at no parameters."""
    b = measure(architecture("resnet50", style="torchvision")).totals
    c, d = (measure(architecture(name)).totals for name in ("resnet50c", "resnet50d"))
    kernels = 27 * 32 + 9 * 32 * 32 + 9 * 32 * 64
    assert c.trainable_params - b.trainable_params == kernels + 2 * (32 + 32) - 49 * 3 * 64 == 19_232
    assert c.macs - b.macs == 112 * 112 * (kernels - 49 * 3 * 64)
    assert (d.all_params, d.macs) == (c.all_params, c.macs)
    rows = measure(architecture("resnet50d")).by_name
    pools = [name for name in rows if name.endswith("shortcut/pool")]
    assert pools == [f"stage{stage}/block1/shortcut/pool" for stage in (3, 4, 5)]
    pool = rows["stage3/block1/shortcut/pool"].node
    assert (pool.op.pool_size, pool.inputs) == (2, ("stage2/block3/relu",))
    assert rows["stage3/block1/shortcut/conv"].node.op.strides == 1


def test_resnet_d_pools_odd_maps_up():
    """A shortcut's pool must keep step with the padded 3×3: 57 becomes 29 on both sides."""
    rows = measure(architecture("resnet50d", 227)).by_name
    assert rows["stage2/block3/add"].output[1] == 57
    assert rows["stage3/block1/shortcut/pool"].output[1] == rows["stage3/block1/conv2"].output[1] == 29


# ResNet-34's shortcuts: (channels, filters, map) of the three that widen, and of the others.
WIDENING = [(64, 128, 28), (128, 256, 14), (256, 512, 7)]
OTHERS = [(64, 64, 56)] * 3 + [(128, 128, 28)] * 3 + [(256, 256, 14)] * 5 + [(512, 512, 7)] * 2


def test_shortcut_options():
    """A: zeros, no weights; B: projections where the channels grow; C: projections everywhere (sec. 4.1)."""
    by_option = {each: measure(architecture("resnet34", shortcut=each)) for each in ("A", "B", "C", "none")}
    params = {option: each.totals.trainable_params for option, each in by_option.items()}
    macs = {option: each.totals.macs for option, each in by_option.items()}
    assert params["A"] == params["none"] == 21_623_848
    assert macs["A"] == macs["none"] == 3_644_493_824
    assert params["B"] - params["A"] == sum(c * f + 2 * f for c, f, _ in WIDENING)
    assert macs["B"] - macs["A"] == sum(c * f * m * m for c, f, m in WIDENING)
    assert params["C"] - params["B"] == sum(c * f + 2 * f for c, f, _ in OTHERS)
    assert macs["C"] - macs["B"] == sum(c * f * m * m for c, f, m in OTHERS)


def test_option_a_subsamples_and_pads_with_zeros():
    graph = architecture("resnet20")
    pool, pad = (graph[f"stage3/block1/shortcut/{each}"] for each in ("pool", "pad"))
    assert (pool.op.pool_size, pool.op.strides, pool.inputs) == (1, 2, ("stage2/block3/relu",))
    assert (pad.op.before, pad.op.after, pad.inputs) == (8, 8, (pool.name,))
    assert graph["stage3/block1/add"].inputs == ("stage3/block1/bn2", pad.name)
    assert measure(graph).by_name[pad.name].params == 0


def test_plain_nets_are_resnets_without_additions():
    for depth in (34, 20, 56):
        plain = measure(architecture(f"plain{depth}"))
        residual = measure(architecture(f"resnet{depth}", shortcut="A"))
        ops, others = (Counter(row.op for row in each.rows) for each in (plain, residual))
        assert ops["Add"] == 0
        assert set(others - ops) == {"Add", "ChannelPadding", "MaxPool2d"}
        assert not ops - others
        assert plain.totals.trainable_params == residual.totals.trainable_params
        assert plain.totals.macs == residual.totals.macs
        additions = sum(row.work.adds for row in residual.rows if row.op == "Add")
        assert residual.totals.flops - plain.totals.flops == additions


@pytest.mark.parametrize(("depth", "n"), CIFAR.items())
def test_cifar_by_the_formula(depth, n):
    """6n+2 layers of 16, 32, 64 filters on maps of 32, 16, 8 (sec. 4.2), shortcuts without weights."""
    kernels = 27 * 16
    macs = kernels * 32 * 32
    norms = 2 * 16
    channels = 16
    for width, size in ((16, 32), (32, 16), (64, 8)):
        stage = 9 * channels * width + (2 * n - 1) * 9 * width * width
        kernels, macs, norms = kernels + stage, macs + stage * size * size, norms + 2 * n * 2 * width
        channels = width
    totals = measure(architecture(f"resnet{depth}")).totals
    assert totals.trainable_params == kernels + norms + 64 * 10 + 10
    assert totals.macs == macs + 64 * 10


@pytest.mark.parametrize("spelling", ["resnet38", "ResNet-38", "resnet_38"])
def test_any_cifar_depth_by_name(spelling):
    found = find(spelling)
    assert (found.input, found.classes) == ((32, 32, 3), 10)
    assert (found.settings["blocks"], found.settings["block"]) == ((6, 6, 6), "basic")
    assert len(convolutions(found.graph())) + 1 == 38


def test_bottleneck_rule_on_cifar():
    """9n+2: 164 and 1001 by themselves, others where 6n+2 does not fit or where bottlenecks are asked for."""
    assert find("resnet29").settings["block"] == "bottleneck"
    assert cifar_resnet(164).settings["blocks"] == (18, 18, 18)
    assert cifar_resnet(164, "basic").settings["blocks"] == (27, 27, 27)
    assert cifar_resnet(110).settings["block"] == "basic"
    assert cifar_resnet(110, "bottleneck").settings["blocks"] == (12, 12, 12)
    assert measure(cifar_resnet(1001).graph()).by_name["head/pool"].output == (1, 256)


def error(match):
    return pytest.raises(UsageError, match=re.escape(match))


def test_depths_that_do_not_exist():
    with error("no CIFAR ResNet has 21 layers: the rule is 6n+2 (basic) or 9n+2 (bottleneck). Nearest: 20, 26."):
        by_depth(21, "cifar")
    with error("no CIFAR ResNet of bottleneck blocks has 30 layers: the rule is 9n+2. Nearest: 29, 38."):
        by_depth(30, "cifar", "bottleneck")
    with error("no CIFAR ResNet of basic blocks has 29 layers: the rule is 6n+2. Nearest: 26, 32."):
        by_depth(29, "cifar", "basic")
    with error("no ImageNet ResNet has 49 layers. Nearest: 34 and 50"):
        by_depth(49)
    with error("no ImageNet ResNet has 160 layers. Nearest: 152 and 200"):
        by_depth(160)
    with error("no ImageNet ResNet has 56 layers. Nearest: 34 and 50; any other by --blocks 3,4,23,3. As a CIFAR net"):
        by_depth(56)
    with error("no ImageNet ResNet has 51 layers"):
        architecture("resnet51")
    with error("no CIFAR ResNet of basic blocks has 21 layers"):
        architecture("plain21")
    with error("no CIFAR ResNet has 21 layers"):
        architecture("preresnet21")


@pytest.mark.parametrize("depth", [0, 1, 2, -1])
@pytest.mark.parametrize("dataset", ["imagenet", "cifar"])
def test_no_depth_at_all(depth, dataset):
    with pytest.raises(UsageError, match=f"has {depth} layers"):
        by_depth(depth, dataset)


@pytest.mark.parametrize(("depth", "dataset"), [(50, "imagenet"), (200, "imagenet"), (20, "cifar"), (1001, "cifar")])
def test_by_depth_finds_what_is_registered(depth, dataset):
    assert by_depth(depth, dataset) is ARCHITECTURES[f"resnet{depth}"]


def test_by_depth_of_cifar_makes_the_rest():
    made = by_depth(50, "cifar")  # 6·8 + 2: not the ImageNet net of that name
    assert (made.settings["blocks"], made.input) == ((8, 8, 8), (32, 32, 3))
    assert by_depth(20, "cifar", "bottleneck").settings["blocks"] == (2, 2, 2)


@pytest.mark.parametrize("depth", TABLE_1)
def test_by_blocks_is_by_depth(depth):
    kind = "basic" if depth < 50 else "bottleneck"
    made = by_blocks(TABLE_1[depth], kind)
    assert made.title == f"ResNet-{depth}"
    assert measure(made.graph()).totals == measure(architecture(f"resnet{depth}")).totals


def test_by_blocks():
    assert by_blocks((3, 4, 6, 3), depth=34).settings["block"] == "basic"
    assert by_blocks((3, 4, 6, 3), depth=50).settings["block"] == "bottleneck"
    assert by_blocks((1, 1, 1, 1)).name == "resnet14"
    assert by_blocks((3, 30, 48, 8)).name == "resnet269"
    on_cifar = by_blocks((3, 3, 3), "basic", "cifar")
    assert measure(on_cifar.graph()).totals == measure(architecture("resnet20")).totals
    on_cifar = by_blocks((18, 18, 18), "", "cifar")
    assert measure(on_cifar.graph()).totals == measure(architecture("resnet164")).totals
    with error("--depth 51 with --blocks 3,4,6,3: bottleneck blocks make that 50 layers"):
        by_blocks((3, 4, 6, 3), depth=51)
    with error("--depth 50 with --blocks 3,4,6,3: basic blocks make that 34 layers"):
        by_blocks((3, 4, 6, 3), "basic", depth=50)


@pytest.mark.parametrize("blocks", [(), (3, 0), (3, -1), (3.0, 4), (True, 2), "3463", 5, None])
def test_blocks_that_mean_nothing(blocks):
    with error("blocks must be whole numbers ≥ 1, one per stage, as 3,4,6,3"):
        architecture("resnet50", blocks=blocks)


def test_blocks_may_be_a_list():
    assert measure(architecture("resnet18", blocks=[3, 4, 6, 3])).totals == measure(architecture("resnet34")).totals


def test_a_typing_error_does_not_fill_the_memory():
    with error("100,001 blocks are more than 100,000, the most that is built"):
        architecture("resnet50", blocks=(100_000, 1))


@pytest.mark.parametrize(("option", "value", "near"), [
    ("block", "botleneck", "bottleneck"), ("stem", "imagnet", "imagenet"), ("shortcut", "b", "B"),
    ("stride_at", "3×3", "3x3"), ("variant", "orginal", "original"), ("shortcut_variant", "dropuot", "dropout"),
    ("blokcs", (1,), "blocks"),
])  # fmt: skip
def test_spelling(option, value, near):
    with pytest.raises(UnknownName, match=f"unknown .*Did you mean {near}"):
        architecture("resnet50", **{option: value})


def test_options_that_do_not_go_together():
    with error("shortcut none leaves nothing that shortcut_variant dropout could change"):
        architecture("plain18", shortcut_variant="dropout")
    with error("form b has more layers than style keras has names for"):
        architecture("resnet50", style="keras", form="b", cardinality=4)
    with error("resnet18 has no style 'keras'"):
        architecture("resnet18", style="keras")


def test_shortcut_c_in_keras_v2():
    """Sixteen projections where there were four: twelve more 1×1 with a bias, no batch norm, and no max pool."""
    b, c = (measure(architecture("resnet50v2", shortcut=option)) for option in ("B", "C"))
    channels = [256] * 2 + [512] * 3 + [1024] * 5 + [2048] * 2
    assert c.totals.all_params - b.totals.all_params == sum(each * each + each for each in channels)
    kinds = [Counter(row.op for row in each.rows) for each in (b, c)]
    assert (kinds[0]["MaxPool2d"], kinds[1]["MaxPool2d"]) == (4, 1)


def test_more_than_four_stages():
    """Widths double at every stage: 5 stages of basic blocks end with 1024 channels at 4×4."""
    rows = measure(architecture("resnet18", blocks=(1, 1, 1, 1, 1))).by_name
    assert tuple(rows["stage6/block1/add"].output) == (1, 4, 4, 1024)


def test_widths_may_be_symbols_or_arrays():
    """The parameters of ResNet-18 as a polynomial of its width, and on a grid."""
    k = symbol("k")
    formula = measure(architecture("resnet18", width=k)).totals
    widths = [8, 64, 100]
    grid = measure(architecture("resnet18", width=numpy.array(widths))).totals
    for place, width in enumerate(widths):
        totals = measure(architecture("resnet18", width=width)).totals
        stages = [width, 2 * width, 4 * width, 8 * width]
        by_hand = 49 * 3 * width + 2 * width + stages[-1] * 1000 + 1000
        for before, after in zip([width, *stages], stages, strict=False):
            by_hand += basic_params(before, after) + basic_params(after, after)
            by_hand += before * after + 2 * after if before != after else 0
        assert totals.trainable_params == by_hand
        assert formula.trainable_params.at(k=width) == grid.trainable_params[place] == by_hand
        assert formula.macs.at(k=width) == grid.macs[place] == totals.macs


def test_classes_and_channels():
    base = measure(architecture("resnet50")).totals.all_params
    assert base - measure(architecture("resnet50", classes=10)).totals.all_params == 990 * 2049
    grey = measure(architecture("resnet50", input=(224, 224, 1))).totals
    assert base - grey.all_params == 2 * 49 * 64


@pytest.mark.parametrize("style", ["paper", "torchvision", "keras"])
def test_closed_form(style):
    """Multiply-accumulates of ResNet-50 by hand, with a = ⌈n/2⌉ … e = ⌈n/32⌉, for every n from 32 to 1024."""
    n = symbol("n")
    formula = measure(architecture("resnet50", n, style=style)).totals.macs
    a = [ceil_div(n, 2**i) for i in range(1, 6)]
    assert [str(each) for each in a] == ["⌈n/2⌉", "⌈n/4⌉", "⌈n/8⌉", "⌈n/16⌉", "⌈n/32⌉"]
    by_hand = {}
    by_hand[0] = 49 * 3 * 64
    for stage, count, width in ((1, 3, 64), (2, 4, 128), (3, 6, 256), (4, 3, 512)):
        outer, channels = 4 * width, 64 if stage == 1 else 2 * width
        by_hand[stage] = count * (9 * width * width + width * outer) + (count - 1) * outer * width + channels * outer
        first = stage if style != "torchvision" or stage == 1 else stage - 1  # where the first 1×1 runs
        by_hand[first] += channels * width
    assert formula == sum(by_hand[i] * a[i] ** 2 for i in range(5)) + 2048 * 1000
    for size in range(32, 1025, 1 if style == "paper" else 13):
        edges = [-(-size // 2**i) for i in range(1, 6)]
        total = sum(by_hand[i] * edges[i] ** 2 for i in range(5)) + 2048 * 1000
        assert measure(architecture("resnet50", size, style=style)).totals.macs == total


def test_closed_form_by_substitution():
    """The symbolic figure itself, a number put in for n: all 993 sizes from 32 to 1024, against the array path."""
    sizes = numpy.arange(32, 1025)
    n = symbol("n")
    formula = measure(architecture("resnet50", n)).totals
    grid = measure(architecture("resnet50", sizes)).totals
    assert formula.macs.at(n=sizes).tolist() == grid.macs.tolist()
    assert [formula.macs.at(n=size) for size in sizes.tolist()] == grid.macs.tolist()
    plain = [measure(architecture("resnet50", int(size))).totals for size in sizes[::31]]
    assert [totals.macs for totals in plain] == grid.macs[::31].tolist()
    assert [totals.flops for totals in plain] == grid.flops[::31].tolist()

"""The lessons on the papers: every number from closed forms typed in here, or by hand from shapes."""

from math import prod

from resnet_analyzer.shape import spell

from . import by_hand
from .lesson_checks import WORDS, check, figures_say, product_says, rows_of, total
from .read_reports import column, says

# ------------------------------------------------------------------ a bottleneck against two 3×3

B = "bottleneck_vs_3x3"
TRIPLE = ("weights", "MACs", "activations")


def two_3x3(c, n):
    return 18 * c * c, 18 * c * c * n * n, 2 * c * n * n


def bottleneck(c, n):
    weights = 2 * c * (c // 4) + 9 * (c // 4) ** 2
    return weights, weights * n * n, (c // 4 * 2 + c) * n * n


@check(B, "The two blocks")
def _(table):
    kernels = [(3, 3, 256, 256)] * 2 + [(1, 1, 256, 64), (3, 3, 64, 64), (1, 1, 64, 256)]
    for line, kernel in zip(table.rows, kernels, strict=True):
        product_says(line["weights by hand"], prod(kernel))
        assert says(line["MACs"], prod(kernel) * 56 * 56)
        assert line["output"] == f"56×56×{kernel[3]}"


@check(B, "At about the same cost")
def _(table):
    figures_say(table.rows[0], TRIPLE, two_3x3(64, 56))
    figures_say(table.rows[1], TRIPLE, bottleneck(256, 56))
    assert [line["channels"] for line in table.rows] == ["64", "256"]


def both_say(line, c, n):
    for word, first, second in zip(TRIPLE, two_3x3(c, n), bottleneck(c, n), strict=True):
        assert says(line[f"{word}, two 3×3"], first)
        assert says(line[f"{word}, bottleneck"], second)


@check(B, "Over channels")
def _(table):
    for line in table.rows:
        c = int(line["channels"].replace(",", ""))
        both_say(line, c, 56)
        assert says(line["weights, ratio"], two_3x3(c, 1)[0] / bottleneck(c, 1)[0])


@check(B, "Over resolutions")
def _(table):
    for line in table.rows:
        both_say(line, 256, int(line["map"].split("×")[0]))


@check(B, "In whole networks")
def _(table):
    nets = [("resnet34", {}), ("resnet50", {}), ("resnet50", {"block": "basic", "width": 256})]
    for line, (name, options) in zip(table.rows, nets, strict=True):
        figures_say(line, ("params", "MACs", "activations"), by_hand.totals(name, **options))


@check(B, "Why ResNet-50 costs about as much as ResNet-34")
def _(table):
    """Main paths are what option A costs, projections what B adds to it: by the closed forms below."""
    stem, dense = 7 * 7 * 3 * 64 * 112 * 112, {34: 512 * 1000, 50: 2048 * 1000}
    parts = {depth: (stem, resnet(depth, "A")[1] - stem - dense[depth], resnet(depth, "B")[1] - resnet(depth, "A")[1],
                     dense[depth], resnet(depth, "B")[1]) for depth in (34, 50)}  # fmt: skip
    assert parts[50][1] < parts[34][1] < parts[34][4] < parts[50][4]
    for line, small, large in zip(table.rows, parts[34], parts[50], strict=True):
        figures_say(line, ("MACs, ResNet-34", "MACs, ResNet-50", "ratio"), (small, large, large / small))


# ------------------------------------------------------------------ Table 1

T = "resnet_table1"
BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def resnet(depth, shortcut):
    """(parameters, MACs) of an ImageNet ResNet, from the paper's description alone."""
    weights, spent, norms, channels = 7 * 7 * 3 * 64, 7 * 7 * 3 * 64 * 112 * 112, 64, 64
    for stage, count in enumerate(BLOCKS[depth]):
        inner, side = 64 * 2**stage, 56 // 2**stage
        outer = inner * (4 if depth >= 50 else 1)
        for block in range(count):
            if depth >= 50:
                kernels = (channels * inner, 9 * inner * inner, inner * outer)
                norms += 2 * inner + outer
            else:
                kernels = (9 * channels * inner, 9 * inner * outer)
                norms += inner + outer
            changes = block == 0 and (stage > 0 or channels != outer)
            if shortcut == "C" or (shortcut == "B" and changes):
                kernels += (channels * outer,)
                norms += outer
            weights += sum(kernels)
            spent += sum(kernels) * side * side
            channels = outer
    return weights + 2 * norms + channels * 1000 + 1000, spent + channels * 1000


@check(T, "The table")
def _(table):
    *stages, macs, params = table.rows
    sides = [112, 56, 56, 28, 14, 7, 1]
    assert [line["output"] for line in stages] == [f"{side}×{side}" for side in sides]
    for depth, blocks in BLOCKS.items():
        own = f"{depth} layers"
        assert says(params[own], resnet(depth, "B")[0])
        assert says(macs[own], resnet(depth, "B")[1])
        for stage, (line, count) in enumerate(zip(stages[2:6], blocks, strict=True)):
            width = 64 * 2**stage
            what = f"1×1 {width}, 3×3 {width}, 1×1 {4 * width}" if depth >= 50 else f"3×3 {width} ×2"
            assert line[own] == f"({what}) ×{count}"


@check(T, "The last row")
def _(table):
    printed = {18: 1.8, 34: 3.6, 50: 3.8, 101: 7.6, 152: 11.3}  # He et al. 2015, Table 1, in 10⁹
    for line, (depth, value) in zip(table.rows, printed.items(), strict=True):
        ours = resnet(depth, "B" if depth >= 50 else "A")[1]
        assert line["printed"] == f"{value} G"
        assert line["shortcuts"] == ("B" if depth >= 50 else "A")
        assert says(line["ours"], ours)
        assert says(line["ours − printed"], ours - round(value * 10**9))
        assert (round(ours / 10**9, 1) == value) == (line["verdict"] == "the same when rounded")


@check(T, "What the shortcuts cost")
def _(table):
    assert len(table.rows) == 15
    for line in table.rows:
        depth, option = int(line["network"].removeprefix("ResNet-")), line["shortcuts"]
        figures_say(line, ("params", "MACs"), resnet(depth, option))
        more = [now - before for now, before in zip(resnet(depth, option), resnet(depth, "A"), strict=True)]
        figures_say(line, ("params over A", "MACs over A"), more)


# ------------------------------------------------------------------ VGG-19, Plain-34, ResNet-34

V = "vgg19_plain34_resnet34"
THREE = {"VGG-19 (E)": "vgg19", "Plain-34": "plain34", "ResNet-34": "resnet34"}


@check(V, "At a glance")
def _(table):
    printed = {"vgg19": ("19.6 G", {}), "plain34": ("3.6 G", {}), "resnet34": ("3.6 G", {"shortcut": "A"})}
    for line, (title, name) in zip(table.rows, THREE.items(), strict=True):
        claim, options = printed[name]
        assert line["network"] == title
        assert line["paper's MACs"] == claim
        figures_say(line, WORDS, by_hand.totals(name))
        assert says(line["ours for that"], by_hand.totals(name, **options)[1])


@check(V, "Where the work is done")
def _(table):
    for title, name in THREE.items():
        by_side = {}
        for row in rows_of(name):
            key = "dense" if row.op == "Dense" else spell(row.output[1:-1])
            by_side[key] = by_side.get(key, 0) + by_hand.macs(row)
        assert all(says(line[title], by_side.get(line["map"], 0)) for line in table.rows)
        assert sum(int(line[title].replace(",", "").replace("–", "0")) for line in table.rows) == sum(by_side.values())


def kinds_say(table):
    from .test_documents_networks import of_kind

    name = THREE[table.title]
    macs, unit = column(table, "MACs")
    for line in table.rows:
        rows = of_kind(name, line["kind of layer"])
        held, spent = total(rows, by_hand.params), total(rows, by_hand.macs)
        figures_say(line, ("layers", "params", "share of params", "share of MACs"), (
            len(rows), held, held / total(rows_of(name), by_hand.params), spent / total(rows_of(name), by_hand.macs)))  # fmt: skip  # noqa: E501
        assert says(line[macs], spent, unit)


for _title in THREE:
    check(V, "Where the parameters are", _title)(kinds_say)


@check(V, "What the shortcuts add")
def _(table):
    plain = by_hand.totals("plain34")
    options = [("plain34", {})] + [("resnet34", {"shortcut": option}) for option in "ABC"]
    for line, (name, option) in zip(table.rows, options, strict=True):
        own = by_hand.totals(name, **option)
        figures_say(line, WORDS, own)
        figures_say(line, ("params added", "MACs added"), (own[0] - plain[0], own[1] - plain[1]))


# ------------------------------------------------------------------ block variants

X = "block_variants"
ORDERS = ("", "_bn_after_addition", "_relu_before_addition", "_relu_only_preactivation", "_full_preactivation")
SHORTCUTS = ("", "_constant_scaling", "_exclusive_gating", "_shortcut_only_gating", "_conv", "_dropout")
LAYERS = {"convolutions": "Conv2d", "batch norms": "BatchNorm", "activations": "Activation", "additions": "Add",
          "gates": "Multiply", "scalings": "Rescale"}  # fmt: skip


def variants_say(variants):
    def costs(table):
        own = [(*by_hand.totals(f"resnet110{end}")[:2], total(rows_of(f"resnet110{end}"), lambda row: row.flops))
               for end in variants]  # fmt: skip
        for line, figures in zip(table.rows, own, strict=True):
            figures_say(line, ("params", "MACs", "FLOPs"), figures)
            more = [now - before for now, before in zip(figures, own[0], strict=True)]
            figures_say(line, ("params added", "MACs added", "FLOPs added"), more)

    def layers(table):
        for line, end in zip(table.rows, variants, strict=True):
            ops = [row.op for row in rows_of(f"resnet110{end}")]
            assert all(says(line[word], ops.count(op)) for word, op in LAYERS.items() if word in line)

    return costs, layers


for _section, _variants in (("The order inside the block", ORDERS), ("What stands on the shortcut", SHORTCUTS)):
    for _words, _function in zip(("What they cost", "What they consist of"), variants_say(_variants), strict=True):
        check(X, _section, _words)(_function)


# ------------------------------------------------------------------ ResNeXt and DenseNet

R = "resnext_densenet"


@check(R, "Side by side")
def _(table):
    for line in table.rows:
        name = line["network"].lower().replace("-", "").replace(" ", "_").replace("×", "x")
        style = {"style": "torchvision"} if name.startswith("resnet") else {}
        figures_say(line, WORDS, by_hand.totals(name, **style))


@check(R, "Cardinality against width")
def _(table):
    pairs = [(1, 64), (2, 40), (4, 24), (8, 14), (32, 4)]  # Xie et al. 2016, Table 2
    for line, (c, d) in zip(table.rows, pairs, strict=True):
        inner = c * d
        product_says(line["its weights by hand"], 9 * d * inner)
        block = 256 * inner + 9 * d * inner + inner * 256
        figures_say(
            line, ("cardinality", "width of a path", "width of the 3×3", "weights of the block"), (c, d, inner, block)
        )
        figures_say(line, WORDS, by_hand.totals(f"resnext50_{c}x{d}d"))


@check(R, "Three forms of one block")
def _(table):
    for line, form in zip(table.rows, "abc", strict=True):
        rows = rows_of("resnext50_32x4d", form=form)
        kernels = sum(prod(weight.shape) for row in rows for weight in row.weights if weight.name == "kernel")
        figures_say(line, ("layers", "weights of kernels"), (len(rows), kernels))
        figures_say(line, WORDS, by_hand.totals("resnext50_32x4d", form=form))


@check(R, "Growth against parameters")
def _(table):
    for line in table.rows:
        k = int(line["growth k"])
        channels = 2 * k
        for layers in (6, 12, 24):
            channels = (channels + layers * k) // 2
        assert says(line["channels at the end"], channels + 16 * k)
        figures_say(line, WORDS, by_hand.totals("densenet121", growth_rate=k))

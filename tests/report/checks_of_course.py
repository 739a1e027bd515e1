"""The lessons on depth, the 1×1 convolution and the course's nets: every number worked out again."""

from resnet_analyzer.analyses.memory import memory
from resnet_analyzer.architectures.base import architecture, find
from resnet_analyzer.measurement import measure
from resnet_analyzer.shape import spell

from . import by_hand
from .lesson_checks import WORDS, check, figures_say, product_says, rows_of, total
from .read_reports import says
from .test_documents_networks import check_formula

# ------------------------------------------------------------------ depth

D = "depth_100_to_1202"


def cifar(n):
    """(parameters, MACs, activations) of the CIFAR net of 6n + 2 layers with zero-padded shortcuts."""
    weights, spent, out, norms = 27 * 16, 27 * 16 * 1024, 16 * 1024, 16
    for before, width, side in ((16, 16, 32), (16, 32, 16), (32, 64, 8)):
        kernels = 9 * before * width + (2 * n - 1) * 9 * width * width
        weights, spent, norms = weights + kernels, spent + kernels * side**2, norms + 2 * n * width
        out += 2 * n * width * side**2
    return weights + 2 * norms + 650, spent + 640, out + 10


@check(D, "Growth with depth")
def _(table):
    for line, depth in zip(table.rows, (20, 32, 44, 56, 110, 1202), strict=True):
        n = (depth - 2) // 6
        figures_say(line, ("layers", "n"), (depth, n))
        figures_say(line, WORDS, cifar(n))
        assert says(line["bytes alive"], memory(measure(architecture(f"resnet{depth}"))).peak)


@check(D, "One more block")
def _(table):
    for line, width, side in zip(table.rows, (16, 32, 64), (32, 16, 8), strict=True):
        product_says(line["weights by hand"], 9 * width * width)
        figures_say(line, ("params with BN", "MACs"), (18 * width**2 + 4 * width, 18 * width**2 * side**2))


@check(D, "A straight line")
def _(table):
    for line in table.rows:
        n = (int(line["network"].removeprefix("ResNet-")) - 2) // 6
        value = cifar(n)[("params", "MACs", "activations").index(line["figure"])]
        figures_say(line, ("by the line", "measured", "difference"), (value, value, 0))


@check(D, "Bottlenecks")
def _(table):
    nets = ("resnet110", "preresnet164", "preresnet1001", "resnet1202")
    for line, name in zip(table.rows, nets, strict=True):
        assert line["network"] == find(name).title
        figures_say(line, WORDS, by_hand.totals(name))


@check(D, "Printed and ours")
def _(table):
    titles = {find(name).title: find(name) for name in
              [f"resnet{depth}" for depth in (20, 32, 44, 56, 110, 1202)] + [f"preresnet{d}" for d in (110, 164, 1001)]}  # fmt: skip  # noqa: E501
    for line in table.rows:
        known = titles[line["network"]]
        (claim,) = [each for each in known.published if each.source == line["source"]]
        ours = by_hand.totals(known.name)[0]
        figures_say(line, ("printed", "ours"), (claim.value, ours))
        assert (abs(ours - claim.value) <= claim.tolerance) == (line["verdict"] == "the same when rounded")


# ------------------------------------------------------------------ 1×1

C = "conv1x1"


@check(C, "The same layer twice")
def _(table):
    weights, positions = 256 * 64, 56 * 56
    for line, kernel in zip(table.rows, ("1×1×256×64", "256×64"), strict=True):
        assert (line["kernel"], line["bias"], line["output"]) == (kernel, "64", "56×56×64")
        spent = weights * positions
        figures_say(line, ("params", "MACs", "FLOPs"), (weights + 64, spent, 2 * spent + 64 * positions))


@check(C, "Fewer channels, or more")
def _(table):
    for line, filters in zip(table.rows, (16, 64, 256, 1024), strict=True):
        product_says(line["weights by hand"], 256 * filters)
        assert says(line["MACs"], 256 * filters * 56 * 56)
        assert line["channels"] == f"256 → {filters}"


@check(C, "A 1×1 before a 5×5")
def _(table):
    kernels = [25 * 192 * 32, 192 * 16, 25 * 16 * 32]  # Szegedy et al. 2014, Table 1, inception (3a)
    for line, weights in zip(table.rows, kernels, strict=True):
        product_says(line["weights by hand"], weights)
        assert says(line["MACs"], weights * 28 * 28)


@check(C, "Where it stands")
def _(table):
    nets = ("alexnet", "vgg19", "resnet34", "googlenet", "resnet50", "resnext50_32x4d", "densenet121")
    for line, name in zip(table.rows, nets, strict=True):
        rows = [row for row in rows_of(name) if row.op == "Conv2d" and row.weights[0].shape[:2] == (1, 1)]
        held, spent = total(rows, by_hand.params), total(rows, by_hand.macs)
        params, macs, _ = by_hand.totals(name)
        figures_say(line, ("1×1 convolutions", "their params", "share", "their MACs", "share of MACs"),
                    (len(rows), held, held / params, spent, spent / macs))  # fmt: skip


# ------------------------------------------------------------------ the course's own nets

L = "lecture_notes"
AT_224 = {"input": 224, "classes": 1000, "width": 64}


@check(L, "The three nets")
def _(table):
    printed = {50: 23_600_006, 101: 193_710, 152: 58_383_238}  # Keras' own summary of the printed code
    for line, (depth, params) in zip(table.rows, printed.items(), strict=True):
        rows = rows_of(f"lecture{depth}")
        figures_say(line, ("layers", "params as Keras counts", "trainable", "MACs"),
                    (len(rows), params, total(rows, by_hand.params), total(rows, by_hand.macs)))  # fmt: skip


@check(L, "The filters of ResNet-101")
def _(table):
    own, full = rows_of("lecture101"), rows_of("lecture101", width=64)
    for line in table.rows[:-1]:
        width = 2 ** (int(line["stage"][-1]) - 2)
        assert line["filters as printed"] == f"{4 * width}, {4 * width}, {16 * width}"
        assert line["filters of the paper"] == f"{64 * width}, {64 * width}, {256 * width}"
        for word, rows in (("params as printed", own), ("params with the paper's", full)):
            assert says(
                line[word],
                total([row for row in rows if row.node.scope.startswith(line["stage"])], by_hand.every_param),
            )
    figures_say(table.rows[-1], ("params as printed", "params with the paper's"),
                (total(own, by_hand.every_param), total(full, by_hand.every_param)))  # fmt: skip


def from_keras(depth, theirs, ours):
    """`theirs` is what Keras documents of its network, `ours` what it prints of the course's code."""

    def say(table):
        first, classes, size, pool, last = table.rows
        assert theirs - 994 * 2049 == ours  # 6 classes in place of 1,000, of 2,048 numbers and a bias each
        macs = [by_hand.totals(f"resnet{depth}", style="keras", **at)[1] for at in ({}, {"input": 64, "classes": 6})]
        figures_say(first, ("params so far", "MACs so far"), (theirs, macs[0]))
        figures_say(classes, ("params added", "MACs added"), (-994 * 2049, -994 * 2048))
        figures_say(size, ("params so far", "MACs so far"), (ours, macs[1]))
        stage2 = (64 * 64 + 9 * 64 * 64 + 2 * 64 * 256) + 2 * (2 * 64 * 256 + 9 * 64 * 64)  # projection; two identities
        assert says(pool["MACs added"], -stage2 * (16**2 - 15**2))
        figures_say(last, ("params so far", "MACs so far"), (ours, total(rows_of(f"lecture{depth}"), by_hand.macs)))

    return say


# keras.io/api/applications; Keras' summary of the printed code
for _depth, _theirs, _ours in ((50, 25_636_712, 23_600_006), (152, 60_419_944, 58_383_238)):
    check(L, "From Keras to the course, step by step", f"ResNet-{_depth}, from Keras")(
        from_keras(_depth, _theirs, _ours)
    )


@check(L, "The sizes")
def _(table):
    sizes = {  # worked out by hand: 7×7/2 on zeros around it, a 3×3/2 pool without, then /2 three times
        "stage1": ("15×15×64", "55×55×64", "56×56×64"),
        "stage2": ("15×15×256", "55×55×256", "56×56×256"),
        "stage3": ("8×8×512", "28×28×512", "28×28×512"),
        "stage4": ("4×4×1024", "14×14×1024", "14×14×1024"),
        "stage5": ("2×2×2048", "7×7×2048", "7×7×2048"),
        "into the dense layer": ("2048", "18432", "2048"),
    }
    assert {line["behind"]: tuple(line.values())[1:] for line in table.rows} == sizes


def account_says(table):
    depth = int(table.title.removeprefix("ResNet-"))
    paper, ours = rows_of(f"resnet{depth}"), rows_of(f"lecture{depth}", **AT_224)
    biases = sum(row.output[-1] for row in ours if row.op == "Conv2d")
    stages = sum(by_hand.macs(row) for row in ours if row.node.scope.startswith("stage2")) - sum(
        by_hand.macs(row) for row in paper if row.node.scope.startswith("stage2")
    )
    head = (3 * 3 * 2048 - 2048) * 1000
    steps = [(biases, 0), (0, stages), (head, head)]
    params, spent = total(paper, by_hand.every_param), total(paper, by_hand.macs)
    first, *lines, last = table.rows
    figures_say(first, ("params so far", "MACs so far"), (params, spent))
    for line, (more, work) in zip(lines, steps, strict=True):
        params, spent = params + more, spent + work
        figures_say(line, ("params added", "MACs added", "params so far", "MACs so far"), (more, work, params, spent))
    figures_say(last, ("params so far", "MACs so far"), (total(ours, by_hand.every_param), total(ours, by_hand.macs)))
    figures_say(last, ("params so far", "MACs so far"), (params, spent))


for _depth in (50, 101, 152):
    check(L, "From the paper to the course, step by step", f"ResNet-{_depth}")(account_says)


@check(L, "What changes neither")
def _(table):
    effects = (-112 * 112 * 64, 0, 5 * 1000 - 2, 0)  # softmax: maximum, difference, exponential, sum, division
    assert all(says(line["effect"], effect) for line, effect in zip(table.rows, effects, strict=True))


@check(L, "The windows by hand")
def _(table):
    windowed = [row for row in rows_of("lecture50") if row.how()]
    assert sum(int(line["layers"]) for line in table.rows) == len(windowed)
    for line in table.rows:
        same = [row for row in windowed if row.how() == line["by hand"]]
        check_formula(line["by hand"], same[0])
        assert line["the first of them"] in [row.name for row in same]


def layers_say(table):
    depth = table.section.split(",")[0].removeprefix("ResNet-")
    for line, row in zip(table.rows, rows_of(f"lecture{depth}"), strict=True):
        assert (line["layer"], line["output"]) == (row.name, spell(row.output))
        if line["by hand"] != "–":
            check_formula(line["by hand"], row)


for _depth in (50, 101, 152):
    check(L, f"ResNet-{_depth}, every layer")(layers_say)

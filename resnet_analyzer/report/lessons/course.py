"""The course's own three nets: every layer's formula, and where the printed code departs from the paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...measurement import Measurement, Row, Totals
from ...numbers import grouped, short
from ...shape import spell
from ..document import document, figure
from ..model import Column, Report, Section, Table
from ..places import spent
from ..stages import block_name
from .base import Findings, input_of, lesson, net, title

NAME = "lecture_notes"
DEPTHS = (50, 101, 152)
SIZE, CLASSES = 224, 1000  # of the paper
PAPER_WIDTH = 64
DEPARTURES = (
    Column("departure"),
    Column("in the code", "shape"),
    Column("in the paper", "shape"),
    Column("effect", "signed"),
    Column("on", "text"),
)
STEPS = (
    Column("step"),
    Column("params added", "signed"),
    Column("MACs added", "signed"),
    Column("params so far", "count"),
    Column("MACs so far", "count"),
)
IN_KERAS = (50, 152)  # with the paper's filters, as Keras has them


def printed(depth: int) -> Measurement:
    """A net of the course as its code prints it."""
    return net(f"lecture{depth}")


def at_paper_size(depth: int) -> Measurement:
    """The same at the paper's input and number of classes, with the paper's filters."""
    return net(f"lecture{depth}", input=SIZE, classes=CLASSES, width=PAPER_WIDTH)


def paper(depth: int) -> Measurement:
    """The paper's network of that depth."""
    return net(f"resnet{depth}")


@lesson(NAME, 70, "The course's own ResNet-50, 101 and 152, layer by layer; and where the code departs from the paper.")
def report(findings: Findings) -> Report:
    """The lesson."""
    tiny = printed(101).totals
    lead = (
        "The course prints three networks in Keras. Run as they stand, they are not quite the paper's. Here is every "
        "layer with its window formula, and each departure with what it changes, in numbers.",
        f"The largest departure first: the course's ResNet-101 has {grouped(tiny.all_params)} parameters as Keras "
        f"counts, with biases and moving statistics. The paper's has {grouped(paper(101).totals.all_params)}.",
    )
    sections = (
        _nets(),
        _filters(),
        _sizes(),
        _accounts(),
        _from_keras(),
        _harmless(),
        _hand(),
        *[_layers(depth) for depth in DEPTHS],
    )
    notes = (("source", "the course's printed code; He et al. 2015 (arXiv 1512.03385), Table 1"),)
    return document("The course's nets, and the paper's", lead, sections, notes)


def _nets() -> Section:
    rows = [
        (title(each), input_of(each), each.totals.layers, each.totals.all_params, each.totals.params, each.totals.macs)
        for each in map(printed, DEPTHS)
    ]  # fmt: skip
    columns = (
        Column("network"),
        Column("input", "shape"),
        Column("layers", "count"),
        Column("params as Keras counts", "count"),
        Column("trainable", "count"),
        Column("MACs", "count"),
    )
    asked = "What does the code build, as it stands, for its own small images?"
    see = ("Keras' summary counts moving statistics of batch normalisation as parameters; nobody trains them.",)
    measured = [printed(depth) for depth in DEPTHS]
    return Section("The three nets", (asked,), (Table(columns, tuple(rows)),), (figure(NAME, "architecture", measured),), see)  # fmt: skip  # noqa: E501


def _filters() -> Section:
    """The tiny filters of the printed ResNet-101."""
    own, full = printed(101), net("lecture101", width=PAPER_WIDTH)
    rows = []
    for stage in (2, 3, 4, 5):
        pair = [[row for row in each.rows if row.node.scope == f"stage{stage}/block1"] for each in (own, full)]
        filters = [_filters_of(inner) for inner in pair]
        params = [sum(row.all_params for row in each.rows if row.node.scope.startswith(f"stage{stage}/")) for each in (own, full)]  # fmt: skip  # noqa: E501
        rows.append((f"stage{stage}", *filters, *params))
    rows.append(("all layers", None, None, own.totals.all_params, full.totals.all_params))
    columns = (
        Column("stage"),
        Column("filters as printed", "shape"),
        Column("filters of the paper", "shape"),
        Column("params as printed", "count"),
        Column("params with the paper's", "count"),
    )
    asked = "The printed ResNet-101 has filters of 4 to 128. A typo, or intended?"
    see = (
        "ResNet-50 and 152 of the course have the paper's filters, so it looks like a typo. It leaves 101 layers with "
        "little "
        f"to do: {short(own.totals.macs, 'MACs')} in place of {short(full.totals.macs)} at {input_of(own)}.",
        "The program says so in a remark whenever lecture101 is asked for, and builds it as printed all the same.",
    )
    return Section("The filters of ResNet-101", (asked,), (Table(columns, tuple(rows)),), see=see)


def _filters_of(rows: Sequence[Row]) -> str:
    branch = [row for row in rows if row.op == "Conv2d" and "branch2" in row.name]
    return ", ".join(str(row.output[-1]) for row in branch if row.output)


def _sizes() -> Section:
    """Which maps come out of every stage, at both sizes."""
    rows = []
    for stage in ("stage1", "stage2", "stage3", "stage4", "stage5"):
        found = [_last(each, stage) for each in (printed(50), at_paper_size(50), paper(50))]
        rows.append((stage, *map(spell, found)))
    heads = [_into_dense(each) for each in (printed(50), at_paper_size(50), paper(50))]
    rows.append(("into the dense layer", *map(spell, heads)))
    own = input_of(printed(50))
    columns = (
        Column("behind"),
        Column(f"course, {own}", "shape"),
        Column(f"course, {SIZE}×{SIZE}×3", "shape"),
        Column(f"paper, {SIZE}×{SIZE}×3", "shape"),
    )
    asked = "Which sizes come out?"
    pool = next(row for row in at_paper_size(50).rows if row.op == "MaxPool2d")
    right = next(row for row in paper(50).rows if row.op == "MaxPool2d")
    see = (
        f"The pool behind the first convolution has no padding: {pool.how()}, where the paper's is {right.how()}. One "
        "row and one column are lost. Later strides hide it again.",
        "At the end the code averages over 2×2 and flattens. On its own small images that is the same as a global "
        f"average, since a map of 2×2 is all that is left. At {SIZE} it is not: the dense layer then reads "
        f"{grouped(heads[1][-1])} numbers, not {grouped(heads[2][-1])}.",
    )
    return Section("The sizes", (asked,), (Table(columns, tuple(rows)),), see=see)


def _last(each: Measurement, stage: str) -> Any:
    return [row for row in each.rows if row.node.scope.split("/")[0] == stage][-1].output


def _into_dense(each: Measurement) -> Any:
    return next(row for row in each.rows if row.op == "Dense").inputs[0]


def _account(depth: int) -> Table:
    """From the paper's figures to the course's, departure by departure; the last line is measured."""
    ours, theirs = at_paper_size(depth), paper(depth)
    params, work = theirs.totals.all_params, theirs.totals.macs
    rows: list[tuple[Any, ...]] = [(f"ResNet-{depth} of the paper", None, None, params, work)]
    for what, more_params, more_work in _steps(ours, theirs):
        params, work = params + more_params, work + more_work
        rows.append((what, more_params, more_work, params, work))
    rows.append(("the course's code, measured", None, None, ours.totals.all_params, ours.totals.macs))
    return Table(STEPS, tuple(rows), f"ResNet-{depth}")


def _accounts() -> Section:
    tables = tuple(map(_account, DEPTHS))
    asked = (
        f"From the paper's networks to the course's code, at {SIZE}×{SIZE}×3 with {grouped(CLASSES)} classes and the "
        "paper's filters: which departure changes what? Parameters include moving statistics, as Keras counts."
    )
    explained = all(table.rows[-1][3:] == table.rows[-2][3:] for table in tables)
    see = (
        f"{'The steps lead to the measured figures, to the last unit.' if explained else 'Something is left over.'} "
        "With the biases alone, ResNet-50 has what keras.applications prints: "
        f"{grouped(tables[0].rows[1][3])}.",
        "A bias before a batch norm is of no use: the norm subtracts the mean, and the bias with it.",
    )
    return Section("From the paper to the course, step by step", (asked,), tables, see=see)


def _from_keras() -> Section:
    """From keras.applications' nets to the course's, as both stand."""
    tables = tuple(map(_keras_account, IN_KERAS))
    first, last = (row[3] for row in (tables[0].rows[0], tables[0].rows[-1]))
    dense = next(row for row in printed(50).rows if row.op == "Dense")
    asked = (
        "And from Keras' own networks? keras.applications has ResNets with a bias in every convolution too, for "
        f"{SIZE}×{SIZE}×3 and {grouped(CLASSES)} classes; the course's are for {input_of(printed(50))} and "
        f"{dense.output[-1]}. Parameters as Keras counts.",  # type: ignore[index]
    )
    see = (
        f"A summary of Keras' ResNet50 says {grouped(first)}, one of the course's {grouped(last)}. Only the last layer "
        f"makes the difference, {grouped(first - last)}: a class is {grouped(dense.inputs[0][-1])} weights and a bias. "
        ""  # type: ignore[index]
        "To compare the two, bring them to one size: resnet-analyze diff lecture50 resnet50@keras --input 64 "
        "--classes 6.",
    )
    return Section("From Keras to the course, step by step", asked, tables, see=see)


def _keras_account(depth: int) -> Table:
    """The departures from Keras' network, one after another; the last line is measured."""
    ours = printed(depth)
    size, classes = int(input_of(ours).split("×")[0]), int(ours.rows[-1].output[-1])  # type: ignore[index]
    theirs = [
        net(f"resnet{depth}", style="keras", input=side, classes=number)
        for side, number in ((SIZE, CLASSES), (SIZE, classes), (size, classes))
    ]
    words = (f"ResNet{depth} of keras.applications", f"{classes} classes", f"an input of {input_of(ours)}")
    rows: list[tuple[Any, ...]] = [_step(words[0], None, theirs[0].totals)]
    rows += [_step(what, one.totals, two.totals) for what, one, two in zip(words[1:], theirs, theirs[1:], strict=False)]
    _, _, _, params, work = rows[-1]
    for what, more_params, more_work in _steps(ours, theirs[-1]):
        if more_params or more_work:
            params, work = params + more_params, work + more_work
            rows.append((what, more_params, more_work, params, work))
    rows.append(_step("the course's code, measured", None, ours.totals))
    return Table(STEPS, tuple(rows), f"ResNet-{depth}, from Keras")


def _step(what: str, before: Totals | None, now: Totals) -> tuple[Any, ...]:
    more = (now.all_params - before.all_params, now.macs - before.macs) if before else (None, None)
    return what, *more, now.all_params, now.macs


def _steps(ours: Measurement, theirs: Measurement) -> list[tuple[str, int, int]]:
    """Every departure with the parameters and the MACs that it adds."""
    biases = _biases(ours) - _biases(theirs)
    head = [next(row for row in each.rows if row.op == "Dense") for each in (ours, theirs)]
    steps = [("a bias in every convolution", biases, 0)]
    for stage in ("stage1", "stage2", "stage3", "stage4", "stage5"):
        difference = _spent(ours, stage) - _spent(theirs, stage)
        if difference:
            sizes = " in place of ".join(spell(_last(each, stage)[1:3]) for each in (ours, theirs))
            steps.append((f"no padding in the pool: {stage} on {sizes}", 0, difference))
    flattened = (head[0].params - head[1].params, spent(head[0]) - spent(head[1]))
    return [*steps, ("2×2 average and flatten, not a global average", *flattened)]


def _biases(each: Measurement) -> int:
    """Biases of convolutions."""
    return sum(
        weight.params for row in each.rows if row.op == "Conv2d" for weight in row.weights if weight.name == "bias"
    )


def _spent(each: Measurement, stage: str) -> int:
    return sum(spent(row) for row in each.rows if row.node.scope.split("/")[0] == stage)


def _harmless() -> Section:
    """Departures that change neither parameters nor MACs."""
    ours, theirs = at_paper_size(50), paper(50)
    rows = [
        ("no ReLU behind the first batch norm", "none", "one", -_work(theirs, lambda row: row.name == "stage1/relu"), "FLOPs"),  # noqa: E501
        ("zeros around the input in a layer of their own", "3 + 3", "in the 7×7", 0, "FLOPs"),
        ("softmax in the last layer", "inside", "outside", _work(ours, lambda row: row.op == "Dense") - _dense_alone(ours), "FLOPs"),  # noqa: E501
        ("names as res2a_branch2a", "Caffe's", "conv2_x", 0, "FLOPs"),
    ]  # fmt: skip
    asked = "Some departures change neither parameters nor MACs. ResNet-50, at the paper's size:"
    see = (
        "The missing ReLU matters in another way: the first convolution's negative values reach the pool, and the "
        "network has one non-linearity less.",
    )
    return Section("What changes neither", (asked,), (Table(DEPARTURES, tuple(rows)),), see=see)


def _work(each: Measurement, wanted: Callable[[Row], bool]) -> int:
    return sum(row.flops for row in each.rows if wanted(row))


def _dense_alone(each: Measurement) -> int:
    """The FLOPs of the dense layer without its softmax: two per MAC, and a bias for each output."""
    row = next(row for row in each.rows if row.op == "Dense")
    return 2 * spent(row) + sum(weight.params for weight in row.weights if weight.name == "bias")


def _hand() -> Section:
    """Every different window of the course's ResNet-50, with the layers that it stands for."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in printed(50).rows:
        if row.how():
            groups.setdefault((" ".join(row.node.op.phrase(True)[:1]) or row.op, row.how()), []).append(row)
    rows = [(what, how, len(members), members[0].name) for (what, how), members in groups.items()]
    columns = (Column("window"), Column("by hand"), Column("layers", "count"), Column("the first of them"))
    asked = f"ResNet-50 of the course on {input_of(printed(50))}: how many different windows must one work out?"
    see = (f"{len(rows)}. All {sum(row[2] for row in rows)} windowed layers are one of these.",)
    return Section("The windows by hand", (asked,), (Table(columns, tuple(rows)),), see=see)


def _layers(depth: int) -> Section:
    each = printed(depth)
    rows = tuple(
        (block_name(row), row.name, " ".join(row.node.op.phrase(True)) or row.op, spell(row.output), row.how() or None)
        for row in each.rows
    )
    columns = (
        Column("block", "heading"),
        Column("layer"),
        Column("what"),
        Column("output", "shape"),
        Column("by hand"),
    )
    asked = f"Every layer of the course's ResNet-{depth} on {input_of(each)}, with the formula and its numbers."
    return Section(f"ResNet-{depth}, every layer", (asked,), (Table(columns, rows),), folded=True)

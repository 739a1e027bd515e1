"""ONNX files: torchvision's by both exporters, small models, real ones; branches as bounds; big and partial files."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from functools import cache
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.importers.onnx import read_stream
from resnet_analyzer.request import Request
from resnet_analyzer.shape import Shape

from .onnx_bytes import field, graph, model, node, tensor, value

DATA = Path(__file__).parent.parent / "data" / "onnx"
QUICK = ("squeezenet1_1", "resnet18", "mobilenet_v3_small", "shufflenet_v2_x0_5", "googlenet", "convnext_tiny")


def table(name):
    return list(csv.DictReader(io.StringIO((DATA / name).read_text("utf-8"))))


TORCHVISION = table("torchvision.csv")


@cache
def held(archive):
    with zipfile.ZipFile(DATA / archive) as files:
        return {name: files.read(name) for name in files.namelist()}


def confirmed(measured):
    """How many tensors the file declares the shape of, and how many of them are as we find them."""
    found, _, of = measured.graph.about["says"].rpartition(", ")[2].split(" tensor")[0].partition(" of ")
    return int(found), int(of)


def case(row):
    name = "-".join(row[column] for column in ("model", "exporter", "variant", "height"))
    return pytest.param(row, marks=() if row["model"] in QUICK else pytest.mark.slow, id=name)


@pytest.mark.parametrize("row", list(map(case, TORCHVISION)))
def test_torchvision_by_both_exporters(row):
    """torchvision's own parameters and multiply-accumulates, and the parameters that a file holds.

    Where a file leaves the sides open it is read at several sizes.
    """
    file = f"{row['model']}.{row['exporter']}.onnx"
    size = (int(row["height"]), int(row["width"]))
    read = read_stream(io.BytesIO(held("torchvision.zip")[file]), file, Request(size))
    measured = ra.measure(read)
    convolutions = sum(
        each.cost.work.multiply_accumulates for each in measured.rows if each.op.startswith(("Conv", "Depthwise"))
    )
    assert convolutions == int(row["conv_macs"])
    assert measured.totals.macs - convolutions == int(row["matmul_macs"])
    assert measured.totals.params == int(row["params_in_file"])
    assert measured.totals.moving_statistics == int(row["moving_in_file"])
    assert measured.status == "complete"
    if row["exporter"] == "script" and row["variant"] != "aux":  # auxiliary heads are not in the file
        assert measured.totals.params == int(row["params"])


P, QKV = 3 * 48 * 16, 48 * 144 + 144 + 48 * 48 + 48  # 4×4 patches; projections of tokens of 48
ATTENTION = 64 * P + 64 * 48 * 192 + 2 * 64 * 64 * 48  # and two products of 64 tokens with one another
RECURRENT = 4 * 5 * 2 * ((6 + 5) + (10 + 5))  # two layers of two directions, 5 units of 4 gates, at each step
# parameters, multiply-accumulates
SMALL = {
    "functional": (432, 442_368), "twice": (81, 165_888), "transposed": (180, 184_320), "same": (384, 393_216),
    "einsum": (21, 32 * 32 * 21), "attention": (P + QKV, ATTENTION), "multihead": (P + QKV, ATTENTION),
    "tied": (18_432, 3 * 64 * 9216), "lstm": (RECURRENT + 2 * 2 * 2 * 20, 2 * 7 * RECURRENT),
    "gru": (15 * (6 + 5 + 2), 2 * 7 * 15 * (6 + 5)), "rnn": (5 * (6 + 5 + 2), 2 * 7 * 5 * (6 + 5)),
}  # fmt: skip
# what the exporters add: first states as tensors of the file (LSTM 2·2·5, of the older exporter two for each layer;
# others 2·5), and a first step of zeros that the newer one leaves out; the onnx package has the same sums
ADDED = {
    "lstm": {"script": (2 * 2 * 20, 0), "dynamo": (20, 0)},
    "gru": {"script": (10, 0), "dynamo": (10, 0)},
    "rnn": {"script": (10, 0), "dynamo": (10, -2 * 25)},
}


@pytest.mark.parametrize("file", sorted(held("small.zip")))
def test_small_models_that_others_count_wrong(file):
    """By hand; every shape as onnxruntime found it in a real forward pass."""
    name, exporter, _ = file.split(".")
    measured = ra.measure(read_stream(io.BytesIO(held("small.zip")[file]), file))
    more = ADDED.get(name, {}).get(exporter, (0, 0))
    assert (measured.totals.params, measured.totals.macs) == (SMALL[name][0] + more[0], SMALL[name][1] + more[1])
    assert measured.status == "complete"
    agreeing, of = confirmed(measured)
    assert agreeing == of > 0


# torch's own sums; convolutions by positions, 9 tokens of an LSTM (4·10 gates), 60 + 20 + 32 + 32 by 20, and attention
QUANTISED = {
    "image": (216 + 8 + 80 + 72 + 2_320 + 170, 1024 * (216 + 72 + 64) + 64 * 2_304 + 160),
    "tokens": (5_759 + 20, 9 * (2 * 40 * 22 + 1_200 + 400 + 1_280 + 140) + 2 * 81 * 20),  # its first state, a tensor
}


@pytest.mark.parametrize("file", sorted(held("quantised.zip")))
def test_quantised_models_have_the_figures_of_what_they_were_made_from(file):
    """Whatever way few-valued numbers are written: weights are weights, scales and zero points are none."""
    measured = ra.measure(read_stream(io.BytesIO(held("quantised.zip")[file]), file))
    assert (measured.totals.params, measured.totals.macs) == QUANTISED[file.partition(".")[0]]
    assert measured.status == "complete"
    agreeing, of = confirmed(measured)
    assert agreeing == of > 0


def test_real_files():
    """Files out of packages, each run once by onnxruntime: every shape symbolic or a reason, and as it ran."""
    rows = table("real_files.csv")
    whole = [row for row in rows if row["status_open"] == "every shape"]
    assert len(whole) >= 40
    assert len({row["source"] for row in whole}) >= 15
    assert all(row["unknown_open"] for row in rows if row not in whole)
    assert all(row["tensors_as_run"] == row["tensors_run"] for row in rows if row["status_at_run"] == "complete")
    assert all(row["status_at_run"] == "complete" for row in whole)


def test_examples_of_operators():
    """The onnx package's own examples, whose answers numpy computed: every shape is that of the answer."""
    different = []
    for name, data in held("operators.zip").items():
        measured = ra.measure(read_stream(io.BytesIO(data), name))
        agreeing, of = confirmed(measured)
        if not agreeing == of > 0 or measured.status != "complete":
            different.append(name)
    assert len(held("operators.zip")) > 600
    assert different == []


def conv(name, filters, incoming=3, size=3):
    return tensor(name, (filters, incoming, size, size))


def either(condition="flag"):
    """An `If` of two convolutions, of 8 and 4 filters, and 1×1 to 5 behind either."""
    branches = {
        name: graph(
            [node("Conv", "x big" if filters == 8 else "x small", name, kernel_shape=[3, 3], pads=[1] * 4),
             node("Conv", f"{name} {name}_out", f"{name}_y", kernel_shape=[1, 1])],
            [conv(f"{name}_out", 5, filters, 1)], [], [value(f"{name}_y", None)],
        )
        for name, filters in (("a", 8), ("b", 4))
    }  # fmt: skip
    return model(
        graph(
            [node("If", condition, "y", then_branch=branches["a"], else_branch=branches["b"]), node("Relu", "y", "z")],
            [conv("big", 8), conv("small", 4), tensor("yes", (), (1,))],
            [value("x", (1, 3, 8, 8)), value("flag", ())],
            [value("z", None)],
        )
    )


def test_a_branch_that_nobody_knows_is_a_bound():
    """The cheaper one: 64 positions of 4·27 and 5·4; all weights are the file's."""
    measured = ra.measure(read_stream(io.BytesIO(either()), "either.onnx"))
    assert measured.totals.macs == 64 * (4 * 27 + 5 * 4)
    assert measured.totals.params == (8 + 4) * 27 + 5 * (8 + 4)
    assert measured.status == "lower_bound"
    (reason,) = [row.node.op.reason for row in measured.rows if row.op == "Opaque" and not row.node.training_only]
    assert "then 2 operations, 16,384 MACs; else 2 operations, 8,192 MACs; counted: else" in reason
    assert [row.output for row in measured.rows if row.op == "Activation"] == [(1, 5, 8, 8)]


def test_a_branch_that_is_known_is_taken():
    """A constant says yes: 64 positions of 8·27 and 5·8."""
    measured = ra.measure(read_stream(io.BytesIO(either("yes")), "either.onnx"))
    assert measured.totals.macs == 64 * (8 * 27 + 5 * 8)
    assert measured.status == "complete"


def one_conv(more=b"", weight=None):
    """A convolution 3 → 4, and its kernel's further fields."""
    return model(
        graph(
            [node("Conv", "x w", "y", kernel_shape=[3, 3])],
            [weight or tensor("w", (4, 3, 3, 3), more=more)],
            [value("x", (1, 3, "h", "w"))],
            [value("y", None)],
        )
    )


def test_weights_that_lie_in_another_file_are_not_asked_for():
    """External data that is not there: shape and cost are."""
    entry = field(13, field(1, "location") + field(2, "../../gone.bin"))
    for data in (one_conv(entry + field(14, 1)), one_conv()):
        measured = ra.measure(read_stream(io.BytesIO(data), "net.onnx", Request((8, 8))))
        assert (measured.totals.params, measured.totals.macs) == (108, 36 * 108)
        assert measured.status == "complete"


def test_a_file_of_gigabytes_costs_no_more_than_its_graph(tmp_path):
    """A kernel of 3 GB, in a file with a hole: its bytes are never touched."""
    filters = 3 * (1 << 30) // (4 * 9 * 256)
    head = b"".join(field(1, size) for size in (filters, 256, 3, 3)) + field(2, 1) + field(8, "w")
    size = 4 * 9 * 256 * filters
    rest = graph([node("Conv", "x w", "y", kernel_shape=[3, 3])], [], [value("x", (1, 256, 8, 8))], [value("y", None)])
    lead = head + bytes([9 << 3 | 2]) + _length(size)
    weight = bytes([5 << 3 | 2]) + _length(len(lead) + size) + lead
    path = tmp_path / "big.onnx"
    with path.open("wb") as file:
        file.write(field(1, 8) + field(8, field(2, 17)) + bytes([7 << 3 | 2]))
        file.write(_length(len(rest) + len(weight) + size) + rest + weight)
        file.truncate(file.tell() + size)
    assert path.stat().st_size > 3 * 10**9
    tracemalloc.start()
    try:
        measured = ra.measure(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert measured.totals.params == size // 4
    assert most < 50 * 10**6


def _length(number):
    return field(1, number)[1:]


def test_softmax_before_opset_13_runs_over_all_axes_from_there_on():
    """Of (2, 3, 4) along 1: two rows of 12. 24 exponentials, 22 compares for the maxima."""
    shape = (2, 3, 4)
    for opset, rows in ((12, 2), (13, 8)):
        data = model(graph([node("Softmax", "x", "y", axis=1)], [], [value("x", shape)], [value("y", shape)]), opset)
        measured = ra.measure(read_stream(io.BytesIO(data), "net.onnx"))
        assert sum(row.cost.work.exponentials for row in measured.rows) == 24
        assert sum(row.cost.work.compares for row in measured.rows) == 24 - rows
        assert measured.status == "complete"


def test_open_sizes_of_two_inputs_have_two_names():
    """What the file does not name, and what it names `?`, is not one size because of that."""
    inputs = [value("a", (1, 3, "?", "?")), value("b", (1, None)), value("c", (1, None)), value("d", (1, "t"))]
    data = model(graph([node("Relu", name, f"{name}_") for name in "abcd"], [], inputs, [value("a_", None)]))
    shapes = [tuple(map(str, each.op.shape)) for each in read_stream(io.BytesIO(data), "net.onnx").inputs]
    assert shapes == [("1", "3", "h", "w"), ("1", "length"), ("1", "length2"), ("1", "t")]


@pytest.mark.parametrize("batch", [1, 3])
def test_a_parameter_that_is_read_in_another_form_counts(batch):
    """A bias of 8 in another shape, a class token of 5 repeated for every image: 8·27 + 8 + 5."""
    nodes = [
        node("Conv", "x w", "a", kernel_shape=[3, 3]),
        node("Reshape", "bias like", "b"),
        node("Add", "a b", "c"),
        node("Shape", "x", "sizes"),
        node("Gather", "sizes nought", "batch"),
        node("Concat", "batch rest", "to", axis=0),
        node("Expand", "token to", "tokens"),
        node("Add", "tokens y", "z"),
    ]
    tensors = [conv("w", 8), tensor("bias", (8,)), tensor("like", (3,), (8, 1, 1)), tensor("nought", (1,), (0,)),
               tensor("rest", (2,), (1, 5)), tensor("token", (1, 1, 5))]  # fmt: skip
    inputs = [value("x", ("N", 3, 8, 8)), value("y", ("N", 1, 5))]
    data = model(graph(nodes, tensors, inputs, [value("c", None), value("z", None)]))
    measured = ra.measure(read_stream(io.BytesIO(data), "net.onnx", Request(batch=batch)))
    assert measured.status == "complete"
    assert measured.totals.params == 8 * 27 + 8 + 5


@pytest.mark.parametrize("kind", ["MaxPool", "AveragePool"])
@pytest.mark.parametrize(
    ("pads", "ceil", "sides"),
    [([1, 1, 2, 2], 0, (5, 6)), ([1, 1, 2, 2], 1, (5, 6)), ([0, 0, 2, 2], 0, (5, 5)), ([2, 2, 0, 0], 1, (5, 6))],
)
def test_pools_with_more_padding_on_one_side(kind, pads, ceil, sides):
    """Of 9×10 by 3×3 in steps of 2, as ceil_mode was written before opset 10; sides of onnxruntime 1.32."""
    settings = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": pads, "ceil_mode": ceil}
    data = model(graph([node(kind, "x", "y", **settings)], [], [value("x", (1, 2, 9, 10))], [value("y", None)]))
    measured = ra.measure(read_stream(io.BytesIO(data), "net.onnx"))
    assert measured.rows[-1].output == (1, 2, *sides)
    assert measured.status == "complete"


def test_a_pool_whose_padding_is_a_window_is_unknown():
    settings = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 3, 3]}
    data = model(graph([node("MaxPool", "x", "y", **settings)], [], [value("x", (1, 2, 9, 10))], [value("y", None)]))
    (row,) = [row for row in ra.measure(read_stream(io.BytesIO(data), "net.onnx")).rows if row.op == "Opaque"]
    assert row.node.op.reason == (
        "an ONNX MaxPool: a padding of 3 is all of the pooling window of 3, or more. Use less padding"
    )


def behind(image, declared):
    """A convolution 3 → 8, an operator that nobody knows, whose output is declared, and 1×1 to 4 behind it."""
    nodes = [
        node("Conv", "x w", "a", kernel_shape=[3, 3], pads=[1] * 4),
        node("Strange", "a", "b"),
        node("Conv", "b v", "y", kernel_shape=[1, 1]),
    ]
    tensors = [conv("w", 8), conv("v", 4, 8, 1)]
    return model(graph(nodes, tensors, [value("x", image)], [value("y", None)], (value("b", declared),)))


@pytest.mark.parametrize(
    ("image", "declared", "size", "batch", "positions"),
    [
        ((1, 3, 8, 8), (1, 8, 4, 4), None, None, 16),
        ((1, 3, 8, 8), (1, 8, 4, 4), None, 5, 80),  # declared for one image, and all that is read is of five
        ((None, 3, 8, 8), (None, 8, 4, 4), None, 5, 80),
        (("N", 3, "h", "w"), ("N", 8, "h", "w"), (6, 10), None, 60),
        (("N", 3, "h", "w"), ("N", 8, "floor(h/2 - 1/2) + 1", "w"), (7, 10), 3, 120),
    ],
)
def test_behind_an_unknown_operator_the_declared_shape_holds(image, declared, size, batch, positions):
    """So many positions of 8·4; the operator's own work is not known."""
    data = io.BytesIO(behind(image, declared))
    measured = ra.measure(read_stream(data, "net.onnx", Request(size, batch=batch)))
    assert [row.op for row in measured.rows if row.cost.unknown] == ["Opaque"]
    assert measured.rows[-1].macs == positions * 8 * 4
    assert measured.status == "lower_bound"


def test_behind_an_unknown_operator_sizes_stay_open():
    data = io.BytesIO(behind(("N", 3, "h", "w"), ("N", 8, "(h - 1)//2 + 1", "w")))
    measured = ra.measure(read_stream(data, "net.onnx"))
    assert [measured.rows[-1].macs.at(h=h, w=10) for h in (7, 8, 9)] == [32 * 40, 32 * 40, 32 * 50]


@pytest.mark.parametrize("declared", [(None, 8, 4, 4), ("unk__7", 8, 4, 4), (1, 8, None, 4), ("N+", 8, 4, 4)])
def test_a_size_that_nobody_declares_is_none(declared):
    """The input's batch is fixed: an open first axis of something else is no batch."""
    measured = ra.measure(read_stream(io.BytesIO(behind((1, 3, 8, 8), declared)), "net.onnx"))
    assert measured.rows[-1].output is None


def test_a_declared_shape_holds_behind_a_row_whose_shape_is_not_known():
    """Two operators that nobody knows, the first without a declared shape: 16 positions of 8·4."""
    nodes = [
        node("Conv", "x w", "a", kernel_shape=[3, 3], pads=[1] * 4),
        node("Strange", "a", "b"),
        node("Relu", "b", "c"),
        node("Strange", "c", "d"),
        node("Conv", "d v", "y", kernel_shape=[1, 1]),
    ]
    tensors = [conv("w", 8), conv("v", 4, 8, 1)]
    between = (value("d", (1, 8, 4, 4)),)
    data = model(graph(nodes, tensors, [value("x", (1, 3, 8, 8))], [value("y", None)], between))
    found = read_stream(io.BytesIO(data), "net.onnx")
    assert ra.measure(found).rows[-1].macs == 16 * 8 * 4
    assert ra.measure(found.with_input(Shape(5, 3, 8, 8))).rows[-1].macs == 5 * 16 * 8 * 4
    assert ra.measure(found.with_input(Shape(1, 3, 16, 16))).rows[-1].output is None

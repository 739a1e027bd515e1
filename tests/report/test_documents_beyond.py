"""Receptive fields, memory, training and bounds on time in the networks' reports, worked out again from shapes."""

from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from math import prod

import pytest

from resnet_analyzer.architectures.base import find
from resnet_analyzer.measurement import measure
from resnet_analyzer.report.standard import NETWORKS

from . import by_hand
from .read_reports import says, tables

VIEWS = ("Flatten", "Dropout")
KEEPS_INPUT = ("Conv2d", "Dense", "BatchNorm", "MaxPool2d", "AveragePool2d", "LocalResponseNorm")
KEEPS_OUTPUT = ("ReLU", "Activation", "LocalResponseNorm")
RATE, BANDWIDTH = 8_100_000_000_000, 320_000_000_000  # of an NVIDIA T4: float32 operations and bytes a second
TIMES = {"s": 1, "ms": Fraction(1, 10**3), "µs": Fraction(1, 10**6), "ns": Fraction(1, 10**9)}


@lru_cache(maxsize=4)
def rows_of(name):
    """The layers that inference runs."""
    return measure(find(name).graph()).rows


@lru_cache(maxsize=4)
def read(name):
    return {(table.section, table.title): table for table in tables(name)}


def stage_of(row):
    return row.node.scope.split("/")[0] or row.name


def _mixes(row):
    """Whether a flattened map had more than one place."""
    return row.op == "Flatten" and row.inputs[0][1:3] != (1, 1)


def fields(rows):
    """Size, stride and first pixel of every layer along the height; None once a layer sees everything.

    A window of f taps, stride s and p pixels of padding before sees ((f − 1)·jump) pixels more; where layers meet,
    from the first to the last pixel that either sees.
    """
    seen = {}
    for row in rows:
        before = [seen[name] for name in row.node.inputs]
        if not before:
            seen[row.name] = (1, 0, 0)
        elif (
            None in before or row.op == "GlobalAveragePool2d" or (row.op == "Flatten" and row.inputs[0][1:3] != (1, 1))
        ):
            seen[row.name] = None
        else:
            (jump,) = {each[0] for each in before}
            first, last = min(each[1] for each in before), max(each[2] for each in before)
            jump = 0 if row.op == "Flatten" else jump  # there is one unit, and none beside it
            if row.cost.windows:
                window = row.cost.windows[0]
                first -= window.pads[0] * jump
                last += (window.size - 1 - window.pads[0]) * jump
                jump *= window.stride
            elif row.op == "ZeroPadding2d":
                amount = row.node.op.padding
                amount = amount if isinstance(amount, int) else amount[0][0]
                first, last = first - amount * jump, last - amount * jump
            seen[row.name] = (jump, first, last)
    return seen


@pytest.mark.parametrize("name", NETWORKS)
def test_what_a_unit_sees(name):
    table, rows = read(name)["What a unit sees", ""], rows_of(name)
    seen = fields(rows)
    ends = [list(members)[-1] for _, members in groupby(rows[1:], key=stage_of)]
    assert [row["layer"] for row in table.rows] == [row.name for row in ends]
    for shown, row in zip(table.rows, ends, strict=True):
        if seen[row.name] is None:
            assert (shown["field"], shown["of the image"]) == ("all", "100 %")
            continue
        jump, first, last = seen[row.name]
        assert (shown["field"], shown["stride"], shown["from"]) == (str(last - first + 1), str(jump or "–"), str(first))
        side, middle = rows[0].output[1], row.output[1] // 2 * jump
        share = Fraction(min(last + middle, side - 1) - max(first + middle, 0) + 1, side) ** 2
        assert says(shown["of the image"], share)
        assert ("larger than the input" in shown["remark"]) is (last - first + 1 > side)


def peak(rows):
    """The most bytes alive: an output lives until its last reader has run; what nobody reads stays."""
    source, alive, most = {}, {}, 0
    for step, row in enumerate(rows):
        source[row.name] = source[row.node.inputs[0]] if row.op in VIEWS else row.name
        if row.op not in VIEWS:
            alive[row.name] = 4 * prod(row.output)
        most = max(most, sum(alive.values()))
        read_later = {source.get(name, name) for later in rows[step + 1 :] for name in later.node.inputs}
        views = {source[each.name] for each in rows[: step + 1] if _is_read(each, rows[step + 1 :])}
        alive = {each: size for each, size in alive.items() if each in read_later | views or each == rows[-1].name}
    return most


def _is_read(row, later):
    return any(row.name in each.node.inputs for each in later)


@pytest.mark.parametrize("name", NETWORKS)
def test_memory_of_inference(name):
    table = read(name)["Memory", "Inference, batch 1"]
    rows = [row for row in rows_of(name) if not row.node.training_only]
    shown = {row["what"]: row["bytes"] for row in table.rows}
    weights, most = 4 * sum(map(by_hand.every_param, rows_of(name))), peak(rows)
    assert says(shown["weights"], weights)
    assert says(shown["alive at the peak"], most)
    assert says(shown["total"], weights + most)
    assert int(shown["least peak"].replace(",", "")) <= most
    assert all(says(row["rounded"], int(row["bytes"].replace(",", ""))) for row in table.rows)


def kept(rows):
    """Bytes: every tensor once, statistics of two numbers a channel, places of 8 bytes, masks of one."""
    source, tensors, beside = {}, set(), 0
    for row in rows:
        source[row.name] = source[row.node.inputs[0]] if row.op == "Flatten" else row.name
        if row.op in KEEPS_INPUT:
            tensors.add(source[row.node.inputs[0]])
        if row.op in KEEPS_OUTPUT or getattr(row.node.op, "activation", None):
            tensors.add(row.name)
        if row.op == "BatchNorm":
            beside += 8 * row.output[-1]
        elif row.op == "MaxPool2d":
            beside += 8 * prod(row.output)
        elif row.op == "LocalResponseNorm":
            beside += 4 * prod(row.output)
        elif row.op == "Dropout":
            beside += prod(row.output)
    return 4 * sum(prod(row.output) for row in rows if row.name in tensors) + beside


@pytest.mark.parametrize("name", NETWORKS)
def test_memory_of_training(name):
    table, rows = read(name)["Memory", "Training with momentum, batch 1"], rows_of(name)
    shown = {row["what"]: int(row["bytes"].replace(",", "")) for row in table.rows}
    trained = 4 * sum(map(by_hand.params, rows))
    assert shown["weights"] == 4 * sum(map(by_hand.every_param, rows))
    assert shown["gradients"] == shown["optimizer's state"] == trained
    assert shown["kept for the backward pass"] == kept(rows)
    assert shown["kept for the backward pass"] < shown["alive at the peak"]
    assert shown["total"] == shown["weights"] + 2 * trained + shown["alive at the peak"]


@pytest.mark.parametrize("name", NETWORKS)
def test_training(name):
    table, rows = read(name)["Training", "One step on a batch of 1, with momentum"], rows_of(name)
    shown = {row["pass"]: [int(row[each].replace(",", "")) for each in ("MACs", "FLOPs")] for row in table.rows}
    macs = [by_hand.macs(row) for row in rows]
    forward, first = sum(macs), next(filter(None, macs))
    assert [shown[each][0] for each in ("forward", "gradients of inputs", "gradients of weights")] == [
        forward, forward - first, forward,
    ]  # fmt: skip
    assert shown["optimizer"] == [0, 4 * sum(map(by_hand.params, rows))]
    for figure in (0, 1):
        assert shown["one step"][figure] == sum(each[figure] for what, each in shown.items() if what != "one step")
    assert all(flops >= 2 * macs for macs, flops in shown.values())


def in_seconds(text):
    number, unit = text.split(" ")
    return Fraction(number) * TIMES[unit]


def bound(macs, numbers):
    return max(Fraction(2 * macs, RATE), Fraction(4 * numbers, BANDWIDTH))


@pytest.mark.parametrize("name", NETWORKS)
def test_bounds_on_time(name):
    table = read(name)["Bounds on time", ""]
    rows = [row for row in rows_of(name) if not row.node.training_only]
    layers = [row for row in rows[1:] if row.op not in VIEWS]
    shape = {row.name: prod(row.output) for row in rows}
    moved = [
        sum(shape[each] for each in set(row.node.inputs)) + by_hand.every_param(row) + shape[row.name] for row in layers
    ]
    shown = {row["bound"]: row for row in table.rows}
    apart = sum(bound(by_hand.macs(row), numbers) for row, numbers in zip(layers, moved, strict=True))
    weights = sum(map(by_hand.every_param, layers))
    together = bound(sum(map(by_hand.macs, layers)), shape[rows[0].name] + weights + shape[rows[-1].name])
    for what, time in (("layer by layer", apart), ("all in a cache", together)):
        assert abs(in_seconds(shown[what]["at least"]) - time) <= time / 1000
    assert says(shown["layer by layer"]["moves"], 4 * sum(moved))
    assert together <= in_seconds(shown["fused"]["at least"]) * Fraction(1001, 1000)
    assert in_seconds(shown["fused"]["at least"]) <= apart

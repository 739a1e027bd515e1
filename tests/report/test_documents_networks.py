"""Every number in the tables of the networks' reports, worked out again by hand from shapes."""

import re
from functools import lru_cache
from math import prod

import pytest

from resnet_analyzer.analyses.memory import memory
from resnet_analyzer.analyses.receptive_field import receptive_fields
from resnet_analyzer.architectures.base import find
from resnet_analyzer.measurement import measure
from resnet_analyzer.report.standard import NETWORKS
from resnet_analyzer.shape import is_map, spell

from . import by_hand
from .read_reports import column, names, says, tables

FORMULA = re.compile(r"\(?(\d+)(?: \+ (?:2·(\d+)|(\d+) \+ (\d+)))? − (\d+)\)?(?:/(\d+))? \+ 1 = (\d+)")


@lru_cache(maxsize=4)
def rows_of(name):
    return measure(find(name).graph()).rows


@lru_cache(maxsize=4)
def read(name):
    return {(table.section, table.title): table for table in tables(name)}


def total(name, figure):
    return sum(map(figure, rows_of(name)))


@pytest.mark.parametrize("name", NETWORKS)
def test_there_is_a_check_for_every_table(name):
    titles = {title for _, title in read(name)}
    assert titles == {"", "By kind of layer", "The layers with most parameters", "The layers with most MACs",
                      "The first 3 layers that change the size", "Inference, batch 1",
                      "Training with momentum, batch 1", "One step on a batch of 1, with momentum"}  # fmt: skip
    assert len(read(name)) == 13  # those of five sections are checked in test_documents_beyond.py


def test_every_network_has_a_report():
    assert set(NETWORKS) <= set(names())


@pytest.mark.parametrize("name", NETWORKS)
def test_at_a_glance(name):
    table, rows, measured = read(name)["At a glance", ""], rows_of(name), measure(find(name).graph())
    shown = {row["figure"]: row["value"] for row in table.rows}
    views = receptive_fields(rows)
    last = [row for row in rows if is_map(row.output) and views[row.name] and views[row.name].size][-1]
    expected = {
        "parameters": total(name, by_hand.params),
        "MACs": total(name, by_hand.macs),
        "FLOPs": sum(row.flops for row in rows),
        "activations": total(name, by_hand.activations),
        "layers": len(rows),
        "bytes of weights": 4 * total(name, by_hand.every_param),
        "bytes alive": memory(measured).peak,
        "receptive field": views[last.name].size[0],
    }
    still = total(name, by_hand.every_param) - expected["parameters"]
    expected |= {"moving statistics": still} if still else {}
    assert shown.keys() == expected.keys()
    assert all(says(shown[key], value) for key, value in expected.items())


@pytest.mark.parametrize("name", NETWORKS)
def test_stage_by_stage(name):
    table = read(name)["Stage by stage", ""]
    macs, unit = column(table, "MACs")
    work, work_unit = column(table, "FLOPs")
    for stage in dict.fromkeys(row["stage"] for row in table.rows):
        ours = [row for row in rows_of(name) if row.node.scope.split("/")[0] == stage]
        lines = [row for row in table.rows if row["stage"] == stage]
        for title, figure in (("params", by_hand.params), ("activations", by_hand.activations)):
            assert sum(int(line[title].replace(",", "").replace("–", "0")) for line in lines) == sum(map(figure, ours))
        if len(lines) == 1:
            spent = sum(map(by_hand.macs, ours))
            assert says(lines[0][macs], spent, unit)
            assert says(lines[0][work], sum(row.flops for row in ours), work_unit)
            assert says(lines[0]["share"], spent / total(name, by_hand.macs))
        assert lines[-1]["output"] == spell(ours[-1].output)
    assert {row.node.scope.split("/")[0] for row in rows_of(name)} - {""} == {row["stage"] for row in table.rows}


WORDS = {
    "dense layer": lambda row, kernel: row.op == "Dense",
    "batch normalisation": lambda row, kernel: row.op == "BatchNorm",
}


def of_kind(name, kind):
    """The layers that a line of the table means, by the shape of their kernels."""
    found = []
    for row in rows_of(name):
        kernel = next((weight.shape for weight in row.weights if weight.name == "kernel"), None)
        if kind in WORDS:
            belongs = WORDS[kind](row, kernel)
        else:
            size, *grouped, word = kind.split()
            assert word == "convolution"
            is_grouped = len(kernel or ()) == 4 and kernel[2] != row.inputs[0][-1]
            belongs = row.op == "Conv2d" and spell(kernel[:2]) == size and is_grouped == bool(grouped)
        found += [row] if belongs else []
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_by_kind_of_layer(name):
    table = read(name)["Where the parameters and MACs are", "By kind of layer"]
    macs, unit = column(table, "MACs")
    told = 0
    for line in table.rows:
        rows = of_kind(name, line["kind of layer"])
        held, spent = sum(map(by_hand.params, rows)), sum(map(by_hand.macs, rows))
        told += held
        assert says(line["layers"], len(rows))
        assert says(line["params"], held)
        assert says(line[macs], spent, unit)
        assert says(line["share of params"], held / total(name, by_hand.params))
        assert says(line["share of MACs"], spent / total(name, by_hand.macs))
    assert told == total(name, by_hand.params)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(("word", "figure"), [("parameters", by_hand.params), ("MACs", by_hand.macs)])
def test_largest_layers(name, word, figure):
    table = read(name)["Where the parameters and MACs are", f"The layers with most {word}"]
    rows = {row.name: row for row in rows_of(name)}
    told = [rows[line["layer"]] for line in table.rows]
    assert sorted(map(figure, told), reverse=True) == sorted(map(figure, rows.values()), reverse=True)[: len(told)]
    macs, unit = column(table, "MACs")
    for line, row in zip(table.rows, told, strict=True):
        assert line["output"] == spell(row.output)
        assert says(line["params"], by_hand.params(row))
        assert says(line[macs], by_hand.macs(row), unit)
        assert says(line["share of params"], by_hand.params(row) / total(name, by_hand.params))
        assert says(line["share of MACs"], by_hand.macs(row) / total(name, by_hand.macs))


def check_formula(text, row):
    """A substituted formula: it begins with the input's size, holds, and ends with the output's."""
    for part, size, result in zip(text.split(", "), row.inputs[0][1:], row.output[1:], strict=False):
        length, both, before, after, span, stride, out = FORMULA.fullmatch(part).groups(default="0")
        padded = int(length) + 2 * int(both) + int(before) + int(after)
        assert int(length) == size
        assert (padded - int(span)) // (int(stride) or 1) + 1 == int(out) == result


@pytest.mark.parametrize("name", NETWORKS)
def test_sizes_by_hand(name):
    table = read(name)["How the size shrinks", "The first 3 layers that change the size"]
    rows = {row.name: row for row in rows_of(name)}
    for line in table.rows:
        row = rows[line["layer"]]
        check_formula(line["by hand"], row)
        assert line["into"] == f"{spell(row.inputs[0])} → {spell(row.output)}"


@pytest.mark.parametrize("name", NETWORKS)
def test_published(name):
    known, table = find(name), read(name)["Published numbers beside ours", ""]
    assert len(table.rows) == len(known.published)
    for line, claim in zip(table.rows, known.published, strict=True):
        rows = measure(known.graph(**claim.settings)).rows
        figures = {"all_params": by_hand.every_param, "params": by_hand.params, "macs": by_hand.macs,
                   "activations": by_hand.activations}  # fmt: skip
        ours = sum(map(figures[claim.figure], rows))
        assert line["source"] == claim.source
        assert says(line["printed"], claim.value)
        assert says(line["ours"], ours)
        assert says(line["difference"], ours - claim.value)
        close = abs(ours - claim.value) <= claim.tolerance
        assert line["why"] == ("the same" if ours == claim.value else "the same when rounded" if close else claim.note)
        assert line["why"]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer(name):
    table = read(name)["Every layer", ""]
    macs, unit = column(table, "MACs")
    work, work_unit = column(table, "FLOPs")
    assert [line["layer"] for line in table.rows] == [row.name for row in rows_of(name)]
    for line, row in zip(table.rows, rows_of(name), strict=True):
        assert line["output"] == spell(row.output)
        assert says(line["params"], by_hand.params(row))
        assert says(line[macs], by_hand.macs(row), unit)
        assert says(line["share"], by_hand.macs(row) / total(name, by_hand.macs))
        assert says(line[work], row.flops, work_unit)
        assert says(line["activations"], by_hand.activations(row))
        if line["how"] != "–":
            check_formula(line["how"], row)
        elif row.op in ("Conv2d", "MaxPool2d", "AveragePool2d"):
            pytest.fail(f"{row.name} has no formula")
        assert prod(row.output) > 0

"""The command `sweep`: its screens, formats, and what it refuses."""

import csv
import io
import json

import pytest


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_a_grid_of_networks_sizes_and_widths(run):
    out = run(
        "sweep", "--net", "resnet50,resnet50@torchvision", "--input", "32:224:96", "--width=64", "--format", "csv"
    ).out
    found = rows(out)
    assert [(row["network"], row["style"], row["n"]) for row in found] == [
        ("resnet50", style, size) for style in ("paper", "torchvision") for size in ("32", "128", "224")
    ]
    assert [row["macs"] for row in found if row["n"] == "224"] == ["3857973248", "4089184256"]
    assert {row["params"] for row in found} == {"25557032"}


def test_constraints_and_the_front(run):
    out = run(
        "sweep", "--net", "resnet18,resnet50", "--input", "32:512:32", "--max-macs", "4G", "--pareto", "macs,n"
    ).out
    assert "32 evaluated" in out
    data = json.loads(run("sweep", "--net", "resnet18,resnet50", "--input", "32:512:32", "--max-macs", "4G",
                          "--pareto", "macs,n", "--format", "json").out)  # fmt: skip
    assert [(row["network"], row["n"]) for row in data["rows"]] == [("resnet18", n) for n in range(32, 321, 32)]


def test_options_that_are_words(run):
    found = rows(run("sweep", "--net", "resnet18", "--shortcut", "A,B", "--blocks1", "1:2", "--format", "csv").out)
    assert [(row["network"], row["blocks1"]) for row in found] == [
        (f"resnet18 shortcut={word}", number) for word in "AB" for number in "12"
    ]
    found = rows(
        run("sweep", "--net", "resnet50", "--blocks", "3,4,6,3;3,4,23,3", "--input", "224", "--format", "csv").out
    )
    assert [row["params"] for row in found] == ["25557032", "44549160"]


@pytest.mark.parametrize("columns", [80, 120])
def test_a_long_table_fits_and_says_what_it_leaves_out(run, columns):
    out = run(
        "sweep", "--net", "resnet50,resnext50_32x4d", "--input", "32:512:32", "--width", "32,64,96", columns=columns
    ).out
    assert max(map(len, out.splitlines())) <= columns
    assert "the first 40; all with --output" in " ".join(out.split())
    assert "resnet50" in out


def test_files_and_pictures(run, tmp_path):
    pytest.importorskip("pyarrow")
    for name, start in (
        ("a.csv", b"network,style"),
        ("a.parquet", b"PAR1"),
        ("a.png", b"\x89PNG"),
        ("a.md", b"# sweep"),
    ):
        ended = run("sweep", "--net", "resnet18,vgg11", "--input", "32:256:8", "-q", "-o", str(tmp_path / name))
        assert (ended.status, ended.out, ended.err) == (0, "", "")
        assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--net", "resnet50", "--widht", "3"], "Did you mean width?"),
        (["--net", "resnet50", "--width"], "expected an option with values"),
        (["--net", "resnet50", "--width", "3", "--width", "4"], "--width is given twice"),
        (["--net", "resnet50", "width"], "expected an option with values"),
        (["--net", "resnet5o"], "unknown architecture 'resnet5o'. Did you mean"),
        (["--net", "resnet50", "--input", "32", "--pareto", "foo"], "expected a figure or a variable"),
        (["--net", "resnet50", "--figures", "foo"], "unknown figure 'foo'"),
        (["--net", "vgg16", "--input", "3,4"], "none of the 2 designs is possible"),
        (["--net", "resnet50", "--input", "32", "--format", "parquet"], "a Parquet file needs a name"),
        (["--net", "resnet50", "--input", "32", "--format", "csv", "-o", "x.png"], "do not agree"),
        (["--net", "resnet50", "--input", "1:200000", "--format", "json"], "more than 100,000 designs"),
        (["--net", "resnet50", "--input", "32", "-o", "/no/such/x.csv"], "cannot write /no/such/x.csv"),
        (["--net", "resnet50", "--input", "1000000:2000000:500000", "--width", "100000,200000"], "exceeds 2**63"),
        (["--net", "resnet50", "--input", "32", "--x", "foo", "-o", "x.png"], "the picture has no 'foo'"),
        ([], "--net is missing"),
    ],
)
def test_what_means_nothing_is_refused(complain, arguments, words):
    assert words in complain("sweep", *arguments)


def test_every_figure_has_a_title_in_the_table(run):
    """One meaning of each: resnet50 in the style of Keras trains 25,583,592 and moves 53,120."""
    names = "params,trainable_params,frozen_params,moving_statistics,all_params"
    out = run("sweep", "--net", "resnet50@keras", "--input", "224", "--figures", names, columns=160).out
    line = next(line for line in out.splitlines() if line.startswith("resnet50"))
    assert line.split()[-5:] == ["25,583,592", "25,583,592", "0", "53,120", "25,636,712"]

"""`list`: every network with its styles and published numbers."""

import csv
import re

import pytest

from resnet_analyzer.architectures.base import ARCHITECTURES


@pytest.mark.parametrize("columns", [80, 120])
def test_every_network_stands_whole_with_its_styles(run, columns):
    lines = run("list", columns=columns).out.splitlines()
    rows = {line.split()[0]: line for line in lines[3:] if line.startswith("  ")}
    for name, each in ARCHITECTURES.items():
        assert ", ".join(each.styles) in rows[name]


def test_published_numbers_to_four_digits(run):
    text = re.sub(" +", " ", run("list").out)
    assert " alexnet 60 M 714 M paper, torchvision\n" in text
    assert " resnet152 60.2 M 11.3 G paper, torchvision, keras\n" in text
    assert " resnet50v2 25.61 M – keras\n" in text


def test_papers_by_year_and_networks_by_depth(run):
    text = run("list").out
    papers = ["Krizhevsky et al. 2012", "Szegedy et al. 2014", "He et al. 2015", "Xie et al. 2016", "The course's code"]
    assert [text.index(paper) for paper in papers] == sorted(text.index(paper) for paper in papers)
    depths = [int(depth) for depth in re.findall(r"^  resnet(\d+) ", text, re.MULTILINE)]
    he_2015 = depths[: depths.index(1202) + 1]
    assert he_2015 == sorted(he_2015)
    assert he_2015[:4] == [18, 20, 32, 34]


def test_exact_in_csv(run):
    rows = {row["name"]: row for row in csv.DictReader(run("list", "--format", "csv").out.splitlines())}
    assert len(rows) == len(ARCHITECTURES)
    assert rows["resnet50v2"]["params"] == "25613800"
    assert rows["resnet50"]["MACs"] == "3800000000"
    assert rows["resnet50"]["paper"] == "He et al. 2015 (arXiv 1512.03385)"
    assert rows["plain20"]["params"] == ""


@pytest.mark.parametrize("name", ["resnet50", "alexnet", "lecture101", "resnet38", "basic"])
def test_one_in_detail(run, name):
    from resnet_analyzer.architectures.base import find

    ended = run("list", name)
    assert ended.status == 0
    each = find(name)
    text = " ".join(ended.out.split())
    assert f"styles {', '.join(each.styles)}" in text
    assert text.count("ours ") >= 1
    for option in each.options:
        assert option in text


def test_detail_has_ours_beside_every_published_number(run):
    text = " ".join(run("list", "resnet50").out.split())
    assert "ours 25,557,032 parameters · 3.858 GMACs" in text
    assert "25,636,712 parameters with moving statistics in keras" in text
    assert "blocks 3,4,6,3" in text
    assert "shortcut_pool no" in text
    assert text.endswith("options --set NAME=VALUE, as --set blocks=3,4,6,3")


def test_a_listed_option_can_be_set_as_it_stands(run):
    from resnet_analyzer.report.listing import detail

    for name in ("resnet50", "densenet121", "googlenet", "vgg16", "alexnet"):
        rows = detail(ARCHITECTURES[name]).tables[0].rows
        given = [part for option, value, *_ in rows if value != "–" for part in ("--set", f"{option}={value}")]
        assert run(name, *given, "--format", "csv").out == run(name, "--format", "csv").out

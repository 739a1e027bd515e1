"""All of keras.applications from files, without Keras: `.keras` and `to_json()` text equal to Keras' own figures."""

from __future__ import annotations

import csv
import re
import zipfile
from functools import cache
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.cli.main import main

DATA = Path(__file__).parents[1] / "data"
TRUTH = list(csv.DictReader(DATA.joinpath("keras_models.csv").read_text("utf-8").splitlines()))
DEFAULT = {row["model"]: row for row in TRUTH if row["tag"] == "default"}
QUICK = ("ResNet50", "MobileNetV3Small", "EfficientNetV2B0", "ConvNeXtTiny", "DenseNet121", "VGG16", "NASNetMobile")
WRITTEN = ("keras", "json")


@cache
def held():
    with zipfile.ZipFile(DATA / "keras" / "applications.zip") as archive:
        return {name.partition(".")[0]: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def written(tmp_path):
    """The file of an application, as Keras writes it but for the weights."""

    def written(name, ending="keras"):
        path = tmp_path / f"{name}.{ending}"
        if ending == "json":
            path.write_bytes(held()[name])
            return str(path)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("metadata.json", '{"keras_version": "3.15.1"}')
            archive.writestr("config.json", held()[name])
        return str(path)

    return written


def sides(row):
    return int(row["height"]), int(row["width"])


def figures(row):
    return tuple(int(row[name]) for name in ("total_macs", "total_params", "trainable_params"))


def found(measured):
    return measured.totals.macs, measured.totals.all_params, measured.totals.trainable_params


def test_they_are_all_there():
    assert held().keys() == DEFAULT.keys()
    assert len(held()) == 40


@pytest.mark.parametrize("ending", WRITTEN)
@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in DEFAULT])
def test_a_file_says_what_keras_counts(written, name, ending):
    row = DEFAULT[name]
    measured = ra.measure(ra.load(written(name, ending), input=sides(row)))
    assert found(measured) == figures(row)
    assert measured.status == "complete"
    confirmed, declared = re.search(r"(\d+) of (\d+) tensor shapes", measured.graph.about["says"]).groups()
    assert confirmed == declared


@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in DEFAULT])
def test_at_every_size_that_there_is_a_truth_of(written, name):
    path = written(name)
    for row in TRUTH:
        if row["model"] == name and row["classes"] == "1000" and (row["tag"] == "default" or "VGG" not in name):
            assert found(ra.measure(ra.load(path, input=sides(row)))) == figures(row), row["tag"]


def test_open_sides_are_a_formula(written):
    """MobileNetV3Small leaves its sides open: the closed form gives what Keras counts at 224."""
    path = written("MobileNetV3Small")
    form = ra.formula(path, "h,w")
    macs, params, _trained = figures(DEFAULT["MobileNetV3Small"])
    at = form.at(h=224, w=224)
    assert (at["macs"], at["all_params"]) == (macs, params)
    for size in ((97, 131), (64, 65)):
        assert form.at(h=size[0], w=size[1])["macs"] == ra.measure(ra.load(path, input=size)).totals.macs


def test_open_sides_in_sweep_and_solve(written, tmp_path, monkeypatch, capsys):
    """By hand of the closed form: 19,848,192 multiply-accumulates at 128, 40 million are first passed at 191."""
    monkeypatch.chdir(tmp_path)
    path = written("MobileNetV3Small")
    with pytest.raises(SystemExit) as ended:
        main(["sweep", "--net", path, "--n", "128", "--figures", "macs", "--format", "csv"])
    assert ended.value.code == 0
    n = 128
    by_hand = (
        432 * (n // 2) ** 2 + 1552 * ((n + 1) // 4) ** 2 + 9696 * ((n + 1) // 8) ** 2
        + 101_448 * ((n + 1) // 16) ** 2 + 340_128 * ((n + 1) // 32) ** 2 + 2_072_576
    )  # fmt: skip
    assert str(by_hand) in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["solve", path, "--max-macs", "40M"])
    assert ended.value.code == 0
    assert "n = 190 is the largest n" in capsys.readouterr().out

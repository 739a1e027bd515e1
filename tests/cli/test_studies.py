"""`paths`, `gradients`, `degradation`: what they say, in every format, and what they say of bad input."""

import json

import pytest


def test_all_digits_of_resnet_1202(run):
    said = run("paths", "resnet1202").out
    digits = "".join(said.partition("\npaths ")[2].partition("=")[0].split())
    assert int(digits) == 2**600


def test_paths_as_json(run):
    data = json.loads(run("paths", "resnet20", "plain20", "--format", "json").out)
    assert (data["schema"], data["kind"]) == (2, "paths")
    residual, plain = data["models"]
    assert residual["paths"] == 512 == sum(residual["by_length"].values())
    assert residual["mean"] == {"numerator": 11, "denominator": 1}
    assert {lesion["left"] for lesion in residual["lesions"]} == {256}
    assert plain["by_length"] == {"20": 1}
    assert {lesion["left"] for lesion in plain["lesions"]} == {0}


@pytest.mark.parametrize("command", [("paths", "resnet20"), ("gradients", "--stored"), ("degradation", "--stored")])
@pytest.mark.parametrize("ending", ["svg", "png", "md", "csv", "tex", "html", "json", "txt"])
def test_every_kind_of_file(run, tmp_path, command, ending):
    path = tmp_path / f"it.{ending}"
    assert run(*command, "-o", str(path)).status == 0
    start = {"png": b"\x89PNG", "svg": b"<svg"}.get(ending, b"")
    assert path.read_bytes().startswith(start)
    assert path.stat().st_size > 300


def test_every_layer_of_the_stored_nets(run):
    said = run("gradients", "--stored", "--by-layer", columns=140).out
    assert "plain, 110 layers, without batch norm" in said
    assert said.count("stage4/block18/conv2") >= 6


def test_stored_json_is_what_is_stored(run):
    from resnet_analyzer.report.stored import degradation, signals

    assert json.loads(run("degradation", "--stored", "--format", "json").out) == json.loads(
        json.dumps(degradation().to_dict())
    )
    assert json.loads(run("gradients", "--stored", "--format", "json").out) == json.loads(
        json.dumps(signals().to_dict())
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("paths",), "name one or more"),
        (("paths", "resnet51"), "no ImageNet ResNet has 51 layers"),
        (("paths", "resnet20", "-o", "it.yaml"), "cannot write .yaml files"),
        (("gradients", "--net", "plan"), "plain"),
        (("gradients", "--depths", "20;56"), "whole numbers with commas"),
        (("gradients", "--depths", "21"), "6n+2"),
        (("gradients", "--seeds", "0"), "1 to 1,000"),
        (("degradation", "--quick", "--depths", "21"), "6n+2"),
        (("degradation", "--quick", "--net", "vgg"), "plain"),
        (("degradation", "--quick", "--epochs", "none"), "whole number"),
    ],
)
def test_bad_input_is_said_in_a_line_before_anything_runs(complain, arguments, words):
    assert words in complain(*arguments)


def test_more_paths_than_can_be_written_down(complain):
    assert "2^18,000 paths or more" in complain("paths", "resnet110", "--set", "blocks=6000,6000,6000")

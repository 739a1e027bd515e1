"""What each option of `show` does, by its figures."""

import csv
import json

import pytest


@pytest.fixture
def totals(run):
    return lambda *arguments: json.loads(run(*arguments, "--format", "json").out)["totals"]


@pytest.fixture
def rows(run):
    return lambda *arguments: list(csv.DictReader(run(*arguments, "--format", "csv").out.splitlines()))


def test_by_block(rows):
    blocks = rows("--depth", "50", "--by", "block")
    assert [row["block"] for row in blocks[:3]] == ["stage1", "stage2/block1", "stage2/block2"]
    assert len(blocks) == 1 + 3 + 4 + 6 + 3 + 1
    assert blocks[1] == {
        "block": "stage2/block1",
        "layers": "12",
        "output": "56×56×256",
        "params": "75008",
        "MACs": "231211008",
        "share": "0.05993",
        "FLOPs": blocks[1]["FLOPs"],
        "activations": "2007040",
    }


def test_by_layer_tells_names_under_their_block(run):
    lines = run("--depth", "50", "--by", "layer").out.splitlines()
    assert lines[2].split() == ["layer", "reads", "output", "params", "MMACs", "share"]
    assert lines[3].split()[:3] == ["input", "–", "224×224×3"]
    assert lines[4] == "stage1"
    assert lines[5].startswith("  conv ")
    assert lines[9] == "stage2/block1"
    assert "  shortcut/conv  stage1/pool" in "\n".join(lines)


def test_how_is_the_window_formula_with_its_numbers(rows, run):
    found = {row["layer"]: row["how"] for row in rows("--depth", "50", "--how")}
    assert found["stage1/conv"] == "(224 + 2·3 − 7)/2 + 1 = 112"
    assert found["stage1/pool"] == "(112 + 2·1 − 3)/2 + 1 = 56"
    assert found["stage3/block1/conv1"] == "(56 − 1)/2 + 1 = 28"
    assert found["stage1/bn"] == ""
    assert "  (224 + 2·3 − 7)/2 + 1 = 112  " in run("--depth", "50", "--how", columns=120).out
    assert "  (224 + 2·3 −  " in run("--depth", "50", "--how", columns=80).out


def test_how_tells_both_axes_where_they_differ(rows):
    found = {row["layer"]: row["how"] for row in rows("--depth", "50", "--input", "224x320", "--how")}
    assert found["stage1/conv"] == "(224 + 2·3 − 7)/2 + 1 = 112, (320 + 2·3 − 7)/2 + 1 = 160"


def test_how_of_odd_paddings_and_dilations_ends_in_the_rows_own_output(rows):
    for row in rows("googlenet", "--how"):
        if row["how"]:
            assert row["how"].split(" = ")[-1] == row["output"].split("×")[0]


def test_classes_and_channels(totals):
    plain = totals("--depth", "50")
    assert plain["params"] - totals("--depth", "50", "--classes", "10")["params"] == 2049 * 990
    assert totals("--depth", "50", "--channels", "4")["params"] - plain["params"] == 7 * 7 * 64
    assert totals("--depth", "50", "--input", "224x224x4") == totals("--depth", "50", "--channels", "4")


def test_input_height_and_width(rows):
    assert rows("--depth", "50", "--input", "224x320")[0]["output"] == "112×160×64"
    assert rows("--depth", "50", "--input", "224X320x3")[0]["output"] == "112×160×64"


def test_batch_is_told(run):
    assert "12,345 images" in run("--depth", "18", "--batch", "12345").out


def test_style_by_option_or_by_name(totals, run):
    assert totals("resnet50@torchvision") == totals("--depth", "50", "--style", "torchvision")
    assert totals("resnet50@torchvision", "--style", "torchvision")["macs"] == 4089184256
    assert "as keras.applications" in run("resnet50@keras").out


def test_blocks_make_any_depth(totals, run):
    assert totals("--blocks", "3,4,23,3") == totals("--depth", "101")
    assert totals("--blocks", "2,2,2,2", "--block", "basic") == totals("--depth", "18")
    assert totals("--blocks", "2,2,2,2", "--depth", "18") == totals("--depth", "18")
    assert run("--blocks", "3,4,23,3").out.startswith("ResNet-101 · ")


def test_a_network_without_a_name_is_not_offered_by_a_name(run):
    assert "list resnet" not in run("--blocks", "3,4,8,3").out


def test_dataset(totals):
    assert totals("--depth", "20", "--dataset", "cifar") == totals("resnet20")
    assert totals("--depth", "50", "--dataset", "cifar")["trainable_params"] < 1_000_000


def test_shortcut_options_of_he_2015(totals):
    a, b, c = (totals("--depth", "34", "--shortcut", option) for option in "ABC")
    projections = 64 * 128 + 128 * 256 + 256 * 512
    assert b["trainable_params"] - a["trainable_params"] == projections + 2 * (128 + 256 + 512)
    assert c["params"] > b["params"]


@pytest.mark.parametrize(
    ("setting", "same"),
    [
        ("blocks=3,4,23,3", ["resnet101"]),
        ("blocks=3, 4, 23, 3", ["resnet101"]),
        ("cardinality=1", ["resnet50"]),
        ("stride-at=3x3", ["resnet50@torchvision"]),
        ("shortcut=B", ["--depth", "50"]),
    ],
)
def test_set(totals, setting, same):
    assert totals("resnet50", "--set", setting) == totals(*same)


def test_set_of_several(totals):
    wide = totals("resnet50", "--set", "cardinality=32", "--set", "bottleneck_width=4", "--set", "stride_at=3x3")
    assert wide == totals("resnext50_32x4d")


def test_set_of_yes_and_no(totals):
    pooled = totals("resnet50", "--set", "shortcut_pool=yes")
    assert pooled["layers"] == totals("resnet50", "--set", "shortcut_pool=no")["layers"] + 3


def test_strict_ends_with_0_where_all_is_known(run):
    assert run("--depth", "18", "--strict").status == 0


def test_strict_ends_with_1_where_something_is_unknown(run, unknown):
    ended = run(unknown, "--strict")
    assert ended.status == 1
    assert run(unknown).status == 0
    assert "≥ 3.6 kMACs" in ended.out.replace("3.600", "3.6")
    assert "cost of 1 layer: stage1/mystery" in ended.out
    assert json.loads(run(unknown, "--format", "json").out)["status"] == "lower_bound"


@pytest.fixture
def unknown():
    """A network of which a layer cannot be costed, registered while a test runs."""
    from resnet_analyzer.architectures.base import ARCHITECTURES, Architecture, register
    from resnet_analyzer.graph import GraphBuilder
    from resnet_analyzer.ops.dense import Dense
    from resnet_analyzer.ops.opaque import Opaque
    from resnet_analyzer.ops.reshape import Flatten

    def build(name, shape, classes, *, style="paper"):
        graph = GraphBuilder(name)
        x = graph.input(shape)
        with graph.scope("stage1"):
            graph.add("mystery", Opaque("Mystery"), x)
            graph.add("dense", Dense(classes), graph.add("flatten", Flatten(), x))
        return graph.graph()

    register(Architecture("mysterious", "Mysterious", build, input=(6, 20, 3), classes=10))
    yield "mysterious"
    ARCHITECTURES.remove("mysterious")


def test_help_of_every_command_names_each_option(run):
    import click

    from resnet_analyzer.cli.main import program

    context = click.Context(program)
    for name in program.list_commands(context):
        text = run(name, "--help").out
        command = program.get_command(context, name)
        for parameter in command.params:
            for option in parameter.opts if isinstance(parameter, click.Option) else [parameter.human_readable_name]:
                assert option.strip("[].") in text, (name, option)
            if isinstance(parameter, click.Option):
                assert parameter.help
        assert name in run("--help").out
        assert max(map(len, text.splitlines())) <= 100


def test_the_program_without_arguments_helps(run):
    assert run().out == run("--help").out
    assert run().out.startswith("Usage: resnet-analyze")
    assert "resnet-analyze --depth 50 --input 224" in run().out


def test_version(run):
    from resnet_analyzer import __version__

    assert __version__ in run("--version").out

"""`verify`, `init` and `schema` on the command line: screens, formats, exit statuses, files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resnet_analyzer.analyses.verify import verify_text

BROKEN = """\
input: 56x56x256
layers:
- conv2d: {name: conv1, filters: 128, use_bias: false}
- conv2d: {name: conv2, filters: 128, kernel_size: 3, strides: 2, padding: 1, use_bias: false}
- conv2d: {name: conv3, filters: 512, use_bias: false}
- add: [conv3, input]
"""
SOUND = """\
input: 32
classes: 10
layers:
- conv2d: {filters: 16, kernel_size: 3, padding: 1, use_bias: false}
- batch_norm
- relu
- stage: {block: basic, width: 16, blocks: 2}
- stage: {block: basic, width: 32, blocks: 2, stride: 2}
- global_average_pool2d
- dense: classes
"""
SCREEN = """\
mine.yaml · not valid · 56×56×256

mine.yaml:6:3  add: cannot add 28×28×512 and 56×56×256: the branches must agree
               in every axis (or be 1 there).
  main path    conv3 28×28×512 · conv2: (56 + 2·1 − 3)/2 + 1 = 28
  shortcut     input 56×56×256 · identity
  repair 1     filters: 256 in conv3, strides: 1 in conv2 · in lines 4, 5 ·
               −32,768 parameters · +398.2 MMACs · tested: verifies
  repair 2     projection: 1×1, 512 filters, stride 2 on input · in line 6 ·
               +131,584 parameters · +102.8 MMACs · tested: verifies
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(BROKEN, encoding="utf-8")
    Path("sound.yaml").write_text(SOUND, encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_screen_of_a_broken_design(run):
    ended = run("verify", "mine.yaml")
    assert ended.out.startswith(SCREEN)
    assert ended.out.splitlines()[-1].endswith("not valid")
    assert (ended.status, ended.err) == (1, "")


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("file", ["mine.yaml", "sound.yaml"])
@pytest.mark.usefixtures("folder")
def test_no_line_is_wider_than_the_terminal(run, file, columns):
    assert max(map(len, run("verify", file, columns=columns).out.splitlines())) <= columns


@pytest.mark.usefixtures("folder")
def test_a_sound_design(run):
    ended = run("verify", "sound.yaml")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("sound.yaml · valid · 32×32×3 → 10 classes\n")
    assert "\nresult  valid\n" in ended.out


@pytest.mark.usefixtures("folder")
def test_budgets_on_the_command_line(run):
    params = verify_text("x", SOUND).measurement.totals.params
    assert run("verify", "sound.yaml", "--max-params", str(params)).status == 0
    ended = run("verify", "sound.yaml", "--max-params", str(params - 1), "--max-macs", "4.2G")
    assert ended.status == 1
    assert f"params: {params:,}, budget <= {params - 1}: fails" in ended.out
    assert "1 of 2: macs" in ended.out


@pytest.mark.usefixtures("folder")
def test_a_budget_that_is_none(complain):
    says = complain("verify", "sound.yaml", "--max-params", "many")
    assert says == "--max-params 'many': expected a number with or without k, M, G: 26M"


@pytest.mark.usefixtures("folder")
def test_like(run):
    assert run("init", "copy.yaml", "--like", "resnet20").status == 0
    assert run("verify", "copy.yaml", "--like", "resnet20").status == 0
    ended = run("verify", "copy.yaml", "--like", "resnet32")
    assert ended.status == 1
    assert "not equal to resnet32@paper" in ended.out


@pytest.mark.usefixtures("folder")
def test_json(run):
    ended = run("verify", "mine.yaml", "--format", "json")
    data = json.loads(ended.out)
    assert ended.status == data["exit_status"] == 1
    assert (data["schema"], data["kind"], data["file"], data["valid"]) == (2, "verification", "mine.yaml", False)
    (finding,) = data["findings"]
    assert (finding["node"], finding["line"], finding["column"], finding["kind"]) == ("add", 6, 3, "shape")
    assert [repair["verifies"] for repair in finding["repairs"]] == [True, True]
    assert finding["repairs"][1]["params"] == 256 * 512 + 512
    assert finding["repairs"][1]["macs"] == 28 * 28 * 256 * 512
    sound = json.loads(run("verify", "sound.yaml", "--format", "json").out)
    assert sound["valid"]
    assert sound["totals"]["layers"] == len(verify_text("x", SOUND).reading.graph)


@pytest.mark.usefixtures("folder")
def test_github_annotations(run):
    Path("bad.yaml").write_text("layers:\n- rleu: {name: '100%: a,b'}\n- conv2d: {}\n", encoding="utf-8")
    ended = run("verify", "bad.yaml", "--format", "github")
    assert ended.out.splitlines()[:2] == [
        "::error file=bad.yaml,line=2,col=3::unknown layer 'rleu'. Did you mean relu or relu6?%0Arepair: relu for rleu",
        "::error file=bad.yaml,line=3,col=3::conv2d: filters is needed%0Arepair: filters: 64",
    ] or ended.out.splitlines()[1].startswith("::error file=bad.yaml,line=3,col=3::conv2d: filters is needed")
    assert ended.status == 2
    assert "::notice file=sound.yaml,line=" in run("verify", "sound.yaml", "--format", "github").out


@pytest.mark.parametrize("name", ["markdown", "csv", "html", "latex"])
@pytest.mark.usefixtures("folder")
def test_other_formats(run, name):
    assert run("verify", "mine.yaml", "--format", name).status == 1


@pytest.mark.usefixtures("folder")
def test_fix(run):
    ended = run("verify", "mine.yaml", "--fix", "mended.yaml")
    assert (ended.status, ended.err) == (1, "wrote mended.yaml: filters: 256 in conv3, strides: 1 in conv2\n")
    assert run("verify", "mended.yaml").status == 0
    assert Path("mine.yaml").read_text(encoding="utf-8") == BROKEN


@pytest.mark.usefixtures("folder")
def test_fix_overwrites_nothing(run, complain):
    assert "is the design itself" in complain("verify", "mine.yaml", "--fix", "mine.yaml")
    assert "exists already" in complain("verify", "mine.yaml", "--fix", "sound.yaml")
    assert Path("sound.yaml").read_text(encoding="utf-8") == SOUND
    assert run("verify", "mine.yaml", "--fix", "mine.yaml", "--force").status == 1
    assert Path("mine.yaml").read_text(encoding="utf-8") != BROKEN


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_mended_is_not_written(run):
    Path("hopeless.yaml").write_text("layers: [[relu]]\n", encoding="utf-8")
    ended = run("verify", "hopeless.yaml", "--fix", "mended.yaml")
    assert ended.status == 2
    assert "not written" in ended.err
    assert not Path("mended.yaml").exists()
    assert "there is nothing to repair" in run("verify", "sound.yaml", "--fix", "mended.yaml").err


@pytest.mark.usefixtures("folder")
def test_no_file(complain):
    assert complain("verify", "nowhere.yaml") == "nowhere.yaml: there is no such file"


@pytest.mark.usefixtures("folder")
def test_no_yaml_is_told_with_its_place(run):
    Path("bad.yaml").write_text("layers:\n\t- relu\n", encoding="utf-8")
    ended = run("verify", "bad.yaml")
    assert ended.status == 2
    assert "bad.yaml:2:1  a tab: YAML indents by spaces; replace it by two spaces" in ended.out


@pytest.mark.usefixtures("folder")
def test_another_input(run):
    assert "64×64×3 → 10 classes" in run("verify", "sound.yaml", "--input", "64").out
    assert run("verify", "sound.yaml", "--input", "64x48x1").status == 0


@pytest.mark.usefixtures("folder")
def test_init_overwrites_nothing(run, complain):
    assert "exists already" in complain("init", "sound.yaml", "--like", "resnet18")
    assert Path("sound.yaml").read_text(encoding="utf-8") == SOUND
    assert run("init", "sound.yaml", "--like", "resnet18", "--force").status == 0
    assert Path("sound.yaml").read_text(encoding="utf-8").startswith("# ResNet-18, as a design of your own.")


def test_init_to_standard_output(run):
    ended = run("init", "--like", "resnet50@torchvision", "--input", "96", "--classes", "7")
    assert ended.status == 0
    assert "\ninput: 96x96x3\nclasses: 7\n" in ended.out
    assert verify_text("x", ended.out, like="resnet50@torchvision").valid


def test_init_of_nothing_known(complain):
    assert "Did you mean resnet" in complain("init", "--like", "resnet5o")


def test_schema(run):
    rules = json.loads(run("schema").out)
    assert rules["required"] == ["layers"]
    assert "conv2d" in rules["$defs"]["layer"]["anyOf"][0]["enum"]


def test_a_network_is_named_only_where_it_is_near(run, tmp_path):
    """One layer of ResNet-50 with a bias is nearly it; four layers of anything are no VGG."""
    from tests.analyses.test_identity import ANONYMOUS

    for text, near in ((ANONYMOUS.replace("padding: 3, use_bias: false", "padding: 3"), True), (TINY, False)):
        (tmp_path / "mine.yaml").write_text(text, "utf-8")
        assert ("nearest" in run("verify", str(tmp_path / "mine.yaml")).out) is near


TINY = """\
input: 32
layers:
- conv2d: {filters: 16, kernel_size: 3}
- global_average_pool2d
- dense: 10
"""

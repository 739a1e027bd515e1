"""Mistakes in a design of three stages of four-branch blocks with a gate and a shortcut: what is told and offered."""

from __future__ import annotations

import json

import pytest

from resnet_analyzer import verify
from resnet_analyzer.analyses.repair import Effort, repaired, repairs
from resnet_analyzer.analyses.verify import verify_text
from resnet_analyzer.design import examine_text
from resnet_analyzer.errors import UsageError

HEAD = """\
design: quadnet
input: 224
classes: 1000
variables: {width: 64, depth: 2}
layers:
- conv2d: {filters: width, kernel_size: 7, strides: 4, padding: 3, use_bias: false}
"""
STAGE = """\
- group: {name: stage%(number)d}
  layers:
  - conv2d: {name: down, filters: %(factor)d*width, kernel_size: 3, strides: 2, padding: 1, use_bias: false}
  - group: {name: block, repeat: depth}
    layers:
    - conv2d: {name: point, filters: %(factor)d*width//4, kernel_size: 1, use_bias: false}
    - conv2d: {name: wide, filters: %(factor)d*width//4, kernel_size: 3, padding: same, use_bias: false, inputs: start}
    - conv2d: {name: dilated, filters: %(factor)d*width//4, kernel_size: 3, padding: same, dilation_rate: 2, inputs: start}
    - max_pool2d: {name: pool, pool_size: 3, strides: 1, padding: same, inputs: start}
    - conv2d: {name: pooled, filters: %(factor)d*width//4, kernel_size: 1, use_bias: false}
    - concatenate: {name: cat, inputs: [point, wide, dilated, pooled]}
    - batch_norm: {name: bn}
    - group: {name: se}
      layers:
      - global_average_pool2d: {keepdims: true}
      - conv2d: {filters: %(factor)d*width//16, kernel_size: 1}
      - relu
      - conv2d: {filters: %(factor)d*width, kernel_size: 1}
      - sigmoid
      - multiply: [start, previous]
    - add: [previous, start]
    - relu
"""  # noqa: E501
TAIL = "- global_average_pool2d\n- dense: classes\n"
SOUND = HEAD + "".join(STAGE % {"number": number, "factor": 2 ** (number - 1)} for number in (1, 2, 3)) + TAIL
NARROW = SOUND.replace("name: pooled, filters: 2*width//4", "name: pooled, filters: 2*width//8")
EVEN = SOUND.replace("pool_size: 3, strides: 1, padding: same", "pool_size: 2, strides: 1, padding: 1")
TOTALS = verify_text("quad.yaml", SOUND).measurement.totals


def offered(text):
    verified = verify_text("quad.yaml", text, identity=False)
    return verified, [[repair.says for repair in verified.repairs[index]] for index in range(len(verified.findings))]


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "quad.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_the_branch_that_is_unlike_its_siblings_comes_first():
    """32 + 32 + 32 + 16 = 112 channels where 128 are needed: 16 + 16 = 32 in the pooled branch, 32 + 16 in another."""
    verified, says = offered(NARROW)
    assert [finding.node for finding in verified.findings] == ["stage2/block1/se/multiply", "stage2/block1/add"]
    for each in says:
        assert each[0] == "filters: 32 in stage2/block1/pooled"
        assert set(each[1:]) <= {f"filters: 48 in stage2/block1/{name}" for name in ("point", "wide", "dilated")}
    for repair in verified.repairs[0]:
        assert verify_text("quad.yaml", repair.text, identity=False).valid
    assert verified.repairs[0][0].after.params == TOTALS.trainable_params


def test_fix_takes_the_repair_that_keeps_the_block():
    text, done = repaired(examine_text("quad.yaml", NARROW))
    assert [repair.says for repair in done] == ["filters: 32 in stage2/block1/pooled"]
    assert verify_text("quad.yaml", text).measurement.totals == TOTALS


GATED = """\
input: 8x8x6
layers:
- conv2d: {name: first, filters: 8, kernel_size: 1}
- relu: {name: early}
- conv2d: {name: middle, filters: 8, kernel_size: 3, padding: same}
- depthwise_conv2d: {name: main, kernel_size: 3, padding: same, depth_multiplier: 2}
- global_average_pool2d: {keepdims: true}
- conv2d: {name: gate, filters: 8, kernel_size: 1}
- multiply: {name: scaled, inputs: [main, gate]}
- conv2d: {filters: 3, kernel_size: 1}
"""


def test_a_repair_that_leaves_layers_unused_is_last_and_says_so(run, file):
    """`scaled` reading `middle` leaves `main` to feed the gate only: 1 layer."""
    verified, _ = offered(GATED)
    kept = verified.repairs[0]
    unused = [repair for repair in kept if repair.unused]
    assert unused
    assert list(kept[-len(unused) :]) == unused
    out = " ".join(run("verify", file(GATED)).out.split())
    assert "leaves 1 layer unused on the main path" in out
    _, done = repaired(examine_text("quad.yaml", GATED))
    assert not any(repair.unused for repair in done)


def test_one_cause_in_several_stages_is_told_once_and_mended_alike():
    verified, (says,) = offered(EVEN)
    assert says[:2] == ["padding: same in 3 pools", "pool_size: 3 in 3 pools"]
    assert [finding.node for finding in verified.findings] == ["stage1/block1/cat"]
    also = dict(verified.findings[0].details)["also"]
    assert also == ", ".join(f"stage{stage}/block{block}/cat" for stage in (1, 2, 3) for block in (1, 2))[19:]
    assert verified.repairs[0][0].text == SOUND.replace("pool_size: 3", "pool_size: 2")
    assert verify_text("quad.yaml", verified.repairs[0][0].text, identity=False).measurement.totals.params


def test_a_misspelt_setting_has_no_difference_but_the_totals():
    """A setting that is not read takes a block with it: a difference to that reading says nothing of the change."""
    verified, _ = offered(SOUND.replace("dilation_rate", "dilation", 1))
    (repair,) = verified.repairs[0]
    assert (repair.params, repair.macs) == (None, None)
    assert (repair.after.params, repair.after.macs) == (TOTALS.trainable_params, TOTALS.macs)


@pytest.mark.parametrize(
    ("right", "wrong", "repair"),
    [
        ("multiply: [start", "multiply: [strat", "start for strat"),
        ("strides: 2, padding: 1", "stride: 2, padding: 1", "strides for stride"),
    ],
)
def test_a_word_misspelt_in_every_stage_is_told_once_and_mended_everywhere(right, wrong, repair):
    verified, (says,) = offered(SOUND.replace(right, wrong))
    assert says[0] == repair
    assert verified.repairs[0][0].text == SOUND
    lines = [number for number, line in enumerate(SOUND.splitlines(), 1) if right in line]
    assert dict(verified.findings[0].details)["also"] == f"in lines {lines[1]}, {lines[2]}"


def test_start_misspelt():
    verified, (says,) = offered(SOUND.replace("inputs: start", "inputs: strat", 1))
    assert "Did you mean start?" in verified.findings[0].says
    assert says == ["start for strat", "previous for strat"]


@pytest.mark.parametrize(("key", "word"), [("variables", "varaibles"), ("layers", "layres"), ("classes", "clases")])
def test_a_misspelt_key_is_one_error(key, word):
    verified, (says,) = offered(SOUND.replace(f"\n{key}:", f"\n{word}:"))
    assert says == [f"{key} for {word}"]
    assert verified.exit_status == 2


def test_a_layer_taken_out_tells_what_reads_another_one():
    """Without `pool`, written behind `dilated`, the next layer reads `dilated` and not what the pool had read."""
    text = SOUND.replace("pool_size: 3, strides: 1, padding: same", "pool_size: 2, strides: 1, padding: 1", 1)
    reading = examine_text("quad.yaml", text)
    verified = verify_text("quad.yaml", text, identity=False)
    found = [repair.says for repair in repairs(reading, verified.findings, verified.findings[0], Effort())]
    assert found == ["padding: same", "pool_size: 3", "without max_pool2d, pooled then reads dilated"]


def test_branches_are_called_what_they_are():
    verified, _ = offered(NARROW)
    details = [dict(finding.details) for finding in verified.findings]
    assert details[0]["map"].endswith("· stage2/block1/cat: 32 + 32 + 32 + 16 = 112")
    assert details[0]["gate"].endswith("· stage2/block1/se/conv2d_2: filters 128")
    assert details[1]["shortcut"].endswith("· identity")
    verified, _ = offered(EVEN)
    (finding,) = verified.findings
    assert dict(finding.details)["branch 1"].endswith("· stage1/block1/point: 28 − 1 + 1 = 28")


def test_fix_keeps_the_exit_status_of_the_design_given(run, file, tmp_path):
    ended = run("verify", file(NARROW), "--fix", str(tmp_path / "mended.yaml"))
    assert "not valid" in ended.out
    assert ended.status == 1
    assert run("verify", str(tmp_path / "mended.yaml")).status == 0


def test_like_takes_any_target(run, file, tmp_path):
    mine = file(SOUND)
    ended = run("verify", mine, "--like", mine)
    assert ended.status == 0
    assert "equals" in ended.out
    other = tmp_path / "other.yaml"
    other.write_text(SOUND.replace("depth: 2", "depth: 1"), encoding="utf-8")
    ended = run("verify", mine, "--like", str(other), "--format", "json")
    assert ended.status == 1
    assert json.loads(ended.out)["identity"][0]["equal"] is False
    for wrong, says in (("resnet5o", "unknown architecture 'resnet5o'"), ("nowhere.yaml", "nowhere.yaml")):
        ended = run("verify", mine, "--like", wrong)
        assert (ended.status, ended.out) == (2, "")
        assert f"--like: {says}" in ended.err


def test_like_takes_any_target_in_python(file):
    mine = file(SOUND)
    assert verify(mine, like=mine).valid
    assert verify(mine, like=mine).like.label == mine
    with pytest.raises(UsageError, match="nowhere"):
        verify(mine, like="nowhere.yaml")


def test_the_same_repairs_are_printed_once_and_counted(run, file):
    out = run("verify", file(NARROW)).out
    assert out.count("filters: 32 in stage2/block1/pooled") == 1
    assert "those of stage2/block1/se/multiply" in out
    one = run("verify", file(SOUND.replace("dilation_rate", "dilation", 1))).out
    assert "1 repair tested, 1 shown" in one

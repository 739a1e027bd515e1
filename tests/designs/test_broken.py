"""Every broken design is diagnosed at the right place, and every repair that is offered, applied, verifies."""

from __future__ import annotations

import json

import pytest

from resnet_analyzer.analyses.repair import Effort, repaired, repairs
from resnet_analyzer.analyses.verify import verify_text
from resnet_analyzer.design import examine_text

from .corpus import corpus

CORPUS = corpus()


def test_the_corpus_is_large_and_varied():
    assert len(CORPUS) >= 40
    assert len({broken.family for broken in CORPUS}) >= 15
    assert len({broken.mistake for broken in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("broken", CORPUS, ids=lambda broken: broken.path.stem)
def test_diagnosis(broken):
    verified = verify_text(broken.path.name, broken.text, repair=False)
    (finding,) = verified.findings
    assert (finding.node, finding.place.line) == (broken.node, broken.line)
    assert broken.cause in finding.says
    assert verified.exit_status == (1 if broken.node else 2)
    if finding.node and verified.reading.rows[finding.node].cost.windows:
        formulas = verified.reading.rows[finding.node].how()
        assert finding.kind == "shape"
        assert " = " in formulas


@pytest.mark.parametrize("broken", CORPUS, ids=lambda broken: broken.path.stem)
def test_every_repair_offered_verifies(broken):
    verified = verify_text(broken.path.name, broken.text)
    offered = verified.repairs[0]
    assert 1 <= len(offered) <= 3
    assert any(broken.repair in repair.says for repair in offered)
    for repair in offered:
        again = verify_text(broken.path.name, repair.text, identity=False)
        assert again.valid, repair.says
        totals = again.measurement.totals
        assert (repair.after.params, repair.after.macs) == (totals.trainable_params, totals.macs)
    costs = [(repair.edits, abs(repair.params or 0)) for repair in offered]
    assert offered[0].edits == min(edits for edits, _ in costs)


def test_the_effect_of_a_projection_by_hand():
    """He et al. 2015, stage 3 of ResNet-50: 1×1 from 256 to 512 on 28×28, and a batch norm of 512."""
    text = (
        "input: 56x56x64\nlayers:\n- stage: {width: 64, blocks: 1}\n"
        "- stage: {width: 128, blocks: 1, stride: 2, projection: false}\n"
    )
    (offered,) = verify_text("mine.yaml", text).repairs.values()
    found = {repair.says: (repair.params, repair.macs) for repair in offered}
    assert found["projection: true"] == (256 * 512 + 2 * 512, 28 * 28 * 256 * 512)


def test_several_mistakes_are_all_told_and_mended_one_by_one():
    text = (
        "input: 32\nclasses: 10\nlayers:\n- conv2d: {filters: 16, kernel_size: 3, padding: 1}\n"
        "- stage: {block: basic, width: 32, blocks: 2, stride: 2, projection: false}\n"
        "- rleu\n- group_norm\n- conv2d: {filters: 48, padd: 1}\n- group_norm\n- global_average_pool2d\n- dense: 10\n"
    )
    verified = verify_text("mine.yaml", text)
    assert [(finding.kind, finding.place.line) for finding in verified.findings] == [
        ("shape", 5),
        ("unknown layer", 6),
        ("unknown key", 8),
    ]
    assert all(verified.repairs[index] for index in range(3))
    assert all(repair.rest for repair in verified.repairs[0])
    whole, done = repaired(examine_text("mine.yaml", text))
    assert len(done) == 4  # behind the word that no layer has, 48 channels in 32 groups come to light
    assert verify_text("mine.yaml", whole).valid


def test_a_repair_leaves_comments_and_layout_alone():
    kept = "# mine\ninput: 32\nlayers:\n- conv2d: {filters: 8, kernel_size: 3}   # first\n"
    text = f"{kept}- conv2d: {{filters: 8, groups: 3}}\n"
    whole, _ = repaired(examine_text("mine.yaml", text))
    assert [line for line in whole.splitlines() if "groups" not in line] == kept.splitlines()


def test_tries_are_bounded():
    reading = examine_text("mine.yaml", "layers:\n- rleu\n")
    verified = verify_text("mine.yaml", "layers:\n- rleu\n")
    assert repairs(reading, verified.findings, verified.findings[0], Effort(work=0)) == ()


# to PyYAML, which reads YAML 1.1, `no` is false: that mistake cannot be made in JSON
IN_JSON = [broken for broken in CORPUS if broken.path.stem != "value_yes"]


@pytest.mark.parametrize("broken", IN_JSON, ids=lambda broken: broken.path.stem)
@pytest.mark.parametrize("indent", [None, 1])
def test_designs_in_json_stay_json(broken, indent):
    yaml = pytest.importorskip("yaml")
    text = json.dumps(yaml.safe_load(broken.text), indent=indent, ensure_ascii=False)
    verified = verify_text("mine.json", text)
    (finding,) = verified.findings
    assert finding.node == broken.node
    assert broken.cause in finding.says
    assert verified.repairs[0]
    for repair in verified.repairs[0]:
        json.loads(repair.text)
        assert verify_text("mine.json", repair.text, identity=False).valid, repair.says

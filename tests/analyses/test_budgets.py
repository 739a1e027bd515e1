"""Budgets and expectations."""

from __future__ import annotations

import pytest

from resnet_analyzer.analyses.budgets import parse_limit
from resnet_analyzer.analyses.verify import verify_text

BODY = (
    "input: 8x8x3\nlayers:\n- conv2d: {name: conv, filters: 4, kernel_size: 3, padding: 1}\n- global_average_pool2d\n"
)
PARAMS = 3 * 3 * 3 * 4 + 4  # 112
MACS = 8 * 8 * 3 * 3 * 3 * 4  # 6,912


@pytest.mark.parametrize(
    ("text", "sign", "value"),
    [
        ("<= 26M", "<=", 26_000_000),
        ("4.2G", "<=", 4_200_000_000),
        ("> 1_000", ">", 1000),
        ("=7", "=", 7),
        ("≤1.5k", "<=", 1500),
    ],
)
def test_limits(text, sign, value):
    limit = parse_limit("params", text)
    assert (limit.sign, limit.value) == (sign, value)


@pytest.mark.parametrize("text", ["26 MB", "", "-3", "1e9", "<= many", "<<3"])
def test_no_limits(text):
    with pytest.raises(ValueError, match="is not a limit; write it as"):
        parse_limit("params", text)


def verified(more):
    return verify_text("mine.yaml", BODY + more, identity=False)


def test_what_holds_and_what_fails():
    found = verified(f'budgets: {{params: "<= {PARAMS}", macs: "< {MACS}", layers: ">= 3, <= 3"}}\n')
    assert [(each.what, each.actual, each.holds) for each in found.verdicts] == [
        ("params", "112", True),
        ("macs", "6,912", False),
        ("layers", "3", True),
        ("layers", "3", True),
    ]
    assert found.exit_status == 1


def test_expectations():
    found = verified(f"expect: {{params: {PARAMS}, conv: 8x8x4, output: 4, input: {{output: [8, 8, 3], params: 0}}}}\n")
    assert [each.holds for each in found.verdicts] == [True] * 5
    assert found.valid
    assert not verified("expect: {macs: 1}\n").valid
    assert not verified("expect: {conv: 8x8x5}\n").valid


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("budgets: {parms: 3}\n", "unknown figure 'parms'. Did you mean params?"),
        ("budgets: [3]\n", "budgets must be a mapping"),
        ("budgets: {params: many}\n", "is not a limit"),
        ("expect: {cnv: 3}\n", "there is no layer or figure 'cnv'. Did you mean conv?"),
        ("expect: {conv: {macz: 3}}\n", "'macz' is not known of a layer"),
        ("expect: {params: [1]}\n", "params must be a number, not a list"),
        ("expect: 3\n", "expect must be a mapping"),
    ],
)
def test_what_means_nothing(more, says):
    found = verified(more)
    (finding,) = found.findings
    assert says in finding.says
    assert finding.place.line == 5
    assert found.exit_status == 2


UNKNOWN = "input: 8x8x3\nlayers:\n- conv2d: {filters: 4, kernel_size: 3, padding: 1}\n- opaque: {output: [8, 8, 4]}\n"


@pytest.mark.parametrize(
    ("limit", "holds"),
    [
        (f"macs: '<= {MACS}'", None),  # it may be more
        (f"macs: '< {MACS}'", False),
        (f"macs: '<= {MACS - 1}'", False),
        (f"macs: '>= {MACS}'", True),
        (f"macs: '> {MACS}'", None),
        (f"macs: '> {MACS - 1}'", True),
        (f"macs: '== {MACS}'", None),
        (f"macs: '== {MACS - 1}'", False),
        (f"params: '<= {PARAMS}'", True),  # its weights are known exactly
        (f"params: '== {PARAMS}'", True),
        (f"params: '> {PARAMS}'", False),
        ("layers: '<= 3'", True),
    ],
)
def test_a_lower_bound_that_decides_decides(limit, holds):
    found = verify_text("mine.yaml", f"{UNKNOWN}budgets: {{{limit}}}\n", identity=False)
    (verdict,) = found.verdicts
    assert verdict.holds is holds
    assert ("at least" in verdict.says) == ("macs" in limit)
    assert found.exit_status == 1  # a layer is unknown


def test_expectations_of_lower_bounds():
    found = verify_text("mine.yaml", f"{UNKNOWN}expect: {{macs: {MACS}, params: {PARAMS}}}\n", identity=False)
    assert [each.holds for each in found.verdicts] == [None, True]
    assert verify_text("mine.yaml", f"{UNKNOWN}expect: {{macs: 1}}\n", identity=False).verdicts[0].holds is False

"""A few thousand mutated files in the suite's slow part; python -m tests.designs.fuzz 100000 runs many."""

from __future__ import annotations

import pytest

from .fuzz import chunk


@pytest.mark.parametrize("number", [0, *(pytest.param(number, marks=pytest.mark.slow) for number in range(1, 15))])
def test_no_traceback_and_no_hang(number):
    assert [(result.failure, data) for result, data in chunk(number) if result.failure] == []

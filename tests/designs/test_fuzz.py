"""A few thousand mutated files in the suite's slow part; python -m tests.designs.fuzz 100000 runs many."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from .fuzz import chunk


@pytest.mark.parametrize("number", [0, *(pytest.param(number, marks=pytest.mark.slow) for number in range(1, 15))])
def test_no_traceback_and_no_hang(number):
    """In a process of its own: what other tests left behind (frameworks, their threads) is not charged to a file."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        found = pool.submit(chunk, number).result()
    assert [(result.failure, data) for result, data in found if result.failure] == []

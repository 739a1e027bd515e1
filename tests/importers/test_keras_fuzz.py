"""Mutated Keras files: some hundreds in the suite, more in its slow part; python -m tests.importers.fuzz h5 100000."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from .fuzz import FORMATS, chunk


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("number", [0, *(pytest.param(number, marks=pytest.mark.slow) for number in range(1, 26))])
def test_no_traceback_no_hang_little_memory_nothing_run(kind, number):
    """In a process of its own: what other tests left behind is not charged to a file."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        found = pool.submit(chunk, kind, number).result()
    assert [(result.failure, data) for result, data in found if result.failure] == []
    ends = {result.ended for result, _ in found}
    assert ends == {"complete", "bound", "refused"}  # the mutations are of every kind

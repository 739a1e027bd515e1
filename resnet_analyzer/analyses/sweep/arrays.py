"""Programs over numpy arrays: a block that stays in the cache at a time, and never a silent wrap.

Where 64 bits might not hold what a step gives, the chunk is worked out in Python's integers instead, and
a result that does not fit 64 bits is reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...dim.arrays import INT64_LIMIT, largest
from ...dim.program import Program
from ...errors import DimensionOverflow

if TYPE_CHECKING:
    import numpy

BLOCK = 12_288  # numbers: the fastest of 4,096 to 65,536 in tests/benchmarks


def run(program: Program, columns: Mapping[str, Any], length: int) -> list[numpy.ndarray]:
    """Every result of a program at `length` points; `columns` are int64 arrays, one per variable, none negative.

    DimensionOverflow if a result does not fit 64 bits.
    """
    import numpy

    arrays = [columns[name] for name in program.variables]
    bounds = {name: max(largest(array), 1) for name, array in zip(program.variables, arrays, strict=True)}
    exactly = program.bound(bounds) >= INT64_LIMIT
    results = [numpy.empty(length, "int64") for _ in program.formulas]
    for start in range(0, length, BLOCK):
        blocks = [array[start : start + BLOCK] for array in arrays]
        found = program.function(*[block.astype(object) for block in blocks] if exactly else blocks)
        for result, value in zip(results, found, strict=True):
            if exactly and numpy.max(numpy.abs(value)) >= INT64_LIMIT:
                raise DimensionOverflow("a figure of this sweep passes 2**63; use smaller ranges, or single sizes")
            result[start : start + BLOCK] = value
    return results

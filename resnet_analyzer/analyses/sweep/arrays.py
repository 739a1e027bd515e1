"""Programs over numpy arrays: in place, a block that stays in the cache at a time, and never a silent wrap.

Where 64 bits might not hold what a step gives, the chunk is worked out in Python's integers instead, and
a result that does not fit 64 bits is reported.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from ...dim.arrays import INT64_LIMIT, largest
from ...errors import DimensionOverflow
from .program import Operand, Program

if TYPE_CHECKING:
    import numpy

BLOCK = 16_384  # numbers: the fastest of 4,096 to 262,144 in tests/benchmarks

PLAIN = {
    "add": operator.add,
    "mul": operator.mul,
    "floordiv": operator.floordiv,
    "rshift": operator.rshift,
    "max": lambda left, right: _larger(left, right),
}


@cache
def _functions() -> dict[str, Any]:
    import numpy

    return {
        "add": numpy.add,
        "mul": numpy.multiply,
        "floordiv": numpy.floor_divide,
        "rshift": numpy.right_shift,
        "max": numpy.maximum,
    }


def run(program: Program, columns: Mapping[str, Any], length: int) -> list[numpy.ndarray]:
    """Every result of a program at `length` points; `columns` are int64 arrays, one per variable, none negative.

    DimensionOverflow if a result does not fit 64 bits.
    """
    import numpy

    arrays = [columns[name] for name in program.variables]
    bounds = {name: max(largest(array), 1) for name, array in zip(program.variables, arrays, strict=True)}
    if program.bound(bounds) >= INT64_LIMIT:
        return _exactly(program, arrays, length)
    results = [numpy.empty(length, "int64") for _ in program.results]
    scratch = numpy.empty((program.registers - len(arrays), min(BLOCK, length)), "int64")
    functions = _functions()
    steps = [(functions[op], out, left, right) for op, out, left, right in program.steps]
    for start in range(0, length, BLOCK):
        size = min(BLOCK, length - start)
        registers = [array[start : start + size] for array in arrays] + [row[:size] for row in scratch]
        for function, out, left, right in steps:
            function(
                left.value if left.register is None else registers[left.register],
                right.value if right.register is None else registers[right.register],
                out=registers[out],
            )
        for result, operand in zip(results, program.results, strict=True):
            result[start : start + size] = _value(operand, registers)
    return results


def _value(operand: Operand, registers: Sequence[Any]) -> Any:
    return operand.value if operand.register is None else registers[operand.register]


def _exactly(program: Program, arrays: Sequence[Any], length: int) -> list[numpy.ndarray]:
    """The same in Python's integers: slow, and right however large a step gets."""
    import numpy

    registers: list[Any] = [array.astype(object) for array in arrays]
    registers += [None] * (program.registers - len(arrays))
    for op, out, left, right in program.steps:
        registers[out] = PLAIN[op](_value(left, registers), _value(right, registers))
    results = []
    for operand in program.results:
        value = numpy.broadcast_to(numpy.asarray(_value(operand, registers), dtype=object), (length,))
        if length and max(abs(value.max()), abs(value.min())) >= INT64_LIMIT:
            raise DimensionOverflow("a figure of this sweep passes 2**63; use smaller ranges, or single sizes")
        results.append(value.astype("int64"))
    return results


def _larger(left: Any, right: Any) -> Any:
    import numpy

    return numpy.maximum(left, right)

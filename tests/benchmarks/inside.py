"""Inside one process: building and measuring, long chains, and a million input sizes at once."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from statistics import median
from time import process_time

import numpy

from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.dim import Dim
from resnet_analyzer.graph import Graph, GraphBuilder
from resnet_analyzer.measurement import Measurement, measure
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.shape import Shape

from .table import Line

MILLION = 1_000_000
SAMPLE = 500  # input sizes that the loop of ints really measures; it is too slow for a million


def seconds(action: Callable[[], object], repeat: int = 1) -> float:
    """Median processor time of an action."""
    taken = []
    for _ in range(repeat):
        gc.collect()
        start = process_time()
        action()
        taken.append(process_time() - start)
    return median(taken)


def network(name: str, size: Dim) -> Measurement:
    """A network built and measured."""
    return measure(architecture(name, input=size))


def chain(layers: int) -> Graph:
    """A net of so many convolutions, one after another."""
    build = GraphBuilder("chain")
    last = build.input(Shape(1, 8, 8, 4))
    for number in range(layers):
        last = build.add(f"conv{number}", Conv2d(4, 3, padding=1), last)
    return build.graph()


def depths() -> Iterator[Line]:
    """ResNet-50, ResNet-1202, and a chain of 100,000 layers."""
    network("resnet50", 224), network("resnet1202", 32)
    short, deep = seconds(lambda: network("resnet50", 224), 51), seconds(lambda: network("resnet1202", 32), 7)
    built = seconds(lambda: architecture("resnet50", input=224), 51)
    parts = f"of which {built * 1e3:.2f} ms build the graph"
    yield Line("build and measure ResNet-50", f"{short * 1e3:.2f} ms", "≤ 2 ms", parts)
    made_of = f"{deep * 1e3:.1f} ms / {short * 1e3:.2f} ms"
    yield Line("ResNet-1202 / ResNet-50, in process", f"{deep / short:.1f} ×", "≤ 30 ×", made_of)
    tenth, whole = seconds(lambda: measure(chain(10_000)), 3), seconds(lambda: measure(chain(100_000)))
    made_of = f"{whole:.2f} s / {tenth:.3f} s; 10 × is linear"
    yield Line("chain of 100,000 layers / of 10,000", f"{whole / tenth:.1f} ×", "", made_of)


def sizes() -> Iterator[Line]:
    """A million input sizes of ResNet-50: arrays against a loop of ints, and what memory they take."""
    grid = numpy.arange(32, 32 + MILLION, dtype=numpy.int64) % 4096 + 32
    network("resnet50", grid[:10])
    arrays = seconds(lambda: network("resnet50", grid))
    sample = [int(size) for size in grid[:: MILLION // SAMPLE]]
    graph, scale = architecture("resnet50", input=224), MILLION / len(sample)

    def each(action: Callable[[int], object]) -> None:
        for size in sample:
            action(size)

    loop = seconds(lambda: each(lambda size: network("resnet50", size))) * scale
    again = seconds(lambda: each(lambda size: measure(graph.with_input(Shape(1, size, size, 3))))) * scale
    what, goal = "a million sizes, loop of ints / arrays", "≥ 20 ×"
    made_of = f"{loop:.0f} s / {arrays:.2f} s; the loop is taken from {len(sample)} of its sizes"
    yield Line(what, f"{loop / arrays:.0f} ×", goal, made_of)
    made_of = f"{again:.0f} s / {arrays:.2f} s"
    yield Line("  the graph built only once", f"{again / arrays:.0f} ×", goal, made_of)
    peaks = [peak(grid[:cells]) for cells in (MILLION // 10, MILLION)]
    made_of = f"beside the sizes themselves; {peaks[0] / 2**20:.0f} MiB for a tenth of them"
    yield Line("  peak memory of arrays", f"{peaks[1] / 2**20:.0f} MiB", "", made_of)


def peak(grid: Dim) -> int:
    """Bytes that measuring ResNet-50 over a grid takes at its peak."""
    tracemalloc.start()
    try:
        network("resnet50", grid)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def lines() -> Iterator[Line]:
    """All benchmarks inside one process."""
    yield from depths()
    yield from sizes()

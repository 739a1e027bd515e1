"""Closed forms and sweeps: `python -m tests.benchmarks.bench_formula`. It prints goals and never fails."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from time import process_time

import numpy

from resnet_analyzer.analyses.formula.closed import closed_form
from resnet_analyzer.analyses.formula.recipe import recipe_of
from resnet_analyzer.analyses.sweep.backends import tables
from resnet_analyzer.analyses.sweep.designs import space_of
from resnet_analyzer.analyses.sweep.work import Constraint, Job
from resnet_analyzer.architectures.base import find
from resnet_analyzer.dim.program import compiled

from .inside import seconds
from .processes import times
from .table import Line, table

POINTS = 10_000_000
DESIGNS = 100_000_000
BILLION = 1_000_000_000


def commands() -> Iterator[Line]:
    """Whole processes over an empty one, in pairs: interpreter and imports included."""
    empty = [sys.executable, "-c", "pass"]
    for network, goal in (("resnet50", "≤ 10 ×"), ("resnet1202", "≤ 25 ×")):
        command = [sys.executable, "-m", "resnet_analyzer", "formula", network]
        yield times(f"formula {network} / python -c pass", goal, command, empty, pairs=9)


def points() -> Iterator[Line]:
    """One figure at ten million points, against the integer path and against one more size by the closed form."""
    form = closed_form(recipe_of(find("resnet50")), ["n"])
    sizes = {"n": numpy.random.default_rng(0).integers(32, 513, POINTS)}
    program = compiled([form.figures["macs"]], ["n"])
    form_anew = seconds(lambda: closed_form(recipe_of(find("resnet50")), ["n"]), 21)
    array = seconds(lambda: program.run(sizes, (POINTS,)), 5) / POINTS
    integer = seconds(lambda: form.recipe.measured({"n": 225}), 51)
    one = seconds(lambda: [form.at(n=size) for size in range(32, 1032)], 5) / 1000
    yield Line("MACs of ResNet-50 over n, points/s and core", f"{1e-6 / array:.0f} M", "≥ 50 M", "one core")
    yield Line(
        "  integer path / closed form, a design", f"{integer / array:,.0f} ×", "≥ 200 ×", f"{integer * 1e3:.2f} ms"
    )
    made_of = f"{form_anew / integer:.1f} × measuring it at one size"
    yield Line("a closed form of ResNet-50, in process", f"{form_anew * 1e3:.1f} ms", "≤ 5 ms", made_of)
    yield Line("  one more size, all figures", f"{one * 1e3:.4f} ms", "≤ 0.01 ms", "")


def sweep() -> Iterator[Line]:
    """A hundred million designs through the whole sweep, and what a billion would take; the peak of memory."""
    values = {"n": range(1, 10_001), "width": range(1, DESIGNS // 10_000 + 1)}
    space = space_of([(("resnet50", "paper"), recipe_of(find("resnet50")))], values, ("macs",))
    job = Job(space, (Constraint("macs", 10**6),))
    start = process_time()
    kept = sum(map(len, tables(job, threads=1)))
    taken = process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    made_of = f"{job.designs:,} designs in {taken:.2f} s on one core; {kept} kept"
    yield Line("a billion designs, extrapolated", f"{taken * BILLION / job.designs:.0f} s", "", made_of)
    yield Line("  peak memory of the process", f"{peak:.0f} MiB", "≤ 954 MiB", "arrays of the benchmark included")


def lines() -> Iterator[Line]:
    """All benchmarks of closed forms."""
    yield from commands()
    yield from points()
    yield from sweep()


if __name__ == "__main__":
    print(table(list(lines())), flush=True)

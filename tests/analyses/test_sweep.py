"""Sweeps against the integer path, design by design; programs and fronts against brute force."""

import os
from itertools import product

import hypothesis
import numpy
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from resnet_analyzer.analyses.formula.recipe import recipe_of
from resnet_analyzer.analyses.sweep.backends import tables
from resnet_analyzer.analyses.sweep.designs import checked_figures, space_of
from resnet_analyzer.analyses.sweep.files import rows_of, write_csv, write_parquet
from resnet_analyzer.analyses.sweep.pareto import Front, front
from resnet_analyzer.analyses.sweep.ranges import values_of
from resnet_analyzer.analyses.sweep.work import Constraint, Job, Sampling
from resnet_analyzer.architectures.base import find
from resnet_analyzer.dim.polynomial import polynomial, variable
from resnet_analyzer.dim.program import BLOCK, compiled
from resnet_analyzer.errors import AnalyzerError, DimensionOverflow, OutputError, UnknownName, UsageError
from resnet_analyzer.files import writing, writing_text
from tests.dim.expressions import EXPRESSIONS

FIGURES = ("params", "trainable_params", "macs", "flops", "activations")


def space(values, *networks, figures=FIGURES):
    return space_of([((name, "paper"), recipe_of(find(name))) for name in networks], values, figures)


def by_integers(values, *networks):
    """Every design built and measured layer by layer; what cannot be is left out."""
    found = []
    for name in networks:
        recipe = recipe_of(find(name))
        names = [each for given in values for each in recipe.expanded([given])]
        for point in product(*[values[given] for given in values for _ in recipe.expanded([given])]):
            try:
                totals = recipe.measured(dict(zip(names, point, strict=True))).totals
            except AnalyzerError:
                continue
            found.append([name, "paper", *point, *[getattr(totals, figure) for figure in FIGURES]])
    return found


@pytest.mark.parametrize(
    ("values", "networks"),
    [
        ({"n": [1, 32, 33, 224], "width": [8, 32]}, ["resnet50", "seresnet18"]),
        ({"n": range(20, 60, 3), "batch": [1, 7]}, ["alexnet", "vgg11", "googlenet"]),
        ({"width": [8, 16, 17, 64], "blocks": [1, 2, 4]}, ["wrn16_8"]),
        ({"growth_rate": [3, 12], "blocks1": [1, 5], "n": [3, 4, 32]}, ["densenet_bc40_k12"]),
        ({"cardinality": range(1, 20)}, ["resnet18"]),
        ({"blocks1": [1, 2, 3], "classes": [10, 1000]}, ["resnet50v2"]),
        ({"n": [224]}, ["resnet50", "densenet121"]),
    ],
)
def test_every_design_is_the_integer_paths(values, networks):
    job = Job(space(values, *networks), chunk=7)
    rows = [row for table in tables(job) for row in rows_of(job.space, table)]
    assert sorted(rows) == sorted(by_integers(values, *networks))


def test_designs_come_in_order_the_last_variable_fastest():
    job = Job(space({"n": [64, 32], "width": [8, 16]}, "resnet18", "resnet34"))
    rows = [row[:1] + row[2:4] for row in rows_of(job.space, job.table(0))]
    grid = [[64, 8], [64, 16], [32, 8], [32, 16]]
    assert rows == [[name, *point] for name in ("resnet18", "resnet34") for point in grid]


def test_impossible_designs_are_counted():
    assert space({"n": range(1, 41), "batch": [1, 2]}, "vgg11").impossible == 31 * 2
    assert space({"n": [5]}, "vgg11").structures == ()


@hypothesis.given(EXPRESSIONS, st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=50))
@settings(deadline=None, max_examples=100)
def test_programs_are_what_plain_python_says(expression, points):
    columns = dict(zip("nm", map(numpy.array, zip(*points, strict=True)), strict=True))
    found = compiled([polynomial(expression.ours)], ["n", "m"]).run(columns, (len(points),))[0]
    assert found.tolist() == [expression.plain(*point) for point in points]


@hypothesis.given(
    EXPRESSIONS, st.lists(st.tuples(st.integers(1, 2**40), st.integers(1, 2**40)), min_size=1, max_size=5)
)
@settings(deadline=None, max_examples=100)
def test_programs_never_wrap(expression, points):
    columns = dict(zip("nm", map(numpy.array, zip(*points, strict=True)), strict=True))
    expected = [expression.plain(*point) for point in points]
    program = compiled([polynomial(expression.ours)], ["n", "m"])
    if max(map(abs, expected)) >= 2**63:
        with pytest.raises(DimensionOverflow, match=r"exceeds 2\*\*63"):
            program.run(columns, (len(points),))
    else:
        assert program.run(columns, (len(points),))[0].tolist() == expected
    assert [program.function(*point)[0] for point in points] == expected


@pytest.mark.parametrize("length", [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK + 5])
def test_blocks_join(length):
    n = variable("n")
    column = numpy.arange(length)
    assert compiled([n * n + 3], ["n"]).run({"n": column}, (length,))[0].tolist() == (column**2 + 3).tolist()


def test_a_planted_overflow_is_reported():
    n = variable("n")
    program = compiled([n**3], ["n"])
    fits, wraps = 2_097_151, 2_097_152  # 2²¹ − 1 and 2²¹: cubes below and at 2⁶³
    assert program.run({"n": numpy.array([fits, 1])}, (2,))[0].tolist() == [fits**3, 1]
    assert (numpy.array([wraps]) ** 3)[0] < 0  # what numpy makes of it
    with pytest.raises(DimensionOverflow, match="exceeds 2\\*\\*63"):
        program.run({"n": numpy.array([wraps, 1])}, (2,))


def test_a_step_that_passes_64_bits_on_the_way_is_right():
    n = variable("n")
    program = compiled([(n**4 - n**4) + 5 * n, polynomial(n**5 - (n - 1) * n**4 - n**4 + 2)], ["n"])
    big = 10**6  # 10³⁰ on the way
    assert [column.tolist() for column in program.run({"n": numpy.array([big])}, (1,))] == [[5 * big], [2]]


def test_an_overflow_of_a_sweep_is_reported():
    job = Job(space({"n": [10**6, 2 * 10**6], "width": [10**4, 2 * 10**4]}, "resnet50"))
    with pytest.raises(DimensionOverflow):
        job.table(0)


def test_constraints():
    values = {"n": range(32, 300, 7), "width": [16, 32, 64]}
    constraints = (Constraint("macs", 10**9), Constraint("trainable_params", 6 * 10**6, least=True))
    job = Job(space(values, "resnet50"), constraints)
    rows = list(rows_of(job.space, job.table(0)))
    wanted = [row for row in by_integers(values, "resnet50") if row[6] <= 10**9 and row[5] >= 6 * 10**6]
    assert rows == wanted


@pytest.mark.parametrize("seed", range(20))
def test_the_front_is_that_of_brute_force(seed):
    points = numpy.random.default_rng(seed).integers(0, 12, (150, 2 + seed % 3))

    def beats(other, point):
        return (other <= point).all() and (other < point).any()

    assert front(points).tolist() == [not any(beats(other, point) for other in points) for point in points]


def test_a_front_grows_table_by_table():
    points = numpy.random.default_rng(1).integers(0, 1000, (9000, 2))
    whole = Front([(0, 1), (1, -1)])
    whole.add(points)
    parts = Front([(0, 1), (1, -1)])
    for start in range(0, 9000, 700):
        parts.add(points[start : start + 700])
    assert whole.table.tolist() == parts.table.tolist()


def test_samples_are_repeatable_and_of_the_grid():
    values = {"n": range(1, 500), "width": range(1, 100)}
    job = Job(space(values, "resnet18", "resnet50"), sampling=Sampling(1000, 5), chunk=300)
    first, again = (numpy.concatenate(list(tables(job, threads))) for threads in (1, 3))
    assert first.tolist() == again.tolist()
    assert len(first) == 1000
    other = numpy.concatenate(list(tables(Job(job.space, sampling=Sampling(1000, 6), chunk=300), 1)))
    assert other.tolist() != first.tolist()
    for row in list(rows_of(job.space, first))[::100]:
        point = {"n": row[2], "width": row[3]}
        assert row[4:] == [getattr(recipe_of(find(row[0])).measured(point).totals, figure) for figure in FIGURES]
    assert {row[0] for row in first.tolist()} == {0, 1}
    assert 400 < sum(row[1] > 250 for row in first.tolist()) < 600


def grid_job(chunk=20_000):
    values = {"n": range(1, 301), "width": range(1, 101), "batch": [1, 8]}
    return Job(space(values, "resnet18", "resnext50_32x4d"), (Constraint("macs", 2 * 10**9),), chunk=chunk)


def written(job, folder, name, **where):
    paths = [folder / f"{name}.csv", folder / f"{name}.parquet"]
    with writing_text(str(paths[0])) as file:
        write_csv(job.space, tables(job, **where), file)
    with writing(str(paths[1])) as file:
        write_parquet(job.space, tables(job, **where), file)
    return [path.read_bytes() for path in paths]


def test_threads_write_the_files_that_numpy_alone_writes(tmp_path):
    pytest.importorskip("pyarrow")
    job = grid_job()
    alone = written(job, tmp_path, "alone", threads=1)
    assert written(job, tmp_path, "threads", threads=4) == alone
    assert alone[0].count(b"\n") > 1000


@pytest.mark.slow  # two processes start
def test_a_cluster_of_two_workers_writes_the_same_files(tmp_path):
    distributed = pytest.importorskip("distributed")
    pytest.importorskip("pyarrow")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.getcwd(), os.environ.get("PYTHONPATH", "")]))
    job = grid_job()
    alone = written(job, tmp_path, "alone", threads=1)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        assert len(cluster.workers) == 2
        assert written(job, tmp_path, "cluster", scheduler=cluster.scheduler_address) == alone
        large = Job(space({"n": [10**6, 2 * 10**6], "width": [10**4, 2 * 10**4]}, "resnet50"))
        with pytest.raises(DimensionOverflow):  # what goes wrong on a worker is told here
            list(tables(large, scheduler=cluster.scheduler_address))


def test_parquet_holds_the_same_rows(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    values = {"n": [32, 64], "width": [8, 16]}
    job = Job(space(values, "resnet18"))
    path = str(tmp_path / "designs.parquet")
    with writing(path) as file:
        assert write_parquet(job.space, tables(job), file) == 4
    assert [list(row.values()) for row in parquet.read_table(path).to_pylist()] == by_integers(values, "resnet18")


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    job, path = Job(space({"n": [32, 64]}, "resnet18")), tmp_path / "designs.csv"
    path.write_text("before")

    def failing():
        yield job.table(0)
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="No space left"), writing_text(str(path)) as file:
        write_csv(job.space, failing(), file)
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["designs.csv"]


def test_a_scheduler_that_does_not_answer_is_named():
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match="no Dask scheduler answers there"):
        list(tables(grid_job(), scheduler="nonsense://nowhere"))


@pytest.mark.parametrize(
    ("text", "values"),
    [("7", [7]), ("1:4", [1, 2, 3, 4]), ("32:512:160", [32, 192, 352, 512]), ("9,1:3,2", [9, 1, 2, 3])],
)
def test_ranges(text, values):
    assert values_of(text, "--width") == values


@pytest.mark.parametrize("text", ["", "a", "4:1", "0", "1:2:0", "-3", "1::2", "1:99999999999", "٣"])
def test_what_is_no_range(text):
    with pytest.raises(UsageError, match="--width"):
        values_of(text, "--width")


def test_unknown_names_are_refused():
    with pytest.raises(UnknownName, match="growth"):
        space({"growth": [3]}, "resnet18")
    with pytest.raises(UsageError, match="unknown figure 'gflops'"):
        checked_figures(["gflops"])

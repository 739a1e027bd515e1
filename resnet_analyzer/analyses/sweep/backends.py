"""Where a sweep is worked out: here, on all cores, or on a Dask cluster. Tables come in one order always."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any

from ...errors import AnalyzerError, UsageError, install
from .work import Job

if TYPE_CHECKING:
    import numpy

AHEAD = 2  # chunks in the works per core or worker thread: all are busy, and memory stays flat


def tables(job: Job, threads: int = 0, scheduler: str | None = None) -> Iterator[numpy.ndarray]:
    """The tables of all parts of a sweep, in order; `threads` 0 are as many as cores, 1 works here and now.

    UsageError if the scheduler does not answer, or Dask is not installed.
    """
    if scheduler is not None:
        return _on_cluster(job, scheduler)
    count = threads or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1))
    if count == 1 or job.chunks == 1:
        return map(job.table, range(job.chunks))
    return _on_threads(job, count)


def _on_threads(job: Job, count: int) -> Iterator[numpy.ndarray]:
    """numpy lets go of Python's lock while it works, so threads do."""
    with ThreadPoolExecutor(count) as pool:
        yield from _in_order(lambda chunk: pool.submit(job.table, chunk), job.chunks, AHEAD * count)


def _in_order(start: Callable[[int], Any], chunks: int, ahead: int) -> Iterator[numpy.ndarray]:
    """Results in order, with so many in the works."""
    numbers = iter(range(chunks))
    waiting = deque(map(start, islice(numbers, ahead)))
    while waiting:
        table = waiting.popleft().result()
        waiting.extend(map(start, islice(numbers, 1)))
        yield table


def _on_cluster(job: Job, scheduler: str) -> Iterator[numpy.ndarray]:
    """The numbers of the chunks as a Dask array, a block each, mapped to tables on the workers."""
    try:
        import dask.array
        from distributed import Client
    except ImportError as error:
        raise UsageError(f"--scheduler needs Dask: {install('dask')}") from error
    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"--scheduler {scheduler}: no Dask scheduler answers there") from error
    with client:
        numbers = dask.array.arange(job.chunks, chunks=1)
        width = 1 + len(job.space.variables) + len(job.space.figures)
        mapped = numbers.map_blocks(
            _block, job, dtype="int64", chunks=((float("nan"),) * job.chunks, (width,)), new_axis=1
        )
        blocks = mapped.to_delayed().ravel()
        ahead = AHEAD * max(1, sum(client.nthreads().values()))
        try:
            yield from _in_order(lambda chunk: client.compute(blocks[chunk]), job.chunks, ahead)
        except AnalyzerError:
            raise
        except Exception as error:  # whatever the cluster makes of it
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise UsageError(
                f"--scheduler {scheduler}: the cluster could not do the work ({reason.rstrip('.')}). "
                "Scheduler and workers need this version of resnet-analyzer."
            ) from error


def _block(numbers: Any, job: Job) -> Any:
    """The table of a block that holds one chunk's number."""
    return job.table(int(numbers[0]))

"""What a writer is: a name, the endings of its files, and a function from a report to text."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..measure import WRITERS, Measurement
from ..report.model import Report


class Writer(NamedTuple):
    """A format: `render(report, width, colour)` gives the text, `suffixes` are its files' endings."""

    name: str
    suffixes: tuple[str, ...]
    render: Callable[[Report, int, bool], str]

    def show(self, measurement: Measurement) -> str:
        """A measurement in this format, as Python and notebooks show it."""
        from ..report.measured import measured_report

        return self.render(measured_report(measurement), 80, False)


def writer(name: str, *suffixes: str) -> Callable[[Callable[[Report, int, bool], str]], Callable[..., str]]:
    """Register the decorated function as the writer of the format `name`."""

    def register(render: Callable[[Report, int, bool], str]) -> Callable[[Report, int, bool], str]:
        WRITERS.add(name, Writer(name, suffixes, render))
        return render

    return register

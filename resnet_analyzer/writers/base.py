"""What a writer is: a name, the endings of its files, and a function from a report to text."""

from __future__ import annotations

from collections.abc import Callable

from ..frozen import NamedTuple
from ..measurement import WRITERS, Measurement
from ..report.model import Report


class Writer(NamedTuple):
    """A format: `render(report, width, colour)` gives the text, `suffixes` are its files' endings.

    `part` gives it as a part of another page, where that is not the same; `pictures` are the endings of
    the pictures that the text refers to by their files (empty: it holds its pictures, or has none).
    """

    name: str
    suffixes: tuple[str, ...]
    render: Callable[[Report, int, bool], str]
    part: Callable[[Report], str] | None = None
    pictures: str = ""

    def show(self, measurement: Measurement) -> str:
        """A measurement in this format, as Python and notebooks show it."""
        from ..report.measured import measured_report

        return self.fragment(measured_report(measurement))

    def fragment(self, report: Report) -> str:
        """A report in this format, to be a part of another page or screen."""
        return self.part(report) if self.part else self.render(report, 80, False)


def writer(
    name: str, *suffixes: str, part: Callable[[Report], str] | None = None, pictures: str = ""
) -> Callable[[Callable[[Report, int, bool], str]], Callable[..., str]]:
    """Register the decorated function as the writer of the format `name`."""

    def register(render: Callable[[Report, int, bool], str]) -> Callable[[Report, int, bool], str]:
        WRITERS.add(name, Writer(name, suffixes, render, part, pictures))
        return render

    return register

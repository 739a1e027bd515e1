"""What long reports share: pictures under the names of their files, and everything they say as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..measurement import Measurement
from ..plots.base import PLOTS
from .model import Figure, Report, Section, Table

PICTURES = "pictures"  # the folder beside the reports


def figure(stem: str, plot: str, measured: Measurement | Sequence[Measurement], **options: Any) -> Figure:
    """The picture of that kind, to be written as `pictures/STEM-PLOT.svg` (and .png)."""
    return Figure(PLOTS[plot].draw(measured, **options), f"{PICTURES}/{stem}-{plot}")


def as_section(report: Report, title: str, asked: str) -> Section:
    """A short report as a part of a long one: its tables, and its notes as sentences below them."""
    see = tuple(f"{label}: {text}." for label, text in report.notes)
    return Section(title, (asked,), report.tables, see=see)


def with_sections(report: Report, sections: Sequence[Section], first: Sequence[Section] = ()) -> Report:
    """The report with more sections behind its own, and before them; its data tell them too."""
    if not sections and not first:
        return report
    longer = report._replace(sections=(*first, *report.sections, *sections))
    return longer._replace(data=lambda: {**report.data(), "sections": list(map(_section, longer.sections))})


def loose(report: Report) -> Report:
    """The report for a place that has no folder beside it: its pictures have no files, only words."""
    sections = tuple(
        section._replace(figures=tuple(Figure(each.drawing) for each in section.figures)) for section in report.sections
    )
    return report._replace(sections=sections)


def report_data(report: Report, about: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A long report as the JSON contract has it: `about` first, then everything that it says."""
    return {
        "schema": 2,
        "kind": "report",
        **(about or {}),
        "title": report.title,
        "lead": list(report.lead),
        "notes": [list(note) for note in report.notes],
        "sections": [_section(section) for section in report.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "paragraphs": list(section.paragraphs),
        "tables": [_table(table) for table in section.tables],
        "pictures": [
            {"name": each.drawing.name, "title": each.drawing.title, "alt": each.drawing.alt, "file": each.file or None}
            for each in section.figures
        ],
        "see": list(section.see),
        "links": [link._asdict() for link in section.links],
    }


def _table(table: Table) -> dict[str, Any]:
    """Raw values; shares and ratios in millionths, as the kinds of the columns say."""
    return {
        "title": table.title,
        "columns": [{"title": column.title, "kind": column.kind} for column in table.columns],
        "rows": [list(row) for row in table.rows],
    }


def finished(report: Report, about: Mapping[str, Any] | None = None) -> Report:
    """The report with the data that follows from its sections."""
    return report._replace(data=lambda: report_data(report, about))


def document(title: str, lead: Sequence[str], sections: Sequence[Section], notes: Sequence[tuple[str, str]] = ()) -> Report:  # fmt: skip  # noqa: E501
    """A long report of sections alone."""
    return finished(Report(title, (), tuple(notes), dict, tuple(lead), tuple(sections)))

"""The parts of a report on networks by short names, for those who want a few of them."""

from __future__ import annotations

from ..errors import UnknownName
from .model import Report, Section

SECTIONS = {  # the name that is asked for, and how the section's title begins
    "changes": "What changed",
    "glance": "At a glance",
    "network": "The network",
    "stages": "Stage by stage",
    "places": "Where the parameters and MACs are",
    "sizes": "How the size shrinks",
    "receptive": "What a unit sees",
    "memory": "Memory",
    "training": "Training",
    "time": "Bounds on time",
    "published": "Published numbers beside ours",
    "counted": "What is counted",
    "layers": "Every layer",
    "conventions": "What other tools print",
    "crosscheck": "Checked against a running model",
}
BRIEF = ("changes", "glance", "stages")  # what a comment on a pull request has room for


def chosen(report: Report, names: tuple[str, ...]) -> Report:
    """The report with these parts alone, in its own order; UnknownName for a part that no report has.

    A page that holds parts recomputes nothing: its sliders belong to the whole.
    """
    for name in names:
        if name not in SECTIONS:
            raise UnknownName("section", name, SECTIONS, f"Known: {', '.join(SECTIONS)}.")
    kept = tuple(section for section in report.sections if name_of(section) in names)
    whole = report.data
    return report._replace(sections=kept, live=None, data=lambda: _data(whole(), kept))


def name_of(section: Section) -> str:
    """The short name of a section.

    >>> name_of(Section("Every layer of resnet18")), name_of(Section("What changed: resnet34"))
    ('layers', 'changes')
    """
    return next((name for name, title in SECTIONS.items() if section.title.startswith(title)), "")


def _data(whole: object, kept: tuple[Section, ...]) -> dict[str, object]:
    data = dict(whole) if isinstance(whole, dict) else {}
    titles = {section.title for section in kept}
    return {**data, "sections": [each for each in data.get("sections", ()) if each["title"] in titles]}


def without_directions(report: Report) -> Report:
    """The report for a format that shows no pictures: without the sentences on how to read one that is not there."""
    sections = tuple(
        section._replace(see=()) if section.figures and not section.tables and not section.paragraphs else section
        for section in report.sections
    )
    return report._replace(sections=sections)

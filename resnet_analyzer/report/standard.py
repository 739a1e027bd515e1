"""The standard reports: one for each network of the course, the lessons, and the page that leads to all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..analyses.formula.recipe import recipe_of
from ..architectures.base import find
from ..measurement import WRITERS, measure
from ..numbers import short
from .document import document
from .files import drawn_by, files_of
from .lessons.base import LESSONS
from .model import Figure, Link, Report, Section
from .network import network_report

NETWORKS = (
    "alexnet", "vgg19", "googlenet", "plain34", "resnet34", "resnet50", "resnet101", "resnet152",
    "resnext50_32x4d", "densenet121", "lecture50", "lecture101", "lecture152",
)  # fmt: skip
CROSSCHECK = "crosscheck"
CHECKED = Link("Cross-check", CROSSCHECK, "Every network built and run in Keras, beside our figures.")
FINDING = re.compile(r"^- \*\*arithmetic\*\*: (.*)$", re.MULTILINE)


class Standard(NamedTuple):
    """A report, the name of its file, and its line in the index."""

    name: str
    report: Report
    says: str


def standard_files(folder: str) -> dict[str, bytes]:
    """All standard reports and their pictures, names below `folder` to contents; the index last."""
    writer = WRITERS["markdown"]
    networks, lessons = list(networks_of_the_course()), list(all_lessons(crosscheck_findings(folder)))
    files = drawn_by()
    for each in (*lessons, *networks):
        files |= files_of(each.report, each.name, writer)
    has_crosscheck = os.path.exists(os.path.join(folder, f"{CROSSCHECK}.md"))
    return files | files_of(index(lessons, networks, has_crosscheck), "index", writer)


def crosscheck_findings(folder: str) -> tuple[str, ...]:
    """What the cross-check in that folder says of layers that were run against each other; nothing without one."""
    try:
        with open(os.path.join(folder, f"{CROSSCHECK}.md"), encoding="utf-8") as file:
            return tuple(found.replace("\\", "") for found in FINDING.findall(file.read()))
    except OSError:
        return ()


def all_lessons(findings: Sequence[str] = ()) -> Iterator[Standard]:
    """The lessons in the order of the index."""
    for each in sorted((lesson for _, lesson in LESSONS.items()), key=lambda lesson: lesson.place):
        yield Standard(each.name, each.make(findings), each.says)


def networks_of_the_course() -> Iterator[Standard]:
    """A report for each network of the course."""
    for name in NETWORKS:
        known = find(name)
        measured = measure(known.graph())
        totals = measured.totals
        says = f"{short(totals.params)} parameters, {short(totals.macs, 'MACs')}"
        yield Standard(name, network_report(measured, name, known, recipe_of(known)), f"{says}.")


def index(lessons: Sequence[Standard], networks: Sequence[Standard], has_crosscheck: bool) -> Report:
    """The page that leads to all, with one picture of each."""
    lead = (
        "What comes out of every layer, how many parameters has it, what does it cost, and is that really so? These "
        "pages answer it for the networks of the course, with tables, pictures and formulas.",
        "Every number is worked out anew by: resnet-analyze report --standard",
    )
    sections = [
        Section("Lessons", links=tuple(map(_link, lessons))),
        Section("Networks", links=tuple(map(_link, networks))),
    ]
    if has_crosscheck:
        sections.append(Section("Is it really so?", links=(CHECKED,)))
    sections += map(_entry, (*lessons, *networks))
    return document("Reports", lead, sections)


def _link(each: Standard) -> Link:
    return Link(_name(each), each.name, each.says)


def _name(each: Standard) -> str:
    return each.report.title.split(" · ")[0]


def _entry(each: Standard) -> Section:
    """A report's first picture, and the way there."""
    figures: tuple[Figure, ...] = each.report.figures[:1]
    return Section(_name(each), figures=figures, links=(Link("Read on", each.name, each.says),))

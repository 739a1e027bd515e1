"""All that is known of one network in one page, without a picture that has axes: what a browser saves."""

from __future__ import annotations

from ..measurement import Measurement
from .conventions import conventions_report
from .document import document, loose
from .document import figure as drawn
from .measured import measured_report
from .memory import memory_section
from .model import Report, Section
from .receptive import receptive_section


def whole_report(measurement: Measurement) -> Report:
    """The report: the drawing, stages, cost, memory, what units see, what other tools print, every layer."""
    short = measured_report(measurement)
    name = measurement.graph.name
    sections = [
        Section("The network", (), (), (drawn(name, "architecture", measurement),)),
        Section("Stage by stage", (), short.tables),
        Section("Cost", (), (), (drawn(name, "cost", measurement),)),
        memory_section(measurement),
        receptive_section(measurement),
        Section("What other tools print", (), conventions_report(measurement).tables),
        Section("Every layer", (), measured_report(measurement, "layer").tables, folded=True),
    ]
    return loose(document(short.title, (), sections, short.notes))

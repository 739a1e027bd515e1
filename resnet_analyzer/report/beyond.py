"""Beyond FLOPs: the sections of a network's report on receptive fields, memory, training and bounds on time."""

from __future__ import annotations

from ..analyses.device import device
from ..analyses.fields import fields
from ..analyses.roofline import roofline
from ..measurement import Measurement
from .document import figure
from .memory import memory_section
from .model import Section
from .receptive import last_of_plain_size, receptive_section
from .roofline import roofline_section
from .training import training_section

DEVICE = "t4"  # of which the bounds in reports are


def beyond_flops(measurement: Measurement, stem: str) -> tuple[Section, ...]:
    """What a unit sees, memory, training, bounds on time; pictures where there is something to draw."""
    drawn = last_of_plain_size(fields(measurement)) is not None
    worked = any(row.macs for row in measurement.rows)
    return (
        receptive_section(measurement, (figure(stem, "receptive", measurement),) if drawn else ()),
        memory_section(measurement, (figure(stem, "memory", measurement),)),
        training_section(measurement, (figure(stem, "training", measurement),) if worked else ()),
        roofline_section(
            roofline(measurement, device(DEVICE)), (figure(stem, "roofline", measurement),) if worked else ()
        ),
    )

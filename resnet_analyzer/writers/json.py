"""For machines: the JSON contract, schema 1."""

from __future__ import annotations

import json

from ..report.model import Report
from .base import writer


@writer("json", ".json")
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    """The report's data as JSON, in ASCII: it survives every encoding."""
    return json.dumps(report.data(), indent=1) + "\n"

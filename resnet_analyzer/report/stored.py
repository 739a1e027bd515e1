"""Studies that were run once and are kept with the package: what was trained and measured, with its versions.

`resnet-analyze degradation` and `resnet-analyze gradients` run them again; lessons read what is kept.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

from ..analyses.degradation import Study, study_of
from ..analyses.signals import SignalStudy, signals_of

FOLDER = os.path.join(os.path.dirname(__file__), "data")


@cache
def degradation() -> Study:
    """The committed run of the degradation study."""
    return study_of(_read("degradation.json"), "degradation.json")


@cache
def signals() -> SignalStudy:
    """The committed measurement of signals and gradients."""
    return signals_of(_read("signals.json"), "signals.json")


def _read(name: str) -> Any:
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return json.load(file)

"""`python -m tests.benchmarks [--keras PYTHON]`: the table, about a minute; with keras a minute more."""

from __future__ import annotations

import argparse
import platform
import sys

from . import inside, processes
from .table import table

parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
parser.add_argument("--keras", metavar="PYTHON", default=sys.executable, help="a Python that has keras installed")
options = parser.parse_args()

print(f"Python {platform.python_version()}, {platform.machine()}; main job: resnet-analyze", *processes.MAIN_JOB)
print(table([*processes.lines(options.keras), *inside.lines()]), flush=True)

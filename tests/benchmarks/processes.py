"""Whole processes: user and system time, and instructions where valgrind is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from .table import Line

ROOT = Path(__file__).parents[2]
PAIRS = 25
# the script that pip writes for `resnet-analyze`
SCRIPT = "import sys\nfrom resnet_analyzer.__main__ import run\nif __name__ == '__main__':\n    sys.exit(run())\n"
MAIN_JOB = ("--depth", "50", "--input", "224")
SUMMARY = "import keras; keras.applications.ResNet50(weights=None).summary()"


def environment(**more: str) -> dict[str, str]:
    """The least that a process needs, the same each time."""
    path = os.environ.get("PATH", os.defpath)
    return {"PATH": path, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", **more}


def cpu(command: list[str], **more: str) -> float:
    """Seconds of user and system time that a command takes."""
    quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in (0, 1, 2)]
    child = os.posix_spawn(command[0], command, environment(**more), file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with status {status}")
    return usage.ru_utime + usage.ru_stime


def ratio(one: list[str], other: list[str], pairs: int = PAIRS) -> tuple[float, float, float]:
    """Median of the ratios of paired runs, and the median seconds of either."""
    cpu(one), cpu(other)
    taken = [(cpu(one), cpu(other)) for _ in range(pairs)]
    return median(a / b for a, b in taken), median(a for a, _ in taken), median(b for _, b in taken)


def times(what: str, goal: str, one: list[str], other: list[str], pairs: int = PAIRS) -> Line:
    """One process over another."""
    found, first, second = ratio(one, other, pairs)
    return Line(what, f"{found:.1f} ×", goal, f"{first * 1e3:.1f} ms / {second * 1e3:.1f} ms, user + system")


def instructions(command: list[str], folder: str) -> int:
    """Instructions that a command executes, as callgrind counts them."""
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind", *command]
    done = subprocess.run(valgrind, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def counted(ours: list[str], empty: list[str], folder: str) -> Line:
    """Instructions of the main job over those of an empty Python, and whether they repeat."""
    what = "main job / python -c pass, callgrind"
    if not shutil.which("valgrind"):
        return Line(what, "–", "", "valgrind is not installed")
    first, again, base = instructions(ours, folder), instructions(ours, folder), instructions(empty, folder)
    repeats = "repeats to the digit" if first == again else f"does not repeat: {again - first:+,}"
    return Line(what, f"{first / base:.2f} ×", "", f"{first:,} / {base:,} instructions; {repeats}")


def with_keras(keras: str, ours: list[str]) -> Line:
    """Keras' own summary of ResNet50 over the main job."""
    what = "keras ResNet50().summary() / main job"
    found = shutil.which(keras)
    summary = [found or keras, "-c", SUMMARY]
    hidden = {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    try:
        cpu([summary[0], "-c", "import importlib.util as u, sys; sys.exit(not u.find_spec('keras'))"])
    except (RuntimeError, OSError):
        return Line(what, "–", "≥ 40 ×", "no keras there: name another Python with --keras")
    taken = [(cpu(summary, **hidden), cpu(ours)) for _ in range(4)][1:]
    figure = median(a / b for a, b in taken)
    made_of = f"{median(a for a, _ in taken):.2f} s / {median(b for _, b in taken) * 1e3:.1f} ms, user + system"
    return Line(what, f"{figure:.0f} ×", "≥ 40 ×", made_of)


def lines(keras: str) -> Iterator[Line]:
    """All benchmarks of whole processes; `keras` is a Python that may have keras installed."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "resnet-analyze"
        script.write_text(SCRIPT, encoding="utf-8")
        ours, empty = [sys.executable, str(script), *MAIN_JOB], [sys.executable, "-c", "pass"]
        deep = [sys.executable, str(script), "resnet1202"]
        yield times("main job / python -c pass", "≤ 6 ×", ours, empty)
        yield times("python -c 'import click' / python -c pass", "", [sys.executable, "-c", "import click"], empty)
        yield counted(ours, empty, folder)
        yield times("resnet1202 / main job", "≤ 2 ×", deep, ours)
        yield with_keras(keras, ours)

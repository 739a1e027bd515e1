"""A picture of a sweep: a figure over another one or over a variable, networks distinguished by colour and marker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._files import save, settings

LABELS = {
    "params": "parameters",
    "all_params": "parameters and statistics",
    "macs": "MACs",
    "flops": "FLOPs",
    "n": "input size",
}
# Okabe & Ito 2008, Color Universal Design: told apart by everybody
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
MARKERS = "os^Dv<>P"


def save_sweep(names: Sequence[str], rows: Sequence[Sequence[Any]], across: str, up: str, path: str) -> None:
    """Draw rows (whose columns are `names`) as points; OutputError if the file cannot be written whole."""
    with settings():
        save(_drawn(names, rows, across, up), path, dpi=150)


def _drawn(names: Sequence[str], rows: Sequence[Sequence[Any]], across: str, up: str) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    x, y = names.index(across), names.index(up)
    networks = list(dict.fromkeys((row[0], row[1]) for row in rows))
    for number, network in enumerate(networks):
        points = sorted((row[x], row[y]) for row in rows if (row[0], row[1]) == network and row[x] is not None)
        name = network[0] if network[1] in ("", "paper") else f"{network[0]} ({network[1]})"
        axes.plot(
            [point[0] for point in points],
            [point[1] for point in points],
            MARKERS[number % len(MARKERS)],
            color=COLOURS[number % len(COLOURS)],
            markersize=4 if len(points) < 500 else 2,
            linewidth=0,
            label=name,
        )
    _finish(axes, across, up, rows, (x, y), len(networks))
    return figure


def _finish(axes: Any, across: str, up: str, rows: Sequence[Sequence[Any]], places: tuple[int, int], count: int) -> None:  # fmt: skip  # noqa: E501
    """Axes with units, wide ranges in decades, a legend where there are several."""
    from matplotlib.ticker import EngFormatter

    for axis, name, place, scale in (
        (axes.xaxis, across, places[0], axes.set_xscale),
        (axes.yaxis, up, places[1], axes.set_yscale),
    ):
        values = [row[place] for row in rows if row[place]]
        if values and max(values) > 50 * min(values):
            scale("log")
        axis.set_label_text(LABELS.get(name, name.replace("_", " ")))
        axis.set_major_formatter(EngFormatter(sep=""))
    axes.grid(True, linewidth=0.4, alpha=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    if 1 < count <= 16:
        axes.legend(frameon=False, fontsize=8)

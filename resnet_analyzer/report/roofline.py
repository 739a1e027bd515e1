"""Bounds on time: what each layer computes and moves, which of the two bounds it, and every figure by hand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..analyses.device import Device
from ..analyses.roofline import Bound, Roofline
from ..measurement import Measurement
from ..numbers import grouped, many, short
from .model import Column, Report, Section, Table

LAYERS = (
    Column("layer", wrapped=True),
    Column("MACs", "count", drop=5),
    Column("bytes", "count", drop=4),
    Column("2·MACs a byte", "shape", drop=2),
    Column("bound by"),
    Column("at least", "shape"),
    Column("by hand", drop=6),
)
WHOLE = (Column("bound"), Column("at least", "shape"), Column("moves", "shape", drop=1), Column("under the assumption", wrapped=True))  # fmt: skip  # noqa: E501
COUNTED = (
    "lower bounds, never predictions: max(2·MACs / peak rate, bytes / bandwidth), each input, weight and output moved "
    "once; other arithmetic, launches and algorithms that multiply less (Winograd) are outside the model"
)
HELPED = 3
TIMES = ((Fraction(1), "s"), (Fraction(1, 10**3), "ms"), (Fraction(1, 10**6), "µs"), (Fraction(1, 10**9), "ns"))


def in_seconds(time: Fraction) -> str:
    """Seconds in four digits and the unit that fits.

    >>> in_seconds(Fraction(1149, 10**9)), in_seconds(Fraction(39, 10**4)), in_seconds(Fraction(0))
    ('1.149 µs', '3.900 ms', '0 s')
    """
    if not time:
        return "0 s"
    size, unit = next((pair for pair in TIMES if time >= pair[0]), TIMES[-1])
    return f"{format(float(time / size), '#.4g').rstrip('.')} {unit}"


def roofline_report(
    measurement: Measurement, found: Roofline, by: str = "layer", seconds: Fraction | None = None
) -> Report:
    """The report on a network's bounds; `by` is layer or fused, `seconds` what one run was measured to take."""
    name = measurement.graph.about.get("title", measurement.graph.name)
    title = f"{name} · bounds on time, batch {measurement.batch}, {found.dtype}, {found.device.title}"
    shown = found.fused if by == "fused" else found.layers
    tables = (whole_table(found), bounds_table(shown))
    notes = (*_facts(found), *_measured(found, seconds), *sources(found.device, found.dtype), ("counted", COUNTED))
    return Report(title, tables, notes, lambda: _data(measurement, found, seconds))


def bounds_table(bounds: Sequence[Bound]) -> Table:
    """A line per layer, or per group of fused layers."""
    return Table(LAYERS, tuple(map(_line, bounds)))


def _line(each: Bound) -> tuple[Any, ...]:
    return (
        each.name, each.macs, each.bytes, f"{float(each.intensity):.4g}", each.bound_by, _least(each), by_hand(each),
    )  # fmt: skip


def _least(each: Bound) -> str:
    return f"{'' if each.exact else '≥ '}{in_seconds(each.seconds)}"


def by_hand(each: Bound) -> str:
    """The bound with its numbers: all that it takes to work it out.

    >>> by_hand(Bound(("conv",), 100, 8, 4, 16, 4, 1000, 56))
    'max(2·100/1,000, 4·(8 + 4 + 16)/56) = 2.000 s'
    """
    moved = f"{each.itemsize}·({grouped(each.read)} + {grouped(each.weights)} + {grouped(each.written)})"
    computed = f"2·{grouped(each.macs)}/{grouped(each.rate)}"
    return f"max({computed}, {moved}/{grouped(each.bandwidth)}) = {in_seconds(each.seconds)}"


def whole_table(found: Roofline) -> Table:
    """The three bounds of the whole network."""
    rows = (
        ("layer by layer", found.seconds, sum(each.bytes for each in found.layers), "every tensor goes through memory"),
        (
            "fused",
            found.fused_seconds,
            sum(each.bytes for each in found.fused),
            "element-wise layers join the one before",
        ),
        ("all in a cache", found.cached.seconds, found.cached.bytes, "weights, inputs and outputs alone are moved"),
    )
    sign = "≥ " if found.unknown else ""
    return Table(
        WHOLE, tuple((what, sign + in_seconds(time), short(size, "B"), says) for what, time, size, says in rows)
    )


def _facts(found: Roofline) -> list[tuple[str, str]]:
    notes = [("ridge", f"{float(found.ridge):.4g} FLOPs a byte: below, memory is the bound")]
    bound = [each for each in found.layers if each.bound_by == "memory"]
    time = sum((each.seconds for each in bound), Fraction(0))
    if bound and found.seconds:
        share = float(100 * time / found.seconds)
        notes.append(
            ("memory-bound", f"{len(bound)} of {len(found.layers)} layers, {share:.0f} % of the bound: "
             "faster arithmetic would not speed them up")
        )  # fmt: skip
    helped = saved_by_fusion(found)[:HELPED]
    if helped:
        notes.append(("fusion helps", "; ".join(f"{each.name} {in_seconds(saved)}" for each, saved in helped)))
    if found.unknown:
        notes.append(("unknown", f"{many(len(found.unknown), 'layer')}: {', '.join(found.unknown[:5])}"))
    return notes


def saved_by_fusion(found: Roofline) -> list[tuple[Bound, Fraction]]:
    """The groups of fused layers whose bound falls, and by how much, the most first."""
    apart = {name: each.seconds for each in found.layers for name in each.names}
    saved = [
        (each, sum((apart.get(name, Fraction(0)) for name in each.names), Fraction(0)) - each.seconds)
        for each in found.fused
    ]
    return sorted([pair for pair in saved if pair[1] > 0], key=lambda pair: -pair[1])


def _measured(found: Roofline, seconds: Fraction | None) -> list[tuple[str, str]]:
    if not seconds:
        return []
    cached = _share(found.cached.seconds, seconds)
    words = f"{float(seconds) * 1000:.4g} ms a run: the bound with all in a cache is {cached} of it"
    return [("measured", f"{words}, that of fused layers {_share(found.fused_seconds, seconds)}")]


def _share(bound: Fraction, seconds: Fraction) -> str:
    return f"{float(100 * bound / seconds):.1f} %"


def sources(device: Device, dtype: str) -> tuple[tuple[str, str], ...]:
    """The device's figures and where they stand."""
    rate = device.rate(dtype)
    return (
        ("peak rate", f"{grouped(rate.amount)} operations a second in {dtype} ({rate.source})"),
        ("bandwidth", f"{grouped(device.bandwidth.amount)} bytes a second ({device.bandwidth.source})"),
    )


def roofline_section(found: Roofline, figures: tuple[Any, ...] = ()) -> Section:
    """The three bounds as a part of a long report."""
    asked = f"How fast could it be at best, one image at a time in {found.dtype} on {found.device.title}?"
    see = [f"{label[0].upper()}{label[1:]}: {words}." for label, words in _facts(found)]
    see += [f"{label[0].upper()}{label[1:]}: {words}." for label, words in sources(found.device, found.dtype)]
    table = whole_table(found)._replace(live="roofline")
    said = (*see, f"{COUNTED[0].upper()}{COUNTED[1:]}.")
    return Section("Bounds on time", (asked,), (table,), figures, said, live="roofline")


def _data(measurement: Measurement, found: Roofline, seconds: Fraction | None) -> dict[str, Any]:
    rate, bandwidth = found.device.rate(found.dtype), found.device.bandwidth
    return {
        "schema": 2,
        "kind": "roofline",
        "model": measurement.graph.name,
        "batch": measurement.batch,
        "dtype": found.dtype,
        "device": {
            "name": found.device.name,
            "operations_per_second": rate.amount,
            "operations_source": rate.source,
            "bytes_per_second": bandwidth.amount,
            "bytes_source": bandwidth.source,
        },
        "status": "lower_bound" if found.unknown else "complete",
        "picoseconds": {
            "layers": _pico(found.seconds),
            "fused": _pico(found.fused_seconds),
            "cached": _pico(found.cached.seconds),
        },
        "measured_picoseconds": None if seconds is None else _pico(seconds),
        "layers": [_bound(each) for each in found.layers],
        "groups": [_bound(each) for each in found.fused],
        "unknown": list(found.unknown),
    }


def _pico(time: Fraction) -> int:
    """Whole picoseconds, rounded down: a bound stays one."""
    return int(time * 10**12)


def _bound(each: Bound) -> dict[str, Any]:
    return {
        "names": list(each.names),
        "macs": each.macs,
        "read": each.read,
        "weights": each.weights,
        "written": each.written,
        "bytes": each.bytes,
        "bound_by": each.bound_by,
        "picoseconds": _pico(each.seconds),
        "exact": each.exact,
    }

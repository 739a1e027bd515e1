"""How each tool counts: an entry for every registered convention."""

from __future__ import annotations

import resnet_analyzer as ra
from resnet_analyzer.conventions.base import CONVENTIONS

from .tables import plain

CONVENTIONS.discover()  # pages are written by several threads


def conventions() -> str:
    """Every convention with what it counts, whose it is, where that stands, and what it is known to get wrong."""
    parts = []
    for name, each in sorted(CONVENTIONS.items()):  # they are registered in the order in which they were looked up
        whose = f"{each.tool} {each.version}".strip()
        parts.append(f"## {plain(name)}\n\n{plain(each.says[:1].upper() + each.says[1:])}.")
        parts.append(f"- **whose**: {plain(whose)}\n- **source**: {plain(each.source)}")
        if each.faults:
            parts.append("Known faults:\n\n" + "\n".join(f"- {plain(fault)}" for fault in each.faults))
    return "\n\n".join(parts)


README_TOOLS = ("fvcore", "thop", "calflops")
MORE_TOOLS = ("torch_flop_counter", "fvcore", "thop", "torchinfo", "ptflops", "calflops")


SYMBOLS = {
    "multiply-accumulates": "M",
    "normalisation": "BN",
    "activation functions": "R",
    "max pool": "P",
    "average pool": "A",
}
HEADS = {
    "": "tool | calls it | prints | "
    "which is (M: MACs; BN: elements normalised; R: through ReLU; P, A: read by the pools)",
    "more": "tool | calls it | prints | which is",
    "zh": "工具 | 叫法 | 给出 | 构成（M：MACs；BN：归一化的元素数；R：经过 ReLU 的元素数；P、A：池化层读入的元素数）",
}


def peers(which: str = "") -> str:
    """What a few tools print for torchvision's ResNet-50, in the terms of one; `more`: six; `zh`: in Chinese."""
    found = ra.tool_numbers("resnet50@torchvision")
    once = {part.item: part.amount for part in found["calflops"].parts}
    once["multiply-accumulates"] //= 2
    once["normalisation"] //= 2
    lines = [f"| {HEADS.get(which, HEADS[''])} |", "|---|---|--:|---|"]
    for name in MORE_TOOLS if which == "more" else README_TOOLS:
        told = found[name]
        amounts: dict[str, int] = {}
        for part in told.parts:
            amounts[part.item] = amounts.get(part.item, 0) + part.amount
        made_of = " + ".join(
            _term(amount, SYMBOLS[item], once[item]) if item in SYMBOLS else f"{amount:,}"
            for item, amount in amounts.items()
        )
        lines.append(f"| {plain(told.convention.label)} | {told.convention.calls} | {told.number:,} | {made_of} |")
    return "\n".join(lines)


def _term(amount: int, symbol: str, one: int) -> str:
    """An amount as a multiple of what a symbol stands for, and what is left."""
    times, rest = divmod(amount, one)
    return f"{f'{times}·' if times > 1 else ''}{symbol}{f' + {rest:,}' if rest else ''}"

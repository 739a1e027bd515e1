"""How each tool counts: an entry for every registered convention."""

from __future__ import annotations

from resnet_analyzer.conventions.base import CONVENTIONS

from .tables import plain


def conventions() -> str:
    """Every convention with what it counts, whose it is, where that stands, and what it is known to get wrong."""
    parts = []
    for name, each in CONVENTIONS.items():
        whose = f"{each.tool} {each.version}".strip()
        parts.append(f"## {plain(name)}\n\n{plain(each.says[:1].upper() + each.says[1:])}.")
        parts.append(f"- **whose**: {plain(whose)}\n- **source**: {plain(each.source)}")
        if each.faults:
            parts.append("Known faults:\n\n" + "\n".join(f"- {plain(fault)}" for fault in each.faults))
    return "\n\n".join(parts)

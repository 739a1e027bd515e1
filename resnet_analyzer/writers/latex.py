"""For papers: a booktabs table."""

from __future__ import annotations

from ..report.model import Report
from .base import writer
from .markdown import spelled

SIGNS = {"×": r"$\times$", "−": "$-$", "≥": r"$\geq$", "·": r"$\cdot$", "→": r"$\to$", "–": "--", "…": r"\dots{}"}
SPECIAL = {c: f"\\{c}" for c in "&%$#_{}"} | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}  # fmt: skip  # noqa: E501
ESCAPES = str.maketrans(SPECIAL | SIGNS)


@writer("latex", ".tex")
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    """Every table with \\toprule, \\midrule, \\bottomrule; title and sentences as comments."""
    from tabulate import tabulate

    blocks = [_comment(report.title)]
    for table in report.tables:
        titles, rows = spelled(table)
        titles, *rows = [[cell.translate(ESCAPES) for cell in row] for row in (titles, *rows)]
        aligns = ["right" if column.right else "left" for column in table.columns]
        blocks += [_comment(table.title)] if table.title else []
        text = tabulate(rows, titles, "latex_raw", colalign=aligns if rows else None, disable_numparse=True)
        blocks.append(_booktabs(text))
    blocks += [_comment(f"{label}: {text}") for label, text in report.notes]
    return "\n".join(blocks) + "\n"


def _comment(text: str) -> str:
    return f"% {' '.join(text.split())}"


def _booktabs(text: str) -> str:
    for rule in ("\\toprule", "\\midrule", "\\bottomrule"):
        text = text.replace("\\hline", rule, 1)
    return text

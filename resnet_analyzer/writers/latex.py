"""For papers: a booktabs table."""

from __future__ import annotations

from ..report.model import Report, Table
from .base import writer
from .markdown import spelled, tabulated

# what tabulate leaves as it is: it escapes only TeX's own signs
SIGNS = str.maketrans(
    {
        "×": r"$\times$",
        "−": "$-$",
        "≥": r"$\geq$",
        "·": r"$\cdot$",
        "→": r"$\to$",
        "–": "--",
        "…": r"\dots{}",
        "|": r"\textbar{}",
    }
)


@writer("latex", ".tex")
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    r"""Every table with \toprule, \midrule, \bottomrule; title and sentences as comments."""
    blocks = [_comment(report.title)]
    for table in report.tables:
        blocks += [_comment(table.title)] if table.title else []
        blocks.append(_table(table))
    blocks += [_comment(f"{label}: {text}") for label, text in report.notes]
    return "\n".join(blocks) + "\n"


def _table(table: Table) -> str:
    titles, rows = spelled(table)
    cells = [[" ".join(cell.split()) for cell in row] for row in rows]
    return tabulated(titles, cells, table, "latex_booktabs").translate(SIGNS)


def _comment(text: str) -> str:
    return f"% {' '.join(text.split())}"

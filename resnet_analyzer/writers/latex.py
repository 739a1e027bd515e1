"""For papers: a booktabs table."""

from __future__ import annotations

from ..report.model import Report, Table
from .base import writer
from .markdown import spelled

SIGNS = {
    "×": r"$\times$",
    "−": "$-$",
    "≥": r"$\geq$",
    "·": r"$\cdot$",
    "→": r"$\to$",
    "–": "--",
    "…": r"\dots{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}
ESCAPES = str.maketrans({sign: f"\\{sign}" for sign in "&%$#_{}"} | SIGNS)


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
    head, *body = [_row(cells) for cells in (titles, *rows)]
    aligns = "".join("r" if column.right else "l" for column in table.columns)
    rules = [rf"\begin{{tabular}}{{{aligns}}}", r"\toprule", head, r"\midrule", *body, r"\bottomrule", r"\end{tabular}"]
    return "\n".join(rules)


def _row(cells: list[str]) -> str:
    return " & ".join(" ".join(cell.translate(ESCAPES).split()) for cell in cells) + r" \\"


def _comment(text: str) -> str:
    return f"% {' '.join(text.split())}"

"""For papers: booktabs tables."""

from __future__ import annotations

from collections.abc import Iterator

from ..report.model import Report, Section, Table
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
        "⌊": r"$\lfloor$",
        "⌋": r"$\rfloor$",
        "²": "$^2$",
    }
)


TEXT = str.maketrans({sign: f"\\{sign}" for sign in "#$%&_{}"} | SIGNS | {ord("\\"): r"\textbackslash{}", ord("~"): r"\textasciitilde{}", ord("^"): r"\textasciicircum{}", ord("<"): r"\textless{}", ord(">"): r"\textgreater{}"})  # fmt: skip  # noqa: E501
LONG = 40  # rows: more do not fit a page


@writer("latex", ".tex", pictures="png")
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    r"""Every table with \toprule, \midrule, \bottomrule; sections as such; title and labelled sentences as comments."""
    blocks = [_comment(report.title)]
    for table in report.tables:
        blocks += _titled(table)
    if report.sections:
        blocks += [_comment(r"\usepackage{booktabs,longtable,graphicx}"), rf"\section*{{{_text(report.title)}}}"]
        blocks += map(_text, report.lead)
    for section in report.sections:
        blocks += ["", *_section(section)]
    if not report.all_tables and report.notes:  # then they are all there is
        items = [rf"\item[{_text(label)}] {_text(text)}" for label, text in report.notes]
        blocks += [r"\begin{description}", *items, r"\end{description}"]
    else:
        blocks += [_comment(f"{label}: {text}") for label, text in report.notes]
    return "\n".join(blocks) + "\n"


def _section(section: Section) -> Iterator[str]:
    yield rf"\subsection*{{{_text(section.title)}}}"
    yield from (f"{_text(text)}\n" for text in section.paragraphs)
    for table in section.tables:
        yield from [rf"\paragraph{{{_text(table.title)}}}\leavevmode\\"] if table.title else []
        yield _table(table._replace(total=()))  # a long report tells its totals at the top
    for figure in section.figures:
        if figure.file:
            yield rf"\includegraphics[width=\linewidth]{{{figure.file}.png}}"
        yield _comment(figure.drawing.alt)
    yield from (f"\n{_text(text)}" for text in section.see)
    yield from (rf"\noindent {_text(f'{link.text}: {link.says}')}\\" for link in section.links)


def _titled(table: Table) -> list[str]:
    return [*([_comment(table.title)] if table.title else []), _table(table)]


def _text(text: str) -> str:
    """A sentence with everything escaped that TeX would take for more than a letter.

    >>> print(_text("100 % of a_b · 3×3"))
    100 \\% of a\\_b $\\cdot$ 3$\\times$3
    """
    return " ".join(text.translate(TEXT).split())


def _table(table: Table) -> str:
    whole = table._replace(rows=(*table.rows, table.total)) if table.total else table
    titles, rows = spelled(whole)
    cells = [[" ".join(cell.split()) for cell in row] for row in rows]
    text = tabulated(titles, cells, table, "latex_booktabs").translate(SIGNS)
    if table.total:
        head, last, *foot = text.rsplit("\n", 3)
        text = "\n".join([head, r"\midrule", last, *foot])
    return text.replace("{tabular}", "{longtable}") if len(rows) > LONG else text


def _comment(text: str) -> str:
    return f"% {' '.join(text.split())}"

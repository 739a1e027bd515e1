"""For browsers, a page of one file that can be sorted, filtered and folded; for notebooks, a plain part of a page."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from itertools import count

from ..report.language import message
from ..report.model import Figure, Link, Report, Section
from ._page import colours, embedded, inline, page
from ._spoken import spoken
from ._table_html import page_table, plain_table
from .base import writer

STYLE = (
    ".ra table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    ".ra th,.ra td{padding:.15em .8em;text-align:left;white-space:nowrap;font-weight:inherit}"
    ".ra .n{text-align:right}.ra thead th{border-bottom:1px solid;font-weight:bold}"
    ".ra dl{display:grid;grid-template-columns:max-content auto;gap:.2em 1em}.ra dd{margin:0}"
)
Say = Callable[[str], str]
LONG = 3  # sections: from then on a reader needs a list of them


def fragment(report: Report) -> str:
    """The report as a part of another page, as notebooks show it: no script, and no style but for its own."""
    parts = [f'<meta charset="utf-8"><style>{STYLE}</style><div class="ra"><h2>{escape(report.title)}</h2>']
    parts += _paragraphs(report.lead)
    parts += map(plain_table, report.tables)
    for section in report.sections:
        inside = "".join(map(plain_table, section.tables))
        parts += [f"<h3>{escape(section.title)}</h3>", *_paragraphs(section.paragraphs)]
        parts.append(f"<details><summary>Open</summary>{inside}</details>" if section.folded else inside)
        parts += [embedded(each.drawing.svg, each.drawing.alt) for each in section.figures]
        parts += [*_paragraphs(section.see), _links(section.links)]
    return "".join([*parts, _notes(report), "</div>\n"])


@writer("html", ".html", ".htm", part=fragment)
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    """The report as a page of its own: it loads nothing, and works from a file."""
    numbers = count(1)
    live = report.live() if report.live else None
    lead = "".join(f'<p class="lead">{escape(text)}</p>' for text in report.lead)
    tables = "".join(page_table(table, next(numbers), report.title, report.language) for table in report.tables)
    sections = "".join(
        _section(section, number, numbers, report.language) for number, section in enumerate(report.sections, 1)
    )

    def say(sentence: str) -> str:
        return escape(message(report.language, sentence), quote=True)

    theme = f'<button type="button" id="theme" hidden>{say("Dark")}</button>'
    inside = f"{lead}{_panel(bool(live), say)}{tables}{sections}{_notes(report)}"
    body = (
        f'<a class="skip" href="#main">{say("Skip to the content")}</a>'
        f"<header><h1>{_heading(report.title)}</h1>{theme}</header>"
        f'{_contents(report, say)}<main id="main">{inside}</main>'
    )
    pictures = [figure.drawing.svg for figure in report.figures]
    return page(report.title, body, colours(pictures), live, spoken(report.language), report.language)


def _heading(title: str) -> str:
    """A title, and in smaller letters what stands behind its first dot."""
    name, dot, more = title.partition(" · ")
    return f"{escape(name)} <span>{escape(more)}</span>" if dot else escape(name)


def _contents(report: Report, say: Say) -> str:
    titled = [(number, each.title) for number, each in enumerate(report.sections, 1) if each.title]
    if len(titled) < LONG:
        return ""
    items = "".join(f'<li><a href="#s{number}">{escape(title)}</a></li>' for number, title in titled)
    return f'<nav aria-label="{say("Contents")}"><ul>{items}</ul></nav>'


def _panel(live: bool, say: Say) -> str:
    """Where the script puts the sliders and the totals that belong to them."""
    words = say("Try another size: everything on the page is worked out anew, but what says otherwise.")
    label = say("Another size")
    return f'<form id="panel" hidden aria-label="{label}"><p>{words}</p></form>' if live else ""


def _section(section: Section, number: int, numbers: count[int], language: str) -> str:
    heading = f"<h2>{escape(section.title)}</h2>" if section.title else ""
    tables = "".join(page_table(table, next(numbers), section.title, language) for table in section.tables)
    parts = [
        *_paragraphs(section.paragraphs),
        tables,
        *[_figure(each, language) for each in section.figures],
        *[f'<p class="see">{escape(text)}</p>' for text in section.see],
        _links(section.links),
    ]
    drawn = any(figure.drawing.name == "architecture" for figure in section.figures)
    kind = ' class="drawing"' if drawn else ""
    live = f' data-live="{escape(section.live, quote=True)}"' if section.live else ""
    return f'<section id="s{number}"{kind}{live}>{heading}{"".join(parts)}</section>'


def _figure(figure: Figure, language: str) -> str:
    name = escape(figure.drawing.title, quote=True)
    picture = inline(figure.drawing.svg)
    stays, look = "Drawn for the size of the report, not for the one chosen above.", "at-home"
    if figure.drawing.name == "architecture":
        stays, look = "Its words follow the size chosen above; its boxes keep their sizes.", "at-home boxes"
    words, kind = escape(message(language, stays)), escape(figure.drawing.name, quote=True)
    note = f'<figcaption class="{look}">{words}</figcaption>'
    inside = f'<div class="scroll" role="region" tabindex="0" aria-label="{name}">{picture}</div>'
    return f'<figure data-picture="{kind}">{inside}{note}</figure>'


def _paragraphs(texts: tuple[str, ...]) -> list[str]:
    return [f"<p>{escape(text)}</p>" for text in texts]


def _links(links: tuple[Link, ...]) -> str:
    items = [
        f'<li><a href="{escape(link.target, quote=True)}.html">{escape(link.text)}</a>'
        f"{': ' if link.says else ''}{escape(link.says)}</li>"
        for link in links
    ]
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _notes(report: Report) -> str:
    notes = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in report.notes)
    return f"<dl>{notes}</dl>" if notes else ""

"""The words of a report in another language: one gettext catalogue; numbers and names stay as they are.

A catalogue holds sentences with their numbers and names left out, `{} parameters (+ {} moving statistics)`: so the
code that makes a report says everything in English, and nothing that is counted passes through a translator's hands.
"""

from __future__ import annotations

import gettext
import re
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from .model import Column, Figure, Link, Section, Table

DOMAIN = "resnet_analyzer"
FOLDER = Path(__file__).with_name("locale")
NAMES = frozenset(
    {"while", "layer", "network", "name", "model", "reads", "op", "option", "block", "stage", "value", "source"}
)
REFERENCE = (  # He et al. 2015 (arXiv 1512.03385), Table 1
    r"[A-Z][a-z]+(?: & [A-Z][a-z]+| et al\.) \d{4}(?:(?:, [A-Z][\w ]+)? \(arXiv [\w.]+\))?"
    r"(?:, (?:(?:Table|Fig\.|sec\.) [\d.]*\d|abstract))?(?:: [\d.,]+ (?:m|b)illion[a-z -]*)?"
)
NUMBER = r"[^\s()\[\];]*\d(?:[^\s()\[\];]*[^\s()\[\];.,:?!])?"
PATH = r"[\w.-]+(?:/[\w.-]+)+"
FILE = r"[\w-]+\.(?:keras|h5|onnx|pt2|yaml|yml)(?!\w)"
STYLED = r"[\w.-]+@[\w.-]+"  # googlenet@paper
GIVEN = (  # what a person wrote, and what is known in its place
    r"(?<![\w'])'[^']*'|(?<=Did you mean )[^?]+(?=\?)|(?<=Known: )[^.]+(?=\.)|(?<=Variables: ).+(?=\.)"
    r"|^[\w.]+(?= must be )|(?<=must be one of )[^;]+|(?<=number, not ).+$|(?<=text, not ).+$"
    r"|(?<=false, not ).+$|(?<=; not ).+$"
    r"|(?<=^without )[a-z_]\w*$|(?<=^without )\w+: [^·]+$|(?<=unknown variable of )\S+"
    r"|(?<=exact formulas in )[\w, ]+$|(?<=for every ).+(?=, exactly)|(?<=reads )\S+(?= instead of )"
    r"|(?<= instead of )\S+"
)
TOKEN = re.compile(f"{GIVEN}|{REFERENCE}|{STYLED}|{NUMBER}|{PATH}|{FILE}|`[^`]*`")
CHANGE = re.compile(r"([a-z][a-z ]*) (\S+) → (\S+)")  # kernel size 1 → 3
INSTEAD = re.compile(r"(\w+) for (\w+)")  # relu for rellu
SAME = frozenset({"MACs", "FLOPs", "MAdd", "flops", "Flops", "mult-adds", "…"})  # as people write them in any language
INSIDE = re.compile(r"([^()]+) \((.+)\)")  # biases (1 per output element, thop 0.1.1)
OTHER = re.compile(r"(.+) instead of (\S+)")
BACKWARD = re.compile(r"(\S+) backward")  # the gradient's way through a layer
CLOSING = {".": "。", ";": "；", ",": "，", ":": "："}
LABELLED = re.compile(r"([A-Za-z][A-Za-z ]*): (.+)\.")  # a note as a sentence of a long report
SIDE_BY_SIDE = re.compile(r"\S+(?: against \S+)+")
TIMES = re.compile(r"[\d,.]+×")
SPAN = re.compile(r"[\d,.]+(?: %)? to [\d,.]+(?: %)?")  # `42 to 70`, `0 % to 50.00 %`
MORE = re.compile(r"(\S+) and ([\d,]+) more")  # names of one kind, the first of them told
WORD = re.compile(r"[A-Za-z]{2,}")


def template(text: str) -> tuple[str, list[str]]:
    """A text with its numbers and names left out, and those.

    >>> template("25,557,032 parameters (+ 53,120 moving statistics)")
    ('{} parameters (+ {} moving statistics)', ['25,557,032', '53,120'])
    """
    names = _titles()
    found: list[str] = []

    def leave_out(match: re.Match[str]) -> str:
        found.append(match[0])
        return "{}"

    known = re.compile(f"(?:{names})(?![\\w-])|{TOKEN.pattern}") if names else TOKEN
    return known.sub(leave_out, text.replace("{", "(").replace("}", ")")), found


@cache
def _titles() -> str:
    """Titles of networks, sources of their numbers, tools: alternatives of a pattern, the longest first."""
    from ..architectures.base import ARCHITECTURES
    from ..conventions.base import CONVENTIONS

    every = [each for _, each in ARCHITECTURES.items()]
    titles = {each.title for each in every if each.title[:1].isupper()}  # not "1×1 convolution"
    titles |= {known.source for each in every for known in each.published}
    titles |= {each.label for _, each in CONVENTIONS.items()}
    return "|".join(map(re.escape, sorted(titles, key=lambda title: (-len(title), title))))


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self._catalogue = gettext.translation(DOMAIN, FOLDER, [language], fallback=True)

    def text(self, text: str) -> str:
        """A text: as a whole if the catalogue has it, else part by part between its dots."""
        whole = self._found(text)
        if whole is None and text[:1] == " ":
            return f" {self.text(text[1:])}"
        if whole is None and " · " in text:
            return " · ".join(map(self.text, text.split(" · ")))
        if whole is None and (told := LABELLED.fullmatch(text)) and (label := self._found(told[1])):
            return f"{label}：{self.text(told[2])}。"
        if whole is None and SIDE_BY_SIDE.fullmatch(text):
            return self.sentence(" against ").join(text.split(" against "))
        whole = whole or self._composed(text)
        return text if whole is None else whole

    def _composed(self, text: str) -> str | None:
        """A list of parts that the catalogue has one by one; None where it lacks one."""
        inside, other = INSIDE.fullmatch(text), OTHER.fullmatch(text)
        if inside or other:
            both = [self._found(part) or self._composed(part) for part in (inside or other).groups()]  # type: ignore[union-attr]
            form = "{}（{}）" if inside else self.sentence("{} instead of {}")
            return None if None in both else form.format(*both)
        pattern, names = template(text)
        parts, left_out = re.split(r"([:;,] )", pattern), iter(names)
        said = [self._part(part.format(*islice(left_out, part.count("{}")))) for part in parts[::2]]
        if None in said:
            return None
        parts[::2] = said  # type: ignore[assignment]
        if not re.fullmatch(r"\d+(×\d+)+", str(said[0])):  # else a layer as in a drawing: 3×3, 256, /2
            parts[1::2] = [CLOSING[sign[0]] for sign in parts[1::2]]
        return "".join(parts)

    def _part(self, text: str) -> str | None:
        """A part of a list; a setting that changed keeps its name where there is no word for it."""
        change, instead = CHANGE.fullmatch(text), INSTEAD.fullmatch(text)
        if instead:
            return self.sentence("{} for {}").format(*instead.groups())
        if change is None and (INSIDE.fullmatch(text) or OTHER.fullmatch(text)):
            return self._found(text) or self._composed(text)
        if change is None:
            return text if text in SAME else self._found(text)
        name, before, after = (self.sentence(each) for each in change.groups())
        return f"{name} {before} → {after}"

    def sentence(self, sentence: str) -> str:
        """What the catalogue has for a sentence whose parts are left out."""
        return self._catalogue.gettext(sentence)

    def clauses(self, text: str) -> str:
        """A description made of many clauses, each by itself."""
        parts = re.split(r"(\.$|[.;,:] )", text)
        parts[::2] = map(self.text, parts[::2])
        parts[1::2] = [CLOSING[sign[0]] for sign in parts[1::2]]
        return "".join(parts)

    def _found(self, text: str) -> str | None:
        pattern, parts = template(text)
        if not WORD.search(pattern):
            return self._left_out(text) if pattern == "{}" else text
        said = self._catalogue.gettext(pattern)
        return None if said == pattern else said.format(*map(self._left_out, parts))

    def _left_out(self, part: str) -> str:
        """What is left out of a sentence: a title or a source that the catalogue has, and `16.94×` as one says it."""
        if TIMES.fullmatch(part):
            return self.sentence("{}×").format(part[:-1])
        return self._catalogue.gettext(part) if WORD.search(part) else part

    def table(self, table: Table) -> Table:
        """A table: its titles, and the cells of columns that hold words."""
        rows = tuple(tuple(map(self._cell, table.columns, row)) for row in table.rows)
        beside = [*(each.title for each in table.columns[1:]), ""]
        columns = tuple(map(self._column, table.columns, beside))
        return table._replace(columns=columns, rows=rows, title=self.text(table.title))

    def _cell(self, column: Column, cell: Any) -> Any:
        """What stands in a table: words in the language, names and numbers as they are."""
        if type(cell) is not str:
            return cell
        if column.kind in ("text", "heading") and column.title not in NAMES:
            return self._both(column.title, cell) or self.text(cell)
        return self._name(cell)

    def _name(self, cell: str) -> str:
        """A name as it is, but for how many more there are of its kind; and from where to where a span goes."""
        backward, several = BACKWARD.fullmatch(cell), MORE.fullmatch(cell)
        if backward:
            return self.sentence("{} backward").format(backward[1])
        if several:
            return self.sentence("{} and {} more").format(*several.groups())
        return self.text(cell) if SPAN.fullmatch(cell) else cell

    def _column(self, column: Column, beside: str) -> Column:
        """A title: `what` is another word beside `bytes` than beside `output`."""
        title = self._both(column.title, beside) or self.text(column.title)
        return column._replace(title=title, name=column.name or column.title)

    def _both(self, first: str, second: str) -> str | None:
        """What the catalogue has for a title beside another one, or for a cell below its title."""
        both = f"{first} | {second}"
        said = self._catalogue.gettext(both)
        return None if said == both else said

    def section(self, section: Section) -> Section:
        """A part of a long report."""
        return section._replace(
            title=self.text(section.title),
            paragraphs=tuple(map(self.text, section.paragraphs)),
            tables=tuple(map(self.table, section.tables)),
            figures=tuple(map(self._figure, section.figures)),
            see=tuple(map(self.text, section.see)),
            links=tuple(map(self._link, section.links)),
        )

    def picture(self, drawing: Any) -> Any:
        """A picture: what stands in it and what is said of it."""
        told = drawing.in_words(self.text)
        return replace(told, alt=self.clauses(drawing.alt), title=self.text(drawing.title))

    def _figure(self, figure: Figure) -> Figure:
        return figure._replace(drawing=self.picture(figure.drawing))

    def _link(self, link: Link) -> Link:
        return link._replace(text=self.text(link.text), says=self.text(link.says))

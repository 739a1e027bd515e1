"""For GitHub Actions: one annotation a line, at the file, line and column that it is about.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..report.model import Report
from .base import writer

OF_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
OF_PROPERTY = {**OF_MESSAGE, ":": "%3A", ",": "%2C"}

MEASURED = ("total", "params", "MACs", "limit", "met")  # notes that tell what was measured, whether or not all holds


@writer("github")
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    """Errors, failed budgets and limits as errors, advice as notices; at last the title, the totals and the verdict."""
    data = report.data()
    nowhere = {"line": None, "column": None}
    lines = [_line("error", data, each, _full(each)) for each in data.get("findings", ())]
    for name in ("budgets", "limits"):
        failed = [each for each in data.get(name, ()) if not each["holds"]]
        lines += [_line("error", data, {**nowhere, **each}, each["says"]) for each in failed]
    for each in data.get("advice", ()):
        lines.append(_line("notice", data, each, f"{each['node']}: {each['message']}"))
    told = [f"{label}: {text}" for label, text in report.notes if label in MEASURED]
    return "".join(f"{line}\n" for line in lines) + annotation("notice", "\n".join([report.title, *told]))


def annotation(level: str, says: str) -> str:
    """A line that GitHub shows as an error or a notice of no file.

    >>> print(annotation("error", "net.yaml: 3 % over"), end="")
    ::error::net.yaml: 3 %25 over
    """
    return f"::{level}::{_escaped(says, OF_MESSAGE)}\n"


def _full(finding: Mapping[str, Any]) -> str:
    """A finding with its first repair, which stands in the annotation's second line."""
    says = f"{finding['node']}: {finding['message']}" if finding["node"] else finding["message"]
    repairs = [each["change"] for each in finding["repairs"]]
    return f"{says}\nrepair: {repairs[0]}" if repairs else str(says)


def _line(level: str, data: Mapping[str, Any], each: Mapping[str, Any], says: str) -> str:
    properties = {"file": data["file"], "line": each["line"], "col": each["column"]}
    known = {name: str(value) for name, value in properties.items() if value is not None}
    spelled = ",".join(f"{name}={_escaped(value, OF_PROPERTY)}" for name, value in known.items())
    return f"::{level}{' ' * bool(known)}{spelled}::{_escaped(says, OF_MESSAGE)}"


def _escaped(text: str, signs: Mapping[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in text)

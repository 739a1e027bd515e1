"""A report in another language than English, which costs nobody anything who reads English: see `words.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .model import Report

LANGUAGES = ("en", "zh")
FOR_MACHINES = frozenset({"json", "csv", "raw-csv", "parquet", "github"})  # formats that machines read


def language_of(environment: Mapping[str, str]) -> str:
    """The language that a person's surroundings ask for, of those that are known; English for all others.

    >>> language_of({"LANG": "zh_CN.UTF-8"}), language_of({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"})
    ('zh', 'en')
    """
    asked = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "")
    return asked[:2] if asked[:2] in LANGUAGES else "en"


def translated(report: Report, language: str) -> Report:
    """The report in a language; what its catalogue does not have, and the words in pictures, stay English."""
    if language == "en":
        return report
    from .words import Words

    say = Words(language)
    return report._replace(
        title=say.text(report.title),
        lead=tuple(map(say.text, report.lead)),
        tables=tuple(map(say.table, report.tables)),
        sections=tuple(map(say.section, report.sections)),
        notes=tuple((say.text(label), say.text(text)) for label, text in report.notes),
        live=(lambda: _live(report, say)) if report.live else None,
        language=language,
    )


def _live(report: Report, say: Any) -> Mapping[str, Any] | None:
    """The closed forms of a page with their words in the language."""
    from .live_words import translated_live

    data = report.live() if report.live else None
    return translated_live(data, say.text) if data else None


def picture_in(picture: Any, language: str) -> Any:
    """A picture with its title, its words and its description in a language."""
    if language == "en":
        return picture
    from .words import Words

    return Words(language).picture(picture)


def message(language: str, sentence: str, *parts: str) -> str:
    """A sentence of a writer's own in a language, with its parts put in."""
    if language == "en":
        return sentence.format(*parts)
    from .words import Words

    return Words(language).sentence(sentence).format(*parts)

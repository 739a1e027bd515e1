"""What the shell offers after TAB; nothing is imported before it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..architectures.base import Architecture

Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def words(*known: str) -> Complete:
    """Offer the words that begin as what was typed."""

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
        return _beginning(known, incomplete)

    return complete


def networks(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the registered networks; behind an @ the styles of the one before it."""
    from ..architectures.base import ARCHITECTURES

    name, at, _ = incomplete.partition("@")
    if at and (found := ARCHITECTURES.find(name)):
        return _beginning((f"{name}@{style}" for style in found.styles), incomplete)
    return _beginning(ARCHITECTURES, incomplete)


def styles(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the styles of the networks that stand in the line, or all there are."""
    return _beginning(sorted({style for each in _meant(context) for style in each.styles}), incomplete)


def settings(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the options of the networks that stand in the line, or all there are."""
    return _beginning(sorted({f"{option}=" for each in _meant(context) for option in each.options}), incomplete)


def formats(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the formats that can be written."""
    from ..measurement import WRITERS

    return _beginning(sorted(WRITERS), incomplete)


def pictures(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the kinds of pictures."""
    from ..measurement import PLOTS

    return _beginning(sorted(PLOTS), incomplete)


def _meant(context: click.Context) -> list[Architecture]:
    from ..architectures.base import ARCHITECTURES

    given = context.params.get("target") or context.params.get("networks") or context.params.get("targets") or ()
    names = ((given,) if isinstance(given, str) else given) or context.args  # unparsed before an option without value
    found = [ARCHITECTURES.find(name.partition("@")[0]) for name in names]
    return [each for each in found if each] or [each for _, each in ARCHITECTURES.items()]


def _beginning(known: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in known if word.startswith(incomplete)]

"""A network with holes from the command line: a registered one, or one that an importer reads."""

from __future__ import annotations

from ..analyses.formula.recipe import Recipe, recipe_of_target
from ..errors import AnalyzerError, UsageError
from ..targets import Target
from ._network import NetworkOptions, resolve


def resolve_recipe(target: str, asked: NetworkOptions) -> Recipe:
    """The recipe of a target under the options; UsageError or UnknownName where there is none."""
    return recipe_of_target(resolve(target, asked._replace(batch=1), whole=False), asked.batch)


def recipe_or_none(found: Target) -> Recipe | None:
    """How a network varies, for a page's sliders; None where that is unknown."""
    try:
        return recipe_of_target(found)
    except AnalyzerError:
        return None


def names_of(text: str) -> list[str]:
    """Names by commas; UsageError for none."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names:
        raise UsageError("which variables? Give names by commas, as n or h,w,width")
    return names

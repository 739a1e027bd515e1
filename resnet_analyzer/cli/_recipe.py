"""A network with holes from the command line: a registered one, or one that an importer reads."""

from __future__ import annotations

from ..analyses.formula.recipe import Recipe, recipe_of, recipe_of_graph
from ..errors import UsageError
from ..targets import Target
from ._network import NetworkOptions, resolve


def resolve_recipe(target: str, asked: NetworkOptions) -> Recipe:
    """The recipe of a target under the options; UsageError or UnknownName where there is none."""
    return recipe_of_target(resolve(target, asked._replace(batch=1), whole=False), asked.batch)


def recipe_of_target(found: Target, batch: int = 1) -> Recipe:
    """How a resolved target may vary."""
    if found.architecture is None:
        return recipe_of_graph(found.graph, batch)
    size = found.graph.inputs[0].op.shape[1:]  # type: ignore[attr-defined]
    request = found.request
    return recipe_of(found.architecture, size, request.classes, request.style, request.options, batch)


def names_of(text: str) -> list[str]:
    """Names by commas; UsageError for none."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names:
        raise UsageError("which variables? Give names by commas, as n or h,w,width")
    return names

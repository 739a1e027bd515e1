"""A network with holes from the command line: a registered one, or one that an importer reads."""

from __future__ import annotations

from ..analyses.formula.recipe import Recipe, recipe_of, recipe_of_graph
from ..architectures.base import find
from ..errors import UsageError
from ._network import Wanted, is_source, parse_settings, parse_size, split_target


def resolve_recipe(target: str, wanted: Wanted) -> Recipe:
    """The recipe of `name`, `name@style`, or a file; UsageError or UnknownName where there is none."""
    if is_source(target):
        from ..importers.base import load

        for option, value in (("--classes", wanted.classes), ("--style", wanted.style), ("--set", wanted.settings)):
            if value:
                raise UsageError(f"{target}: {option} goes with a network that is known by name, not with a file")
        sides = None if wanted.input_size is None else parse_size(wanted.input_size, wanted.channels, (1, 1, 3))[:2]
        return recipe_of_graph(load(target, sides), wanted.batch)
    name, style = split_target(target, wanted.style)
    architecture = find(name)
    size = parse_size(wanted.input_size, wanted.channels, architecture.input)
    architecture._style(style)
    settings = parse_settings(architecture, wanted)
    return recipe_of(architecture, size, wanted.classes, style, settings, wanted.batch)


def names_of(text: str) -> list[str]:
    """Names by commas; UsageError for none."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names:
        raise UsageError("which variables? Give names by commas, as n or h,w,width")
    return names

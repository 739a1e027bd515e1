"""Closed forms of a network: measured once over symbols, exact for every size from the least on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .form import FIGURES, ClosedForm, form_of, over_symbols
from .recipe import Recipe

__all__ = ["FIGURES", "ClosedForm", "closed_form"]


def closed_form(recipe: Recipe, variables: Sequence[str], fixed: Mapping[str, int] | None = None) -> ClosedForm:
    """The closed form of a network in `variables`; `fixed` sets others to numbers first.

    Undecided where the network is not one formula in them; UnknownName for what cannot vary.
    """
    names = recipe.expanded(list(variables))
    recipe.full({**dict.fromkeys(names, 1), **(fixed or {})})  # refuses n beside h and w
    counts = [name for name in names if name.startswith("blocks") and name[6:].isascii() and name[6:].isdecimal()]
    if counts and "blocks" in recipe.tuples:
        from .depth import in_blocks

        return in_blocks(recipe, names, counts, fixed or {})
    return form_of(recipe, names, *over_symbols(recipe, names, fixed or {}))

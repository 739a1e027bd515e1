"""Whether a formula never falls as one of its variables grows: what bisection rests on, proved before it is used."""

from __future__ import annotations

from ...dim.bounds import lowest
from ...dim.polynomial import Polynomial, polynomial, variable
from ...dim.terms import stride

MOST_STRIDES = 4096  # residues that are looked at one by one


def never_falls(formula: Polynomial, name: str, least: int) -> bool:
    """Whether a formula does not fall anywhere as `name` grows from `least` on; False also where that is not proved.

    For every residue of n = least + S·k + r, S the product of the strides, the step from n to n + 1 is a
    formula in k and the other variables, which must be seen to be never negative.

    >>> n = variable("n")
    >>> never_falls(3 * n * n - 12 * n, "n", 1), never_falls(3 * n * n - 12 * n, "n", 2)
    (False, True)
    """
    steps = stride(formula.terms)
    if not 0 < steps <= MOST_STRIDES:
        return name not in formula.variables
    before: Polynomial | None = None
    for residue in range(steps + 1):
        here = polynomial(formula.replaced({name: steps * variable("steps", least=0) + (least + residue)}))
        low = 0 if before is None else lowest(polynomial(here - before).terms)
        if low is None or low <= -1:
            return False
        before = here
    return True

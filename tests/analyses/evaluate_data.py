"""An evaluator for exported closed forms that shares no code with the package: what a page does in JavaScript."""

from math import prod


def evaluate(data, figure, values):
    """A figure of exported data at whole numbers."""
    atoms = []
    for atom in data["atoms"]:
        if "floor" in atom:
            atoms.append(formula(atom["floor"], atoms, values) // formula(atom["divide"], atoms, values))
        else:
            atoms.append(max(formula(part, atoms, values) for part in atom["largest"]))
    return formula(figure, atoms, values)


def formula(terms, atoms, values):
    below = 1
    if isinstance(terms, dict):
        terms, below = terms["terms"], terms["denominator"]
    total = 0
    for coefficient, factors in terms:
        total += coefficient * prod((values[f] if isinstance(f, str) else atoms[f]) ** power for f, power in factors)
    assert total % below == 0
    return total // below

"""Which row counts a weight: each variable of a model, each tensor of a file, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any

from ..dim import is_exactly
from ..ops.base import FROZEN, MOVING, TRAINABLE, Weight
from ..ops.spelling import Array, Stored
from ._agreement import matched
from ._arguments import stored_in
from ._said import Said, Step
from .records import Record, Recorded, identities, printable


@dataclass
class Ledger:
    """Knows the parameters that the source holds, and who counts which.

    `buffers` tells that tensors without roots are buffers of a module: constants, but for moving statistics.
    `counted` are names of a file's parameters that some row counts, `variables` the row of each variable by
    its identity, `owners` the record that applies an object first.
    """

    recorded: Recorded
    buffers: bool = False
    counted: set[str] = field(default_factory=set)
    owners: dict[str, str] = field(default_factory=dict)
    variables: dict[str | int, str] = field(default_factory=dict)

    @cached_property
    def shapes(self) -> dict[str | int, tuple[int, ...]]:
        """The shape of every parameter that the source holds, by its name."""
        return {slot.identity: slot.shape for slot in self.recorded.unused}

    @cached_property
    def roles(self) -> dict[str | int, str]:
        """The part in training of every parameter that the source holds, by its name."""
        return {slot.identity: slot.role for slot in self.recorded.unused}

    @cached_property
    def sizes(self) -> dict[str | int, int]:
        """The numbers in every parameter that the source holds, by its name."""
        return {name: prod(shape) for name, shape in self.shapes.items()}

    def slots(self, record: Record) -> tuple[Weight, ...]:
        """An unknown record's weights that are not counted elsewhere."""
        slots = [slot for slot in record.weights or () if slot.identity not in self.variables]
        for slot in slots:
            self.variables.setdefault(slot.identity, record.name)
        return tuple(Weight(slot.name, slot.shape, slot.role) for slot in slots)

    def roots(self, read: list[str | Array]) -> tuple[Weight, ...]:
        """The file's parameters that an unknown record reads, if nothing else counts them."""
        found = []
        for stored in stored_in(read).values():
            if len(stored.roots) == 1 and stored.roots[0] not in self.counted:
                self.counted.add(stored.roots[0])
                found.append(Weight(printable(stored.roots[0]), self.shapes[stored.roots[0]]))
        return tuple(found)

    def settle(self, said: Said, reads: Mapping[str, Array], wanted: set[str]) -> None:
        """What is neither read as a tensor nor a weight is a setting (a scale of sizes, a limit): no parameter."""
        own = [stored.name for stored in said.weights_in.values()]
        for name, read in reads.items():
            if isinstance(read, Stored) and name not in wanted and read.name not in own:
                self.counted.update(read.roots)

    def is_whole(self, stored: Array) -> bool:
        """Whether a constant is all of some parameters that nothing counts yet, be it in another shape."""
        roots = stored.roots if isinstance(stored, Stored) else ()
        size = sum(self.sizes[root] for root in roots)
        return bool(roots) and not self.counted & set(roots) and prod(stored.shape) == size

    def _held_elsewhere(self, step: Step, own: Mapping[str, Stored]) -> dict[str, Any]:
        """Which weights of a step are tensors of the file that another row counts, or that are parts of others."""
        owners: dict[str, str] = {}
        for weight in step.cost.weights:
            stored = own[weight.name]
            size = sum(self.sizes.get(root, 0) for root in stored.roots)
            if not stored.roots:
                constant = self.buffers and weight.role != MOVING
                owner = "" if constant else self.variables.setdefault(stored.name, step.name)
            elif is_exactly(weight.params, size):
                owner = self.variables.setdefault("+".join(stored.roots), step.name)
                fresh = not self.counted & set(stored.roots)
                owner = owner if owner != step.name or fresh else ""
                self.counted.update(stored.roots)
            else:
                owner = ""
            if owner != step.name:
                owners[weight.name] = owner
        frozen = {"frozen": True} if self.are_frozen(own.values()) else {}
        if len(owners) == len(step.cost.weights) and len(set(owners.values())) == 1 and "" not in owners.values():
            return {"weights_of": next(iter(owners.values())), **frozen}
        return {"shared_weights": tuple(owners), **frozen}

    def are_frozen(self, held: Iterable[Stored]) -> bool:
        """Whether the parameters among these tensors are all held still."""
        roles = [self.roles.get(root) for stored in held for root in stored.roots]
        return bool(roles) and all(role == FROZEN for role in roles)

    def unused(self) -> dict[str, tuple[Weight, ...]]:
        """The weights that no row has counted, by the module that has them ("" where the source tells none)."""
        groups: dict[str, list[Weight]] = {}
        for slot in self.recorded.unused:
            if slot.identity not in self.counted:
                groups.setdefault(slot.module, []).append(Weight(slot.name, slot.shape, slot.role))
        return {module: tuple(weights) for module, weights in groups.items()}

    def sharing(self, record: Record, step: Step, first: str, own: Mapping[str, Stored]) -> dict[str, Any]:
        """Which weights of a step are counted elsewhere, and which are frozen."""
        if not step.cost.weights:
            return {}
        if own:
            return self._held_elsewhere(step, own)
        if record.weights is None:
            owners = [self.owners[part] for part in identities(record.settings) if part in self.owners]
            for part in identities(record.settings):
                self.owners.setdefault(part, record.name)
            other = first if first != record.name else next((each for each in owners if each != record.name), "")
            return {"weights_of": other, "frozen": not record.trainable}
        slots = matched(step.cost.weights, record.weights)
        own_roles = {weight.name: weight.role for weight in step.cost.weights}
        frozen = any(slot.role == FROZEN and own_roles[name] == TRAINABLE for name, slot in slots.items())
        elsewhere = {name: self.variables.get(slot.identity, step.name) for name, slot in slots.items()}
        for slot in slots.values():
            self.variables.setdefault(slot.identity, step.name)
        shared = [name for name, owner in elsewhere.items() if owner != step.name]
        others = {elsewhere[name] for name in shared}
        if len(shared) == len(slots) and len(others) == 1:
            return {"weights_of": others.pop(), "frozen": frozen}
        return {"shared_weights": tuple(shared), "frozen": frozen}

    def first(self, record: Record) -> str:
        """The first record that applies the same object: this one, where its weights are told one by one."""
        owner = record.owner if record.weights is None else ""
        return self.owners.setdefault(owner, record.name) if owner else record.name

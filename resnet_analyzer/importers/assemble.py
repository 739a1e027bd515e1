"""Records of any framework as a graph: through the spellings on the ops, every declared shape and weight checked.

An op stands for a record only if it gives the shapes that the source declares and has the weights that
the source lists. Where it does not, the row is unknown, and says why; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from math import prod
from types import MappingProxyType
from typing import Any, NamedTuple

from ..dim import equal, holds, is_exactly, is_number, product
from ..errors import AnalyzerError, UsageError
from ..graph import Graph, Node
from ..ops.base import FROZEN, Cost, Op, Weight
from ..ops.constant import Constant, Parameter
from ..ops.input import Input
from ..ops.lookup import spelled
from ..ops.opaque import Opaque
from ..ops.spelling import Array, Call, Outputs, Part, Reads, Spelling, Stored, Tensor
from ..shape import Shape, spell
from ._agreement import Different, agrees, at_batch_one, matched, require_weights, spelled_shape
from ._sizes import Sizes, own_shapes, wanted_shapes
from ._unknown import asked, has_all_weights, seen_at
from .records import INSIDE, Declared, Looked, Record, Recorded, Ref, identities, printable


def assemble(recorded: Recorded, sizes: Sizes = None, framework: str = "keras") -> Graph:
    """The graph of a model's records, at its own size or the one that is asked for.

    UsageError where the size asked for does not go with the model: with its inputs, or with weights
    whose shapes the size decides.
    """
    own = own_shapes(recorded, sizes)
    first = _Assembler(recorded, framework, own, None).graph()
    asked = wanted_shapes(recorded, first, sizes)
    if asked is None or asked == own:
        return first
    return _Assembler(recorded, framework, own, asked).graph()


# The outputs of a record that are no data but sizes or constants, by its kind, settings, shapes and stored inputs
Reckon = Callable[[str, Mapping[str, Any], list[Shape | None], list[Stored | None]], tuple[Stored, ...] | None]
TITLES = {"keras": "Keras", "onnx": "ONNX", "torch": "PyTorch"}


def assemble_at(recorded: Recorded, shapes: Mapping[str, Shape], framework: str, reckon: Reckon) -> Graph:
    """The graph of a model's records at these shapes of its inputs, which may be symbolic.

    `reckon` follows the small tensors by which the model computes sizes from sizes.
    """
    return _Assembler(recorded, framework, shapes, None, reckon).graph()


# what a reading raises on settings that are none
NOT_OURS = (AnalyzerError, AttributeError, LookupError, ArithmeticError, TypeError, ValueError)


class _Step(NamedTuple):
    """One op of a record: its name, what it reads, and what comes out at the source's own size."""

    name: str
    op: Op
    reads: tuple[str, ...]
    cost: Cost


class _Said(NamedTuple):
    """A record in our words: its steps, and the node of each output."""

    steps: list[_Step]
    outputs: tuple[str, ...]
    weights_in: Mapping[str, Stored] = MappingProxyType({})

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The weights of all its ops."""
        return tuple(weight for step in self.steps for weight in step.cost.weights)


@dataclass
class _Assembler:
    """Collects nodes; knows the shape of each at the source's own size, and at the size asked for."""

    recorded: Recorded
    framework: str
    inputs: Mapping[str, Shape | None]
    asked: Mapping[str, Shape | None] | None
    reckon: Reckon | None = None
    nodes: dict[str, Node] = field(default_factory=dict)
    own: dict[str, Shape | None] = field(default_factory=dict)
    now: dict[str, Shape | None] = field(default_factory=dict)
    made: dict[tuple[str, int], str | Stored] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)
    spellings: dict[str, list[tuple[type[Op], Spelling]]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    variables: dict[str | int, str] = field(default_factory=dict)
    agreeing: int = 0
    read: int = 0  # records, and those of their outputs whose shape the source declares
    declared: int = 0
    unknown: int = 0  # rows whose cost is not known
    fixed: bool = False  # whether sizes that the source leaves open are taken as they are now

    def graph(self) -> Graph:
        """All records as nodes, and the weights that no record has."""
        for record in self.recorded.records:
            if record.name in self.inputs:
                self._input(record)
            elif INSIDE in record.name:
                self._labelled(record)
            else:
                self._record(record)
        unused = [slot for slot in self.recorded.unused if slot.identity not in self.counted]
        if unused:
            weights = tuple(Weight(slot.name, slot.shape, slot.role) for slot in unused)
            name = self._free_name("unused")
            op = Opaque("weights that no layer uses", None, weights)
            self.nodes[name] = Node(name, op, training_only=True)
        nodes = tuple(self.nodes.values())
        about: dict[str, Any] = {"title": self.recorded.name, "says": self._says(), **self._classes(nodes)}
        if self.fixed:
            about["sizes"] = "of the file"
        return Graph(self.recorded.name, nodes, about)

    def _says(self) -> str:
        """How much was read, and how much of it the source itself confirms."""
        confirmed = f"{self.agreeing} of {self.declared} tensor shapes as it declares them"
        read = f"read {self.read:,} operation{'s' * (self.read != 1)} from {self.recorded.says}"
        return read + (f", {confirmed}" if self.declared else "")

    def _input(self, record: Record) -> None:
        own = self.inputs[record.name]
        now = own if self.asked is None else self.asked[record.name]
        assert own is not None
        assert now is not None
        self._add(_Step(record.name, Input(now), (), Cost(own)), record)
        self.now[record.name] = now
        self.made[record.name, 0] = record.name

    def _record(self, record: Record) -> None:
        if "branches" in record.settings and self._branch(record):
            return
        self._count(record, 1)
        reads, places, named = self._arguments(record)
        shapes, comparable = self._shapes(record, reads)
        if self.reckon is not None and self._reckoned(record, places, reads, shapes):
            return
        reason = ""
        if record.namespace and None not in shapes:
            kind = f"ops.{record.kind}" if record.namespace == f"{self.framework}.ops" else record.kind
            slots = None if record.weights is None else tuple(slot.shape for slot in record.weights)
            call = Call(
                kind,
                record.settings,
                tuple(shapes),  # type: ignore[arg-type]
                places,
                named,
                slots,
                partial(self._words, shapes=shapes),
                _stored(reads),
            )  # type: ignore[arg-type]
            try:
                said = self._said(record, call, reads, comparable)
            except Different as error:
                said, reason = None, str(error)
            seen = said is not None and any(step.cost.unknown for step in said.steps) and self._is_opened(record)
            if seen and self._looked(record, reads):
                return
            if said is not None and not self._folded(record, said, reads):
                self._add_said(record, said, reads)
            if said is not None:
                return
        if None in shapes or not self._is_opened(record) or not self._looked(record, reads):
            self._add_unknown(record, reads, reason)

    def _count(self, record: Record, times: int) -> None:
        """A record that was read, or (-1) that others stand for."""
        self.read += times
        self.declared += times * sum(shape is not None for shape in record.outputs)

    def _looked(self, record: Record, reads: list[str | Array]) -> bool:
        """Whether the records of what a layer's code calls stand in its place; False where nothing is seen of it."""
        assert record.look is not None
        start, best = self._state(), None
        for shapes, fixed in self._views(record, reads):
            found = record.look(shapes)
            outputs = () if found is None else found.outputs[: len(record.outputs)]
            if found is None or len(outputs) < len(record.outputs):
                continue
            self._count(record, -1)
            self._inside(found)
            if self._stands_for(record, outputs):
                self._add_left(record)
                self.fixed |= fixed
                if best is None or self.unknown < best[-1]:
                    best = self._state()
                if best[-1] == start[-1]:
                    return True
            self._restore(start)
        if best is not None:
            self._restore(best)
        return best is not None

    def _is_opened(self, record: Record) -> bool:
        """Whether a layer may be looked into: one of a framework's own, for which there is an op, stays one row."""
        if record.look is None:
            return False
        known = self._candidates(record.kind) if record.namespace else []
        return all(spelling.fallback or op.__name__ == "Activation" for op, spelling in known)

    def _views(self, record: Record, reads: list[str | Array]) -> Iterator[tuple[tuple[Declared, ...], bool]]:
        """The shapes on which a layer's code may be looked into, and whether that fixes what the source leaves open.

        First those that the source declares, its open sizes open; where code needs numbers, those that we know.
        """
        sizes = self.own if self.asked is None else self.now
        known = [sizes[read] for read in reads if isinstance(read, str)]
        declared = [ref.shape for ref in record.inputs]
        if self.asked is None:
            yield (), False
        elif None not in known and None not in declared:
            yield tuple(_opened_again(now, theirs) for now, theirs in zip(known, declared, strict=True)), False  # type: ignore[arg-type]
        if None not in known and all(is_number(size) for shape in known for size in shape):  # type: ignore[union-attr]
            yield tuple(tuple(shape) for shape in known), True  # type: ignore[arg-type]

    def _inside(self, found: Looked) -> None:
        """The records of a layer that was looked into; at the size asked for, if it was there."""
        inner = self if self.asked is None else replace(self, asked=None, own=self.now, now={})
        for each in found.records:
            inner._labelled(each)
        self.agreeing, self.read, self.declared, self.fixed = inner.agreeing, inner.read, inner.declared, inner.fixed
        self.unknown = inner.unknown

    def _labelled(self, record: Record) -> None:
        """A record that was found inside another, under a name that no other row has."""
        label = record.name.partition(INSIDE)[0]
        name, number = label, 1
        while name in self.nodes:
            number += 1
            name = f"{label}#{number}"
        self._record(replace(record, name=name))
        for index in range(len(record.outputs)):
            if (name, index) in self.made:
                self.made[record.name, index] = self.made[name, index]

    def _stands_for(self, record: Record, outputs: tuple[Ref | None, ...]) -> bool:
        """Let what was found be a record's outputs, if they have the shapes that it declares."""
        for index, (ref, theirs) in enumerate(zip(outputs, record.outputs, strict=True)):
            if ref is None:  # nothing, which nobody reads
                continue
            made = self.made[ref.key]
            if isinstance(made, str) and self.asked is not None:
                self.own.setdefault(made, None if theirs is None else at_batch_one(theirs))
            ours = self.own[made] if isinstance(made, str) else None
            if theirs is not None and ours is not None and not agrees(ours, theirs):
                return False
            self.made[record.name, index] = made
        return True

    def _add_left(self, record: Record) -> None:
        """The weights of a layer that its code does not use."""
        left = [slot for slot in record.weights or () if slot.identity not in self.variables]
        if left:
            for slot in left:
                self.variables[slot.identity] = record.name
            weights = tuple(Weight(slot.name, slot.shape, slot.role) for slot in left)
            name = self._free_name(f"{record.name}/unused")
            op = Opaque("weights that its layer does not use", None, weights)
            self.nodes[name] = Node(name, op, (), record.scope, training_only=True)

    def _state(self) -> tuple[Any, ...]:
        """All that reading changes, as it is now."""
        kept = (self.nodes, self.own, self.now, self.made, self.counted, self.owners, self.variables)
        return (*[each.copy() for each in kept], self.agreeing, self.read, self.declared, self.fixed, self.unknown)

    def _restore(self, kept: tuple[Any, ...]) -> None:
        """As it was then; the state may be restored again."""
        now: tuple[Any, ...] = (
            self.nodes, self.own, self.now, self.made, self.counted, self.owners, self.variables,
        )  # fmt: skip
        for mine, then in zip(now, kept, strict=False):
            mine.clear()
            mine.update(then)
        self.agreeing, self.read, self.declared, self.fixed, self.unknown = kept[7:]

    def _reckoned(
        self, record: Record, places: tuple[Any, ...], reads: list[str | Array], shapes: list[Shape | None]
    ) -> bool:
        """Whether a record makes sizes of sizes, or a constant of constants: it is then no row."""
        assert self.reckon is not None
        stored = _stored(reads)
        each = [value.number if type(value) is Tensor else None for value in places]
        try:
            found = self.reckon(
                record.kind,
                record.settings,
                [None if number is None else shapes[number] for number in each],
                [None if number is None else stored.get(number) for number in each],
            )
        except NOT_OURS:
            return False
        if not record.namespace or found is None or len(found) < len(record.outputs):
            return False
        for index, made in enumerate(found):
            self._keep(record, index, made)
        return True

    def _keep(self, record: Record, index: int, made: Stored) -> None:
        """An output that is a constant: whoever reads it has it as such."""
        self.made[record.name, index] = replace(made, name=made.name or _numbered(record.name, index))
        theirs = record.outputs[index] if index < len(record.outputs) else None
        self.agreeing += theirs is not None and agrees(Shape(*made.shape), theirs)

    def _folded(self, record: Record, said: _Said, reads: list[str | Array]) -> bool:
        """Whether a record only arranges what the file holds: its outputs are then constants, and no rows.

        Products of weights with weights are work, and stay.
        """
        work = [step.cost.work.multiply_accumulates for step in said.steps]
        if not reads or said.weights or any(isinstance(read, str) for read in reads) or not _stored(reads):
            return False
        if any(not is_exactly(macs, 0) for macs in work):
            return False
        roots = tuple(dict.fromkeys(root for stored in _stored(reads).values() for root in stored.roots))
        made = {step.name: step.cost.output for step in said.steps}
        for index, name in enumerate(said.outputs):
            self._keep(
                record,
                index,
                Stored(tuple(made[name] or ()), next(iter(_stored(reads).values())).dtype, "", None, roots),
            )
        return True

    def _branch(self, record: Record) -> bool:
        """The records of the branch that a constant condition chooses, in place; False where none is chosen."""
        condition = self._arguments(record)[0][:1]
        value = condition[0] if condition else None
        chosen = value.numbers[0] if isinstance(value, Stored) and value.numbers else None
        branch = record.settings["branches"].get(bool(chosen)) if chosen is not None else None
        if branch is None:
            return False
        for each in branch.records:
            self._record(each)
        for index, made in enumerate(branch.outputs[: len(record.outputs)]):
            self.made[record.name, index] = self.made[made.key] if isinstance(made, Ref) else made
        self.agreeing += sum(shape is not None for shape in record.outputs)
        return True

    def _arguments(self, record: Record) -> tuple[list[str | Array], tuple[Any, ...], dict[str, Any]]:
        """What a record reads, constant arrays too; and its arguments, with a `Tensor` for each of those."""
        reads: list[str | Array] = []

        def place(value: Any) -> Any:
            if isinstance(value, (Ref, Array)):
                reads.append(self.made[value.key] if isinstance(value, Ref) else value)
                return Tensor(len(reads) - 1)
            if isinstance(value, (list, tuple)):
                return [place(each) for each in value]
            if isinstance(value, dict):
                return {name: place(each) for name, each in value.items()}
            return value

        places: list[Any] = []
        named: dict[str, Any] = {}
        for each in record.arguments:
            value = place(each.value)
            if each.name:
                named[each.name] = value
            else:
                places.append(value)
        return reads, tuple(places), named

    def _shapes(self, record: Record, reads: list[str | Array]) -> tuple[list[Shape | None], bool]:
        """The shapes that a record reads at the source's own size, and whether they are those that it was declared on.

        Where we know none, the declared one holds. A nested model may be called on another size than it
        was built on: its declared shapes then say nothing of this call.
        """
        declared = [ref.shape for argument in record.arguments for ref in _refs_and_arrays(argument.value)]
        shapes: list[Shape | None] = []
        comparable = True
        for read, theirs in zip(reads, declared, strict=True):
            if isinstance(read, Array):
                shapes.append(Shape(*read.shape))
                continue
            ours = self.own[read]
            if ours is None and theirs is not None:
                ours = at_batch_one(theirs)
            comparable &= theirs is None or ours is None or agrees(ours, theirs)
            shapes.append(ours)
        return shapes, comparable

    def _words(self, part: Any, shape: Shape | None = None, shapes: Any = ()) -> list[Op] | None:
        """The ops of a layer or function in a layer's settings, by itself: on `shape`, or the first of `shapes`."""
        if not isinstance(part, Part) or not part.namespace:
            return None
        words = partial(self._words, shapes=shapes)
        read = tuple(shapes[:1]) if shape is None else (shape,)
        call = Call(part.kind, part.settings, read, (Tensor(0),), words=words)
        for op, spelling in self._candidates(part.kind):
            found = _read(op, spelling, call)
            if isinstance(found, list) and found:
                return found
        return None

    def _candidates(self, kind: str) -> list[tuple[type[Op], Spelling]]:
        if kind not in self.spellings:
            self.spellings[kind] = spelled(self.framework, kind)
        return self.spellings[kind]

    def _said(self, record: Record, call: Call, reads: list[str | Array], comparable: bool) -> _Said | None:
        """A record in our words; None if there are none, `Different` if they say something else than the source."""
        different = None
        for op, spelling in self._candidates(call.kind):
            found = _read(op, spelling, call)
            said = None if not found else self._steps(record, found, call, reads)
            if said is None:
                continue
            try:
                self._require_the_same(record, said, comparable)
                return said
            except Different as error:
                different = different or error
        if different is not None:
            raise different
        return None

    def _steps(self, record: Record, found: Any, call: Call, reads: list[str | Array]) -> _Said | None:
        """The ops of a reading, applied to what the record reads; None if they do not take it."""
        names = [read if isinstance(read, str) else _constant(record, place, read) for place, read in enumerate(reads)]
        tensors = [(name, shape) for name, shape in zip(names, call.shapes, strict=True)]
        own: Mapping[str, Stored] = MappingProxyType({})
        if isinstance(found, Outputs):
            tensors = tensors if found.numbers is None else [tensors[number] for number in found.numbers]
            each = [self._chain(_numbered(record.name, place), [op], tensors) for place, op in enumerate(found.ops)]
            if None in each:
                return None
            return _Said([step for steps in each for step in steps], tuple(steps[-1].name for steps in each))  # type: ignore[union-attr,index]
        if isinstance(found, Reads):
            if not set(found.weights.values()) <= set(call.stored):
                raise Different("its weights are made while it runs")
            own = {name: call.stored[number] for name, number in found.weights.items()}
            tensors, found = [tensors[number] for number in found.numbers], found.ops
        steps = self._chain(record.name, found, tensors)
        return None if steps is None else _Said(steps, (steps[-1].name,), own)

    def _chain(self, name: str, ops: list[Op], tensors: list[tuple[str, Shape]]) -> list[_Step] | None:
        """Ops one after another: each takes all tensors that are left, or changes the last one."""
        steps: list[_Step] = []
        for place, op in enumerate(ops):
            count = len(tensors) if op.arity is None else op.arity
            if count not in (min(1, len(tensors)), len(tensors)) or (not tensors and op.arity != 0):
                return None
            taken = tensors[-count:] if count else []
            cost = _applied(op, [shape for _, shape in taken])
            if cost.output is None or any(holds(check.condition) is False for check in cost.checks):
                failed = next((check.text for check in cost.checks if holds(check.condition) is False), "")
                raise Different(failed.rstrip("."))
            steps.append(_Step(f"{name}:{place + 1}", op, tuple(each for each, _ in taken), cost))
            tensors = [*tensors[: len(tensors) - count], (steps[-1].name, cost.output)]
        return _renamed(steps, name) if len(tensors) == 1 else None

    def _require_the_same(self, record: Record, said: _Said, comparable: bool) -> None:
        """`Different` where an op's shapes or weights are not those that the source declares."""
        if len(said.outputs) < len(record.outputs):
            raise Different(f"it has {len(record.outputs)} outputs")
        made = {step.name: step.cost.output for step in said.steps}
        for name, theirs in zip(said.outputs, record.outputs, strict=False):
            ours = made[name]
            if comparable and theirs is not None and not agrees(ours, theirs):
                raise Different(f"we find {spell(ours)}, it declares {spelled_shape(theirs)}")
        if record.weights is not None:
            require_weights(said.weights, record.weights)
        elif self.reckon is not None:
            _require_stored(said)

    def _add_said(self, record: Record, said: _Said, reads: list[str | Array]) -> None:
        wanted = {name for step in said.steps for name in step.reads}
        for place, read in enumerate(reads):
            if isinstance(read, Array):
                self._add_array(record, _constant(record, place, read), read, wanted)
        first = self.owners.setdefault(_owner(record), record.name) if _owner(record) else record.name
        for step in said.steps:
            self._add(step, record, self._sharing(record, step, first, said.weights_in))
        for index, name in enumerate(said.outputs):
            self.made[record.name, index] = name
        self.agreeing += sum(shape is not None for shape in record.outputs)
        if self.reckon is not None:
            self._settle(said, reads, wanted)

    def _settle(self, said: _Said, reads: list[str | Array], wanted: set[str]) -> None:
        """What is neither read as a tensor nor a weight is a setting (a scale of sizes, a limit): no parameter."""
        own = [stored.name for stored in said.weights_in.values()]
        for read in _stored(reads).values():
            if read.name not in wanted and read.name not in own:
                self.counted.update(read.roots)

    def _add_array(self, record: Record, name: str, array: Array, wanted: set[str]) -> None:
        """A constant that a record reads as a tensor: a parameter where the file's own tensor is one."""
        roots = array.roots if isinstance(array, Stored) else ()
        if name not in wanted:
            return
        if name in self.nodes:
            return
        whole = (
            len(roots) == 1 and isinstance(array, Stored) and array.name == roots[0] and roots[0] not in self.counted
        )
        op = Parameter(array.shape) if whole else Constant(array.shape)
        if whole:
            self.counted.add(roots[0])
        self._add(_Step(name, op, (), op.apply()), record)

    def _held_elsewhere(self, step: _Step, own: Mapping[str, Stored]) -> dict[str, Any]:
        """Which weights of a step are tensors of the file that another row counts, or that are parts of others."""
        owners: dict[str, str] = {}
        for weight in step.cost.weights:
            stored = own[weight.name]
            size = sum(self.sizes.get(root, 0) for root in stored.roots)
            if not stored.roots:
                owner = self.variables.setdefault(stored.name, step.name)
            elif is_exactly(weight.params, size):
                owner = self.variables.setdefault("+".join(stored.roots), step.name)
                fresh = not self.counted & set(stored.roots)
                owner = owner if owner != step.name or fresh else ""
                self.counted.update(stored.roots)
            else:
                owner = ""
            if owner != step.name:
                owners[weight.name] = owner
        if len(owners) == len(step.cost.weights) and len(set(owners.values())) == 1 and "" not in owners.values():
            return {"weights_of": next(iter(owners.values()))}
        return {"shared_weights": tuple(owners)}

    def _sharing(self, record: Record, step: _Step, first: str, own: Mapping[str, Stored]) -> dict[str, Any]:
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
        frozen = any(slot.role == FROZEN for slot in slots.values())
        elsewhere = {name: self.variables.get(slot.identity, step.name) for name, slot in slots.items()}
        for slot in slots.values():
            self.variables.setdefault(slot.identity, step.name)
        shared = [name for name, owner in elsewhere.items() if owner != step.name]
        others = {elsewhere[name] for name in shared}
        if len(shared) == len(slots) and len(others) == 1:
            return {"weights_of": others.pop(), "frozen": frozen}
        return {"shared_weights": tuple(shared), "frozen": frozen}

    def _add(self, step: _Step, record: Record, flags: Mapping[str, Any] | None = None) -> None:
        """One node, and its shapes; UsageError where only the size that was asked for changes its weights."""
        self.own[step.name] = step.cost.output
        self.now[step.name] = self._now(step, record)
        weights = step.cost.weights if flags else ()
        self.nodes[step.name] = Node(step.name, step.op, step.reads, record.scope, weights=weights, **(flags or {}))

    def _now(self, step: _Step, record: Record) -> Shape | None:
        """The output at the size asked for."""
        if self.asked is None:
            return step.cost.output
        shapes = [self.now[name] for name in step.reads]
        if None in shapes and not isinstance(step.op, Opaque):
            return None
        try:
            cost = _applied(step.op, shapes)
        except Different:
            return None
        if [weight.shape for weight in cost.weights] != [weight.shape for weight in step.cost.weights]:
            own, now = self.own[step.reads[-1]], shapes[-1]
            raise UsageError(
                f"{record.name}: its weights are those for an input of {spell(own)}, "
                f"but --input makes it {spell(now)}. Take the model's own size, or build it for this one."
            )
        return cost.output

    def _add_unknown(self, record: Record, read: list[str | Array], different: str) -> None:
        """A row whose cost we do not know: the weights and, if fixed, the shape are the source's own."""
        reads = [each for each in read if isinstance(each, str)]
        reason = f"a{'n' * (self.framework == 'onnx')} {TITLES[self.framework]} {record.kind}"
        reason += f": {different}" if different else ""
        at = tuple(self.own[name] for name in reads)
        self.unknown += 1
        for index, shape in enumerate(record.outputs):
            output = None if shape is None else at_batch_one(shape)
            ask = None if record.ask is None else partial(asked, record, index)
            weights = () if index else (*self._slots(record), *self._roots(read))
            known = has_all_weights(record) or index > 0
            op = Opaque(reason, output, weights, seen=seen_at(record, at), ask=ask, all_weights=known)
            step = _Step(_numbered(record.name, index), op, tuple(reads), Cost(output))
            self.own[step.name] = output
            self.nodes[step.name] = Node(step.name, op, step.reads, record.scope)
            self.now[step.name] = output if self.asked is None else op.apply(*[self.now[name] for name in reads]).output
            self.made[record.name, index] = step.name

    def _slots(self, record: Record) -> tuple[Weight, ...]:
        """An unknown record's weights that are not counted elsewhere."""
        slots = [slot for slot in record.weights or () if slot.identity not in self.variables]
        for slot in slots:
            self.variables.setdefault(slot.identity, record.name)
        return tuple(Weight(slot.name, slot.shape, slot.role) for slot in slots)

    def _roots(self, read: list[str | Array]) -> tuple[Weight, ...]:
        """The file's parameters that an unknown record reads, if nothing else counts them."""
        found = []
        for stored in _stored(read).values():
            if len(stored.roots) == 1 and stored.roots[0] not in self.counted:
                self.counted.add(stored.roots[0])
                found.append(Weight(printable(stored.roots[0]), self.shapes[stored.roots[0]]))
        return tuple(found)

    @cached_property
    def shapes(self) -> dict[str | int, tuple[int, ...]]:
        """The shape of every parameter that the source holds, by its name."""
        return {slot.identity: slot.shape for slot in self.recorded.unused}

    @cached_property
    def sizes(self) -> dict[str | int, int]:
        """The numbers in every parameter that the source holds, by its name."""
        return {name: prod(shape) for name, shape in self.shapes.items()}

    def _classes(self, nodes: tuple[Node, ...]) -> dict[str, Any]:
        """The number of classes, if the model ends in a dense layer (and perhaps an activation)."""
        by_name = self.nodes
        last = nodes[-1]
        if type(last.op).__name__ == "Activation" and last.inputs:
            last = by_name[last.inputs[0]]
        shape = self.now.get(last.name)
        is_head = type(last.op).__name__ == "Dense" and shape is not None and len(shape) == 2 and is_number(shape[-1])
        return {"classes": shape[-1]} if is_head else {}  # type: ignore[index]

    def _free_name(self, name: str) -> str:
        return name if name not in self.nodes else self._free_name(f"{name}_")


def _opened_again(now: Shape, declared: Declared) -> Declared:
    """A shape with its sizes open where the source leaves them open, or where they are symbols."""
    sizes = zip(now, declared, strict=True)
    return tuple(size if is_number(size) and theirs is not None else None for size, theirs in sizes)


def _read(op: type[Op], spelling: Spelling, call: Call) -> Any:
    """The ops of a call; None for settings that our op does not have: better no word than a wrong one."""
    try:
        return spelling.ops(op, call)
    except NOT_OURS:
        return None


def _applied(op: Op, shapes: list[Any]) -> Cost:
    """The cost of an op; `Different` where a stranger's settings, though of the right kinds, mean nothing."""
    try:
        return op.apply(*shapes)
    except NOT_OURS as error:
        raise Different("its settings do not go together") from error


def _renamed(steps: list[_Step], name: str) -> list[_Step]:
    """The step that has the weights (else the last one) gets the record's name."""
    with_weights = [place for place, step in enumerate(steps) if step.cost.weights]
    main = with_weights[0] if len(with_weights) == 1 else len(steps) - 1
    old = steps[main].name
    return [
        step._replace(
            name=name if place == main else step.name,
            reads=tuple(name if read == old else read for read in step.reads),
        )
        for place, step in enumerate(steps)
    ]


def _numbered(name: str, index: int) -> str:
    return name if not index else f"{name}:{index + 1}"


def _stored(reads: list[str | Array]) -> dict[int, Stored]:
    """Those of the tensors that a record reads that its source holds, by their number."""
    return {place: read for place, read in enumerate(reads) if isinstance(read, Stored)}


def _refs_and_arrays(value: Any) -> Iterator[Any]:
    """Every tensor in an argument's value, in order."""
    if isinstance(value, (Ref, Array)):
        yield value if isinstance(value, Ref) else Ref("", 0, None)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _refs_and_arrays(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _refs_and_arrays(part)


def _require_stored(said: _Said) -> None:
    """`Different` where the weights of an op are others than those that the file holds for it."""
    if len(said.weights) != len(said.weights_in):
        raise Different(f"it has {len(said.weights_in)} weights, where we know {len(said.weights)}")
    for weight in said.weights:
        stored = said.weights_in.get(weight.name)
        if stored is None or holds(equal(product(*weight.shape), product(*stored.shape))) is False:
            theirs = "nothing" if stored is None else "×".join(map(str, stored.shape))
            raise Different(f"we find a {weight.name} of {'×'.join(map(str, weight.shape))}, it has {theirs}")


def _constant(record: Record, place: int, array: Array) -> str:
    """What a constant array in a record's call is called; a tensor of the file by its own name."""
    if isinstance(array, Stored):
        return f"{printable(array.name)}:constant"
    return f"{record.name}:constant{place or ''}"


def _owner(record: Record) -> str:
    """The object that a record applies, where its weights are not told one by one."""
    return record.owner if record.weights is None else ""

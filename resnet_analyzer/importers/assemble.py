"""Records of any framework as a graph: through the spellings on the ops, every declared shape and weight checked.

An op stands for a record only if it gives the shapes that the source declares and has the weights that
the source lists. Where it does not, the row is unknown, and says why; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ..dim import is_exactly, is_number
from ..errors import UsageError
from ..graph import Graph, Node
from ..ops.base import Cost, Op, Work
from ..ops.constant import Constant, Parameter
from ..ops.input import Input
from ..ops.lookup import spelled
from ..ops.opaque import Opaque
from ..ops.spelling import Array, Call, Part, Spelling, Stored, Tensor
from ..shape import Shape, identical, spell
from ._agreement import Different, agrees, as_declared
from ._arguments import arguments_of, constant_name, numbered, shapes_of, stored_in
from ._branching import Branching
from ._choice import State
from ._head import classes_told
from ._ledger import Ledger
from ._said import NOT_OURS, Said, Step, applied, reading, require_the_same, said_by
from ._sizes import Sizes, own_shapes, wanted_shapes
from ._unknown import asked, known_behind, seen_at, with_stored
from .records import INSIDE, Declared, Record, Recorded


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


@dataclass
class _Assembler(Branching):
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
    spellings: dict[str, list[tuple[type[Op], Spelling]]] = field(default_factory=dict)
    agreeing: int = 0

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.recorded, self.framework == "torch")
        self.choices = self.inside = 0
        self.spent: dict[str, Work] = {}
        self.looked = (0, 0, 0, False)

    def graph(self) -> Graph:
        """All records as nodes, and the weights that no record has."""
        for record in self.recorded.records:
            if record.name in self.inputs:
                self._input(record)
            elif INSIDE in record.name:
                self.labelled(record)
            else:
                self.record(record)
        for module, weights in self.ledger.unused().items():
            name = self.free_name(module or "unused")
            op = Opaque("weights that no layer uses", None, weights)
            self.nodes[name] = Node(name, op, (), "/".join(module.split(".")[:-1]), training_only=True)
        nodes = tuple(self.nodes.values())
        about: dict[str, Any] = {"title": self.recorded.name, "says": self._says(), **classes_told(nodes, self.now)}
        if self.looked[3]:
            about["sizes"] = "of the file"
        return Graph(self.recorded.name, nodes, about)

    def _says(self) -> str:
        """How much was read, and how much of it the source itself confirms."""
        layers = [record for record in self.recorded.records if record.name not in self.inputs]
        read = len(layers) + self.looked[0]
        declared = sum(shape is not None for record in layers for shape in record.outputs) + self.looked[1]
        declared = 0 if self.recorded.of_another_batch else declared
        confirmed = f"{self.agreeing} of {declared} tensor shapes as declared there"
        origin, own = self.recorded.says, f"{self.recorded.name} ("
        if origin.startswith(own):  # the title tells the name
            origin = origin.removeprefix(own).removesuffix(")")
        said = f"{read} operation{'s' * (read != 1)} read from {origin}"
        return said + (f", {confirmed}" if declared else "")

    def confirm(self, count: int) -> None:
        """So many shapes of a record are as its source declares them; those inside branches are not told."""
        self.agreeing += 0 if self.inside else count

    def _input(self, record: Record) -> None:
        own = self.inputs[record.name]
        now = own if self.asked is None else self.asked[record.name]
        assert own is not None
        assert now is not None
        self._add(Step(record.name, Input(now), (), Cost(own)), record)
        self.now[record.name] = now
        self.made[record.name, 0] = record.name

    def record(self, record: Record) -> None:
        if "branches" in record.settings and self.branch(record):
            return
        reads, places, named = arguments_of(record, self.made)
        shapes, comparable = shapes_of(record, reads, self.own, self.recorded.batch)
        comparable &= not self.recorded.of_another_batch
        if self.reckon is not None and self._reckoned(record, places, reads, shapes):
            return
        reason = "which branch costs less depends on the sizes" if "branches" in record.settings else ""
        if record.namespace and None not in shapes:
            kind = f"ops.{record.kind}" if record.namespace == f"{self.framework}.ops" else record.kind
            slots = None if record.weights is None else tuple(slot.shape for slot in record.weights)
            words, known = partial(self._words, shapes=shapes), tuple(shapes)
            call = Call(kind, record.settings, known, places, named, slots, words, stored_in(reads))  # type: ignore[arg-type]
            try:
                said = self._said(record, call, reads, comparable)
            except Different as error:
                said, reason = None, str(error)
            vague = said is not None and any(step.cost.unknown for step in said.steps)
            if vague and self.is_opened(record) and self.look(record, reads):
                return
            if said is not None and not self._folded(record, said, reads):
                self._add_said(record, said, reads)
            if said is not None:
                return
        if None not in shapes and self.is_opened(record) and self.look(record, reads):
            return
        if None not in shapes and record.look is not None and self.look(record, reads, wholly=True):
            return
        if not self._constant_as_declared(record, reads):
            self._add_unknown(record, reads, reason)

    def _reckoned(
        self, record: Record, places: tuple[Any, ...], reads: list[str | Array], shapes: list[Shape | None]
    ) -> bool:
        """Whether a record makes sizes of sizes, or a constant of constants: it is then no row."""
        assert self.reckon is not None
        stored = stored_in(reads)
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
        self.made[record.name, index] = replace(made, name=made.name or numbered(record.name, index))
        theirs = record.outputs[index] if index < len(record.outputs) else None
        self.confirm(theirs is not None and agrees(Shape(*made.shape), theirs))

    def _folded(self, record: Record, said: Said, reads: list[str | Array]) -> bool:
        """Whether a record only arranges what the file holds: its outputs are then constants, and no rows.

        Products of weights with weights are work, and stay.
        """
        work = [step.cost.work.multiply_accumulates for step in said.steps]
        if not reads or said.weights or any(isinstance(read, str) for read in reads) or not stored_in(reads):
            return False
        if any(not is_exactly(macs, 0) for macs in work) or record.kind == "aten.expand":
            return False
        roots = tuple(dict.fromkeys(root for stored in stored_in(reads).values() for root in stored.roots))
        made = {step.name: step.cost.output for step in said.steps}
        for index, name in enumerate(said.outputs):
            self._keep(
                record,
                index,
                Stored(tuple(made[name] or ()), next(iter(stored_in(reads).values())).dtype, "", None, roots),
            )
        return True

    def _constant_as_declared(self, record: Record, reads: list[str | Array]) -> bool:
        """Whether a record of PyTorch makes something of the module's own tensors alone: it is then no row."""
        known = all(shape is not None and all(map(is_number, shape)) for shape in record.outputs)
        if self.framework != "torch" or not reads or not known or any(isinstance(read, str) for read in reads):
            return False
        roots = tuple(dict.fromkeys(root for stored in stored_in(reads).values() for root in stored.roots))
        for index, shape in enumerate(record.outputs):
            self._keep(record, index, Stored(tuple(shape or ()), "", "", None, roots))  # type: ignore[arg-type]
        return True

    def state(self) -> State:
        ledger = self.ledger
        return State(
            dict(self.nodes),
            dict(self.own),
            dict(self.now),
            dict(self.made),
            (set(ledger.counted), dict(ledger.owners), dict(ledger.variables)),
            self.agreeing,
            self.looked,
        )

    def restore(self, state: State) -> None:
        self.nodes, self.own = dict(state.nodes), dict(state.own)
        self.now, self.made = dict(state.now), dict(state.made)
        counted, owners, variables = state.ledger
        self.ledger.counted, self.ledger.owners, self.ledger.variables = set(counted), dict(owners), dict(variables)
        self.agreeing = state.agreeing
        self.looked = state.looked

    def _words(self, part: Any, shape: Shape | None = None, shapes: Any = ()) -> list[Op] | None:
        """The ops of a layer or function in a layer's settings, by itself: on `shape`, or the first of `shapes`."""
        if not isinstance(part, Part) or not part.namespace:
            return None
        words = partial(self._words, shapes=shapes)
        read = tuple(shapes[:1]) if shape is None else (shape,)
        call = Call(part.kind, part.settings, read, (Tensor(0),), words=words)
        for op, spelling in self.candidates(part.kind):
            found = reading(op, spelling, call)
            if isinstance(found, list) and found:
                return found
        return None

    def candidates(self, kind: str) -> list[tuple[type[Op], Spelling]]:
        if kind not in self.spellings:
            self.spellings[kind] = spelled(self.framework, kind)
        return self.spellings[kind]

    def _said(self, record: Record, call: Call, reads: list[str | Array], comparable: bool) -> Said | None:
        """A record in our words; None if there are none, `Different` if they say something else than the source."""
        different = None
        for op, spelling in self.candidates(call.kind):
            found = reading(op, spelling, call)
            said = None if not found else said_by(record, found, call, reads)
            if said is None:
                continue
            try:
                require_the_same(record, said, comparable, held=self.reckon is not None)
                return said
            except Different as error:
                different = different or error
        if different is not None:
            raise different
        return None

    def _add_said(self, record: Record, said: Said, reads: list[str | Array]) -> None:
        wanted = {name for step in said.steps for name in step.reads}
        held = {constant_name(record, at, read): read for at, read in enumerate(reads) if isinstance(read, Array)}
        for name, read in held.items():
            self._add_array(record, name, read, wanted)
        first = self.ledger.first(record)
        for step in said.steps:
            self._add(step, record, self.ledger.sharing(record, step, first, said.weights_in))
        for index, name in enumerate(said.outputs):
            self.made[record.name, index] = name
        self.confirm(sum(shape is not None for shape in record.outputs))
        if self.framework == "onnx":  # of PyTorch every parameter counts, wherever it is read
            self.ledger.settle(said, held, wanted)

    def _add_array(self, record: Record, name: str, array: Array, wanted: set[str]) -> None:
        """A constant that a record reads as a tensor: a parameter where the file's own tensor is one."""
        if name not in wanted or name in self.nodes:
            return
        roots = array.roots if isinstance(array, Stored) else ()
        whole = self.ledger.is_whole(array)
        op = Parameter(array.shape) if whole else Constant(array.shape)
        if whole:
            self.ledger.counted.update(roots)
        frozen = whole and self.ledger.are_frozen([array])  # type: ignore[list-item]
        self._add(Step(name, op, (), op.apply()), record, {"frozen": True} if frozen else None)

    def _add(self, step: Step, record: Record, flags: Mapping[str, Any] | None = None) -> None:
        """One node, and its shapes; UsageError where only the size that was asked for changes its weights."""
        self.own[step.name] = step.cost.output
        self.spent[step.name] = step.cost.work
        self.now[step.name] = self._now(step, record)
        weights = step.cost.weights if flags else ()
        about = {"weights": weights, "made_by": record.made_by, **(flags or {})}
        self.nodes[step.name] = Node(step.name, step.op, step.reads, record.scope, **about)

    def _now(self, step: Step, record: Record) -> Shape | None:
        """The output at the size asked for."""
        if self.asked is None:
            return step.cost.output
        shapes = [self.now[name] for name in step.reads]
        if None in shapes and not isinstance(step.op, Opaque):
            return None
        try:
            cost = applied(step.op, shapes)
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
        reads += known_behind(reads, self.nodes, self.own)
        reason = f"a{'n' * (self.framework == 'onnx')} {TITLES[self.framework]} {record.kind}"
        reason += f": {different}" if different else ""
        at = tuple(self.own[name] for name in reads)
        self.looked = (*self.looked[:2], self.looked[2] + 1, self.looked[3])
        record, known = with_stored(record)
        for index, shape in enumerate(record.outputs):
            output = self._declared(shape, at)
            ask = None if record.ask is None else partial(asked, record, index)
            weights = () if index else (*self.ledger.slots(record), *self.ledger.roots(read))
            op = Opaque(reason, output, weights, seen=seen_at(record, at), ask=ask, all_weights=known or index > 0)
            step = Step(numbered(record.name, index), op, tuple(reads), Cost(output))
            self.own[step.name] = output
            self.nodes[step.name] = Node(step.name, op, step.reads, record.scope)
            self.now[step.name] = output if self.asked is None else op.apply(*[self.now[name] for name in reads]).output
            self.made[record.name, index] = step.name

    def _declared(self, shape: Declared | None, at: tuple[Shape | None, ...]) -> Shape | None:
        """The declared shape of an output that nothing else tells; in another batch where all that is read has that."""
        batch = self.recorded.batch
        if not self.recorded.of_another_batch or not shape or batch is None:
            return None if self.recorded.of_another_batch else as_declared(shape, batch)
        alike = bool(at) and all(each and identical((Shape(batch), Shape(each[0]))) for each in at)
        return as_declared((None, *shape[1:]), batch) if alike and shape[0] == 1 else None

    def free_name(self, name: str) -> str:
        return name if name not in self.nodes else self.free_name(f"{name}_")

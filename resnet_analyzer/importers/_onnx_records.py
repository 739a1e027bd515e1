"""An ONNX graph as neutral records: one for each node, functions of the model's own opened, branches beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from ..dim import Dim
from ..errors import UsageError
from ..ops.spelling import Stored
from ._onnx_file import FromCall, FunctionData, GraphData, ModelData, NodeData, TensorData
from ._onnx_quantised import operands, plain
from .records import Argument, Declared, Record, Recorded, Ref, Slot, printable

DEPTH = 24  # functions within functions, branches within branches
MOST_RECORDS = 400_000
# types of weights: floating-point numbers, and what stands for them in quantised models
FLOATS = (
    "float32", "float16", "float64", "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz",
    "float4e2m1", "int8", "uint8", "int4", "uint4",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Branch:
    """The records of one branch of an `If`, and what it gives."""

    records: tuple[Record, ...]
    outputs: tuple[Any, ...]


def records_of(
    model: ModelData,
    title: str,
    inputs: Mapping[str, Declared],
    names: Mapping[str, Any],
    batch: Dim | None = None,
    of_another_batch: bool = False,
) -> Recorded:
    """The records of a file; `inputs` are the shapes of its inputs, `names` the sizes that its own names stand for.

    `batch` and `of_another_batch` tell of its declared shapes (see `Recorded`).

    UsageError for a graph that reads what nothing makes.
    """
    graph = model.graph or GraphData()
    maker = _Maker(model, names)
    scope: dict[str, Any] = {}
    first = []
    for name, shape in inputs.items():
        record = Record(maker.free(printable(name)), "Input", "onnx", outputs=(shape,))
        scope[name] = Ref(record.name)
        first.append(record)
    records = [*first, *maker.graph(graph, scope, "", 0)]
    outputs = tuple(scope[name] for name in graph.outputs if isinstance(scope.get(name), Ref))
    opset = model.opsets.get("", 0)
    producer = printable(f"{model.producer} {model.version}".strip(), 60)
    says = f"{title} (ONNX opset {opset}{f', {producer}' if producer else ''})"
    given = tuple(each.name for each in first)
    weights = tuple(maker.parameters.values())
    return Recorded(title, tuple(records), given, outputs, says, weights, batch, of_another_batch)


@dataclass
class _Maker:
    """Makes records; knows the names that are taken, and the parameters that it met."""

    model: ModelData
    names: Mapping[str, Any]
    taken: set[str] = field(default_factory=set)
    parameters: dict[str, Slot] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    quantised: set[str] = field(default_factory=set)
    scales: set[str] = field(default_factory=set)
    count: int = 0

    def __post_init__(self) -> None:
        self.functions = {(each.domain, each.name, each.overload): each for each in self.model.functions}

    def free(self, name: str) -> str:
        """A name that no record has yet."""
        found, number = name, 1
        while found in self.taken:
            number += 1
            found = f"{name}_{number}"
        self.taken.add(found)
        return found

    def graph(self, graph: GraphData, scope: dict[str, Any], prefix: str, depth: int) -> list[Record]:
        """The records of a graph; `scope` gets the tensors that it makes."""
        if depth > DEPTH:
            raise UsageError(f"branches within branches, more than {DEPTH} deep")
        for node in graph.nodes:
            for found, names in zip((self.quantised, self.scales), operands(node), strict=True):
                found.update(prefix + name for name in names)
        for name, tensor in graph.tensors.items():
            scope[name] = self.stored(tensor, name, prefix)
        declared = {**graph.declared, **graph.outputs}
        used = {name for node in graph.nodes for name in _reads(node)} | set(graph.outputs)
        return [record for node in graph.nodes for record in self.node(node, scope, declared, used, prefix, depth)]

    def stored(self, tensor: TensorData, name: str, prefix: str) -> Stored:
        """A tensor of the file; a parameter if it is of several numbers, floating-point or few-valued."""
        full = prefix + name
        counts = (tensor.dtype in FLOATS or full in self.quantised) and prod(tensor.shape) > 1
        counts = counts and full not in self.scales
        if counts:
            self.parameters.setdefault(full, Slot(printable(full), tensor.shape, identity=full))
        return Stored(tensor.shape, tensor.dtype, full, tensor.numbers, (full,) if counts else ())

    def node(
        self,
        node: NodeData,
        scope: dict[str, Any],
        declared: Mapping[str, Declared | None],
        used: set[str],
        prefix: str,
        depth: int,
    ) -> list[Record]:
        """The record of a node; those of a function's inside; none of a constant."""
        self.count += 1
        if self.count > MOST_RECORDS:
            raise UsageError(f"more than {MOST_RECORDS} operations")
        node = plain(node)
        if node.kind == "Constant" and not node.domain and node.outputs:
            scope[node.outputs[0]] = self.constant(node, prefix)
            return []
        function = self.functions.get((node.domain, node.kind, node.overload))
        if function is not None:
            return self.call(function, node, scope, declared, prefix, depth)
        name = self.free(prefix + _name(node, self.count))
        arguments = tuple(Argument("", None if not each else self.found(scope, each, name)) for each in node.inputs)
        outputs = list(node.outputs)
        while len(outputs) > 1 and outputs[-1] not in used:
            outputs.pop()
        settings = {key: value for key, value in node.attributes.items() if not isinstance(value, GraphData)}
        settings = {
            key: self.stored(value, f"{name}.{key}", "") if isinstance(value, TensorData) else value
            for key, value in settings.items()
        }
        settings |= {"outputs": len(node.outputs), "opset": self.model.opsets.get(node.domain, 0)}
        if node.kind == "If" and not node.domain:
            settings["branches"] = self.branches(node, scope, name, depth)
        shapes = tuple(self.sizes(declared.get(each)) for each in outputs) or (None,)
        domain = "onnx" if not node.domain else "com.microsoft" if node.domain == "com.microsoft" else ""
        record = Record(name, printable(node.kind, 80), domain, settings, arguments, shapes, scope=_scope(name))
        for index, each in enumerate(outputs):
            scope[each] = Ref(name, index)
        return [record]

    def found(self, scope: Mapping[str, Any], name: str, reader: str) -> Any:
        """The tensor of that name; UsageError where nothing makes it."""
        if name not in scope:
            raise UsageError(f"{reader} reads {printable(name, 80)!r}, which nothing before it makes")
        return scope[name]

    def sizes(self, shape: Declared | None) -> Declared | None:
        """A declared shape with what its names stand for; None for a name that stands for nothing here."""
        if shape is None:
            return None
        return tuple([self.size(size) if isinstance(size, str) else size for size in shape])

    def size(self, name: str) -> Any:
        """What a declared size's name, or its expression of names, stands for; None where nothing tells."""
        if name not in self.names and not name.isidentifier() and name not in self.known:
            from ._pt2_expressions import NoValue, evaluate

            try:
                self.known[name] = evaluate(name, self.names)
            except NoValue:
                self.known[name] = None
        return self.names.get(name, self.known.get(name))

    def constant(self, node: NodeData, prefix: str) -> Stored:
        """The tensor of a Constant node, whatever it is written as."""
        name = node.outputs[0]
        value = next(iter(node.attributes.values()), None)
        if isinstance(value, TensorData):
            return self.stored(value, name, prefix)
        kinds = {"value_float": "float32", "value_floats": "float32", "value_int": "int64", "value_ints": "int64"}
        dtype = next((kinds[key] for key in node.attributes if key in kinds), "string")
        if isinstance(value, list):
            return self.stored(TensorData(name, (len(value),), dtype, tuple(value[:256])), name, prefix)
        return self.stored(TensorData(name, (), dtype, (value,)), name, prefix)

    def branches(self, node: NodeData, scope: dict[str, Any], name: str, depth: int) -> dict[bool, Branch]:
        """Both branches of an `If`, by the condition."""
        found = {}
        for key, attribute in ((True, "then_branch"), (False, "else_branch")):
            graph = node.attributes.get(attribute)
            if isinstance(graph, GraphData):
                inner = dict(scope)
                records = self.graph(graph, inner, f"{name}/", depth + 1)
                outputs = tuple(self.found(inner, each, name) for each in graph.outputs)
                if len(outputs) != len(node.outputs):
                    raise UsageError(f"{name} makes {len(node.outputs)} tensors, its {attribute} {len(outputs)}")
                found[key] = Branch(tuple(records), outputs)
        return found

    def call(
        self,
        function: FunctionData,
        node: NodeData,
        scope: dict[str, Any],
        declared: Mapping[str, Declared | None],
        prefix: str,
        depth: int,
    ) -> list[Record]:
        """The records of a function of the model's own, called once."""
        if depth > DEPTH:
            raise UsageError(f"functions within functions, more than {DEPTH} deep")
        name = self.free(prefix + _name(node, self.count))
        inner: dict[str, Any] = {"": None}
        for place, own in enumerate(function.inputs):
            given = node.inputs[place] if place < len(node.inputs) else ""
            inner[own] = self.found(scope, given, name) if given else None
        nodes = [_with_attributes(each, {**function.defaults, **node.attributes}) for each in function.nodes]
        graph = GraphData(function.name, nodes, outputs=dict.fromkeys(function.outputs))
        records = self.graph(graph, inner, f"{name}/", depth + 1)
        for ours, theirs in zip(node.outputs, function.outputs, strict=False):
            scope[ours] = self.found(inner, theirs, name)
        return records


def _with_attributes(node: NodeData, given: Mapping[str, Any]) -> NodeData:
    """A function's node with the attributes that the call gives."""
    if not any(isinstance(value, FromCall) for value in node.attributes.values()):
        return node
    own = {key: given.get(value) if isinstance(value, FromCall) else value for key, value in node.attributes.items()}
    return replace(node, attributes={key: value for key, value in own.items() if value is not None})


def _reads(node: NodeData) -> list[str]:
    """The names that a node reads, those inside its branches too."""
    found, pending = list(node.inputs), [value for value in node.attributes.values() if isinstance(value, GraphData)]
    while pending:
        graph = pending.pop()
        found += graph.outputs
        for each in graph.nodes:
            found += each.inputs
            pending += [value for value in each.attributes.values() if isinstance(value, GraphData)]
    return found


def _name(node: NodeData, number: int) -> str:
    """A node's own name as a path, else what it is and its number."""
    return printable(node.name.strip("/")) or f"{printable(node.kind, 80) or 'node'}_{number}"


def _scope(name: str) -> str:
    """Where a node stands, by a name that is a path: `layer1/conv/Conv` in `layer1/conv`."""
    return name.rpartition("/")[0]

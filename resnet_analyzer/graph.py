"""The symbolic layer graph: nodes in the order of construction, each naming the nodes it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .dim import Dim, is_array, is_number, over_cells
from .errors import GraphError
from .frozen import Frozen, NamedTuple, replace
from .ops.base import CHANNELS_FIRST, CHANNELS_LAST, Op, Weight, leaves
from .ops.input import Input
from .shape import Shape

if TYPE_CHECKING:
    import networkx


class Node(NamedTuple):
    """One application of an op: its unique name, the op, the names it reads, and the scope it stands in.

    `training_only` marks a layer that inference never runs (auxiliary heads): it has weights but no work.
    `weights_of` names the node whose weights this one uses again (they are counted there),
    `shared_weights` the names of single weights that are counted elsewhere, `frozen` tells that no weight
    of it is trained. `weights` are those that its source declares: they count where the op cannot tell
    its own, since the shape of what it reads is unknown. `made_by` is the class of the module of `torch.nn` that
    runs it (`Conv2d`), the whole name of somebody else's class that owns its weights, or `function` where
    code calls a function: counters that hook modules do not see that. "" where nobody told.
    """

    name: str
    op: Op
    inputs: tuple[str, ...] = ()
    scope: str = ""
    training_only: bool = False
    weights_of: str = ""
    frozen: bool = False
    shared_weights: tuple[str, ...] = ()
    weights: tuple[Weight, ...] = ()
    made_by: str = ""


def input_layouts(nodes: Iterable[Node]) -> dict[str, str]:
    """How each input lies that an op slides over, by its name: as the first such op tells, permutations followed back.

    >>> from resnet_analyzer.ops.conv import Conv2d
    >>> from resnet_analyzer.ops.reshape import Permute
    >>> turned = Node("turn", Permute((0, 3, 1, 2)), ("image",))
    >>> conv = Node("conv", Conv2d(8, 3, data_format="channels_first"), ("turn",))
    >>> input_layouts([Node("image", Input(Shape(1, 32, 32, 3))), turned, conv])
    {'image': 'channels_last'}
    """
    found: dict[str, str] = {}
    followed: dict[
        str, tuple[str, dict[str, bool | None]]
    ] = {}  # the input; if it lies so, are channels in front here?
    for node in nodes:
        if not node.inputs:
            followed[node.name] = (node.name, {CHANNELS_LAST: False, CHANNELS_FIRST: True})
        elif node.inputs[0] in followed:
            name, ways = followed[node.inputs[0]]
            layout = node.op.__dict__.get("data_format")
            if layout is None:
                put = node.op.puts_channels_first
                followed[node.name] = name, {way: None if at is None else put(at) for way, at in ways.items()}
            elif name not in found:
                fitting = [way for way, in_front in ways.items() if in_front is (layout == CHANNELS_FIRST)]
                found[name] = fitting[0] if len(fitting) == 1 else layout
    return found


class Graph(Frozen):
    """A network: named nodes, each after all that it reads. Immutable; `GraphBuilder` makes one.

    `about` holds what a reader wants to know of it: title, style, remark, source.
    """

    name: str
    nodes: tuple[Node, ...]
    about: Mapping[str, str] = MappingProxyType({})

    def __post_init__(self) -> None:
        self.__dict__["about"] = dict(self.about)

    def __repr__(self) -> str:
        return f"<Graph {self.name}: {len(self.nodes)} nodes>"

    @cached_property
    def _index(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __getitem__(self, name: str) -> Node:
        return self._index[name]

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes that hold the inputs' shapes."""
        return tuple(node for node in self.nodes if type(node.op) is Input)

    @property
    def is_open(self) -> bool:
        """Whether an input has a size that is not a number yet."""
        return any(not is_number(size) for node in self.inputs for size in node.op.shape)  # type: ignore[attr-defined]

    @property
    def outputs(self) -> tuple[Node, ...]:
        """The nodes that nobody reads."""
        read = {name for node in self.nodes for name in node.inputs}
        return tuple(node for node in self.nodes if node.name not in read)

    @property
    def data_format(self) -> str | None:
        """`channels_last` or `channels_first`: how the first input lies that an op slides over; None without one."""
        return next(iter(input_layouts(self.nodes).values()), None)

    def channels_first(self) -> frozenset[str]:
        """The nodes whose output has its channels in front, as their ops tell.

        An op that takes a `data_format` says it, a permutation may change it, all others leave it as it was.
        """
        layouts = input_layouts(self.nodes)
        told = {getattr(node.op, "data_format", None) for node in self.nodes}
        if CHANNELS_FIRST not in told.union(layouts.values()):
            return frozenset()
        else_so = next(iter(layouts.values()), CHANNELS_LAST)
        found: set[str] = set()
        for node in self.nodes:
            if node.inputs:
                before = node.inputs[0] in found
                put = node.op.puts_channels_first(before)
                in_front = before if put is None else put
            else:
                in_front = layouts.get(node.name, else_so) == CHANNELS_FIRST
            if in_front:
                found.add(node.name)
        return frozenset(found)

    def with_batch(self, batch: Dim) -> Graph:
        """The same layers on another batch: the first axis of every input; GraphError for an input without axes."""
        for node in self.inputs:
            if not node.op.shape:  # type: ignore[attr-defined]
                raise GraphError(f"{node.name}: an input without axes has no batch")
            if self.about.get("sizes") == "of the file" and node.op.shape[0] != batch:  # type: ignore[attr-defined]
                raise GraphError(f"{self.name}: its sizes follow from its batch: load it with batch={batch}")
        return self.replaced({node.name: Input(node.op.shape.with_size(0, batch)) for node in self.inputs})  # type: ignore[attr-defined]

    def with_input(self, shape: Shape) -> Graph:
        """The same layers on another input shape (single-input graphs)."""
        inputs = self.inputs
        if len(inputs) != 1:
            raise GraphError(f"{self.name}: has {len(inputs)} inputs; name the one to change with `replaced`")
        return self.replaced({inputs[0].name: Input(shape)})

    def replaced(self, ops: dict[str, Op]) -> Graph:
        """The same graph with other ops at the named nodes; GraphError for a name that is not there."""
        for name in ops:
            if name not in self._index:
                raise GraphError(f"{self.name}: there is no node {name!r} to replace")
        nodes = tuple(node._replace(op=ops[node.name]) if node.name in ops else node for node in self.nodes)
        return replace(self, nodes=nodes)

    def as_functions(self, names: Iterable[str]) -> Graph:
        """The same graph, in which PyTorch's own code calls a function at the named nodes, and no module."""
        wanted = set(names)
        nodes = tuple(node._replace(made_by="function") if node.name in wanted else node for node in self.nodes)
        return replace(self, nodes=nodes)

    def arrays(self) -> list[Any]:
        """The numpy arrays that fields of ops hold."""
        return [array for node in self.nodes for array in _arrays(node.op)]

    def over_cells(self, function: Callable[[Dim], Dim]) -> Graph:
        """The same graph with `function` applied to every array that a field of an op holds."""
        changed = {}
        for node in self.nodes:
            cut = _over_cells(function, node.op)
            if cut is not node.op:
                changed[node.name] = cut
        return self.replaced(changed)

    def by_depth(self) -> Graph:
        """The same graph in Keras' own order: farthest from the end first, then as a walk back from the end meets them.

        Keras sorts the layers of a functional model so (keras/src/ops/function.py, map_graph).
        """
        depth = {node.name: 0 for node in self.nodes}
        for node in reversed(self.nodes):
            for name in node.inputs:
                depth[name] = max(depth[name], depth[node.name] + 1)
        met: dict[str, int] = {}
        waiting = [node.name for node in reversed(self.outputs)]
        while waiting:  # depth first, first inputs first; no recursion, since chains are long
            name = waiting.pop()
            if name not in met:
                met[name] = len(met)
                waiting.extend(reversed(self._index[name].inputs))
        return replace(self, nodes=tuple(sorted(self.nodes, key=lambda node: (-depth[node.name], met[node.name]))))

    def to_networkx(self) -> networkx.DiGraph:
        """The graph for networkx: a vertex per node with its `op`, an edge per use with its `position`."""
        import networkx

        result = networkx.DiGraph(name=self.name)
        for node in self.nodes:
            result.add_node(node.name, op=node.op, scope=node.scope)
            for position, name in enumerate(node.inputs):
                result.add_edge(name, node.name, position=position)
        return result


_PLAIN = {int, float, bool, str, type(None)}  # kinds of fields that cannot hold an array


def _arrays(op: Op) -> Iterator[Any]:
    """The arrays in its fields, and in those of an op that it holds (as TimeDistributed does)."""
    for value in vars(op).values():
        if type(value) not in _PLAIN:
            for part in leaves(value):
                if is_array(part):
                    yield part
                elif isinstance(part, Op):
                    yield from _arrays(part)


def _over_cells(function: Callable[[Dim], Dim], op: Op) -> Op:
    """The same op with `function` applied to every such array; the op itself if it has none."""
    values = {name: value for name, value in vars(op).items() if type(value) not in _PLAIN}
    changed: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Op):
            changed[name] = _over_cells(function, value)
        elif any(map(is_array, leaves(value))):
            changed[name] = over_cells(function, value)
    changed = {name: value for name, value in changed.items() if value is not values[name]}
    return replace(op, **changed) if changed else op


class GraphBuilder:
    """Builds a graph node by node; a node's name is handed on as the handle to read it by.

    >>> from resnet_analyzer.ops.conv import Conv2d
    >>> from resnet_analyzer.shape import Shape
    >>> build = GraphBuilder("tiny")
    >>> image = build.input(Shape(1, 8, 8, 3))
    >>> with build.scope("stage1"):
    ...     build.add("conv", Conv2d(16, 3), image)
    'stage1/conv'
    >>> len(build.graph())
    2
    """

    def __init__(self, name: str, **about: str) -> None:
        self.name, self.about = name, about
        self._nodes: dict[str, Node] = {}
        self._scope = ""
        self._training_only = False
        self._numbers: dict[str, int] = {}

    def input(self, shape: Shape, name: str = "input") -> str:
        """Add an input of that shape and return its handle."""
        return self.add(name, Input(shape))

    def add(self, name: str, op: Op, *inputs: str, full_name: str | None = None) -> str:
        """Add `op` reading `inputs`; its name is the scope and `name`, or `full_name` as it stands.

        GraphError if the name is taken, an input is unknown, or their number is not the op's.
        """
        full = full_name or (f"{self._scope}/{name}" if self._scope else name)
        nodes = self._nodes
        if full in nodes:
            raise GraphError(f"{full}: two nodes have this name")
        for source in inputs:
            if source not in nodes:
                raise GraphError(f"{full}: reads {source!r}, which is not defined before it")
        if op.arity != len(inputs) and (op.arity is not None or not (inputs or op.tells_shape_alone)):
            wanted = "at least one input" if op.arity is None else f"{op.arity} input{'s' * (op.arity != 1)}"
            raise GraphError(f"{full}: {type(op).__name__} takes {wanted}, not {len(inputs)}")
        nodes[full] = Node(full, op, inputs, self._scope, self._training_only)
        return full

    def chain(self, start: str, *steps: tuple[str, Op]) -> str:
        """Add one op after another, each reading the one before, and return the last handle."""
        for name, op in steps:
            start = self.add(name, op, start)
        return start

    def numbered(self, stem: str) -> str:
        """`stem`, `stem_1`, `stem_2` …: how Keras names layers that nobody named."""
        count = self._numbers.get(stem, 0)
        self._numbers[stem] = count + 1
        return f"{stem}_{count}" if count else stem

    @contextmanager
    def scope(self, name: str, training_only: bool = False) -> Iterator[None]:
        """Names added inside begin with `name/`; `training_only` layers have weights but no work."""
        outer = self._scope, self._training_only
        self._scope = f"{outer[0]}/{name}" if outer[0] else name
        self._training_only = training_only or outer[1]
        try:
            yield
        finally:
            self._scope, self._training_only = outer

    def graph(self) -> Graph:
        """The finished graph; GraphError if it is empty."""
        if not self._nodes:
            raise GraphError(f"{self.name}: a graph needs at least one node")
        return Graph(self.name, tuple(self._nodes.values()), dict(self.about))

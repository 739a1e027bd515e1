"""A live PyTorch module as a graph: traced, traced again at another size, every tensor compared."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ..dim import is_number, is_symbol, symbol
from ..errors import AnalyzerError, UsageError
from ..graph import Graph
from ..ops.spelling import Stored
from ..shape import Shape
from ._torch_follow import at, at_sizes
from ._torch_trace import Given, Stopped, Traced, trace
from .assemble import assemble_at
from .records import Argument, Record, Recorded, Ref, printable, references

HINT = 224  # a side, where nobody says another


@dataclass(frozen=True)
class Asked:
    """What an input is to be: its name, its sizes (numbers, or variables to be left open), and their type."""

    name: str
    shape: tuple[Any, ...]
    dtype: Any = None


def graph_of(torch: Any, module: Any, inputs: Any, title: str = "") -> Graph:
    """The graph of a module at the inputs' sizes; `inputs` are its arguments, with an `Asked` for each tensor.

    UsageError for a module that cannot be run without numbers, in one line that says where.
    """
    with _beside_tensorflow():
        return _graph_of(torch, module, inputs, title)


@contextmanager
def _beside_tensorflow() -> Iterator[None]:
    """PyTorch does without triton where TensorFlow was loaded first: loading it then ends the process.

    Both bring an LLVM of their own (seen with TensorFlow 2.21 and the triton of PyTorch 2.14: a segmentation
    fault). Nothing here needs it; PyTorch asks for it as soon as an operation runs on a meta tensor.
    """
    if "tensorflow" not in sys.modules or "triton" in sys.modules:
        yield
        return
    sys.modules["triton"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.modules.pop("triton", None)


def _graph_of(torch: Any, module: Any, inputs: Any, title: str) -> Graph:
    module = unwrapped(torch, module)
    title = printable(title or type(module).__name__, 80)
    says = f"{title} (PyTorch {torch.__version__.partition('+')[0]})"
    runs = _Runs(torch, module, title, says, inputs)
    try:
        first = runs.trace(0)
    except Exception as error:  # a stranger's code may fail in any way
        from ._torch_export import exported

        try:
            recorded = exported(torch, module, runs.example(), title, says, error)
        except UsageError:
            if not isinstance(error, Stopped):
                raise
            return _static_part(runs, error)
        return _assembled(recorded, {name: Shape(*shape) for name, shape in runs.shapes(0).items()}, False)
    return _graph(runs, first)


def _static_part(runs: _Runs, error: Stopped) -> Graph:
    """What a module does before it goes by numbers (a detector), and one row of unknown cost for all that follows."""
    plain = at_sizes(error.recorded, runs.values(0), {})
    read = {ref.key for record in plain.records for each in record.arguments for ref in references(each.value)}
    ends = [Ref(record.name) for record in plain.records if (record.name, 0) not in read][-8:]
    reason = printable(str(error).strip().partition("\n")[0], 120)
    rest = Record("the rest", f"module: {reason}", "torch", arguments=tuple([Argument("", end) for end in ends]))
    recorded = replace(plain, records=(*plain.records, rest))
    graph = _assembled(recorded, {name: Shape(*shape) for name, shape in runs.shapes(0).items()}, False)
    return replace(graph, about={**graph.about, "sizes": "of the file"})


def unwrapped(torch: Any, module: Any) -> Any:
    """The module itself; UsageError for what is none, or what has no weights yet."""
    for wrapper in ("_orig_mod", "module"):
        inner = getattr(module, wrapper, None)
        wraps = wrapper == "_orig_mod" or type(module).__name__ in ("DataParallel", "DistributedDataParallel")
        if wraps and isinstance(inner, torch.nn.Module):
            module = inner
    if not isinstance(module, torch.nn.Module):
        raise UsageError(f"{type(module).__name__} is no torch.nn.Module")
    lazy = torch.nn.parameter.UninitializedTensorMixin
    for name, weight in [*module.named_parameters(), *module.named_buffers()]:
        if isinstance(weight, lazy):
            raise UsageError(f"{name} has no shape yet: run a lazy module once, then hand it over")
    return module


class _Runs:
    """Runs of a module at different sizes."""

    def __init__(self, torch: Any, module: Any, title: str, says: str, inputs: Any) -> None:
        self.torch, self.module, self.title, self.says, self.inputs = torch, module, title, says, inputs
        self.asked = list(_asked(inputs))
        self.open = _variables(self.asked)

    def values(self, run: int) -> dict[str, int]:
        """The variables' values at a run: those asked for, or other ones."""
        found = {}
        for asked in self.asked:
            for axis, size in enumerate(asked.shape):
                name = self.open.get((asked.name, axis))
                if name is not None and name not in found:
                    plain = int(size) if is_number(size) else 1 if axis == 0 else HINT
                    found[name] = plain + run * (2 if axis == 0 else 32)
        return found

    def shapes(self, run: int) -> dict[str, tuple[int, ...]]:
        """The inputs' sizes at a run."""
        values = self.values(run)
        return {
            asked.name: tuple(
                values[self.open[asked.name, axis]] if (asked.name, axis) in self.open else int(size)
                for axis, size in enumerate(asked.shape)
            )
            for asked in self.asked
        }

    def trace(self, run: int) -> Traced:
        """The module traced at these sizes."""
        values, shapes = self.values(run), self.shapes(run)

        def given(asked: Asked) -> Given:
            tensor = self.torch.empty(shapes[asked.name], dtype=asked.dtype, device="meta")
            sizes = [
                symbol(self.open[asked.name, axis]) if (asked.name, axis) in self.open else int(size)
                for axis, size in enumerate(asked.shape)
            ]
            return Given(asked.name, tensor, Shape(*sizes))

        inputs = _mapped(self.inputs, given)
        return trace(self.torch, self.module, inputs, values, self.title, self.says)

    def example(self) -> Any:
        """Arguments with real tensors, for the static export."""
        shapes = self.shapes(0)
        return _mapped(self.inputs, lambda asked: self.torch.zeros(shapes[asked.name], dtype=asked.dtype))


def _asked(value: Any) -> Any:
    if isinstance(value, Asked):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _asked(part)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _asked(part)


def _mapped(value: Any, function: Any) -> Any:
    if isinstance(value, Asked):
        return function(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_mapped(each, function) for each in value)
    if isinstance(value, dict):
        return {name: _mapped(each, function) for name, each in value.items()}
    return value


def _variables(asked: list[Asked]) -> dict[tuple[str, int], str]:
    """The variable of every axis that may have another size: the batch, the sides, the length; by input and axis."""
    found = {}
    sides = {3: ("length",), 4: ("h", "w"), 5: ("d", "h", "w")}
    for place, each in enumerate(asked):
        rank, number = len(each.shape), "" if not place else str(place + 1)
        if rank == 0:
            continue
        found[each.name, 0] = _named(each.shape[0], "batch")
        tokens = rank == 2 and each.dtype is not None and not each.dtype.is_floating_point
        names: tuple[str, ...] = ("length",) if tokens else sides.get(rank, ())
        for axis, name in zip(range(rank - len(names), rank), names, strict=True):
            found[each.name, axis] = _named(each.shape[axis], name + number)
    return found


def _named(size: Any, name: str) -> str:
    """A variable's own name, where the size is one."""
    return str(size) if is_symbol(size) and str(size).isidentifier() else name


def _graph(runs: _Runs, first: Traced) -> Graph:
    """The graph at the sizes asked for; at other ones where a second run agrees in every tensor."""
    values = runs.values(0)
    shapes = runs.shapes(0)
    plain = at_sizes(first.recorded, values, {})
    graph = _assembled(plain, {name: Shape(*shape) for name, shape in shapes.items()}, False)
    holds = _second_agrees(runs, first)
    if not holds:
        remark = {"sizes": "of the file"}
        if any(not is_number(size) for asked in runs.asked for size in asked.shape):
            remark["says"] = f"{graph.about['says']}; other sizes are not told: its code takes these alone"
        return replace(graph, about={**graph.about, **remark})
    if any(is_symbol(size) for asked in runs.asked for size in asked.shape):
        return _open(runs, first)
    fixed = _has_fixed_sizes(first.recorded)
    about = {**graph.about, **({"sizes": "of the file"} if fixed else {}), **_conditions(first)}
    return replace(graph, about=about)


def _second_agrees(runs: _Runs, first: Traced) -> bool:
    """Whether a second run, at another size, gives the shapes that the first one's expressions tell."""
    try:
        second = runs.trace(1)
    except Exception:  # a module that takes one size alone
        return False
    if [record.kind for record in first.recorded.records] != [record.kind for record in second.recorded.records]:
        return False
    values, shapes = runs.values(1), runs.shapes(1)
    declared = {
        one.name: other.outputs for one, other in zip(first.recorded.records, second.recorded.records, strict=True)
    }
    try:
        again = _assembled(
            at_sizes(first.recorded, values, declared), {name: Shape(*shape) for name, shape in shapes.items()}, True
        )
    except AnalyzerError:
        return False
    told = again.about["says"].rpartition(", ")[2].split()
    return told[:1] == told[2:3]


def _open(runs: _Runs, first: Traced) -> Graph:
    """The graph with variables where sizes are asked for as such."""
    values: dict[str, Any] = {}
    for asked in runs.asked:
        for axis, size in enumerate(asked.shape):
            name = runs.open.get((asked.name, axis))
            if name is not None:
                values[name] = size
    shapes = {
        asked.name: Shape(
            *[values.get(runs.open.get((asked.name, axis), ""), size) for axis, size in enumerate(asked.shape)]
        )
        for asked in runs.asked
    }
    recorded = at_sizes(
        first.recorded, values, {record.name: (None,) * len(record.outputs) for record in first.recorded.records}
    )
    graph = _assembled(recorded, shapes, True)
    says = f"{graph.about['says'].partition(',')[0]}, every tensor compared at two sizes"
    return replace(graph, about={**graph.about, "says": says, "sizes": "of the file", **_conditions(first)})


def _conditions(first: Traced) -> dict[str, str]:
    """The branches that the module's code took on a size."""
    if not first.conditions:
        return {}
    more = len(first.conditions) - 6
    listed = "; ".join(first.conditions[:6]) + (f" and {more} more" if more > 0 else "")
    return {"remark": f"its code went by {listed}"}


def _has_fixed_sizes(recorded: Recorded) -> bool:
    """Whether a record holds sizes that follow from the input's."""
    return any(_open_parts(each.value) for record in recorded.records for each in record.arguments)


def _open_parts(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_open_parts, value))
    if isinstance(value, Stored):
        return any(map(is_symbol, value.shape))
    return is_symbol(value)


def _assembled(recorded: Recorded, shapes: Mapping[str, Shape], again: bool) -> Graph:
    by_record = dict(zip(recorded.inputs, shapes.values(), strict=True))
    return assemble_at(recorded, by_record, "torch", lambda *_: None)  # type: ignore[arg-type]


__all__ = ["Asked", "at", "graph_of", "unwrapped"]

"""A PyTorch module traced on tensors without numbers (the meta device): its operators as records.

A mode of torch.overrides sees every function of PyTorch that is called. Shapes that the module asks for are
sizes that carry what they are made of (`_torch_symbols`). The module itself is not touched: where it reads a
parameter, the operator gets a twin of it without numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..dim import is_symbol
from ..ops.spelling import Stored
from ..shape import Shape
from ._torch_follow import Follower, at
from ._torch_records import CREATION, Maker
from ._torch_schemas import DUNDERS, bound
from ._torch_symbols import CONDITIONS, expression_of, sized
from .records import Recorded, Ref

# functions that say something of a tensor, and make none
TELLS = (
    "dim", "is_floating_point", "is_complex", "is_contiguous", "stride", "storage_offset", "element_size", "data_ptr",
    "get_device", "requires_grad_", "is_signed", "is_nonzero", "backward", "register_hook", "type", "__hash__",
    "__repr__", "__format__", "is_same_size", "untyped_storage", "__deepcopy__", "set_", "_is_view", "result_type",
    "can_cast", "promote_types", "finfo", "iinfo", "is_tensor", "is_storage", "get_default_dtype", "__bool__",
)  # fmt: skip
SAME = ("requires_grad_", "cpu", "cuda", "pin_memory")
PATCHED = ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic")


class Given(NamedTuple):
    """An input: its name, the tensor that stands for it, and its shape with variables."""

    name: str
    tensor: Any
    shape: Shape


class Stopped(Exception):
    """A run that went so far and no further: numbers were asked for, where there are none. What was seen until then."""

    def __init__(self, recorded: Recorded, error: Exception) -> None:
        super().__init__(str(error))
        self.recorded = recorded


@dataclass
class Traced:
    """A traced module: records whose sizes may be expressions, and the shapes that came out, by record."""

    recorded: Recorded
    conditions: list[str]
    known: set[str] = field(default_factory=set)


def trace(torch: Any, module: Any, inputs: Any, values: Mapping[str, int], title: str, says: str) -> Traced:
    """Run a module's forward on tensors without numbers; `inputs` are its arguments with a `Given` for each tensor.

    `values` are the variables' at this run. Whatever the module's code raises comes out.
    """
    mode = _mode(torch)(torch, module, values)
    conditions: list[str] = []
    token = CONDITIONS.set(conditions)
    try:
        with ExitStack() as stack:
            stack.enter_context(_quiet(torch, module))
            stack.enter_context(_hooked(torch, module, mode.path))
            args, kwargs = mode.begin(inputs)
            stack.enter_context(torch.no_grad())
            stack.enter_context(mode)
            made = module(*args, **kwargs)
    except Exception as error:
        if not _asks_for_numbers(error) or len(mode.maker.records) <= len(inputs[0]) + len(inputs[1]):
            raise
        raise Stopped(mode.maker.recorded(title, says, ()), error) from error
    finally:
        CONDITIONS.reset(token)
    outputs = [mode.place(each) for each in _tensors(torch, made)]
    found = mode.maker.recorded(title, says, [each for each in outputs if isinstance(each, Ref)])
    return Traced(found, list(dict.fromkeys(conditions)))


def _asks_for_numbers(error: Exception) -> bool:
    """Whether a run failed since its tensors have no numbers."""
    text = str(error).lower()
    return (
        isinstance(error, NotImplementedError)
        or "meta tensor" in text
        or "meta device" in text
        or "data-dependent" in text
    )


def _tensors(torch: Any, value: Any) -> Iterator[Any]:
    """Every tensor in what a function gives back."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _tensors(torch, part)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _tensors(torch, part)
    elif hasattr(value, "__dataclass_fields__"):
        for part in vars(value).values():
            yield from _tensors(torch, part)


@contextmanager
def _quiet(torch: Any, module: Any) -> Iterator[None]:
    """The module as at inference, and PyTorch's own functions opened; afterwards all is as it was."""
    training = [(each, each.training) for each in module.modules() if hasattr(each, "training")]
    places = [torch.nn.functional, torch.functional, torch._tensor]
    kept = [(place, name, getattr(place, name)) for place in places for name in PATCHED if hasattr(place, name)]
    try:
        for each, _ in training:
            each.training = False
        for place, name, _ in kept:  # else PyTorch's functions in Python would stand for their insides
            setattr(place, name, _no)
        yield
    finally:
        for each, was in training:
            each.training = was
        for place, name, was in kept:
            setattr(place, name, was)


def _no(*_: Any) -> bool:
    return False


@contextmanager
def _hooked(torch: Any, module: Any, path: list[tuple[str, bool, str]]) -> Iterator[None]:
    """Hooks that tell which module runs: `path` ends in the innermost one, whether that is PyTorch's own, and which."""
    names = {id(each): name for name, each in reversed(list(module.named_modules(remove_duplicate=False)))}
    hooks = torch.nn.modules.module

    def before(each: Any, _args: Any) -> None:
        kind = f"{type(each).__module__}.{type(each).__name__}"
        own = kind.startswith("torch.nn.modules.") and not any(True for _ in each.children())
        path.append((names.get(id(each), path[-1][0] if path else ""), own, kind))

    def after(_each: Any, _args: Any, _output: Any) -> None:
        path.pop()

    handles = [
        hooks.register_module_forward_pre_hook(before),
        hooks.register_module_forward_hook(after, always_call=True),
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _mode(torch: Any) -> Any:
    """The class of the mode; made when torch is there."""

    class Mode(_Tracer, torch.overrides.TorchFunctionMode):  # type: ignore[misc,name-defined]
        """Sees every function of PyTorch that is called inside."""

        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            return self.called(func, args, kwargs or {})

    return Mode


class _Tracer:
    """Makes records of functions; knows where every tensor comes from."""

    def __init__(self, torch: Any, module: Any, values: Mapping[str, int]) -> None:
        super().__init__()
        self.torch, self.values = torch, values
        self.maker = Maker()
        self.path: list[tuple[str, bool, str]] = []
        self.places: dict[int, tuple[Any, Any]] = {}  # a tensor's, kept alive, and what it is
        self.twins: dict[int, tuple[Any, Any]] = {}
        self.inputs: dict[str, Shape] = {}
        for name, each in module.named_parameters(remove_duplicate=False):
            dtype = str(each.dtype).removeprefix("torch.")
            held = self.maker.parameter(name, tuple(each.shape), dtype, each.requires_grad, str(id(each)))
            self.places.setdefault(id(each), (each, held))
        for name, each in module.named_buffers(remove_duplicate=False):
            self.places.setdefault(id(each), (each, Stored(tuple(each.shape), str(each.dtype), name)))
        self.follower = Follower("torch", tuple(self.maker.parameters.values()))

    def begin(self, inputs: Any) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of the call, each tensor known as an input."""
        args, kwargs = inputs
        return [self._input(each) for each in args], {name: self._input(each) for name, each in kwargs.items()}

    def _input(self, value: Any) -> Any:
        if isinstance(value, Given):
            ref = self.maker.input(value.name, tuple(value.tensor.shape))
            self.follower.input(ref.record, value.shape)
            self.places[id(value.tensor)] = (value.tensor, ref)
            return value.tensor
        if isinstance(value, (list, tuple)):
            return type(value)([self._input(each) for each in value])
        if isinstance(value, dict):
            return {name: self._input(each) for name, each in value.items()}
        return value

    def place(self, tensor: Any) -> Any:
        """Where a tensor comes from: a `Ref`, or a `Stored` of one that the module holds, or that nothing told of."""
        if id(tensor) not in self.places:
            held = Stored(tuple(tensor.shape), str(tensor.dtype), f"constant:{len(self.places)}")
            self.places[id(tensor)] = (tensor, held)
        return self.places[id(tensor)][1]

    def twin(self, tensor: Any) -> Any:
        """The same tensor without numbers."""
        if tensor.device.type == "meta":
            return tensor
        if id(tensor) not in self.twins:
            made = tensor.detach().to("meta")
            self.twins[id(tensor)] = (tensor, made)
            self.places.setdefault(id(made), (made, self.place(tensor)))
        return self.twins[id(tensor)][1]

    def mapped(self, value: Any, function: Any) -> Any:
        """An argument with `function` applied to every tensor in it."""
        if isinstance(value, self.torch.Tensor):
            return function(value)
        if type(value) in (list, tuple, self.torch.Size):
            return [self.mapped(each, function) for each in value]
        if type(value) is dict:
            return {name: self.mapped(each, function) for name, each in value.items()}
        if type(value) is slice:
            return slice(*[self.mapped(each, function) for each in (value.start, value.stop, value.step)])
        return value

    def called(self, func: Any, args: Any, kwargs: Any) -> Any:
        """What a function gives, recorded where it makes a tensor."""
        name = getattr(func, "__name__", "")
        if name == "__get__":
            return self._property(func, args)
        if name in ("size", "numel", "nelement", "__len__"):
            return self._sized(func, name, args, kwargs)
        if name in TELLS or name.startswith("is_") or not self._has_tensors(name, args, kwargs):
            return func(*args, **kwargs)
        if name in ("__getitem__", "__setitem__"):
            return self._index(name, args)
        return self._run(func, DUNDERS.get(name, name), args, kwargs)

    def _has_tensors(self, name: str, args: Any, kwargs: Any) -> bool:
        return name in CREATION or any(True for _ in _tensors(self.torch, (args, kwargs)))

    def _run(self, func: Any, name: str, args: Any, kwargs: Any) -> Any:
        creates = name in CREATION
        meta_args, meta_kwargs = self.mapped(args, self.twin), self.mapped(kwargs, self.twin)
        if creates and not name.endswith("_like") and not name.startswith("new_"):
            meta_kwargs["device"] = "meta"
        else:
            meta_kwargs = {key: value for key, value in meta_kwargs.items() if key != "device"}
            if name in ("to", "cuda", "cpu"):
                return self._moved(func, name, args, meta_args, meta_kwargs)
        made = func(*meta_args, **meta_kwargs)
        results = list(_tensors(self.torch, made))
        if results:
            self._record(name, args, kwargs, results)
        return made

    def _moved(self, func: Any, name: str, args: Any, meta_args: Any, kwargs: Any) -> Any:
        """A tensor on another device is the same here; of another type it is made anew."""
        plain = [each for each in meta_args[1:] if isinstance(each, self.torch.dtype)]
        dtype = kwargs.get("dtype") or (plain[0] if plain else None)
        other = next((each for each in meta_args[1:] if isinstance(each, self.torch.Tensor)), None)
        dtype = other.dtype if dtype is None and other is not None else dtype
        if dtype is None or dtype == meta_args[0].dtype:
            return meta_args[0]
        made = self.torch.Tensor.to(meta_args[0], dtype)
        self._record("to", args[:1], {}, [made])
        return made

    def _record(self, name: str, args: Any, kwargs: Any, results: list[Any]) -> None:
        arguments = [
            (each, self.mapped(value, self.place)) for each, value in bound(name, self._args(name, args), kwargs)
        ]
        arguments = [(each, _expressions(value)) for each, value in arguments]
        shapes = [tuple(each.shape) for each in results]
        if name in CREATION:
            self._constant(name, arguments, results)
            return
        path, leaf, self.maker.made_by = self.path[-1] if self.path else ("", False, "")
        made = self.maker.operation(name, self._symbolic(name, arguments), shapes, path, leaf, fold=False)
        for tensor, ref in zip(results, made, strict=False):
            self.places[id(tensor)] = (tensor, ref)
        if name.endswith("_") and args and isinstance(args[0], self.torch.Tensor):
            self.places[id(args[0])] = (args[0], made[0])

    def _args(self, name: str, args: Any) -> Any:
        return (args[1], args[0]) if name.startswith("__r") and len(args) == 2 else args

    def _symbolic(self, name: str, arguments: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        """A reshape's input with its shape in variables, where its target has some: so that it holds for all sizes."""
        if not any(is_symbol(part) for _, value in arguments if isinstance(value, list) for part in value):
            return arguments
        return [(each, self._with_shape(value) if isinstance(value, Ref) else value) for each, value in arguments]

    def _with_shape(self, ref: Ref) -> Ref:
        return Ref(ref.record, ref.output, tuple(self.shape(ref, ref.shape)))

    def _constant(self, name: str, arguments: list[tuple[str, Any]], results: list[Any]) -> None:
        """Numbers of nothing but a shape, which may be in variables."""
        tensor = results[0]
        given = dict(arguments)
        shape: Any = given.get("size")
        if name.endswith("_like"):
            shape = self.shape(given.get("self"), tuple(tensor.shape))
        elif name == "arange" and given.get("step", 1) == 1:
            shape = [given.get("end", 0) - given.get("start", 0)]
        if shape is None or not self._holds(shape, tensor.shape):
            shape = tuple(tensor.shape)
        held = Stored(tuple(shape), str(tensor.dtype), f"{name}:{len(self.places)}")
        self.places[id(tensor)] = (tensor, held)

    def shape(self, source: Any, actual: Any) -> tuple[Any, ...]:
        """A tensor's shape in variables, where it is known and true here; else its plain sizes."""
        if isinstance(source, Stored):
            found: Any = source.shape
        elif isinstance(source, Ref):
            found = self.follower.shape(source, self.maker.records)
        else:
            found = None
        if found is None or not self._holds(found, actual):
            return tuple(map(int.__index__, actual))
        return tuple(found)

    def _holds(self, shape: Any, actual: Any) -> bool:
        if len(shape) != len(actual):
            return False
        return all(at(size, self.values) == value for size, value in zip(shape, actual, strict=True))

    def _sizes(self, tensor: Any) -> Any:
        """The shape as the module's code sees it."""
        plain = tuple(tensor.shape)
        found = self.shape(self.place(tensor), plain)
        return self.torch.Size([sized(value, size) for value, size in zip(plain, found, strict=True)])

    def _property(self, func: Any, args: Any) -> Any:
        name = getattr(getattr(func, "__self__", None), "__name__", "")
        if name == "shape":
            return self._sizes(args[0])
        if name == "device":
            return self.torch.device("meta")
        if name == "data":
            return args[0]
        made = func(*args)
        if isinstance(made, self.torch.Tensor) and name in ("T", "mT", "H", "real", "mH"):
            swapped = {"T": "numpy_T", "H": "t", "mH": "mT"}.get(name, name)
            twin = func(self.twin(args[0]))
            self._record(swapped, (args[0],), {}, [twin])
            return twin
        return made

    def _sized(self, func: Any, name: str, args: Any, kwargs: Any) -> Any:
        sizes = self._sizes(args[0])
        if name == "__len__":
            return len(args[0])
        if name == "size":
            axis = args[1] if len(args) > 1 else kwargs.get("dim")
            return sizes if axis is None else sizes[axis]
        found: Any = 1
        for size in sizes:
            found = found * size
        return found

    def _index(self, name: str, args: Any) -> Any:
        """Python's indexing as select, slice, unsqueeze and index, one after another."""
        if name == "__setitem__":
            target, key, value = self.mapped(args, self.twin)
            self.torch.Tensor.__setitem__(target, tuple(key) if isinstance(args[1], tuple) else key, value)
            return None
        from ._torch_index import picked

        return picked(self, self.twin(args[0]), args[1])

    def apply(self, name: str, func: Any, *args: Any) -> Any:
        """A function run and recorded."""
        return self._run(func, name, args, {})


def _expressions(value: Any) -> Any:
    """An argument with every number as what it is made of."""
    if isinstance(value, (list, tuple)):
        return [_expressions(each) for each in value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value if isinstance(value, (str, bool, Ref, Stored)) or value is None else None
    found = expression_of(value)
    if isinstance(value, float) and not is_symbol(found):
        return float(value)
    return found

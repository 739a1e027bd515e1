"""The values in a Keras description (settings, call arguments, shapes) as neutral values.

A description is JSON that anybody may have written: each value is checked here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..ops.spelling import Array, Part
from .records import Declared, Ref, Size, printable

MOST_SIZE = 2**53  # of an axis: what a JSON number holds exactly; no tensor is as long
History = tuple[str, int, int]  # keras_history: the layer's name, which of its calls, which of its outputs
# how weights begin and what holds them back in training: neither shape nor cost depends on it
_OF_TRAINING = ("_initializer", "_regularizer", "_constraint")


def declared(shape: Any) -> Declared | None:
    """A shape as a description writes it; None for what is none.

    >>> declared([None, 8, 8, 3]), declared([None, -1]), declared("8x8")
    ((None, 8, 8, 3), None, None)
    """
    if not isinstance(shape, (list, tuple)) or not all(map(_is_size, shape)):
        return None
    return tuple(shape)


def _is_size(value: Any) -> bool:
    return value is None or (type(value) is int and 0 < value <= MOST_SIZE)


def history_of(value: Any) -> tuple[History, Declared | None] | None:
    """The history and the shape of a tensor in a call's arguments; None for any other value."""
    if not isinstance(value, dict) or value.get("class_name") != "__keras_tensor__":
        return None
    config = value.get("config")
    history = config.get("keras_history") if isinstance(config, dict) else None
    found = as_history(history)
    return None if found is None else (found, declared(config.get("shape")))  # type: ignore[union-attr]


def as_history(value: Any) -> History | None:
    """A list of a layer's name, the number of a call, and the number of an output; None for any other value."""
    if not isinstance(value, (list, tuple)) or len(value) < 3:
        return None
    name, node, output = value[:3]
    is_one = isinstance(name, str) and type(node) is int and type(output) is int and node >= 0
    return (name, node, output) if is_one and 0 <= output < MOST_OUTPUTS else None


MOST_OUTPUTS = 10_000  # of one call


def histories(value: Any) -> Iterator[tuple[History, Declared | None]]:
    """Every tensor in a call's arguments, in order."""
    found = history_of(value)
    if found is not None:
        yield found
    elif isinstance(value, dict):
        for part in value.values():
            yield from histories(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from histories(part)


def neutral(value: Any, tensor: Callable[[History, Declared | None], Ref] | None = None) -> Any:
    """A value of a description without its JSON clothes: tensors, slices, constant arrays, parts, printable texts."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, (list, tuple)):
        return [neutral(part, tensor) for part in value]
    if not isinstance(value, Mapping):
        return value
    kind = value.get("class_name")
    if kind == "__ellipsis__":
        return Ellipsis
    if not isinstance(kind, str) or not ("config" in value or "module" in value):
        return {printable(str(name)): neutral(part, tensor) for name, part in value.items()}
    if tensor is not None and (found := history_of(value)) is not None:
        return tensor(*found)
    return _object(kind, value, tensor)


def _object(kind: str, value: Mapping[str, Any], tensor: Callable[..., Ref] | None) -> Any:
    """What a description of an object stands for."""
    config = value.get("config")
    if kind == "__slice__" and isinstance(config, dict):
        return slice(*[neutral(config.get(each), tensor) for each in ("start", "stop", "step")])
    if kind in ("__numpy__", "__tensor__") and isinstance(config, dict):
        return constant(config.get("value"), config.get("dtype"))
    return part(value)


def constant(value: Any, dtype: Any = "") -> Any:
    """A constant array's shape and type; the number itself for an array without axes.

    >>> constant([[1.0, 2.0]], "float32"), constant(3)
    (Array(shape=(1, 2), dtype='float32'), 3)
    """
    shape = []
    first = value
    while isinstance(first, list):
        shape.append(len(first))
        first = first[0] if first else None
    name = printable(dtype) if isinstance(dtype, str) else ""
    return Array(tuple(shape), name) if shape else neutral(first)


def part(value: Mapping[str, Any]) -> Any:
    """An object with settings of its own: a wrapped layer, a cell, a function; a policy of types by its name."""
    config = value.get("config")
    kind, space = str(value.get("class_name")), namespace(value)
    if kind.endswith("DTypePolicy") and isinstance(config, dict):
        return _policy(config)
    if kind == "function":
        return Part(printable(str(config)), space, {"function": True}, "")
    inside = settings(config) if isinstance(config, dict) else {}
    shared = value.get("shared_object_id")
    return Part(printable(kind), space, inside, f"#{shared}" if type(shared) is int else "")


def _policy(config: Mapping[str, Any]) -> Any:
    """A policy of types by its name: `mixed_float16`, or `int4/128_from_float32` for weights of few bits."""
    mode, source, history = (neutral(config.get(each)) for each in ("mode", "source_name", "amax_history_length"))
    if not isinstance(mode, str):
        return neutral(config.get("name"))
    return f"{mode}{'' if history is None else f'/{history}'}_from_{source}"


def settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration's settings as neutral values, but for what concerns training alone."""
    return {printable(name): neutral(value) for name, value in config.items() if not str(name).endswith(_OF_TRAINING)}


def namespace(entry: Mapping[str, Any]) -> str:
    """Where a class stands in Keras: `keras.layers`, `keras.ops`; "" for what is not Keras' own.

    Descriptions in `.h5` files name no modules; there a layer has `trainable` or `dtype`, an operation neither.

    >>> namespace({"class_name": "Add", "module": "keras.src.ops.numpy"})
    'keras.ops'
    >>> namespace({"class_name": "Mine", "module": None}), namespace({"class_name": "Conv2D"})
    ('', 'keras.layers')
    >>> namespace({"class_name": "Mine", "module": "my.layers", "registered_name": "Custom>Mine"})
    ''
    """
    module, registered = entry.get("module"), entry.get("registered_name")
    if isinstance(registered, str) and ">" in registered:
        return ""
    if ">" in str(entry.get("class_name")):
        return ""
    if isinstance(module, str):
        first, *rest = module.split(".")
        where = [each for each in rest if each != "src"][:1]
        if first not in ("keras", "tf_keras"):
            return ""
        return "keras.ops" if where == ["ops"] else f"keras.{where[0]}" if where == ["activations"] else "keras.layers"
    if "module" in entry:  # a class of the script that saved the model
        return ""
    config = entry.get("config")
    is_operation = isinstance(config, dict) and not {"trainable", "dtype"} & set(config) and "inbound_nodes" in entry
    return "keras.ops" if is_operation and "Input" not in str(entry.get("class_name")) else "keras.layers"


def size(value: Any) -> Size:
    """A number of an axis, or None."""
    return value if _is_size(value) else None

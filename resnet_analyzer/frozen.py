"""Records that are made fast: what a frozen dataclass and a NamedTuple are, without all that makes their classes slow.

`dataclasses` compiles five methods for every class, `typing.NamedTuple` the annotation of every field, and a user
who asks for one table waits for them. Here all classes share their methods, and annotations stay text.
`dataclasses.fields`, `replace` and `asdict` take the instances as if they were its own.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple


class _Twin:
    """A class attribute that is told by a real dataclass with the same fields, made where somebody asks."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type[Frozen]) -> Any:
        return getattr(_twin(owner), self.name)  # type: ignore[arg-type]


@cache
def _twin(owner: type[Frozen]) -> type:
    from dataclasses import MISSING, field, make_dataclass

    told = []
    for name, default in owner.defaults():
        is_fixed = default is REQUIRED or type(default).__hash__ is not None
        plain = MISSING if default is REQUIRED else default
        told.append((name, Any, field(default=plain) if is_fixed else field(default_factory=partial(_same, default))))
    return make_dataclass(owner.__name__, told, eq=False, frozen=True)


def _same(value: Any) -> Any:
    return value


LINE = 120  # characters of a record's text
SHORT = 28  # of a field's, where the whole has no room


def whole(value: Any) -> str:
    """A value as text that tells all of it, however long; `repr` of a record fits a line.

    >>> class Named(Frozen):
    ...     name: str = "x"
    >>> len(repr(Named("y" * 200))), len(whole((Named("y" * 200),)))
    (40, 217)
    """
    if isinstance(value, Frozen):
        return _named(value, [(name, whole(value.__dict__[name])) for name, _ in value.defaults()])
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return _named(value, [(name, whole(each)) for name, each in zip(value._fields, value, strict=True)])
    if isinstance(value, (tuple, list)):
        inside = ", ".join(map(whole, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' * (len(value) == 1)})"
    return repr(value)


def _named(record: Any, told: Iterable[tuple[str, str]]) -> str:
    return f"{type(record).__qualname__}({', '.join(f'{name}={text}' for name, text in told)})"


def _on_a_line(record: Any, defaults: Sequence[tuple[str, Any]], values: Mapping[str, Any]) -> str:
    """A record's text; where it is longer than a line: without defaults, long values cut, and then the last fields."""
    told = [(name, repr(values[name])) for name, _ in defaults]
    full = _named(record, told)
    if len(full) <= LINE:
        return full
    own = [(name, text) for (name, text), (_, default) in zip(told, defaults, strict=True) if text != repr(default)]
    cut = [(name, text if len(text) <= SHORT else f"{text[: SHORT - 1]}…") for name, text in own]
    for last in range(len(cut), 0, -1):
        text = _named(record, cut[:last])
        text = text if len(cut[:last]) == len(told) else f"{text[:-1]}, …)"
        if len(text) <= LINE:
            return text
    return f"{type(record).__qualname__}(…)"


REQUIRED: Any = object()  # in the place of a default: the field has none


@dataclass_transform(frozen_default=True, eq_default=False)
class Frozen:
    """A base class: a subclass' annotations (but class variables) are its fields, as those of a frozen dataclass.

    Instances compare by identity, since fields may be arrays. Base classes' fields come first, in the order of
    the bases from the last to the first. `__post_init__` may check what was given, and keep another spelling of
    it in `self.__dict__`.

    >>> class Point(Frozen):
    ...     x: int
    ...     y: int = 0
    >>> Point(1, y=2), Point(1).y
    (Point(x=1, y=2), 0)
    """

    __dataclass_fields__: ClassVar[Any] = _Twin()
    __dataclass_params__: ClassVar[Any] = _Twin()
    _defaults: ClassVar[dict[str, Any]] = {}
    _required: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        defaults: dict[str, Any] = {}
        for base in reversed(cls.__mro__[1:]):
            defaults.update(getattr(base, "_defaults", {}))
        for name, hint in cls.__annotations__.items():
            if not str(hint).startswith(("ClassVar", "typing.ClassVar")):
                defaults[name] = cls.__dict__.get(name, REQUIRED)
        cls._defaults = defaults
        cls._required = tuple([name for name, default in defaults.items() if default is REQUIRED])

    def __init__(self, *values: Any, **named: Any) -> None:
        defaults, state = self._defaults, self.__dict__
        given = dict(zip(defaults, values, strict=False), **named)
        if len(given) != len(values) + len(named):
            raise TypeError(f"{type(self).__name__}: too many values, or two for one field")
        state.update(defaults)
        state.update(given)
        if len(state) != len(defaults):
            raise TypeError(f"{type(self).__name__} has no field {', '.join(given.keys() - defaults.keys())}")
        for name in self._required:
            if state[name] is REQUIRED:
                raise TypeError(f"{type(self).__name__} needs a value for {name}")
        self.__post_init__()

    def __post_init__(self) -> None:
        """Check the fields; by default whatever is given is taken."""

    @classmethod
    def defaults(cls) -> list[tuple[str, Any]]:
        """Every field in order, with its default or REQUIRED.

        >>> class Named(Frozen):
        ...     name: str = "x"
        >>> Named.defaults()
        [('name', 'x')]
        """
        return list(cls._defaults.items())

    def __setattr__(self, name: str, value: Any) -> None:
        self.__delattr__(name)

    def __delattr__(self, name: str) -> None:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot change field {name!r} of {type(self).__name__}")

    def __repr__(self) -> str:
        return _on_a_line(self, self.defaults(), self.__dict__)


class Value(Frozen):
    """A frozen record that equals every other of its class with the same values.

    >>> class Named(Value):
    ...     name: str = "x"
    >>> Named() == Named("x"), Named() == Named("y")
    (True, False)
    """

    def __eq__(self, other: object) -> bool:
        return self._values() == other._values() if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values())

    def _values(self) -> tuple[Any, ...]:
        return tuple([self.__dict__[name] for name in self._defaults])


Record = TypeVar("Record", bound=Frozen)


def replace(record: Record, **changed: Any) -> Record:
    """The same record with other values in some of its fields.

    >>> class Named(Frozen):
    ...     name: str = "x"
    >>> replace(Named(), name="y")
    Named(name='y')
    """
    told = record.__dict__
    return type(record)(**{name: told[name] for name, _default in record.defaults()} | changed)


def _tuple_on_a_line(record: Any) -> str:
    defaults = record._field_defaults
    return _on_a_line(record, [(name, defaults.get(name, REQUIRED)) for name in record._fields], record._asdict())


if not TYPE_CHECKING:

    class _Tuples(type):
        """Makes a named tuple of a class' annotations, as `typing.NamedTuple` does."""

        def __new__(cls, name, bases, told):
            fields = told.get("__annotations__", {})
            defaults = [told[field] for field in fields if field in told]
            made = namedtuple(name, fields, defaults=defaults, module=told["__module__"])
            made.__repr__ = _tuple_on_a_line
            for key, value in told.items():
                if key not in fields and key != "__classcell__":
                    setattr(made, key, value)
            return made

    NamedTuple = type.__new__(_Tuples, "NamedTuple", (), {})

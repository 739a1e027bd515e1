"""Frozen records, beside dataclasses and named tuples of the standard library with the same fields."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import typing
from collections.abc import Mapping
from types import MappingProxyType

import pytest

from resnet_analyzer.frozen import REQUIRED, Frozen, NamedTuple, Value, replace

NOTHING: Mapping[str, int] = MappingProxyType({})


class Base(Frozen):
    size: int = 1
    note: str = ""


class First(Frozen):
    filters: int


class Layer(Base, First):
    """A layer."""

    axes: typing.ClassVar[int] = 2
    groups: int = 1
    about: Mapping[str, int] = NOTHING

    def __post_init__(self) -> None:
        self.__dict__["note"] = self.note.strip()


@dataclasses.dataclass(frozen=True, eq=False)
class TheirBase:
    size: int = 1
    note: str = ""


@dataclasses.dataclass(frozen=True, eq=False)
class TheirFirst:
    filters: int


@dataclasses.dataclass(frozen=True, eq=False)
class TheirLayer(TheirBase, TheirFirst):
    groups: int = 1
    about: Mapping[str, int] = dataclasses.field(default_factory=lambda: NOTHING)


class Pair(Value):
    left: int
    right: Mapping[str, int] | int = 0


class Point(NamedTuple):
    """A point."""

    x: int
    y: NotImported = 2  # noqa: F821 (annotations stay text)

    @property
    def both(self) -> int:
        """Their sum."""
        return self.x + self.y


class TheirPoint(typing.NamedTuple):
    x: int
    y: int = 2


@pytest.mark.parametrize(("values", "named"), [((8,), {}), ((8, 3), {"groups": 2}), ((), {"filters": 5, "note": "n"})])
def test_fields_go_where_a_dataclass_puts_them(values, named):
    mine, theirs = Layer(*values, **named), TheirLayer(*values, **named)
    assert vars(mine) == vars(theirs)
    assert [each.name for each in dataclasses.fields(mine)] == [each.name for each in dataclasses.fields(theirs)]
    assert repr(mine) == repr(theirs).removeprefix("Their")


@pytest.mark.parametrize(("values", "named"), [((), {}), ((1,), {"filters": 1}), ((1,), {"width": 1}), (range(6), {})])
def test_what_a_dataclass_refuses_is_refused(values, named):
    for kind in (TheirLayer, Layer):
        with pytest.raises(TypeError):
            kind(*values, **named)


def test_they_are_frozen_and_compare_by_identity():
    one = Layer(8, note=" n ")
    assert one.note == "n"
    assert one != Layer(8, note="n")
    for change in (lambda: setattr(one, "size", 3), lambda: delattr(one, "size"), lambda: setattr(one, "new", 3)):
        with pytest.raises(dataclasses.FrozenInstanceError):
            change()


def test_others_are_made_of_them():
    one = Layer(8, note="n")
    for other in (replace(one, groups=4), dataclasses.replace(one, groups=4)):
        assert (type(other), other.filters, other.note, other.groups) == (Layer, 8, "n", 4)
    one = Layer(8, note="n", about={"is": 1})
    assert dataclasses.asdict(one)["about"] == {"is": 1}
    for other in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one)):
        assert vars(other) == vars(one)
    with pytest.raises(TypeError):
        replace(one, width=1)


def test_defaults_are_told_in_order():
    assert Layer.defaults() == [("filters", REQUIRED), ("size", 1), ("note", ""), ("groups", 1), ("about", NOTHING)]


def test_a_dataclass_may_stand_on_one():
    @dataclasses.dataclass(frozen=True, eq=False)
    class Deeper(Layer):
        depth: int = 3

    told = {"filters": 8, "size": 1, "note": "", "groups": 1, "about": NOTHING, "depth": 4}
    assert vars(Deeper(8, depth=4)) == told


def test_values_compare_by_what_they_hold():
    assert Pair(1, 2) == Pair(1, right=2)
    assert hash(Pair(1, 2)) == hash(Pair(1, 2))
    assert Pair(1, 2) != Pair(1, 3)
    assert Pair(1, 2) != (1, 2)


def test_named_tuples_are_those_of_the_standard_library():
    mine, theirs = Point(3), TheirPoint(3)
    assert mine == theirs == (3, 2)
    assert mine.both == 5
    assert (mine._fields, mine._field_defaults) == (theirs._fields, theirs._field_defaults)
    assert repr(mine) == repr(theirs).removeprefix("Their")
    assert mine._replace(y=0)._asdict() == {"x": 3, "y": 0}
    assert pickle.loads(pickle.dumps(mine)) == mine
    assert type(copy.copy(mine)) is Point
    assert (Point.__doc__, Point.__module__) == ("A point.", __name__)
    with pytest.raises(TypeError):
        Point()

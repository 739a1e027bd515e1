"""What a notebook shows of a result: a line of at most 120 characters, whatever is in it."""

from __future__ import annotations

import importlib
import pkgutil
from inspect import isabstract
from types import FunctionType, ModuleType

import pytest

import resnet_analyzer as ra
from resnet_analyzer.architectures.base import ARCHITECTURES
from resnet_analyzer.conventions.base import CONVENTIONS
from resnet_analyzer.frozen import Frozen, NamedTuple, whole

MOST = 120
PLAIN = (str, int, float, bytes, type, FunctionType, ModuleType)
BROKEN = """input: 224
classes: 10
layers:
- conv2d: {filters: 64, kernel_size: 7, strides: 2, padding: 3, use_bias: false}
- stage: {width: 64, blocks: 3}
- stage: {width: 128, blocks: 4, stride: 2, projection: false}
- global_average_pool2d
- dense: classes
"""


@pytest.fixture
def results(tmp_path):
    """What the library's functions give, and what it keeps."""
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN, encoding="utf-8")
    return [
        ra.measure("resnet50"), ra.measure("googlenet"), ra.memory("resnet50"), ra.least_memory("resnet50"),
        ra.training("resnet50"), ra.training_memory("resnet50"), ra.receptive("resnet50"),
        ra.receptive_fields("googlenet"), ra.roofline("resnet50", "t4"), ra.tool_numbers("resnet50"),
        ra.reconcile("resnet50", "4.11G"), ra.diff("resnet50", "resnet34"), ra.formula("resnet50"),
        ra.draw("resnet50"), ra.verify(file), dict(CONVENTIONS.items()), dict(ARCHITECTURES.items()),
    ]  # fmt: skip


def held(results):
    """Everything of this package that is held by some results, and by what they hold."""
    seen, waiting = {}, list(results)
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, PLAIN):
            continue
        seen[id(each)] = each
        if isinstance(each, dict):
            waiting += [*each, *each.values()]
        elif isinstance(each, (tuple, list, set, frozenset)):
            waiting += each
        elif type(each).__module__.startswith(ra.__name__):
            waiting += vars(each).values() if hasattr(each, "__dict__") else ()
    return list(seen.values())


def is_public(kind):
    names = [*kind.__module__.split("."), kind.__qualname__]
    return names[0] == ra.__name__ and not any(name.startswith("_") for name in names)


def test_every_result_and_what_it_holds_fits_a_line(results):
    records = [each for each in held(results) if is_public(type(each)) and not hasattr(each, "terms")]
    assert {type(each).__name__ for each in records} >= {
        "Measurement", "Row", "Node", "Totals", "Cost", "Work", "Memory", "Least", "Step", "Field", "View", "Bound",
        "Roofline", "Told", "Reconciled", "Difference", "Change", "ClosedForm", "Recipe", "Verified", "Finding",
        "Repair", "Picture", "Convention", "Architecture", "Published", "Device", "Explanation", "Conv2d",
    }  # fmt: skip
    assert {type(each): repr(each) for each in records if len(repr(each)) > MOST or "\n" in repr(each)} == {}


def records_of_the_package():
    """Every class of records that has the shared text."""
    for found in pkgutil.walk_packages(ra.__path__, f"{ra.__name__}."):
        if not any(part.startswith("_") for part in found.name.split(".")):
            for kind in vars(importlib.import_module(found.name)).values():
                own = isinstance(kind, type) and kind.__module__ == found.name
                if own and kind.__repr__ is Frozen.__repr__ and not isabstract(kind):
                    yield kind


def test_records_fit_a_line_whatever_they_hold():
    kinds = list(records_of_the_package())
    assert len(kinds) > 100
    for kind in kinds:
        record = object.__new__(kind)
        record.__dict__.update({name: {"x" * 50: "y" * 50} for name, _ in kind.defaults()})
        assert len(repr(record)) <= MOST, kind


class Long(NamedTuple):
    """A record with much in it."""

    name: str
    numbers: dict
    more: int = 3
    text: str = ""


class Deep(Frozen):
    """The same, frozen."""

    long: Long
    size: int = 1


def test_a_long_one_leaves_out_defaults_first_and_cuts_what_is_long():
    one = Long("n" * 30, {"a": "b" * 200}, text="here")
    told = "name='nnnnnnnnnnnnnnnnnnnnnnnnnn…, numbers={'a': 'bbbbbbbbbbbbbbbbbbbb…, text='here', …"
    assert repr(one) == f"Long({told})"
    assert repr(Long("n", {})) == "Long(name='n', numbers={}, more=3, text='')"
    assert repr(Deep(one)) == f"Deep(long=Long({told}), size=1)"
    assert repr(Deep(one, "more than one")) == "Deep(long=Long(name='nnnnnnnnnnnnnnnn…, size='more than one')"


def test_what_tells_two_records_apart_is_never_cut():
    one, two = (Deep(Long("n", {"a": "b" * 200 + end})) for end in "cd")
    assert repr(one) == repr(two)
    assert whole([one]) != whole([two])
    assert whole((1, "a")) == repr((1, "a"))
    assert whole(("a",)) == repr(("a",))

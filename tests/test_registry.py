"""Registries: adding a thing is adding a file, and a lookup imports little."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest

from resnet_analyzer.architectures.base import ARCHITECTURES, Architecture, architecture, register
from resnet_analyzer.conventions.base import CONVENTIONS, convention
from resnet_analyzer.errors import DuplicateName, UnknownName
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.base import OPS, Cost, Op, Work
from resnet_analyzer.registry import Registry, squash
from resnet_analyzer.shape import Shape


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A package of three modules that register fruit, each noting that it was imported."""
    package = tmp_path / "fruit_shelf"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from resnet_analyzer.registry import Registry\nFRUIT = Registry('fruit', __name__, 'See: the market')\n"
        "seen = []\n"
    )
    for stem, names in (("apple", ["apple", "apple_red"]), ("pear", ["pear2"]), ("base", []), ("_hidden", ["ghost"])):
        lines = [
            "from . import FRUIT, seen",
            f"seen.append({stem!r})",
            *(f"FRUIT.add({name!r}, {name!r})" for name in names),
        ]
        (package / f"{stem}.py").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    yield __import__("fruit_shelf")
    for name in [name for name in sys.modules if name.startswith("fruit_shelf")]:
        del sys.modules[name]


def test_a_lookup_imports_only_what_the_name_begins_with(shelf):
    assert shelf.FRUIT["apple_red"] == "apple_red"
    assert shelf.seen == ["apple"]
    assert shelf.FRUIT["pear2"] == "pear2"
    assert shelf.seen == ["apple", "pear"]


def test_listing_imports_everything_but_hidden_files(shelf):
    assert sorted(shelf.FRUIT) == ["apple", "apple_red", "pear2"]
    assert sorted(shelf.seen) == ["apple", "base", "pear"]
    assert len(shelf.FRUIT) == 3
    assert dict(shelf.FRUIT.items())["pear2"] == "pear2"


def test_a_file_more_is_a_thing_more(shelf, tmp_path):
    (tmp_path / "fruit_shelf" / "quince.py").write_text("from . import FRUIT\nFRUIT.add('quince', 1)\n")
    assert shelf.FRUIT["quince"] == 1


def test_an_unknown_name_is_answered_with_near_ones(shelf):
    with pytest.raises(UnknownName, match=r"unknown fruit 'paer2'\. Did you mean pear2\? See: the market"):
        shelf.FRUIT["paer2"]
    assert "ghost" not in shelf.FRUIT
    assert shelf.FRUIT.find("nothing") is None


@pytest.mark.parametrize("spelling", ["Apple Red", "apple-red", "APPLE_RED", "applered"])
def test_spelling_does_not_matter(shelf, spelling):
    assert shelf.FRUIT[spelling] == "apple_red"
    assert squash(spelling) == "applered"


def test_duplicates_are_refused_whatever_their_spelling():
    table = Registry[int]("colour")
    table.add("light-blue", 1)
    with pytest.raises(DuplicateName, match="colour 'Light Blue' is registered twice"):
        table.add("Light Blue", 2)
    assert table["lightblue"] == 1
    assert table.remove("LIGHT_BLUE") == 1
    assert "light-blue" not in table
    table.add("Light Blue", 2)


def test_an_op_on_the_fly():
    @dataclass(frozen=True, eq=False)
    class Doubler(Op):
        """Every number twice."""

        def rule(self, shape):
            return Cost(shape.with_size(-1, 2 * shape[-1]), work=Work(adds=shape.elements))

    try:
        assert OPS["doubler"] is Doubler
        build = GraphBuilder("tiny")
        build.add("double", Doubler(), build.input(Shape(1, 4)))
        result = measure(build.graph())
        assert result.rows[-1].output == Shape(1, 8)
        assert result.totals.flops == 4
        with pytest.raises(DuplicateName, match="op 'Doubler' is registered twice"):
            type("Doubler", (Op,), {})
    finally:
        OPS.remove("Doubler")


def test_an_architecture_on_the_fly():
    def build(name, shape, classes, style="paper", width=8):
        builder = GraphBuilder(name)
        builder.input(shape)
        return builder.graph()

    try:
        register(Architecture("test_only_net", "A test", build))
        assert len(ARCHITECTURES["Test-Only-Net"].graph(32)) == 1
        with pytest.raises(UnknownName, match=r"unknown option of test_only_net 'widht'\. Did you mean width"):
            ARCHITECTURES["test_only_net"].graph(32, widht=3)
        with pytest.raises(DuplicateName, match="registered twice"):
            register(Architecture("test_only_net", "A test", build))
    finally:
        ARCHITECTURES.remove("test_only_net")


def test_a_convention_on_the_fly():
    try:

        @convention("test_only_adds", says="additions", source="this test")
        def adds(row):
            return row.cost.work.adds

        counted = CONVENTIONS["test only adds"].count
        assert next(counted(row) for row in measure(architecture("resnet18")).rows if row.op == "Add") == 56 * 56 * 64
    finally:
        CONVENTIONS.remove("test_only_adds")


HEAVY = ["numpy", "sympy", "networkx", "matplotlib", "tabulate", "tensorflow", "keras"]


@pytest.mark.parametrize(
    "line",
    [
        "import resnet_analyzer",
        "import resnet_analyzer as ra; ra.architecture, ra.measure, ra.GraphBuilder, ra.Graph, ra.Shape",
        "import resnet_analyzer as ra; ra.measure(ra.architecture('resnet50', input=64)).to_json()",
    ],
)
def test_nobody_waits_for_what_he_does_not_use(line):
    code = f"{line}\nimport sys\nprint([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_one_network_imports_one_family():
    code = (
        "import resnet_analyzer as ra, sys; ra.architecture('resnet50')\n"
        "print([name for name in sys.modules if name.endswith(('.vgg', '.densenet', '.googlenet'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_module_that_cannot_be_imported_is_not_forgotten(tmp_path, monkeypatch):
    package = tmp_path / "broken_things"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text("raise ValueError('half written')")
    monkeypatch.syspath_prepend(tmp_path)
    things = Registry("thing", "broken_things")
    for _ in range(2):
        with pytest.raises(ValueError, match="half written"):
            things.find("anything")

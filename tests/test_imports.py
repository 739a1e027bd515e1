"""A package has a face, and files do not go round in circles: every import in the source, lazy ones included."""

import ast
from pathlib import Path

import networkx
import pytest

import resnet_analyzer

HERE = Path(resnet_analyzer.__file__).parent
FILES = {
    ".".join(path.relative_to(HERE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(HERE.rglob("*.py"))
}


def is_package(module):
    return FILES[module].name == "__init__.py"


def imports(module):
    """(module, name, line) of every import of ours in a file, wherever it stands; the name is None for a module."""
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((each.name, None, node.lineno) for each in node.names if each.name in FILES)
        elif isinstance(node, ast.ImportFrom):
            up = module.split(".")[: None if node.level <= is_package(module) else is_package(module) - node.level]
            source = ".".join([*(up if node.level else []), *filter(None, [node.module])])
            for each in node.names:
                if f"{source}.{each.name}" in FILES:
                    yield f"{source}.{each.name}", None, node.lineno
                elif source in FILES:
                    yield source, each.name, node.lineno


def reaches_inside(module, imported, name):
    """Whether an import reaches behind another package's face.

    >>> reaches_inside("resnet_analyzer.cli.show", "resnet_analyzer.plots._files", "save")
    True
    """
    path = [*imported.split("."), *filter(None, [name])]
    private = next((place for place, part in enumerate(path) if part.startswith("_") and part != "__version__"), None)
    if private is None:
        return False
    home = ".".join(path[:private])
    if not is_package(home):  # a private name of a module: for those beside it
        return module.rpartition(".")[0] != home.rpartition(".")[0]
    return not f"{module}.".startswith(f"{home}.")


@pytest.mark.parametrize("module", FILES)
def test_no_package_reaches_behind_the_face_of_another(module):
    assert [found for found in imports(module) if reaches_inside(module, *found[:2])] == []


def test_no_files_import_one_another_in_a_circle():
    links = networkx.DiGraph()
    for module in FILES:
        links.add_edges_from((module, imported) for imported, _, _ in imports(module) if imported != module)
    assert [sorted(each) for each in networkx.strongly_connected_components(links) if len(each) > 1] == []


@pytest.mark.parametrize(
    ("module", "imported", "name", "wrong"),
    [
        ("cli.show", "plots._files", "save", True),
        ("cli.show", "cli._output", "deliver", False),
        ("analyses.sweep.files", "analyses._repair_head", None, False),
        ("analyses.repair", "analyses.sweep.files", "_csv", True),
        ("cli.show", "graph", "_Hidden", True),
        ("cli.show", "graph", "Graph", False),
        ("cli.main", "", "__version__", False),
    ],
)
def test_what_reaches_inside(module, imported, name, wrong):
    assert reaches_inside(f"resnet_analyzer.{module}", f"resnet_analyzer.{imported}".strip("."), name) == wrong

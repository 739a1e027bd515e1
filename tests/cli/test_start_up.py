"""Start-up is a design matter: the main job imports what it needs, and takes a small multiple of Python itself."""

import subprocess
import sys

import pytest

HEAVY = [
    "numpy",
    "sympy",
    "networkx",
    "matplotlib",
    "tabulate",
    "tensorflow",
    "keras",
    "torch",
    "onnx",
    "json",
    "csv",
    "html",
    "difflib",
    "tempfile",
    "subprocess",
    "importlib.metadata",
    "pkg_resources",
    "typing_extensions",
    "logging",
    "argparse",
    "unittest",
    "hypothesis",
    "yaml",
    *(f"resnet_analyzer.dim.{name}" for name in ("arrays", "bounds", "conditions", "polynomial", "spelling", "terms")),
]
MAIN_JOB = ("--depth", "50", "--input", "224")


def imported(environment, *arguments):
    """The modules that a run of the program has imported."""
    code = (
        "import sys\n"
        "from resnet_analyzer.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", code, *arguments]
    ended = subprocess.run(command, capture_output=True, env=environment, check=True, timeout=60)
    return set(ended.stderr.decode().split())


@pytest.mark.parametrize(
    "arguments", [MAIN_JOB, ("--depth", "50", "--by", "layer", "--how"), ("resnet1202",), ("list",)]
)
def test_nothing_heavy_is_imported(environment, arguments):
    assert not imported(environment, *arguments) & set(HEAVY)


def test_a_formula_needs_neither_arrays_nor_fractions(environment):
    modules = imported(environment, "formula", "resnet50")
    assert not modules & {"numpy", "sympy", "networkx", "matplotlib", "fractions", "decimal"}
    assert "resnet_analyzer.dim.polynomial" in modules


def test_the_main_job_imports_its_own_family_and_writer_alone(environment):
    ours = {name for name in imported(environment, *MAIN_JOB) if name.startswith("resnet_analyzer.")}
    families = {name.split(".")[2] for name in ours if name.startswith("resnet_analyzer.architectures.")}
    assert families == {"base", "resnet", "residual", "residual_block", "residual_builder", "residual_style"}
    assert {name for name in ours if ".writers." in name} == {
        "resnet_analyzer.writers.base",
        "resnet_analyzer.writers.table",
    }
    assert {name.split(".")[2] for name in ours if ".cli." in name} == {
        "main",
        "show",
        "_network",
        "_output",
        "_completion",
    }
    for floor in ("crosscheck", "importers", "plots", "analyses"):
        assert not [name for name in ours if name.split(".")[1] == floor]


def test_a_bad_argument_does_not_import_the_engines_neighbours(environment):
    assert not imported(environment, "--depth", "51") & (set(HEAVY) - {"difflib"})

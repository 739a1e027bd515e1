"""Start-up is a design matter: the main job imports what it needs, and takes a small multiple of Python itself."""

import os
import resource
import statistics
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


def test_the_main_job_imports_its_own_family_and_writer_alone(environment):
    ours = {name for name in imported(environment, *MAIN_JOB) if name.startswith("resnet_analyzer.")}
    families = {name.split(".")[2] for name in ours if name.startswith("resnet_analyzer.architectures.")}
    assert families == {"base", "resnet", "_residual", "_residual_block", "_residual_style"}
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


def cost(environment, *command):
    """User and system time of a process, seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, env=environment, check=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ratio(environment, command, base, pairs=9):
    """The median over paired runs of how many times `base` a command takes; both have run once before."""
    for each in (command, base):
        cost(environment, *each)
    return statistics.median(cost(environment, *command) / cost(environment, *base) for _ in range(pairs))


@pytest.mark.skipif(sys.gettrace() is not None or "COV_CORE_SOURCE" in os.environ, reason="measures time")
@pytest.mark.parametrize(
    ("command", "base", "most"),
    [
        (("-m", "resnet_analyzer", *MAIN_JOB), ("-c", "pass"), 8),
        (("-m", "resnet_analyzer", "resnet1202"), ("-m", "resnet_analyzer", *MAIN_JOB), 2),
    ],
    ids=["the main job over python -c pass", "ResNet-1202 over ResNet-50"],
)
def test_time(environment, command, base, most):
    measured = [ratio(environment, command, base)]
    if measured[-1] > most:  # something else was running
        measured.append(ratio(environment, command, base, pairs=21))
    assert min(measured) <= most, measured

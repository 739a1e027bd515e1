"""The exception tree: one root, an exit status, a sentence."""

from __future__ import annotations

import inspect
import tomllib
from pathlib import Path

import pytest

from resnet_analyzer import errors
from resnet_analyzer.errors import EXTRAS, AnalyzerError, CheckFailed, UnknownName, UsageError, install

ROOT = Path(__file__).parents[1]
TREE = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, Exception)]


@pytest.mark.parametrize("error", TREE)
def test_the_drawing_is_complete(error):
    assert issubclass(error, AnalyzerError)
    assert error.__name__ in errors.__doc__
    assert error.exit_status == (1 if error is CheckFailed else 2)
    assert error.__doc__


def test_unknown_names_say_what_is_near():
    known = ["resnet18", "resnet50", "ResNeXt50", *(f"other{i}" for i in range(20))]
    error = UnknownName("architecture", "resnet5", known, "See: list")
    assert isinstance(error, UsageError)
    assert (error.kind, error.name) == ("architecture", "resnet5")
    assert str(error).startswith("unknown architecture 'resnet5'. Did you mean resnet50")
    assert str(error).endswith("See: list")
    assert "Did you mean ResNeXt50" in str(UnknownName("architecture", "RESNEXT50x", known))


def test_unknown_names_in_a_short_list_show_it():
    assert str(UnknownName("format", "qqq", ["json", "csv"])) == "unknown format 'qqq'. Known: json, csv."
    assert str(UnknownName("format", "qqq", [f"f{i}" for i in range(13)])) == "unknown format 'qqq'."


def test_a_failed_check_carries_its_parts():
    error = CheckFailed("conv1", "does not fit.")
    assert (error.node, error.sentence, str(error)) == ("conv1", "does not fit.", "conv1: does not fit.")


def test_advice_to_install_works_anywhere_and_is_that_of_the_extras():
    """The package is on no index: an extra is installed only from a clone, what is in it from everywhere."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for extra in ("keras", "study", "dask", "parquet"):
        needed = [each for each in declared[extra] if not each.startswith("resnet-analyzer")]
        assert EXTRAS[extra].split() == needed
        assert all(each in install(extra) for each in needed)
    for file in (ROOT / "resnet_analyzer").rglob("*.py"):
        assert "resnet-analyzer[" not in file.read_text(encoding="utf-8"), file

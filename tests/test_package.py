"""The public names."""

import importlib

import pytest

import resnet_analyzer as ra


def test_measure_is_a_function_and_no_module():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("resnet_analyzer.measure")
    graph = ra.architecture("resnet20")
    assert ra.measure(graph).totals.trainable_params == 269_722  # pytorchcv, CIFAR ResNet-20 option A


@pytest.mark.parametrize("name", ra.__all__)
def test_every_public_name_is_there(name):
    assert getattr(ra, name) is not None


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        ra.nonsense  # noqa: B018

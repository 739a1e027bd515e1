import pytest


@pytest.fixture(scope="session")
def cpu():
    """The CPU, as something to run models on."""
    pytest.importorskip("keras")
    from resnet_analyzer.crosscheck.framework import device

    return device("cpu")

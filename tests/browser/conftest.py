import pytest

from resnet_analyzer.analyses.formula.recipe import recipe_of
from resnet_analyzer.architectures.base import find
from resnet_analyzer.measurement import WRITERS, measure
from resnet_analyzer.report.network import network_report

from .chromium import Chromium, executable


@pytest.fixture(scope="session")
def chromium():
    if executable() is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with Chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """The page on a registered network, written once: written("resnet50") gives its path."""
    folder, known = tmp_path_factory.mktemp("pages"), {}

    def written(name):
        if name not in known:
            each = find(name)
            report = network_report(measure(each.graph()), name, each, recipe_of(each))
            known[name] = folder / f"{name}.html"
            known[name].write_text(WRITERS["html"].render(report, 80, False), encoding="utf-8")
        return known[name]

    return written


@pytest.fixture
def browse(chromium, written):
    """Open the page on a network, or a file, in the browser."""

    def browse(page, **look):
        chromium.look(**look)
        chromium.open(written(page) if isinstance(page, str) else page)
        return chromium

    yield browse
    chromium.call("Emulation.setScriptExecutionDisabled", value=False)

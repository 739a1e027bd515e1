"""Every published number of every registered architecture holds, or says why it does not."""

import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.architectures.base import ARCHITECTURES
from resnet_analyzer.measurement import Totals

PUBLISHED = [(name, each) for name, found in ARCHITECTURES.items() for each in found.published]


def _id(case):
    name, published = case
    settings = ",".join(f"{key}={value}" for key, value in published.settings.items())
    return f"{name}-{published.figure}={published.value}-{settings}"


@pytest.mark.parametrize("case", PUBLISHED, ids=map(_id, PUBLISHED))
def test_published(case):
    name, published = case
    assert published.figure in Totals._fields
    assert published.source
    ours = getattr(measure(architecture(name, **published.settings)).totals, published.figure)
    holds = abs(ours - published.value) <= published.tolerance
    assert holds or published.note, (
        f"{name}: {published.figure} is {ours:,}, {published.source} prints {published.value:,}"
    )


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_says_where_it_comes_from(name):
    found = ARCHITECTURES[name]
    assert found.title
    assert found.source

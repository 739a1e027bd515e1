"""Pictures of studies and of printed errors: no word overlaps another, and every colour follows the page's."""

import re
from functools import cache

import pytest

from resnet_analyzer.plots import accuracy, degradation, shortcut, signals
from resnet_analyzer.report import stored
from resnet_analyzer.report.lessons.base import LESSONS

from .pictures import clashes

DRAWN = {
    "signals": lambda: signals.draw(stored.signals()),
    "degradation": lambda: degradation.draw(stored.degradation()),
    "shortcut": shortcut.draw,
    "accuracy": lambda: accuracy.draw(printed()),
}


def printed():
    figures = LESSONS["why_residual"].make(()).figures
    return next(figure.drawing.data for figure in figures if figure.drawing.name == "accuracy")


@cache
def picture(name):
    return DRAWN[name]()


@pytest.mark.parametrize("name", DRAWN)
def test_no_word_overlaps_another_or_is_cut(name):
    assert clashes(picture(name)) == ([], [])


@pytest.mark.parametrize("name", DRAWN)
def test_colours_and_words(name):
    text = picture(name).svg.decode()
    used = set(re.findall(r' (fill|stroke)="(#[0-9a-f]{6})"', text))
    assert used == set(re.findall(r'\[(fill|stroke)="(#[0-9a-f]{6})"\]', text))
    assert " style=" not in text
    assert picture(name).alt.endswith(".")
    assert picture(name).png != picture(name).in_theme("dark").png

"""What the checks of the lessons' tables share: their register, and what a line should say."""

import re
from functools import lru_cache
from math import prod

from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.measurement import measure

from .read_reports import says

CHECKS = {}
WORDS = ("params", "MACs", "activations")
PRODUCT = re.compile(r"(?:2 × )?([\d·]+) = ([\d,]+)")


def check(report, section, title=""):
    def register(function):
        CHECKS[report, section, title] = function
        return function

    return register


@lru_cache(maxsize=64)
def rows_of(name, **options):
    return measure(architecture(name, **options)).rows


def total(rows, figure):
    return sum(map(figure, rows))


def figures_say(line, words, figures):
    assert all(says(line[word], figure) for word, figure in zip(words, figures, strict=True)), (line, figures)


def product_says(text, weights):
    """`3·3·64·64 = 36,864`: it holds, and is `weights`."""
    factors, result = PRODUCT.fullmatch(text).groups()
    assert prod(map(int, factors.split("·"))) == int(result.replace(",", "")) == weights

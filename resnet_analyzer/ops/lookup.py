"""Which ops a framework's name may stand for, found in the ops' own files: only those that are needed are imported."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module

from .base import OPS, Op
from .spelling import Spelling


def spelled(framework: str, name: str) -> list[tuple[type[Op], Spelling]]:
    """Every op that `framework` spells by that name, those that are asked last at the end.

    >>> [op.__name__ for op, _ in spelled("keras", "Conv2D")]
    ['Conv2d']
    """
    for module in _modules_that_say(framework, name):
        import_module(module)
    found = [each for each in _spellings(framework) if name in each[1].names]
    return sorted(found, key=lambda each: (each[1].fallback, each[0].__module__, each[0].__name__))


def _spellings(framework: str) -> Iterator[tuple[type[Op], Spelling]]:
    for _, op in OPS.known():
        for spelling in several(op.spellings.get(framework)):
            yield op, spelling


def several(spellings: Spelling | Iterable[Spelling] | None) -> tuple[Spelling, ...]:
    """What an op has for a framework: nothing, one spelling, or several."""
    if spellings is None:
        return ()
    return (spellings,) if isinstance(spellings, Spelling) else tuple(spellings)


def _modules_that_say(framework: str, name: str) -> list[str]:
    """The files that hold both names in quotes: no index is kept, and none can be stale."""
    return [module for module, text in _texts().items() if f'"{name}"' in text and f'"{framework}"' in text]


@cache
def _texts() -> dict[str, str]:
    """The texts of all files of ops, by module; of none where they are not there to be read: then all are imported."""
    folder, found = os.path.dirname(__file__), {}
    try:
        for file in os.listdir(folder):
            if file.endswith(".py") and not file.startswith("_"):
                with open(os.path.join(folder, file), encoding="utf-8") as stream:
                    found[f"{__package__}.{file[:-3]}"] = stream.read()
    except OSError:
        OPS.discover()
        return {}
    return found

"""What can go wrong, as one tree; every message is a sentence for a person.

AnalyzerError                 exit status 2
├── UsageError                an argument that means nothing: --input 224x
│   ├── UnknownName           no such architecture, op, option …; names the nearest ones
│   └── DuplicateName         two things registered under one name
├── GraphError                a graph that cannot be: unknown input, name used twice
├── Undecided                 a builder would have to branch on a symbol or an array
│   └── NeedsNumbers          a design has a symbol where only a number makes a network; names which
├── DimensionOverflow         a figure on a numpy grid does not fit 64 bits
├── OutputError               a file that cannot be written
└── CheckFailed               exit status 1: a rule of a layer does not hold
"""

from __future__ import annotations

from collections.abc import Iterable

EXTRAS = {  # what an extra of pyproject.toml asks for
    "keras": "tensorflow>=2.18",
    "study": "scikit-learn>=1.5",
    "dask": "dask[array]>=2024.8 distributed>=2024.8",
    "parquet": "pyarrow>=18",
    "pandas": "pandas",
    "torch": "torch",
}


class AnalyzerError(Exception):
    """The root: whatever the package raises on purpose, with the exit status that the command ends with."""

    exit_status = 2


class UsageError(AnalyzerError):
    """An argument that means nothing, or that contradicts another one."""


class UnknownName(UsageError):
    """A name that is not registered; `near` are those that are and look alike.

    >>> print(UnknownName("architecture", "resnet5o", ["resnet50", "vgg16"]))
    unknown architecture 'resnet5o'. Did you mean resnet50?
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        import difflib

        self.kind, self.name = kind, name
        folded = {item.lower(): item for item in known}
        typed = name.lower().replace("×", "x")
        near = [folded[key] for key in difflib.get_close_matches(typed, folded, n=3, cutoff=0.7)]
        self.near = tuple(near)
        if near:
            guess = f" Did you mean {' or '.join(near)}?"
        elif len(folded) <= 12:
            guess = f" Known: {', '.join(folded.values())}."
        else:
            guess = ""
        super().__init__(f"unknown {kind} {name!r}.{guess}{' ' + hint if hint else ''}")


class DuplicateName(UsageError):
    """A second registration of a name, which would silently hide the first."""


class GraphError(AnalyzerError):
    """A graph that cannot be: an unknown input, a name used twice, no nodes."""


class Undecided(AnalyzerError):
    """A yes or no was asked of a symbol or an array that holds both."""


class NeedsNumbers(Undecided):
    """A symbol stands where only a number makes a network, as a repeat count does; `names` are those symbols."""

    def __init__(self, says: str, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        super().__init__(says)


class DimensionOverflow(AnalyzerError):
    """A figure on a numpy grid would pass what 64 bits hold, and wrap silently."""


class OutputError(AnalyzerError):
    """A file that cannot be written; whatever stood there before is untouched."""


class CheckFailed(AnalyzerError):
    """A rule of a layer does not hold: the message names the node, the numbers and the fix.

    `node` is the node's name, `sentence` the rule's own words.
    """

    exit_status = 1

    def __init__(self, node: str, sentence: str) -> None:
        self.node, self.sentence = node, sentence
        super().__init__(f"{node}: {sentence}")


def install(extra: str) -> str:
    """The command that installs what an extra needs, wherever the package itself came from.

    >>> install("keras")
    "pip install 'tensorflow>=2.18'"
    """
    return " ".join(["pip install", *(f"'{each}'" if ">" in each else each for each in EXTRAS[extra].split())])


def unreadable(file: str, error: OSError | ValueError) -> UsageError:
    """The error for a file that the system does not open, in one wording for every kind of file.

    >>> print(unreadable("net.yaml", FileNotFoundError(2, "No such file or directory")))
    net.yaml: there is no such file
    """
    if isinstance(error, FileNotFoundError):
        return UsageError(f"{file}: there is no such file")
    return UsageError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}")

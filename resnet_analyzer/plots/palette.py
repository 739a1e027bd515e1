"""The one colour language of all pictures, in light and dark.

Kinds of layers have the hues of Okabe and Ito (Color Universal Design, 2008), families of networks those of
Paul Tol's "muted" scheme (SRON/EPS/TN/09-002): colour-blind readers can tell them apart, and no hue stands in
both. Nothing depends on colour alone: boxes carry words, bars hatches, lines markers and names.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..errors import UnknownName
from ..frozen import NamedTuple
from ..ops.base import Op


class Tone(NamedTuple):
    """A colour on a light and on a dark page."""

    light: str
    dark: str


INK = Tone("#1f2328", "#e6edf3")
MUTED = Tone("#57606a", "#9ea7b3")
LINE = Tone("#6e7781", "#8b949e")
FAINT = Tone("#d0d7de", "#343b44")
PAGE = Tone("#ffffff", "#0d1117")
BAND = Tone("#f4f6f9", "#151b24")


class Kind(NamedTuple):
    """How a kind of layer looks: its word, the outline, the filling behind text, and the hatch of its bars."""

    word: str
    edge: Tone
    fill: Tone
    hatch: str = ""


KINDS = {
    "convolution": Kind("convolution", Tone("#0072b2", "#4fa8e0"), Tone("#d7e9f5", "#10304a")),
    "pointwise": Kind("1×1 convolution", Tone("#b07300", "#e6a323"), Tone("#fbecc8", "#433109"), "///"),
    "dense": Kind("dense", Tone("#a33a0b", "#f0793a"), Tone("#fadfce", "#4a2410"), "xxx"),
    "pooling": Kind("pooling", Tone("#00825d", "#2fbf94"), Tone("#d3efe6", "#0c3a2d"), "..."),
    "normalisation": Kind("normalisation", Tone("#6f7b88", "#98a3ae"), Tone("#e6e9ed", "#272e37"), "---"),
    "activation": Kind("activation", Tone("#8a7d00", "#d9cb3c"), Tone("#f7f4cf", "#38350c"), "\\\\\\"),
    "gate": Kind("gate", Tone("#a8517f", "#dd8ab4"), Tone("#f7e2ec", "#43203a"), "+++"),
    "other": Kind("other", Tone("#59636e", "#a9b3be"), Tone("#eef0f2", "#222932"), "ooo"),
    "unknown": Kind("unknown cost", Tone("#cf222e", "#ff7b72"), Tone("#ffe3e0", "#4d1519"), "***"),
}


class Family(NamedTuple):
    """How a family of networks looks: its colour, marker and dashes."""

    tone: Tone
    marker: str
    dashes: tuple[float, ...] = ()


FAMILIES = {
    "ResNet": Family(Tone("#332288", "#9d8df1"), "o"),
    "ResNeXt": Family(Tone("#117733", "#4dbd74"), "s", (6, 2)),
    "DenseNet": Family(Tone("#882255", "#e07aa8"), "D", (2, 1.5)),
    "VGG": Family(Tone("#806600", "#ddcc77"), "^", (5, 2, 1, 2)),
    "SE-ResNet": Family(Tone("#aa4499", "#dd88cf"), "P", (3, 1)),
    "SE-ResNeXt": Family(Tone("#b04a5a", "#e58a98"), "X", (3, 1, 1, 1)),
    "Wide ResNet": Family(Tone("#1f7f74", "#44bbaa"), "h", (4, 2)),
    "Plain": Family(Tone("#666666", "#bbbbbb"), "v", (1, 1)),
    "AlexNet": Family(Tone("#7a4b00", "#d39a4a"), "*"),
    "GoogLeNet": Family(Tone("#2b7391", "#88ccee"), "p"),
    "Pre-activation ResNet": Family(Tone("#5b4fa8", "#b7adf7"), "<", (7, 2, 2, 2)),
    "ResNet V2": Family(Tone("#7263b5", "#c9c2f7"), ">", (2, 2)),
}
OTHER_FAMILY = Family(Tone("#4d5560", "#b4bcc6"), "d", (1, 2))

# The two blocks that the course compares, wherever they meet: the colour of what they are made of.
BLOCKS = {
    "basic": Family(KINDS["convolution"].edge, "o"),
    "bottleneck": Family(KINDS["pointwise"].edge, "s", (5, 2)),
}

# The figures of a measurement, where they share a picture.
FIGURES = {
    "params": Family(Tone("#3f4c5a", "#c3ccd6"), "o"),
    "macs": Family(Tone("#994f00", "#ffb366"), "s", (5, 2)),
    "activations": Family(Tone("#006cd1", "#7ab8ff"), "^", (1, 1)),
}


def as_it_is(words: str) -> str:
    """The words themselves: English."""
    return words


class Theme(NamedTuple):
    """Light or dark: gives a tone's colour; `say` puts words into the language of the picture."""

    name: str
    say: Callable[[str], str] = as_it_is

    def __call__(self, tone: Tone) -> str:
        """That tone's colour."""
        return tone.dark if self.name == "dark" else tone.light


THEMES = {name: Theme(name) for name in ("light", "dark")}
LIGHT = THEMES["light"]


def theme_named(name: str) -> Theme:
    """The theme of that name; UnknownName if there is none.

    >>> theme_named("dark")(PAGE)
    '#0d1117'
    """
    if name not in THEMES:
        raise UnknownName("theme", name, THEMES)
    return THEMES[name]


def tones() -> list[Tone]:
    """Every tone, once: what an SVG switches when the page is dark."""
    plain = [INK, MUTED, LINE, FAINT, PAGE, BAND]
    kinds = [tone for kind in KINDS.values() for tone in (kind.edge, kind.fill)]
    families = [each.tone for each in (*FAMILIES.values(), OTHER_FAMILY, *FIGURES.values())]
    return list(dict.fromkeys([*plain, *kinds, *families]))


def kind_of(op: Op) -> str:
    """The kind in `KINDS` that an op looks like: its own kind, if that has a colour.

    >>> from resnet_analyzer.ops.conv import Conv2d
    >>> from resnet_analyzer.ops.elementwise import Add
    >>> kind_of(Conv2d(64)), kind_of(Conv2d(64, (3, 3))), kind_of(Add())
    ('pointwise', 'convolution', 'other')
    """
    if op.kind == "convolution" and op.is_pointwise:
        return "pointwise"
    return op.kind if op.kind in KINDS else "other"


_DECORATION = re.compile(r" for CIFAR| with .*| of the course|,.*| \(.*?\)|[- ]?\d.*")


def family_name(title: str) -> str:
    """The family that a network's title names: without depth, width and what it was made for.

    >>> family_name("ResNeXt-50 32×4d"), family_name("WRN-28-10 for CIFAR"), family_name("VGG-16 (D)")
    ('ResNeXt', 'Wide ResNet', 'VGG')
    """
    name = "ResNet V2" if title.startswith("ResNet-") and title.endswith(" V2") else _DECORATION.sub("", title)
    return {"WRN": "Wide ResNet", "DenseNet-BC": "DenseNet"}.get(name, name)


def family(title: str) -> Family:
    """How that family looks."""
    return FAMILIES.get(family_name(title), OTHER_FAMILY)

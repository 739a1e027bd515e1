"""What a picture is: a name, what it shows, and a function from measurements to SVG, PNG and words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import UsageError
from ..measurement import PLOTS as PLOTS
from ..measurement import Measurement
from .palette import LIGHT, as_it_is, theme_named

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ._sheet import Drawable
    from .palette import Theme


@dataclass(frozen=True, eq=False)
class Picture:
    """A drawn picture: `svg` follows the reader's light or dark mode, `png` is in the theme asked for.

    `alt` is a sentence with the main figures, `title` a heading; `data` are the raw numbers that it shows,
    as whole numbers of the measurements. `paint` redraws the figure for a theme; `drawing` is there for pictures
    without axes, which can be drawn where matplotlib is not installed. `say` puts its words into another language,
    where some installed font has the letters: see `in_words`.
    """

    name: str
    title: str
    alt: str
    paint: Callable[[Theme], Figure]
    theme: str = "light"
    data: Any = ()
    drawing: Drawable | None = None
    say: Callable[[str], str] = as_it_is

    def __repr__(self) -> str:
        return f"<Picture {self.name}: {self.title:.80}>"

    @cached_property
    def svg(self) -> bytes:
        """The picture as SVG: text as paths, colours switched by the reader's colour scheme, no outside references."""
        if self.drawing is not None and find_spec("matplotlib") is None:
            return self.light_svg
        from ._files import svg_bytes

        return svg_bytes(self._painted, self.name, self.title, self.alt)

    @cached_property
    def light_svg(self) -> bytes:
        """The same drawn without matplotlib, its words as text; UsageError for a picture with axes."""
        if self.drawing is None:
            raise UsageError(f"picture {self.name}: it has axes, and needs matplotlib, which is not here")
        from ._vector import vector

        return vector(self.drawing, self.name, self.title, self.alt, LIGHT._replace(say=self.say))

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG at twice its size, for sharp screens."""
        from ._files import png_bytes

        return png_bytes(self._painted, theme_named(self.theme), self.title)

    @cached_property
    def pdf(self) -> bytes:
        """The picture as PDF, for print: light, text as text."""
        from ._files import pdf_bytes

        return pdf_bytes(self._painted, theme_named(self.theme), self.title)

    def figure(self) -> Figure:
        """The picture as a matplotlib figure of your own, to be changed and saved."""
        from ._files import settings

        with settings():
            return self._painted(theme_named(self.theme))

    def _painted(self, theme: Theme) -> Figure:
        return self.paint(theme._replace(say=self.say))

    def in_words(self, say: Callable[[str], str]) -> Picture:
        """The same picture with its words in another language, if some installed font has the letters for it."""
        return replace(self, say=say) if has_eastern_letters() else self

    def _repr_svg_(self) -> str:
        return self.svg.decode()

    def in_theme(self, theme: str) -> Picture:
        """The same picture, whose PNG is in another theme."""
        return replace(self, theme=theme_named(theme).name)


def has_eastern_letters() -> bool:
    """Whether some font has Chinese letters: an installed one, or, where no matplotlib draws, the reader's own."""
    if find_spec("matplotlib") is None:
        return True
    from ._fonts import eastern

    return eastern() is not None


class Plot(NamedTuple):
    """A kind of picture: `draw(measurements, theme, **options)` makes one; `standard()` measures what reports show."""

    name: str
    says: str
    drawing: Callable[..., Picture]
    standard: Callable[[], list[Measurement]] | None = None

    def draw(self, measured: Measurement | Sequence[Measurement], theme: str = "light", **options: Any) -> Picture:
        """The picture of one or several measurements; UsageError if they are not of plain numbers."""
        measurements = [measured] if isinstance(measured, Measurement) else list(measured)
        require_plain(self.name, measurements)
        return self.drawing(measurements, **options).in_theme(theme)


def require_plain(name: str, measurements: Sequence[Measurement]) -> None:
    """UsageError unless there is something to draw, all of it in plain whole numbers."""
    if not measurements:
        raise UsageError(f"picture {name}: there is nothing to draw: give one or more measurements")
    for each in measurements:
        if not all(type(figure) is int for figure in each.totals) or not each.rows:
            raise UsageError(f"picture {name}: {each.graph.name} was measured over a grid or symbols: give plain sizes")


def plot(
    name: str, says: str, standard: Callable[[], list[Measurement]] | None = None
) -> Callable[[Callable[..., Picture]], Callable[..., Picture]]:
    """Register the decorated function as the picture `name`."""

    def register(drawing: Callable[..., Picture]) -> Callable[..., Picture]:
        PLOTS.add(name, Plot(name, says, drawing, standard))
        return drawing

    return register

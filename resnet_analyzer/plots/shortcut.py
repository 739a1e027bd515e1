"""A plain block and a residual one: the same layers, and the line past them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._canvas import Canvas
from .base import Picture
from .palette import INK, KINDS, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

WIDTH, HEIGHT, TOP, STEP, BOX, TALL = 520.0, 300.0, 74.0, 40.0, 108.0, 24.0
LAYERS = (("3×3", "convolution"), ("BN, ReLU", "normalisation"), ("3×3", "convolution"), ("BN", "normalisation"))


def draw() -> Picture:
    """The two side by side, with what each passes on and hands back."""
    alt = (
        "Two blocks of 2 convolutions. Plain: x goes through them and F(x) comes out; the gradient comes back times "
        "F'(x). Residual: x also goes past them and is added, so that x + F(x) comes out; the gradient comes back "
        "times 1 + F'(x)."
    )
    return Picture("shortcut", "A plain block and a residual block", alt, _paint)


def _paint(theme: Theme) -> Figure:
    canvas = Canvas(WIDTH, HEIGHT, theme)
    canvas.text(14, 20, "A plain block and a residual block", 15, bold=True, align="left")
    _block(canvas, 130, "plain", "F(x)", "back: dL/dx = dL/dy · F'(x)", False)
    _block(canvas, 370, "residual", "x + F(x)", "back: dL/dx = dL/dy · (1 + F'(x))", True)
    return canvas.figure


def _block(canvas: Canvas, x: float, name: str, result: str, back: str, residual: bool) -> None:
    canvas.text(x, 44, name, 12, bold=True)
    canvas.text(x - 12, 62, "x", 11, MUTED)
    bottom = TOP + len(LAYERS) * STEP
    canvas.line([(x, 54), (x, bottom + 18)], INK)
    for place, (words, kind) in enumerate(LAYERS):
        look = KINDS[kind]
        canvas.box(x - BOX / 2, TOP + place * STEP, BOX, TALL, look.fill, look.edge)
        canvas.text(x, TOP + place * STEP + TALL / 2, words, 11)
    if residual:
        side = x + BOX / 2 + 26
        canvas.line([(x, 64), (side, 64), (side, bottom), (x, bottom)], INK, radius=10)
        canvas.joint(x, bottom, "+")
    canvas.arrow_head(x, bottom + 20, INK)
    canvas.text(x, bottom + 30, f"y = {result}", 11)
    canvas.text(x, bottom + 50, back, 11, MUTED)

"""What the tests of pictures share: networks, and a look at where the words of a figure stand."""

from functools import cache

import resnet_analyzer as ra
from resnet_analyzer.measurement import Measurement
from resnet_analyzer.plots._files import settings
from resnet_analyzer.plots.palette import theme_named

SAMPLE = ("alexnet", "resnet18", "googlenet", "densenet264", "resnet1202", "resnet152", "lecture50", "vgg16", "basic")


@cache
def measured(name, **options) -> Measurement:
    return ra.measure(ra.architecture(name, **options))


def words(picture, theme="light"):
    """Every visible text of the figure with its box, in pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    with settings():
        figure = picture.paint(theme_named(theme))
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        found = [
            (text.get_text(), text.get_window_extent(renderer))
            for text in figure.findobj(Text)
            if text.get_visible() and text.get_text().strip() and text.get_window_extent(renderer).width > 0
        ]
    return found, figure.bbox


def clashes(picture):
    """Words that overlap other words, or that are cut at the edge of the picture."""
    found, edge = words(picture)
    cut = [
        text
        for text, box in found
        if box.x0 < edge.x0 - 0.5 or box.x1 > edge.x1 + 0.5 or box.y0 < edge.y0 - 0.5 or box.y1 > edge.y1 + 0.5
    ]
    ordered = sorted(found, key=lambda pair: pair[1].x0)
    over = []
    for index, (text, box) in enumerate(ordered):
        for other, beside in ordered[index + 1 :]:
            if beside.x0 >= box.x1 - SLACK:
                break
            if box.y0 < beside.y1 - SLACK and beside.y0 < box.y1 - SLACK:
                over.append((text, other))
    return cut, over


SLACK = 1.0  # pixels: the room around letters that is part of a text's box

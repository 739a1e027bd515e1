"""Chinese titles: drawn with a font that has them where one is installed, else as boxes, never as an error."""

from __future__ import annotations

import pytest
from matplotlib import get_data_path

from resnet_analyzer import measure
from resnet_analyzer.design import examine_text
from resnet_analyzer.plots import _fonts
from resnet_analyzer.plots._words import safe

FONT = f"{get_data_path()}/fonts/ttf/DejaVuSansMono.ttf"  # stands for a font that has the letters
DESIGN = 'design: mine\ntitle: "残差网络 50"\ninput: 8\nlayers: [{conv2d: {filters: 4, kernel_size: 3}}]\n'


@pytest.fixture(params=[True, False])
def installed(request, monkeypatch):
    monkeypatch.setattr(_fonts, "eastern", lambda: FONT if request.param else None)
    monkeypatch.setattr(
        _fonts, "eastern_letters", lambda: frozenset(map(ord, "残差网络")) if request.param else frozenset()
    )
    return request.param


def test_letters_are_kept_where_a_font_has_them(installed):
    assert safe("残差网络 50") == ("残差网络 50" if installed else "□□□□ 50")
    assert safe("ResNet-50 ×") == "ResNet-50 ×"


def test_the_font_is_the_one_that_has_them(installed):
    assert (_fonts.font_for("残差").get_file() == FONT) == installed
    assert _fonts.font_for("ResNet ×").get_file() != FONT


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_picture_is_drawn_either_way(installed):
    picture = measure(examine_text("x.yaml", DESIGN).graph).plot()
    texts = {text.get_text() for axes in picture.figure().axes for text in axes.texts}
    assert ("残差网络 50" in texts) == installed

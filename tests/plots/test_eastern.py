"""Chinese titles: drawn with a font that has them where one is installed, else as boxes, never as an error."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from matplotlib import get_data_path
from matplotlib.text import Text

from resnet_analyzer import measure
from resnet_analyzer.cli.main import program
from resnet_analyzer.design import examine_text
from resnet_analyzer.plots import _fonts
from resnet_analyzer.plots._words import safe
from resnet_analyzer.plots.base import PLOTS
from resnet_analyzer.report.language import picture_in

from .pictures import measured

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


@pytest.fixture
def all_letters(installed, monkeypatch):
    found = frozenset(range(0x2E80, 0xFFEF)) if installed else frozenset()
    monkeypatch.setattr(_fonts, "eastern_letters", lambda: found)
    return installed


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize(
    ("kind", "chinese", "english"),
    [
        ("architecture", {"卷积", "恒等映射", "未画出：归一化与激活"}, {"convolution", "identity"}),
        ("cost", {"参数量", "激活量"}, {"parameters", "activations"}),
        ("resolution", {"通道数", "层（0 为输入）"}, {"channels", "layer (0: the input)"}),
        (
            "receptive",
            {"着色的方块是输入；其边缘之外是填充。"},
            {"The filled square is the input; beyond its edge lies padding."},
        ),
    ],
)
def test_words_of_a_picture_in_chinese(all_letters, kind, chinese, english):
    picture = picture_in(PLOTS[kind].draw(measured("resnet18")), "zh")
    texts = {text.get_text() for text in picture.figure().findobj(Text)}
    assert (texts >= chinese, texts >= english) == (all_letters, not all_letters)
    assert "□" not in "".join(texts)


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_picture_without_its_letters_is_told_of(all_letters, tmp_path):
    def said(*words):
        return CliRunner().invoke(program, [*words, "-o", str(tmp_path / "a.png")]).output  # both streams

    assert ("install a font with Chinese letters" in said("draw", "resnet18", "--lang", "zh")) == (not all_letters)
    assert "font" not in said("draw", "resnet18", "--lang", "en")
    assert "font" not in said("draw", "resnet18", "--lang", "zh", "-q")
    (tmp_path / "mine.yaml").write_text(DESIGN, encoding="utf-8")
    assert ("□ stands for" in said("draw", str(tmp_path / "mine.yaml"), "--lang", "en")) == (not all_letters)

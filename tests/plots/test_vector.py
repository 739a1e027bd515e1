"""Drawings without matplotlib: the same boxes at the same places, words as text, widths that the font has."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from matplotlib import ft2font

import resnet_analyzer as ra
from resnet_analyzer.errors import UsageError
from resnet_analyzer.plots import _fonts
from resnet_analyzer.plots._metrics import EM, widths
from resnet_analyzer.plots.palette import KINDS

# matplotlib's word for it since 3.10, and before
NO_SCALE = ft2font.LoadFlags.NO_SCALE if hasattr(ft2font, "LoadFlags") else ft2font.LOAD_NO_SCALE
SVG = "{http://www.w3.org/2000/svg}"
WITHOUT = (
    "import sys; sys.modules['matplotlib'] = None; import resnet_analyzer as ra;"
    "sys.stdout.buffer.write(ra.draw({name!r}, {kind!r}).svg)"
)


@pytest.mark.parametrize("bold", [False, True])
def test_widths_are_those_of_the_font(bold):
    face = ft2font.FT2Font(_fonts._path(bold))
    face.set_size(EM, 72)
    assert face.units_per_EM == EM
    for code, width in widths(bold).items():
        assert round(face.load_char(code, flags=NO_SCALE).linearHoriAdvance / 65536) == width, chr(code)
    assert {ord(each) for each in "aZ09×·→−‖□/²≥…é"} <= set(widths(bold))


def places(svg, tones):
    """The boxes in the fillings of layers: left, top and width, rounded."""
    found = []
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        if path.get("fill") in tones:
            numbers = [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", path.get("d"))]
            xs, ys = numbers[::2], numbers[1::2]
            found.append((min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)))
    return found


@pytest.mark.parametrize("name", ["resnet50", "googlenet"])
def test_the_same_boxes_as_with_matplotlib(name):
    """Where matplotlib is not installed; its own are in points."""
    run = subprocess.run([sys.executable, "-c", WITHOUT.format(name=name, kind="architecture")], capture_output=True)
    assert run.returncode == 0, run.stderr
    tones = {kind.fill.light for kind in KINDS.values()}
    ours, theirs = places(run.stdout, tones), places(ra.draw(name).svg, tones)
    assert len(ours) == len(theirs) > 20
    for one, two in zip(ours, theirs, strict=True):
        assert one == pytest.approx([each * 96 / 72 for each in two], abs=4)


@pytest.mark.parametrize("kind", ["architecture", "cost"])
def test_words_are_text_and_nothing_comes_from_outside(kind):
    picture = ra.draw("resnet18", kind)
    root = ElementTree.fromstring(picture.light_svg)
    words = [each.text for each in root.iter(f"{SVG}text")]
    assert words[0] == "ResNet-18"
    assert any("3×3, 512, /2" in each for each in words) == (kind == "architecture")
    assert b"href" not in picture.light_svg
    assert b"prefers-color-scheme:dark" in picture.light_svg
    assert root.find(f"{SVG}desc").text == picture.alt


def test_a_picture_with_axes_says_that_it_needs_matplotlib():
    with pytest.raises(UsageError, match="layers: it has axes, and needs matplotlib"):
        _ = ra.draw("resnet18", "layers").light_svg

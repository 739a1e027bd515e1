from collections import Counter

import pytest

import resnet_analyzer as ra
from resnet_analyzer.architectures.base import ARCHITECTURES
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.layer_norm import LayerNorm
from resnet_analyzer.ops.reshape import Permute
from resnet_analyzer.plots._sheet import Sheet
from resnet_analyzer.plots._words import resolution
from resnet_analyzer.plots.architecture import bands, drawn_network
from resnet_analyzer.plots.base import PLOTS
from resnet_analyzer.plots.palette import LIGHT
from resnet_analyzer.report.stages import parts
from resnet_analyzer.shape import Shape

from .pictures import SAMPLE, clashes, measured, words

SIDE_BY_SIDE = ("vgg19", "plain34", "resnet34")


def picture(*names):
    return PLOTS["architecture"].draw([measured(name) for name in names])


@pytest.mark.parametrize("name", SAMPLE)
def test_no_word_overlaps_another_or_is_cut(name):
    assert clashes(picture(name)) == ([], [])


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_no_word_overlaps_another_or_is_cut_in_any_network(name):
    assert clashes(picture(name)) == ([], [])


def test_several_networks_do_not_get_in_each_others_way():
    assert clashes(picture(*SIDE_BY_SIDE)) == ([], [])


def test_networks_side_by_side_are_aligned_by_resolution():
    rows = bands([drawn_network(measured(name), 60) for name in SIDE_BY_SIDE])
    assert [row.label for row in rows] == ["224×224", "112×112", "56×56", "28×28", "14×14", "7×7", "vector"]
    assert [len(run) for run in rows[0].pieces] == [2, 0, 0]


def test_the_paper_figure_is_drawn_whole():
    drawn = drawn_network(measured("resnet34"), 60).pieces
    assert all(piece.times == 1 for piece in drawn)


def test_the_words_tell_the_main_figures():
    alt = picture("resnet152").alt
    assert "ResNet-152 from 224×224×3 to 1000" in alt
    assert "36 blocks with a shortcut at 14×14" in alt
    assert "60.19 M parameters · 11.28 GMACs" in alt


def test_a_network_that_grows_again_stands_beside_others_without_common_bands():
    from resnet_analyzer.ops.conv import Conv2d
    from resnet_analyzer.ops.upsampling import Upsampling2d

    graph = ra.GraphBuilder("hourglass")
    graph.chain(
        graph.input(ra.Shape(1, 32, 32, 3)),
        ("down", Conv2d(8, 2, 2)),
        ("up", Upsampling2d(2)),
        ("out", Conv2d(3, 1)),
    )
    hourglass = ra.measure(graph.graph())
    assert clashes(PLOTS["architecture"].draw([hourglass, measured("resnet18")])) == ([], [])
    assert clashes(PLOTS["architecture"].draw(hourglass)) == ([], [])


def test_auxiliary_heads_are_told_below():
    drawn = drawn_network(measured("googlenet", aux=True), 30)
    assert drawn.sides == (
        "beside the main line, in training only: aux1, 8 layers",
        "beside the main line, in training only: aux2, 8 layers",
    )


def test_networks_side_by_side_are_folded_together():
    """Folding some of them makes the shallowest look deepest."""
    data = PLOTS["architecture"].draw([measured(name) for name in ("lecture50", "lecture101", "lecture152")]).data
    repeated = [max(piece.times for piece in each.pieces) for each in data]
    assert repeated == [5, 22, 35]  # He et al. 2015, Table 1: conv4_x has 6, 23 and 36 blocks, the first of them alone
    assert all(piece.times == 1 for each in PLOTS["architecture"].draw([measured("resnet18"), measured("resnet34")]).data for piece in each.pieces)  # fmt: skip  # noqa: E501


def test_dense_blocks_tell_how_their_channels_grow():
    """Huang et al. 2017, sec. 3: a block of l layers adds l · 32 channels; a transition halves them."""
    found, _ = words(PLOTS["architecture"].draw(measured("densenet121")))
    texts = [text for text, _ in found]
    assert [text for text in texts if "→" in text and ":" not in text] == ["64 → 256", "128 → 512", "256 → 1024", "512 → 1024"]  # fmt: skip  # noqa: E501
    assert "a layer reads all that is put out before it in its stage" in texts


class Drawn(Sheet):
    """A sheet that only remembers its words, dots and arrow heads."""

    def __init__(self, width, height):
        super().__init__(width, height, LIGHT)
        self.words, self.dots, self.heads = [], [], []

    def text(self, x, y, words, *more, **options):
        self.words.append((words, y))

    def bar(self, *sizes):
        pass

    def patch(self, *outline, **options):
        pass

    def disc(self, x, y, radius, *tones):
        self.dots.append((x, y))

    def side_arrow(self, x, y, *more):
        self.heads.append((x, y))


def test_dense_links_and_the_growing_width_are_drawn():
    """Huang et al. 2017, Fig. 1 and Table 1: a layer reads every output before it; 32 channels more each time."""
    drawing = PLOTS["architecture"].draw(measured("densenet121")).drawing
    sheet = Drawn(drawing.width, drawing.height)
    drawing.put(sheet)
    read = [int(text) for text, _ in sheet.words if text.isdecimal()]
    assert read == [
        64, 96, 128, 224, 256, 128, 160, 192, 480, 512, 256, 288, 320, 992, 1024, 512, 544, 576, 992, 1024,
    ]  # fmt: skip
    assert [text for text, _ in sheet.words if text.endswith(" more")] == ["3 more", "9 more", "21 more", "13 more"]
    links = Counter(y for _, y in sheet.dots)
    assert sorted(links.values()) == sorted([1, 2, 3, 4] * 4)  # from the input, and from each output before the last
    assert sorted(links) == sorted(y for _, y in sheet.heads)


def test_short_dense_blocks_are_drawn_whole():
    """Of four layers none is left out."""
    drawing = PLOTS["architecture"].draw(ra.measure("densenet121", blocks=(4, 3, 2, 1))).drawing
    sheet = Drawn(drawing.width, drawing.height)
    drawing.put(sheet)
    assert not [text for text, _ in sheet.words if text.endswith(" more")]
    assert [int(text) for text, _ in sheet.words if text.isdecimal()][:5] == [64, 96, 128, 160, 192]


def turned(last):
    """The same network with its channels in front, as PyTorch and ONNX have them; a permutation behind turns it."""
    layout = "channels_last" if last else "channels_first"
    build = GraphBuilder("net")
    here = build.input(Shape(1, 224, 160, 3) if last else Shape(1, 3, 224, 160))
    here = build.chain(here, ("conv1", Conv2d(64, 7, 2, 3, data_format=layout)), ("relu1", Activation("relu")))
    here = build.chain(here, ("conv2", Conv2d(128, 3, 2, 1, data_format=layout)), ("relu2", Activation("relu")))
    if not last:
        here = build.add("turn", Permute((0, 2, 3, 1)), here)
    build.chain(here, ("norm", LayerNorm()), ("conv3", Conv2d(32, 1, data_format="channels_last")))
    return measure(build.graph())


def test_channels_in_front_are_no_height():
    one, other = (drawn_network(turned(last), 99).pieces for last in (True, False))
    shown = [(piece.label, resolution(piece.shape)) for piece in one]
    assert [pair[1] for pair in shown] == ["112×80", "56×40", "56×40"]
    assert [(piece.label, resolution(piece.shape)) for piece in other] == shown
    assert [part.what for part in parts(turned(True).rows)] == [
        part.what for part in parts(turned(False).rows, turned(False).graph.channels_first())
    ]
    tracks = [PLOTS["resolution"].draw([turned(last)]).data[0] for last in (True, False)]
    assert [side for _, side, _ in tracks[1].line] == [side for _, side, _ in tracks[0].line]


def branched(kernel_sizes):
    """A block of parallel convolutions that are put side by side."""
    build = GraphBuilder("net")
    image = build.input(Shape(1, 32, 32, 3))
    ends = [
        build.add(f"branch{place}", Conv2d(16, size, padding="same", dilation_rate=rate), image)
        for place, (size, rate) in enumerate(kernel_sizes)
    ]
    build.add("join", Concatenate(), *ends)
    return measure(build.graph())


def test_four_branches_stand_side_by_side():
    """A dilated one among them: each is a box of its own, not a line that reads like a sequence."""
    picture = PLOTS["architecture"].draw([branched([(1, 1), (3, 1), (3, 2), (5, 1)])])
    told = [text for text, _ in words(picture)[0]]
    assert {"1×1, 16", "3×3, 16", "3×3, 16, dilated 2", "5×5, 16"} <= set(told)
    assert not any("side by side" in each for each in told)
    assert clashes(picture) == ([], [])


def test_branches_that_do_not_fit_are_told_to_be_branches():
    """Many wide ones are listed, under a line that says so, and above the sign of what joins them."""
    picture = PLOTS["architecture"].draw([branched([(size, 2) for size in ((3, 5), (5, 7), (7, 9), (9, 11))])])
    told = [text for text, _ in words(picture)[0]]
    assert "4 branches, side by side" in told
    assert "concatenation" in told

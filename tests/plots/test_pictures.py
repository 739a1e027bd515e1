import os
import re
import subprocess
import sys
from functools import cache
from itertools import pairwise
from random import Random
from xml.etree import ElementTree

import pytest
from matplotlib.patches import PathPatch

import resnet_analyzer as ra
from resnet_analyzer.errors import UnknownName, UsageError
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.opaque import Opaque
from resnet_analyzer.ops.upsampling import Upsampling2d
from resnet_analyzer.plots.base import PLOTS

from .pictures import clashes, measured, words

NETWORKS = {
    "architecture": ["resnet18"],
    "block": ["resnet50", "densenet121", "googlenet", "seresnet50", "resnet110_exclusive_gating"],
    "conventions": ["resnet50"],
    "cost": ["resnet50"],
    "layers": ["densenet121"],
    "memory": ["resnet50"],
    "receptive": ["resnet50"],
    "resolution": ["resnet50"],
    "roofline": ["resnet50"],
    "training": ["resnet50"],
}
SEVERAL = ("vgg19", "plain34", "resnet34")
EVIL = "<img src=x onerror=1>"


@cache
def pictures(name):
    plot = PLOTS[name]
    groups = [plot.standard()] if plot.standard else []
    groups += [[measured(each) for each in NETWORKS[name]]] if name in NETWORKS else []
    return [plot.draw(group) for group in groups]


def test_there_are_the_pictures_that_reports_show():
    assert set(PLOTS) >= {
        "architecture", "block", "bottleneck", "cardinality", "cost", "depth", "growth", "layers", "plane",
        "resolution",
    }  # fmt: skip


@pytest.mark.parametrize("name", list(PLOTS))
def test_no_word_overlaps_another_or_is_cut(name):
    for picture in pictures(name):
        assert clashes(picture) == ([], [])


@pytest.mark.parametrize("name", ["cost", "resolution"])
def test_several_networks_in_one_chart(name):
    assert clashes(PLOTS[name].draw([measured(each) for each in SEVERAL])) == ([], [])


@pytest.mark.parametrize("network", ["alexnet", "resnet1202", "densenet264", "lecture50", "basic", "conv1x1", "dense"])
@pytest.mark.parametrize("name", ["conventions", "cost", "layers", "memory", "resolution", "roofline", "training"])
def test_charts_of_the_smallest_and_the_deepest_networks(name, network):
    assert clashes(PLOTS[name].draw(measured(network))) == ([], [])


@pytest.mark.parametrize("name", list(PLOTS))
def test_the_svg_is_one_valid_picture_without_the_outside(name):
    for picture in pictures(name):
        text = picture.svg.decode()
        root = ElementTree.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.get("role") == "img"
        assert root.get("aria-label") == picture.alt
        assert root.find("{http://www.w3.org/2000/svg}title").text == picture.title
        links = {value for element in root.iter() for key, value in element.items() if key.endswith("href")}
        assert all(link.startswith("#") for link in links)
        assert not re.search(r"url\((?!#)|@import|<script|<image|<text|DOCTYPE|<\?xml|file:", text)
        assert set(re.findall(r"https?://[^\"]*", text)) <= {
            "http://www.w3.org/2000/svg",
            "http://www.w3.org/1999/xlink",
        }
        identities = re.findall(r'\bid="([^"]*)"', text)
        assert len(identities) == len(set(identities))


@pytest.mark.parametrize("name", list(PLOTS))
def test_every_colour_of_the_svg_changes_on_a_dark_page(name):
    """What is drawn light is what a dark PNG draws, through the style sheet: no colour is left as it was."""
    for picture in pictures(name):
        text = picture.svg.decode()
        used = set(re.findall(r' (fill|stroke)="(#[0-9a-f]{6})"', text))
        switched = set(re.findall(r'\[(fill|stroke)="(#[0-9a-f]{6})"\]', text))
        assert used == switched
        assert " style=" not in text


@pytest.mark.parametrize("name", list(PLOTS))
def test_the_words_are_a_sentence_with_figures(name):
    for picture in pictures(name):
        assert picture.alt.endswith(".")
        assert re.search(r"\d", picture.alt)
        assert len(picture.alt) > 80
        assert picture.title
        assert PLOTS[name].says


@pytest.mark.parametrize("name", list(PLOTS))
def test_light_and_dark_pngs_differ_and_are_pngs(name):
    picture = pictures(name)[0]
    light, dark = picture.png, picture.in_theme("dark").png
    assert light != dark
    assert light[:8] == dark[:8] == b"\x89PNG\r\n\x1a\n"


PROGRAM = """
import hashlib, sys, warnings
warnings.filterwarnings("error", module="resnet_analyzer")
import resnet_analyzer as ra
from resnet_analyzer.plots.base import PLOTS
network = ra.measure(ra.architecture("resnet18"))
for name in ("architecture", "block", "cost", "plane"):
    plot = PLOTS[name]
    picture = plot.draw(plot.standard() if plot.standard else network)
    digests = [hashlib.sha256(each).hexdigest() for each in (picture.svg, picture.png, picture.in_theme("dark").png)]
    print(name, *digests)
"""


OTHER_SETTINGS = (
    "import matplotlib; matplotlib.rcParams.update({'font.size': 30, 'axes.grid': True, 'lines.marker': 'o'})"
)


def test_two_processes_draw_the_same_bytes():
    """Whatever the order of hashing, and whatever the user has set in matplotlib."""
    runs = [
        subprocess.run(
            [sys.executable, "-c", start + PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, start in (("1", ""), ("2", OTHER_SETTINGS))
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].splitlines()) == 4


@pytest.mark.parametrize("name", list(PLOTS))
def test_the_same_picture_is_drawn_twice(name):
    plot = PLOTS[name]
    again = plot.draw(plot.standard()) if plot.standard else plot.draw([measured(each) for each in NETWORKS[name]])
    assert again.svg == pictures(name)[0].svg


def test_drawing_leaves_the_users_settings_alone():
    import matplotlib

    before = dict(matplotlib.rcParams)
    assert PLOTS["cost"].draw(measured("alexnet")).png
    assert dict(matplotlib.rcParams) == before


def test_matplotlib_waits_until_something_is_drawn():
    program = (
        "import sys; import resnet_analyzer.plots.base as b; list(b.PLOTS); assert 'matplotlib' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)


def evil_network():
    graph = ra.GraphBuilder(EVIL, title=f"{EVIL} $x_1$ 图\x00\x1b[31m")
    with graph.scope(EVIL):
        x = graph.add("conv $", Conv2d(8, 3, padding=1), graph.input(ra.Shape(1, 16, 16, 3)))
        graph.add(f"{EVIL}]]>--", Conv2d(8, 3, padding=1), x)
    return ra.measure(graph.graph())


@pytest.mark.parametrize("name", ["architecture", "block", "cost", "layers", "resolution"])
def test_names_stay_text(name):
    picture = PLOTS[name].draw(evil_network())
    assert clashes(picture) == ([], [])
    assert EVIL in picture.title or name == "block"
    assert "<img" not in picture.svg.decode()
    assert ElementTree.fromstring(picture.svg.decode()) is not None
    assert picture.png


def test_long_names_are_cut():
    graph = ra.GraphBuilder("long", title="A network of a very long name " * 20)
    graph.add("conv", Conv2d(8, 3), graph.input(ra.Shape(1, 16, 16, 3)))
    network = ra.measure(graph.graph())
    for name in ("architecture", "cost", "layers", "resolution", "block"):
        assert clashes(PLOTS[name].draw(network)) == ([], [])


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(UnknownName, match="theme"):
        PLOTS["cost"].draw(measured("alexnet"), "sepia")
    with pytest.raises(UsageError, match="nothing to draw"):
        PLOTS["cost"].draw([])
    with pytest.raises(UsageError, match="plain34 has no blocks"):
        PLOTS["block"].draw(measured("plain34"))
    with pytest.raises(UsageError, match="empty has no blocks"):
        PLOTS["block"].draw(empty_network())
    with pytest.raises(UsageError, match="2 labels"):
        PLOTS["block"].draw(measured("resnet18"), labels=["a", "b"])
    with pytest.raises(UsageError, match="concatenates nothing"):
        PLOTS["growth"].draw(measured("resnet18"))
    with pytest.raises(UsageError, match="no block on one feature map"):
        PLOTS["bottleneck"].draw(ra.measure(vector_network()))


def empty_network():
    graph = ra.GraphBuilder("empty")
    graph.input(ra.Shape(1, 8, 8, 3))
    return ra.measure(graph.graph())


def u_net():
    """Shortcuts within shortcuts, and maps that grow again."""
    graph = ra.GraphBuilder("u-net")
    x, kept = graph.input(ra.Shape(1, 64, 64, 3)), []
    for level in range(3):
        kept.append(graph.add(f"down{level}", Conv2d(16 * 2**level, 3, padding=1), x))
        x = graph.add(f"pool{level}", MaxPool2d(2), kept[-1])
    for level in reversed(range(3)):
        up = graph.add(f"enlarge{level}", Upsampling2d(2), x)
        joined = graph.add(f"concat{level}", Concatenate(), up, kept[level])
        x = graph.add(f"up{level}", Conv2d(16 * 2**level, 3, padding=1), joined)
    return ra.measure(graph.graph())


def with_unknown_layers():
    graph = ra.GraphBuilder("unknown")
    x = graph.add("conv", Conv2d(8, 3, padding=1), graph.input(ra.Shape(1, 32, 32, 3)))
    graph.add("second", Opaque(), graph.add("first", Opaque(output=ra.Shape(1, 16, 16, 8)), x))
    return ra.measure(graph.graph())


def many_branches():
    graph = ra.GraphBuilder("branches")
    x = graph.input(ra.Shape(1, 32, 32, 64))
    branches = [graph.add(f"b{i}", Conv2d(8 * (i + 1), 3, padding=1), x) for i in range(11)]
    graph.add("join", Concatenate(), *branches)
    return ra.measure(graph.graph())


def wired_at_random():
    graph, draw = ra.GraphBuilder("random"), Random(1)
    made = [graph.input(ra.Shape(1, 32, 32, 8))]
    for index in range(60):
        added = graph.add(f"add{index}", Add(), draw.choice(made[-4:]), made[-1])
        made.append(graph.add(f"conv{index}", Conv2d(8, 3, padding=1), added))
    return ra.measure(graph.graph())


ODD = (u_net, with_unknown_layers, many_branches, wired_at_random)


@pytest.mark.parametrize("make", ODD)
@pytest.mark.parametrize("name", ["architecture", "cost", "layers", "resolution", "block"])
def test_any_network_can_be_drawn(name, make):
    picture = PLOTS[name].draw(make())
    assert clashes(picture) == ([], [])
    assert ElementTree.fromstring(picture.svg.decode()) is not None


def test_an_unknown_cost_is_a_lower_bound_in_words():
    assert "; 224 parameters · ≥ 221.2 kMACs" in PLOTS["architecture"].draw(with_unknown_layers()).alt


@pytest.mark.parametrize("name", ["architecture", "cost", "layers", "resolution"])
def test_a_network_of_no_layers(name):
    assert clashes(PLOTS[name].draw(empty_network())) == ([], [])


def vector_network():
    from resnet_analyzer.ops.dense import Dense

    graph = ra.GraphBuilder("vector")
    graph.add("dense", Dense(4), graph.input(ra.Shape(1, 8)))
    return graph.graph()


def test_a_grid_is_refused():
    import numpy

    grid = ra.measure(ra.architecture("resnet18", input=numpy.array([224, 256])))
    with pytest.raises(UsageError, match="give plain sizes"):
        PLOTS["cost"].draw(grid)


def test_lines_into_a_joint_end_in_an_arrow():
    """Each line that comes from the side, as each from above, has a head."""
    shortcuts = ("", "_constant_scaling", "_exclusive_gating")
    for name, sides in zip(shortcuts, (1, 1, 3), strict=True):
        picture = PLOTS["block"].draw(measured(f"resnet110{name}"))
        heads = [path for path in picture.figure().findobj(PathPatch) if len(path.get_path().vertices) == 4 and path.get_facecolor()[3]]  # fmt: skip  # noqa: E501
        pointing_left = [head for head in heads if head.get_path().vertices[0][0] < head.get_path().vertices[1][0] and head.get_path().vertices[0][0] < head.get_path().vertices[2][0]]  # fmt: skip  # noqa: E501
        assert len(pointing_left) == sides, name


def test_an_axis_of_the_plane_has_marks_to_read_it_by():
    picture = PLOTS["plane"].draw([measured(name) for name in ("resnet18", "resnet34", "resnet50")])
    axes = picture.figure().axes[1]
    low, high = axes.get_xlim()
    assert len([mark for mark in axes.get_xticks() if low <= mark <= high]) >= 3
    low, high = axes.get_ylim()
    assert len([mark for mark in axes.get_yticks() if low <= mark <= high]) >= 3


def test_names_in_the_plane_stand_beside_the_lines():
    found, _ = words(PLOTS["plane"].draw([measured(name) for name in ("resnet18", "resnet34", "resnet50")]))
    figure = PLOTS["plane"].draw([measured(name) for name in ("resnet18", "resnet34", "resnet50")]).figure()
    line = next(line for line in figure.axes[1].lines if len(line.get_xdata()) == 3 and line.get_linestyle() != "None")
    points = figure.axes[1].transData.transform(list(zip(line.get_xdata(), line.get_ydata(), strict=True)))
    boxes = [box for text, box in found if text in ("18", "34", "50")]
    assert len(boxes) == 3
    for (x0, y0), (x1, y1) in pairwise(points):
        for part in range(101):
            x, y = x0 + (x1 - x0) * part / 100, y0 + (y1 - y0) * part / 100
            assert not any(box.x0 + 1 < x < box.x1 - 1 and box.y0 + 2 < y < box.y1 - 2 for box in boxes)


def test_depths_of_the_lower_line_stand_below_it():
    names = ("resnet20", "resnet110", "resnet1202", "preresnet164", "preresnet1001")
    found, _ = words(PLOTS["depth"].draw([measured(name) for name in names]))
    boxes = {text: box for text, box in found if text in ("110", "164", "1202", "1001")}
    assert len(boxes) == 4
    assert boxes["164"].y1 < boxes["110"].y0

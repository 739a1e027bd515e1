"""Figures of receptive fields: published ones, shortest and longest paths, marks; a unit's exact pixels."""

from __future__ import annotations

import pytest

from resnet_analyzer.analyses.fields import fields
from resnet_analyzer.analyses.receptive_field import Unaligned, receptive_fields
from resnet_analyzer.analyses.support import middle, support
from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.errors import UnknownName, UsageError
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv1d, Conv2d
from resnet_analyzer.ops.cropping import Cropping1d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.opaque import Opaque
from resnet_analyzer.ops.relu import ReLU
from resnet_analyzer.ops.reshape import Flatten
from resnet_analyzer.ops.transposed_conv import TransposedConv1d
from resnet_analyzer.shape import Shape


def named(name, **options):
    return {each.name: each for each in fields(measure(architecture(name, **options)))}


@pytest.mark.parametrize(("stage", "size"), [("stage2/block3", 35), ("stage3/block4", 99), ("stage4/block6", 291)])
def test_the_stages_of_resnet50(stage, size):
    """Araujo, Norris & Sim 2019, ResNet-50 v1: res2, res3 and res4."""
    assert named("resnet50")[f"{stage}/relu"].size == (size, size)


def test_paths_of_a_residual_block():
    """Two 3×3 convolutions see 5 pixels, the shortcut 1; behind two blocks 1 to 9."""
    build = GraphBuilder("two")
    end = build.input(Shape(1, 32, 32, 4))
    for block in "ab":
        way = [(f"{block}{n}", Conv2d(4, 3, padding=1)) for n in (1, 2)]
        end = build.add(f"add{block}", Add(), build.chain(end, *way), end)
    last = fields(measure(build.graph()))[-1]
    assert (last.size, last.shortest, last.longest) == ((9, 9), (1, 1), (9, 9))


def test_unaligned_branches_have_a_field_for_every_unit():
    """Every second pixel of one branch, every pixel of the other: unit 3 sees 6 to 8 and 3 to 5."""
    build = GraphBuilder("unaligned")
    image = build.input(Shape(1, 21, 2))
    far = build.add("far", Conv1d(2, 3, 2), image)
    near = build.chain(image, ("near", Conv1d(2, 3)), ("cut", Cropping1d(((0, 9),))))
    build.chain(build.add("add", Add(), far, near), ("next", Conv1d(2, 2)))
    rows = measure(build.graph()).rows
    views = receptive_fields(rows)
    axis = views["add"].sides[0]
    assert isinstance(axis, Unaligned)
    assert [axis.sees(unit) for unit in (0, 3, 9)] == [(0, 2), (3, 8), (9, 20)]
    assert axis.size == 12
    assert views["next"].sides[0].sees(3) == (3, 10)
    assert axis.jump == 1


def test_gaps_are_no_pixels():
    """Dilation leaves out what lies between; a transposed convolution of 1 at stride 2 leaves out every second unit."""
    build = GraphBuilder("gaps")
    build.chain(
        build.input(Shape(1, 20, 2)), ("conv", Conv1d(2, 3, dilation_rate=4)), ("up", TransposedConv1d(2, 1, 2))
    )
    measured = measure(build.graph())
    assert support(measured, "conv", (0, 5, 0)).inputs["input"][1] == {5, 9, 13}
    assert support(measured, "up", (0, 10, 0)).inputs["input"][1] == {5, 9, 13}
    assert support(measured, "up", (0, 11, 0)).inputs == {}


def test_what_lies_in_the_padding_is_not_there():
    build = GraphBuilder("edge")
    build.add("conv", Conv2d(2, 5, padding=2), build.input(Shape(1, 9, 9, 1)))
    found = support(measure(build.graph()), "conv", (0, 0, 8, 0)).inputs["input"]
    assert (found[1], found[2]) == ({0, 1, 2}, {6, 7, 8})


def test_layers_that_exceed_and_gain_nothing():
    """9 pixels: five 3×3 convolutions see 11; the fifth exceeds, and what slides over it gains nothing more."""
    build = GraphBuilder("deep")
    build.chain(build.input(Shape(1, 9, 9, 1)), *[(f"c{n}", Conv2d(2, 3, padding=1)) for n in range(6)])
    found = fields(measure(build.graph()))
    assert [each.name for each in found if each.exceeds] == ["c4", "c5"]
    assert [each.name for each in found if each.idle] == ["c4", "c5"]
    assert [float(each.share) for each in found[:3]] == [1 / 81, 9 / 81, 25 / 81]


def test_layers_that_no_output_depends_on():
    build = GraphBuilder("dead")
    image = build.input(Shape(1, 9, 9, 1))
    build.add("lost", Conv2d(2, 3), image)
    build.chain(image, ("conv", Conv2d(2, 3)), ("relu", ReLU()))
    assert [each.name for each in fields(measure(build.graph())) if each.unread] == ["lost"]


def test_what_is_not_told_is_unknown():
    build = GraphBuilder("odd")
    build.chain(build.input(Shape(1, 9, 9, 1)), ("odd", Opaque("odd", Shape(1, 9, 9, 1))), ("conv", Conv2d(2, 3)))
    measured = measure(build.graph())
    assert [each.view is None for each in fields(measured)] == [False, True, True]
    assert support(measured, "conv") is None


def test_channels_first_and_several_sides():
    build = GraphBuilder("first")
    first = {"data_format": "channels_first"}
    build.chain(
        build.input(Shape(1, 1, 9, 12)), ("conv", Conv2d(2, (3, 5), **first)), ("two", Conv2d(2, (1, 2), **first))
    )
    measured = measure(build.graph())
    last = fields(measured)[-1]
    assert (last.size, last.shortest) == ((3, 6), (3, 6))
    assert middle(measured.rows[-1], True) == (0, 0, 3, 3)


def test_concatenated_maps_over_one_another_are_not_told():
    build = GraphBuilder("over")
    image = build.input(Shape(1, 9, 9, 1))
    build.add("join", Concatenate("height"), image, build.add("relu", ReLU(), image))
    measured = measure(build.graph())
    assert fields(measured)[-1].view is None
    assert not support(measured, "join").exact


def test_what_is_wrong_is_one_clear_error():
    measured = measure(architecture("resnet18"))
    with pytest.raises(UnknownName):
        support(measured, "stage9")
    with pytest.raises(UsageError, match="there is no unit"):
        support(measured, "stage1/conv", (0, 112, 0, 0))


def test_axes_of_one_that_a_reshape_takes_away():
    """A map of 1×1 flattened: its units still see what it saw; a dense layer mixes no more of the image."""
    build = GraphBuilder("flat")
    steps = [("conv", Conv2d(4, 5)), ("flat", Flatten()), ("fc", Dense(3))]
    build.chain(build.input(Shape(1, 5, 5, 1)), *steps)
    found = fields(measure(build.graph()))
    assert [each.size for each in found] == [(1, 1), (5, 5), (5, 5), (5, 5)]

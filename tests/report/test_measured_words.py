"""What the summary below a table says of parameters: trained, frozen and moving are three things."""

from __future__ import annotations

from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.opaque import Opaque
from resnet_analyzer.report.measured import parameters_of
from resnet_analyzer.shape import Shape


def words(frozen: bool, unknown: bool = False) -> str:
    build = GraphBuilder("small")
    end = build.chain(build.input(Shape(1, 4)), ("dense", Dense(3)), ("bn", BatchNorm()))
    if unknown:
        build.chain(end, ("what", Opaque("custom")), ("behind", Dense(2)))
    graph = build.graph()
    nodes = tuple(node._replace(frozen=frozen) if node.name == "dense" else node for node in graph.nodes)
    return parameters_of(measure(type(graph)(graph.name, nodes)))


def test_frozen_parameters_are_told_apart_from_moving_statistics():
    # dense 4·3 + 3; batch normalisation: gamma and beta of 3, mean and variance of 3
    assert words(frozen=True) == "21 parameters, 15 of them frozen (+ 6 moving statistics)"
    assert words(frozen=False) == "21 parameters (+ 6 moving statistics)"


def test_a_bound_is_told_where_weights_are_not_known():
    assert words(frozen=False, unknown=True).startswith("≥ 21 parameters")

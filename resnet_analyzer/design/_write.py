"""A graph written as a design file: stages and blocks where the family has them, else layer by layer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby
from typing import Any

from ..architectures.base import Architecture
from ..architectures.residual_style import STYLES
from ..dim import floor_div
from ..errors import UsageError
from ..graph import Graph, Node
from ..measurement import measure
from ..ops.activation import Activation
from ..ops.base import FROZEN, MOVING, UNTOLD, Op, Weight
from ..ops.input import Input
from ..shape import spell
from ._edit import spelled
from ._entry import FUNCTIONS, snake
from ._fields import op_fields
from ._header import STYLE_NAMES, TEXTS
from ._read import examine_text
from ._text import Pairs, Place, Text
from ._vocabulary import BLOCK, style_of

NOTE = """\
# {title}, as a design of your own. Change what you like, then:
#   resnet-analyze verify {file}     errors, repairs, budgets
#   resnet-analyze show {file}       shapes, parameters and cost
# Every entry reads the one before it; `inputs: [a, b]` names others. Words and settings: resnet-analyze schema
"""
COLUMN = 72  # where comments begin, if the line is shorter
_YAML = Text("", "", Pairs(Place(), False), (), False)  # how values are spelled

Line = tuple[str, str]  # a line, and the node whose shape is its comment


def write_design(graph: Graph, architecture: Architecture | None = None, file: str = "my-design.yaml") -> str:
    """The text of a design file that reads back as this very graph.

    UsageError where a graph cannot be written (grids and symbols, names that no file can hold).
    """
    if graph.is_open:
        raise UsageError(
            f"{graph.name}: leaves sizes of its inputs open, which a design cannot: give them, as input=224"
        )
    graph = _as_designs_hold(graph)
    outputs = {row.name: spell(row.output) for row in measure(graph).rows}
    body = _compact(graph, architecture) if architecture else None
    for lines in (body, list(_layers(graph.nodes, ""))):
        if lines is not None:
            text = _text(graph, lines, outputs, file, body is lines and architecture)
            if differences(graph, text) == "":
                return text
    raise UsageError(f"{graph.name}: cannot be written as a design: {differences(graph, text)}")


def _as_designs_hold(graph: Graph) -> Graph:
    """The graph without what no design says: where a file's sizes and weights come from, which module made a layer."""
    held = {key: value for key, value in graph.about.items() if key in (*TEXTS, "style", "classes")}
    tells = {node.name for node in graph.nodes if not node.op.tells_shape_alone}
    nodes = tuple(node._replace(weights=() if node.name in tells else node.weights, made_by="") for node in graph.nodes)
    return replace(graph, nodes=nodes, about=held)


def differences(graph: Graph, text: str) -> str:
    """What a design's text says otherwise than the graph: the first difference, or nothing."""
    reading = examine_text(graph.name, text)
    if reading.problems or reading.graph is None:
        return reading.problems[0].says if reading.problems else "nothing could be read"
    if len(reading.graph) != len(graph):
        return f"{len(reading.graph)} layers instead of {len(graph)}"
    for mine, theirs in zip(graph, reading.graph, strict=True):
        if mine._replace(op=theirs.op) != theirs or type(mine.op) is not type(theirs.op):
            return f"{mine._replace(op=theirs.op)} is read as {theirs}"
        if _compared(mine.op) != _compared(theirs.op):
            return f"{mine.name}: {mine.op.settings()} is read as {theirs.op.settings()}"
    return "" if graph.about == reading.graph.about else f"{graph.about} is read as {reading.graph.about}"


def _compared(value: Any) -> Any:
    """Settings with those of layers inside layers, for ops are not compared by their values."""
    if isinstance(value, Op):
        return type(value).__name__, {name: _compared(each) for name, each in value.settings().items()}
    return value


def _text(graph: Graph, lines: Sequence[Line], outputs: Mapping[str, str], file: str, compact: Any) -> str:
    title = graph.about.get("title", graph.name)
    head = [*NOTE.format(title=title, file=file).splitlines(), "", f"design: {flow(graph.name)}"]
    head += [f"{key}: {flow(graph.about[key])}" for key in TEXTS if graph.about.get(key)]
    style = graph.about.get("style", "paper")
    if "style" in graph.about:
        head.append(f"style: {flow(style)}")
    first = graph.nodes[0]
    shape = first.op.shape if isinstance(first.op, Input) else ()
    if first.name == _input_name(style) and len(shape) > 1 and shape[0] == 1:
        head.append(f"input: {'x'.join(map(str, shape[1:])) if len(shape) == 4 else flow(tuple(shape[1:]))}")
        lines = [line for line in lines if line[1] != first.name]
    if "classes" in graph.about:
        head.append(f"classes: {graph.about['classes']}")
    defaults = _defaults(compact) if compact and _is_residual(compact) else {}
    if defaults:
        head.append(f"defaults: {flow(defaults)}")
    body = [_commented(line, outputs.get(node, "")) for line, node in lines]
    return "\n".join([*head, "", "layers:", *body]) + "\n"


def _commented(line: str, comment: str) -> str:
    return f"{line:<{COLUMN}}  # {comment}" if comment else line


def _input_name(style: str) -> str:
    names = STYLES[style].names if style in STYLE_NAMES else {}
    return names.get("input", "input")


def flow(value: Any) -> str:
    """A value on one line: `{filters: 64, kernel_size: [1, 7]}`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{spelled(_YAML, key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(flow, value))}]"
    return spelled(_YAML, value)


def _layers(nodes: Sequence[Node], before: str) -> Iterator[Line]:
    """Nodes layer by layer, those of one scope in a group."""
    known: set[str] = {before} if before else set()
    words: set[tuple[str, str]] = set()
    for (scope, training), members in groupby(nodes, key=lambda node: (node.scope, node.training_only)):
        indent = ""
        if scope:
            flag = ", training_only: true" if training else ""
            yield f"- group: {{name: {flow(scope)}{flag}}}", ""
            yield "  layers:", ""
            indent = "  "
        for node in members:
            yield f"{indent}- {_layer(node, before, known, words, bool(scope))}", node.name
            known.add(node.name)
            before = node.name


def _without_batch(op: Op, field: str, value: Any) -> Any:
    """A setting as designs spell it: shapes are those of one image, where they can be."""
    if value is not None and op_fields(type(op))[field].kind == "shape":
        return tuple(value[1:]) if len(value) > 1 and value[0] == 1 else {"whole": tuple(value)}
    if field in op.batch_left_out:
        return value[1:] if len(value) > 1 and value[0] == 0 else {"whole": value}
    return _simple(value)


def _simple(value: Any) -> Any:
    """A value as lists, mappings, numbers and words."""
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Op):
        return {
            snake(type(value).__name__): {
                key: _without_batch(value, key, each) for key, each in value.settings().items()
            }
        }
    if isinstance(value, tuple) and value and all(type(each) is Weight for each in value):
        return {each.name: _of_role(each) for each in value}
    return tuple(map(_simple, value)) if isinstance(value, (tuple, list)) else value


def _of_role(weight: Weight) -> Any:
    words = {FROZEN: "frozen", MOVING: "moving", UNTOLD: "untold"}
    return {words[weight.role]: weight.shape} if weight.role in words else weight.shape


def _layer(node: Node, before: str, known: set[str], words: set[tuple[str, str]], grouped: bool) -> str:
    """One layer as an entry."""
    op = node.op
    word, settings = snake(type(op).__name__), op.settings()
    if isinstance(op, Activation) and op.function in FUNCTIONS and settings.keys() <= {"function"}:
        word, settings = op.function, {}
    said: dict[str, Any] = {}
    name = _relative(node)
    if name != word or (node.scope, word) in words:
        said["name"] = name
    words.add((node.scope, word))
    said |= {key: _without_batch(op, key, value) for key, value in settings.items()}
    if isinstance(op, Input):
        said["shape"] = _without_batch(op, "shape", op.shape)
    elif op.arity != 0 and (node.inputs != (before,) or op.arity is None):
        inputs = [spelled_input(each, node.scope, known) for each in node.inputs]
        said["inputs"] = inputs[0] if len(inputs) == 1 else inputs
    said |= {"training_only": True} if node.training_only and not grouped else {}
    said |= {"frozen": True} if node.frozen else {}
    said |= {"weights_of": spelled_input(node.weights_of, node.scope, known)} if node.weights_of else {}
    said |= {"shared_weights": node.shared_weights} if node.shared_weights else {}
    return f"{word}: {flow(said)}" if said else word


def _relative(node: Node) -> str:
    """A node's name inside its scope; from the root, with /, where it is not named after it."""
    if node.scope and node.name.startswith(f"{node.scope}/"):
        return node.name[len(node.scope) + 1 :]
    return f"/{node.name}" if node.scope or node.name.startswith("/") else node.name


def spelled_input(name: str, scope: str, known: set[str]) -> str:
    """The shortest spelling of a name inside a scope that cannot mean another node."""
    while scope:
        if name.startswith(f"{scope}/"):
            return name[len(scope) + 1 :]
        if f"{scope}/{name}" in known:
            return f"/{name}"
        scope = scope.rpartition("/")[0]
    return f"/{name}" if name.startswith("/") else name


def _is_residual(architecture: Architecture) -> bool:
    return architecture.build.__name__ == "residual_network"


def _compact(graph: Graph, architecture: Architecture) -> list[Line] | None:
    """Stem, stages and head: the stages as stage entries; None for families without them."""
    if _is_residual(architecture):
        entries, pattern = _residual_stages(graph, architecture), r"stage\d+/block\d+"
    elif architecture.build.__name__ == "densenet":
        entries, pattern = _dense_stages(architecture), r"stage\d+/(layer\d+|transition)"
    else:
        return None
    inside = [index for index, node in enumerate(graph.nodes) if re.match(pattern, node.scope)]
    if not inside:
        return None
    stem, head = graph.nodes[: inside[0]], graph.nodes[inside[-1] + 1 :]
    ends = _ends(graph)
    stages = [(line, ends.get(scope, "")) for line, scope in entries]
    return [*_layers(stem, ""), *stages, *_layers(head, graph.nodes[inside[-1]].name)]


def _ends(graph: Graph) -> dict[str, str]:
    """The last node of every stage (`stage2`), and of every transition."""
    ends: dict[str, str] = {}
    for node in graph.nodes:
        stage = node.scope.partition("/")[0]
        ends[f"{stage}/transition" if "transition" in node.scope else stage] = node.name
    return ends


def _defaults(architecture: Architecture) -> dict[str, Any]:
    """The settings of an architecture that all its blocks share."""
    options = architecture.options
    shared = ("block", "shortcut", "shortcut_pool", "variant", "shortcut_variant", "stride_at")
    names = (*shared, "cardinality", "form", "se_ratio", "dropout")
    return {name: options[name] for name in names if name in options and options[name] != BLOCK[name].default}


def _residual_stages(graph: Graph, architecture: Architecture) -> list[tuple[str, str]]:
    options = architecture.options
    style = style_of(graph.about.get("style", "paper"), options["variant"])
    inner = options["cardinality"] * (options["bottleneck_width"] or options["width"])
    last = len(options["blocks"]) - 1
    lines = []
    for stage, count in enumerate(options["blocks"]):
        said = {"width": options["width"] * 2**stage, "blocks": count}
        if (stage < last) if style.stride_in_last_block else (stage > 0):
            said["stride"] = 2
        if inner != options["width"]:
            said["inner"] = inner * 2**stage
        lines.append((f"- stage: {flow(said)}", f"stage{stage + 2}"))
    return lines


def _dense_stages(architecture: Architecture) -> list[tuple[str, str]]:
    from ..architectures.densenet import fraction

    options = architecture.options
    rate, theta = options["growth_rate"], fraction(options["compression"])
    stem = options["stem_channels"]
    channels = 2 * rate if stem is None else stem
    lines = []
    for stage, count in enumerate(options["blocks"], 2):
        said = {"layers": count, "growth_rate": rate, **({} if options["bottleneck"] else {"bottleneck": False})}
        lines.append((f"- dense_block: {flow(said)}", f"stage{stage}"))
        channels += count * rate
        if stage <= len(options["blocks"]):
            channels = floor_div(channels * theta.numerator, theta.denominator)
            lines.append((f"- transition: {flow({'channels': channels})}", f"stage{stage}/transition"))
    return lines

"""The words of design files, from the tables that read them: meaning, default, and a design of three lines for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from resnet_analyzer import verify
from resnet_analyzer.design import VOCABULARY, Field, flow, op_fields, schema, write_design
from resnet_analyzer.errors import AnalyzerError
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.ops.base import OPS, Op
from resnet_analyzer.ops.input import Input
from resnet_analyzer.shape import Shape

from ...ops.cases import CASES, SIZES
from .tables import code, plain, sentence, table

ONE = {**SIZES, "b": 1}
TOP = {  # an example where a word's kind alone gives none that makes sense
    "design": "design: mine",
    "title": "title: My first network",
    "source": "source: my notebook of May",
    "remark": "remark: smaller than it looks",
    "says": "says: half of ResNet-18",
    "style": "style: torchvision",
    "input": "input: 224x320x3",
    "channels": "channels: 1",
    "classes": "classes: 10",
    "variables": "variables: {width: 64}",
    "defaults": "defaults: {block: basic}",
    "layers": "",
    "budgets": 'budgets: {params: "<= 1M"}',
    "expect": "expect: {params: 1792}",
    "like": "like: conv1x1",
}
LAYER = "- conv2d: {filters: 64, kernel_size: 3, use_bias: true}"
BELOW = {  # the words that ask something of the layers
    "classes": ("- global_average_pool2d", "- dense: classes"),
    "like": ("- input: {shape: [56, 56, 256]}", "- conv2d: {filters: 256}"),
    "variables": ("- conv2d: {filters: 2*width}",),
}
COMMON = {
    "name": ("- conv2d: {name: stem, filters: 64}", "- batch_norm"),
    "inputs": ("- relu: {name: a}", "- add: [a, start]"),
    "repeat": ("- conv2d: {filters: 64, kernel_size: 3, padding: same, repeat: 4}",),
    "training_only": ("- conv2d: {filters: 8, training_only: true}", "- relu: {inputs: start}"),
    "frozen": ("- conv2d: {filters: 64, frozen: true}",),
    "weights_of": ("- conv2d: {name: a, filters: 3}", "- conv2d: {filters: 3, weights_of: a}"),
    "shared_weights": ("- conv2d: {filters: 64, shared_weights: kernel}",),
}
KINDS = {
    "whole": "a whole number, or an expression",
    "wholes": "a number, or a list with one for each axis",
    "number": "a number",
    "fraction": "above 0, at most 1",
    "truth": "true or false",
    "text": "text",
    "numbers": "a whole number, or a list of them",
    "plain": "a number or a word, or a list of them",
    "layer": "a layer, as in a list of layers",
    "shape": "a size: 224, 224x320x3 or a list",
    "weights": "names with shapes",
    "names": "a name, or a list",
    "layers": "a list of layers",
    "blocks": "a number, or a list of settings",
    "variables": "numbers by name",
    "defaults": "settings by name",
    "budgets": "limits by figure",
    "expect": "figures and shapes by name",
}
NEEDED = {"block": {"width": 64}, "stage": {"width": 64}, "dense_block": {"layers": 2, "growth_rate": 32}}


def design_top() -> str:
    """The words at the top of a file."""
    parts = []
    for name, each in _schema_fields("properties").items():
        line = TOP.get(name, f"{name}: {flow(_sample(each))}")
        lines = [*([line] if line else []), "layers:", *BELOW.get(name, (LAYER,))]
        parts.append(f"### {name}\n\n{_told(name, each)}\n\n{_yaml(lines)}")
    return "\n\n".join(parts)


def design_common() -> str:
    """What can be said of every layer."""
    from resnet_analyzer.design import _entry  # the one table of these words

    parts = []
    for name, each in _entry.COMMON.items():
        lines = COMMON.get(name, (f"- conv2d: {{filters: 64, {name}: {flow(_sample_of(each))}}}",))
        parts.append(f"### {name}\n\n{_field(each)}\n\n{_yaml(['layers:', *lines])}")
    return "\n\n".join(parts)


def design_blocks() -> str:
    """Stages, blocks and the like with all that can be set."""
    parts = []
    for word, settings in VOCABULARY.items():
        parts.append(f"### {word}\n\n{_settings(settings)}\n\n{_yaml(_block_example(word))}")
    return "\n\n".join(parts)


def _block_example(word: str) -> list[str]:
    if word == "group":
        return ["layers:", "- group: {name: stem, repeat: 2}", "  layers: [conv2d: {filters: 64}, relu]"]
    return ["input: 56x56x256", "layers:", f"- {word}: {flow(NEEDED[word])}" if word in NEEDED else f"- {word}"]


def design_layers() -> str:
    """Every op as a layer of a design, and the activations that are words by themselves."""
    parts = [f"Activations by name: {', '.join(map(code, _functions()))}. Each is a layer by itself."]
    for name in sorted(OPS, key=_word):
        lines = _example(name)
        example = _yaml(lines) if lines else "No example."
        fields = op_fields(OPS[name])
        settings = _settings(fields) if fields else "No settings."
        parts.append(f"### {_word(name)}\n\n{sentence(OPS[name].__doc__)}\n\n{settings}\n\n{example}")
    return "\n\n".join(parts)


def _functions() -> list[str]:
    """The words that stand for an activation function."""
    layer = schema()["$defs"]["layer"]["anyOf"]
    return [word for word in layer[0]["enum"] if layer[1]["properties"][word].get("$ref")]


@cache
def _words() -> dict[str, str]:
    """How designs spell each op, from the schema."""
    from resnet_analyzer.design import _entry

    return {name: _entry.snake(name) for name in OPS}


def _word(name: str) -> str:
    return _words()[name]


def _schema_fields(key: str) -> dict[str, Any]:
    return schema()[key]


def _told(name: str, each: dict[str, Any]) -> str:
    says = each.get("description", "")
    choice = f" One of {', '.join(map(code, each['enum']))}." if "enum" in each else ""
    default = f" Default: `{each['default']}`." if "default" in each else ""
    needed = " Required." if name in schema()["required"] else ""
    return plain(says[:1].upper() + says[1:] + "." if says else "Text.") + choice + default + needed


def _field(each: Field) -> str:
    says = f"{each.says[:1].upper()}{each.says[1:]}. " if each.says else ""
    return f"{plain(says)}{_value(each)[:1].upper()}{_value(each)[1:]}; {_default(each)}."


def _value(each: Field) -> str:
    if each.kind == "choice":
        return "one of " + ", ".join(map(code, each.words))
    words = "".join(f"{code(word)}, " for word in each.words)
    return words + KINDS.get(each.kind, each.kind)


def _default(each: Field) -> str:
    if each.required:
        return "required"
    if each.default is None:
        return "not set"
    return f"default `{str(each.default).lower() if isinstance(each.default, bool) else each.default}`"


def _settings(table_of: dict[str, Field]) -> str:
    rows = [(code(name), plain(each.says), _value(each), _default(each)) for name, each in table_of.items()]
    return table(("setting", "what it is", "value", "default"), rows)


def _sample(each: dict[str, Any]) -> Any:
    return each.get("default", each["enum"][0] if "enum" in each else 1)


def _sample_of(each: Field) -> Any:
    return {"truth": True, "choice": each.words[0] if each.words else ""}.get(each.kind, 1)


def _yaml(lines: Any) -> str:
    return "\n".join(["```yaml", *lines, "```"])


@cache
def _example(name: str) -> tuple[str, ...]:
    """The shortest design that uses an op, of its examples; () if none can be written."""
    found = []
    for case in CASES.get(name, [])[:12]:
        with suppress(AnalyzerError, TypeError):
            lines = _design(case.make(ONE), case.inputs(ONE))
            if is_whole_design(lines):
                found.append(tuple(lines))
    return min(found, key=lambda lines: (len(lines), sum(map(len, lines))), default=())


def is_whole_design(lines: Sequence[str]) -> bool:
    """Whether nothing is wrong with a design of these lines."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "example.yaml")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return not verify(path).findings


def _design(op: Op, inputs: tuple[Shape, ...]) -> list[str]:
    """What `init` writes for a network of this one layer, without title and remarks."""
    build = GraphBuilder("example")
    names = [build.input(shape, letter) for letter, shape in zip("abcdefgh", inputs, strict=False)]
    if isinstance(op, Input):
        names = [build.input(op.shape)]
    else:
        build.add("it", op, *names)
    lines = [line.split("  # ")[0].rstrip() for line in write_design(build.graph()).splitlines()]
    lines = [line for line in lines if line and not line.startswith(("#", "design:"))]
    lines[-1] = re.sub(r"name: it(?:, )?", "", lines[-1]).replace(": {}", "")
    if len(inputs) < 2:
        lines = [re.sub(r"name: (?:a|input), ", "", line) for line in lines]
    return lines

"""The JSON Schema of design files, for editors to complete and check; made from the same tables that read them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..ops.base import OPS
from ._entry import COMMON, FUNCTIONS, snake
from ._fields import MOST_SIDES, Field, op_fields
from ._header import TOP
from ._vocabulary import BLOCK, OF_VOCABULARY, VOCABULARY

EXPRESSION = {"type": "string", "description": "an expression over variables: 2*width"}
SIZE = {"$ref": "#/$defs/size"}
SIZES = {"$ref": "#/$defs/sizes"}
WHOLE = {"type": "object", "required": ["whole"], "properties": {"whole": {"type": "array"}}}
NAMES = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
OF_KIND: dict[str, dict[str, Any]] = {
    "whole": SIZE,
    "wholes": SIZES,
    "number": {"anyOf": [{"type": "number"}, EXPRESSION]},
    "fraction": {"anyOf": [{"type": "number", "exclusiveMinimum": 0, "maximum": 1}, EXPRESSION]},
    "truth": {"type": "boolean"},
    "text": {"type": ["string", "null"]},
    "numbers": {"type": ["integer", "string", "array", "object", "null"]},  # text: an expression
    "plain": {"type": ["integer", "number", "string", "array", "object", "boolean", "null"]},
    "layer": {"$ref": "#/$defs/layer"},
    "shape": {"anyOf": [SIZES, WHOLE]},
    "weights": {"type": "object", "additionalProperties": {"anyOf": [SIZES, {"type": "object", "maxProperties": 1}]}},
    "names": NAMES,
    "layers": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/layer"}},
    "blocks": {"anyOf": [SIZE, {"type": "array", "items": {"$ref": "#/$defs/block"}}]},
    "variables": {"type": "object", "additionalProperties": {"type": ["number", "string"]}},
    "defaults": {"$ref": "#/$defs/block"},
    "budgets": {"type": "object", "additionalProperties": {"type": ["number", "string"]}},
    "expect": {"type": "object"},
}


def schema() -> dict[str, Any]:
    """The schema as a dictionary (JSON Schema 2020-12)."""
    words = [snake(name) for name in OPS] + list(FUNCTIONS) + list(VOCABULARY)
    kinds = {snake(name): _op(name) for name in OPS}
    kinds |= {name: {"$ref": "#/$defs/plain"} for name in FUNCTIONS}
    kinds |= {kind: _mapping(_vocabulary(kind)) for kind in VOCABULARY}
    common = {name: _field(each) for name, each in COMMON.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A network for resnet-analyzer",
        "type": "object",
        "required": ["layers"],
        "additionalProperties": False,
        "properties": {name: _field(each) for name, each in TOP.items()},
        "$defs": {
            "layer": {
                "anyOf": [
                    {"type": "string", "enum": words},
                    {"type": "object", "minProperties": 1, "properties": {**common, **kinds}},
                ]
            },
            "block": _mapping(BLOCK, required=False),
            "plain": _mapping(COMMON),
            "size": {"anyOf": [{"type": "integer"}, EXPRESSION]},
            "sizes": {"anyOf": [SIZE, {"type": "array", "minItems": 1, "maxItems": MOST_SIDES}]},
        },
    }


def _vocabulary(kind: str) -> dict[str, Field]:
    return {**VOCABULARY[kind], **{name: COMMON[name] for name in OF_VOCABULARY[kind]}}


def _op(name: str) -> dict[str, Any]:
    """An op: a mapping of its settings, or one value for the most usual one."""
    op = OPS[name]
    says = (op.__doc__ or "").strip().splitlines()[0]
    mapping = _mapping({**op_fields(op), **COMMON}, required=False) | {"description": says}
    return {"anyOf": [mapping, {"type": ["integer", "number", "string", "array", "null"]}]}


def _mapping(table: dict[str, Field], required: bool = True) -> dict[str, Any]:
    needed = [name for name, each in table.items() if each.required and required]
    return {
        "type": ["object", "array", "integer", "string", "null"] if needed else ["object", "null"],
        "additionalProperties": False,
        "properties": {name: _field(each) for name, each in table.items()},
    }


def _field(each: Field) -> dict[str, Any]:
    if each.kind == "choice":
        found: dict[str, Any] = {"enum": list(each.words)}
    elif each.words:
        found = {"anyOf": [{"enum": list(each.words)}, SIZES]}
    else:
        found = dict(OF_KIND[each.kind])
    if each.says:
        found["description"] = each.says
    if isinstance(each.default, (bool, int, str)) and not isinstance(each.default, Fraction):
        found["default"] = each.default
    return found

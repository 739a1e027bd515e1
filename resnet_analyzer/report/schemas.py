"""JSON Schemas of the documents that reports write, by their kind: what other programs may rely on."""

from __future__ import annotations

from typing import Any

from ..errors import UnknownName

DRAFT = "https://json-schema.org/draft/2020-12/schema"
WHOLE = {"type": "integer", "minimum": 0}
TEXT = {"type": "string"}
BOOL = {"type": "boolean"}
NAMES = {"type": "array", "items": TEXT}
STATUS = {"enum": ["complete", "lower_bound"]}
SIDES = {"type": ["array", "null"], "items": {"type": ["integer", "string", "null"]}}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(**fields: Any) -> dict[str, Any]:
    """An object of exactly these fields."""
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _listed(**fields: Any) -> dict[str, Any]:
    return {"type": "array", "items": _object(**fields)}


def _document(kind: str, **fields: Any) -> dict[str, Any]:
    return _object(schema={"const": 2}, kind={"const": kind}, model=TEXT, **fields)


_MODEL = {
    "mode": {"enum": ["inference", "training"]},
    "dtype": TEXT,
    "in_place": BOOL,
    "fuse_bn": BOOL,
    "optimizer": _nullable(TEXT),
    "checkpoint": _nullable(TEXT),
}
_PASSES = _object(forward=WHOLE, input_gradients=WHOLE, weight_gradients=WHOLE, again=WHOLE)
_WITH_UPDATE = _object(forward=WHOLE, input_gradients=WHOLE, weight_gradients=WHOLE, again=WHOLE, update=WHOLE)
_BOTH = _object(macs=WHOLE, flops=WHOLE)
_BOUND = {
    "names": NAMES,
    **dict.fromkeys(("macs", "read", "weights", "written", "bytes"), WHOLE),
    "bound_by": {"enum": ["compute", "memory"]},
    "picoseconds": WHOLE,
    "exact": BOOL,
}
_LIVE = _listed(name=TEXT, bytes=WHOLE)
_MEMORY = _document("memory", batch=WHOLE, **_MODEL, status=STATUS, weights=WHOLE, peak=WHOLE, at=TEXT, total=WHOLE, live=_LIVE)  # fmt: skip  # noqa: E501
_ONE_MODE = {  # of inference, and of training
    "least_peak": _object(peak=WHOLE, lower_bound=WHOLE, certain=BOOL),
    **dict.fromkeys(("gradients", "state", "kept"), WHOLE),
    "checkpoints": NAMES,
    "unknown": NAMES,
}

_FORM = {
    "variables": NAMES,
    "formulas": {"type": "object", "additionalProperties": TEXT},
    "least": {"type": "object", "additionalProperties": WHOLE},
    "conditions": NAMES,
    "status": STATUS,
    "values": _nullable({"type": "object", "additionalProperties": WHOLE}),
}

_INTEGER = {"type": "integer"}
_TOLD = _object(network=TEXT, convention=TEXT, tool=TEXT, calls=TEXT, number=WHOLE, written=_nullable(TEXT))
_CONVENTIONS = _document(
    "conventions",
    style=_nullable(TEXT),
    status=STATUS,
    figures=_listed(
        name=TEXT, tool=TEXT, version=TEXT, calls=TEXT, figure={"enum": ["work", "params", "activations"]},
        number=_nullable(WHOLE), prints=TEXT,
        items=_listed(item=TEXT, each=TEXT, amount=_INTEGER), misses=_listed(what=TEXT, layers=WHOLE),
        faults=NAMES, source=TEXT,
    ),
)  # fmt: skip
_RECONCILIATION = _object(
    schema={"const": 2},
    kind={"const": "reconciliation"},
    model=_nullable(TEXT),
    numbers=_listed(
        given=TEXT,
        explanations={"type": "array", "items": _TOLD},
        alike=_listed(networks=NAMES, written=_nullable(TEXT), numbers=_listed(number=WHOLE, conventions=NAMES)),
        closest=_TOLD,
    ),
    differences=_listed(**{"from": WHOLE}, to=WHOLE, steps=_listed(amount=_INTEGER, what=TEXT, layers=NAMES)),
    networks=_listed(model=TEXT, explanations={"type": "array", "items": _TOLD}),
)
_DIFFERENCE = _object(
    schema={"const": 2},
    kind={"const": "difference"},
    models=NAMES,
    file=_nullable(TEXT),
    changes=_listed(what=TEXT, before=_nullable(TEXT), after=_nullable(TEXT), why=TEXT, params=_INTEGER, macs=_INTEGER),
    same=WHOLE,
    params={"type": "array", "items": WHOLE},
    macs={"type": "array", "items": WHOLE},
    limits=_listed(
        figure=TEXT, limit_millionths=WHOLE, before=WHOLE, after=WHOLE, most=WHOLE, over=WHOLE,
        holds=_nullable(BOOL), says=TEXT,
    ),
    valid=BOOL,
    exit_status={"enum": [0, 1]},
)  # fmt: skip

SCHEMAS: dict[str, dict[str, Any]] = {
    "conventions": _CONVENTIONS,
    "reconciliation": _RECONCILIATION,
    "difference": _DIFFERENCE,
    "receptive_field": _document(
        "receptive_field",
        inputs=_listed(name=TEXT, shape={"type": "array", "items": WHOLE}),
        status={"enum": ["complete", "partial"]},
        layers=_listed(
            name=TEXT, op=TEXT, known=BOOL, whole=BOOL, size=SIDES, stride=SIDES, offset=SIDES, shortest=SIDES,
            longest=SIDES, share_millionths=_nullable(WHOLE), exceeds_input=BOOL, idle=BOOL, unread=BOOL,
        ),
    ),
    "memory": {**_MEMORY, "properties": {**_MEMORY["properties"], **_ONE_MODE}},
    "memory_formula": _document("memory_formula", **_MODEL, **_FORM),
    "training_formula": _document("training_formula", optimizer=TEXT, checkpoint=TEXT, **_FORM),
    "training": _document(
        "training",
        batch=WHOLE,
        images=WHOLE,
        epochs=WHOLE,
        optimizer=TEXT,
        checkpoint=TEXT,
        status=STATUS,
        steps_per_epoch=WHOLE,
        step=_object(macs=_PASSES, flops=_WITH_UPDATE, total_macs=WHOLE, total_flops=WHOLE),
        epoch=_BOTH,
        whole=_BOTH,
        layers=_listed(name=TEXT, op=TEXT, macs=_PASSES, flops=_PASSES, known=BOOL),
        unknown=NAMES,
    ),
    "roofline": _document(
        "roofline",
        batch=WHOLE,
        dtype=TEXT,
        device=_object(
            name=TEXT, operations_per_second=WHOLE, operations_source=TEXT, bytes_per_second=WHOLE, bytes_source=TEXT
        ),
        status=STATUS,
        picoseconds=_object(layers=WHOLE, fused=WHOLE, cached=WHOLE),
        measured_picoseconds=_nullable(WHOLE),
        layers=_listed(**_BOUND),
        groups=_listed(**_BOUND),
        unknown=NAMES,
    ),
}  # fmt: skip


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind of document; UnknownName for a kind that has none.

    >>> schema_of("training")["properties"]["kind"]
    {'const': 'training'}
    """
    if kind not in SCHEMAS:
        raise UnknownName("kind of document", kind, [*SCHEMAS, "design"])
    return {"$schema": DRAFT, **SCHEMAS[kind]}

"""What a model ends in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..dim import is_number
from ..graph import Node
from ..shape import Shape


def classes_told(nodes: tuple[Node, ...], shapes: Mapping[str, Shape | None]) -> dict[str, Any]:
    """The number of classes, if the model ends in a dense layer (and perhaps an activation)."""
    if not nodes:
        return {}
    last = nodes[-1]
    if type(last.op).__name__ == "Activation" and last.inputs:
        last = next(node for node in nodes if node.name == last.inputs[0])
    shape = shapes.get(last.name)
    is_head = type(last.op).__name__ == "Dense" and shape is not None and len(shape) == 2 and is_number(shape[-1])
    return {"classes": shape[-1]} if is_head else {}  # type: ignore[index]

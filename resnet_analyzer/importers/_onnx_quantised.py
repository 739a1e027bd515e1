"""Quantised models: operators on few-valued numbers, by onnxruntime's names, as ONNX' own that do the same on all.

onnxruntime/docs/ContribOperators.md: what they read is tensors, each followed by its scale and its zero point.
"""

from __future__ import annotations

from dataclasses import replace

from ._onnx_file import NodeData

# ONNX' operator, and where the tensors stand that it reads
SAME: dict[str, tuple[str, tuple[int, ...]]] = {
    "QLinearAdd": ("Add", (0, 3)),
    "QLinearMul": ("Mul", (0, 3)),
    "QLinearWhere": ("Where", (0, 1, 4)),
    "QLinearLeakyRelu": ("LeakyRelu", (0,)),
    "QLinearSigmoid": ("Sigmoid", (0,)),
    "QLinearSoftmax": ("Softmax", (0,)),
    "QLinearReduceMean": ("ReduceMean", (0,)),
    "QLinearAveragePool": ("AveragePool", (0,)),
    "QLinearGlobalAveragePool": ("GlobalAveragePool", (0,)),
    "QGemm": ("Gemm", (0, 3, 6)),
}


# ONNX' own that have operands of that kind, and where the tensors stand
OWN: dict[str, tuple[int, ...]] = {
    "QuantizeLinear": (0,),
    "DequantizeLinear": (0,),
    "QLinearConv": (0, 3, 8),
    "QLinearMatMul": (0, 3),
    "ConvInteger": (0, 1),
    "MatMulInteger": (0, 1),
    "DynamicQuantizeLSTM": tuple(range(8)),
}


def plain(node: NodeData) -> NodeData:
    """A node of onnxruntime's as ONNX' own, its scales and zero points left out; any other as it is."""
    kind, places = _same(node)
    if not kind or node.domain != "com.microsoft" or node.attributes.get("channels_last"):
        return node
    inputs = [node.inputs[place] for place in places if place < len(node.inputs)]
    return replace(node, kind=kind, domain="", inputs=inputs)


def operands(node: NodeData) -> tuple[list[str], list[str]]:
    """The names of the few-valued tensors that a node reads, and of their scales and zero points: no parameters."""
    places = OWN.get(node.kind) or _same(node)[1]
    if not places:
        return [], []
    tensors = [name for place, name in enumerate(node.inputs) if place in places]
    return tensors, [name for place, name in enumerate(node.inputs) if place not in places]


def _same(node: NodeData) -> tuple[str, tuple[int, ...]]:
    if node.kind == "QLinearConcat":  # the output's scale and zero point stand first
        return "Concat", tuple(range(2, len(node.inputs), 3))
    return SAME.get(node.kind, ("", ()))

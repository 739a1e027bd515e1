"""Files that hold no network, or none that can be read: what each is, and how to get one that can be."""

from __future__ import annotations

import os

from ..errors import UsageError
from ..graph import Graph
from ..request import Request
from .base import importer

PT2 = "torch.export.save(torch.export.export(model.eval(), (example,)), 'net.pt2')"
TORCH = f"In Python, where the model is: {PT2}, or ra.from_torch(model, shape)"
KERAS = "In Python, where the model is: model.save('net.keras')"
KINDS = {
    ".weights.h5": f"the weights of a Keras model, without its layers. {KERAS}",
    ".pt": f"PyTorch's pickled objects, which only code that runs can read. {TORCH}",
    ".pth": f"PyTorch's pickled objects, which only code that runs can read. {TORCH}",
    ".ckpt": f"a checkpoint of weights, without the layers. {TORCH}",
    ".bin": f"weights, without the layers. {TORCH}",
    ".safetensors": f"weights, without the layers. {TORCH}",
    ".tflite": "a TensorFlow Lite model, which is not read. Give the model that it was made of, as .keras or .onnx",
    ".pb": "a TensorFlow graph, which is not read. Give the model as .keras, or as .onnx (tf2onnx)",
}


def kind_of(source: str) -> str | None:
    """What a source that cannot be read is, by its name; None for others."""
    lower = source.lower()
    if os.path.isdir(source):
        if os.path.exists(os.path.join(source, "saved_model.pb")):
            return f"a TensorFlow SavedModel, which is not read. {KERAS}, or make an .onnx of it (tf2onnx)"
        return "a folder. Give the file of a model in it: .keras, .onnx, .pt2"
    return next((says for suffix, says in KINDS.items() if lower.endswith(suffix)), None)


def accepts(source: str) -> bool:
    """Whether a name is one of these.

    >>> accepts("net.pth"), accepts("net.onnx")
    (True, False)
    """
    return kind_of(source) is not None


@importer("weights", "", accepts)
def refuse(source: str, request: Request) -> Graph:
    """UsageError, with what the file is and what can be read instead."""
    if not os.path.exists(source):
        raise UsageError(f"{source}: there is no such file")
    if _is_program(source):
        raise UsageError(f"{source}: an exported program: call it .pt2, and it is read")
    raise UsageError(f"{source}: {kind_of(source)}")


def _is_program(source: str) -> bool:
    """Whether a file is what torch.export.save writes, whatever it is called."""
    import zipfile

    try:
        if not os.path.isfile(source) or not zipfile.is_zipfile(source):
            return False
        with zipfile.ZipFile(source) as archive:
            return any("models/" in name and name.endswith(".json") for name in archive.NameToInfo)
    except (OSError, zipfile.BadZipFile, ValueError):
        return False

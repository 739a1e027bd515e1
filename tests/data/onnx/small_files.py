"""Makes small.zip: the small models of tests/data/torch/small.py, and recurrent ones, by torch's two ONNX exporters.

python -m tests.data.onnx.small_files FOLDER    (needs torch, onnx, onnxscript and onnxruntime; the tests do not)

Every file declares the shapes that its tensors have in a real forward pass by onnxruntime.
"""

import sys
import zipfile
from pathlib import Path

from ..torch.small import IMAGE, SMALL
from .torchvision_files import stripped
from .witness import declared, feeds, filled, shapes_by_running

HERE = Path(__file__).parent


def recurrent():
    """Recurrent layers: what makes each, the input's shape."""
    from torch import nn

    return {
        "lstm": (lambda: nn.LSTM(6, 5, 2, batch_first=True, bidirectional=True), (2, 7, 6)),
        "gru": (lambda: nn.GRU(6, 5), (7, 2, 6)),
        "rnn": (lambda: nn.RNN(6, 5), (7, 2, 6)),
    }


def write(folder):
    """Exports, runs and keeps every model."""
    import onnx
    import torch

    models = {name: (make, shape) for name, (make, shape, _, _) in SMALL.items() if name != "unused"} | recurrent()
    assert IMAGE[0] == 1
    with zipfile.ZipFile(HERE / "small.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, (make, shape) in models.items():
            for dynamo in (False, True):
                torch.manual_seed(0)
                model, file = make().eval(), str(Path(folder) / "whole.onnx")
                with torch.no_grad():
                    for each in model.parameters():
                        each.normal_()
                torch.onnx.export(model, (torch.zeros(shape),), file, dynamo=dynamo, input_names=["x"])
                whole = filled(onnx.load(file))
                given = feeds(whole, {})
                if name != "same":  # onnxruntime has no dilated windows of auto_pad
                    whole = declared(whole, shapes_by_running(whole, given), given)
                onnx.save(whole, file)
                entry = zipfile.ZipInfo(f"{name}.{'dynamo' if dynamo else 'script'}.onnx")
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, stripped(file).SerializeToString(), compresslevel=9)


if __name__ == "__main__":
    write(sys.argv[1])

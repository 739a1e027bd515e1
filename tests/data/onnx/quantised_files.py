"""Makes quantised.zip: two small models as onnxruntime's quantisation writes them, with few-valued numbers.

python tests/data/onnx/quantised_files.py    (needs torch, onnx and onnxruntime; the tests do not)

Made with torch 2.13, onnx 1.23.2, onnxruntime 1.32.0. Of each model: `plain` as it was exported, `qdq` (QuantizeLinear
and DequantizeLinear around ONNX' own operators), `operators` (QLinearConv and its like), both with a scale for every
channel, and `dynamic` (DynamicQuantizeLinear, MatMulInteger, ConvInteger, DynamicQuantizeLSTM).
"""

import tempfile
import zipfile
from math import prod
from pathlib import Path

HERE = Path(__file__).parent
FEW = 16  # values of so many stay: scales


def models():
    """Each model, what it reads, and its name."""
    import torch
    from torch import nn

    class Image(nn.Module):
        """3×32×32: convolutions (grouped, strided), a gate, pools, resizing, a dense layer."""

        def __init__(self):
            super().__init__()
            self.one, self.norm = nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
            self.each, self.gate = nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.Conv2d(8, 8, 1)
            self.down, self.head = nn.Conv2d(16, 16, 3, 2, 1), nn.Linear(16, 10)

        def forward(self, x):
            a = torch.relu(self.norm(self.one(x)))
            b = nn.functional.leaky_relu(self.each(a))
            c = torch.cat([a + torch.sigmoid(self.gate(b)) * b, b], 1)
            d = nn.functional.interpolate(self.down(nn.functional.avg_pool2d(c, 2)), scale_factor=2.0)
            return torch.softmax(self.head(nn.functional.max_pool2d(d, 2).mean((2, 3))), -1)

    class Tokens(nn.Module):
        """9 tokens of 50: a table, an LSTM of both directions, a transformer's layer, a dense layer."""

        def __init__(self):
            super().__init__()
            self.table, self.steps = nn.Embedding(50, 12), nn.LSTM(12, 10, batch_first=True, bidirectional=True)
            self.layer, self.head = nn.TransformerEncoderLayer(20, 4, 32, batch_first=True), nn.Linear(20, 7)

        def forward(self, tokens):
            return self.head(self.layer(self.steps(self.table(tokens))[0]))

    torch.manual_seed(0)
    yield "image", Image(), torch.rand(1, 3, 32, 32)
    yield "tokens", Tokens(), torch.randint(0, 50, (1, 9))


def quantised(name, module, example, folder):
    """The files of one model, by name."""
    import torch
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_dynamic, quantize_static

    with torch.no_grad():
        for each in module.parameters():  # exporters merge equal tensors
            each.normal_(0, 0.3)
    plain = str(folder / f"{name}.plain.onnx")
    torch.onnx.export(module.eval(), (example,), plain, dynamo=False, opset_version=17, input_names=["x"])

    class Data(CalibrationDataReader):
        def __init__(self):
            self.left = [{"x": example.numpy()}]

        def get_next(self):
            return self.left.pop() if self.left else None

    for kind, form in (("qdq", QuantFormat.QDQ), ("operators", QuantFormat.QOperator)):
        quantize_static(plain, folder / f"{name}.{kind}.onnx", Data(), quant_format=form, per_channel=True)
    quantize_dynamic(plain, folder / f"{name}.dynamic.onnx")


def stripped(path):
    """The file without its weights' numbers."""
    import onnx

    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if prod(tensor.dims) > FEW and tensor.data_type != onnx.TensorProto.INT64:
            for field in ("raw_data", "float_data", "int32_data"):
                tensor.ClearField(field)
    return model.SerializeToString()


def main():
    with tempfile.TemporaryDirectory() as away:
        for name, module, example in models():
            quantised(name, module, example, Path(away))
        with zipfile.ZipFile(HERE / "quantised.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(Path(away).glob("*.onnx")):
                entry = zipfile.ZipInfo(path.name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, stripped(path), compresslevel=9)


if __name__ == "__main__":
    main()

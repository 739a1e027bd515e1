"""Makes torchvision.zip and torchvision.csv: torchvision's models by torch's two ONNX exporters, weights stripped.

python tests/data/onnx/torchvision_files.py TRUTH.csv FOLDER    (needs torchvision, onnx, onnxscript; tests do not)

TRUTH.csv has torchvision's own figures (model, variant, height, width, params, conv_macs, matmul_macs). `script` is
`torch.onnx.export(dynamo=False)` with nothing folded and open sizes, `dynamo` its other exporter as it comes (which
folds batch norms into convolutions): there the parameters are the file's, added up by the onnx package.
"""

import csv
import sys
import zipfile
from math import prod
from pathlib import Path

HERE = Path(__file__).parent
FLOATS = (1, 10, 11, 16)
FEW = 16  # values of so many stay: scales


def exported(name, exporter, file):
    """One model as a file, its parameters all different (exporters merge equal tensors)."""
    import torch
    import torchvision

    more = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    model = getattr(torchvision.models, name)(weights=None, **more).eval()
    with torch.no_grad():
        for each in model.parameters():
            each.normal_()
        for each in model.buffers():
            if each.is_floating_point():
                each.uniform_(0.5, 1.5)
    image = torch.zeros(1, 3, *(2 * [299 if name == "inception_v3" else 224]))
    if exporter == "dynamo":
        program = torch.onnx.export(model, (image,), dynamo=True, input_names=["x"], output_names=["y"])
        program.save(file, external_data=True)
        return
    kept = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False, "opset_version": 17}
    for axes in ({0: "batch", 2: "h", 3: "w"}, {0: "batch"}):  # adaptive pools need numbers, some of them
        try:
            torch.onnx.export(model, (image,), file, dynamo=False, input_names=["x"], dynamic_axes={"x": axes}, **kept)
            return
        except torch.onnx.errors.SymbolicValueError:
            continue


def stripped(file):
    """The file without the values of its weights, its node's notes and what points outside it."""
    import onnx

    model = onnx.load(file, load_external_data=False)
    for node in model.graph.node:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for value in model.graph.value_info:
        value.ClearField("metadata_props")
    for tensor in model.graph.initializer:
        for field in ("external_data", "data_location", "metadata_props", "doc_string"):
            tensor.ClearField(field)
        if tensor.data_type in FLOATS and prod(tensor.dims) > FEW:
            for field in ("raw_data", "float_data"):
                tensor.ClearField(field)
    return model


def held(model):
    """Parameters and moving statistics in a file: floating-point tensors of several numbers, by the onnx package."""
    moving, scales = set(), set()
    for node in model.graph.node:
        moving |= set(node.input[3:5]) if node.op_type == "BatchNormalization" else set()
        scales |= set(node.input[1:]) if node.op_type in ("Resize", "Upsample") else set()
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant":
            tensors.update((node.output[0], each.t) for each in node.attribute if each.name == "value")
    sizes = {
        name: prod(tensor.dims)
        for name, tensor in tensors.items()
        if tensor.data_type in FLOATS and prod(tensor.dims) > 1 and name not in scales
    }
    statistics = sum(size for name, size in sizes.items() if name in moving)
    return sum(sizes.values()) - statistics, statistics


def figures(truth):
    """torchvision's figures, by model."""
    rows = {}
    with open(truth, encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            rows.setdefault(row["model"], []).append(row)
    return rows


def takes(model, row):
    """Whether the file leaves the sides open, or has them so."""
    sides = [size.dim_value for size in model.graph.input[0].type.tensor_type.shape.dim][2:]
    return all(own in (0, int(asked)) for own, asked in zip(sides, (row["height"], row["width"]), strict=True))


def write(truth, folder):
    """The archive of every file in a folder, and the table."""
    import onnx

    rows = figures(truth)
    columns = "model,exporter,variant,height,width,params,params_in_file,moving_in_file,conv_macs,matmul_macs"
    files = sorted(Path(folder).glob("*.onnx"))
    with (
        zipfile.ZipFile(HERE / "torchvision.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        open(HERE / "torchvision.csv", "w", newline="", encoding="utf-8") as stream,
    ):
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(columns.split(","))
        for file in files:
            name, exporter, _ = file.name.split(".")
            entry = zipfile.ZipInfo(file.name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes(), compresslevel=9)
            model = onnx.load(file)
            params, moving = held(model)
            for row in (row for row in rows[name] if takes(model, row)):
                size = (row["variant"], row["height"], row["width"])
                table.writerow(
                    [name, exporter, *size, row["params"], params, moving, row["conv_macs"], row["matmul_macs"]]
                )


def main(truth, folder):
    """Exports what is not in the folder yet, and writes both files."""
    for name in figures(truth):
        for exporter in ("script", "dynamo"):
            target = Path(folder) / f"{name}.{exporter}.onnx"
            if not target.exists():
                exported(name, exporter, str(Path(folder) / "whole"))
                target.write_bytes(stripped(str(Path(folder) / "whole")).SerializeToString())
    write(truth, folder)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Real forward passes as witnesses: what shape onnxruntime gives every tensor, against what we say.

python tests/data/onnx/witness.py OUT.csv FILE.onnx[@INPUT=SHAPE,…] …    (needs onnx and onnxruntime; the tests do not)

Each file is run once on random numbers, every tensor an output. The shapes that come out are then written into the
file as declared shapes, and our reader, which compares every declared shape, tells how many are as it finds them.
"""

import csv
import io
import sys
from pathlib import Path

SIZES = {3: 400, 2: 400, 4: 64}  # of an open axis, by the input's rank
BY_NAME = {"sr": 16000, "fmin": 50.0, "fmax": 1000.0}  # inputs whose value decides something
COLUMNS = (
    "source",
    "file",
    "opset",
    "producer",
    "operations",
    "inputs",
    "open_sizes",
    "status_open",
    "unknown_open",
    "run_at",
    "tensors_run",
    "tensors_as_run",
    "params",
    "macs_at_run",
    "status_at_run",
)


def filled(model):
    """The model with numbers for the weights that were stripped."""
    import numpy
    from onnx import helper, numpy_helper

    rng = numpy.random.default_rng(0)
    for tensor in model.graph.initializer:
        count = int(numpy.prod(tensor.dims))
        held = tensor.raw_data or tensor.float_data or tensor.int64_data or tensor.int32_data or tensor.double_data
        if count and not held:
            dtype = helper.tensor_dtype_to_np_dtype(tensor.data_type)
            numbers = rng.uniform(0.01, 0.1, tuple(tensor.dims)).astype(dtype)
            tensor.CopyFrom(numpy_helper.from_array(numbers, tensor.name))
    return model


def feeds(model, given):
    """Random numbers for every input, and the shapes that they have."""
    import numpy
    from onnx import helper

    rng, made = numpy.random.default_rng(1), {}
    held = {tensor.name for tensor in model.graph.initializer}
    for value in model.graph.input:
        if value.name in held:
            continue
        kind = value.type.tensor_type
        rank = len(kind.shape.dim)
        own = given.get(value.name)
        shape = [
            own[place] if own else max(size.dim_value, 0) or (1 if place == 0 and rank > 1 else SIZES.get(rank, 16))
            for place, size in enumerate(kind.shape.dim)
        ]
        dtype = helper.tensor_dtype_to_np_dtype(kind.elem_type)
        if value.name in BY_NAME:
            made[value.name] = numpy.full(shape, BY_NAME[value.name], dtype)
        elif dtype.kind in "iu":
            made[value.name] = rng.integers(0, 2, shape).astype(dtype)
        else:
            made[value.name] = rng.uniform(-1, 1, shape).astype(dtype)
    return made


def shapes_by_running(model, given):
    """The shape of every tensor of the main graph in one forward pass, by onnxruntime, nothing optimised away."""
    import onnx
    import onnxruntime

    whole = onnx.ModelProto()
    whole.CopyFrom(model)
    own = {value.name for value in whole.graph.output}
    for node in whole.graph.node:
        for name in node.output:
            if name and name not in own:
                whole.graph.output.add().name = name
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    session = onnxruntime.InferenceSession(whole.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_outputs()]
    return {
        name: tuple(value.shape)
        for name, value in zip(names, session.run(names, given), strict=True)
        if hasattr(value, "shape")
    }


def declared(model, shapes, given):
    """The model with those shapes declared for its tensors and inputs, and no other."""
    del model.graph.value_info[:]
    outputs = {value.name for value in model.graph.output}
    for value in (*model.graph.input, *model.graph.output):
        shape = given[value.name].shape if value.name in given else shapes.get(value.name)
        if shape is not None and value.type.HasField("tensor_type"):
            _set(value.type.tensor_type, shape)
    for name, shape in shapes.items():
        if name not in outputs:
            value = model.graph.value_info.add()
            value.name = name
            value.type.tensor_type.elem_type = 1
            _set(value.type.tensor_type, shape)
    return model


def _set(kind, shape):
    kind.shape.Clear()
    for size in shape:
        kind.shape.dim.add().dim_value = size


def row(path, source, given):
    """One line of the table: as the file stands, and as it ran."""
    import onnx

    import resnet_analyzer as ra
    from resnet_analyzer.importers.onnx import read_stream
    from resnet_analyzer.request import Request

    graph = ra.load(path)
    unknown = [node.op.reason for node in graph.nodes if type(node.op).__name__ == "Opaque" and not node.training_only]
    model = filled(onnx.load(path, load_external_data=False))
    numbers = feeds(model, given)
    shapes = shapes_by_running(model, numbers)
    whole = declared(model, shapes, numbers)
    read = read_stream(io.BytesIO(whole.SerializeToString()), path.name, Request(batch=None))
    measured = ra.measure(read)
    as_run, of = measured.graph.about["says"].rpartition(", ")[2].split(" tensor")[0].split(" of ")
    return dict(
        zip(
            COLUMNS,
            (
                source,
                path.name,
                next((each.version for each in model.opset_import if each.domain in ("", "ai.onnx")), 0),
                model.producer_name,
                len(model.graph.node),
                " ".join(f"{node.name}={'x'.join(map(str, node.op.shape))}" for node in graph.inputs),
                " ".join(dict.fromkeys(str(s) for n in graph.inputs for s in n.op.shape if type(s) is not int)),
                "every shape" if not unknown else "named",
                "; ".join(dict.fromkeys(unknown))[:300],
                " ".join(f"{name}={'x'.join(map(str, each.shape))}" for name, each in numbers.items()),
                of,
                as_run,
                measured.totals.params,
                measured.totals.macs,
                measured.status,
            ),
            strict=True,
        )
    )


def main(out, files):
    """The table of all files; a file's source is the second folder of its path, which names package and version."""
    with open(out, "w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        table.writeheader()
        for file in files:
            name, _, sizes = file.partition("@")
            given = {k: tuple(map(int, v.split("x"))) for k, v in (e.split("=") for e in sizes.split(",") if e)}
            path = Path(name)
            source = path.parts[1] if not path.is_absolute() and len(path.parts) > 1 else ""
            try:
                table.writerow(row(path, source.removesuffix("-py2.py3-none-any.whl"), given))
            except Exception as error:
                print(f"{name}: {error!r:.300}", file=sys.stderr)
            stream.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

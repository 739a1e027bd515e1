"""Makes operators.zip: the onnx package's own example of every operator, the shapes of its answers declared.

python tests/data/onnx/operators.py    (needs onnx; the tests do not)

Inputs but the first are written into the file, as weights, axes and sizes are. The shapes are those of the answers
that the package stores beside each example, computed by numpy. Files that we know to be partly unknown stay out.
"""

import io
import warnings
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
FEW = 64  # values of so many stay


def examples():
    """Name and file of each example that has tensors in and out."""
    import numpy
    import onnx
    from onnx import numpy_helper
    from onnx.backend.test.case.node import collect_testcases

    for case in collect_testcases(None):
        if case.model is None or not case.data_sets or len(case.model.graph.node) != 1:
            continue
        given, answers = case.data_sets[0]
        arrays = [*given, *answers]
        if not all(isinstance(each, numpy.ndarray) and each.size for each in arrays):
            continue
        model = onnx.ModelProto()
        model.CopyFrom(case.model)
        model.graph.ClearField("doc_string")
        for value, array in list(zip(model.graph.input, given, strict=False))[1:]:
            tensor = numpy_helper.from_array(array, value.name)
            if array.size > FEW:
                tensor.ClearField("raw_data")
            model.graph.initializer.append(tensor)
        for value, array in zip(model.graph.output, answers, strict=True):
            value.type.tensor_type.shape.Clear()
            for size in array.shape:
                value.type.tensor_type.shape.dim.add().dim_value = size
        yield case.name, model.SerializeToString()


def is_whole(data):
    """Whether all of it is known to us: what is not is unknown, whatever its shape."""
    import resnet_analyzer as ra
    from resnet_analyzer.errors import AnalyzerError
    from resnet_analyzer.importers.onnx import read_stream

    try:
        graph = read_stream(io.BytesIO(data), "example.onnx")
    except AnalyzerError:
        return False
    return "tensor shapes" in graph.about["says"] and ra.measure(graph).status == "complete"


def write():
    """The archive."""
    warnings.filterwarnings("ignore")
    with zipfile.ZipFile(HERE / "operators.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in examples():
            if is_whole(data):
                entry = zipfile.ZipInfo(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, data, compresslevel=9)


if __name__ == "__main__":
    write()

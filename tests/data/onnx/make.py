"""Makes the ONNX files beside it: weights stripped, every shape as `onnx.shape_inference` finds it.

python tests/data/onnx/make.py        (needs the onnx package; the tests do not)
"""

from pathlib import Path

HERE = Path(__file__).parent


class Net:
    """Collects nodes and tensors without values."""

    def __init__(self):
        self.nodes, self.tensors = [], []

    def weight(self, name, *shape):
        from onnx import TensorProto

        self.tensors.append(TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape))
        return name

    def numbers(self, name, values):
        import numpy
        from onnx import numpy_helper

        self.tensors.append(numpy_helper.from_array(numpy.array(values, numpy.int64), name))
        return name

    def add(self, kind, inputs, name, outputs=None, **attributes):
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, outputs or [name], name, **attributes))
        return name

    def save(self, file, inputs, outputs):
        import onnx
        from onnx import TensorProto, helper

        values = [
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in each.items()]
            for each in (inputs, outputs)
        ]
        graph = helper.make_graph(self.nodes, file.removesuffix(".onnx"), *values, self.tensors)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="make.py")
        model.ir_version = 8
        (HERE / file).write_bytes(onnx.shape_inference.infer_shapes(model).SerializeToString())


def resnet50():
    """ResNet-50 v1.5, as torchvision has it."""
    net = Net()

    def conv(x, incoming, filters, size, stride, padding, name):
        kernel = net.weight(f"{name}.weight", filters, incoming, size, size)
        net.add("Conv", [x, kernel], name, kernel_shape=[size] * 2, strides=[stride] * 2, pads=[padding] * 4)
        return net.add(
            "BatchNormalization", [name, *[net.weight(f"{name}.{each}", filters) for each in "gbmv"]], f"{name}.bn"
        )

    x = net.add("Relu", [conv("x", 3, 64, 7, 2, 3, "conv1")], "relu1")
    x = net.add("MaxPool", [x], "pool", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    incoming = 64
    for stage, (width, blocks) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3))):
        for block in range(blocks):
            at, stride = f"layer{stage + 1}/{block}", 2 if stage and not block else 1
            y = net.add("Relu", [conv(x, incoming, width, 1, 1, 0, f"{at}/conv1")], f"{at}/relu1")
            y = net.add("Relu", [conv(y, width, width, 3, stride, 1, f"{at}/conv2")], f"{at}/relu2")
            y = conv(y, width, 4 * width, 1, 1, 0, f"{at}/conv3")
            shortcut = x if block else conv(x, incoming, 4 * width, 1, stride, 0, f"{at}/down")
            x = net.add("Relu", [net.add("Add", [y, shortcut], f"{at}/add")], f"{at}/relu3")
            incoming = 4 * width
    x = net.add("Flatten", [net.add("GlobalAveragePool", [x], "gap")], "flat")
    net.add("Gemm", [x, net.weight("fc.weight", 1000, 2048), net.weight("fc.bias", 1000)], "fc", transB=1)
    net.save("resnet50.onnx", {"x": ["N", 3, "h", "w"]}, {"fc": ["N", 1000]})


def sizes_of_sizes():
    """Sizes computed from sizes: Shape, Gather, Concat, Reshape; a bias that is added; a parameter that nobody uses."""
    net = Net()
    net.add("Conv", ["x", net.weight("w", 12, 3, 4, 4)], "patches", kernel_shape=[4, 4], strides=[4, 4])
    net.add("Shape", ["patches"], "shape")
    net.add("Slice", ["shape", net.numbers("from", [0]), net.numbers("to", [2])], "front")
    net.add("Concat", ["front", net.numbers("rest", [-1])], "target", axis=0)
    net.add("Transpose", [net.add("Reshape", ["patches", "target"], "rows")], "tokens", perm=[0, 2, 1])
    net.add("Add", [net.add("MatMul", ["tokens", net.weight("m", 12, 36)], "product"), net.weight("b", 36)], "sum")
    net.add("Split", ["sum"], "split", ["q", "k", "v"], axis=2)
    net.add("MatMul", ["q", net.add("Transpose", ["k"], "turned", perm=[0, 2, 1])], "scores")
    net.add("MatMul", [net.add("Softmax", ["scores"], "softmax", axis=-1), "v"], "mixed")
    net.weight("spare", 5, 7)
    net.save("sizes.onnx", {"x": ["N", 3, "height", "width"]}, {"mixed": ["N", None, 12]})


if __name__ == "__main__":
    resnet50()
    sizes_of_sizes()

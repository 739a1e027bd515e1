"""Signal and gradient at initialisation, layer by layer: real Keras models, one forward and one backward pass.

Kernels are drawn from N(0, 2/fan_in) (He et al. 2015, Delving Deep, arXiv 1502.01852, eq. 10), images and the
gradient at the network's output from N(0, 1), all by numpy. A gradient is that of the sum of the outputs, each
times its own draw; so nothing depends on how sure of itself an untrained network is. Each layer's gradient is read
at a probe: an input of zeros that is added to the layer's output.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..analyses.signals import LayerSignal, NetSignals, is_measured, rounded, spread_of
from ..architectures.base import find
from ..errors import UsageError
from ..frozen import replace
from ..graph import Graph
from ..importers.framework import keras as import_keras
from ..importers.framework import named_weights
from ..measurement import walk
from ..ops.input import Input
from .builder import Built, deep_recursion, layer_names
from .framework import forget_models
from .theory import Predicted, predict
from .training import he_initialise

MIXED = 0.1  # how much of another image a neighbour holds


class Seen(NamedTuple):
    """What one pass showed of a layer.

    `signal` is the mean square of its output, `gradient` the mean square of the gradient with respect to it,
    `kernel` the norm of the gradient with respect to its kernel (None: it has none).
    """

    layer: str
    signal: float
    gradient: float
    kernel: float | None


def without_normalisation(graph: Graph) -> Graph:
    """The same network without its normalising layers: whoever read one reads what it read.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> len(architecture("resnet20")) - len(without_normalisation(architecture("resnet20")))
    19
    """
    standing: dict[str, str] = {}
    nodes = []
    for node in graph.nodes:
        inputs = tuple(standing.get(name, name) for name in node.inputs)
        if node.op.kind == "normalisation":
            standing[node.name] = inputs[0]
        else:
            nodes.append(node._replace(inputs=inputs))
    return replace(graph, nodes=tuple(nodes))


class Probed(NamedTuple):
    """A Keras model whose further inputs are added to the outputs of `layers`; it puts those out, and the result."""

    model: Any
    built: Built
    layers: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]


def probed(graph: Graph) -> Probed:
    """Build the model with a probe behind every measured layer; UsageError for what has several inputs or outputs."""
    keras = import_keras()
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise UsageError(f"{graph.name}: signals need a network with one input and one output")
    rows = tuple(walk(graph))
    names = layer_names([row.name for row in rows])
    tensors: dict[str, Any] = {}
    probes: dict[str, Any] = {}
    steps: dict[str, Any] = {}
    with deep_recursion(2 * len(rows)):
        for row in rows:
            node = row.node
            if isinstance(node.op, Input):
                tensors[node.name] = keras.Input(tuple(node.op.shape[1:]), name=names[node.name])
                continue
            made = node.op.in_keras(keras, names[node.name], row.inputs, row.cost)
            if made is None:
                raise UsageError(f"{row.name}: Keras has no layer for {row.op}")
            steps[node.name] = made
            tensors[node.name] = made([tensors[name] for name in node.inputs])
            if is_measured(node):
                probe = keras.Input(tuple(tensors[node.name].shape[1:]), name=f"probe-{names[node.name]}")
                probes[node.name] = probe
                tensors[node.name] = keras.layers.Add(name=f"with-{names[node.name]}")([tensors[node.name], probe])
        inputs = [tensors[graph.inputs[0].name], *probes.values()]
        model = keras.Model(inputs, [*[tensors[name] for name in probes], tensors[graph.outputs[0].name]])
    shapes = tuple(tuple(tensor.shape[1:]) for tensor in probes.values())
    return Probed(model, Built(model, rows, steps), tuple(probes), shapes)


def measure_signals(net: Probed, pairs: int, seed: int) -> tuple[list[Seen], float]:
    """One pass forward and back on data drawn with the seed; the kernels should be drawn before.

    The images are pairs of neighbours: the second is the first with a tenth of another image mixed in. The second
    figure is the mean cosine between the gradients with respect to the two: how alike neighbours' gradients are
    (Balduzzi et al. 2017, The Shattered Gradients Problem, arXiv 1702.08591).
    """
    import numpy

    random = numpy.random.default_rng([seed, 1])  # not the numbers that the kernels are made of
    first, other = (random.standard_normal((pairs, *net.model.inputs[0].shape[1:])) for _ in range(2))
    image = numpy.concatenate([first, (1 - MIXED**2) ** 0.5 * first + MIXED * other]).astype("float32")
    pull = random.standard_normal((pairs, *net.model.outputs[-1].shape[1:]))
    pull = numpy.concatenate([pull, pull]) / numpy.sqrt((pull**2).mean())  # a mean square of 1, as theory takes it
    probes = [numpy.zeros((2 * pairs, *shape), dtype="float32") for shape in net.shapes]
    kernels = _kernels(net)
    run = _backward()
    outputs, gradients, of_kernels = run(net.model, [image, *probes], pull.astype("float32"), list(kernels.values()))
    norms = {name: _norm(each) for name, each in zip(kernels, of_kernels, strict=True)}
    seen = [
        Seen(layer, _mean_square(output), _mean_square(gradient), norms.get(layer))
        for layer, output, gradient in zip(net.layers, outputs[:-1], gradients[1:], strict=True)
    ]
    return seen, _alike(numpy.asarray(gradients[0], dtype="float64"), pairs)


def _alike(gradients: Any, pairs: int) -> float:
    """The mean cosine between the gradients of the two images of a pair."""
    import numpy

    flat = gradients.reshape(2 * pairs, -1)
    flat = flat / numpy.linalg.norm(flat, axis=1, keepdims=True)
    return float((flat[:pairs] * flat[pairs:]).sum(axis=1).mean())


def network(net: str, depth: int, normalised: bool, dataset: str = "cifar") -> Graph:
    """The net of that kind and depth, on its own images, with its batch norms or without; UsageError if none is."""
    if dataset != "cifar":
        raise UsageError(f"--dataset {dataset}: the nets of all depths are those for cifar")
    graph = find(f"{net}{depth}").graph()
    return graph if normalised else without_normalisation(graph)


def measure_nets(nets: Sequence[tuple[str, int, bool]], seeds: int, pairs: int) -> Iterator[NetSignals]:
    """Each net of the kind, depth and normalisation asked for: measured over the seeds, and predicted."""
    for net, depth, normalised in nets:
        graph = network(net, depth, normalised)
        model = probed(graph)
        seen, alike = [], []
        for seed in range(seeds):
            he_initialise(model.built, seed)
            layers, cosine = measure_signals(model, pairs, seed)
            seen.append(layers)
            alike.append(cosine)
        told = predict(graph)
        rows = [_gathered(each, told[place]) for place, each in enumerate(zip(*seen, strict=True))]
        yield NetSignals(net, depth, normalised, tuple(rows), spread_of(alike))
        forget_models()


def _gathered(seen: Sequence[Seen], told: Predicted) -> LayerSignal:
    kernels = [each.kernel for each in seen if each.kernel is not None]
    return LayerSignal(
        told.layer,
        spread_of([each.signal for each in seen]),
        rounded(told.signal),
        spread_of([each.gradient for each in seen]),
        rounded(told.gradient),
        spread_of(kernels) if kernels else None,
    )


def _kernels(net: Probed) -> dict[str, Any]:
    found = {}
    for name in net.layers:
        layer = net.built.steps[name].layer
        weights = named_weights(layer) if layer is not None else {}
        if "kernel" in weights:
            found[name] = weights["kernel"]
    return found


def _mean_square(array: Any) -> float:
    import numpy

    return float(numpy.mean(numpy.square(numpy.asarray(array, dtype="float64"))))


def _norm(array: Any) -> float:
    import numpy

    return float(numpy.sqrt(numpy.sum(numpy.square(numpy.asarray(array, dtype="float64")))))


def _backward() -> Any:
    """The backward pass of the back end that Keras runs on; UsageError for one that has none here."""
    backend = import_keras().backend.backend()
    known = {"tensorflow": _by_tensorflow, "jax": _by_jax}
    if backend not in known:
        raise UsageError(f"gradients are taken by {' or '.join(known)}, not by Keras' back end {backend}")
    return known[backend]


def _by_tensorflow(model: Any, inputs: Sequence[Any], pull: Any, kernels: Sequence[Any]) -> tuple[Any, Any, Any]:
    import tensorflow

    given = [tensorflow.constant(each) for each in inputs]
    with tensorflow.GradientTape() as tape:
        for each in given:
            tape.watch(each)
        outputs = model(given, training=True)
        pulled = tensorflow.reduce_sum(outputs[-1] * pull)
    of_inputs, of_kernels = tape.gradient(pulled, (given, [kernel.value for kernel in kernels]))
    return outputs, of_inputs, of_kernels


def _by_jax(model: Any, inputs: Sequence[Any], pull: Any, kernels: Sequence[Any]) -> tuple[Any, Any, Any]:
    import jax

    trainable = [each.value for each in model.trainable_variables]
    held = [each.value for each in model.non_trainable_variables]

    def pulled(given: Any, weights: Any) -> Any:
        outputs, _ = model.stateless_call(weights, held, given, training=True)
        return (outputs[-1] * pull).sum(), outputs

    (_, outputs), (of_inputs, of_weights) = jax.value_and_grad(pulled, argnums=(0, 1), has_aux=True)(
        [jax.numpy.asarray(each) for each in inputs], trainable
    )
    places = {id(each): place for place, each in enumerate(model.trainable_variables)}
    return outputs, of_inputs, [of_weights[places[id(kernel)]] for kernel in kernels]

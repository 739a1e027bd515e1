"""What a layer's backward pass needs kept and costs: kinds of layers, one function each, which ops name as `gradient`.

Kept is what PyTorch keeps (tools/autograd/derivatives.yaml): whole tensors of the graph, each once however many layers
need it, and beside them masks, indices and statistics. The work is that of the formulas written at each function. For
a product of m multiply-accumulates each of its gradients takes m too: every weight meets every number that it met.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..dim import Dim, floor_div, is_exactly, product, total
from ..frozen import NamedTuple
from ..shape import Shape
from ._activation_gradient import IN_THE_INPUT, gradient_work, kept_of
from ._statistics import statistics_work
from .work import NO_WORK, Work

MASK, INDEX, STATISTIC = 1, 8, 4  # bytes of a truth value, of a place (int64), and of a statistic (float32)


class Kept(NamedTuple):
    """What is kept beside tensors of the graph; `itemsize` bytes a number, None: as those of the activations."""

    what: str
    elements: Dim
    itemsize: int | None = None


class Gradient(NamedTuple):
    """The backward pass of one application, for the whole batch.

    `to_inputs` is the work of the gradient with respect to each input, `to_weights` to the weights. The tensors that
    are kept: those of the inputs in the places `inputs` for the first, in the places `read` for the second, and the
    `output` for the first. `beside` is kept for either. `forward` is the work of the forward pass in training; None:
    as at inference.
    """

    to_inputs: tuple[Work, ...]
    to_weights: Work = NO_WORK
    inputs: tuple[int, ...] = ()
    read: tuple[int, ...] = ()
    output: bool = False
    beside: tuple[Kept, ...] = ()
    forward: Work | None = None


def of_moves(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """Numbers are moved, and their gradients back: no arithmetic, nothing kept."""
    return Gradient((NO_WORK,) * len(inputs))


def of_copies(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """Numbers are copied: the gradients of all copies are added, with the work of interpolating where there is any."""
    return Gradient((Work(adds=cost.output.elements) + cost.work,))


def of_product(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """A product with a kernel: dx = dy·Wᵀ and dW = xᵀ·dy take as many multiply-accumulates each; db = Σ dy."""
    output, (shape, *_) = cost.output, inputs
    macs = cost.work.multiply_accumulates
    kernels = [weight.params for weight in cost.weights if weight.name.endswith("kernel")]
    biases = [weight.params for weight in cost.weights if weight.name == "bias"]
    summed = total(output.elements - each for each in biases)
    first = Gradient(
        (Work(macs, shape.elements), *[NO_WORK for _ in inputs[1:]]), Work(macs, total(kernels), adds=summed), read=(0,)
    )
    return _with_activation(first, getattr(op, "activation", None), output)


def of_two_products(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """A depthwise product and one over the channels: what lies between is kept."""
    across = cost.weights[1].shape if len(cost.weights) > 1 else None
    found = of_product(op, inputs, cost)
    if across is None:
        return found
    between = Kept("depthwise output", product(floor_div(cost.output.elements, across[-1]), across[-2]))
    return found._replace(beside=(between, *found.beside))


def _with_activation(found: Gradient, name: str | None, output: Shape) -> Gradient:
    """The same behind the activation that a layer carries: its gradient comes first."""
    if name is None:
        return found
    work = gradient_work(name, output)
    to_inputs = (found.to_inputs[0] + work, *found.to_inputs[1:])
    kept = kept_of(name)
    beside = (*found.beside, *([Kept("before the activation", output.elements)] if kept == IN_THE_INPUT else []))
    return found._replace(to_inputs=to_inputs, output=kept == "output", beside=beside)


def of_contraction(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """A product of two tensors: each one's gradient is a product with the other."""
    macs = cost.work.multiply_accumulates
    return Gradient(
        tuple([Work(macs, shape.elements) for shape in inputs]), inputs=tuple(range(len(inputs))), output=False
    )


def of_activation(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """dx = f′·dy, f′ from the output where that tells it, else from the input."""
    name = getattr(op, "function", None) or _function_of(op)
    kept = kept_of(name)
    work = gradient_work(name, cost.output, getattr(op, "axis", -1))
    return Gradient((work,), inputs=(0,) if kept == IN_THE_INPUT else (), output=kept == "output")


def _function_of(op: Any) -> str:
    """The function that a ReLU layer of Keras is: with a largest value as relu6, with a slope as leaky_relu."""
    if op.max_value is not None:
        return "relu6"
    return "leaky_relu" if op.negative_slope else "relu"


def of_batch_statistics(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """Batch normalisation in training: statistics of the batch, and moving ones brought up to date.

    Forward as a normalisation by own statistics of every channel, and per moving statistic r + m·(new − r). Backward
    (Ioffe & Szegedy 2015, sec. 3): dβ = Σ dy, dγ = Σ dy·x̂, dx = γ/(m·σ)·(m·dy − dβ − x̂·dγ). Kept: x, mean and 1/σ.
    """
    (shape,) = inputs
    elements, channels = shape.elements, shape[op.axis]
    updates = Work(adds=4 * channels, multiplies=2 * channels)
    forward = statistics_work(elements, channels, op.scale, op.center) + updates
    return _normalised(op, elements, channels, 2)._replace(forward=forward)


def of_own_statistics(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """Normalisation by statistics of each image's own groups of numbers, as many as there are square roots."""
    return _normalised(op, inputs[0].elements, cost.work.square_roots, 2)


def of_mean_square(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """The same without a mean: only 1/σ is kept."""
    return _normalised(op, inputs[0].elements, cost.work.square_roots, 1)


def _normalised(op: Any, elements: Dim, groups: Dim, statistics: int) -> Gradient:
    """x̂ = (x − μ)/σ anew: n additions and multiplies; dy·x̂: n multiplies; two sums of n − groups additions.

    Then m·dy, x̂·dγ and the factor: 3·n multiplies; two subtractions each; per group a multiply and a division.
    """
    sums = Work(adds=3 * elements - 2 * groups, multiplies=2 * elements)
    back = Work(adds=2 * elements, multiplies=3 * elements + groups, divisions=groups)
    kept = (Kept("statistics", statistics * groups, STATISTIC),)
    return Gradient((back + sums,), inputs=(0,), read=(0,), beside=kept)


def of_fixed_factor(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """dx = factor·dy."""
    return Gradient((Work(multiplies=inputs[0].elements),))


def of_trained_factor(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """dx = γ·dy and dγ = Σ x·dy."""
    elements = inputs[0].elements
    factors = total(weight.params for weight in cost.weights)
    return Gradient((Work(multiplies=elements),), Work(multiplies=elements, adds=elements - factors), (0,), (0,))


def of_neighbours(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """Local response normalisation y = x/d^β, d = k + α·Σ x²: dx = dy/d^β − 2αβ·x·Σ (dy·y/d) over the neighbours.

    Kept: x, y and d. Per element the power (two exponentials and a multiply), dy·y, ·x, ·2αβ, two divisions, and
    size − 1 additions and a subtraction.
    """
    elements = inputs[0].elements
    work = Work(
        adds=product(elements, op.size), multiplies=4 * elements, exponentials=2 * elements, divisions=2 * elements
    )
    return Gradient((work,), inputs=(0,), output=True, beside=(Kept("denominators", elements),))


def of_max_pool(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """Each gradient is added at the place of the largest number; PyTorch keeps the input too."""
    outputs = cost.output.elements
    return Gradient((Work(adds=outputs),), inputs=(0,), beside=(Kept("places", outputs, INDEX),))


def of_average_pool(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """dy divided by the taps, and added at each of them; PyTorch keeps the input for its size."""
    outputs = cost.output.elements
    taps = product(outputs, *[window.size for window in cost.windows]) if cost.windows else inputs[0].elements
    return Gradient((Work(adds=taps, multiplies=outputs),), inputs=(0,))


def of_adaptive_average(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """The same; to a single place it is a mean, of which nothing is kept."""
    if all(is_exactly(size, 1) for size in _leaves(op.output_size)):
        return of_mean(op, inputs, cost)
    return of_average_pool(op, inputs, cost)


def _leaves(sizes: Any) -> Sequence[Any]:
    return sizes if isinstance(sizes, tuple) else (sizes,)


def of_mean(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """dy divided by the numbers of which it is the mean, and copied to all of them."""
    return Gradient((Work(multiplies=cost.output.elements),))


def of_largest(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """A maximum or minimum over whole axes: the gradient goes to where the number equals it."""
    elements = inputs[0].elements
    return Gradient((Work(compares=elements, multiplies=elements),), inputs=(0,), output=True)


def of_sum(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """The gradient goes to every branch; of a branch that was repeated all its copies' gradients are added."""
    return Gradient(_repeats(inputs, cost))


def _repeats(inputs: tuple[Shape, ...], cost: Any, each: Work = NO_WORK) -> tuple[Work, ...]:
    elements = cost.output.elements
    return tuple([each + Work(adds=elements - shape.elements) for shape in inputs])


def of_difference(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """The same, with the other sign for the second branch."""
    first, second = _repeats(inputs, cost)
    return Gradient((first, second + Work(multiplies=cost.output.elements)))


def of_gate(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """A product of branches: each one's gradient is dy times all the others."""
    each = Work(multiplies=(len(inputs) - 1) * cost.output.elements)
    return Gradient(_repeats(inputs, cost, each), inputs=tuple(range(len(inputs))))


def of_choice(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """A maximum or minimum of branches: the gradient goes to the one that it came from."""
    elements = cost.output.elements
    each = Work(compares=elements, multiplies=elements)
    return Gradient(_repeats(inputs, cost, each), inputs=tuple(range(len(inputs))))


def of_average(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """dy divided by the number of branches, for each."""
    return Gradient(_repeats(inputs, cost, Work(multiplies=cost.output.elements)))


def of_quotient(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient | None:
    """da = dy/b, db = −dy·a/b²: a division; two divisions and two multiplies."""
    elements = cost.output.elements
    if len(inputs) != 2:
        return None
    one, two = _repeats(inputs, cost)
    below = two + Work(divisions=2 * elements, multiplies=2 * elements)
    return Gradient((one + Work(divisions=elements), below), inputs=(0, 1))


def of_dropout(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """In training a random mask, kept as truth values, and a factor; a rate of 0 does nothing."""
    if op.rate == 0:
        return of_moves(op, inputs, cost)
    elements = inputs[0].elements
    masked = product(inputs[0][0], 1) if type(op).__name__ == "StochasticDepth" else elements
    forward = Work(compares=masked, multiplies=elements)
    return Gradient((Work(multiplies=elements),), beside=(Kept("mask", masked, MASK),), forward=forward)


def of_nothing(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """A choice or comparison has no gradient; a weight that is read as a tensor has that tensor's."""
    return Gradient((NO_WORK,) * len(inputs))


def of_scattered(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """Numbers that were looked up, maybe several times: each one's gradients are added. The places are kept."""
    adds = Work(adds=cost.output.elements)
    places = tuple(range(1, len(inputs)))
    return Gradient((adds, *[NO_WORK for _ in places]), adds, inputs=places, read=() if places else (0,))


def of_running_sum(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient:
    """A running sum's gradient is the running sum from the other end."""
    return Gradient((cost.work,))


def of_over_time(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient | None:
    """The layer that runs at every step, on all steps as one batch."""
    (shape,) = inputs
    frames = Shape(product(shape[0], shape[1]), *shape[2:])
    found: Gradient | None = op.layer.gradient((frames,), op.layer.apply(frames))
    return found

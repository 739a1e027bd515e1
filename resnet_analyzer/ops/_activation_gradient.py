"""The derivatives of activations: what they are worked out from, and their work."""

from __future__ import annotations

from ..dim import Dim
from ..shape import Shape
from .work import NO_WORK, Work

IN_THE_OUTPUT, IN_THE_INPUT, NOWHERE = "output", "input", ""

# Of which tensor the derivative is worked out (PyTorch, tools/autograd/derivatives.yaml); of all others of the input.
OF_THE_OUTPUT = frozenset(
    ("relu", "sigmoid", "tanh", "softmax", "log_softmax", "exponential", "exp", "expm1", "sqrt", "rsqrt", "reciprocal")
)
CONSTANT = frozenset(("linear", "negative", "neg", "sign", "logical_not"))

PER_ELEMENT: dict[str, Work] = {  # with the product by dy
    "linear": NO_WORK,
    "relu": Work(compares=1),  # dy where y > 0, else 0
    "relu6": Work(compares=2),  # dy where 0 < x < 6
    "hard_tanh": Work(compares=2),
    "clip": Work(compares=2),
    "hard_shrink": Work(compares=2),
    "soft_shrink": Work(compares=2),
    "threshold": Work(compares=1),
    "leaky_relu": Work(compares=1, multiplies=1),  # dy, or a·dy where x < 0
    "abs": Work(compares=1, multiplies=1),
    "negative": Work(multiplies=1),
    "hard_sigmoid": Work(compares=2, multiplies=1),  # dy/6 where −3 < x < 3
    "sigmoid": Work(adds=1, multiplies=2),  # dy·y·(1 − y)
    "tanh": Work(adds=1, multiplies=2),  # dy·(1 − y·y)
    "exponential": Work(multiplies=1),  # dy·y
    "square": Work(multiplies=2),  # dy·2·x
    "sqrt": Work(multiplies=1, divisions=1),  # ½·dy/y
    "hard_silu": Work(compares=2, adds=1, multiplies=2),  # dy·(2·x + 3)/6 where −3 < x < 3
    "elu": Work(compares=1, exponentials=1, multiplies=2),  # dy·a·eˣ where x < 0
    "selu": Work(compares=1, exponentials=1, multiplies=2),
    "softplus": Work(exponentials=1, adds=1, divisions=1, multiplies=2),  # dy·sigmoid(x)
    # dy·(½·(1 + t) + ½·x·(1 − t²)·√(2/π)·(1 + 3·0.044715·x²)), t the tanh of the function
    "gelu": Work(exponentials=1, adds=6, divisions=1, multiplies=11),
    # dy·s·(1 + x·(1 − s)), s = 1/(1 + e^(−x))
    "silu": Work(exponentials=1, adds=3, divisions=1, multiplies=4),
    # dy·(Φ(x) + x·φ(x)), φ(x) = e^(−½x²)/√2π, Φ(x) = ½·(1 + erf(x·√½)): Hendrycks and Gimpel 2016, eq. 1
    "gelu_erf": Work(exponentials=2, adds=2, multiplies=7),
}
OTHERS = Work(multiplies=1, exponentials=1, adds=2, divisions=1)  # no derivative here takes less than a sigmoid's
SAME = {"swish": "silu", "exp": "exponential", "neg": "negative", "absolute": "abs", "hard_swish": "hard_silu"}


def kept_of(name: str) -> str:
    """Which tensor the derivative needs: `output`, `input`, or none.

    >>> kept_of("relu"), kept_of("silu"), kept_of("linear")
    ('output', 'input', '')
    """
    if name in CONSTANT:
        return NOWHERE
    return IN_THE_OUTPUT if name in OF_THE_OUTPUT else IN_THE_INPUT


def gradient_work(name: str, output: Shape, axis: int = -1) -> Work:
    """The work of the derivative over all numbers of the output; along an axis for softmax and its logarithm.

    Softmax: y·(dy − Σ dy·y), 2·n multiplies, 2·n additions but one for each sum; its logarithm:
    dy − e^y·Σ dy. Functions that have no row count the derivative of a sigmoid and a division and exponential.

    >>> gradient_work("softmax", Shape(1, 1000)).multiplies
    2000
    """
    elements: Dim = output.elements
    if name == "softmax":
        rows = output.with_size(axis, 1).elements
        return Work(adds=2 * elements - rows, multiplies=2 * elements)
    if name == "log_softmax":
        rows = output.with_size(axis, 1).elements
        return Work(adds=2 * elements - rows, multiplies=elements, exponentials=elements)
    return PER_ELEMENT.get(SAME.get(name, name), OTHERS).times(elements)

"""A table of vectors, looked up by number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, equal, product
from ..reach import EVERYTHING, Reaches, same_place
from ..shape import Shape
from .base import OPS, Check, Cost, Op, Spelling, Weight, Work
from .gradient import of_scattered
from .spelling import Call, Reads

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_keras(call: Call) -> list[Op] | None:
    """Keras' layers; ReversibleEmbedding is called one way and, told so, the other, with one table or two."""
    settings = call.settings
    if call.is_rewritten or call.takes_more_than_inputs:
        return None
    sizes = settings["input_dim"], settings["output_dim"]
    if call.kind != "ReversibleEmbedding":
        return [Embedding(*sizes)]
    reverse, cap = call.argument("reverse", 1, False) is True, settings.get("logit_soft_cap")
    op = Embedding(*sizes, reverse, untied=settings.get("tie_weights") is False)
    if not reverse or cap is None:
        return [op]
    return [op, OPS["Divide"](1), OPS["Activation"]("tanh"), OPS["Rescale"](cap)]  # type: ignore[call-arg]


def _read_torch(call: Call) -> Reads | None:
    """embedding(weight, indices)."""
    table = call.shape("weight")
    if table is None or len(table) != 2:
        return None
    return call.reading(Embedding(*table), places=("indices",), embeddings="weight")


class Embedding(Op):
    """Each number's own vector of `output_dim`, from a table of `input_dim` of them: a look-up, no arithmetic.

    With `reverse` the other way: every vector's product with each of the table's, one number each (Press & Wolf
    2017: a language model's output, whose table is the input's: give the node `weights_of`). `untied`: the way back
    has a table of its own, which is held beside the other.

    >>> cost = Embedding(30522, 768).apply(Shape(1, 128))
    >>> cost.output, cost.weights[0].params, cost.work.multiply_accumulates
    (Shape(1, 128, 768), 23440896, 0)
    >>> Embedding(30522, 768, reverse=True).apply(Shape(1, 128, 768)).output
    Shape(1, 128, 30522)
    """

    input_dim: Dim
    output_dim: Dim
    reverse: bool = False
    untied: bool = False

    storage = "own"
    gradient = of_scattered
    counts: ClassVar[tuple[str, ...]] = ("input_dim", "output_dim")
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling(
            "Embedding",
            {"input_dim": "input_dim", "output_dim": "output_dim"},
            also=("ReversibleEmbedding",),
            read=_read_keras,
        ),
        "torch": Spelling("aten.embedding", read=_read_torch),
    }

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `embedding 768`."""
        return (f"embedding {self.output_dim}",)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """One axis more; reversed, the last axis by the table."""
        weights: tuple[Weight, ...] = (Weight("embeddings", (self.input_dim, self.output_dim)),)
        if self.untied:
            weights += (Weight("reverse_embeddings", (self.output_dim, self.input_dim)),)
        if not self.reverse:
            return Cost(Shape(*shape, self.output_dim), weights)
        output = shape.with_size(-1, self.input_dim)
        work = Work(product(output.elements, self.output_dim), output.elements)
        sentence = "vectors of {} do not fit a table of vectors of {}."
        check = Check(equal(shape[-1], self.output_dim), sentence, (shape[-1], self.output_dim))
        return Cost(output, weights, work, checks=(check,))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """The number's own place."""
        rank = len(inputs[0])
        if self.reverse:
            return ((*same_place(rank - 1), EVERYTHING),)
        return (same_place(rank),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' layer looks up alone; the product is a small layer of our own."""
        from .keras_steps import Steps, layer

        size, untied = (self.input_dim, self.output_dim), self.untied
        if untied and not self.reverse:
            return Steps(keras.layers.ReversibleEmbedding(*size, tie_weights=False, name=name))
        if not self.reverse:
            return Steps(layer(keras, self, name))

        class Reversed(keras.layers.Layer):  # type: ignore[misc, name-defined]
            """The product with every vector of a table."""

            def build(self, _shape: Any) -> None:
                self.embeddings = self.add_weight(name="embeddings", shape=size)
                if untied:
                    self.reversed = self.add_weight(name="reverse_embeddings", shape=size[::-1])

            def call(self, x: Any) -> Any:
                return keras.ops.matmul(x, self.reversed if untied else keras.ops.transpose(self.embeddings))

        return Steps(Reversed(name=name), remark="a layer of our own: Keras has none")

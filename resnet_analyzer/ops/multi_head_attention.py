"""Multi-head attention, as far as its matrix products and softmax go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, divides, equal, is_exactly, product
from ..errors import UsageError
from ..reach import EVERYTHING, Reach, Reaches, same_place
from ..shape import Shape, spell
from ._attention import products
from ._attention_gradient import of_projected_attention
from .base import Check, Cost, Op, Weight, Work, axis_index
from .spelling import Call, Reads, Spelling, Tensor

GROUPED = ("GroupedQueryAttention", "GroupQueryAttention")  # the class, and the name under which it is saved
ROLES = ("query", "value", "key")
MASKS = ("query_mask", "value_mask", "key_mask", "attention_mask")

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_keras(call: Call) -> Reads | None:
    """Keras' layer, called on query, value, key and masks, by place or by name."""
    settings = call.settings
    order = ("query", "value", "key", *MASKS)
    given = {name: call.argument(name, place) for place, name in enumerate(order)}
    numbers = {name: each.number for name, each in given.items() if type(each) is Tensor}
    causal = call.named.get("use_causal_mask", False) is True
    asked = [call.named.get("return_attention_scores"), call.named.get("use_causal_mask") not in (None, True, False)]
    others = [settings.get(name) for name in ("use_gate", "sliding_window", "flash_attention")]
    if len(numbers) != len(call.shapes) or not {"query", "value"} <= set(numbers) or any(others) or any(asked):
        return None
    roles = tuple(numbers) if set(numbers) & set(MASKS) else ROLES
    if call.kind in GROUPED:
        heads, shared = settings["num_query_heads"], settings["num_key_value_heads"]
        few = MultiHeadAttention(
            heads,
            settings["head_dim"],
            use_bias=settings["use_bias"],
            roles=roles,
            num_key_value_heads=shared,
            causal=causal,
        )
        return Reads(tuple(numbers.values()), [few])
    units = settings.get("output_shape")
    units = units[0] if isinstance(units, (list, tuple)) and len(units) == 1 else units
    axes = settings.get("attention_axes")
    axes = None if axes is None else call.axes(axes)
    made = MultiHeadAttention(
        settings["num_heads"], settings["key_dim"], settings.get("value_dim") or 0, units or 0, settings["use_bias"],
        axes, roles, causal=causal,
    )  # fmt: skip
    return Reads(tuple(numbers.values()), [made])


class MultiHeadAttention(Op):
    """Projections to queries, keys and values, their products, and the projection back.

    Vaswani et al. 2017, sec. 3.2, with the weights of keras/src/layers/attention/multi_head_attention.py.
    Reads query, value and key; what is not given is the one before (query alone: self-attention). Where
    masks are read too, `roles` names every input. `units` of the output are the query's channels if 0.
    `num_key_value_heads`, if not 0, are fewer heads of keys and values, shared by the queries' (grouped queries:
    Ainslie et al. 2023). Positions attend along `attention_axes` (counted from the batch; by default all but
    batch and channels); along the others queries and keys go together, as the batch does.

    Multiply-accumulates of the four projections and of the two products; one multiply per query and
    head channel for the scale; softmax over the keys; with masks, or a `causal` one, an addition to every score.

    >>> cost = MultiHeadAttention(2, 8).apply(Shape(1, 10, 16), Shape(1, 10, 16))
    >>> cost.work.multiply_accumulates   # 4 projections of 10·16·16, 2 products of 10·10·16
    13440
    """

    num_heads: Dim
    key_dim: Dim
    value_dim: Dim = 0
    units: Dim = 0
    use_bias: bool = True
    attention_axes: tuple[int, ...] | None = None
    roles: tuple[str, ...] = ROLES
    num_key_value_heads: Dim = 0
    causal: bool = False

    kind = "attention"
    storage = "own"
    gradient = of_projected_attention
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("MultiHeadAttention", also=GROUPED, read=_read_keras)
    }
    arity: ClassVar[int | None] = None
    counts: ClassVar[tuple[str, ...]] = ("num_heads", "key_dim")
    sizes: ClassVar[tuple[str, ...]] = ("value_dim", "units", "num_key_value_heads")

    @property
    def _shared_heads(self) -> Dim:
        return self.num_heads if is_exactly(self.num_key_value_heads, 0) else self.num_key_value_heads

    def __post_init__(self) -> None:
        super().__post_init__()
        axes = (self.attention_axes,) if type(self.attention_axes) is int else self.attention_axes
        self.__dict__["attention_axes"] = None if axes is None else tuple(axes)
        if not set(self.roles) <= {*ROLES, *MASKS}:
            raise UsageError(f"MultiHeadAttention: roles must be of {', '.join(ROLES + MASKS)}, not {self.roles!r}")

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As people say it."""
        return ("attention",)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """A query from its own position, and from all those of the keys and values; not told of single axes."""
        if self.attention_axes is not None:
            return None
        own: Reaches = (*same_place(len(inputs[0]) - 1), EVERYTHING)
        others: list[Reaches] = [(Reach(0), *(EVERYTHING,) * (len(shape) - 1)) for shape in inputs]
        return (own, *others[1:]) if inputs[1:] else tuple(others)

    def rule(self, *shapes: Shape) -> Cost:
        """A tensor as long as the query's."""
        given = dict(zip(self.roles, shapes, strict=False))
        query = given.get("query", shapes[0])
        value = given.get("value", query)
        key = given.get("key", value)
        spelled = (spell(query), spell(key), spell(value))
        rank = len(query)
        all_axes = range(1, rank - 1) if self.attention_axes is None else self.attention_axes
        axes = [axis_index(axis, rank) for axis in all_axes]
        if rank < 3 or len(key) != rank or len(value) != rank or None in axes:
            sentence = "attention needs a query, keys and values of one rank, with positions: not {}, {} and {}."
            return Cost(None, checks=(Check(False, sentence, spelled),))
        together = [0, *(place for place in range(1, rank - 1) if place not in axes)]
        sentence = "queries {}, keys {} and values {} must be of one batch, and keys and values as many."
        checks = tuple(
            Check(equal(left, right), sentence, spelled)
            for left, right in [
                *zip(key[:-1], value[:-1], strict=True),
                *[(query[place], key[place]) for place in together],
            ]
        )
        value_width = self.key_dim if is_exactly(self.value_dim, 0) else self.value_dim
        output = query.with_size(-1, query[-1] if is_exactly(self.units, 0) else self.units)
        groups = product(self.num_heads, *[query[place] for place in together])
        queries = product(*[query[axis] for axis in axes])  # type: ignore[index]
        keys = product(*[key[axis] for axis in axes])  # type: ignore[index]
        work = products(groups, queries, keys, self.key_dim, value_width)
        work += self._projections(query, key, value, value_width, output)
        heads = (self._shared_heads, self.num_heads)
        checks += (Check(divides(*heads), "{} heads of keys and values do not divide {} of queries.", heads),)
        if self.causal or any(role in MASKS for role in given):
            work += Work(adds=product(groups, queries, keys))
        return Cost(output, self._weights(query, key, value, value_width, output), work, checks=checks)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """Keras' layer, which takes its inputs one by one; alone, the query is all three."""
        from .keras_steps import Steps

        if self.causal or self.roles != ROLES or not is_exactly(self.num_key_value_heads, 0):
            return None
        layer = keras.layers.MultiHeadAttention(
            self.num_heads,
            self.key_dim,
            value_dim=self.value_dim or None,
            use_bias=self.use_bias,
            output_shape=self.units or None,
            attention_axes=self.attention_axes,
            name=name,
        )
        return Steps(layer, one_by_one=True)

    def _weights(self, query: Shape, key: Shape, value: Shape, value_width: Dim, output: Shape) -> tuple[Weight, ...]:
        heads, shared, width = self.num_heads, self._shared_heads, self.key_dim
        kernels: list[tuple[str, tuple[Dim, ...], tuple[Dim, ...]]] = [
            ("query", (query[-1], heads, width), (heads, width)),
            ("key", (key[-1], shared, width), (shared, width)),
            ("value", (value[-1], shared, value_width), (shared, value_width)),
            ("attention_output", (heads, value_width, output[-1]), (output[-1],)),
        ]
        weights = []
        for name, kernel, bias in kernels:
            weights += [Weight(f"{name}/kernel", kernel)]
            weights += [Weight(f"{name}/bias", bias)] if self.use_bias else []
        return tuple(weights)

    def _projections(self, query: Shape, key: Shape, value: Shape, value_width: Dim, output: Shape) -> Work:
        """The four matrix products with weights, and the scale of the queries."""
        inner, carried = product(self.num_heads, self.key_dim), product(self.num_heads, value_width)
        keyed, valued = product(self._shared_heads, self.key_dim), product(self._shared_heads, value_width)
        queries = product(*query[:-1])
        macs = product(query.elements, inner) + product(key.elements, keyed) + product(value.elements, valued)
        macs += product(queries, carried, output[-1])
        sums = product(queries, inner) + product(*key[:-1], keyed) + product(*value[:-1], valued) + output.elements
        return Work(macs, sums, adds=sums if self.use_bias else 0, multiplies=product(queries, inner))


class GroupQueryAttention(MultiHeadAttention):
    """Multi-head attention with `num_key_value_heads` for keys and values (Keras' GroupQueryAttention).

    >>> cost = GroupQueryAttention(8, 16, num_key_value_heads=2).apply(Shape(1, 10, 128), Shape(1, 10, 128))
    >>> [weight.shape for weight in cost.weights if weight.name.endswith("kernel")]
    [(128, 8, 16), (128, 2, 16), (128, 2, 16), (8, 16, 128)]
    """

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """Keras' layer, whose queries, keys and values are of one width, and so is what comes out."""
        from .keras_steps import Steps

        layer = keras.layers.GroupQueryAttention(
            self.key_dim, self.num_heads, self.num_key_value_heads, use_bias=self.use_bias, name=name
        )
        return Steps(layer, one_by_one=True)

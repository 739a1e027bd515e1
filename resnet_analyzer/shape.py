"""A tensor is its dimensions: of any rank, batch first, in the model's own axis order.

Roles such as height or channels belong to the ops that need them (`data_format`, `axis`), as in every
framework, never to the tensor. Figures per image are those at batch 1.
"""

from __future__ import annotations

from typing import Any, TypeGuard

from .dim import Dim, is_exactly, is_symbol, product


class Shape(tuple[Dim, ...]):
    """The dimensions of a tensor, batch first.

    >>> Shape(1, 56, 56, 256).elements, len(Shape(1, 2048))
    (802816, 2)
    """

    __slots__ = ()

    def __new__(cls, *sizes: Dim) -> Shape:  # noqa: D102 (documented by its class)
        return tuple.__new__(cls, sizes)

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)  # copies and pickles are made from the sizes one by one

    def __repr__(self) -> str:
        return f"Shape({', '.join(map(repr, self))})"

    @property
    def elements(self) -> Dim:
        """Numbers in it."""
        return product(*self)

    def with_size(self, axis: int, size: Dim) -> Shape:
        """The same shape with another size along `axis` (negative: from the end).

        >>> Shape(1, 10, 3).with_size(-1, 8)
        Shape(1, 10, 8)
        """
        sizes = list(self)
        sizes[axis] = size
        return Shape(*sizes)


def is_map(shape: object) -> TypeGuard[Shape]:
    """Whether it is the shape of images or feature maps: batch, two sides and channels.

    >>> is_map(Shape(1, 56, 56, 256)), is_map(Shape(1, 2048)), is_map(None)
    (True, False, False)
    """
    return type(shape) is Shape and len(shape) == 4


def identical(shapes: tuple[Shape, ...]) -> bool:
    """Whether all shapes are the same numbers or symbols: like `dim.is_exactly`, a rule may branch on it.

    >>> identical((Shape(1, 8), Shape(1, 8))), identical((Shape(1, 8), Shape(1, 9)))
    (True, False)
    """
    first = shapes[0]
    plain = all(type(size) is int or is_symbol(size) for shape in shapes for size in shape)
    return plain and all(shape == first for shape in shapes[1:])


def carried(output: Shape | None, seen: tuple[Shape | None, ...], shapes: tuple[Shape | None, ...]) -> Shape | None:
    """What is known at inputs `shapes` of an output that was seen at the inputs `seen` (none: at any inputs).

    It holds at the same inputs, and in another batch; of other sizes it says nothing. An input whose shape was
    not known then (None) is decided by the others.

    >>> carried(Shape(1, 4), (Shape(1, 8),), (Shape(5, 8),)), carried(Shape(1, 4), (Shape(1, 8),), (Shape(1, 9),))
    (Shape(5, 4), None)
    """
    if output is None or not seen:
        return output
    pairs = [(then, now) for then, now in zip(seen, shapes, strict=False) if then is not None]
    if (
        len(seen) != len(shapes)
        or not pairs
        or not all(now is not None and len(now) == len(then) for then, now in pairs)
    ):
        return None
    if all(identical((then, now)) for then, now in pairs):  # type: ignore[arg-type]
        return output
    one_batch = all(then and is_exactly(then[0], 1) for then in (*[then for then, _ in pairs], output))
    if not one_batch:
        return None
    batch = pairs[0][1][0]  # type: ignore[index]
    same = all(identical((then.with_size(0, batch), now)) for then, now in pairs)  # type: ignore[arg-type]
    return output.with_size(0, batch) if same else None


def spell(shape: tuple[Dim, ...] | None) -> str:
    """A shape as people write it, without a leading 1 (a batch of one); `?` for an unknown one.

    >>> spell(Shape(1, 56, 56, 256)), spell(Shape(8, 1000)), spell(None)
    ('56×56×256', '8×1000', '?')
    """
    if shape is None:
        return "?"
    if type(shape) is Shape and len(shape) > 1 and is_exactly(shape[0], 1):
        shape = shape[1:]
    return "×".join(str(size) for size in shape) if shape else "one number"

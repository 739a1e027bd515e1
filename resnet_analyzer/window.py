"""The window formula for one axis, the only one in the package.

    output = (n + p − (d(f − 1) + 1)) // s + 1        p = padding before + after

Convolution, pooling, transposed convolution (its inverse), error messages, the "how" column and the
receptive field all use it (Dumoulin & Visin 2016, A guide to convolution arithmetic, relationship 15).
Two famous exceptions turn out to be the same formula with another padding:

* `same` (TensorFlow, tf.nn docs "SAME"): ⌈n/s⌉, the size of a window of 1 without padding.
* ceil mode (PyTorch, aten/src/ATen/native/Pool.h): the last window may hang over the end, but must
  begin inside the padded input. Both ceilings have the same divisor, so their minimum is the ceiling
  of the minimum, and ceil mode is an extra padding after: min(p_after + s − 1, d(f − 1)).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from .dim import Condition, Dim, at_least, floor_div, is_exactly, is_number, maximum, minimum
from .errors import UsageError
from .frozen import NamedTuple

Padding: TypeAlias = "Literal['valid', 'same', 'causal'] | int | tuple[int, ...] | tuple[tuple[int, int], ...]"
PADDINGS = ("valid", "same", "causal")


class Window(NamedTuple):
    """A window of `size` taps sliding over an axis of `length`, `stride` apart.

    >>> Window(length=224, size=7, stride=2, before=3, after=3).output
    112
    """

    length: Dim
    size: Dim
    stride: Dim = 1
    before: Dim = 0
    after: Dim = 0
    dilation: Dim = 1
    same: bool = False

    @property
    def span(self) -> Dim:
        """Pixels from the first tap to the last, both counted: d(f − 1) + 1."""
        return self.dilation * (self.size - 1) + 1

    @property
    def output(self) -> Dim:
        """How many positions the window takes.

        >>> Window(5, size=3, stride=2, same=True).output, Window(5, size=3, dilation=2).output
        (3, 1)
        """
        if self.same:
            return floor_div(self.length - 1, self.stride) + 1
        return floor_div(self.length + (self.before + self.after - self.span), self.stride) + 1

    @property
    def fits(self) -> Condition:
        """Whether the window fits the padded axis: the cause; a size ≥ 1 may be a mere symptom.

        >>> Window(5, size=7, stride=2).fits   # though (5 − 7)//2 + 1 = 0
        False
        """
        if self.same:
            return at_least(self.length, 1)
        return at_least(self.length, self.span - self.before - self.after)

    @property
    def pads(self) -> tuple[Dim, Dim]:
        """Padding before and after; for `same` what TensorFlow adds, the odd pixel after.

        >>> Window(224, size=7, stride=2, same=True).pads
        (2, 3)
        """
        if not self.same:
            return self.before, self.after
        missing = maximum((self.output - 1) * self.stride + self.span - self.length, 0)
        before = floor_div(missing, 2)
        return before, missing - before

    @property
    def computed(self) -> Dim:
        """Positions that TensorFlow computes: of a dilated window more than come out.

        It pads the axis to a multiple of the dilation d, cuts it into d axes of every d-th pixel, and slides
        an undilated window over each (tensorflow/python/ops/nn_ops.py, with_space_to_batch).

        >>> Window(31, size=3, dilation=2).output, Window(31, size=3, dilation=2).computed   # 2·(32/2 − 2)
        (27, 28)
        """
        if is_exactly(self.dilation, 1):
            return self.output
        before, after = self.pads
        blocks = floor_div(self.length + before + after + self.dilation - 1, self.dilation)
        return self.dilation * (blocks - self.size + 1)

    @property
    def dropped(self) -> Dim:
        """Pixels at the end of the padded axis that no window position reaches.

        >>> Window(224, size=7, stride=2, before=3, after=3).dropped
        1
        """
        before, after = self.pads
        return self.length + before + after - self.span - (self.output - 1) * self.stride

    def how(self) -> str:
        """The formula with its numbers.

        >>> Window(224, size=7, stride=2, before=3, after=3).how()
        '(224 + 2·3 − 7)/2 + 1 = 112'
        """
        before, after = self.pads
        both = f"2·{before}" if before == after else f"{before} + {after}"
        padding = f" + {both}" if (before, after) != (0, 0) else ""
        span = f"({self.dilation}·{_minus_one(self.size)} + 1)" if self.dilation != 1 else f"{self.size}"
        inner = f"{self.length}{padding} − {span}"
        return f"({inner})/{self.stride} + 1 = {self.output}" if self.stride != 1 else f"{inner} + 1 = {self.output}"


def _minus_one(size: Dim) -> str:
    return f"{size - 1}" if is_number(size) else f"({size} − 1)"


def inverse(length: Dim, window: Window) -> Dim:
    """The shortest axis over which `window` takes `length` positions: a transposed convolution's output.

        (length − 1)·s − p + d(f − 1) + 1

    >>> inverse(112, Window(0, size=7, stride=2, before=3, after=3))
    223
    """
    return (length - 1) * window.stride - window.before - window.after + window.span


def spread(value: Dim | tuple[Dim, ...], axes: int) -> tuple[Dim, ...]:
    """One number for each of so many axes; UsageError if `value` holds another number of them.

    >>> spread(3, 2), spread((3, 5), 2), spread(4, 1)
    ((3, 3), (3, 5), (4,))
    """
    if type(value) is not tuple:
        return (value,) * axes
    if len(value) != axes:
        raise UsageError(f"{value} has {len(value)} numbers, for {axes} {'axis' if axes == 1 else 'axes'}")
    return value


def pair(value: Dim | tuple[Dim, Dim]) -> tuple[Dim, Dim]:
    """One number for both axes, or one for each: (height, width).

    >>> pair(3), pair((3, 5))
    ((3, 3), (3, 5))
    """
    return value if type(value) is tuple else (value, value)


def by(size: Dim | tuple[Dim, ...], axes: int = 2) -> str:
    """A size as people write it.

    >>> by(3), by((1, 7)), by(3, 1), by(3, 3)
    ('3×3', '1×7', '3', '3×3×3')
    """
    return "×".join(map(str, spread(size, axes)))


def stride_phrase(strides: Dim | tuple[Dim, ...], shown: bool = True) -> tuple[str, ...]:
    """A stride as papers write it, in one part; nothing for a stride of 1, or if it is not `shown`.

    >>> stride_phrase(2), stride_phrase(1), stride_phrase((2, 1))
    (('/2',), (), ('/2×1',))
    """
    each = strides if type(strides) is tuple else (strides,)
    if not shown or all(is_exactly(stride, 1) for stride in each):
        return ()
    same = all(stride == each[0] for stride in each[1:])
    return (f"/{each[0]}" if same else "/" + "×".join(map(str, each)),)


def dilation_phrase(rate: Dim | tuple[Dim, ...]) -> tuple[str, ...]:
    """A dilation in one part of a layer's words; nothing for a dilation of 1.

    >>> dilation_phrase(2), dilation_phrase(1), dilation_phrase((2, 1))
    (('dilated 2',), (), ('dilated 2×1',))
    """
    each = rate if type(rate) is tuple else (rate,)
    if all(is_exactly(own, 1) for own in each):
        return ()
    same = all(own == each[0] for own in each[1:])
    return (f"dilated {each[0]}" if same else "dilated " + "×".join(map(str, each)),)


def slide(
    lengths: tuple[Dim, ...],
    size: Dim | tuple[Dim, ...],
    strides: Dim | tuple[Dim, ...] = 1,
    padding: Padding = "valid",
    dilation: Dim | tuple[Dim, ...] = 1,
    ceil_mode: bool = False,
) -> tuple[Window, ...]:
    """The windows of a layer that slides over axes of these `lengths`, one for each axis in order.

    `padding` is `valid`, `same`, `causal` (all of it before, so that no tap looks ahead: keras/src/layers/
    convolutional/base_conv.py), one number, one for each axis, or (before, after) for each axis.

    >>> [window.output for window in slide((5, 6), 3, 2, padding=1)]
    [3, 3]
    >>> slide((5, 5), 2, 2, padding=1, ceil_mode=True)[0].output   # the clipped last window
    3
    >>> slide((10,), 3, padding="causal", dilation=2)[0].pads
    (4, 0)
    """
    axes = len(lengths)
    sizes, dilations = spread(size, axes), spread(dilation, axes)
    same = False
    if type(padding) is not str:
        pads = amounts(padding, axes)
    elif padding == "causal":
        pads = tuple([(each * (taps - 1), 0) for each, taps in zip(dilations, sizes, strict=True)])
    else:
        same, pads = padding == "same", ((0, 0),) * axes
    return tuple(
        [
            _window(*each, same, ceil_mode)
            for each in zip(lengths, sizes, spread(strides, axes), pads, dilations, strict=True)
        ]
    )


def _window(
    length: Dim, size: Dim, stride: Dim, pads: tuple[Dim, Dim], dilation: Dim, same: bool, ceil_mode: bool
) -> Window:
    before, after = pads
    if ceil_mode and not same:
        after = minimum(after + stride - 1, dilation * (size - 1))
    return Window(length, size, stride, before, after, dilation, same)


def amounts(padding: Padding, axes: int = 2) -> tuple[tuple[Dim, Dim], ...]:
    """Padding given as numbers, in full: (before, after) for each axis.

    >>> amounts(1), amounts((1, 2)), amounts(((0, 1), (0, 1))), amounts(((2, 0),), 1)
    (((1, 1), (1, 1)), ((1, 1), (2, 2)), ((0, 1), (0, 1)), ((2, 0),))
    """
    return tuple([pair(each) for each in spread(padding, axes)])  # type: ignore[arg-type]

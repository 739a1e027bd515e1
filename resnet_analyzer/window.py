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

from typing import Literal, NamedTuple, TypeAlias

from .dim import Condition, Dim, at_least, floor_div, is_number, maximum, minimum

Padding: TypeAlias = "Literal['valid', 'same'] | int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]"


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
        return floor_div(self.length + self.before + self.after - self.span, self.stride) + 1

    @property
    def fits(self) -> Condition:
        """Whether the window fits the padded axis: the cause; a size ≥ 1 may be a mere symptom.

        >>> Window(5, size=7, stride=2).fits   # though (5 − 7)//2 + 1 = 0
        False
        """
        if self.same:
            return at_least(self.length, 1)
        return at_least(self.length + self.before + self.after, self.span)

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


def pair(value: Dim | tuple[Dim, Dim]) -> tuple[Dim, Dim]:
    """One number for both axes, or one for each: (height, width).

    >>> pair(3), pair((3, 5))
    ((3, 3), (3, 5))
    """
    return value if type(value) is tuple else (value, value)


def by(size: Dim | tuple[Dim, Dim]) -> str:
    """A size as people write it.

    >>> by(3), by((1, 7))
    ('3×3', '1×7')
    """
    return "×".join(map(str, pair(size)))


def stride_phrase(strides: Dim | tuple[Dim, Dim], shown: bool = True) -> tuple[str, ...]:
    """A stride as papers write it, in one part; nothing for a stride of 1, or if it is not `shown`.

    >>> stride_phrase(2), stride_phrase(1), stride_phrase((2, 1))
    (('/2',), (), ('/2×1',))
    """
    vertical, horizontal = pair(strides)
    if not shown or (vertical, horizontal) == (1, 1):
        return ()
    return (f"/{vertical}" if vertical == horizontal else f"/{vertical}×{horizontal}",)


def slide(
    lengths: tuple[Dim, Dim],
    size: Dim | tuple[Dim, Dim],
    strides: Dim | tuple[Dim, Dim] = 1,
    padding: Padding = "valid",
    dilation: Dim | tuple[Dim, Dim] = 1,
    ceil_mode: bool = False,
) -> tuple[Window, Window]:
    """The two windows, vertical and horizontal, of a layer over (height, width).

    `padding` is `valid`, `same`, one number, (vertical, horizontal), or ((top, bottom), (left, right)).

    >>> [window.output for window in slide((5, 6), 3, 2, padding=1)]
    [3, 3]
    >>> slide((5, 5), 2, 2, padding=1, ceil_mode=True)[0].output   # the clipped last window
    3
    """
    word = padding if type(padding) is str else None
    same = word == "same"
    pads = amounts(padding) if word is None else ((0, 0), (0, 0))
    windows = map(_window, lengths, pair(size), pair(strides), pads, pair(dilation), (same, same), (ceil_mode,) * 2)
    return tuple(windows)  # type: ignore[return-value]


def _window(
    length: Dim, size: Dim, stride: Dim, pads: tuple[Dim, Dim], dilation: Dim, same: bool, ceil_mode: bool
) -> Window:
    before, after = pads
    if ceil_mode and not same:
        after = minimum(after + stride - 1, dilation * (size - 1))
    return Window(length, size, stride, before, after, dilation, same)


def amounts(padding: Padding) -> tuple[tuple[Dim, Dim], tuple[Dim, Dim]]:
    """Padding given as numbers, in full: ((top, bottom), (left, right)).

    >>> amounts(1), amounts((1, 2)), amounts(((0, 1), (0, 1)))
    (((1, 1), (1, 1)), ((1, 1), (2, 2)), ((0, 1), (0, 1)))
    """
    vertical, horizontal = pair(padding)  # type: ignore[arg-type]
    return pair(vertical), pair(horizontal)

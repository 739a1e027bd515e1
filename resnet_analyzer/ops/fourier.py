"""The discrete Fourier transform along the last axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import floor_div, is_exactly, prime_factors
from ..reach import EVERYTHING, Reaches, same_place
from ..shape import Shape, spell
from ._broadcast import broadcast
from .base import OPS, Check, Cost, Op, Work, axis_index
from .spelling import Call, Outputs, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_keras(call: Call) -> Outputs:
    """The real and the imaginary part in a tuple; the work stands in the first that comes out."""
    op = FourierTransform(1 if call.kind == "ops.FFT" else 2, inverse=call.kind == "ops.IFFT2")
    return Outputs((op, OPS["Activation"]("linear")), chained=True)  # type: ignore[call-arg]


class FourierTransform(Op):
    """The transform of a real and an imaginary part along the last `axes` axes; the real part of it.

    As Cooley and Tukey 1965 reckon it: a stage for every prime factor p of a length n, of n/p transforms of p
    numbers by definition (for 2 a sum and a difference) and as many times p − 1 factors. Where n is a power of
    two these are 5·n·log2(n) operations on real numbers, the figure of FFTW and van Loan 1992, sec. 1.4.

    >>> cost = FourierTransform().apply(Shape(1, 8), Shape(1, 8))
    >>> cost.work.multiplies + cost.work.adds   # 5·8·3
    120
    """

    axes: int = 1
    inverse: bool = False

    kind = "other"
    word = "Fourier transform"
    storage = "own"
    arity: ClassVar[int | None] = 2
    counts: ClassVar[tuple[str, ...]] = ("axes",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", also=("ops.FFT", "ops.FFT2", "ops.IFFT2"), read=_read_keras)
    }

    def rule(self, real: Shape, imaginary: Shape) -> Cost:  # type: ignore[override]
        """The same shape; of a length that is no number the work is not known."""
        _, checks = broadcast("transform", (real, imaginary))
        if axis_index(-self.axes, len(real)) is None:
            sentence = "a transform along {} axes does not fit {}."
            return Cost(None, checks=(Check(False, sentence, (self.axes, spell(real))),))
        factors = [prime_factors(length) for length in real[len(real) - self.axes :]]
        if None in factors:
            return Cost(real, checks=checks, unknown=("work",))
        each = Work(multiplies=2) if self.inverse else Work()  # by 1/n
        return Cost(real, work=each.times(real.elements) + _stages(factors, real), checks=checks)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Everything along those axes."""
        rank = len(inputs[0])
        kept = same_place(rank)[: rank - self.axes]
        along: Reaches = (*kept, *[EVERYTHING for _ in range(self.axes)])
        return along, along

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """By keras.ops."""
        from .keras_steps import by_ops

        named = {(1, False): keras.ops.fft, (2, False): keras.ops.fft2, (2, True): keras.ops.ifft2}
        transform = named.get((self.axes, self.inverse))
        return None if transform is None else by_ops(lambda xs: transform(tuple(xs))[0])


def _stages(factors: list[Any], shape: Shape) -> Work:
    """A complex product is 4 multiplications and 2 additions, a complex sum 2 additions."""
    work = Work()
    for prime in [prime for each in factors for prime in each]:
        transforms = floor_div(shape.elements, prime)
        by_definition = 0 if is_exactly(prime, 2) else (prime - 1) * (prime - 1)
        products = transforms * (prime - 1 + by_definition)
        sums = transforms * prime * (prime - 1)
        work += Work(multiplies=4 * products, adds=2 * products + 2 * sums)
    return work

"""What residual networks are written with: their settings, and a builder that knows the names of their style."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..dim import Dim
from ..frozen import NamedTuple
from ..graph import GraphBuilder
from ..ops.activation import Activation
from ..ops.base import Op
from ..ops.batch_norm import BatchNorm
from ..ops.conv import Conv2d
from ..ops.zero_padding import ZeroPadding2d
from ..window import Padding
from .residual_style import Style, Variant, letter


class Plan(NamedTuple):
    """A residual network's settings, all decided: what every block needs to know."""

    style: Style
    variant: Variant
    bottleneck: bool
    stride_at: str
    shortcut: str
    shortcut_pool: bool
    shortcut_variant: str
    cardinality: Dim
    form: str
    se_ratio: int
    dropout: float
    dilation: int = 1


class ResidualBuilder:
    """Writes nodes by their role, under the names of the style, inside stage and block."""

    def __init__(self, build: GraphBuilder, style: Style, classes: Dim) -> None:
        self.build, self.style, self.classes = build, style, classes
        self.stage, self.block = -1, 0

    def add(self, role: str, op: Op, *inputs: str) -> str:
        """Add a node; its name is the style's for that role, or scope and role."""
        template = self.style.names.get(f"{self.part}/{role}" if self.part else role)
        inner, _, leaf = role.rpartition("/")
        if inner:
            with self.build.scope(inner):
                return self._write(leaf, template, op, inputs)
        return self._write(leaf, template, op, inputs)

    def _write(self, role: str, template: str | None, op: Op, inputs: tuple[str, ...]) -> str:
        if template is None:
            return self.build.add(role, op, *inputs)
        name = template.rstrip("#").format(s=self.stage, b=self.block, c=letter(self.block), classes=self.classes)
        full = self.build.numbered(name) if template.endswith("#") else name
        return self.build.add(role, op, *inputs, full_name=full)

    @property
    def part(self) -> str:
        """Which part is being written: `stem`, `head`, or (empty) a block or the input."""
        return "" if self.block else {1: "stem", 0: "head"}.get(self.stage, "")

    @contextmanager
    def inside(self, stage: int, block: int = 0) -> Iterator[None]:
        """Write inside a stage (0 is the head) and one of its blocks."""
        self.stage, self.block = stage, block
        scope = f"stage{stage}" if stage else "head"
        with self.build.scope(f"{scope}/block{block}" if block else scope):
            yield

    def convolve(
        self, role: str, op_input: str, filters: Dim, size: int, stride: int = 1, groups: Dim = 1, dilation: int = 1
    ) -> str:
        """Add a convolution that keeps the size (but for the stride), padded as the style does."""
        style, padding = self.style, dilation * (size // 2)
        bias = (role.split("/")[0] if "/" in role else role) in style.biases
        pad: Padding = padding
        if padding and style.same_padding:
            pad = "same"
        elif padding and style.padding_layers:
            op_input, pad = self.add(role.replace("conv", "pad"), ZeroPadding2d(padding), op_input), "valid"
        rate = dilation if padding else 1  # a 1×1 has nothing to be apart
        kept = pad if padding else "valid"
        op = Conv2d(filters, size, stride, kept, dilation_rate=rate, groups=groups, use_bias=bias)
        return self.add(role, op, op_input)

    def steps(self, names: tuple[str, ...], suffix: str, start: str) -> str:
        """Add batch norms and ReLUs in the given order, named `bn1`, `relu1` …"""
        for name in names:
            start = self.add(f"{name}{suffix}", BatchNorm() if name == "bn" else Activation("relu"), start)
        return start


def drop_out(net: ResidualBuilder, plan: Plan, x: str) -> str:
    """Add the dropout before a branch's last convolution (Zagoruyko & Komodakis 2016, sec. 2.4), if there is one."""
    if not plan.dropout:
        return x
    from ..ops.dropout import Dropout

    return net.add("dropout", Dropout(plan.dropout), x)

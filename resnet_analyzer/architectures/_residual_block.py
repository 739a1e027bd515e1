"""One residual block: the branch, the shortcut, and what joins them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..dim import Dim, certain, equal, floor_div, maximum
from ..graph import GraphBuilder
from ..ops.activation import Activation
from ..ops.base import Op
from ..ops.batch_norm import BatchNorm
from ..ops.conv import Conv2d
from ..ops.elementwise import Add
from ..ops.max_pool import MaxPool2d
from ..ops.zero_padding import ChannelPadding, ZeroPadding2d
from ..window import Padding
from ._residual_style import Style, Variant, letter


@dataclass(frozen=True)
class Plan:
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


class Pen:
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

    def convolve(self, role: str, op_input: str, filters: Dim, size: int, stride: int = 1, groups: Dim = 1) -> str:
        """Add a convolution that keeps the size (but for the stride), padded as the style does."""
        style, padding = self.style, size // 2
        bias = (role.split("/")[0] if "/" in role else role) in style.biases
        pad: Padding = padding
        if padding and style.same_padding:
            pad = "same"
        elif padding and style.padding_layers:
            op_input, pad = self.add(role.replace("conv", "pad"), ZeroPadding2d(padding), op_input), "valid"
        return self.add(role, Conv2d(filters, size, stride, pad if padding else "valid", 1, groups, bias), op_input)

    def steps(self, names: tuple[str, ...], suffix: str, start: str) -> str:
        """Add batch norms and ReLUs in the given order, named `bn1`, `relu1` …"""
        for name in names:
            start = self.add(f"{name}{suffix}", BatchNorm() if name == "bn" else Activation("relu"), start)
        return start


def residual_block(pen: Pen, plan: Plan, x: str, channels: Dim, inner: Dim, outer: Dim, stride: int) -> str:
    """Add one block that reads `x` with `channels`, and return its output with `outer` channels."""
    start = pen.steps(plan.variant.before, "0", x)
    if plan.shortcut == "none":
        branch = _branch(pen, plan, start, inner, outer, stride)
        return pen.steps(plan.variant.after, "", branch)
    # where a stage widens, projection and branch share the pre-activation: He et al. 2016, appendix
    shares = plan.variant.before == ("bn", "relu") and plan.shortcut != "A" and _widens(channels, outer)
    source = start if shares else x
    if plan.style.shortcut_first:
        shortcut = _shortcut(pen, plan, source, channels, outer, stride)
        branch = _branch(pen, plan, start, inner, outer, stride)
        branches = (shortcut, branch)
    else:
        branch = _branch(pen, plan, start, inner, outer, stride)
        shortcut = _shortcut(pen, plan, source, channels, outer, stride)
        branches = (branch, shortcut)
    if plan.shortcut_variant not in ("identity", "conv"):
        from ._residual_gates import vary_shortcut

        branches = vary_shortcut(pen, plan.shortcut_variant, x, branch, shortcut, outer, stride)
    return pen.steps(plan.variant.after, "", pen.add("add", Add(), *branches))


def _widens(channels: Dim, outer: Dim) -> bool:
    """Whether a block changes the number of channels (certain even for symbols)."""
    return not certain(equal(channels, outer))


def _branch(pen: Pen, plan: Plan, x: str, inner: Dim, outer: Dim, stride: int) -> str:
    """The residual branch: two 3×3, or 1×1, 3×3, 1×1 with `inner` channels between."""
    if plan.form != "c":
        from ._residual_gates import aggregated_branch

        x = aggregated_branch(pen, plan, x, inner, outer, stride)
    else:
        convolutions = _convolutions(plan, inner, outer, stride)
        for index, (filters, size, step, groups) in enumerate(convolutions, start=1):
            x = pen.convolve(f"conv{index}", x, filters, size, step, groups)
            if index < len(convolutions):
                x = pen.steps(plan.variant.between, str(index), x)
                x = drop_out(pen, plan, x) if index == len(convolutions) - 1 else x
        x = pen.steps(plan.variant.behind, str(len(convolutions)), x)
    if plan.se_ratio:
        from ._residual_gates import squeeze_and_excite

        x = squeeze_and_excite(pen, x, outer, maximum(floor_div(outer, plan.se_ratio), 1))
    return x


def _convolutions(plan: Plan, inner: Dim, outer: Dim, stride: int) -> tuple[tuple[Dim, int, int, Dim], ...]:
    """Filters, kernel size, stride and groups of the branch's convolutions."""
    if not plan.bottleneck:
        return (inner, 3, stride, plan.cardinality), (outer, 3, 1, plan.cardinality)
    first, middle = (stride, 1) if plan.stride_at == "first" else (1, stride)
    return (inner, 1, first, 1), (inner, 3, middle, plan.cardinality), (outer, 1, 1, 1)


def drop_out(pen: Pen, plan: Plan, x: str) -> str:
    """Add the dropout before a branch's last convolution (Zagoruyko & Komodakis 2016, sec. 2.4), if there is one."""
    if not plan.dropout:
        return x
    from ..ops.dropout import Dropout

    return pen.add("dropout", Dropout(plan.dropout), x)


def _shortcut(pen: Pen, plan: Plan, x: str, channels: Dim, outer: Dim, stride: int) -> str:
    """The shortcut: identity where it fits, else zero-padding (A) or a 1×1 projection (B; C: always)."""
    widens = _widens(channels, outer)
    if plan.shortcut == "identity" or (stride == 1 and not widens and plan.shortcut != "C"):
        return x  # `identity`, only in designs: as it is, whether it fits or not
    if plan.shortcut == "A" or (not widens and plan.shortcut != "C" and plan.style.stride_in_last_block):
        x = pen.add("shortcut/pool", MaxPool2d(1, stride), x) if stride != 1 else x
        return _zero_channels(pen, x, channels, outer) if widens else x
    if plan.shortcut_pool and stride != 1:
        from ..ops.average_pool import AveragePool2d

        x = pen.add("shortcut/pool", AveragePool2d(stride, ceil_mode=True, count_include_pad=False), x)
        stride = 1
    x = pen.convolve("shortcut/conv", x, outer, 1, stride)
    # pre-activation blocks add raw sums: no normalisation on the shortcut either
    return pen.add("shortcut/bn", BatchNorm(), x) if "bn" in plan.variant.behind else x


def _zero_channels(pen: Pen, x: str, channels: Dim, outer: Dim) -> str:
    before = floor_div(outer - channels, 2)
    return pen.add("shortcut/pad", ChannelPadding(before, outer - channels - before), x)

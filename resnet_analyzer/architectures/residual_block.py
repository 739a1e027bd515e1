"""One residual block: the branch, the shortcut, and what joins them."""

from __future__ import annotations

from ..dim import Dim, certain, equal, floor_div, maximum
from ..ops.batch_norm import BatchNorm
from ..ops.elementwise import Add
from ..ops.max_pool import MaxPool2d
from ..ops.zero_padding import ChannelPadding
from .residual_builder import Plan, ResidualBuilder, drop_out


def residual_block(net: ResidualBuilder, plan: Plan, x: str, channels: Dim, inner: Dim, outer: Dim, stride: int) -> str:
    """Add one block that reads `x` with `channels`, and return its output with `outer` channels."""
    start = net.steps(plan.variant.before, "0", x)
    if plan.shortcut == "none":
        branch = _branch(net, plan, start, inner, outer, stride)
        return net.steps(plan.variant.after, "", branch)
    # where a stage widens, projection and branch share the pre-activation: He et al. 2016, appendix
    shares = plan.variant.before == ("bn", "relu") and plan.shortcut != "A" and _widens(channels, outer)
    source = start if shares else x
    if plan.style.shortcut_first:
        shortcut = _shortcut(net, plan, source, channels, outer, stride)
        branch = _branch(net, plan, start, inner, outer, stride)
        branches = (shortcut, branch)
    else:
        branch = _branch(net, plan, start, inner, outer, stride)
        shortcut = _shortcut(net, plan, source, channels, outer, stride)
        branches = (branch, shortcut)
    if plan.shortcut_variant not in ("identity", "conv"):
        from ._residual_gates import vary_shortcut  # what few networks need

        branches = vary_shortcut(net, plan.shortcut_variant, x, branch, shortcut, outer, stride)
    return net.steps(plan.variant.after, "", net.add("add", Add(), *branches))


def _widens(channels: Dim, outer: Dim) -> bool:
    """Whether a block changes the number of channels (certain even for symbols)."""
    return not certain(equal(channels, outer))


def _branch(net: ResidualBuilder, plan: Plan, x: str, inner: Dim, outer: Dim, stride: int) -> str:
    """The residual branch: two 3×3, or 1×1, 3×3, 1×1 with `inner` channels between."""
    if plan.form != "c":
        from ._residual_gates import aggregated_branch

        x = aggregated_branch(net, plan, x, inner, outer, stride)
    else:
        convolutions = _convolutions(plan, inner, outer, stride)
        for index, (filters, size, step, groups) in enumerate(convolutions, start=1):
            x = net.convolve(f"conv{index}", x, filters, size, step, groups, plan.dilation)
            if index < len(convolutions):
                x = net.steps(plan.variant.between, str(index), x)
                x = drop_out(net, plan, x) if index == len(convolutions) - 1 else x
        x = net.steps(plan.variant.behind, str(len(convolutions)), x)
    if plan.se_ratio:
        from ._residual_gates import squeeze_and_excite

        x = squeeze_and_excite(net, x, outer, maximum(floor_div(outer, plan.se_ratio), 1))
    return x


def _convolutions(plan: Plan, inner: Dim, outer: Dim, stride: int) -> tuple[tuple[Dim, int, int, Dim], ...]:
    """Filters, kernel size, stride and groups of the branch's convolutions."""
    if not plan.bottleneck:
        return (inner, 3, stride, plan.cardinality), (outer, 3, 1, plan.cardinality)
    first, middle = (stride, 1) if plan.stride_at == "first" else (1, stride)
    return (inner, 1, first, 1), (inner, 3, middle, plan.cardinality), (outer, 1, 1, 1)


def _shortcut(net: ResidualBuilder, plan: Plan, x: str, channels: Dim, outer: Dim, stride: int) -> str:
    """The shortcut: identity where it fits, else zero-padding (A) or a 1×1 projection (B; C: always)."""
    widens = _widens(channels, outer)
    if plan.shortcut == "identity" or (stride == 1 and not widens and plan.shortcut != "C"):
        return x  # `identity`, only in designs: as it is, whether it fits or not
    if plan.shortcut == "A" or (not widens and plan.shortcut != "C" and plan.style.stride_in_last_block):
        x = net.add("shortcut/pool", MaxPool2d(1, stride), x) if stride != 1 else x
        return _zero_channels(net, x, channels, outer) if widens else x
    if plan.shortcut_pool and stride != 1:
        from ..ops.average_pool import AveragePool2d

        x = net.add("shortcut/pool", AveragePool2d(stride, ceil_mode=True, count_include_pad=False), x)
        stride = 1
    x = net.convolve("shortcut/conv", x, outer, 1, stride)
    # pre-activation blocks add raw sums: no normalisation on the shortcut either
    return net.add("shortcut/bn", BatchNorm(), x) if "bn" in plan.variant.behind else x


def _zero_channels(net: ResidualBuilder, x: str, channels: Dim, outer: Dim) -> str:
    before = floor_div(outer - channels, 2)
    return net.add("shortcut/pad", ChannelPadding(before, outer - channels - before), x)

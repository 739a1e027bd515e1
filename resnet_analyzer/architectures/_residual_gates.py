"""What only some residual blocks have: gates on the shortcut, squeeze-and-excitation, ResNeXt's other forms."""

from __future__ import annotations

from ..dim import Dim, floor_div
from ..errors import UsageError
from ..ops.activation import Activation
from ..ops.concatenate import Concatenate
from ..ops.conv import Conv2d
from ..ops.dense import Dense
from ..ops.dropout import Dropout
from ..ops.elementwise import Add, Multiply
from ..ops.global_pool import GlobalAveragePool2d
from ..ops.rescale import Rescale
from .residual_builder import Plan, ResidualBuilder, drop_out

MAX_PATHS = 1024  # spelled out one by one: a typing error must not fill the memory


def vary_shortcut(
    net: ResidualBuilder, variant: str, x: str, branch: str, shortcut: str, outer: Dim, stride: int
) -> tuple[str, str]:
    """The two branches of the addition, changed as in He et al. 2016 (Identity Mappings), Fig. 2 and Table 1.

    Constant scaling halves both; exclusive gating scales the branch by g(x) and the shortcut by
    1 − g(x), with g a 1×1 convolution and a sigmoid; shortcut-only gating leaves the branch;
    dropout drops half of the shortcut in training.
    """
    if variant == "constant_scaling":
        return net.add("scale", Rescale(0.5), branch), net.add("shortcut/scale", Rescale(0.5), shortcut)
    if variant == "dropout":
        return branch, net.add("shortcut/dropout", Dropout(0.5), shortcut)
    gate = net.add("gate/conv", Conv2d(outer, 1, stride), x)
    gate = net.add("gate/sigmoid", Activation("sigmoid"), gate)
    rest = net.add("gate/rest", Rescale(-1, 1), gate)
    if variant == "exclusive_gating":
        branch = net.add("scale", Multiply(), branch, gate)
    return branch, net.add("shortcut/scale", Multiply(), shortcut, rest)


def squeeze_and_excite(net: ResidualBuilder, x: str, channels: Dim, squeezed: Dim) -> str:
    """Scale every channel by a gate computed from all channels' means (Hu et al. 2018, sec. 3)."""
    gate = net.add("se/pool", GlobalAveragePool2d(keepdims=True), x)
    gate = net.add("se/squeeze", Dense(squeezed), gate)
    gate = net.add("se/relu", Activation("relu"), gate)
    gate = net.add("se/excite", Dense(channels), gate)
    gate = net.add("se/sigmoid", Activation("sigmoid"), gate)
    return net.add("se/scale", Multiply(), x, gate)


def aggregated_branch(net: ResidualBuilder, plan: Plan, x: str, inner: Dim, outer: Dim, stride: int) -> str:
    """ResNeXt's block in the forms (a), paths added, and (b), paths concatenated (Xie et al. 2017, Fig. 3).

    Normalisation of (a) stands behind the sum of the paths (sec. 4), so both forms have exactly the
    weights of (c), the grouped convolution.
    """
    if not isinstance(plan.cardinality, int) or not plan.bottleneck:
        raise UsageError(f"form {plan.form} builds every path: it needs bottleneck blocks and a number of paths")
    if not 1 <= plan.cardinality <= MAX_PATHS:
        raise UsageError(f"form {plan.form} builds every path: cardinality must be 1 to {MAX_PATHS:,}, not {plan.cardinality}")  # fmt: skip  # noqa: E501
    width = floor_div(inner, plan.cardinality)
    paths = []
    for path in range(1, plan.cardinality + 1):
        with net.build.scope(f"path{path}"):
            y = net.steps(plan.variant.between, "1", net.convolve("conv1", x, width, 1))
            y = net.steps(plan.variant.between, "2", net.convolve("conv2", y, width, 3, stride, 1, plan.dilation))
            y = drop_out(net, plan, y)
            paths.append(net.convolve("conv3", y, outer, 1) if plan.form == "a" else y)
    if plan.form == "a":
        joined = net.add("sum", Add(), *paths)
    else:
        joined = net.convolve("conv3", net.add("concatenate", Concatenate(), *paths), outer, 1)
    return net.steps(plan.variant.behind, "3", joined)

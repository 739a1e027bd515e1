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
from ._residual_block import Pen, Plan, drop_out

MAX_PATHS = 1024  # spelled out one by one: a typing error must not fill the memory


def vary_shortcut(
    pen: Pen, variant: str, x: str, branch: str, shortcut: str, outer: Dim, stride: int
) -> tuple[str, str]:
    """The two branches of the addition, changed as in He et al. 2016 (Identity Mappings), Fig. 2 and Table 1.

    Constant scaling halves both; exclusive gating scales the branch by g(x) and the shortcut by
    1 − g(x), with g a 1×1 convolution and a sigmoid; shortcut-only gating leaves the branch;
    dropout drops half of the shortcut in training.
    """
    if variant == "constant_scaling":
        return pen.add("scale", Rescale(0.5), branch), pen.add("shortcut/scale", Rescale(0.5), shortcut)
    if variant == "dropout":
        return branch, pen.add("shortcut/dropout", Dropout(0.5), shortcut)
    gate = pen.add("gate/conv", Conv2d(outer, 1, stride), x)
    gate = pen.add("gate/sigmoid", Activation("sigmoid"), gate)
    rest = pen.add("gate/rest", Rescale(-1, 1), gate)
    if variant == "exclusive_gating":
        branch = pen.add("scale", Multiply(), branch, gate)
    return branch, pen.add("shortcut/scale", Multiply(), shortcut, rest)


def squeeze_and_excite(pen: Pen, x: str, channels: Dim, squeezed: Dim) -> str:
    """Scale every channel by a gate computed from all channels' means (Hu et al. 2018, sec. 3)."""
    gate = pen.add("se/pool", GlobalAveragePool2d(keepdims=True), x)
    gate = pen.add("se/squeeze", Dense(squeezed), gate)
    gate = pen.add("se/relu", Activation("relu"), gate)
    gate = pen.add("se/excite", Dense(channels), gate)
    gate = pen.add("se/sigmoid", Activation("sigmoid"), gate)
    return pen.add("se/scale", Multiply(), x, gate)


def aggregated_branch(pen: Pen, plan: Plan, x: str, inner: Dim, outer: Dim, stride: int) -> str:
    """ResNeXt's block in the forms (a), paths added, and (b), paths concatenated (Xie et al. 2017, Fig. 3).

    Normalisation of (a) stands behind the sum of the paths (sec. 4), so both forms have exactly the
    weights of (c), the grouped convolution.
    """
    if not isinstance(plan.cardinality, int) or not plan.bottleneck:
        raise UsageError(f"form {plan.form} spells every path out: it needs bottleneck blocks and a number of paths")
    if not 1 <= plan.cardinality <= MAX_PATHS:
        raise UsageError(f"form {plan.form} spells every path out: cardinality must be 1 to {MAX_PATHS:,}, not {plan.cardinality}")  # fmt: skip  # noqa: E501
    width = floor_div(inner, plan.cardinality)
    paths = []
    for path in range(1, plan.cardinality + 1):
        with pen.build.scope(f"path{path}"):
            y = pen.steps(plan.variant.between, "1", pen.convolve("conv1", x, width, 1))
            y = pen.steps(plan.variant.between, "2", pen.convolve("conv2", y, width, 3, stride))
            y = drop_out(pen, plan, y)
            paths.append(pen.convolve("conv3", y, outer, 1) if plan.form == "a" else y)
    if plan.form == "a":
        joined = pen.add("sum", Add(), *paths)
    else:
        joined = pen.convolve("conv3", pen.add("concatenate", Concatenate(), *paths), outer, 1)
    return pen.steps(plan.variant.behind, "3", joined)

"""Signal and gradient at initialisation: measured and predicted, a line per net, or per layer."""

from __future__ import annotations

from ..analyses.signals import LayerSignal, NetSignals, SignalStudy, Spread
from .model import Column, Report, Table

WORDS = {"plain": "plain", "resnet": "residual", "preresnet": "pre-activation"}
THEORY = (
    "kernels of variance 2/fan_in (He et al. 2015, arXiv 1502.01852) keep a ReLU net's mean square; a sum adds its "
    "branches': a branch that nobody normalises doubles the signal with every block, a normalised one adds the same "
    "each time. A batch norm behind ReLUs divides the gradient by less than 1, at every layer of a plain net"
)
WHY_NOT = (
    "theory is the mean over all draws of the kernels, for wide layers. The nets have 16 to 64 channels, so that "
    "without batch norm the factors of single draws scatter around 1, and their product scatters more with every "
    "layer: its logarithm is spread out, and the typical draw lies below the mean, the more so the deeper the net "
    "(Hanin & Nica 2018, arXiv 1812.05994). With few seeds the mean over all draws then lies outside their spread"
)
LEGEND = (
    ("signal ×", "mean square of the last layer's output, divided by that of the first: below 1 it shrinks"),
    (
        "gradient ×",
        "mean square of the gradient with respect to a layer's output: the first layer's, where the backward pass "
        "ends, "
        "divided by the last one's; geometric means over the seeds",
    ),
    ("predicted", "by theory"),
    ("within spread", "of all layers' figures, those that theory puts between the least and the most of the seeds"),
    ("farthest", "the largest factor, over all layers, between theory and the seeds' geometric mean"),
    (
        "neighbours alike",
        "cosine between the gradients of an image and of the same image with a tenth of another in it",
    ),
)
SUMMARY = (
    Column("net"),
    Column("layers", "count"),
    Column("batch norm"),
    Column("signal ×", "shape"),
    Column("predicted", "shape"),
    Column("gradient ×", "shape"),
    Column("predicted", "shape"),
    Column("within spread", "shape", drop=1),
    Column("farthest", "shape", drop=3),
    Column("neighbours alike", "shape", drop=2),
)
LAYERS = (
    Column("layer", wrapped=True),
    Column("signal", "shape"),
    Column("spread", "shape", drop=2),
    Column("predicted", "shape"),
    Column("gradient", "shape"),
    Column("spread", "shape", drop=2),
    Column("predicted", "shape"),
    Column("kernel's gradient", "shape", drop=1),
)


def signals_report(study: SignalStudy, by_layer: bool = False) -> Report:
    """All nets of a study."""
    tables = [summary(study)]
    if by_layer:
        tables += [layers(net) for net in study.nets]
    notes = [
        *LEGEND,
        ("theory", THEORY),
        *([("outside", WHY_NOT)] if any(net.foreseen[0] < net.foreseen[1] for net in study.nets) else []),
        ("made with", made_with(study)),
    ]
    return Report("Signal and gradient at initialisation", tuple(tables), tuple(notes), study.to_dict)


def made_with(study: SignalStudy) -> str:
    """Seeds, images, device and versions, in a line."""
    versions = ", ".join(f"{name} {version}" for name, version in study.versions)
    return f"{study.seeds} seeds, {2 * study.pairs} images drawn from N(0, 1); {study.device}; {versions}"


def summary(study: SignalStudy) -> Table:
    """A line per net."""
    rows = []
    for net in study.nets:
        first, last = ends(net)
        right, told = net.foreseen
        rows.append(
            (
                WORDS.get(net.net, net.net), net.depth, "with" if net.normalised else "without",
                figure(last.signal.mean / first.signal.mean), _ratio(last.told_signal, first.told_signal),
                figure(first.gradient.mean / last.gradient.mean), _ratio(first.told_gradient, last.told_gradient),
                f"{right}/{told}", f"{figure(net.farthest)}×", f"{net.alike.mean:.2f}",
            )
        )  # fmt: skip
    return Table(SUMMARY, tuple(rows))


def ends(net: NetSignals) -> tuple[LayerSignal, LayerSignal]:
    """The first and the last layer before the mean over all places."""
    told = [each for each in net.layers if each.told_signal is not None]
    return told[0], told[-1]


def layers(net: NetSignals) -> Table:
    """A line per layer of one net."""
    rows = [
        (
            each.layer, figure(each.signal.mean), _spread(each.signal), _told(each.told_signal),
            figure(each.gradient.mean), _spread(each.gradient), _told(each.told_gradient),
            None if each.kernel is None else figure(each.kernel.mean),
        )
        for each in net.layers
    ]  # fmt: skip
    norm = "with" if net.normalised else "without"
    return Table(LAYERS, tuple(rows), f"{WORDS.get(net.net, net.net)}, {net.depth} layers, {norm} batch norm")


def figure(value: float) -> str:
    """Three digits.

    >>> figure(1234.5), figure(0.000123)
    ('1.23e+03', '0.000123')
    """
    return f"{value:.3g}"


def _told(value: float | None) -> str | None:
    return None if value is None else figure(value)


def _ratio(over: float | None, under: float | None) -> str | None:
    return None if not over or not under else figure(over / under)


def _spread(spread: Spread) -> str:
    return f"{figure(spread.least)} to {figure(spread.most)}"

"""Why residual networks work: paths, signal and gradient, and plain nets that get worse with depth."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import log

from ...analyses.degradation import Study, endings
from ...analyses.signals import NetSignals, SignalStudy
from ...measurement import Measurement
from ...numbers import about, grouped, short
from ...plots.accuracy import AccuracyPoint
from ...plots.accuracy import draw as draw_accuracy
from ...plots.degradation import draw as draw_degradation
from ...plots.shortcut import draw as draw_shortcut
from ...plots.signals import draw as draw_signals
from ..degradation import HONEST, claims, ending_table, setup
from ..degradation import made_with as trained_with
from ..document import PICTURES, document, figure
from ..model import Column, Drawing, Figure, Report, Section, Table
from ..paths import VEIT, VEIT_CLAIMS, found_in, percent_of, side_by_side, veit_table
from ..printed_errors import (
    CIFAR,
    FIGURES,
    HE15,
    HE16,
    IMAGENET,
    ORDERS,
    PLAIN_AND_RESIDUAL,
    SHORTCUTS,
    SINGLE_CROP,
    PrintedError,
)
from ..signals import LEGEND, THEORY, WHY_NOT, ends, summary
from ..signals import figure as digits
from ..signals import made_with as measured_with
from ..stored import degradation, signals
from .base import Findings, lesson, net, title

NAME = "why_residual"
PATHS = ("plain110", "resnet20", "resnet56", "resnet110", "resnet1202", "preresnet1001", "resnet50", "densenet121")
DRAWN = ("resnet20", "resnet56", "resnet110", "plain110", "densenet121")
SOURCE = f"{HE15}; {HE16}; {VEIT}; He et al. 2015 (arXiv 1502.01852); Yang et al. 2019 (arXiv 1902.08129)"
ERRORS = (
    Column("network"),
    Column("error, printed", "shape"),
    Column("params", "count"),
    Column("MACs", "count"),
    Column("source"),
    Column("note"),
)


@lesson(NAME, 45, "Why residual nets work: their paths, their signal and gradient, and plain nets that get worse.")
def report(findings: Findings) -> Report:
    """The lesson."""
    paths = found_in(net("resnet110").graph).paths
    lead = (
        "A deeper plain net could do all that a shallower one does: its additional layers need only pass on what they "
        "read. Trained, it does worse, on the very images that it was trained on. A shortcut past every two layers "
        "changes that. Why?",
        f"Two answers, in numbers. A network of {paths.longest} layers with shortcuts is {about(paths.total)} paths, "
        f"on average half as long. And the gradient has a way back past every branch: through {paths.longest} layers "
        f"with batch norm its mean square grows {_back('resnet')} times before training, in the plain net "
        f"{_back('plain')} times. Last, an experiment: both kinds of net, trained.",
    )
    sections = (
        _problem(), _block(), _paths(), _lesions(), _signal(), _run(), _printed(), _variants(), _thousand(),
    )  # fmt: skip
    return document("Why residual networks work", lead, sections, (("source", SOURCE),))


def _drawn(name: str, drawing: Drawing) -> Figure:
    return Figure(drawing, f"{PICTURES}/{NAME}-{name}")


def _errors(printed: Sequence[PrintedError], words: str = "") -> Table:
    rows = []
    for each in printed:
        totals = net(each.network, **each.options).totals
        rows.append(
            (
                each.label,
                f"{each.error} %" if each.percent else each.error,
                totals.params,
                totals.macs,
                each.source,
                each.note or None,
            )
        )
    return Table(ERRORS, tuple(rows), words)


def _problem() -> Section:
    asked = (
        "Two different things make deep nets hard to train: gradients that vanish or explode, and degradation.",
        "Gradients. A good initialisation and batch normalisation have largely solved that for nets of tens of "
        "layers, say He et al. 2015 (arXiv 1512.03385), sec. 1. Much deeper plain nets are another matter: there it "
        "is normalising itself that makes the gradient grow, by a factor at every layer (Yang et al. 2019, arXiv "
        f"1902.08129). Measured below, in mean square: {_plain_gradients()}. With shortcuts, {_back('resnet')} times "
        "at the deepest.",
        "Degradation. In their plain nets of 18 and 34 layers He et al. find gradients of healthy norm (sec. 4.1), and "
        "yet the deeper net ends at a higher training error. It is no overfitting, since the training error itself is "
        "higher.",
        "What the paper prints for ImageNet, top-1 error of validation, ten crops; shortcuts by option A:",
    )
    rows = [(place, says, HE15) for place, says in FIGURES]
    drawn = Table((Column("figure"), Column("what it shows"), Column("source")), tuple(rows), "Drawn, not printed")
    plain, deep, small, large = (each.percent or 0 for each in PLAIN_AND_RESIDUAL)
    see = (
        f"From 18 to 34 layers the plain net's error rises by {deep - plain:.2f} points; the residual net's falls by "
        f"{small - large:.2f}, with the same parameters.",
    )
    return Section(
        "Vanishing gradients, and degradation", asked, (_errors(PLAIN_AND_RESIDUAL, "Printed"), drawn), see=see
    )


def _deepest(kind: str, normalised: bool = True) -> NetSignals:
    """The deepest measured net of a kind."""
    return max((net for net in signals().nets if (net.net, net.normalised) == (kind, normalised)), key=lambda net: net.depth)  # fmt: skip  # noqa: E501


def _grown(each: NetSignals) -> str:
    """What the gradient's mean square is multiplied by in the backward pass, from the last layer to the first."""
    first, last = ends(each)
    return digits(first.gradient.mean / last.gradient.mean)


def _back(kind: str) -> str:
    return _grown(_deepest(kind))


def _plain_gradients() -> str:
    """How the gradient of plain nets with batch norm grows, depth by depth."""
    plain = [net for net in signals().nets if net.net == "plain" and net.normalised]
    return ", ".join(f"{_grown(net)} times in {net.depth} plain layers" for net in plain)


def _block() -> Section:
    asked = (
        "The layers are the same. The residual block adds what it read to what they put out: y = x + F(x).",
        "The chain rule, in two lines. Plain, y = F(x): dL/dx = dL/dy · F'(x).",
        "Residual, y = x + F(x): dL/dx = dL/dy · (1 + F'(x)).",
    )
    see = (
        "Through L plain blocks the gradient is a product of L factors F', and is gone, or huge, where they are not "
        "near 1. Through L residual blocks it is the product of 1 + F'. Multiplied out, that is a sum with one term "
        "for every choice of blocks to go through; the choice of none gives the 1. They are the paths of the next "
        "section.",
        "And the identity is easy to learn: F = 0 will do, where a plain block must find weights that pass on x.",
    )
    return Section("One block, with its shortcut and without", asked, (), (_drawn("shortcut", draw_shortcut()),), see)


def _paths() -> Section:
    found = [found_in(net(name).graph) for name in PATHS]
    own = next(each for each in found if each.name == "resnet110")
    half = own.paths.share(0, own.paths.longest // 2)
    short_ones = VEIT_CLAIMS[-1]
    asked = (
        "Follow the lines from the input to the output: at every addition there are two ways. How many paths are "
        "there, and how many layers with weights lie on each?",
    )
    see = (
        f"ResNet-110 has {grouped(own.paths.total)} paths. Their lengths are binomial, as the number of heads among "
        f"{len(own.lesions)} coins: {float(own.paths.mean):g} layers on average, and {percent_of(half)} of all paths "
        "have at "
        f"most half of its {own.paths.longest} layers. So most paths are neither short nor long. The plain net has one "
        "path.",
        f"Short are the paths that carry the gradient: Veit, Wilber and Belongie find that in training nearly all of "
        f"it comes through those of {short_ones.least} to {short_ones.most} blocks, {short_ones.printed} of all, and "
        "see in the net an ensemble of shallow networks.",
    )
    tables = (side_by_side(found), veit_table(own.paths)._replace(title="ResNet-110, beside what Veit et al. print"))
    drawn = figure(NAME, "paths", [net(name) for name in DRAWN])
    return Section("A network as its paths", asked, tables, (drawn,), see)


def _lesions() -> Section:
    rows = []
    for name in ("plain110", "resnet110", "resnet50"):
        each = found_in(net(name).graph)
        left = [Fraction(lesion.left, each.paths.total) for lesion in each.lesions]
        shuffled = each.shuffles[-1] if each.shuffles else None
        rows.append(
            (
                each.title, len(left), percent_of(min(left)), percent_of(max(left)), percent_of(min(left) ** 10),
                shuffled.blocks if shuffled else None, percent_of(shuffled.mean_share) if shuffled else None,
            )
        )  # fmt: skip
    columns = (
        Column("network"),
        Column("blocks", "count"),
        Column("left without one, least", "shape"),
        Column("most", "shape"),
        Column("left without ten", "shape"),
        Column("blocks of the last stage that can change places", "count"),
        Column("ways in order, shuffled", "shape"),
    )
    asked = ("What remains when a block is deleted, or the blocks of a stage are shuffled?",)
    see = (
        "Deleting a block of a plain net cuts its only path. In a residual net the shortcut stays, and half of the "
        "paths with it; Veit et al., sec. 4, delete blocks of a trained ResNet-110 and its error hardly moves, while "
        "VGG falls to chance.",
        "Blocks that change places leave as many paths of the same lengths; a path through k of them keeps its order "
        "in one of k! orders.",
    )
    return Section("Deleted and shuffled", asked, (Table(columns, tuple(rows)),), see=see)


def _signal() -> Section:
    study = signals()
    deepest = max(each.depth for each in study.nets)
    asked = (
        "Before any training: what does a layer pass on, and what gradient comes back to it? Real Keras models, "
        "kernels drawn as He et al. 2015 (arXiv 1502.01852) propose, one pass forward and one back.",
        *[f"{name}: {says}." for name, says in LEGEND],
        f"Theory: {THEORY}.",
    )
    see = [_said(each) for each in study.nets if each.depth == deepest and each.net in ("plain", "resnet")]
    see += [
        "So a shortcut alone is no help. Without batch norm the residual net's signal doubles with every block, or "
        "more, and its gradient about as fast: shortcuts need a branch that is normalised, or small at first. Nor is "
        "batch "
        "norm alone: normalising behind every ReLU makes a plain net's gradient grow by a factor at every layer, and "
        f"explode, {_back('plain')} times. The two together do it: every block of a stage adds the same to the "
        f"signal, a straight line, and the gradient grows {_back('resnet')} times.",
        f"Where a prediction lies outside the seeds' spread: {WHY_NOT}.",
        _scatter(study),
        "With batch norm, the gradient of the residual net "
        "is larger than predicted: behind sums the same neurons stay open from block to block, which theory "
        "follows only by their value.",
        f"Made with {measured_with(study)}.",
    ]
    return Section(
        "Signal and gradient, before training",
        asked,
        (summary(study),),
        (_drawn("signals", draw_signals(study)),),
        tuple(see),
    )


def _scatter(study: SignalStudy) -> str:
    """How far the typical draw of the deepest plain net lies below the mean, beside what its widths say at most."""
    plain = max(
        (each for each in study.nets if each.net == "plain" and not each.normalised), key=lambda each: each.depth
    )
    _, last = ends(plain)
    seen = log((last.told_signal or 1.0) / last.signal.mean)
    convolutions = [row for row in net(f"plain{plain.depth}").rows if row.op == "Conv2d"][1:]
    variance = sum(5 / int(row.inputs[0][-1]) for row in convolutions)
    return (
        f"Of fully connected layers as wide as the plain net's of {plain.depth}, the logarithm would have a variance "
        f"of 5 times the sum of 1/width, {variance:.1f}, and the typical draw would lie half of that below the mean, "
        f"{variance / 2:.1f} in natural logarithms. Convolutions average over places and scatter less: measured, "
        f"{seen:.1f}."
    )


def _said(each: NetSignals) -> str:
    first, last = ends(each)
    name = {"plain": "Plain", "resnet": "Residual"}[each.net]
    norm = "with" if each.normalised else "without"
    return (
        f"{name}, {each.depth} layers, {norm} batch norm: from the first layer to the last the signal is multiplied by "
        f"{digits(last.signal.mean / first.signal.mean)}; in the backward pass the gradient by "
        f"{digits(first.gradient.mean / last.gradient.mean)}; neighbouring images' gradients have a cosine of "
        f"{each.alike.mean:.2f}."
    )


def _run() -> Section:
    study = degradation()
    asked = (
        f"Plain and residual nets of {', '.join(map(str, study.depths))} layers, trained on the same images, in the "
        f"same order, from the same kernels, with {len(study.seeds)} seeds: {setup(study)}.",
    )
    plain, residual = ([each for each in endings(study) if each.net == net] for net in ("plain", "resnet"))
    first, deep = residual[0], residual[-1]
    see = (
        *[f"It holds: {claim}." for claim in claims(study)],
        f"Guessing costs a loss of ln 10; the plain net of {plain[-1].depth} layers ends at {plain[-1].mean:.3f}.",
        f"In so few steps the residual net of {deep.depth} layers does not come as far as that of {first.depth} "
        f"({deep.mean:.3f} and {first.mean:.3f}): depth slows it, too, but does not stop it.",
        *_warmed(study),
        f"What it shows, and what not: {HONEST}.",
        f"Made with {trained_with(study)}.",
    )
    return Section(
        "Degradation, measured", asked, (ending_table(study),), (_drawn("degradation", draw_degradation(study)),), see
    )


def _warmed(study: Study) -> list[str]:
    """The nets that never got below the error at which the warm-up ends."""
    stuck = {f"{run.net} {run.depth}" for run in study.runs if run.warm_epochs == study.settings.epochs}
    if not stuck:
        return []
    below = f"{study.settings.warm_until:g} %"
    return [f"Some runs of {', '.join(sorted(stuck))} never got below {below} and spent all epochs at the lower rate."]


def _points() -> list[AccuracyPoint]:
    """Error rates on one scale: ImageNet top-1 by ten crops, CIFAR-10 test."""
    imagenet = [each for each in (*PLAIN_AND_RESIDUAL, *IMAGENET) if each.label not in ("ResNet-34 B", "ResNet-34 C")]
    kept = {each.network: each for each in imagenet}.values()
    points = [_point("ImageNet, top-1 error in %", each) for each in kept]
    return points + [_point("CIFAR-10, test error in %", each) for each in CIFAR]


def _point(panel: str, each: PrintedError) -> AccuracyPoint:
    measured: Measurement = net(each.network, **each.options)
    words = each.label.rsplit("-", 1)[-1].split()[0]
    return AccuracyPoint(panel, title(measured), words, measured.totals.macs, each.percent or 0.0)


def _printed() -> Section:
    tables = (
        _errors(IMAGENET, "ImageNet, top-1 error of validation, ten crops"),
        _errors(CIFAR, "CIFAR-10, test error"),
        _errors(SINGLE_CROP, "ImageNet, top-1 error of validation, one crop of 320×320"),
    )
    asked = ("What does depth buy, and what does it cost? Errors as printed, parameters and MACs as measured here.",)
    vgg, deep = net("vgg16").totals, net("resnet152").totals
    see = (
        f"ResNet-152 does {short(deep.macs, 'MACs')}, VGG-16 {short(vgg.macs)}: deeper by far, cheaper, and better.",
        "Shortcuts by identity (A) or by projection (B, C): the difference is small beside that to the plain net. It "
        "is the path that counts, not what it costs.",
    )
    return Section("What the papers print", asked, tables, (_drawn("accuracy", draw_accuracy(_points())),), see)


def _variants() -> Section:
    tables = (_errors(SHORTCUTS, "What stands on the shortcut"), _errors(ORDERS, "The order inside the block"))
    asked = ("ResNet-110 on CIFAR-10, test error: what happens when the shortcut is not clean?",)
    own, gated = net("resnet110").totals, net("resnet110_exclusive_gating").totals
    see = (
        "Whatever scales the signal on the shortcut scales it once per block, and the gradient with it: a factor c "
        "becomes c to the power of the number of blocks on the way that skips all branches.",
        f"The gates cost {grouped(gated.params - own.params)} parameters more, and are worse. The orders cost nothing "
        "at all, and decide.",
    )
    return Section("Unclean shortcuts", asked, tables, see=see)


def _thousand() -> Section:
    rows = []
    for each in CIFAR:
        if each.network in ("resnet110", "resnet1202", "preresnet1001"):
            measured = net(each.network)
            own = found_in(measured.graph).paths
            rows.append(
                (
                    each.label,
                    own.longest,
                    about(own.total),
                    f"{float(own.mean):g}",
                    measured.totals.params,
                    measured.totals.macs,
                    f"{each.error} %",
                    each.source,
                )
            )
    columns = (
        Column("network"),
        Column("layers", "count"),
        Column("paths", "shape"),
        Column("mean length", "shape"),
        Column("params", "count"),
        Column("MACs", "count"),
        Column("test error, printed", "shape"),
        Column("source"),
    )
    asked = ("And at a thousand layers?",)
    see = (
        "ResNet-1202 trains: its training error falls below a tenth of a percent. It is its test error that is higher "
        "than that of ResNet-110, on fifty thousand small images, with ten times the parameters: overfitting, say its "
        "authors, not degradation.",
        "With 500 ReLUs on the way past the blocks, training starts slowly all the same. Pre-activation clears them "
        "away: nothing stands on the line from end to end, and 1001 layers beat 110.",
    )
    return Section("A thousand layers", asked, (Table(columns, tuple(rows)),), see=see)

"""The degradation study as a report: where every net's training ended, and what may be said of it."""

from __future__ import annotations

from ..analyses.degradation import Ending, Study, endings, trains_better_up_to, worsens_up_to
from .model import Column, Report, Table

WORDS = {"plain": "plain", "resnet": "residual"}
ENDINGS = (
    Column("net"),
    Column("layers", "count"),
    Column("seeds", "count"),
    Column("training loss", "shape"),
    Column("least to most", "shape"),
    Column("training error", "shape"),
)
HONEST = (
    "small grey images of ten digits, narrow nets and a few hundred steps: it shows that the deeper plain net is the "
    "harder one to train, though it could be the shallower one followed by identities. It shows nothing of errors on "
    "images that were not trained on, nor of where long training would end. The quick settings were chosen after "
    "trials: with 16 filters, batches of 128 and a rate of 0.1 the residual net of 56 layers ended at a loss of 1.8 "
    "too (the plain one at 2.2)"
)


def degradation_report(study: Study) -> Report:
    """The endings, the claims that hold for all seeds, the setup."""
    tables = (ending_table(study), course_table(study))
    notes = [
        *[("holds", claim) for claim in claims(study)],
        ("shows", HONEST),
        ("setup", setup(study)),
        ("made with", made_with(study)),
    ]
    return Report("Degradation: plain and residual nets, trained alike", tables, tuple(notes), study.to_dict)


def ending_table(study: Study) -> Table:
    """The last epoch of every net and depth."""
    return Table(ENDINGS, tuple(map(_ending, endings(study))))


def _ending(each: Ending) -> tuple[object, ...]:
    return (
        WORDS.get(each.net, each.net), each.depth, each.seeds, f"{each.mean:.3f}",
        f"{each.least:.3f} to {each.most:.3f}", f"{each.error:.1f} %",
    )  # fmt: skip


def course_table(study: Study) -> Table:
    """The mean training loss of every epoch."""
    rows = []
    columns = [Column("epoch", "count")]
    runs = [study.of(net, depth) for net in study.nets for depth in study.depths if study.of(net, depth)]
    for several in runs:
        columns.append(Column(f"{WORDS.get(several[0].net, several[0].net)} {several[0].depth}", "shape"))
    for epoch in range(study.settings.epochs):
        means = [sum(run.losses[epoch] for run in several) / len(several) for several in runs]
        rows.append((epoch + 1, *(f"{mean:.3f}" for mean in means)))
    return Table(tuple(columns), tuple(rows), "Mean training loss by epoch")


def claims(study: Study) -> list[str]:
    """What holds for all seeds, each claim only up to the depth at which it does."""
    found, seeds = [], len(study.seeds)
    every = f"for {'each of ' if seeds > 1 else ''}{seeds} seed{'s' * (seeds != 1)}"
    depth = worsens_up_to(study, "plain")
    if depth is not None:
        found.append(f"plain nets end at a higher training loss at every step deeper, up to {depth} layers, {every}")
    depth = trains_better_up_to(study)
    if depth is not None:
        found.append(f"all residual nets end below all plain nets of their depth, up to {depth} layers, {every}")
    depth = worsens_up_to(study, "resnet")
    if depth is not None:
        text = "residual nets, too, end higher at every step deeper in this short training"
        found.append(f"{text}, up to {depth} layers, {every}")
    return found or ["nothing, for all seeds, at these depths"]


def setup(study: Study) -> str:
    """The settings in a sentence."""
    own = study.settings
    return (
        f"{own.images} images of {own.dataset}, {own.side}×{own.side}×{own.channels}, {own.width} filters in the first "
        f"stage; He initialisation, the same kernels and the same order of images for plain and residual; SGD, "
        f"momentum {own.momentum:g}, weight decay {own.weight_decay:g}, {own.batch} images a step, rate {own.rate:g}, "
        f"{own.epochs} epochs; from {own.warm_from} layers on {own.warm_rate:g} until an epoch's training error is "
        f"below {own.warm_until:g} %, as He et al. 2015 (arXiv 1512.03385), sec. 4.2, warm up theirs. Losses and "
        "errors are means over the batches of an epoch, as they were trained"
    )


def made_with(study: Study) -> str:
    """Device and versions."""
    return f"{study.device}; {', '.join(f'{name} {version}' for name, version in study.versions)}"

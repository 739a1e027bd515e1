"""The degradation study: plain and residual nets of growing depth, trained alike; what the runs say, and how far.

He et al. 2015 (arXiv 1512.03385), sec. 4.2 and Fig. 6: deeper plain nets end at a *higher training* error, so it
is not overfitting; residual ones do not. Here are the settings, the runs as data, and the claims that they bear;
`crosscheck/training.py` trains.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import UsageError

SCHEMA = 2
KIND = "degradation"


class Settings(NamedTuple):
    """What all runs of a study share.

    `side` and `channels` of an image, `width` filters in the first stage, SGD with `momentum` and `weight_decay`
    at `rate`. From `warm_from` layers on a net begins at `warm_rate`, until an epoch's training error is below
    `warm_until` percent, as He et al. 2015 (sec. 4.2) began their 110 layers. `schedule` names the learning
    rate's course: constant.
    """

    dataset: str = "digits"
    images: int = 640
    side: int = 8
    channels: int = 1
    classes: int = 10
    width: int = 8
    epochs: int = 8
    batch: int = 32
    rate: float = 0.02
    momentum: float = 0.9
    weight_decay: float = 0.0001
    warm_from: int = 110
    warm_rate: float = 0.005
    warm_until: float = 80.0
    schedule: str = "constant"


class Run(NamedTuple):
    """One net trained once: mean training loss and training error (percent) of every epoch, in order.

    `warm_epochs` were trained at the lower rate.
    """

    net: str
    depth: int
    seed: int
    losses: tuple[float, ...]
    errors: tuple[float, ...]
    warm_epochs: int = 0

    @property
    def key(self) -> tuple[str, int, int]:
        """What tells a run from all others of its study."""
        return self.net, self.depth, self.seed


class Study(NamedTuple):
    """Runs under the same settings, the device and the versions that they were trained with."""

    settings: Settings
    device: str
    versions: tuple[tuple[str, str], ...]
    runs: tuple[Run, ...] = ()

    @property
    def nets(self) -> tuple[str, ...]:
        """The kinds of nets, in the order of the runs."""
        return tuple(dict.fromkeys(run.net for run in self.runs))

    @property
    def depths(self) -> tuple[int, ...]:
        """The depths, growing."""
        return tuple(sorted({run.depth for run in self.runs}))

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, growing."""
        return tuple(sorted({run.seed for run in self.runs}))

    def of(self, net: str, depth: int) -> list[Run]:
        """The runs of one net at one depth."""
        return [run for run in self.runs if (run.net, run.depth) == (net, depth)]

    def with_run(self, run: Run) -> Study:
        """The study with one more run, in the order of depth, net and seed."""
        runs = [*self.runs, run]
        return self._replace(runs=tuple(sorted(runs, key=lambda each: (each.depth, each.net, each.seed))))

    def to_dict(self) -> dict[str, Any]:
        """The study as the JSON contract has it."""
        return {
            "schema": SCHEMA,
            "kind": KIND,
            "settings": self.settings._asdict(),
            "device": self.device,
            "versions": dict(self.versions),
            "runs": [run._asdict() for run in self.runs],
        }


def study_of(data: Mapping[str, Any], where: str = "study") -> Study:
    """A study from what `to_dict` gave; UsageError for anything else."""
    try:
        if (data["schema"], data["kind"]) != (SCHEMA, KIND):
            raise UsageError(f"{where}: holds schema {data['schema']!r}, kind {data['kind']!r}, not {KIND} {SCHEMA}")
        settings = Settings(**data["settings"])
        runs = tuple(
            Run(**{**run, "losses": tuple(run["losses"]), "errors": tuple(run["errors"])}) for run in data["runs"]
        )
        return Study(settings, str(data["device"]), tuple(data["versions"].items()), runs)
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{where}: is not a degradation study: {error}") from None


class Ending(NamedTuple):
    """Where the runs of one net at one depth ended: training losses of the last epoch, least, mean and most."""

    net: str
    depth: int
    seeds: int
    least: float
    mean: float
    most: float
    error: float


def endings(study: Study) -> list[Ending]:
    """The last epoch of every net and depth, over the seeds.

    >>> runs = (Run("plain", 20, 0, (2.0, 1.0), (80.0, 40.0)), Run("plain", 20, 1, (2.0, 2.0), (80.0, 60.0)))
    >>> endings(Study(Settings(), "", (), runs))[0]
    Ending(net='plain', depth=20, seeds=2, least=1.0, mean=1.5, most=2.0, error=50.0)
    """
    found = []
    for net in study.nets:
        for depth in study.depths:
            runs = study.of(net, depth)
            if runs:
                last = [run.losses[-1] for run in runs]
                error = sum(run.errors[-1] for run in runs) / len(runs)
                found.append(Ending(net, depth, len(runs), min(last), sum(last) / len(last), max(last), error))
    return found


def worsens_up_to(study: Study, net: str) -> int | None:
    """The depth up to which each step deeper ended at a higher training loss, for every seed; None if no step did."""
    return _holds_up_to(study, [(net, depth) for depth in study.depths], lambda shallow, deep: deep > shallow)


def trains_better_up_to(study: Study, better: str = "resnet", worse: str = "plain") -> int | None:
    """The depth up to which, at every depth, all runs of one net ended below all runs of the other; None if nowhere."""
    found = None
    for depth in study.depths:
        low, high = study.of(better, depth), study.of(worse, depth)
        if not (low and high) or max(run.losses[-1] for run in low) >= min(run.losses[-1] for run in high):
            break
        found = depth
    return found


def _holds_up_to(study: Study, steps: Sequence[tuple[str, int]], holds: Any) -> int | None:
    found = None
    for (net, depth), (_, deeper) in itertools.pairwise(steps):
        before, after = _last_by_seed(study.of(net, depth)), _last_by_seed(study.of(net, deeper))
        if not before or set(before) != set(after) or not all(holds(before[seed], after[seed]) for seed in before):
            break
        found = deeper
    return found


def _last_by_seed(runs: Iterable[Run]) -> dict[int, float]:
    return {run.seed: run.losses[-1] for run in runs}

"""The degradation study as data: claims only as far as every seed bears them, and the run that is stored."""

import json

import pytest

from resnet_analyzer.analyses.degradation import (
    Run,
    Settings,
    Study,
    study_of,
    trains_better_up_to,
    worsens_up_to,
)
from resnet_analyzer.errors import UsageError
from resnet_analyzer.report.stored import degradation


def study(**endings):
    """A study whose runs end at the given losses: plain20=(1.0, 2.0) for two seeds."""
    runs = []
    for name, losses in endings.items():
        net, depth = name.rstrip("0123456789"), int(name.lstrip("abcdefghijklmnopqrstuvwxyz"))
        runs += [Run(net, depth, seed, (3.0, loss), (90.0, 50.0)) for seed, loss in enumerate(losses)]
    return Study(Settings(epochs=2), "CPU", (("keras", "3"),), tuple(runs))


def test_a_claim_holds_as_far_as_it_does_for_every_seed():
    deep = study(plain20=(0.1, 0.2), plain56=(1.0, 1.1), plain110=(2.0, 1.05))
    assert worsens_up_to(deep, "plain") == 56  # the second seed's 110 layers end lower
    assert worsens_up_to(study(plain20=(0.1, 0.2), plain56=(0.2, 0.1)), "plain") is None
    assert worsens_up_to(study(plain20=(0.1, 0.2), plain56=(0.2,)), "plain") is None  # a seed is missing


def test_residual_below_plain_for_all_pairs_of_seeds():
    pairs = study(plain20=(0.3, 0.2), resnet20=(0.1, 0.1), plain56=(2.0, 1.0), resnet56=(0.1, 1.5))
    assert trains_better_up_to(pairs) == 20
    assert trains_better_up_to(study(plain20=(0.1, 0.2), resnet20=(0.1, 0.1))) is None
    assert trains_better_up_to(study(plain20=(0.3,))) is None


def test_a_study_is_its_data():
    made = study(plain20=(0.1, 0.2))
    assert study_of(json.loads(json.dumps(made.to_dict()))) == made


@pytest.mark.parametrize(
    "broken", [{}, {"schema": 1, "kind": "degradation"}, {"schema": 2, "kind": "degradation", "settings": {"x": 1}}]
)
def test_what_is_no_study_is_said(broken):
    with pytest.raises(UsageError, match=r"runs\.json"):
        study_of(broken, "runs.json")


def test_the_stored_run():
    """Three seeds of each net, the settings of --quick, what made it; and the claims that the lesson makes."""
    stored = degradation()
    assert stored.settings == Settings()
    assert stored.nets == ("plain", "resnet")
    assert stored.depths == (20, 56, 110)
    assert stored.seeds == (0, 1, 2)
    assert len(stored.runs) == 18
    assert {"keras", "tensorflow", "numpy", "scikit-learn"} == set(dict(stored.versions))
    assert all(len(run.losses) == len(run.errors) == stored.settings.epochs for run in stored.runs)
    last = {run.key: run.losses[-1] for run in stored.runs}
    for seed in stored.seeds:
        assert last["plain", 20, seed] < last["plain", 56, seed] < last["plain", 110, seed]
        for depth in stored.depths:
            assert last["resnet", depth, seed] < last["plain", depth, seed]
    assert worsens_up_to(stored, "plain") == trains_better_up_to(stored) == 110
    assert worsens_up_to(stored, "resnet") is None

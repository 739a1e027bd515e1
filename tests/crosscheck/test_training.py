"""Training: the same digits on every run, twins begin alike, what was done is not done again."""

import json

import pytest

from resnet_analyzer.analyses.degradation import Settings
from resnet_analyzer.errors import UsageError

TINY = Settings(images=64, width=4, epochs=2)


@pytest.fixture(scope="module")
def training():
    pytest.importorskip("keras")
    from resnet_analyzer.crosscheck import training
    from resnet_analyzer.crosscheck.framework import start_quietly

    start_quietly()
    return training


@pytest.fixture(scope="module")
def data(training):
    pytest.importorskip("sklearn")
    return training.dataset(TINY)


def test_the_digits(training, data):
    images, labels = data
    assert images.shape == (64, 8, 8, 1)
    assert abs(float(images.mean())) < 1e-3
    assert labels[:10].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]  # as the set begins
    with pytest.raises(UsageError, match="9999"):
        training.dataset(TINY._replace(images=9999))


def test_plain_and_residual_twins_begin_with_the_same_kernels(training):
    import numpy

    from resnet_analyzer.crosscheck.builder import build

    kernels = []
    for net in ("plain", "resnet"):
        built = build(training.network(net, 8, TINY))
        training.he_initialise(built, 7)
        kernels.append([w.numpy() for w in built.model.trainable_variables if w.name == "kernel"])
    assert len(kernels[0]) == len(kernels[1]) == 8
    assert all(numpy.array_equal(a, b) for a, b in zip(*kernels, strict=True))


@pytest.mark.slow
def test_the_same_digits_on_every_run_also_from_a_net_that_was_trained_before(training, data):
    first = training.Trainer("resnet", 8, TINY)
    runs = [first.run(seed, data) for seed in (0, 1, 0)]
    assert runs[0] == runs[2] != runs[1]
    assert training.Trainer("resnet", 8, TINY).run(0, data) == runs[0]


@pytest.mark.slow
def test_a_study_goes_on_where_it_was_left(training, data, tmp_path):
    from resnet_analyzer.crosscheck.framework import device

    path, on = str(tmp_path / "runs.json"), device("cpu")
    runs = training.wanted_runs(("plain", "resnet"), (8,), 2)
    whole = list(training.train_all(training.begun("", TINY, on), runs, "", ""))[-1]
    some = training.train_all(training.begun(path, TINY, on), runs, path, "")
    next(some)
    some.close()
    kept = training.begun(path, TINY, on)
    assert [run.key for run in kept.runs] == [("plain", 8, 0)]
    assert list(training.train_all(kept, runs, path, ""))[-1] == whole == training.begun(path, TINY, on)
    assert json.loads((tmp_path / "runs.json").read_text())["kind"] == "degradation"
    with pytest.raises(UsageError, match="other settings"):
        training.begun(path, TINY._replace(rate=1.0), on)


def test_images_of_the_readers_own(training, tmp_path):
    import numpy

    path = str(tmp_path / "own.npz")
    numpy.savez(path, x_train=numpy.ones((70, 8, 8, 1)) * numpy.arange(8)[:, None], y_train=numpy.zeros((70, 1)))
    images, labels = training.dataset(TINY, path)
    assert images.shape == (64, 8, 8, 1)
    assert labels.shape == (64,)
    with pytest.raises(UsageError, match="x_train"):
        training.dataset(TINY, str(tmp_path / "absent.npz"))

"""Training plain and residual nets alike: the degradation study, run on real Keras models of our graphs.

The same seed gives the same weights to the convolutions of a plain net and of its residual twin (He
initialisation, drawn by numpy, so that no back end has a say), and the same order of images.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..analyses.degradation import Run, Settings, Study, study_of
from ..architectures.base import find
from ..errors import UsageError, install
from ..files import write_text
from ..graph import Graph
from ..importers.framework import MissingFramework
from ..importers.framework import keras as import_keras
from .builder import Built, build
from .framework import Device, forget_models

Told = Callable[[Run], None]


def network(net: str, depth: int, settings: Settings) -> Graph:
    """The graph of one net of the study: the CIFAR family's, on the study's images; UsageError if there is none."""
    shape = (settings.side, settings.side, settings.channels)
    return find(f"{net}{depth}").graph(input=shape, classes=settings.classes, width=settings.width)


def dataset(settings: Settings, path: str = "") -> tuple[Any, Any]:
    """Images, standardised, and labels: scikit-learn's digits, or `x_train` and `y_train` of an .npz file.

    MissingFramework without scikit-learn, UsageError where the file or its arrays will not do.
    """
    import numpy

    images, labels = _of_file(path) if path else _digits()
    images = numpy.asarray(images, dtype="float32")
    images = images.reshape(images.shape if images.ndim == 4 else (*images.shape, 1))[: settings.images]
    wanted = (settings.side, settings.side, settings.channels)
    if images.shape[1:] != wanted or len(images) < settings.images:
        raise UsageError(f"{path or 'digits'}: {images.shape} images; expected {settings.images} of {wanted}")
    images = (images - images.mean()) / images.std()
    return images, numpy.asarray(labels).reshape(-1)[: settings.images].astype("int32")


def _digits() -> tuple[Any, Any]:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise MissingFramework(
            f"the images come with scikit-learn, which is not installed: {install('study')}"
        ) from error
    digits = load_digits()
    return digits.images, digits.target


def _of_file(path: str) -> tuple[Any, Any]:
    import numpy

    try:
        with numpy.load(path, allow_pickle=False) as file:
            return file["x_train"], file["y_train"]
    except (OSError, KeyError, ValueError) as error:
        raise UsageError(f"{path}: expected an .npz file with x_train and y_train: {error}") from None


def he_initialise(built: Built, seed: int) -> None:
    """Draw every kernel from N(0, 2/fan_in) (He et al. 2015, Delving Deep, eq. 10), biases 0, by one numpy generator.

    Kernels are drawn in the graph's order: nets with the same convolutions in the same order get the same.
    """
    import numpy

    random = numpy.random.default_rng(seed)
    for steps in built.steps.values():
        if steps.layer is None:
            continue
        for weight in steps.layer.trainable_weights:
            if weight.name == "kernel":
                fan_in = int(numpy.prod(weight.shape[:-1]))
                weight.assign(random.standard_normal(weight.shape).astype("float32") * (2 / fan_in) ** 0.5)


def be_deterministic(seed: int) -> None:
    """Have Keras' back end do the same sums in the same order on every run on this machine."""
    keras = import_keras()
    keras.utils.set_random_seed(seed)
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        tensorflow.config.experimental.enable_op_determinism()


class Trainer:
    """One net, built and compiled once, trained again from every seed."""

    def __init__(self, net: str, depth: int, settings: Settings) -> None:
        self.net, self.depth, self.settings = net, depth, settings
        self.built = build(network(net, depth, settings))
        keras = import_keras()
        optimizer = keras.optimizers.SGD(settings.rate, settings.momentum, weight_decay=settings.weight_decay)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.built.model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"], jit_compile=False)
        optimizer.build(self.built.model.trainable_variables)
        self._fresh = [variable.numpy() for variable in self._variables()]

    def _variables(self) -> list[Any]:
        return [*self.built.model.variables, *self.built.model.optimizer.variables]

    def run(self, seed: int, data: tuple[Any, Any]) -> Run:
        """Train from one seed; losses and errors are the means over each epoch's batches, as they were trained."""
        import numpy

        be_deterministic(seed)
        for variable, value in zip(self._variables(), self._fresh, strict=True):
            variable.assign(value)
        he_initialise(self.built, seed)
        settings, model = self.settings, self.built.model
        order = numpy.random.default_rng(seed)
        losses: list[float] = []
        errors: list[float] = []
        warming, warm_epochs = self.depth >= settings.warm_from, 0
        for _ in range(settings.epochs):
            model.optimizer.learning_rate = settings.warm_rate if warming else settings.rate
            warm_epochs += warming
            loss, accuracy = _epoch(model, data, order.permutation(settings.images), settings.batch)
            losses.append(round(loss, 6))
            errors.append(round(100 * (1 - accuracy), 4))
            warming = warming and errors[-1] >= settings.warm_until
        return Run(self.net, self.depth, seed, tuple(losses), tuple(errors), warm_epochs)


def _epoch(model: Any, data: tuple[Any, Any], order: Any, batch: int) -> tuple[float, float]:
    """One pass over the images in that order; the mean loss and accuracy over its full batches."""
    images, labels = data
    losses, right = [], []
    for start in range(0, len(order) - batch + 1, batch):
        chosen = order[start : start + batch]
        model.reset_metrics()  # what comes back is this batch's own
        found = model.train_on_batch(images[chosen], labels[chosen], return_dict=True)
        losses.append(float(found["loss"]))
        right.append(float(found["accuracy"]))
    return sum(losses) / len(losses), sum(right) / len(right)


def wanted_runs(nets: Sequence[str], depths: Sequence[int], seeds: int) -> list[tuple[str, int, int]]:
    """Net, depth and seed of every run, the cheap ones first, those of one net together."""
    return [(net, depth, seed) for depth in sorted(depths) for net in nets for seed in range(seeds)]


def versions() -> tuple[tuple[str, str], ...]:
    """The versions of all that has a say in a run."""
    from importlib.metadata import PackageNotFoundError, version

    found = []
    for name in ("keras", import_keras().backend.backend(), "numpy", "scikit-learn"):
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def begun(path: str, settings: Settings, on: Device) -> Study:
    """The study that a file holds so far, or an empty one; UsageError where the file's settings are others."""
    new = Study(settings, on.text(), versions())
    if not (path and os.path.exists(path)):
        return new
    with open(path, encoding="utf-8") as file:
        try:
            found = study_of(json.load(file), path)
        except ValueError as error:
            raise UsageError(f"{path}: is not JSON: {error}") from None
    for what in ("settings", "device", "versions"):
        if getattr(found, what) != getattr(new, what):
            raise UsageError(f"{path}: its runs were made with other {what}: {getattr(found, what)}; name another file")
    return found


def train_all(study: Study, runs: Sequence[tuple[str, int, int]], path: str, data_path: str) -> Iterator[Study]:
    """Train what a study lacks, run by run; the file, if one is named, holds all finished runs at any time."""
    done = {run.key for run in study.runs}
    data, trainer = None, None
    for net, depth, seed in runs:
        if (net, depth, seed) not in done:
            data = dataset(study.settings, data_path) if data is None else data
            if trainer is None or (trainer.net, trainer.depth) != (net, depth):
                forget_models()
                trainer = Trainer(net, depth, study.settings)
            study = study.with_run(trainer.run(seed, data))
            if path:
                write_text(path, study_text(study))
        yield study


def study_text(study: Study) -> str:
    """The study as a file holds it: JSON, a run a line.

    >>> study_text(Study(Settings(), "CPU", ())).splitlines()[0]
    '{'
    """
    data = study.to_dict()
    runs = ",\n  ".join(json.dumps(run) for run in data.pop("runs"))
    head = json.dumps(data, indent=1)[:-2]
    return f'{head},\n "runs": [\n  {runs}\n ]\n}}\n'

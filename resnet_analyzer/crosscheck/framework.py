"""Keras, imported when it is needed, quietly; and what it runs on."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, NamedTuple

from ..errors import UsageError
from ..importers.framework import keras, quiet_imports


def start_quietly() -> None:
    """Import Keras and its back end without their start-up remarks."""
    with quiet_imports():
        keras()
        tensorflow()


def tensorflow() -> Any:
    """The tensorflow module, or None where Keras runs on another back end or it is not installed."""
    if keras().backend.backend() != "tensorflow":
        return None
    import tensorflow as module

    return module


def forget_models() -> None:
    """Let Keras drop what it remembers of models that are done: their memory comes back."""
    keras().backend.clear_session(free_memory=True)


class Device(NamedTuple):
    """What a model runs on: `kind` cpu or gpu, the device's own name, back end and versions."""

    kind: str
    name: str
    backend: str
    versions: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """One line for people.

        >>> Device("cpu", "some CPU", "tensorflow", (("keras", "3.15.1"),)).text()
        'CPU (some CPU) · back end tensorflow · keras 3.15.1'
        """
        versions = ", ".join(f"{name} {version}" for name, version in self.versions)
        return f"{self.kind.upper()} ({self.name}) · back end {self.backend} · {versions}"


def device(wanted: str = "auto") -> Device:
    """The device to run on: `cpu`, `gpu`, or `auto` (a GPU where the back end sees one).

    UsageError where a GPU is wanted and none is there: a CPU never passes for one.
    """
    module = keras()
    backend = module.backend.backend()
    gpus = _gpu_names(backend)
    if wanted == "gpu" and not gpus:
        raise UsageError(f"--device gpu: Keras' back end {backend} sees no GPU on this machine")
    kind = "gpu" if gpus and wanted != "cpu" else "cpu"
    versions = tuple((name, _version(name)) for name in dict.fromkeys(("keras", backend)))
    return Device(kind, gpus[0] if kind == "gpu" else _cpu_name(), backend, versions)


def _gpu_names(backend: str) -> list[str]:
    """The names of the GPUs that a back end sees; TensorFlow's grow their memory as needed."""
    if backend == "tensorflow":
        import tensorflow as tf

        found = tf.config.list_physical_devices("GPU")
        for gpu in found:
            with suppress(RuntimeError):  # TensorFlow has started already: growth stays as it was set then
                tf.config.experimental.set_memory_growth(gpu, True)
        return [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in found]
    if backend == "torch":
        import torch

        return [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    if backend == "jax":
        import jax

        return [each.device_kind for each in jax.devices() if each.platform in ("gpu", "cuda", "rocm")]
    return []


def _cpu_name() -> str:
    import platform

    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return f"{names[0] if names else platform.processor() or platform.machine()}, {os.cpu_count()} threads"


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "?"

"""Keras, imported when it is needed."""

from __future__ import annotations

import os
from typing import Any

from ..errors import UsageError

INSTALL = "pip install 'resnet-analyzer[keras]'"


class MissingFramework(UsageError):
    """Keras (or its back end) is not installed: the message says what to install."""


def keras() -> Any:
    """The keras module; MissingFramework, with what to install, where there is none."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's start-up remarks are not our output
    try:
        import keras as module
    except ImportError as error:
        raise MissingFramework(f"this needs Keras 3 and TensorFlow, which are not installed: {INSTALL}") from error
    if not module.__version__.startswith("3."):
        raise MissingFramework(f"this needs Keras 3, not {module.__version__}: {INSTALL}")
    return module


def named_weights(layer: Any) -> dict[str, Any]:
    """A layer's weights by name; by the path below the layer where they are those of layers inside it."""
    found: dict[str, Any] = {}
    for weight in layer.weights:
        _, inside, rest = f"/{weight.path}".partition(f"/{layer.name}/")
        name = rest if inside else weight.name
        unique, count = name, 1
        while unique in found:
            count += 1
            unique = f"{name}#{count}"
        found[unique] = weight
    return found

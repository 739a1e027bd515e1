"""What a file is by its first bytes, where its name does not tell."""

from __future__ import annotations

import re

_KERAS = re.compile(rb'\A\s*\{\s*"(module|class_name)"\s*:')


def describes_keras(source: str) -> bool:
    """Whether a JSON file is a Keras model's description (what `to_json()` gives), and not a design."""
    try:
        with open(source, "rb") as file:
            return _KERAS.match(file.read(200)) is not None
    except OSError:
        return False

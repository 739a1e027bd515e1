"""What Keras writes into `.keras` files of its applications: makes applications.zip. Development only; no test runs it.

    pip install keras==3.15.1 tensorflow==2.21.0
    python tests/data/keras/make.py

Each model is built with weights=None and saved; its config.json is kept, the weights are not. What is right of them
is in ../keras_models.csv, which was counted without any code of ours.
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import keras


def main() -> None:
    """Save every model of keras.applications and keep its description."""
    zeros = keras.initializers.Zeros()
    for each in (keras.initializers.VarianceScaling, keras.initializers.TruncatedNormal):
        each.__call__ = lambda self, shape, dtype=None: zeros(shape, dtype)  # values are not kept: spare the time
    factories = {name: made for name, made in vars(keras.applications).items() if name[0].isupper() and callable(made)}
    here = Path(__file__).with_name("applications.zip")
    with (
        zipfile.ZipFile(here, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as kept,
        tempfile.TemporaryDirectory() as away,
    ):
        for name in sorted(factories):
            keras.backend.clear_session(free_memory=True)
            path = Path(away) / "x.keras"
            factories[name](weights=None).save(path)
            with zipfile.ZipFile(path) as archive:
                kept.writestr(zipfile.ZipInfo(f"{name}.json"), archive.read("config.json"), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()

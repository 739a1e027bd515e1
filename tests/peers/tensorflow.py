"""What TensorFlow's profiler counts for Keras' networks: a development-only script, run where TensorFlow is installed.

    python -m tests.peers.tensorflow -o tests/data/peers.csv

With `--file FOLDER` it also writes each network that is not registered as a `.keras` file without weights.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from importlib.metadata import version
from pathlib import Path

from .pytorch import replace_rows

NETWORKS = ("ResNet50", "ResNet101V2", "VGG19", "DenseNet121", "MobileNetV2")
SIZES = (224, 193)
WITHOUT_WEIGHTS = ("config.json", "metadata.json")


def float_ops(model, size):
    import tensorflow as tf

    profiler = tf.compat.v1.profiler
    traced = tf.function(lambda image: model(image, training=False), autograph=False)
    graph = traced.get_concrete_function(tf.TensorSpec((1, size, size, 3), "float32")).graph
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation()).with_empty_output()
    return profiler.profile(graph, options=options.build()).total_float_ops


def without_weights(model, path):
    whole = path.with_suffix(".whole.keras")
    model.save(whole)
    made = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(made, "w") as target:
        for name in WITHOUT_WEIGHTS:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            target.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED, 9)
    whole.unlink()
    path.write_bytes(made.getvalue())


def main():
    import keras

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("-o", "--output", type=Path, required=True)
    arguments.add_argument("--file", type=Path)
    given = arguments.parse_args()
    rows = []
    for name in NETWORKS:
        for size in SIZES:
            model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3))
            figures = {"float ops": float_ops(model, size), "params": model.count_params()}
            made = f"{version('tensorflow')}, keras {version('keras')}"
            if given.file and name == "MobileNetV2":  # its paddings follow from the size
                without_weights(model, given.file / f"{name}-{size}.keras")
            rows += [(name, str(size), "tensorflow", made, figure, str(number)) for figure, number in figures.items()]
    replace_rows(given.output, rows)


if __name__ == "__main__":
    main()

"""Models of public Keras collections, read live and from their `.keras` files, against Keras itself: development only.

    pip install keras==3.15.1 tensorflow==2.21.0 keras-hub==0.32.0 kyolo==0.1.5 k3im==0.1.1 \
        keras-unet-collection==0.1.13 segmodels-keras==0.1.0.dev13
    python -m tests.data.keras.public TABLE ARCHIVE [WORD …]

TABLE becomes (a row for each model; a WORD picks models) what `../keras_collections.csv` is: the sizes of its inputs,
Keras' own count_params(), the multiply-accumulates in the graph that TensorFlow traces of the model at batch 1
(`graph_macs.py`), and what is read of the live model and of its file. ARCHIVE becomes `public.zip`: the descriptions
that were written into files, without weights, of those that are read from them wholly. A difference is printed.
"""

from __future__ import annotations

import csv
import sys
import tempfile
import traceback
import zipfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import keras

import resnet_analyzer as ra
from tests.data.keras.graph_macs import macs_of
from tests.data.keras.public_models import MODELS

FIELDS = (
    *("collection", "version", "model", "inputs", "keras_params", "keras_macs", "status", "macs", "params"),
    *("file_status", "file_macs", "unknown"),
)


def examined(collection: str, name: str) -> tuple[dict, bytes]:
    """The row of one model, and its description."""
    factory, inputs = MODELS[collection, name]
    model = factory()
    flat = keras.tree.flatten(model.input)
    inputs = inputs or [tuple(size or 224 for size in each.shape[1:]) for each in flat]
    shapes = {each._keras_history.operation.name: (1, *sizes) for each, sizes in zip(flat, inputs, strict=True)}
    before = [weight.path for weight in model.weights]
    live = ra.measure(ra.from_keras(model, shapes))
    assert before == [weight.path for weight in model.weights]
    file, description = read_from_file(model, shapes)
    trained = sum(keras.ops.size(each) for each in model.trainable_weights)
    row = {
        "collection": collection, "version": version(collection), "model": name,
        "inputs": " ".join(f"{each}={'x'.join(map(str, shape))}" for each, shape in shapes.items()),
        "keras_params": model.count_params(), "keras_macs": macs_of(model, list(shapes.values())),
        "status": live.status, "macs": live.totals.macs, "params": live.totals.all_params,
        "file_status": file and file.status, "file_macs": file and file.totals.macs,
        "unknown": " ".join(f"{kind}×{count}" for kind, count in Counter(_kinds(live)).items()),
    }  # fmt: skip
    if live.totals.trainable_params != trained:
        print(name, "trains", int(trained), "we find", live.totals.trainable_params)
    if file and file.totals.all_params != model.count_params():
        print(name, "file has", file.totals.all_params, "of", model.count_params(), "parameters")
    return row, description


def read_from_file(model: keras.Model, shapes: dict):
    """What is read of its file, and its description; None where Keras cannot save it: some layers' own code fails."""
    with tempfile.TemporaryDirectory() as away:
        path = Path(away) / "model.keras"
        try:
            keras.Model(model.input, model.output).save(path)  # of a class of its own the file tells no layers
        except Exception as error:
            print("cannot be saved:", repr(error)[:200])
            return None, b""
        with zipfile.ZipFile(path) as archive:
            description = archive.read("config.json")
        return ra.measure(ra.load(str(path), input=shapes)), description


def _kinds(measured) -> list[str]:
    """What the unknown rows are."""
    return [row.why.removeprefix("a Keras ") for row in measured.rows if row.cost.unknown]


def main(table: Path, kept: Path, words: list[str]) -> None:
    chosen = [each for each in MODELS if not words or any(word in " ".join(each) for word in words)]
    with open(table, "w", encoding="utf-8", newline="") as file, zipfile.ZipFile(kept, "w") as archive:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        for collection, name in chosen:
            keras.backend.clear_session(free_memory=True)
            try:
                row, description = examined(collection, name)
            except Exception:
                traceback.print_exc()
                row, description = {"collection": collection, "version": version(collection), "model": name}, None
            if row.get("file_status") == "complete":
                member = zipfile.ZipInfo(f"{collection} {name}.json".replace("/", " "))
                archive.writestr(member, description, zipfile.ZIP_DEFLATED, compresslevel=9)
            writer.writerow(row)
            file.flush()
            print(*row.values(), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])

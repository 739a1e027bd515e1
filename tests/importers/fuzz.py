"""Mutated model files: no traceback, no hang, little memory, nothing run. python -m tests.importers.fuzz h5 100000

Every file is read and measured, its table and JSON are written. A file is a failure if anything but AnalyzerError is
raised, if it takes longer than LIMIT seconds of processor time or MOST_MEMORY more than before, if its code, a program
or the network is asked for, or if what is printed would steer a terminal.
FORMATS are those that it knows; a third number is how many processes run.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import random
import re
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import resnet_analyzer as ra
from resnet_analyzer.errors import AnalyzerError

from . import fuzz_onnx

DATA = Path(__file__).parents[1] / "data"
FORMATS = ("keras", "h5", "json", "onnx", "pt2")
LIMIT, MOST_MEMORY, CHUNK = 5.0, 400 * 2**20, 200
PROGRAM, HELD = "model/models/model.json", "model/data/weights/model_weights_config.json"
FORBIDDEN = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect", "pickle.find_class")
NASTY: tuple[Any, ...] = (
    None, True, -1, 0, 1, 3, 2**31, 10**30, 0.5, 1e308, "", "x", "\x1b[31m", "same", "relu", "Dense", "Conv2D",
    "Lambda", "channels_first", "keras.layers", "builtins", "__keras_tensor__", "__slice__", [], {}, [None], [1, 2, 3],
    [None] * 9,
    {"class_name": "__keras_tensor__", "config": {"shape": [None, 10**9], "keras_history": ["x", 0, 0]}},
    {"class_name": "Lambda", "module": "keras.layers", "config": {"function": {"class_name": "__lambda__"}}},
)  # fmt: skip
NASTY_TORCH: tuple[Any, ...] = (
    {"as_int": -1}, {"as_int": 0}, {"as_int": 10**20}, {"as_ints": []}, {"as_ints": [1, 1, -1]}, {"as_ints": [0]},
    {"as_none": True}, {"as_bool": True}, {"as_float": 1e999}, {"as_string": "same"}, {"as_tensor": {"name": "x"}},
    {"as_tensors": [{"name": "x"}]}, {"as_sym_int": {"as_name": "sym_size_int"}}, {"as_sym_ints": [{"as_int": 3}]},
    {"as_expr": {"expr_str": "s77//0", "hint": None}}, {"as_expr": {"expr_str": "(" * 60 + "s77"}}, "s77*" * 3000 + "1",
    *(f"torch.ops.aten.{name}.default" for name in (
        "conv2d", "linear", "view", "cat", "split", "permute", "softmax", "expand", "slice", "einsum", "max_pool2d",
        "batch_norm", "matmul", "scaled_dot_product_attention", "chunk", "roll", "pad", "unflatten",
        "adaptive_avg_pool2d",
    )), "torch.ops.mine.own.default", None, True, -1, 0, 3, 2**31, 10**30, 0.5, "", "\x1b[31m", [], {}, [None] * 9,
)  # fmt: skip
WORDS = (b"null", b"-1", b"0", b"99999999999", b"1e999", b'"x"', b"[]", b"{}", b"[[", b"}", b'"\\u001b[1m"', b"NaN")


class Result(NamedTuple):
    """How one file ended: complete, bound, refused with a line, or failed and why; the process' peak in KiB."""

    ended: str
    seconds: float
    memory: int
    failure: str = ""


@cache
def seeds(kind: str) -> list[bytes]:
    """The files that are mutated: small models with what is seldom met, Keras 2's, one of keras.applications."""
    if kind == "pt2":
        names = ["open", "even", "torchvision-alexnet", "pytorchcv-darknet_tiny", "torchvision-squeezenet1_1"]
        return [
            *([path.read_bytes() for path in sorted((DATA / "torch").glob("small-*.pt2"))] * 5),
            *((DATA / "torch" / f"{name}.pt2").read_bytes() for name in names * 3),
        ]
    with zipfile.ZipFile(DATA / "keras" / "small.zip") as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    files = [data for name, data in found.items() if name.endswith(".h5" if kind == "h5" else ".keras")]
    if kind == "json":
        files = [_config(data) for data in files] + [(DATA / "keras2" / "functional.json").read_bytes()]
    if kind == "h5":
        files += [path.read_bytes() for path in (DATA / "keras2").glob("*.h5")]
    return files


def _config(data: bytes) -> bytes:
    return _member(data, "config.json")


def _member(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def _program(text: bytes, data: bytes) -> bytes:
    """An archive with that program, and the list of weights of another one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(PROGRAM, text)
        archive.writestr(HELD, _member(data, HELD))
    return made.getvalue()


def mutated(rng: random.Random, kind: str) -> bytes:
    """A file with a few mutations, of its description or of its bytes."""
    if kind == "onnx":
        data = rng.choice(rng.choice(fuzz_onnx.seeds()))
        return fuzz_onnx.changed(rng, data) if rng.random() < 0.8 else _bytes(rng, data, 6)
    data = rng.choice(seeds(kind))
    if kind == "pt2":
        text = data if rng.random() < 0.1 else described(rng, _member(data, PROGRAM), NASTY_TORCH)
        return _bytes(rng, data, 12) if text is data else _program(text, data)
    if kind == "json":
        return described(rng, data)
    if kind == "h5" and rng.random() < 0.5:
        return _within_h5(rng, data)
    if kind == "keras" and rng.random() < 0.8:
        return _archive(described(rng, _config(data)), data if rng.random() < 0.3 else b"")
    return _bytes(rng, data, 12)


def _archive(config: bytes, whole: bytes) -> bytes:
    """An archive with that description, and the weights of a whole one if there is one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("config.json", config)
        if whole:
            with zipfile.ZipFile(io.BytesIO(whole)) as other:
                archive.writestr("model.weights.h5", other.read("model.weights.h5"))
    return made.getvalue()


def _within_h5(rng: random.Random, data: bytes) -> bytes:
    """The description inside an .h5 file changed in its place: as long as it was, so that it is found."""
    start = max(data.find(b'{"class_name"'), data.find(b'{"module"'))
    if start < 0:
        return _bytes(rng, data, 12)
    _tree, length = json.JSONDecoder().raw_decode(data[start : start + 200_000].decode("latin-1"))
    text = described(rng, data[start : start + length])[:length]
    return data[:start] + text.ljust(length) + data[start + length :]


def described(rng: random.Random, text: bytes, nasty: tuple[Any, ...] = NASTY) -> bytes:
    """A description with parts changed: values of its tree, or its text."""
    if rng.random() < 0.7:
        tree = json.loads(text)
        places = list(_places(tree))
        for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
            holder, key = rng.choice(places)
            other, name = rng.choice(places)
            kind = rng.random()
            try:
                if kind < 0.5:
                    holder[key] = rng.choice(nasty)
                elif kind < 0.75:
                    holder[key] = json.loads(json.dumps(other[name]))
                elif kind < 0.9 and type(holder[key]) is int:
                    holder[key] += rng.choice((-2, -1, 1, 7, 10**6))
                else:
                    del holder[key]
            except (LookupError, TypeError, ValueError, RecursionError):
                continue  # the place is gone with another
        return json.dumps(tree).encode()
    return _bytes(rng, text, 4)


def _places(tree: Any) -> Any:
    """Every value in a tree: what holds it, and its key there."""
    pending = [tree]
    while pending:
        holder = pending.pop()
        for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            yield holder, key
            if isinstance(value, (dict, list)):
                pending.append(value)


def _bytes(rng: random.Random, data: bytes, most: int) -> bytes:
    """Bytes changed, cut out, doubled, or words put in."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, most)):
        at, kind = rng.randrange(len(changed) + 1), rng.random()
        if kind < 0.5 and at < len(changed):
            changed[at] = rng.randrange(256)
        elif kind < 0.65:
            del changed[at : at + rng.choice((1, 2, 20, 300))]
        elif kind < 0.75:
            changed[at:at] = changed[at : at + rng.choice((1, 20, 300))] * rng.choice((1, 2, 40))
        elif kind < 0.9:
            changed[at : at + rng.choice((0, 1, 8))] = rng.choice(WORDS)
        else:
            changed[at : at + 8] = rng.choice((0, 1, 2**16, 2**40, 2**64 - 1)).to_bytes(8, "little")
    return bytes(changed)


def tried(path: Path, data: bytes) -> Result:
    """Read and measure one file, and write its table and JSON."""
    path.write_bytes(data)
    asked.clear()
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    failure = ""
    try:
        ended = _read(str(path))
    except AnalyzerError as error:
        ended = "refused"
        if not str(error).isprintable() or len(str(error)) > 2000:
            failure = f"steers the terminal, or is long: {error!r:.300}"
    except BaseException as error:
        ended, failure = "failed", f"{type(error).__name__}: {error!r:.300}"
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = (peak - before) * 1024
    if asked:
        failure = f"asked for {sorted(asked)}"
    elif seconds > LIMIT or grown > MOST_MEMORY:
        failure = failure or f"{seconds:.1f} s, {grown >> 20} MiB"
    return Result("failed" if failure else ended, seconds, peak, failure)


def _read(path: str) -> str:
    graph = ra.load(path)
    if graph.is_open and path.endswith(("onnx", "pt2")):
        ra.formula(path)
    elif graph.is_open:
        ra.formula(path, "h,w") if re.search(rb"image", Path(path).read_bytes()[:4000]) else None
    measured = ra.measure(graph)
    json.loads(json.dumps(measured.to_json(), default=str))
    text = str(measured)
    if not text.replace("\n", "").isprintable():
        raise AssertionError(f"steers the terminal: {text!r:.300}")
    return "complete" if measured.status == "complete" else "bound"


asked: set[str] = set()


def _watch(event: str, _arguments: Any) -> None:
    if event in FORBIDDEN:
        asked.add(event)


def chunk(kind: str, number: int) -> list[tuple[Result, bytes]]:
    """The results of CHUNK files, and the files that failed."""
    if not getattr(sys, "_fuzz_watched", False):
        sys.addaudithook(_watch)
        sys._fuzz_watched = True  # type: ignore[attr-defined]
    rng = random.Random(f"{kind} {number}")
    found = []
    with tempfile.TemporaryDirectory() as away:
        path = Path(away) / f"x.{kind}"
        for _ in range(CHUNK):
            data = mutated(rng, kind)
            result = tried(path, data)
            found.append((result, data if result.failure else b""))
    return found


def _chunk(what: tuple[str, int]) -> list[tuple[Result, bytes]]:
    return chunk(*what)


def main(kind: str, count: int, processes: int | None = None) -> int:
    """Run `count` files in so many processes; print the figures, and every failure; 1 if there is one."""
    began, ends, slowest, failures, peak = time.perf_counter(), Counter[str](), 0.0, 0, 0
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for results in pool.imap_unordered(_chunk, [(kind, number) for number in range(-(-count // CHUNK))]):
            for result, data in results:
                ends[result.ended] += 1
                slowest, peak = max(slowest, result.seconds), max(peak, result.memory)
                if result.failure:
                    failures += 1
                    Path(f"failed-{failures}.{kind}").write_bytes(data)
                    print(f"FAILURE failed-{failures}.{kind}: {result.failure}", flush=True)
    told = ", ".join(f"{number:,} {end}" for end, number in sorted(ends.items()))
    print(
        f"{sum(ends.values()):,} mutated .{kind} files: {told}; slowest {slowest:.2f} s of processor time; "
        f"at most {peak >> 10} MiB; {time.perf_counter() - began:.0f} s in all"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:] or ["10000"])))

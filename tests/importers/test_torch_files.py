"""Exported PyTorch programs read as data: figures that others counted, sizes by hand, files that are broken."""

import contextlib
import csv
import io
import json
import random
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.errors import AnalyzerError, UsageError
from resnet_analyzer.importers._pt2_expressions import NoValue, evaluate
from resnet_analyzer.importers._zip import members, read
from resnet_analyzer.importers.torch import read_stream

DATA = Path(__file__).parent.parent / "data" / "torch"
with open(DATA / "truth.csv", encoding="utf-8") as _file:
    TRUTH = list(csv.DictReader(_file))
P, QKV = 3 * 48 * 16, 48 * 144 + 144 + 48 * 48 + 48
ATTENTION = 1_130_496  # 64 patches·2304, 64·48·192 of projections, two products of 64·64·48
SMALL = {  # parameters and multiply-accumulates by hand: tests/data/torch/small.py
    "functional": (432, 442_368),
    "twice": (81, 165_888),
    "transposed": (180, 184_320),
    "same": (384, 393_216),
    "einsum": (21, 32 * 32 * 21),
    "attention": (P + QKV, ATTENTION),
    "multihead": (P + QKV, ATTENTION),
    "tied": (18_432, 3 * 64 * 9216),
    "unused": (12 + 25 + 8, 64 * (12 + 36 + 8)),
}


def macs(measured, convolutions):
    """Those of convolutions, or all others."""
    rows = [row for row in measured.rows if (row.node.op.kind == "convolution") is convolutions]
    return sum(row.work.multiply_accumulates for row in rows)


@pytest.mark.parametrize("row", TRUTH, ids=lambda row: f"{row['library']}-{row['model']}")
def test_figures_are_those_that_others_counted(row):
    measured = ra.measure(DATA / f"{row['library']}-{row['model']}.pt2")
    assert measured.totals.params == int(row["params"])
    assert (macs(measured, True), macs(measured, False)) == (int(row["conv_macs"]), int(row["matmul_macs"]))
    assert measured.status == "complete"
    agreeing, _, declared = measured.graph.about["says"].rpartition(", ")[2].partition(" of ")
    assert declared.split()[0] == agreeing


def test_whole_tables_of_public_models():
    """What `rows.py` found with the real libraries: every model that still exists is exact, live and through a file."""
    with open(DATA / "rows.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    gone = [row["model"] for row in rows if row["found"].startswith("RuntimeError: Unknown model")]
    assert set(gone) == {"ese_vovnet99b_iabn", "gluon_xception65"}
    assert [row for row in rows if row["found"] != "exact" and row["model"] not in gone] == []
    found = Counter((row["library"], row["way"]) for row in rows if row["model"] not in gone)
    assert (found["torchvision", "live"], found["timm", "live"], found["pytorchcv", "live"]) == (85, 316, 181)
    assert found["torchvision", "file"] == 85
    assert (found["timm", "file"] >= 15, found["pytorchcv", "file"] >= 47) == (True, True)  # a sample


@pytest.mark.parametrize("name", SMALL)
def test_what_others_count_wrong(name):
    measured = ra.measure(DATA / f"small-{name}.pt2")
    assert (measured.totals.params, measured.totals.macs) == SMALL[name]
    assert measured.status == "complete"


def test_what_is_read_is_told():
    """53 convolutions and normalisations, 49 activations, 16 sums, 4 others."""
    says = ra.load(DATA / "torchvision-resnet50.pt2").about["says"]
    read = "175 operations read from PyTorch 2.14.1"
    assert says == f"{read}, 175 of 175 tensor shapes as declared there"


def test_rows_are_called_as_the_modules():
    graph = ra.load(DATA / "torchvision-resnet18.pt2")
    assert graph["layer1.0.conv1"].scope == "layer1/0"
    assert graph["layer4.1.bn2"].inputs == ("layer4.1.conv2",)
    assert graph["layer1.0.add"].scope == "layer1/0"


def test_a_head_that_does_not_run_is_a_row_and_a_frozen_layer_is_frozen():
    """The head has 25, the frozen convolution 8, the other one 12; the buffer is no parameter."""
    measured = ra.measure(DATA / "small-unused.pt2")
    (head,) = [row for row in measured.rows if row.name == "head"]
    assert (head.params, head.node.training_only) == (25, True)
    totals = measured.totals
    assert (totals.frozen_params, totals.trainable_params, totals.moving_statistics) == (8, 37, 0)


def test_sizes_that_are_open_stay_variables():
    """Tokens t = (h/4)·(w/4); a patch has 2304 products, a token 48·192, each pair of tokens two of 48."""
    assert [str(size) for size in ra.load(DATA / "open.pt2").inputs[0].op.shape] == ["1", "3", "h", "w"]
    for height, width, batch in ((32, 32, 1), (64, 16, 1), (8, 8, 5)):
        measured = ra.measure(DATA / "open.pt2", input=(height, width), batch=batch)
        tokens = height // 4 * (width // 4)
        assert measured.totals.macs == batch * (tokens * (2304 + 48 * 192) + 2 * 48 * tokens * tokens)
        assert measured.status == "complete"


def test_a_closed_form():
    """The same polynomial, for a square."""
    assert ra.formula(DATA / "open.pt2").at(n=32)["macs"] == ATTENTION


def test_bounds_that_the_exporter_invented_are_told_and_refuse_nothing():
    """It wrote that a batch has two images at least."""
    says = ra.load(DATA / "open.pt2", input=32).about["says"]
    assert says.endswith("read at 1 where the exporter wrote at least 2")


def test_an_axis_that_is_an_expression():
    """The height is 2·k: 33 is none."""
    assert ra.measure(DATA / "even.pt2", input=(64, 32)).rows[-1].output[2:] == (32, 16)
    with pytest.raises(UsageError, match="must be 2·k for a whole k, not 33"):
        ra.load(DATA / "even.pt2", input=(33, 32))


def test_an_axis_that_is_fixed_refuses():
    with pytest.raises(UsageError, match="fixes axis 2 of input x at 224, not 225"):
        ra.load(DATA / "torchvision-resnet18.pt2", input=225)


def test_a_batch_of_a_file_that_has_one_image():
    """All work is that of every image."""
    one, four = (ra.measure(DATA / "torchvision-resnet18.pt2", batch=batch).totals.macs for batch in (1, 4))
    assert four == 4 * one


def test_no_framework_is_imported():
    code = (
        "import sys, resnet_analyzer as ra; ra.measure(sys.argv[1]); "
        "print(sorted({'onnx', 'numpy', 'torch', 'keras', 'tensorflow', 'pickle'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(DATA / "torchvision-resnet18.pt2")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Mul(Integer(2), Symbol('s1', positive=True, integer=True))", 14),
        ("2*s1 + 3", 17),
        ("(s1 - 1)//2 + 1", 4),
        ("Add(Integer(1), FloorDiv(Add(Integer(-1), Symbol('s1')), Integer(2)))", 4),
        ("Max(1, s1 % 4)", 3),
        ("ceiling(IntTrueDiv(s1, 2))", 4),
        ("-s1 + 2**3", 1),
    ],
)
def test_expressions(text, value):
    """Of s1 = 7."""
    assert evaluate(text, {"s1": 7}) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s2",
        "s1 +",
        "(s1",
        "__import__('os')",
        "s1.real",
        "open('x')",
        "1/2",
        "(" * 60 + "1" + ")" * 60,
        "1" * 30_000,
    ],
)
def test_expressions_that_are_none(text):
    with pytest.raises(NoValue):
        evaluate(text, {"s1": 7})


def archive(**members):
    """A zip of these members, by names with _ for /."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items():
            made.writestr(name.replace("__", "/"), text)
    out.seek(0)
    return out


def described(**changes):
    """The JSON of a small program, with some of its parts replaced."""
    with zipfile.ZipFile(DATA / "small-twice.pt2") as source:
        found = json.loads(source.read("model/models/model.json"))
    found["graph_module"]["graph"].update(changes)
    return json.dumps(found)


def test_weights_of_one_storage_are_several_unless_they_are_the_same_part():
    """A GPU's LSTM has all of its weights in one: three kernels of 32·32·9, then one that is the third part of it."""
    with zipfile.ZipFile(DATA / "small-tied.pt2") as source:
        found = {name.partition("/")[2]: source.read(name) for name in source.namelist()}
    held = json.loads(found["data/weights/model_weights_config.json"])
    assert len({entry["path_name"] for entry in held["config"].values()}) == 2
    for first, params in ((0, 9216), (9216, 2 * 9216)):
        for entry in held["config"].values():
            entry["path_name"] = "weight_0"
        held["config"]["two.weight"]["tensor_meta"]["storage_offset"]["as_int"] = first
        members = {"models/model.json": found["models/model.json"], "data/weights/model_weights_config.json": held}
        text = {f"m/{name}": each if isinstance(each, bytes) else json.dumps(each) for name, each in members.items()}
        assert ra.measure(read_stream(archive(**text), "net.pt2")).totals.params == params


def test_behind_an_unknown_operator_the_declared_shape_holds():
    """The patches' convolution is somebody's own: all but its 2304 products a token is known, for every size."""
    with zipfile.ZipFile(DATA / "open.pt2") as source:
        text = source.read("model/models/model.json").decode()
    assert text.count("torch.ops.aten.conv2d.default") == 1
    changed = text.replace("torch.ops.aten.conv2d.default", "torch.ops.mine.conv2d.default")
    graph = read_stream(archive(**{"m/models/model.json": changed}), "net.pt2")
    macs = ra.measure(graph).totals.macs
    assert [row.op for row in ra.measure(graph).rows if row.cost.unknown] == ["Opaque"]
    for tokens, height, width in ((64, 32, 32), (64, 16, 64), (4, 8, 8)):
        assert macs.at(h=height, w=width) == tokens * 48 * 192 + 2 * 48 * tokens**2


@pytest.mark.parametrize(
    ("stream", "text"),
    [
        (io.BytesIO(b"no zip"), "no archive"),
        (archive(a="1"), "no exported program"),
        (archive(x__data_pkl="1", **{"x/data.pkl": "1"}), "pickled objects"),
        (archive(m__models__model_json="{", **{"m/models/model.json": "{"}), "no JSON"),
        (archive(**{"m/models/model.json": "[]"}), "not one of torch.export"),
        (archive(**{"m/models/model.json": "[" * 100_000}), "nested deeper"),
        (archive(**{"m/models/model.json": b'{"a":"' + b" " * 40_000_000 + b'"}'}), "more than any"),
        (archive(**{"m/models/model.json": '{"a":[' + "[]," * 1_100_000 + "1]}"}), "parts"),
        (archive(**{"m/models/model.json": described(nodes=[])}), "no operation"),
        (archive(**{"m/models/model.json": described(tensor_values={})}), "has no shape in the file"),
        (archive(**{"m/models/model.json": described(nodes=[{"target": 3}])}), "not one of torch.export"),
        (
            archive(
                **{
                    "m/models/model.json": described(
                        nodes=[
                            {
                                "target": "torch.ops.aten.relu.default",
                                "inputs": [{"name": "self", "arg": {"as_tensor": {"name": "no\x1b[31m"}}}],
                                "outputs": [{"as_tensor": {"name": "x"}}],
                                "metadata": {},
                            }
                        ]
                    )
                }
            ),
            "which nothing before it makes",
        ),
    ],
)
def test_hostile_files_give_one_line(stream, text):
    with pytest.raises(UsageError, match=text) as raised:
        read_stream(stream, "net.pt2")
    assert "\n" not in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_archives_as_python_reads_them(tmp_path):
    """Stored and packed members, 64-bit sizes, a remark at the end: the bytes that zipfile gives."""
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a/models/stored.json", b"1" * 1000)
        made.writestr("packed", b"2" * 1000, zipfile.ZIP_DEFLATED)
        with made.open("wide", "w", force_zip64=True) as member:
            member.write(b"3" * 1000)
        made.comment = b"a remark"
    with open(file, "rb") as stream, zipfile.ZipFile(file) as source:
        found = members(stream)
        assert list(found) == source.namelist()
        assert [read(stream, each, 2000) for each in found.values()] == list(map(source.read, found))
        assert len(read(stream, found["packed"], 99)) == 100  # no more than is asked for, and one


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_packed_in_another_way(method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.writestr("m/models/model.json", described())
    with pytest.raises(UsageError, match="damaged"):
        read_stream(out, "net.pt2")


def test_a_member_that_lies_about_its_size():
    """Gigabytes behind a size of a few: no more than the bound is unpacked."""
    data = bytearray(archive(**{"m/models/model.json": b" " * 30_000_000}).getvalue())
    place = data.rindex(b"PK\1\2")
    data[place + 24 : place + 28] = (100).to_bytes(4, "little")
    with pytest.raises(UsageError, match="damaged"):
        read_stream(io.BytesIO(bytes(data)), "net.pt2")


def mutated(text, rng):
    """A file's JSON with parts changed: tokens swapped, numbers and words replaced, pieces cut out or doubled."""
    for _ in range(rng.randint(1, 4)):
        at, kind = rng.randrange(len(text)), rng.random()
        if kind < 0.3:
            text = text[:at] + rng.choice('0123456789-"[]{},:eEs*/()') + text[at + 1 :]
        elif kind < 0.5:
            text = text[:at] + text[at + rng.randint(1, 60) :]
        elif kind < 0.6:
            text = text[:at] + text[at : at + rng.randint(1, 60)] + text[at:]
        else:
            old = rng.choice(WORDS)
            place = text.find(old, at)
            text = text if place < 0 else text[:place] + rng.choice(WORDS) + text[place + len(old) :]
    return text


WORDS = (
    '"as_int":1', '"as_int":-1', '"as_int":0', '"as_int":99999999999999999999', '"as_ints":[1,1]', '"as_ints":[0]',
    '"as_ints":[-1]', '"as_ints":[]', '"as_string":"same"', '"as_none":true', '"as_tensor"', '"as_tensors"',
    '"as_bool":true', '"as_float":1e999', "null", "[]", "{}", "conv2d", "linear", "view", "cat", "split", "mean",
    "permute", "softmax", "batch_norm", "max_pool2d", "einsum", "expand", "slice", '"x"', "Mul(", "s77", "FloorDiv(",
)  # fmt: skip


@pytest.mark.parametrize("name", ["open.pt2", "small-attention.pt2", "torchvision-squeezenet1_1.pt2"])
@pytest.mark.parametrize("count", [300, pytest.param(34_000, marks=pytest.mark.slow)])
def test_changed_files_give_one_line(name, count):
    """100,000 in all: the library's own errors, nothing else."""
    with zipfile.ZipFile(DATA / name) as source:
        (member,) = [each for each in source.namelist() if each.endswith("models/model.json")]
        text, rng = source.read(member).decode(), random.Random(name)
    lines = set()
    for _ in range(count):
        stream = archive(**{"m/models/model.json": mutated(text, rng)})
        try:
            ra.measure(read_stream(stream, "net.pt2"))
        except AnalyzerError as error:
            lines.add(str(error))
    assert lines
    assert not [line for line in lines if "\n" in line or not line.isprintable()]


def test_bytes_of_the_archive_changed():
    data, rng = (DATA / "small-twice.pt2").read_bytes(), random.Random(5)
    for _ in range(1000):
        broken = bytearray(data)
        for _ in range(rng.randint(1, 8)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        cut = bytes(broken[: rng.randint(1, len(broken))])
        with contextlib.suppress(AnalyzerError):
            ra.measure(read_stream(io.BytesIO(cut), "net.pt2"))

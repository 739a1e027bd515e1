"""ONNX files read as data: published figures, sizes by hand, the file's own shapes, and files that are broken."""

import io
import random
import subprocess
import sys
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.errors import AnalyzerError, UsageError
from resnet_analyzer.importers.onnx import read_stream

DATA = Path(__file__).parent.parent / "data" / "onnx"


def test_resnet50_has_the_published_figures():
    """torchvision 0.29: 25,557,032 parameters, 4.089 G multiply-accumulates at 224."""
    measured = ra.measure(DATA / "resnet50.onnx", input=224)
    assert measured.totals.params == 25_557_032
    assert measured.totals.macs == 4_089_184_256
    assert measured.status == "complete"
    # 53 convolutions and normalisations, 49 activations, 16 sums, 4 others
    assert "175 of 175 tensor shapes" in measured.graph.about["says"]


def test_sizes_computed_from_sizes_hold_for_every_size():
    """A 4×4 patch convolution, 12 → 36 dense, two products of attention: tokens t = (h/4)·(w/4)."""
    for height, width in ((16, 32), (64, 48)):
        tokens = height // 4 * (width // 4)
        measured = ra.measure(DATA / "sizes.onnx", input=(height, width))
        assert measured.totals.macs == tokens * 12 * 48 + tokens * 12 * 36 + 2 * tokens * tokens * 12
        assert measured.status == "complete"


def test_open_axes_are_variables_under_the_files_own_names():
    """`height` and `width`, as the file calls them; the batch is 1."""
    shape = ra.load(DATA / "sizes.onnx").inputs[0].op.shape
    assert [str(size) for size in shape] == ["1", "3", "height", "width"]


def test_every_floating_point_tensor_counts_once():
    """The kernel 12·3·4·4, a matrix 12·36, a bias 36, and 35 numbers that no layer uses."""
    assert ra.measure(DATA / "sizes.onnx", input=16).totals.params == 576 + 432 + 36 + 35


def test_another_batch():
    """Work is that of every image."""
    one, four = (ra.measure(DATA / "sizes.onnx", input=16, batch=batch).totals.macs for batch in (1, 4))
    assert four == 4 * one


def test_a_size_that_the_file_fixes_is_refused():
    """Three channels are three."""
    with pytest.raises(UsageError, match="fixes axis 1"):
        ra.load(DATA / "sizes.onnx", input={"x": (1, 4, 16, 16)})


def test_no_framework_is_imported():
    """Neither onnx nor numpy."""
    code = (
        "import sys, resnet_analyzer as ra; ra.measure(sys.argv[1], input=224); "
        "print(sorted({'onnx', 'numpy', 'torch', 'keras', 'tensorflow'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(DATA / "resnet50.onnx")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_broken_files_give_one_line(count):
    """Changed, cut and longer files: the library's own errors, nothing else."""
    data, rng = (DATA / "sizes.onnx").read_bytes(), random.Random(11)
    lines = set()
    for _ in range(count):
        broken = bytearray(data)
        for _ in range(rng.randint(1, 6)):
            at, kind = rng.randrange(len(broken)), rng.random()
            if kind < 0.6:
                broken[at] = rng.randrange(256)
            elif kind < 0.8:
                del broken[at : at + rng.randint(1, 20)]
            else:
                broken[at:at] = rng.randbytes(rng.randint(1, 8))
        try:
            ra.measure(read_stream(io.BytesIO(bytes(broken)), "broken.onnx"))
        except AnalyzerError as error:
            lines.add(str(error).count("\n"))
    assert lines <= {0}

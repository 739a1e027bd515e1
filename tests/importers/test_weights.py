"""Files that hold no network: one line says what each is, and how to get one that can be read."""

import io
import zipfile

import pytest

import resnet_analyzer as ra
from resnet_analyzer.errors import UsageError


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("net.pt", "pickled objects.*torch.export.save"),
        ("net.PTH", "pickled objects.*ra.from_torch"),
        ("model.safetensors", "weights, without the layers"),
        ("pytorch_model.bin", "weights, without the layers"),
        ("net.weights.h5", "weights of a Keras model.*model.save"),
        ("net.tflite", "TensorFlow Lite"),
        ("saved_model.pb", "TensorFlow graph"),
    ],
)
def test_one_line_says_what_it_is(tmp_path, name, says):
    file = tmp_path / name
    file.write_bytes(b"\x80\x02cos\nsystem\n(S'true'\ntR.")  # a pickle that would run something
    with pytest.raises(UsageError, match=says) as raised:
        ra.load(file)
    assert "\n" not in str(raised.value)


def test_folders(tmp_path):
    with pytest.raises(UsageError, match="a folder"):
        ra.load(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(UsageError, match="SavedModel"):
        ra.load(tmp_path)


def test_a_program_by_another_name(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("net/models/model.json", "{}")
    (tmp_path / "net.pt").write_bytes(out.getvalue())
    with pytest.raises(UsageError, match=r"call it \.pt2"):
        ra.load(tmp_path / "net.pt")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        ra.load(tmp_path / "net.pth")

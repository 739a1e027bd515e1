"""Without Keras or TensorFlow: one line that says what to install; the main job still works."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest

MESSAGE = "resnet-analyze: this needs Keras 3 and TensorFlow, which are not installed: pip install 'tensorflow>=2.18'\n"
BLOCKED = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
from resnet_analyzer.cli.main import main
main({arguments!r})
"""


@pytest.fixture
def without(environment, tmp_path):
    """Run the program where the named modules cannot be imported."""

    def without(*arguments, blocked=("keras", "tensorflow", "h5py")):
        script = BLOCKED.format(blocked=blocked, arguments=list(arguments))
        return subprocess.run(
            [sys.executable, "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return without


@pytest.mark.parametrize("blocked", [("keras", "tensorflow", "h5py"), ("tensorflow",)])
@pytest.mark.parametrize("arguments", [("resnet50",), ("--all",), ("resnet50", "--device", "gpu"), ("m.keras",)])
def test_crosscheck(without, tmp_path, blocked, arguments):
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        archive.writestr("config.json", '{"class_name": "Sequential", "module": "keras", "config": {}}')
    ended = without("crosscheck", *arguments, blocked=blocked)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", MESSAGE)


def test_an_h5_file(without, tmp_path):
    (tmp_path / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    ended = without("crosscheck", "m.h5")
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", MESSAGE)


def test_the_main_job(without):
    ended = without("--depth", "50")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "3.858" in ended.stdout


def test_help(without):
    ended = without("crosscheck", "--help")
    assert (ended.returncode, ended.stderr) == (0, "")

"""A slip of the hand is answered by what was meant: a command, a network, a factory, a file, an ending."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("memry", "model.keras"), "unknown command 'memry'. Did you mean memory?"),
        (("memry",), "unknown command 'memry'. Did you mean memory?"),
        (("verfy", "x.yaml", "--max-macs", "1"), "Did you mean verify?"),
        (("resnet18", "resnet34"), "resnet-analyze compare"),
        (("model.keras", "other.keras"), "resnet-analyze compare"),
        (("diff", "resnet18", "resnet34", "vgg11"), "one argument too many: vgg11. See: resnet-analyze diff --help"),
        (("mobilenetv2",), "torchvision.models:mobilenet_v2"),
        (("resnet5o",), "resnet50 or"),
    ],
)
def test_what_was_meant(complain, typed, says):
    assert says in complain(*typed)


def test_what_is_not_alike_is_not_proposed(complain):
    assert "googlenet" not in complain("mobilenetv2")


def test_a_module_is_no_factory(complain, monkeypatch, tmp_path):
    """As torchvision.models, which holds a module `mobilenetv2` beside the factory `mobilenet_v2`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    folder = tmp_path / "zoo_of_this_test"
    folder.mkdir()
    (folder / "smallnet.py").write_text("def small_net():\n    return 3\n", encoding="utf-8")
    (folder / "__init__.py").write_text("from .smallnet import small_net\n", encoding="utf-8")
    said = complain("zoo_of_this_test:smallnet", "--input", "224")
    assert said.endswith("this is a module, not a factory that makes a model. Did you mean small_net?")
    assert "Did you mean small_net" in complain("zoo_of_this_test:smal_net")
    assert "int is no Keras model" in complain("zoo_of_this_test:small_net")


@pytest.mark.parametrize("name", ["nope.keras", "nope.h5", "nope.yaml", "nope.json", "nope.onnx", "nope.pt2", "./nope"])
@pytest.mark.parametrize("command", ["show", "verify"])
def test_a_file_that_is_not_there_is_told_in_one_wording(complain, command, name):
    assert complain(command, name) == f"{name}: there is no such file"

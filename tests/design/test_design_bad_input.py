"""Bad design files: a clear message with its place, nothing executed, nothing overwritten, within time and memory."""

from __future__ import annotations

import os
import random
import sys
import time

import pytest

from resnet_analyzer.analyses.verify import verify, verify_text
from resnet_analyzer.design import MAX_BYTES, ExpressionError, evaluate, examine_text
from resnet_analyzer.errors import UsageError

LAYERS = "layers:\n- relu\n"


def bomb():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines)


BAD = {
    "empty": ("", "is empty; begin with: resnet-analyze init"),
    "only a comment": ("# nothing\n", "is empty"),
    "a list": ("- relu\n", "1:1: a design is a mapping"),
    "a word": ("relu", "1:1: a design is a mapping"),
    "a tab": ("layers:\n\t- relu\n", "2:1: a tab: YAML indents by spaces"),
    "nul": ("layers:\n- re\x00lu\n", "2:5: a character that text files do not have (U+0000)"),
    "deep list": ("[" * 10_000, "1:33: nested deeper than 32 levels"),
    "deep mapping": ("{a: " * 10_000, "nested deeper than 32 levels"),
    "deep blocks": ("\n".join(" " * n + "a:" for n in range(2_000)), "nested deeper than 32 levels"),
    "aliases that explode": (bomb(), "more than 60,000 values"),
    "an alias in itself": ("layers: &a [*a]", "1:13: the alias *a contains itself"),
    "an unknown alias": ("layers: *b", "no anchor &b before"),
    "a tag": ("layers: !!python/object/apply:os.system ['echo']", "1:9: the tag"),
    "a short tag": ("layers: !x [relu]", "1:9: the tag"),
    "two documents": ("layers: [relu]\n---\nlayers: [relu]\n", "2:1: a second document"),
    "deep lists in a list": ("layers:\n- " + "[a, " * 10_000, "2:131: nested deeper than 32 levels"),
    "deep behind quotes": ('a: [\'[[\', "[\\"[", # [[\n' + "[" * 2_000, "2:32: nested deeper than 32 levels"),
    "deep dashes": ("- " * 10_000, "1:65: nested deeper than 32 levels"),
    "unclosed": ("layers: [relu", "the text ends too early: a bracket or a quote is not closed"),
    "unclosed brace": ("layers: {relu: {a: 1}\n\n", "the text ends too early: a bracket or a quote is not closed"),
    "unclosed quote": ("layers: ['relu", "the text ends too early: a bracket or a quote is not closed"),
    "colons": ("a: b: c", "1:5: cannot be read as YAML: look at indentation, colons"),
    "a list after a mapping": ("a: 1\n- b\n", "cannot be read as YAML: look at indentation, colons"),
    "a bracket of another kind": ("a: [b}\nc: 1\n", "cannot be read as YAML: look at indentation, colons"),
    "a sign that begins nothing": ("a: @b\n", "cannot be read as YAML: look at indentation, colons"),
    "an expression without quotes": ("layers:\n- conv2d: {filters: {width}*2}\n", "must be quoted"),
    "a mapping as key": ("{{a: b}: c}", "a list or mapping where a key is expected"),
}


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def loader(request, monkeypatch):
    """Each of PyYAML's two parsers, which differ in limits and words; some machines have the second one only."""
    import yaml

    if request.param == "SafeLoader":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("PyYAML is built without libyaml on this machine")


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(("text", "says"), BAD.values(), ids=BAD)
def test_no_design_at_all(text, says):
    before = time.process_time()
    with pytest.raises(UsageError) as error:
        examine_text("mine.yaml", text)
    assert says in str(error.value)
    assert str(error.value).startswith("mine.yaml:")
    assert time.process_time() - before < 2


WRONG = {
    "no layers": ("input: 3\n", "a design needs the key `layers`"),
    "layers of nothing": ("layers:\n", "layers must be a list with at least one layer, not nothing"),
    "layers as text": ("layers: relu\n", "layers must be a list with at least one layer, not 'relu'"),
    "a key twice": ("input: 8\ninput: 9\n" + LAYERS, "the key 'input' appears twice"),
    "a setting twice": ("layers:\n- conv2d: {filters: 1, filters: 2}\n", "the key 'filters' appears twice"),
    "a billion repeats": ("layers:\n- relu: {repeat: 1000000000}\n", "repeat: 1,000,000,000 is more than"),
    "a billion blocks": ("layers:\n- stage: {width: 8, blocks: 1000000000}\n", "blocks: 1,000,000,000 are more than"),
    "a billion layers": (
        "layers:\n- dense_block: {layers: 1000000000, growth_rate: 12}\n",
        "more than 10,000 layers",
    ),
    "repeats in repeats": (
        "layers:\n- group: {repeat: 9000, layers: [{group: {repeat: 9000, layers: [relu]}}]}\n",
        "more than 12,000 layers",
    ),
    "empty repeats in repeats": (
        "layers:\n- group: {repeat: 9000, layers: [{group: {repeat: 9000, layers: [{group: {layers: []}}]}}]}\n",
        "more than 24,000 entries",
    ),
    "negative": ("layers:\n- conv2d: {filters: -3}\n", "filters must be at least 1, not -3"),
    "zero": ("layers:\n- conv2d: {filters: 3, strides: 0}\n", "strides must be at least 1, not 0"),
    "a fraction": ("layers:\n- conv2d: {filters: 2.5}\n", "filters must be a whole number, not 2.5"),
    "infinity": ("layers:\n- conv2d: {filters: .inf}\n", "'.inf' is not part of an expression"),
    "beyond all floats": ("layers:\n- conv2d: {filters: 1e964}\n", "filters: "),
    "too many digits": ("layers:\n- conv2d: {filters: 99999999999999999999999}\n", "filters: a value beyond 10**18"),
    "a large float": ("layers:\n- conv2d: {filters: 1e308}\n", "filters: a value beyond 10**18"),
    "a side of many digits": ('input: "9999999999999999999999x5"\nlayers: [relu]\n', "input: a value beyond 10**18"),
    "a size in other digits": ('input: "\u0665x5"\nlayers: [relu]\n', "input: "),
    "a list": ("layers:\n- conv2d: {filters: [1, 2]}\n", "filters must be a number, not a list"),
    "nested lists": ("layers:\n- conv2d: {filters: 3, kernel_size: [[[1]]]}\n", "cannot be a list"),
    "three strides": ("layers:\n- conv2d: {filters: 3, strides: [1, 2, 3]}\n", "strides must be a number or two"),
    "no fraction of 1": ("layers:\n- dropout: 1.5\n", "rate must be a number from 0 to 1, not 1.5"),
    "itself": ("layers:\n- relu: {name: a, inputs: a}\n", "'a' reads itself"),
    "later": ("layers:\n- relu: {inputs: b}\n- tanh: {name: b}\n", "which is defined later (line 3)"),
    "a long cycle": (
        "layers:\n- relu: {name: a, inputs: c}\n- relu: {name: b}\n- relu: {name: c}\n",
        "a cycle: a → c → b → a",
    ),
    "nothing before": ("layers:\n- input: {shape: [8]}\n- relu: {inputs: []}\n", "inputs must name at least one layer"),
    "no name": ("layers:\n- relu: {name: ''}\n", "a name is text of at most 200 printable characters"),
    "a name that steers": ('layers:\n- relu: {name: "\\e[31m"}\n', "a name is text of at most 200 printable"),
    "a reserved name": ("layers:\n- relu: {name: previous}\n", "a name is text"),
    "no style": ("style: kears\n" + LAYERS, "style must be one of paper, torchvision, keras, course"),
    "no op": ("layers:\n- 3\n", "unknown layer '3'"),
    "a list as a layer": ("layers:\n- [relu]\n", "a layer is a word, as `relu`"),
    "nothing as a layer": ("layers:\n-\n", "unknown layer"),
    "variables": ("variables: {a: 1/0}\n" + LAYERS, "a: a division by zero"),
    "variable names": ("variables: {a-b: 1}\n" + LAYERS, "cannot be a variable's name"),
    "settings of a block": ("layers:\n- stage: {width: 8, blocks: [{wdth: 3}]}\n", "Did you mean width?"),
    "defaults": ("defaults: {bloc: basic}\n" + LAYERS, "Did you mean block?"),
    "no width": ("layers:\n- stage: {blocks: 3}\n", "stage: width is needed"),
    "channels that differ": ("input: 8x8x3\nchannels: 4\n" + LAYERS, "input has 3 channels, and channels says 4"),
    "stage in a list": ("layers:\n- stage: {width: 8, blocks: [3]}\n", "a block's settings are a mapping"),
    "weights of nobody": ("layers:\n- dense: {units: 3, weights_of: x}\n", "there is no layer of that name"),
}


@pytest.mark.parametrize(("text", "says"), WRONG.values(), ids=WRONG)
def test_a_design_that_says_nothing(text, says):
    before = time.process_time()
    verified = verify_text("mine.yaml", text)
    assert any(says in finding.says for finding in verified.findings), [each.says for each in verified.findings]
    assert verified.exit_status == 2
    assert all(finding.place.line >= 1 and finding.place.column >= 1 for finding in verified.findings)
    assert time.process_time() - before < 2


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"layers:\n- r\xe9lu\n", r":2:4: is not UTF-8 text \(byte 0xe9\); save it as UTF-8"),
        ("layers: [relu]".encode("utf-16"), "is written in UTF-16; save it as UTF-8"),
        (random.Random(1).randbytes(5000), "is not UTF-8 text"),
        (b"\x7fELF\x02\x01", "a character that text files do not have"),
    ],
)
def test_bytes_that_are_no_text(tmp_path, data, says):
    file = tmp_path / "mine.yaml"
    file.write_bytes(data)
    verified = verify(str(file))
    assert verified.exit_status == 2
    import re

    assert re.search(
        says, f":{verified.findings[0].place.line}:{verified.findings[0].place.column}: {verified.findings[0].says}"
    )


def test_a_byte_order_mark_is_no_harm(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"\xef\xbb\xbflayers: [relu]\r\n")
    assert verify(str(file), identity=False).valid


def test_large_files_are_not_read(tmp_path):
    file = tmp_path / "mine.yaml"
    with open(file, "wb") as stream:
        stream.truncate(100 * 2**20)
    before = time.process_time()
    verified = verify(str(file))
    assert f"is larger than {MAX_BYTES:,} bytes" in verified.findings[0].says
    assert time.process_time() - before < 1


@pytest.mark.parametrize("name", ["nowhere.yaml", ".", "a\x00b.yaml"])
def test_what_cannot_be_opened(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"cannot be read|is a folder|no such file"):
        verify(name)


def test_unicode_and_markup_are_names_like_others():
    text = 'layers:\n- relu: {name: "größe 層"}\n- tanh: {name: "<script>"}\n- elu: {name: "a|b"}\n'
    text += '- add: ["größe 層", "a|b"]\n'
    reading = examine_text("mine.yaml", text)
    assert reading.problems == []
    assert [node.name for node in reading.graph][1:4] == ["größe 層", "<script>", "a|b"]


def test_the_largest_file_that_is_read_stays_within_time():
    line = "- conv2d: {filters: 64, kernel_size: 3, padding: 1, usebias: false}\n"
    text = "layers:\n" + line * ((MAX_BYTES - 100) // len(line))
    before = time.process_time()
    verified = verify_text("mine.yaml", text)
    assert verified.exit_status == 2
    assert time.process_time() - before < 6  # the limit of two seconds has a machine of its own in mind


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("name", ["aliases that explode", "deep mapping", "deep list"])
def test_memory(name):
    before = _peak()
    with pytest.raises(UsageError):
        examine_text("mine.yaml", BAD[name][0])
    assert _peak() - before < 300 * 2**20


def _peak():
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2**3", "is not expected there"),
        ("__import__('os')", "is not part of an expression"),
        ("a.b", "is not part of an expression"),
        ("a(3)", "is not expected there"),
        ("lambda", "unknown variable"),
        ("(" * 50 + "1" + ")" * 50, "nested deeper than 20"),
        ("1" * 300, "an expression of 300 characters"),
        ("9999999999*9999999999", "a value beyond 10"),
        ("1/3/7/9999999999999/99999999", "a value beyond"),
        ("3 +", "ends too early"),
        ("", "ends too early"),
        ("(3", "not closed"),
    ],
)
def test_expressions_are_arithmetic_and_nothing_else(text, says):
    with pytest.raises(ExpressionError, match=says.replace("(", r"\(")):
        evaluate(text, {"a": 3})


@pytest.mark.parametrize("text", ["1 + 2*3", "-(4 - 9)//2", "7//2 - 7//-2", "2*(3 + 4)*5", "10 - 3 - 2", "-3*-2", "+5"])
def test_expressions_agree_with_python(text):
    assert evaluate(text, {}) == eval(text)  # texts of our own


def test_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for text, _ in [*BAD.values(), *WRONG.values()]:
        verify_text("mine.yaml", text)
    assert os.listdir(tmp_path) == []


def test_spaces_around_a_size_are_no_digits():
    reading = examine_text("mine.yaml", 'input: "                   5x5"\nlayers: [relu]\n')
    assert tuple(reading.graph.inputs[0].op.shape) == (1, 5, 5, 3)


def test_a_misspelt_setting_is_one_error_and_not_missing_too():
    text = "layers:\n- conv2d: {filtrs: 3, kernal_size: 3}\n- dense: {unts: 3}\n"
    says = [each.says for each in examine_text("mine.yaml", text).problems]
    assert [each for each in says if "is needed" in each] == []
    assert len(says) == 3
    says = [each.says for each in examine_text("mine.yaml", "layers:\n- conv2d: {nonsense: 3}\n").problems]
    assert "conv2d: filters is needed" in says

"""Real Keras on broken, repaired and random designs: it refuses what we refuse, and builds what we pass alike."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resnet_analyzer.analyses.verify import verify_text

from .corpus import corpus

pytestmark = pytest.mark.slow
DESIGNS = 600


@pytest.fixture(autouse=True)
def keras():
    return pytest.importorskip("keras", reason="Keras is not installed: pip install tensorflow")


@pytest.mark.parametrize("broken", corpus(), ids=lambda broken: broken.path.stem)
def test_keras_refuses_the_broken_and_builds_the_repaired(broken):
    from .direct import Refused, build

    verified = verify_text(broken.path.name, broken.text)
    if broken.keras == "refuses":
        with pytest.raises(Refused):
            build(verified.reading.graph)
    for repair in verified.repairs[0]:
        again = verify_text(broken.path.name, repair.text, identity=False)
        shapes = build(again.reading.graph)
        assert shapes == {name: tuple(row.output) for name, row in again.reading.rows.items()}, repair.says


def test_our_builder_builds_what_is_repaired():
    from resnet_analyzer.crosscheck.builder import build_model

    for broken in corpus():
        verified = verify_text(broken.path.name, broken.text)
        again = verify_text(broken.path.name, verified.repairs[0][0].text, identity=False)
        model = build_model(again.reading.graph)
        assert model.count_params() == again.measurement.totals.all_params, broken.path.stem


SMALL = st.integers(1, 3)
SIZE = st.one_of(SMALL, st.tuples(SMALL, SMALL).map(list))
PADDING = st.sampled_from(["valid", "same", 0, 1, 2, [1, 0]])
WIDTH = st.sampled_from([2, 3, 4, 6, 8])


def window(**more):
    fields = {"padding": PADDING, "strides": SMALL, **more}
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def convolutions(draw):
    said = draw(window(kernel_size=SIZE, groups=st.sampled_from([1, 2, 3, 4]), use_bias=st.booleans()))
    if said.get("strides", 1) == 1:  # TensorFlow has no dilation together with a stride
        said |= draw(st.fixed_dictionaries({}, optional={"dilation_rate": SMALL}))
    return {"conv2d": {"filters": draw(WIDTH), **said}}


def worded(word, **fields):
    return st.fixed_dictionaries({}, optional=fields).map(lambda said: {word: said} if said else word)


BLOCK = {
    "stride": SMALL,
    "block": st.sampled_from(["basic", "bottleneck"]),
    "projection": st.booleans(),
    "cardinality": st.sampled_from([1, 2, 3]),
}
PLAIN = st.one_of(
    convolutions(),
    convolutions(),
    window(kernel_size=SMALL, depth_multiplier=SMALL).map(lambda said: {"depthwise_conv2d": said}),
    window(pool_size=SMALL, padding=st.sampled_from(["valid", "same"])).map(lambda said: {"max_pool2d": said}),
    window(pool_size=SMALL, padding=st.sampled_from(["valid", "same"])).map(lambda said: {"average_pool2d": said}),
    st.sampled_from(["relu", "batch_norm", "tanh", "flatten", "dropout"]),
    worded("global_average_pool2d", keepdims=st.booleans()),
    st.integers(1, 4).map(lambda groups: {"group_norm": {"groups": groups}}),
    SMALL.map(lambda size: {"cropping2d": size}),
    SMALL.map(lambda size: {"zero_padding2d": size}),
    SMALL.map(lambda size: {"upsampling2d": size}),
    WIDTH.map(lambda units: {"dense": units}),
    st.lists(st.sampled_from([-1, 2, 4, 8, 16]), min_size=1, max_size=3)
    .filter(lambda target: target.count(-1) < 2)
    .map(lambda target: {"reshape": {"target": target}}),
    st.permutations([1, 2, 3]).map(lambda axes: {"permute": {"axes": axes}}),
    st.fixed_dictionaries({"width": WIDTH}, optional=BLOCK).map(lambda said: {"block": said}),
)


@st.composite
def designs(draw):
    layers = []
    names = ["input"]
    for number in range(draw(st.integers(1, 9))):
        if len(names) > 1 and draw(st.integers(0, 3)) == 0:
            word = draw(st.sampled_from(["add", "concatenate", "multiply"]))
            inputs = draw(st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True))
            entry = {word: {"inputs": inputs}}
        else:
            entry = draw(PLAIN)
        if isinstance(entry, str):
            entry = {entry: {}}
        word, said = next(iter(entry.items()))
        if word != "block":
            said = said if isinstance(said, dict) else {{"dense": "units", "cropping2d": "cropping",
                "zero_padding2d": "padding", "upsampling2d": "size"}[word]: said}  # fmt: skip
            entry = {word: {"name": f"n{number}", **said}}
            names.append(f"n{number}")
        layers.append(entry)
    height, width = draw(st.integers(4, 14)), draw(st.integers(4, 14))
    return {"input": [height, width, draw(st.sampled_from([2, 3, 4]))], "layers": layers}


def test_valid_exactly_when_keras_builds_it():
    from .direct import Refused, build

    counts = {"valid": 0, "refused": 0}

    @settings(max_examples=DESIGNS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(design=designs())
    def agree(design):
        verified = verify_text("mine.json", json.dumps(design), identity=False, repair=False)
        assert not any(finding.is_input for finding in verified.findings), verified.findings
        shapes, refusal = None, ""
        try:
            shapes = build(verified.reading.graph)
        except Refused as refused:
            refusal = str(refused)
        counts["refused" if refusal else "valid"] += 1
        assert verified.valid == (not refusal), (refusal, [finding.says for finding in verified.findings])
        assert refusal or shapes == {name: tuple(row.output) for name, row in verified.reading.rows.items()}

    agree()
    assert min(counts.values()) >= DESIGNS // 10, counts  # both answers were frequent

"""Whose number is it, and what lies between two of them: the issue trackers' cases, random ones, exact sums."""

from __future__ import annotations

import random

import pytest

from resnet_analyzer.analyses.amount import amount
from resnet_analyzer.analyses.conventions import counted
from resnet_analyzer.analyses.reconcile import (
    NATIVE,
    UNIVERSAL,
    Table,
    difference,
    networks_that_fit,
    reconcile,
)
from resnet_analyzer.analyses.variants import farther, variants
from resnet_analyzer.conventions.base import CONVENTIONS
from resnet_analyzer.errors import UsageError
from resnet_analyzer.measurement import measure
from resnet_analyzer.targets import resolve

# What people see for ResNet-50, and where it comes from: the tools' own figures in tests/data/peers.csv, He et al.
# 2015 (3.8), keras.io (25,636,712 with moving statistics), TensorFlow's profiler on Keras' network (7,755,299,312)
KNOWN = {
    "4.11G": ("fvcore", "torchvision", 4_111_512_576),
    "4.13G": ("thop", "torchvision", 4_133_742_592),
    "4.12G": ("onnx_tool", "torchvision", 4_117_342_184),
    "4.09G": ("macs", "torchvision", 4_089_184_256),
    "3.86G": ("macs", "paper", 3_857_973_248),
    "3.8G": ("paper", "paper", 3_857_973_248),
    "8.21G": ("calflops", "torchvision", 8_211_108_352),
    "8.18G": ("torch_flop_counter", "torchvision", 8_178_368_512),
    "7.76G": ("tensorflow", "keras", 7_755_299_312),
    "25.6M": ("params", "paper", 25_557_032),
    "25.56M": ("params", "paper", 25_557_032),
    "24.37M": ("params", "paper", 25_557_032),
    "25557032": ("params", "paper", 25_557_032),
    "25636712": ("keras_params", "keras", 25_636_712),
}


def test_the_numbers_of_resnet50():
    found = reconcile(resolve("resnet50"), list(KNOWN))
    first = [each.explanations[0] for each in found]
    assert [(one.convention.name, one.variant.style, one.number) for one in first] == list(KNOWN.values())
    assert found[list(KNOWN).index("24.37M")].explanations[0].written == "in powers of 1,024"


def test_lists_add_up_between_any_two():
    found = [each.explanations[0] for each in reconcile(resolve("resnet50"), list(KNOWN))]
    for one in found:
        for two in found:
            assert one.number + sum(step.amount for step in difference(one, two)) == two.number


def test_the_difference_is_named():
    paper, fvcore = (each.explanations[0] for each in reconcile(resolve("resnet50"), ["3.86G", "4.11G"]))
    amounts = [step.amount for step in difference(paper, fvcore)]
    assert amounts == [3 * 77_070_336, 2 * 11_113_984, 100_352]  # strided stages, batch norms, the average pool
    torchvision, keras = (each.explanations[0] for each in reconcile(resolve("resnet50"), ["25557032", "25636712"]))
    assert [step.amount for step in difference(torchvision, keras)] == [26_560, 53_120]


NETWORKS = ["alexnet", "vgg16_bn", "googlenet", "resnet18", "resnet34", "resnet50", "resnext50_32x4d", "densenet121"]
UNITS = [
    ("", 1, 0), ("k", 10**3, 0), ("M", 10**6, 0), ("M", 10**6, 1), ("M", 10**6, 2), ("M", 2**20, 2), ("G", 10**9, 1),
    ("G", 10**9, 2), ("G", 10**9, 3), ("G", 2**30, 2),
]  # fmt: skip


def written(number, unit, size, digits):
    scaled = (2 * number * 10**digits + size) // (2 * size)
    return f"{scaled // 10**digits}.{scaled % 10**digits:0{digits}d}{unit}" if digits else f"{scaled}{unit}"


def drawn(network, choose):
    """25 numbers as people might write them: of any tool, on its own networks, in any rounding and unit."""
    architecture = resolve(network).architecture
    styles = {style: measure(architecture.graph(style=style)) for style in architecture.styles}
    found = []
    while len(found) < 25:
        convention = CONVENTIONS[choose.choice(sorted(CONVENTIONS))]
        native = NATIVE.get(convention.name, "torchvision")
        own = native in styles and convention.name not in UNIVERSAL
        measured = styles[native if own else choose.choice(sorted(styles))]
        number, unit = counted(convention, measured), choose.choice(UNITS)
        if number >= 10 * unit[1]:
            found.append((number, written(number, *unit)))
    return found


@pytest.mark.parametrize("seed", [13, pytest.param(1, marks=pytest.mark.slow), pytest.param(7, marks=pytest.mark.slow)])
def test_random_numbers_are_found(seed):
    """200 in all: the true one is in the first three lines of what is told.

    A line is a network as one way of writing gives the number, with every tool that prints it so, each with
    its own number: the given digits can't tell these apart (of VGG-16's figures 17 are 15.5G).
    """
    choose = random.Random(seed)
    for network in NETWORKS:
        numbers = drawn(network, choose)
        texts = [text for _, text in numbers]
        for (number, text), found in zip(numbers, reconcile(resolve(network), texts), strict=True):
            assert any(number in alike.numbers for alike in found.alike[:3]), (network, text)


def test_what_the_digits_cannot_tell_apart_is_one_line():
    """15.5G of VGG-16: each tool's number once, the simplest first, and nothing is lost."""
    (found,) = reconcile(resolve("vgg16_bn"), ["15.5G"])
    assert [(each.variants[0].label, each.written) for each in found.alike] == [
        ("vgg16_bn@paper", ""),
        ("vgg16_bn@torchvision", ""),
        ("vgg16_bn@torchvision", "truncated"),
        ("vgg16_bn@paper", "truncated"),
    ]
    assert set(found.numbers) == {number for each in found.alike for number in each.numbers}
    assert [each.convention.name for each in found.alike[0].numbers[15_470_264_320]] == [
        "macs",
        "paper",
        "calflops_macs",
    ]


def test_lists_add_up_for_random_pairs():
    """Across styles, sizes, heads and tools."""
    choose = random.Random(14)
    near = variants(resolve("resnet18"))
    several = [*near, *(each for each in farther(resolve("resnet18")) if "64" in each.label or "head" in each.label)]
    candidates = Table.of(several).candidates
    for _ in range(100):
        one, two = choose.sample(candidates, 2)
        assert one.number + sum(step.amount for step in difference(one, two)) == two.number


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("23,587,712", "resnet50@keras, without its head"),  # keras.io/api/applications, include_top=False
        ("23,508,032", "resnet50@paper, without its head"),  # torchvision's 25,557,032 less the 2,049,000 of its head
        ("5.34G", "resnet50@torchvision, input 256"),  # 4,089,184,256 less the head's, times (256/224)², and the head's
        ("23,528,522", "resnet50@paper, 10 classes"),
    ],
)
def test_heads_classes_and_sizes(text, label):
    (found,) = reconcile(resolve("resnet50"), [text])
    assert found.explanations[0].variant.label == label


def test_shortcuts():
    """Option A has no projections: ResNet-34's three have 64·128 + 128·256 + 256·512 weights and their batch norms."""
    (found,) = reconcile(resolve("resnet34"), [str(21_797_672 - (8_192 + 32_768 + 131_072) - 2 * (128 + 256 + 512))])
    assert found.explanations[0].variant.label == "resnet34@paper, shortcut A"


def test_what_nothing_explains():
    (found,) = reconcile(resolve("resnet50"), ["9.9G"])
    assert not found.explanations
    assert found.closest.number == max(found.closest.number, 8_217_590_888)


def test_networks_that_fit_two_numbers():
    assert [fit.name for fit in networks_that_fit(["4.12G", "25.56M"])] == ["resnet50@torchvision"]


@pytest.mark.parametrize("text", ["", "G", "4.1X", "-3", "4,1.2.3G"])
def test_what_is_no_number(text):
    with pytest.raises(UsageError, match="expected a number as tools print it"):
        amount(text)


@pytest.mark.parametrize(
    ("text", "value", "figure"),
    [("4.09 GMac", 4_090_000_000, "work"), ("25.6 M params", 25_600_000, "params"), ("24.37Mi", 24.37 * 2**20, ""),
     ("1.8B FLOPs", 1_800_000_000, "work"), ("11.1M activations", 11_100_000, "activations")],
)  # fmt: skip
def test_as_people_write_them(text, value, figure):
    assert (float(amount(text).value), amount(text).figure) == (value, figure)

"""The main job, whole: the figures of He et al. 2015's ResNet-50, and how they stand on the screen."""

import pytest

AT_80 = """\
ResNet-50 · He et al. 2015, stride in the first 1×1 · 224×224×3 → 1000 classes

stage   what                                 output      params    MMACs  share
stage1  7×7, 64, /2                      112×112×64       9,536    118.0    3 %
        3×3 max pool, /2                   56×56×64           –        –      –
stage2  (1×1 64, 3×3 64, 1×1 256) ×3      56×56×256     215,808    667.9   17 %
stage3  (1×1 128, 3×3 128, 1×1 512) ×4    28×28×512   1,219,584    950.5   25 %
stage4  (1×1 256, 3×3 256, 1×1 1024) ×6  14×14×1024   7,098,368  1,387.3   36 %
stage5  (1×1 512, 3×3 512, 1×1 2048) ×3    7×7×2048  14,964,736    732.2   19 %
head    global average pool, dense 1000        1000   2,049,000      2.0    0 %

total      25,557,032 parameters (+ 53,120 moving statistics) · 3.858 GMACs ·
           7.754 GFLOPs · 10,588,136 activations
counted    MACs of conv and dense layers, one image; FLOPs: 2 per MAC, 1 per
           other operation
published  3.8 G MACs in He et al. 2015 (arXiv 1512.03385), Table 1; ours
           3,857,973,248: """

AT_120 = """\
ResNet-50 · He et al. 2015, stride in the first 1×1 · 224×224×3 → 1000 classes

stage   what                                 output      params    MMACs  share   MFLOPs  activations
stage1  7×7, 64, /2                      112×112×64       9,536    118.0    3 %    238.4      802,816
        3×3 max pool, /2                   56×56×64           –        –      –      1.6            –
stage2  (1×1 64, 3×3 64, 1×1 256) ×3      56×56×256     215,808    667.9   17 %  1,350.7    4,415,488
stage3  (1×1 128, 3×3 128, 1×1 512) ×4    28×28×512   1,219,584    950.5   25 %  1,910.7    2,809,856
stage4  (1×1 256, 3×3 256, 1×1 1024) ×6  14×14×1024   7,098,368  1,387.3   36 %  2,781.6    2,007,040
stage5  (1×1 512, 3×3 512, 1×1 2048) ×3    7×7×2048  14,964,736    732.2   19 %  1,466.3      551,936
head    global average pool, dense 1000        1000   2,049,000      2.0    0 %      4.2        1,000

total      25,557,032 parameters (+ 53,120 moving statistics) · 3.858 GMACs · 7.754 GFLOPs · 10,588,136 activations
counted    MACs of conv and dense layers, one image; FLOPs: 2 per MAC, 1 per other operation
published  3.8 G MACs in He et al. 2015 (arXiv 1512.03385), Table 1; ours 3,857,973,248: """

END_AT_80 = """\
more       --by layer · --how · list resnet50 · compare resnet50 …
columns    not shown: FLOPs, activations; use a wider terminal or --format csv
"""


def test_at_80_columns(run):
    ended = run("--depth", "50", "--input", "224")
    assert ended.out.startswith(AT_80)
    assert ended.out.endswith(END_AT_80)
    assert (ended.status, ended.err) == (0, "")


def test_at_120_columns(run):
    ended = run("--depth", "50", "--input", "224", columns=120)
    assert ended.out.startswith(AT_120)
    assert "hidden" not in ended.out


@pytest.mark.parametrize(
    "same",
    [
        ["show", "--depth", "50"],
        ["resnet50"],
        ["ResNet-50", "--input", "224x224"],
        ["resnet50@paper", "--channels", "3", "--classes", "1000"],
        ["--depth=50", "--input=224x224x3", "--style=paper", "--batch=1", "--dataset=imagenet", "--by=stage"],
    ],
)
def test_said_otherwise(run, same):
    assert run(*same).out == run("--depth", "50", "--input", "224").out


def test_as_a_process(process):
    ended = process("--depth", "50", "--input", "224", env={"COLUMNS": "80"})
    assert ended.stdout.decode().startswith(AT_80)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_width_80_where_there_is_no_terminal(process):
    assert process("--depth", "50").stdout.decode().startswith(AT_80)


def test_prints_from_python():
    from resnet_analyzer import architecture, measure

    measured = measure(architecture("resnet50", input=224))
    assert str(measured).startswith(AT_80[: AT_80.index("total")])
    assert "<table>" in measured._repr_html_()


def test_every_published_number_is_shown_once_per_figure(run):
    text = run("--depth", "50").out
    assert text.count("parameters in") == 1
    assert text.count("MACs in") == 1


@pytest.mark.parametrize("changed", [["--classes", "10"], ["--input", "225"], ["--batch", "2"], ["--shortcut", "C"]])
def test_no_published_number_beside_another_network(run, changed):
    assert "published" not in run("--depth", "50", *changed).out

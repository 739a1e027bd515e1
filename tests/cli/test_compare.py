"""`compare`: the course's question, and networks side by side."""

BASIC_AND_BOTTLENECK = """\
bottleneck against basic

network         input    weights     params    MMACs   ratio  activations
bottleneck  56×56×256     69,632     69,632    218.4   1.00×    1,204,224
basic       56×56×256  1,179,648  1,179,648  3,699.4  16.94×    1,605,632

The pair of similar cost, He et al. 2015 (arXiv 1512.03385), Fig. 5
basic        56×56×64     73,728     73,728    231.2   1.06×      401,408
bottleneck  56×56×256     69,632     69,632    218.4   1.00×    1,204,224

ratio    basic has 16.94× the weights of bottleneck (1,179,648 : 69,632); basic
         has 16.94× the MACs of bottleneck (3,699,376,128 : 218,365,952)
result   at similar cost a bottleneck carries four times the channels: that is
         what it is for
"""


def test_two_3x3_on_256_channels_against_a_bottleneck(run):
    ended = run("compare", "bottleneck", "basic", "--channels", "256", "--input", "56")
    assert ended.out.startswith(BASIC_AND_BOTTLENECK)
    assert ended.status == 0


def test_the_figures_are_those_of_the_blackboard():
    assert 2 * 3 * 3 * 256 * 256 == 1_179_648
    assert 256 * 64 + 3 * 3 * 64 * 64 + 64 * 256 == 69_632
    assert 2 * 3 * 3 * 64 * 64 == 73_728
    assert f"{1_179_648 / 69_632:.2f}" == "16.94"


def test_a_1x1_convolution_is_a_dense_layer(run):
    text = run("compare", "conv1x1", "dense").out
    assert "the same weights, 65,536; the same MACs, 205,520,896" in text
    assert "a 1×1 convolution is a dense layer on every position" in text


def test_any_networks(run):
    text = run("compare", "resnet50@keras", "resnet50@torchvision", "resnext50_32x4d", "densenet121").out
    figures = {line.split()[0]: line.split()[1:] for line in text.splitlines()[2:] if line.count(",") >= 4}
    assert figures == {
        "resnet50@keras": ["25,502,912", "25,583,592", "3,858.0", "1.36×", "10,588,136"],
        "resnet50@torchvision": ["25,502,912", "25,557,032", "4,089.2", "1.44×", "11,114,984"],
        "resnext50_32x4d": ["24,959,680", "25,028,904", "4,230.5", "1.49×", "14,401,512"],
        "densenet121": ["7,894,208", "7,978,856", "2,834.2", "1.00×", "6,900,200"],
    }


def test_one_network_and_the_same_twice(run):
    assert run("compare", "resnet50").status == 0
    assert "the same weights, 25,502,912; the same MACs, 3,857,973,248" in run("compare", "resnet50", "resnet50").out


def test_settings_and_styles_hold_for_all(run):
    text = run("compare", "resnet50", "resnet101", "--style", "torchvision", "--set", "width=32").out
    assert "resnet50@torchvision against resnet101@torchvision" in text


def test_the_style_of_a_name_goes_before_the_option(run):
    text = run("compare", "resnet50@keras", "resnet50", "--style", "torchvision").out
    assert "resnet50@keras against resnet50@torchvision" in text


def test_no_equal_pair_beside_other_blocks(run):
    assert "similar cost" not in run("compare", "basic", "conv1x1").out


def test_the_sentence_does_not_depend_on_the_order(run):
    for pair in (("basic", "bottleneck"), ("bottleneck", "basic")):
        assert (
            "basic has 16.94× the weights of bottleneck (1,179,648 : 69,632)" in run("compare", *pair, columns=120).out
        )


def test_files_of_one_name_and_styles_keep_apart(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder, like in (("old", "resnet20"), ("new", "resnet32")):
        (tmp_path / folder).mkdir()
        assert run("init", f"{folder}/net.yaml", "--like", like, "-q").status == 0
    text = " ".join(run("compare", "old/net.yaml", "new/net.yaml").out.split())
    assert text.startswith("old/net.yaml against new/net.yaml ")
    assert "new/net.yaml has 1.72× the weights of old/net.yaml" in text  # 0.46M and 0.27M: He et al. 2015, Table 6
    assert "resnet50@paper against resnet50@torchvision" in run("compare", "resnet50@paper", "resnet50@torchvision").out


def test_units_follow_the_largest_row(run):
    """84.9 M, not 84,934.7 k, above a total of 252.9 M."""
    text = run("resnet20", "--input", "45x45").out
    assert "MMACs" in text
    assert "kMACs" not in text


def test_different_inputs_are_told(run):
    both = run("compare", "lecture50", "resnet50@keras").out
    assert "input    of different sizes" in both
    assert "of different sizes" not in run("compare", "lecture50", "resnet50@keras", "--input", "224").out

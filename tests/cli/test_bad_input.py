"""Bad input: one line on standard error that says where, what, the numbers, and what to do; never a traceback."""

import pytest


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("resnet5o", "'resnet5o'. Did you mean resnet56 or resnet50 or resnet50d? See: resnet-analyze list"),
        ("desnet121", "Did you mean densenet121"),
        ("RESNXT50_32x4d", "Did you mean resnext50_32x4d"),
        ("zzz", "unknown architecture 'zzz'. See: resnet-analyze list"),
        ("lisst", "'lisst'."),
        ("<script>", "unknown architecture '<script>'. See: resnet-analyze list"),
        ("a\nb", "unknown architecture 'a\\nb'"),
        ("\udcff", "unknown architecture '\\udcff'"),
    ],
)  # fmt: skip
def test_unknown_architecture(complain, name, says):
    for command in ([], ["show"], ["list"], ["compare", "resnet50"]):
        assert says in complain(*command, name)


def test_no_network_at_all(complain):
    for arguments in (["show"], ["--input", "224"], ["--style", "keras"], [""]):
        assert complain(*arguments).startswith("which network? Give a name (see: resnet-analyze list), --depth 50")
    assert complain("compare") == "NETWORK[@STYLE]|FILE... is missing. See: resnet-analyze compare --help"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--depth", "51"], "no ImageNet ResNet has 51 layers. Nearest: 34 and 50"),
        (["--depth", "20"], "As a CIFAR net it exists: add --dataset cifar"),
        (["--depth", "21", "--dataset", "cifar"], "Nearest: 20, 26"),
        (["--depth", "32", "--dataset", "cifar", "--block", "bottleneck"], "the rule is 9n+2"),
        (["resnet51"], "no ImageNet ResNet has 51 layers"),
        (["wrn1_1"], "the depth is 6n+4"),
        (["--depth", "50", "--blocks", "3,4,23,3"], "bottleneck blocks make that 101 layers"),
        (["--depth", "50", "--block", "basic"], "ResNet-50 is made of bottleneck blocks"),
        (["--depth", "18", "--block", "bottleneck"], "ResNet-18 is made of basic blocks"),
    ],
)
def test_impossible_depth(complain, arguments, says):
    assert says in complain(*arguments)


@pytest.mark.parametrize("option", ["--depth", "--channels", "--classes", "--batch"])
@pytest.mark.parametrize("value", ["0", "-3", "abc", "1.5", "1e3", "", " 7", "٢", "²", "1_000", "9" * 13, "9" * 5000])
def test_counts(complain, option, value):
    arguments = [] if option == "--depth" else ["resnet50"]
    said = complain(*arguments, option, value)
    assert said.startswith(f"{option}: expected a whole number of at least 1, not '")


SIZES = [
    "-3",
    "abc",
    "224x",
    "224x320x3x1",
    "1e3",
    "",
    " ",
    "224 ",
    "٢٢٤",
    "²",
    "9" * 13,
    "9" * 5000,
    "224,224",
    "x224",
    "1.5",
]


@pytest.mark.parametrize("size", SIZES)
def test_input_that_is_no_size(complain, size):
    said = complain("--depth", "50", "--input", size)
    spelled = " ".join(repr(size).split())
    assert said == f"--input {spelled}: expected a size, HxW or HxWxC in whole numbers: 224, 224x320, 224x320x3"


@pytest.mark.parametrize("size", ["0", "0x5", "5x0", "224x224x0", "000"])
def test_input_of_nothing(complain, size):
    assert complain("--depth", "50", "--input", size) == f"--input {size}: every size must be at least 1"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["vgg16", "--input", "16"], "stage5/pool: a 2×2 kernel does not fit a padded input of 1×1 (n=1, p=0). Use"),
        (["lecture50", "--input", "5"], "avg_pool: a 2×2 kernel does not fit a padded input of 1×1 (n=1, p=0)"),
        (["alexnet", "--input", "10"], "a 11×11 kernel does not fit a padded input of 10×10 (n=10, p=0)"),
        (["alexnet", "--input", "227x8"], "a 11×11 kernel does not fit a padded input of 227×8 (n=227×8, p=0)"),
        (["alexnet", "--set", "widths=95,256,384,384,256"], "stage2/conv: 2 groups do not divide 95 input channels"),
        (["alexnet", "--set", "widths=96,255,384,384,256"], "stage2/conv: 2 groups do not divide 255 filters"),
    ],
)  # fmt: skip
def test_checks_that_fail_name_the_layer_and_the_numbers(complain, arguments, says):
    assert says in complain(*arguments, status=1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--style", "kears"], "resnet50 has no style 'kears'. It comes in: paper, torchvision, keras."),
        (["--format", "xml"], "unknown format 'xml'. Known: "),
        (["--format", ""], "unknown format ''. Known: "),
        (["--format", "jsn"], "unknown format 'jsn'. Did you mean json?"),
        (["--by", "banana"], "--by: expected stage, block, layer, not 'banana'"),
        (["--dataset", "mnist"], "--dataset: expected imagenet, cifar, not 'mnist'"),
        (["--dept", "50"], "unknown option '--dept'. Did you mean --depth"),
        (["-X"], "unknown option '-X'. See: resnet-analyze --help"),
        (["--input"], "--input needs a value"),
        (["--shortcut", "D"], "unknown shortcut 'D'. Known: A, B, C, none."),
        (["--block", "wide"], "unknown block 'wide'. Known: basic, bottleneck."),
        (["--blocks", "3,x"], "blocks: expected whole numbers with commas between, as 3,4,6,3, not '3,x'"),
        (["--blocks", ""], "blocks: expected whole numbers"),
        (["--blocks", "0,3"], "blocks must be whole numbers ≥ 1"),
        (["--blocks", "999999"], "999,999 blocks are more than 100,000"),
        (["--set", "width"], "--set width: expected NAME=VALUE"),
        (["--set", "wdth=3"], "unknown option of resnet50 'wdth'. Did you mean width?"),
        (["--set", "width=a"], "width: expected a whole number of at most 12 digits, not 'a'"),
        (["--set", "width=" + "9" * 400], "width: expected a whole number of at most 12 digits"),
        (["--set", "shortcut_pool=maybe"], "shortcut_pool: expected yes or no, not 'maybe'"),
        (["--set", "dropout=nan"], "dropout: expected a number, as 0.5, not 'nan'"),
        (["--set", "dropout=1e999"], "dropout: expected a number"),
        (["--set", "dropout=2"], "from 0 to 1"),
        (["--set", "width=0"], "at least 1, not 0"),
        (["--how=3"], "--how takes no value"),
        (["resnet18"], "one argument too many: resnet18. For several networks side by side: resnet-analyze compare"),
    ],
)
def test_unknown_options_and_values(complain, arguments, says):
    assert says in complain("resnet50", *arguments)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["resnet50", "--depth", "50"], "resnet50 and --depth 50: give a network's name or a depth, not both"),
        (["resnet50", "--dataset", "cifar"], "--dataset goes with --depth"),
        (["resnet50@keras", "--style", "paper"], "resnet50@keras and --style paper do not agree"),
        (["resnet50", "--input", "224x224x3", "--channels", "4"], "--input 224x224x3 and --channels 4 do not agree"),
        (["resnet50", "--how", "--by", "stage"], "--how and --by stage do not agree"),
        (["resnet50", "--blocks", "1,1", "--set", "blocks=2,2"], "--blocks 1,1 and --set blocks: give one of them"),
        (["resnet50", "--set", "width=1", "--set", "width=2"], "--set width is given twice"),
        (["alexnet", "--shortcut", "A"], "unknown option of alexnet 'shortcut'"),
        (["resnet50@"], "'resnet50@': expected NAME@STYLE"),
        (["@keras"], "'@keras': expected NAME@STYLE"),
        (["compare", "resnet50@keras", "resnet50@"], "'resnet50@': expected NAME@STYLE"),
    ],
)
def test_arguments_that_contradict_each_other(complain, arguments, says):
    assert says in complain(*arguments)


def test_huge_numbers_are_measured(run):
    ended = run("resnet50", "--input", "9" * 12, "--classes", "9" * 12, "--batch", "9" * 12)
    assert ended.status == 0
    assert max(map(len, ended.out.splitlines())) <= 80

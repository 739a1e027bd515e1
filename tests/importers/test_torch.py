"""Live PyTorch modules: figures by hand, the module as it was, every tensor's shape by a real run."""

import subprocess
import sys
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.errors import UsageError

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")

from tests.data.torch.small import SMALL, Sizes  # noqa: E402  (it needs torch)

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", SMALL)
def test_what_others_count_wrong(name):
    make, shape, params, macs = SMALL[name]
    measured = ra.measure(ra.from_torch(make(), shape))
    assert (measured.totals.params, measured.totals.macs) == (params, macs)
    assert measured.status == "complete"


def shapes_by_running(module, shape):
    """The output shapes of all modules in a real forward pass, by path, in order."""
    found = {}

    def noted(path):
        return lambda _module, _args, made: found.setdefault(path, []).append(made)

    handles = [each.register_forward_hook(noted(path)) for path, each in module.named_modules()]
    with torch.no_grad():
        module.eval()(torch.zeros(shape))
    for handle in handles:
        handle.remove()
    return {
        path: [tuple(each.shape) for each in made if isinstance(each, torch.Tensor)] for path, made in found.items()
    }


@pytest.mark.parametrize("name", ["attention", "tied", "unused"])
def test_every_layers_output_is_that_of_a_real_run(name):
    make, shape, *_ = SMALL[name]
    module = make()
    real = shapes_by_running(module, shape)
    rows = {row.name: tuple(row.output) for row in ra.measure(ra.from_torch(module, shape)).rows if row.output}
    common = [path for path in real if path in rows and real[path]]
    assert common
    assert {path: rows[path] for path in common} == {path: real[path][0] for path in common}


def test_the_module_is_as_it_was():
    """Training, gradients, devices, hooks, weights and buffers."""
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Dropout()).train()
    module[2].eval()
    before = {name: (id(value), value.clone(), value.requires_grad) for name, value in module.state_dict().items()}
    ra.from_torch(module, (1, 3, 8, 8))
    assert [each.training for each in module.modules()] == [True, True, True, False]
    for name, value in module.state_dict().items():
        assert torch.equal(value, before[name][1])
        assert value.device.type == "cpu"
    assert not any(each._forward_hooks or each._forward_pre_hooks for each in module.modules())
    assert module(torch.zeros(1, 3, 8, 8)).shape == (1, 4, 6, 6)


def test_functions_of_pytorch_are_as_they_were():
    kept = torch.nn.functional.has_torch_function_unary
    ra.from_torch(torch.nn.ReLU(), (1, 3))
    with pytest.raises(UsageError):
        ra.from_torch(torch.nn.Linear(3, 4), (1, 5))
    assert torch.nn.functional.has_torch_function_unary is kept


def test_other_sizes_and_batches_of_a_traced_module():
    """Its reshapes say what they keep: 64·2304 + 64·48·192 + 2·64·64·48 at 32×32, and by the batch."""
    graph = ra.from_torch(Sizes(), (1, 3, 32, 32))
    assert ra.measure(graph).totals.macs == 1_130_496
    form = ra.from_torch(Sizes(), (1, 3, ra.symbol("h"), ra.symbol("w")))
    macs = ra.measure(form).totals.macs
    assert macs.at(h=32, w=32) == 1_130_496
    tokens = 4 * 16
    assert macs.at(h=16, w=64) == tokens * (2304 + 48 * 192) + 2 * 48 * tokens**2


def test_branches_on_a_size_are_listed():
    class Branch(torch.nn.Module):
        def forward(self, x):
            return x[:, :, ::2] if x.shape[2] > 4 else x

    graph = ra.from_torch(Branch(), (1, 3, ra.symbol("h"), ra.symbol("w")))
    assert "h > 4" in graph.about["remark"]


def test_a_size_that_is_lost_is_not_generalised():
    """`int()` forgets what a number is made of: the second run tells, and the graph holds for its size alone."""

    class Lost(torch.nn.Module):
        def forward(self, x):
            return x.reshape(x.shape[0], int(x.shape[1] * x.shape[2] * 1.0), x.shape[3])

    graph = ra.from_torch(Lost(), (1, 3, 8, 8))
    assert ra.measure(graph).rows[-1].output == (1, 24, 8)
    assert graph.about["sizes"] == "of the file"


def test_several_inputs_by_place_and_by_name():
    class Two(torch.nn.Module):
        def forward(self, image, tokens):
            return image.mean((2, 3)) + tokens

    for given in (((1, 3, 8, 8), (1, 3)), {"image": (1, 3, 8, 8), "tokens": (1, 3)}):
        graph = ra.from_torch(Two(), given)
        assert [node.name for node in graph.inputs] == ["image", "tokens"]
    with pytest.raises(UsageError, match="no input 'picture'"):
        ra.from_torch(Two(), {"picture": (1, 3, 8, 8)})


class Numbered(torch.nn.Module):
    """3×1×1 → 4 on 8×8 (768 products), 4 → 5 (20), and in between something that its numbers decide."""

    def __init__(self, decided):
        super().__init__()
        self.conv, self.head, self.decided = torch.nn.Conv2d(3, 4, 1), torch.nn.Linear(4, 5), decided

    def forward(self, x):
        x = self.conv(x)
        return self.head(x.mean((2, 3)) + self.decided(x))


@pytest.mark.parametrize(
    ("decided", "macs"),
    [
        (lambda x: torch.nonzero(x[:, 0] > 0).sum(), 788),  # PyTorch exports it: all but two rows are known
        (lambda x: x[:, 0][x[:, 0] > 0].sum(), 788),
        (lambda x: 1 if x.sum() > 0 else 2, 768),  # what stands before it
        (lambda x: int(x.max().item()), 768),
        (lambda x: x.numpy().sum(), 768),
    ],
)
def test_what_goes_by_numbers_is_a_bound_and_nothing_is_printed(decided, macs, capfd):
    measured = ra.measure(ra.from_torch(Numbered(decided), (1, 3, 8, 8)))
    assert measured.status == "lower_bound"
    assert (measured.totals.params, measured.totals.macs) == (16 + 25, macs)
    assert capfd.readouterr() == ("", "")


def test_a_dictionary_goes_in_and_out():
    """100·16 numbers, 3·16·9 + 16 of a convolution at 16×16, 32·5 + 5; by the argument's name, by place, by its own."""

    class Both(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.conv = torch.nn.Embedding(100, 16), torch.nn.Conv2d(3, 16, 3, 2, 1)
            self.head = torch.nn.Linear(32, 5)

        def forward(self, batch):
            parts = [self.table(batch["tokens"]).mean(1), self.conv(batch["image"]).mean((2, 3))]
            return {"logits": self.head(torch.cat(parts, 1)), "first": parts[0]}

    shapes = {"tokens": (1, 128), "image": (1, 3, 32, 32)}
    for given in (shapes, (shapes,), {"batch": shapes}):
        graph = ra.from_torch(Both(), given)
        assert [node.name for node in graph.inputs] == ["batch.tokens", "batch.image"]
        totals = ra.measure(graph).totals
        assert (totals.params, totals.macs) == (1600 + 448 + 165, 256 * 432 + 160)
    with pytest.raises(UsageError, match=r"no input 'x'.* inputs: input"):
        ra.from_torch(torch.nn.Linear(3, 4), {"x": (1, 3)})


def test_tokens():
    """10·6 numbers of the table, 6·3 + 3 of the dense layer; 12 · 6·3."""
    module = torch.nn.Sequential(torch.nn.Embedding(10, 6), torch.nn.Linear(6, 3))
    totals = ra.measure(ra.from_torch(module, (1, 12))).totals
    assert (totals.params, totals.macs) == (81, 216)


@pytest.mark.parametrize(
    ("make", "params", "macs"),
    [
        (lambda: torch.nn.LSTM(6, 5, batch_first=True), 260, 2 * 7 * 4 * 5 * 11),
        (lambda: torch.nn.GRU(6, 5, batch_first=True), 195, 2 * 7 * 3 * 5 * 11),
        (lambda: torch.nn.RNN(6, 5, batch_first=True, bias=False), 55, 2 * 7 * 5 * 11),
        (
            lambda: torch.nn.LSTM(6, 5, num_layers=2, bidirectional=True, batch_first=True),
            1200,
            2 * 7 * 2 * 4 * 5 * (11 + 15),
        ),
    ],
)
def test_recurrent_layers(make, params, macs):
    """A step of LSTM 4·h·(in + h), of GRU 3·h·(in + h), of a simple one h·(in + h)."""
    module = make()
    assert sum(weight.numel() for weight in module.parameters()) == params
    measured = ra.measure(ra.from_torch(module, (2, 7, 6)))
    assert (measured.totals.params, measured.totals.macs, measured.status) == (params, macs, "complete")


def test_what_cannot_be_traced_is_exported():
    """A loop that depends on numbers that are not there: PyTorch's own export says the same."""

    class Item(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.times = torch.nn.Conv2d(3, 3, 1, bias=False), torch.tensor(2)

        def forward(self, x):
            for _ in range(int(self.times)):
                x = self.conv(x)
            return x

    measured = ra.measure(ra.from_torch(Item(), (1, 3, 8, 8)))
    assert (measured.totals.params, measured.totals.macs) == (9, 2 * 64 * 9)


@pytest.mark.parametrize(
    ("module", "given", "text"),
    [
        (torch.nn.LazyLinear(4), (1, 3), "has no shape yet"),
        (torch.nn.Linear(3, 4), (1, 5), "cannot be traced"),
        (torch.nn.Linear(3, 4), "shape", "an input is a shape"),
        (print, (1, 3), "is no torch.nn.Module"),
    ],
)
def test_one_line_says_what_is_wrong(module, given, text):
    with pytest.raises(UsageError, match=text) as raised:
        ra.from_torch(module, given)
    assert "\n" not in str(raised.value)


def test_a_compiled_module_is_unwrapped():
    module = torch.compile(torch.nn.Conv2d(3, 4, 1))
    assert ra.measure(ra.from_torch(module, (1, 3, 8, 8))).totals.params == 16


def test_factories_on_the_command_line(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import torch\ndef net(width, bias=True):\n    return torch.nn.Conv2d(3, width, 3, bias=bias)\n"
    )
    command = [sys.executable, "-m", "resnet_analyzer", "mine:net", "--arg", "width=8", "--arg", "bias=false"]
    path = (
        f"import sys; sys.path[:0] = {[str(tmp_path), *sys.path]!r}; sys.argv[1:] = {command[3:]!r} + ['--input', '10']"
    )
    code = f"{path}; from resnet_analyzer.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "216 parameters" in done.stdout
    assert done.stderr == ""


BESIDE = """
import tensorflow
import torch
import resnet_analyzer as ra
print(ra.measure(ra.from_torch(torch.nn.Linear(3, 4), (1, 3))).totals.macs)
"""


def test_tensorflow_in_the_same_process_ends_nothing():
    pytest.importorskip("tensorflow")
    ended = subprocess.run([sys.executable, "-c", BESIDE], capture_output=True, text=True, cwd=ROOT)
    assert (ended.returncode, ended.stdout) == (0, "12\n"), ended.stderr[-2000:]


def test_a_part_that_is_written_by_an_index_of_several_axes(recwarn):
    """As Swin's masks are."""

    class Written(torch.nn.Module):
        def forward(self, x):
            mask = x.new_zeros((4, 4))
            mask[slice(0, 2), slice(1, 3)] = 1
            return x * mask

    assert ra.measure(ra.from_torch(Written(), (1, 4, 4))).status == "complete"
    assert not [str(each.message) for each in recwarn]

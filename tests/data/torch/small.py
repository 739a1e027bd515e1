"""Small PyTorch models that other tools count wrong, each with its parameters and multiply-accumulates by hand."""

try:  # what reads this folder for examples has no torch
    import torch
    from torch import nn
    from torch.nn import functional

    Module = nn.Module
except ImportError:
    Module = object


class Functional(Module):
    """A convolution by function, 3 → 16 channels."""

    def __init__(self):
        super().__init__()
        self.kernel = nn.Parameter(torch.zeros(16, 3, 3, 3))

    def forward(self, x):
        return functional.conv2d(x, self.kernel, padding=1)


class Twice(Module):
    """One convolution, used twice."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(self.conv(x))


class Tied(Module):
    """Three convolutions, two of one kernel."""

    def __init__(self):
        super().__init__()
        self.one, self.two, self.three = (nn.Conv2d(32, 32, 3, padding=1, bias=False) for _ in range(3))
        self.three.weight = self.one.weight

    def forward(self, x):
        return self.three(self.two(self.one(x)))


class Einsum(Module):
    """A matrix product over channels by an equation."""

    def __init__(self):
        super().__init__()
        self.matrix = nn.Parameter(torch.zeros(7, 3))

    def forward(self, x):
        return torch.einsum("bchw,dc->bdhw", x, self.matrix)


class Patches(Module):
    """4×4 patches of an image, 48 channels: 64 tokens at 32×32."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 48, 4, 4, bias=False)

    def forward(self, x):
        return self.stem(x).flatten(2).transpose(1, 2)


class Attention(Module):
    """Projections of one matrix, and scaled_dot_product_attention of 4 heads."""

    def __init__(self):
        super().__init__()
        self.patches, self.qkv, self.out = Patches(), nn.Linear(48, 144), nn.Linear(48, 48)

    def forward(self, x):
        x = self.patches(x)
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).reshape(batch, tokens, 3, 4, width // 4).permute(2, 0, 3, 1, 4).unbind(0)
        x = functional.scaled_dot_product_attention(q, k, v)
        return self.out(x.transpose(1, 2).reshape(batch, tokens, width))


class MultiHead(Module):
    """PyTorch's own layer for it."""

    def __init__(self):
        super().__init__()
        self.patches, self.attention = Patches(), nn.MultiheadAttention(48, 4, batch_first=True)

    def forward(self, x):
        x = self.patches(x)
        return self.attention(x, x, x, need_weights=False)[0]


class Unused(Module):
    """A head that does not run, a buffer for a kernel, and a frozen layer."""

    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 4, 1, bias=False), nn.Linear(4, 5)
        self.register_buffer("blur", torch.zeros(4, 1, 3, 3))
        self.frozen = nn.Conv2d(4, 2, 1, bias=False).requires_grad_(False)

    def forward(self, x):
        return self.frozen(functional.conv2d(self.conv(x), self.blur, padding=1, groups=4))


class Sizes(Module):
    """Sizes that follow from sizes: tokens of 4×4 patches and their products, for any image."""

    def __init__(self):
        super().__init__()
        self.attention = Attention()

    def forward(self, x):
        return self.attention(x).mean(1)


P, QKV = 3 * 48 * 16, 48 * 144 + 144 + 48 * 48 + 48
ATTENTION = 64 * P + 64 * 48 * 192 + 2 * 64 * 64 * 48
IMAGE = (1, 3, 32, 32)
# name: what makes it, the input's shape, parameters, multiply-accumulates
SMALL = {
    "functional": (Functional, IMAGE, 432, 442_368),
    "twice": (Twice, IMAGE, 81, 165_888),
    "transposed": (
        lambda: nn.ConvTranspose2d(4, 10, 3, 2, 1, 1, groups=2, bias=False), (1, 4, 32, 32), 180, 184_320,
    ),
    "same": (lambda: nn.Conv2d(3, 8, 4, padding="same", dilation=2, bias=False), IMAGE, 384, 393_216),
    "einsum": (Einsum, IMAGE, 21, 32 * 32 * 21),
    "attention": (Attention, IMAGE, P + QKV, ATTENTION),
    "multihead": (MultiHead, IMAGE, P + QKV, ATTENTION),
    "tied": (Tied, (1, 32, 8, 8), 18_432, 3 * 64 * 9216),
    "unused": (Unused, (1, 3, 8, 8), 12 + 25 + 8, 64 * (12 + 36 + 8)),
}  # fmt: skip
assert ATTENTION == 1_130_496
